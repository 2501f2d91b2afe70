/* SPDX-License-Identifier: GPL-2.0-only */
/* config: the command line and mcelog.conf, one row of options.def per option. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>

#include "util/threshold.h"

enum mode {
	MODE_ONE_SHOT, /* read the device once */
	MODE_DAEMON,
	MODE_HARVEST, /* what the previous boot left, then exit */
	MODE_REPLAY,  /* files that the operator names */
	MODE_CLIENT,  /* what the running daemon has counted */
	MODE_PING,    /* whether one is running */
	MODE_ASCII,   /* kernel text */
	MODE_BINARY,  /* files of struct mce */
	MODE_ERST,    /* what lies in firmware's store: list, show, clear */
	MODE_DECODE,  /* registers on the command line */
	MODE_IS_CPU_SUPPORTED,
	MODE_LIST_SOURCES,
	MODE_CHECK_CONFIG,
	MODE_DUMP_CONFIG,
	MODE_TRIGGER_RUNNER, /* what runs the scripts, outside the daemon's sandbox */
	MODE_TEST_HOOK,
	MODE_ENABLE_IMC_LOG, /* before the daemon starts, outside its sandbox */
	MODE_VERSION,
	MODE_HELP,
};

enum config_journal {
	CONFIG_JOURNAL_AUTO,
	CONFIG_JOURNAL_YES,
	CONFIG_JOURNAL_NO,
};

/* Whether event text goes to syslog, and its level. */
enum config_syslog {
	CONFIG_SYSLOG_AUTO,
	CONFIG_SYSLOG_NO,
	CONFIG_SYSLOG_WARNING,
	CONFIG_SYSLOG_ERROR,
};

/* What happens to a page with too many corrected errors. */
enum config_page_action {
	CONFIG_PAGE_OFF,
	CONFIG_PAGE_ACCOUNT,
	CONFIG_PAGE_SOFT,
	CONFIG_PAGE_HARD,
	CONFIG_PAGE_SOFT_THEN_HARD,
};

/* What is too many, and what to do then. */
struct config_limit {
	struct threshold threshold;
	char *trigger;
	bool log;
};

/* CPUID display family and model; family 0: not given. */
struct config_intel_cpu {
	unsigned int family;
	unsigned int model;
};

/*
 * Strings are owned by the config; NULL where not given and without default.
 * Triggers are names of scripts: config_find_trigger() says where one is. Times
 * are seconds.
 */
struct config {
	bool daemon;
	bool foreground;
	bool harvest;
	bool replay;
	bool client;
	bool ping;
	bool ascii;
	bool binary;
	bool decode;
	bool erst;
	bool force;
	bool is_cpu_supported;
	bool list_sources;
	bool check_config;
	bool dump_config;
	bool trigger_runner;
	bool enable_imc_log;
	bool test_hook;
	bool version;
	bool help;

	bool json;
	bool raw;
	bool ignorenodev;
	bool filter;
	bool filter_memory_errors;
	bool keep_erst;
	bool erst_clear;
	bool pstore_clear;
	bool no_imc_log;
	bool dmi;
	bool no_dmi;
	bool debug_numerrors;
	bool dry_run; /* pages and CPUs stay online, it is only said */
	bool verbose;
	unsigned int dmi_verbose;
	unsigned int num_errors; /* 0: no end */
	unsigned int max_corr_err_counters;
	enum config_journal journal;
	enum config_syslog syslog_events;
	struct config_intel_cpu intel_cpu;
	char *root;
	char *state_dir;
	char *config_file;
	char *logfile;
	char *file;
	char *pidfile;
	char *cpu;
	char *cpumhz;
	char *disable_source; /* names, comma separated */
	char *run_credentials_user;
	char *run_credentials_group;

	struct {
		char *client_user;
		char *client_group;
		char *socket_path; /* NULL: no server */
		unsigned int initial_ping_timeout;
		unsigned int listen_backlog;
	} server;
	struct {
		bool tracking;
		bool dmi_prepopulate;
		struct config_limit ce;
		struct config_limit uc;
	} dimm;
	struct {
		bool tracking;
		struct config_limit ce;
		struct config_limit uc;
		char *bus_trigger; /* each with a threshold that is off: at every error */
		char *iomca_trigger;
		char *unknown_trigger;
		struct threshold bus_threshold;
		struct threshold iomca_threshold;
		struct threshold unknown_threshold;
	} socket;
	struct {
		char *trigger;
		bool log;
		bool cpu_offline;
	} cache;
	struct {
		struct config_limit ce;
		struct config_limit replacement;
		enum config_page_action action;
		bool offline_retry;
		char *pre_soft_trigger;
		char *post_soft_trigger;
		unsigned int max_offline_per_hour; /* pages */
		unsigned int max_offline_memory;   /* thousandths of the memory */
		unsigned int channel_fault_pages;
	} page;
	struct {
		unsigned int children_max;
		unsigned int timeout;
		unsigned int hook_repeat;
		char *directory; /* NULL: the usual ones */
		char *hook;
	} trigger;

	unsigned int problems; /* in the file, all of them logged */
	char **operands;       /* device or replay paths; point into argv */
	int n_operands;
};

/*
 * Reads the command line, then the file it names (a missing default file is
 * fine, but for --check-config), then the command line again, which wins.
 * Trouble with the file is logged with file and line, counted in problems, and
 * does not fail, but for a file that was asked for and cannot be read: a machine
 * must not stay unwatched for a misspelled key. Errors: -EINVAL (usage, logged),
 * -errno.
 */
int config_load(struct config *config, int argc, char **argv);

/*
 * The same, for one who has a configuration to fall back to: any problem with
 * the file fails with -EINVAL, logged.
 */
int config_load_strict(struct config *config, int argc, char **argv);

/* Frees the strings; a zeroed config is fine. */
void config_free(struct config *config);

/* The one mode. */
enum mode config_mode(const struct config *config);

/* What may stand between the names in disable_source. */
#define CONFIG_BETWEEN_NAMES ", \t"

/* Whether the configuration turns the source off. */
bool config_disables(const struct config *config, const char *source);

/* Prints the options, one a line, to stdout. */
void config_print_help(void);
