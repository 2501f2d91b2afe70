// SPDX-License-Identifier: GPL-2.0-only
/* The command line: what wins over the file, what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "option.h"
#include "tests/unit/load-config.h"

static void test_defaults(void **state)
{
	struct config config;

	assert_int_equal(LOAD(*state, &config), 0);
	assert_string_equal(config.state_dir, STATE_DIR);
	assert_int_equal(config.journal, CONFIG_JOURNAL_AUTO);
	assert_string_equal(config.config_file, SYSCONF_DIR "/mcelog/mcelog.conf");
	assert_null(config.logfile);
	assert_true(config.filter);
	assert_int_equal(config.max_corr_err_counters, 4158);
	/* what mcelog does without a word about it: nothing is counted against a threshold */
	assert_false(threshold_is_on(&config.page.ce.threshold));
	assert_false(threshold_is_on(&config.dimm.uc.threshold));
	assert_int_equal(config.page.action, CONFIG_PAGE_OFF);
	assert_false(config.cache.cpu_offline);
	assert_null(config.cache.trigger);
	assert_true(config.dimm.tracking);
	assert_int_equal(config.trigger.children_max, 4);
	assert_int_equal(config.trigger.timeout, 60);
	assert_int_equal(config.trigger.hook_repeat, 86400);
	assert_string_equal(config.server.client_user, "root");
	assert_null(config.server.client_group);
	assert_int_equal(config.n_operands, 0);
	assert_int_equal(config_mode(&config), MODE_ONE_SHOT);
	assert_string_equal(((struct collect *)*state)->logged, "");
	config_free(&config);
	config_free(&config); /* a zeroed one is fine */
}

static void test_modes(void **state)
{
	static const struct {
		const char *arguments[4];
		enum mode mode;
	} rows[] = {
		{ { "--daemon" }, MODE_DAEMON },
		{ { "--daemon", "--foreground" }, MODE_DAEMON },
		{ { "--harvest" }, MODE_HARVEST },
		{ { "--replay", "a", "b" }, MODE_REPLAY },
		{ { "a", "--replay", "b" }, MODE_REPLAY },
		{ { "--list-sources" }, MODE_LIST_SOURCES },
		{ { "--client" }, MODE_CLIENT },
		{ { "--client", "--daemon" }, MODE_CLIENT }, /* daemon = yes in the file */
		{ { "--ping" }, MODE_PING },
		{ { "--is-cpu-supported" }, MODE_IS_CPU_SUPPORTED },
		{ { "--trigger-runner" }, MODE_TRIGGER_RUNNER },
		{ { "--dump-config", "--daemon" }, MODE_DUMP_CONFIG },
		{ { "--version", "--daemon" }, MODE_VERSION },
		{ { "--help", "--version" }, MODE_HELP },
		{ { "--ignorenodev", "/dev/mcelog" }, MODE_ONE_SHOT },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct config config;

		assert_int_equal(load(*state, &config, rows[i].arguments), 0);
		assert_int_equal(config_mode(&config), rows[i].mode);
		config_free(&config);
	}
}

static void test_file_and_command_line(void **state)
{
	struct collect *collect = *state;
	struct config config;

	put_conf(collect, "# a comment\n\n"
			  "daemon = yes\r\n"
			  "\tlogfile=/var/log/of-file # why\n"
			  "journal = no\n"
			  "keep-erst = on\n"
			  "verbose = FALSE");
	assert_int_equal(LOAD(collect, &config, "--logfile", "/var/log/of-argv"), 0);
	assert_string_equal(collect->logged, "");
	assert_true(config.daemon);
	assert_true(config.keep_erst);
	assert_false(config.verbose);
	assert_string_equal(config.logfile, "/var/log/of-argv");
	assert_int_equal(config.journal, CONFIG_JOURNAL_NO);
	config_free(&config);
}

static void test_other_file(void **state)
{
	struct collect *collect = *state;
	struct config config;

	put_conf(collect, "daemon = yes\n");
	put_file(collect, "/etc/other", "verbose = yes\n", 14);
	assert_int_equal(LOAD(collect, &config, "--config-file", "/etc/other"), 0);
	assert_true(config.verbose);
	assert_false(config.daemon);
	config_free(&config);
	/* one that was asked for has to be there */
	expect_error(collect, LOAD(collect, &config, "--config-file", "/etc/none"), -ENOENT,
		     "/etc/none: No such file or directory");
	/* but not to say what the program is */
	assert_int_equal(LOAD(collect, &config, "--help", "--config-file", "/etc/none"), 0);
	config_free(&config);
}

static void test_usage(void **state)
{
	struct collect *collect = *state;
	struct config config;

	expect_error(collect, LOAD(collect, &config, "--no-such"), -EINVAL, "--no-such");
	expect_error(collect, LOAD(collect, &config, "--state-dir"), -EINVAL, "--state-dir");
	expect_error(collect, LOAD(collect, &config, "--daemon=no"), -EINVAL, "--daemon");
	expect_error(collect, LOAD(collect, &config, "-x"), -EINVAL, "x");
	expect_error(collect, LOAD(collect, &config, "--journal", "sometimes"), -EINVAL,
		     "--journal sometimes: auto, yes or no is wanted");
	expect_error(collect, LOAD(collect, &config, "--state-dir", "here"), -EINVAL,
		     "--state-dir here: an absolute path is wanted");
	expect_error(collect, LOAD(collect, &config, "--replay"), -EINVAL, "--replay: what?");
	expect_error(collect, LOAD(collect, &config, "/dev/a", "/dev/b"), -EINVAL,
		     "/dev/b: one device at most");
	expect_error(collect, LOAD(collect, &config, "--harvest", "foo", "bar"), -EINVAL,
		     "foo: --harvest takes no file or device");
	expect_error(collect, LOAD(collect, &config, "--json", "--harvest"), -EINVAL,
		     "--json: not with --harvest");
	expect_error(collect, LOAD(collect, &config, "--harvest", "--force"), -EINVAL,
		     "--force: with --erst clear only");
	expect_error(collect, LOAD(collect, &config, "--root", "/no/such/root"), -ENOENT,
		     "--root /no/such/root");
	expect_error(collect, LOAD(collect, &config, "--config-file", ""), -EINVAL,
		     "--config-file : a path is wanted");
	expect_error(collect, LOAD(collect, &config, "--num-errors", "-1"), -EINVAL,
		     "--num-errors -1: a number from 0 to 4294967295 is wanted");
	expect_error(collect, LOAD(collect, &config, "--num-errors", "4294967296"), -EINVAL,
		     "a number from 0");
	expect_error(collect, LOAD(collect, &config, "--max-corr-err-counters", "0"), -EINVAL,
		     "a number from 1 to 10000000");
	expect_error(collect, LOAD(collect, &config, "--cpumhz", "fast"), -EINVAL,
		     "--cpumhz fast: a number is wanted");
	expect_error(collect, LOAD(collect, &config, "--intel-cpu", "6"), -EINVAL,
		     "--intel-cpu 6: FAMILY,MODEL is wanted");
	expect_error(collect, LOAD(collect, &config, "--intel-cpu", "6,85,1"), -EINVAL, "6,85,1");
	expect_error(collect, LOAD(collect, &config, "--intel-cpu", "6,256"), -EINVAL, "6,256");
	expect_error(collect, LOAD(collect, &config, "--intel-cpu", "0,1"), -EINVAL, "0,1");
	/* keys of sections are for the file */
	expect_error(collect, LOAD(collect, &config, "--memory-ce-action", "soft"), -EINVAL,
		     "--memory-ce-action");
}

/* Every option of mcelog's is taken, and does what it did. */
static void test_mcelog_options(void **state)
{
	struct config config;

	assert_int_equal(LOAD(*state, &config, "--k8", "--no-filter", "--syslog-error",
			      "--cpumhz=1800.5", "--num-errors", "3", "--dmi-verbose", "2",
			      "--max-corr-err-counters=63"),
			 0);
	assert_string_equal(config.cpu, "k8");
	assert_false(config.filter);
	assert_int_equal(config.syslog_events, CONFIG_SYSLOG_ERROR);
	assert_string_equal(config.cpumhz, "1800.5");
	assert_int_equal(config.num_errors, 3);
	assert_int_equal(config.dmi_verbose, 2);
	assert_int_equal(config.max_corr_err_counters, 63);
	config_free(&config);

	/* of several the last one counts */
	assert_int_equal(LOAD(*state, &config, "--p4", "--core2", "--no-syslog", "--syslog",
			      "--dump-raw-ascii", "--intel-cpu", "6,85"),
			 0);
	assert_string_equal(config.cpu, "core2");
	assert_int_equal(config.syslog_events, CONFIG_SYSLOG_WARNING);
	assert_true(config.raw);
	assert_int_equal(config.intel_cpu.family, 6);
	assert_int_equal(config.intel_cpu.model, 85);
	config_free(&config);

	assert_int_equal(LOAD(*state, &config, "--no-dmi", "--dmi", "--no-imc-log",
			      "--debug-numerrors", "--pidfile", "/run/x.pid", "--generic",
			      "--dry-run", "--no-syslog"),
			 0);
	assert_true(config.no_dmi && config.dmi && config.no_imc_log && config.debug_numerrors);
	assert_true(config.dry_run);
	assert_string_equal(config.pidfile, "/run/x.pid");
	assert_string_equal(config.cpu, "generic");
	assert_int_equal(config.syslog_events, CONFIG_SYSLOG_NO);
	config_free(&config);

	/* as much of a name as is no other one's */
	put_conf(*state, "verbose = yes\n");
	assert_int_equal(LOAD(*state, &config, "--daem", "--foreg", "--ignore", "--max-corr", "100",
			      "--conf", SYSCONF_DIR "/mcelog/mcelog.conf"),
			 0);
	assert_true(config.daemon && config.foreground && config.ignorenodev && config.verbose);
	assert_int_equal(config.max_corr_err_counters, 100); /* not rounded up */
	config_free(&config);
}

/* Operands point into argv, wherever they stood; a second load (a reload) sees the same. */
static void test_operands(void **state)
{
	struct collect *collect = *state;
	static char program[] = "mcelog", first[] = "a", replay[] = "--replay", second[] = "b",
		    root[] = "--root";
	char *argv[] = { program, first, replay, root, collect->directory, second, NULL };

	for (unsigned int i = 0; i < 2; i++) {
		struct config config;

		assert_int_equal(config_load(&config, 6, argv), 0);
		assert_int_equal(config.n_operands, 2);
		assert_string_equal(config.operands[0], "a");
		assert_string_equal(config.operands[1], "b");
		config_free(&config);
	}
}

static void test_disables(void **state)
{
	struct config config = { 0 };
	static char list[] = "erst, tracefs,devmcelog2 ,,replay ";

	(void)state;
	assert_false(config_disables(&config, "erst"));
	config.disable_source = list;
	assert_true(config_disables(&config, "erst"));
	assert_true(config_disables(&config, "tracefs"));
	assert_true(config_disables(&config, "replay"));
	assert_false(config_disables(&config, "devmcelog"));
	assert_false(config_disables(&config, "trace"));
	assert_false(config_disables(&config, "fs"));
}

static void test_help(void **state)
{
	struct collect *collect = *state;
	char path[96];
	_cleanup_free_ char *text = NULL;
	int saved = dup(STDOUT_FILENO), fd;

	snprintf(path, sizeof(path), "%s/help", collect->directory);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	fflush(stdout);
	dup2(fd, STDOUT_FILENO);
	config_print_help();
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	close(fd);
	text = test_read(path, NULL);
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		char option[96];

		snprintf(option, sizeof(option), "  --%s ", option_rows[i].name);
		assert_int_equal(strstr(text, option) != NULL, !*option_rows[i].section);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, collect_setup, collect_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_defaults), TEST(test_modes),		TEST(test_file_and_command_line),
		TEST(test_usage),    TEST(test_mcelog_options), TEST(test_other_file),
		TEST(test_operands), TEST(test_disables),	TEST(test_help),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
