// SPDX-License-Identifier: GPL-2.0-only
/* mcelog.conf: sections, keys, what is said of a wrong one, and the file printed back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "config-check.h"
#include "config-dump.h"
#include "option.h"
#include "tests/unit/load-config.h"

#define CONF SYSCONF_DIR "/mcelog/mcelog.conf"

static void expect_threshold(const struct threshold *threshold, const char *text)
{
	char buffer[THRESHOLD_TEXT_MAX];

	assert_string_equal(threshold_text(threshold, buffer), text);
}

/* Loads the text; any problem fails the test. */
static void load_clean(struct collect *collect, struct config *config, const char *text)
{
	put_conf(collect, text);
	assert_int_equal(LOAD(collect, config), 0);
	assert_string_equal(collect->logged, "");
	assert_int_equal(config->problems, 0);
}

/* Loads the text; exactly this is said about it, behind path and line. */
static void load_wrong(struct collect *collect, struct config *config, const char *text,
		       unsigned int line, const char *problem)
{
	char said[512];

	put_conf(collect, text);
	snprintf(said, sizeof(said), "mcelog: " CONF ":%u: %s\n", line, problem);
	assert_int_equal(LOAD(collect, config), 0);
	assert_string_equal(collect->logged, said);
	assert_int_equal(config->problems, 1);
}

/* Only that, no value looked at. */
static void expect_wrong(struct collect *collect, const char *text, const char *problem)
{
	struct config config;

	load_wrong(collect, &config, text, 1, problem);
	config_free(&config);
}

/* --- the rows --- */

static bool is_twice(size_t row)
{
	for (size_t i = 0; i < row; i++)
		if (strcmp(option_rows[i].name, option_rows[row].name) == 0)
			return true;
	return false;
}

/* A key before the sections is found by its name alone, so names are unique. */
static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		const struct option_row *row = &option_rows[i];
		const struct option_row *target =
			row->target ? option_find(row->section, row->target) : row;

		if (is_twice(i))
			fail_msg("%s is there twice", row->name);
		assert_non_null(target);
		assert_ptr_equal(option_find(row->section, row->name), row);
		assert_int_equal(row->offset, target->offset);
		assert_true(!row->target || !target->target);
		assert_true(strlen(row->help) > 0);
		if (i && strcmp(row->section, option_rows[i - 1].section) != 0)
			assert_string_not_equal(row->section, "");
	}
}

/* --- sections --- */

static void test_sections(void **state)
{
	struct collect *collect = *state;
	struct config config;

	load_clean(collect, &config,
		   "daemon = yes\r\n"
		   "[page] # comment\n"
		   "memory-ce-threshold = 3 / 1 h\n"
		   "memory-ce-trigger=page-error-trigger # why\n"
		   " [ dimm ] \n"
		   "ce-error-threshold = 5k/2w\n"
		   "dmi-prepopulate = OFF\n"
		   "[page]\n" /* the same section again */
		   "memory-ce-action = Soft-Then-Hard\n"
		   "memory-ce-log = 1\n"
		   "[global]\n"
		   "keep-erst = true\n"
		   "[server]\n"
		   "socket-path =\n"
		   "client-user = *\n"
		   "listen-backlog = 65535");
	assert_true(config.daemon);
	assert_true(config.keep_erst);
	expect_threshold(&config.page.ce.threshold, "3 / 1h");
	assert_string_equal(config.page.ce.trigger, "page-error-trigger");
	assert_true(config.page.ce.log);
	assert_int_equal(config.page.action, CONFIG_PAGE_SOFT_THEN_HARD);
	expect_threshold(&config.dimm.ce.threshold, "5000 / 2w");
	assert_false(config.dimm.dmi_prepopulate);
	assert_null(config.server.socket_path);
	assert_string_equal(config.server.client_user, "*");
	assert_int_equal(config.server.listen_backlog, 65535);
	config_free(&config);
}

/* A key that is missing in its section is looked up before the sections. */
static void test_inherited(void **state)
{
	struct collect *collect = *state;
	struct config config;

	load_clean(collect, &config,
		   "memory-ce-threshold = 1 / 1h\n"
		   "children-max = 7\n"
		   "[page]\n"
		   "memory-ce-threshold = 2 / 2h\n");
	expect_threshold(&config.page.ce.threshold, "2 / 2h");
	assert_int_equal(config.trigger.children_max, 7);
	config_free(&config);
	/* in whatever order */
	load_clean(collect, &config,
		   "[page]\n"
		   "memory-ce-threshold = 2 / 2h\n"
		   "[global]\n"
		   "memory-ce-threshold = 1 / 1h\n");
	expect_threshold(&config.page.ce.threshold, "2 / 2h");
	config_free(&config);
	/* but not the other way round */
	load_wrong(collect, &config, "[page]\nverbose = yes\n", 2,
		   "the key verbose is not known in [page], ignored; "
		   "did you mean verbose in [global]?");
	assert_false(config.verbose);
	config_free(&config);
}

static void test_given_twice(void **state)
{
	struct collect *collect = *state;
	struct config config;

	load_wrong(collect, &config,
		   "[socket]\nmem-ce-error-threshold = 1 / 1h\n"
		   "[socket]\nmem-ce-error-threshold = 2 / 2h\n",
		   4, "mem-ce-error-threshold is given in line 2 already, ignored");
	expect_threshold(&config.socket.ce.threshold, "1 / 1h");
	config_free(&config);
	/* also under its other name */
	load_wrong(collect, &config,
		   "[socket]\nsocket-tracking-enabled = no\nsocket-tracing-enabled = yes\n", 3,
		   "socket-tracing-enabled is given in line 2 already, ignored");
	assert_false(config.socket.tracking);
	config_free(&config);
}

static void test_aliases(void **state)
{
	struct collect *collect = *state;
	struct config config;

	load_clean(collect, &config,
		   "no-syslog = yes\n"
		   "no-filter = yes\n"
		   "dump-raw-ascii = yes\n"
		   "k8 = yes\n"
		   "core2 = no\n"
		   "[socket]\n"
		   "socket-tracing-enabled = no\n"
		   "iomca-error-trigger = a\n"
		   "unknown-error-trigger = b\n"
		   "iomca-error-trigger-threshold = 1 / 1h\n"
		   "unknown-error-trigger-threshold = 2 / 1h\n"
		   "bus-uc-threshold-trigger-threshold = 3 / 1h\n");
	assert_int_equal(config.syslog_events, CONFIG_SYSLOG_NO);
	assert_false(config.filter);
	assert_true(config.raw);
	assert_string_equal(config.cpu, "k8");
	assert_false(config.socket.tracking);
	assert_string_equal(config.socket.iomca_trigger, "a");
	assert_string_equal(config.socket.unknown_trigger, "b");
	expect_threshold(&config.socket.iomca_threshold, "1 / 1h");
	expect_threshold(&config.socket.unknown_threshold, "2 / 1h");
	expect_threshold(&config.socket.bus_threshold, "3 / 1h");
	config_free(&config);
}

/* --- what is wrong --- */

static void test_unknown_names(void **state)
{
	struct collect *collect = *state;
	struct config config;

	load_wrong(collect, &config, "[page]\nmemory-ce-treshold = 2 / 24h\nmemory-ce-log = yes\n",
		   2,
		   "the key memory-ce-treshold is not known in [page], ignored; "
		   "did you mean memory-ce-threshold?");
	assert_true(config.page.ce.log); /* the rest goes on */
	config_free(&config);
	load_wrong(collect, &config, "[dimm]\nmemory-ce-action = soft\n", 2,
		   "the key memory-ce-action is not known in [dimm], ignored; "
		   "did you mean memory-ce-action in [page]?");
	config_free(&config);
	/* a key of another section, letter by letter, goes before one like it of this section */
	load_wrong(collect, &config, "[socket]\nce-error-threshold = 1 / 1h\n", 2,
		   "the key ce-error-threshold is not known in [socket], ignored; "
		   "did you mean ce-error-threshold in [dimm]?");
	config_free(&config);
	load_wrong(collect, &config, "[paeg]\nmemory-ce-action = soft\nno-such = 1\n", 1,
		   "the section [paeg] is not known, its keys are ignored; did you mean [page]?");
	assert_int_equal(config.page.action, CONFIG_PAGE_OFF);
	config_free(&config);
	expect_wrong(collect, "[]\n", "the section [] is not known, its keys are ignored");
	expect_wrong(collect, "verbos = yes\n",
		     "the key verbos is not known, ignored; did you mean verbose?");
	expect_wrong(collect, "colour = yes\n", "the key colour is not known, ignored");
	expect_wrong(collect, "= 5\n", "the key  is not known, ignored");
	expect_wrong(collect, "a\033[1mb = 5\n", "the key a?[1mb is not known, ignored");
}

static void test_bad_values(void **state)
{
	static const struct {
		const char *line, *problem;
	} rows[] = {
		{ "daemon = perhaps", "daemon = perhaps: yes or no is wanted, ignored" },
		{ "daemon", "\"key = value\" is wanted, ignored" },
		{ "journal = maybe", "journal = maybe: auto, yes or no is wanted, ignored" },
		{ "state-dir = here", "state-dir = here: an absolute path is wanted, ignored" },
		{ "root = /", "the key root is for the command line, ignored" },
		{ "config-file = /x", "the key config-file is for the command line, ignored" },
		{ "replay = yes", "the key replay is for the command line, ignored" },
		{ "cpu = 80286", "cpu = 80286: no CPU of this name is known, ignored" },
		{ "children-max = 2x",
		  "children-max = 2x: a number from 1 to 1024 is wanted, ignored" },
		{ "children-max = 0",
		  "children-max = 0: a number from 1 to 1024 is wanted, ignored" },
		{ "children-max = 1025",
		  "children-max = 1025: a number from 1 to 1024 is wanted, ignored" },
		{ "memory-ce-threshold = 0 / 24h",
		  "memory-ce-threshold = 0 / 24h: a number is 0 or too large, ignored" },
		{ "memory-ce-threshold = 2 per day",
		  "memory-ce-threshold = 2 per day: \"N / T\" is wanted, such as 10 / 24h, or "
		  "off, ignored" },
		{ "memory-ce-action = softly",
		  "memory-ce-action = softly: off, account, soft, hard or soft-then-hard is "
		  "wanted, ignored" },
		{ "socket-path = here",
		  "socket-path = here: an absolute path or nothing is wanted, ignored" },
		{ "k8 = perhaps", "k8 = perhaps: yes or no is wanted, ignored" },
		{ "[page", "a ] is missing" },
		{ "[page] log", "\"log\" behind the section's name is ignored" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		expect_wrong(*state, rows[i].line, rows[i].problem);
}

/* Each problem has its line, and what is right is in force. */
static void test_all_problems(void **state)
{
	struct collect *collect = *state;
	struct config config;

	put_conf(collect, "no-such-key = 1\n"
			  "daemon = perhaps\n"
			  "verbose = yes\n"
			  "[page]\n"
			  "memory-ce-threshold = many\n"
			  "memory-ce-action = soft\n");
	assert_int_equal(LOAD(collect, &config), 0);
	assert_int_equal(config.problems, 3);
	assert_int_equal(count_lines(collect->logged), 3);
	assert_non_null(strstr(collect->logged, CONF ":1: "));
	assert_non_null(strstr(collect->logged, CONF ":2: "));
	assert_non_null(strstr(collect->logged, CONF ":5: "));
	assert_true(config.verbose);
	assert_false(config.daemon);
	assert_int_equal(config.page.action, CONFIG_PAGE_SOFT);
	assert_false(threshold_is_on(&config.page.ce.threshold));
	config_free(&config);
}

static void test_nul(void **state)
{
	static const char text[] = "verbose = yes\n\0daemon = yes\n";
	struct collect *collect = *state;
	struct config config;

	put_file(collect, CONF, text, sizeof(text) - 1);
	assert_int_equal(LOAD(collect, &config), 0);
	assert_true(config.verbose);
	assert_false(config.daemon);
	assert_int_equal(config.problems, 1);
	assert_non_null(strstr(collect->logged, "a NUL byte"));
	config_free(&config);
}

/* One who has a configuration does not trade it for a half one. */
static void test_strict(void **state)
{
	struct collect *collect = *state;
	static const char *const none[] = { NULL };
	struct config config = { 0 };

	put_conf(collect, "verbos = yes\n[page]\nmemory-ce-threshold = many\n");
	assert_int_equal(load_by(config_load_strict, collect, &config, none), -EINVAL);
	assert_int_equal(count_lines(collect->logged), 3);
	assert_non_null(strstr(collect->logged, CONF ": 2 problems, nothing of it is taken"));
	assert_null(config.state_dir);
	put_conf(collect, "verbose = yes\n");
	assert_int_equal(load_by(config_load_strict, collect, &config, none), 0);
	assert_string_equal(collect->logged, "");
	assert_true(config.verbose);
	config_free(&config);
}

/* --- other people's files --- */

static void load_golden(struct collect *collect, struct config *config, const char *path)
{
	put_test_file(collect, CONF, path);
	assert_int_equal(LOAD(collect, config), 0);
	assert_string_equal(collect->logged, "");
	assert_int_equal(config->problems, 0);
}

static void test_file_of_mcelog(void **state)
{
	struct config config;

	load_golden(*state, &config, "golden/config/mcelog.conf");
	assert_true(config.filter);
	expect_threshold(&config.dimm.ce.threshold, "10 / 24h");
	expect_threshold(&config.dimm.uc.threshold, "1 / 24h");
	assert_null(config.dimm.ce.trigger);
	expect_threshold(&config.socket.ce.threshold, "100 / 24h");
	expect_threshold(&config.socket.uc.threshold, "100 / 24h");
	assert_string_equal(config.socket.ce.trigger, "socket-memory-error-trigger");
	assert_true(config.socket.ce.log);
	assert_false(config.socket.uc.log);
	assert_string_equal(config.socket.bus_trigger, "bus-error-trigger");
	assert_string_equal(config.socket.iomca_trigger, "iomca-error-trigger");
	assert_string_equal(config.socket.unknown_trigger, "unknown-error-trigger");
	assert_string_equal(config.cache.trigger, "cache-error-trigger");
	assert_true(config.cache.log);
	expect_threshold(&config.page.ce.threshold, "2 / 24h");
	expect_threshold(&config.page.replacement.threshold, "20 / 24h");
	assert_string_equal(config.page.replacement.trigger,
			    "page-error-counter-replacement-trigger");
	assert_true(config.page.offline_retry);
	assert_int_equal(config.page.action, CONFIG_PAGE_SOFT);
	assert_string_equal(config.page.pre_soft_trigger, "page-error-pre-sync-soft-trigger");
	assert_string_equal(config.page.post_soft_trigger, "page-error-post-sync-soft-trigger");
	assert_int_equal(config.trigger.children_max, 2);
	assert_string_equal(config.trigger.directory, "/etc/mcelog");
	config_free(&config);
}

static void test_file_of_red_hat(void **state)
{
	struct config config;

	load_golden(*state, &config, "golden/config/rhel.conf");
	assert_true(config.no_imc_log);
	assert_true(config.socket.tracking);
	assert_false(config.dimm.dmi_prepopulate);
	expect_threshold(&config.dimm.ce.threshold, "2 / 24h");
	assert_string_equal(config.dimm.ce.trigger, "dimm-error-trigger");
	expect_threshold(&config.page.ce.threshold, "10 / 24h");
	assert_string_equal(config.page.ce.trigger, "page-error-trigger");
	assert_string_equal(config.trigger.directory, "/etc/mcelog/triggers");
	config_free(&config);
}

static void test_file_of_suse(void **state)
{
	struct config config;

	load_golden(*state, &config, "golden/config/suse.conf");
	assert_string_equal(config.server.socket_path, "/run/mcelog/mcelog-client");
	expect_threshold(&config.page.ce.threshold, "10 / 24h");
	assert_false(config.page.offline_retry);
	config_free(&config);
}

/* Log file and syslog: with mcelog the file stays empty then. */
static void test_file_of_chef(void **state)
{
	struct config config;

	load_golden(*state, &config, "golden/config/chef.conf");
	assert_string_equal(config.cpu, "skylake_server");
	assert_string_equal(config.logfile, "/var/log/mcelog");
	assert_int_equal(config.syslog_events, CONFIG_SYSLOG_ERROR);
	assert_string_equal(config.run_credentials_group, "root");
	assert_false(config.raw);
	assert_true(config.filter);
	assert_string_equal(config.server.client_group, "root");
	expect_threshold(&config.page.ce.threshold, "10 / 24h");
	config_free(&config);
}

/* Ours acts as mcelog's does, and lists every key. */
static void test_our_file(void **state)
{
	_cleanup_strbuf_ struct strbuf ours = { 0 }, theirs = { 0 };
	_cleanup_free_ char *text = test_read(test_data("../data/mcelog.conf"), NULL);
	struct config config;

	load_golden(*state, &config, "../data/mcelog.conf");
	config_dump(&config, &ours);
	config_free(&config);
	load_golden(*state, &config, "golden/config/mcelog.conf");
	free(config.trigger.directory); /* ours leaves it at the default, which has it first */
	config.trigger.directory = NULL;
	config_dump(&config, &theirs);
	config_free(&config);
	assert_string_equal(strbuf_text(&ours), strbuf_text(&theirs));

	for (size_t i = 0; i < OPTION_COUNT; i++) {
		char line[96];

		if (!*option_rows[i].section || option_rows[i].kind == OPTION_ALIAS)
			continue;
		snprintf(line, sizeof(line), "%s = ", option_rows[i].name);
		if (!strstr(text, line))
			fail_msg("data/mcelog.conf does not have %s", option_rows[i].name);
	}
}

/* --- and back --- */

static void test_dump_defaults(void **state)
{
	_cleanup_strbuf_ struct strbuf text = { 0 };
	struct config config;

	assert_int_equal(LOAD(*state, &config), 0);
	config_dump(&config, &text);
	config_free(&config);
	assert_int_equal(text.error, 0);
	for (char *line = strtok((char *)strbuf_text(&text), "\n"); line; line = strtok(NULL, "\n"))
		if (*line != '#' && *line != '[')
			fail_msg("not the default: %s", line);
}

static void test_dump_lists_all(void **state)
{
	_cleanup_strbuf_ struct strbuf text = { 0 };
	struct config config;

	assert_int_equal(LOAD(*state, &config), 0);
	config_dump(&config, &text);
	config_free(&config);
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		const struct option_row *row = &option_rows[i];
		bool wanted = !option_is_for_argv(row) && !row->target;
		char line[96];

		snprintf(line, sizeof(line), "\n#%s =", row->name);
		assert_int_equal(strstr(strbuf_text(&text), line) != NULL, wanted);
	}
}

static void test_round_trip(void **state)
{
	_cleanup_strbuf_ struct strbuf once = { 0 }, twice = { 0 };
	struct collect *collect = *state;
	struct config config;

	load_clean(collect, &config,
		   "syslog-error = yes\nno-filter = yes\nintel-cpu = 6,85\ncpumhz = 12.5\n"
		   "num-errors = 4294967295\nlogfile = /a b/c\ncpu = k8\n"
		   "[server]\nsocket-path =\nclient-user =\nclient-group = *\n"
		   "[dimm]\ndimm-tracking-enabled = no\nce-error-threshold = 4G / 7 weeks\n"
		   "[page]\nmemory-ce-action = hard\nmemory-ce-threshold = 5 / 90\n"
		   "[trigger]\nhook = /usr/local/bin/page-me\ntimeout = 5\n");
	config_dump(&config, &once);
	config_free(&config);
	assert_non_null(strstr(strbuf_text(&once), "\nsyslog-events = error\n"));
	assert_non_null(strstr(strbuf_text(&once), "\nfilter = no\n"));
	assert_non_null(strstr(strbuf_text(&once), "\nsocket-path =\n"));
	assert_non_null(strstr(strbuf_text(&once), "\nce-error-threshold = 4000000000 / 7w\n"));
	assert_non_null(strstr(strbuf_text(&once), "\nmemory-ce-threshold = 5 / 90s\n"));
	assert_non_null(strstr(strbuf_text(&once), "\n#memory-ce-log = no\n"));

	load_clean(collect, &config, strbuf_text(&once));
	config_dump(&config, &twice);
	config_free(&config);
	assert_string_equal(strbuf_text(&once), strbuf_text(&twice));
}

/* A file cannot say what has a # in it: the dump must not say something else. */
static void test_dump_unwritable(void **state)
{
	_cleanup_strbuf_ struct strbuf text = { 0 };
	struct config config;

	assert_int_equal(LOAD(*state, &config, "--logfile", "/tmp/a#b", "--pidfile", "/c\nd"), 0);
	config_dump(&config, &text);
	config_free(&config);
	assert_non_null(strstr(strbuf_text(&text), "# logfile: its value cannot stand in a file"));
	assert_null(strstr(strbuf_text(&text), "\nlogfile ="));
	assert_null(strstr(strbuf_text(&text), "\nd"));
}

/* --- triggers --- */

static void put_script(struct collect *collect, const char *path, mode_t mode)
{
	char full[ROOT_PATH_MAX];

	put_file(collect, path, "#!/bin/sh\n", 10);
	assert_int_equal(chmod(root_path(&collect->root, path, full), mode), 0);
}

static void expect_trigger(struct collect *collect, const char *directory, const char *trigger,
			   int result, const char *where)
{
	char copy[128] = "", path[ROOT_PATH_MAX];
	struct config config = { 0 };

	if (directory) {
		snprintf(copy, sizeof(copy), "%s", directory);
		config.trigger.directory = copy;
	}
	assert_int_equal(config_find_trigger(&config, &collect->root, trigger, path), result);
	assert_string_equal(path, where);
}

static void test_find_trigger(void **state)
{
	struct collect *collect = *state;

	put_script(collect, SYSCONF_DIR "/mcelog/both", 0755);
	put_script(collect, SYSCONF_DIR "/mcelog/triggers/both", 0755);
	put_script(collect, SYSCONF_DIR "/mcelog/triggers/second", 0755);
	put_script(collect, SYSCONF_DIR "/mcelog/plain", 0644);
	put_script(collect, SYSCONF_DIR "/mcelog/triggers/plain", 0755);
	put_script(collect, "/opt/triggers/own", 0755);
	expect_trigger(collect, NULL, "both", 0, SYSCONF_DIR "/mcelog/both");
	expect_trigger(collect, NULL, "second", 0, SYSCONF_DIR "/mcelog/triggers/second");
	/* one that was made not executable is not replaced by another one */
	expect_trigger(collect, NULL, "plain", -EACCES, SYSCONF_DIR "/mcelog/plain");
	expect_trigger(collect, NULL, "triggers", -EACCES, SYSCONF_DIR "/mcelog/triggers");
	expect_trigger(collect, NULL, "none", -ENOENT, SYSCONF_DIR "/mcelog/none");
	expect_trigger(collect, NULL, "/opt/triggers/own", 0, "/opt/triggers/own");
	expect_trigger(collect, "/opt/triggers", "own", 0, "/opt/triggers/own");
	expect_trigger(collect, "/opt/triggers", "both", -ENOENT, "/opt/triggers/both");
}

static unsigned int check_names(struct collect *collect, const struct config *config)
{
	int saved = log_begin(collect);
	unsigned int missing = config_check_names(config);

	log_end(collect, saved);
	return missing;
}

static void test_check_triggers(void **state)
{
	struct collect *collect = *state;
	struct config config;

	load_clean(collect, &config,
		   "[dimm]\nce-error-trigger = missing\n"
		   "[socket]\nbus-uc-threshold-trigger = plain\n"
		   "[page]\nmemory-ce-trigger = there\n");
	put_script(collect, SYSCONF_DIR "/mcelog/plain", 0644);
	put_script(collect, SYSCONF_DIR "/mcelog/triggers/there", 0755);
	assert_int_equal(check_names(collect, &config), 2);
	assert_string_equal(collect->logged,
			    "mcelog: " CONF ": [dimm] ce-error-trigger = missing: " SYSCONF_DIR
			    "/mcelog/missing: No such file or directory, it cannot be run\n"
			    "mcelog: " CONF
			    ": [socket] bus-uc-threshold-trigger = plain: " SYSCONF_DIR
			    "/mcelog/plain: not an executable file, it cannot be run\n");
	config_free(&config);

	/* two that would offline the same CPUs */
	load_clean(collect, &config,
		   "[cache]\ncache-threshold-trigger = there\ncpu-offline = on\n");
	assert_int_equal(check_names(collect, &config), 0);
	assert_int_equal(count_lines(collect->logged), 1);
	assert_non_null(strstr(collect->logged, "cpu-offline = on: does"));
	config_free(&config);
	load_clean(collect, &config, "[cache]\ncpu-offline = on\n");
	assert_int_equal(check_names(collect, &config), 0);
	assert_string_equal(collect->logged, "");
	config_free(&config);
}

static void test_check_sources(void **state)
{
	struct collect *collect = *state;
	struct config config;

	load_clean(collect, &config, "disable-source = erst, tracfs,,nonsense devmcelog\n");
	assert_int_equal(check_names(collect, &config), 2);
	assert_string_equal(collect->logged,
			    "mcelog: disable-source: there is no source tracfs; "
			    "did you mean tracefs?\n"
			    "mcelog: disable-source: there is no source nonsense\n");
	config_free(&config);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, collect_setup, collect_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_rows),
		TEST(test_sections),
		TEST(test_inherited),
		TEST(test_given_twice),
		TEST(test_aliases),
		TEST(test_unknown_names),
		TEST(test_bad_values),
		TEST(test_all_problems),
		TEST(test_nul),
		TEST(test_strict),
		TEST(test_file_of_mcelog),
		TEST(test_file_of_red_hat),
		TEST(test_file_of_suse),
		TEST(test_file_of_chef),
		TEST(test_our_file),
		TEST(test_dump_defaults),
		TEST(test_dump_lists_all),
		TEST(test_round_trip),
		TEST(test_dump_unwritable),
		TEST(test_find_trigger),
		TEST(test_check_triggers),
		TEST(test_check_sources),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
