// SPDX-License-Identifier: GPL-2.0-only
/* mce-slimdump: for the capture kernel of kdump. Options in, one run. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "slimdump/slimdump.h"

static const char help[] =
	"Usage: mce-slimdump [OPTION...] VMCORE OUT\n"
	"After a crash by a fatal machine check, saves the notes and the kernel log of VMCORE,\n"
	"which is /proc/vmcore in the capture kernel, to OUT, and reads no other memory.\n"
	"\n"
	"      --kmsg FILE    the log of the kernel that runs now, whose machine checks name\n"
	"                     the memory not to be read, instead of /dev/kmsg\n"
	"  -n, --dry-run      only say what would be done; OUT may be left out\n"
	"  -h, --help         this text\n"
	"  -V, --version      the version\n"
	"\n"
	"Exit status: 0 saved, 1 error, 2 not a machine check: make a whole dump.\n";

/* Outcome of reading the command line. */
enum parsed {
	PARSED_RUN,
	PARSED_HELP,
	PARSED_VERSION,
	PARSED_WRONG, /* said on stderr */
};

static enum parsed wrong(const char *what, const char *argument)
{
	fprintf(stderr, "mce-slimdump: %s%s%s; see mce-slimdump --help\n", argument,
		*argument ? ": " : "", what);
	return PARSED_WRONG;
}

static enum parsed set_option(struct slimdump_options *options, int option, const char *argument)
{
	switch (option) {
	case 'k':
		options->kmsg = argument;
		return PARSED_RUN;
	case 'n':
		options->dry_run = true;
		return PARSED_RUN;
	case 'h':
		return PARSED_HELP;
	case 'V':
		return PARSED_VERSION;
	}
	/* getopt has said what is wrong */
	return PARSED_WRONG;
}

static enum parsed parse_options(int argc, char **argv, struct slimdump_options *options)
{
	static const struct option longs[] = {
		{ "kmsg", required_argument, NULL, 'k' },
		{ "dry-run", no_argument, NULL, 'n' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ 0 },
	};
	enum parsed parsed = PARSED_RUN;
	int option;

	while (parsed == PARSED_RUN && (option = getopt_long(argc, argv, "nhV", longs, NULL)) != -1)
		parsed = set_option(options, option, optarg);
	return parsed;
}

static enum parsed parse_files(char **arguments, struct slimdump_options *options)
{
	if (!arguments[0])
		return wrong("no VMCORE given", "");
	options->vmcore = *arguments++;
	if (!arguments[0])
		return options->dry_run ? PARSED_RUN : wrong("no OUT given", "");
	options->out = *arguments++;
	return arguments[0] ? wrong("unexpected", arguments[0]) : PARSED_RUN;
}

static int finish_output(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	fputs("mce-slimdump: writing the output failed\n", stderr);
	return SLIMDUMP_ERROR;
}

int main(int argc, char **argv)
{
	struct slimdump_options options = { .kmsg = "/dev/kmsg" };
	enum parsed parsed = parse_options(argc, argv, &options);

	if (parsed == PARSED_RUN)
		parsed = parse_files(argv + optind, &options);
	switch (parsed) {
	case PARSED_RUN:
		/* what was saved or not counts, not whether the console took the line */
		return (int)slimdump_run(&options);
	case PARSED_HELP:
		fputs(help, stdout);
		return finish_output(EXIT_SUCCESS);
	case PARSED_VERSION:
		puts("mce-slimdump " PACKAGE_VERSION);
		return finish_output(EXIT_SUCCESS);
	case PARSED_WRONG:
		break;
	}
	return SLIMDUMP_ERROR;
}
