/* SPDX-License-Identifier: GPL-2.0-only */
/* config: the command line and mcelog.conf, one row of options.def per option. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>

enum mode {
	MODE_ONE_SHOT, /* read the device once */
	MODE_DAEMON,
	MODE_HARVEST,  /* what the previous boot left, then exit */
	MODE_REPLAY,   /* files that the operator names */
	MODE_ASCII,    /* kernel text */
	MODE_BINARY,   /* files of struct mce */
	MODE_DECODE,   /* registers on the command line */
	MODE_LIST_SOURCES,
	MODE_VERSION,
	MODE_HELP,
};

/* Strings are owned by the config; NULL where not given and without default. */
struct config {
	bool daemon;
	bool foreground;
	bool harvest;
	bool replay;
	bool ascii;
	bool binary;
	bool decode;
	bool json;
	bool raw;
	bool list_sources;
	bool version;
	bool help;
	bool ignorenodev;
	bool filter;
	bool keep_erst;
	bool verbose;
	char *root;
	char *state_dir;
	char *config_file;
	char *logfile;
	char *file;
	char *cpu;
	char *journal;	       /* "auto", "yes", "no" */
	char *disable_source;  /* names, comma separated */
	char **operands;       /* device or replay paths; point into argv */
	int n_operands;
};

/*
 * Reads the command line, then the file it names (a missing default file is
 * fine), then the command line again, which wins. Trouble with the file is
 * logged with file and line and does not fail, but for a file that was asked
 * for and cannot be read. Errors: -EINVAL (usage, logged), -errno.
 */
int config_load(struct config *config, int argc, char **argv);

/* Frees the strings; a zeroed config is fine. */
void config_free(struct config *config);

/* The one mode. */
enum mode config_mode(const struct config *config);

/* Whether the configuration turns the source off. */
bool config_disables(const struct config *config, const char *source);

/* Prints the options, one a line, to stdout. */
void config_print_help(void);
