// SPDX-License-Identifier: GPL-2.0-only
/* The command line and mcelog.conf: what wins, what is refused, what is only said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "config.h"
#include "tests/unit/collect.h"

enum { ARGUMENTS_MAX = 16 };

/* Loads with these arguments below the fake root; what it said is in collect->logged. */
static int load(struct collect *collect, struct config *config, const char *const *arguments)
{
	static char program[] = "mcelog", root[] = "--root";
	static char copies[ARGUMENTS_MAX][256];
	char *argv[ARGUMENTS_MAX + 4] = { program, root, collect->directory };
	int argc = 3, saved, r;

	for (; arguments && *arguments; arguments++, argc++) {
		snprintf(copies[argc], sizeof(copies[argc]), "%s", *arguments);
		argv[argc] = copies[argc];
	}
	saved = log_begin(collect);
	r = config_load(config, argc, argv);
	log_end(collect, saved);
	return r;
}

#define LOAD(collect, config, ...)                                                                 \
	load(collect, config, (const char *const[]){ __VA_ARGS__ __VA_OPT__(, ) NULL })

static void put_conf(struct collect *collect, const char *text)
{
	put_file(collect, SYSCONF_DIR "/mcelog/mcelog.conf", text, strlen(text));
}

static void expect_error(struct collect *collect, int r, int error, const char *line)
{
	assert_int_equal(r, error);
	if (!strstr(collect->logged, line))
		fail_msg("\"%s\" is not in \"%s\"", line, collect->logged);
	assert_int_equal(count_lines(collect->logged), 1);
}

static void test_defaults(void **state)
{
	struct config config;

	assert_int_equal(LOAD(*state, &config), 0);
	assert_string_equal(config.state_dir, STATE_DIR);
	assert_string_equal(config.journal, "auto");
	assert_string_equal(config.config_file, SYSCONF_DIR "/mcelog/mcelog.conf");
	assert_null(config.logfile);
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
	assert_string_equal(config.journal, "no");
	config_free(&config);
}

/* Trouble in the file is named by its line; the rest of the file is in force. */
static void test_bad_file(void **state)
{
	struct collect *collect = *state;
	struct config config;

	put_conf(collect, "no-such-key = 1\n"
			  "daemon = perhaps\n"
			  "a line\n"
			  "journal = maybe\n"
			  "state-dir = relative\n"
			  "root = /\n"
			  "config-file = /etc/other\n"
			  "replay = yes\n"
			  "= 5\n"
			  "verbose = yes\n"
			  "[server]\n"
			  "keep-erst = yes\n");
	assert_int_equal(LOAD(collect, &config), 0);
	assert_true(config.verbose);
	assert_false(config.daemon);
	assert_false(config.keep_erst); /* below the section */
	assert_false(config.replay);
	assert_string_equal(config.journal, "auto");
	assert_string_equal(config.state_dir, STATE_DIR);
	assert_string_equal(config.root, collect->directory);
	config_free(&config);

	assert_int_equal(count_lines(collect->logged), 10);
	for (unsigned int line = 1; line <= 11; line++) {
		char place[256];

		snprintf(place, sizeof(place), SYSCONF_DIR "/mcelog/mcelog.conf:%u: ", line);
		assert_int_equal(strstr(collect->logged, place) != NULL, line != 10);
	}
}

static void test_other_file(void **state)
{
	struct collect *collect = *state;
	struct config config;

	put_conf(collect, "daemon = yes\n");
	put_file(collect, "/etc/other", "filter = yes\n", 13);
	assert_int_equal(LOAD(collect, &config, "--config-file", "/etc/other"), 0);
	assert_true(config.filter);
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
		     "--journal sometimes: yes, no or auto is wanted");
	expect_error(collect, LOAD(collect, &config, "--state-dir", "here"), -EINVAL,
		     "--state-dir here: an absolute path is wanted");
	expect_error(collect, LOAD(collect, &config, "--replay"), -EINVAL, "--replay: what?");
	expect_error(collect, LOAD(collect, &config, "/dev/a", "/dev/b"), -EINVAL,
		     "/dev/b: one device at most");
	expect_error(collect, LOAD(collect, &config, "--root", "/no/such/root"), -ENOENT,
		     "--root /no/such/root");
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
#define OPTION(name, kind, field, argument, fallback, help)                                        \
	assert_non_null(strstr(text, "--" name));
#include "options.def"
#undef OPTION
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, collect_setup, collect_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_defaults), TEST(test_modes),	    TEST(test_file_and_command_line),
		TEST(test_bad_file), TEST(test_other_file), TEST(test_usage),
		TEST(test_operands), TEST(test_disables),   TEST(test_help),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
