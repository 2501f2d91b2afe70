// SPDX-License-Identifier: GPL-2.0-only
/* The text sink: appending, reopening, and readers that are gone, stuck or full. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "sinks/text.c"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>

struct fixture {
	char directory[64];
	struct root root;
	struct text_sink *sink;
};

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	signal(SIGPIPE, SIG_IGN);
	log_set_level(LOG_CRIT);
	strcpy(fixture->directory, "/tmp/mcelog-test-text.XXXXXX");
	assert_non_null(mkdtemp(fixture->directory));
	assert_int_equal(root_init(&fixture->root, fixture->directory), 0);
	assert_int_equal(text_sink_open(&fixture->root, "/log", 10, &fixture->sink), 0);
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;
	char path[ROOT_PATH_MAX];

	text_sink_close(fixture->sink);
	unlink(root_path(&fixture->root, "/log", path));
	unlink(root_path(&fixture->root, "/log.1", path));
	rmdir(fixture->directory);
	free(fixture);
	return 0;
}

static void assert_content(const struct fixture *fixture, const char *path, const char *expected)
{
	_cleanup_free_ char *text = NULL;

	assert_int_equal(root_read(&fixture->root, path, 1 << 20, &text, NULL), 0);
	assert_string_equal(text, expected);
}

static void test_append_and_reopen(void **state)
{
	struct fixture *fixture = *state;
	char old[ROOT_PATH_MAX], new[ROOT_PATH_MAX];
	struct stat st;

	text_sink_write(fixture->sink, "one\n", 4);
	assert_int_equal(rename(root_path(&fixture->root, "/log", old),
				root_path(&fixture->root, "/log.1", new)),
			 0);
	text_sink_write(fixture->sink, "two\n", 4);
	assert_int_equal(text_sink_reopen(fixture->sink), 0);
	text_sink_write(fixture->sink, "three\n", 6);
	assert_content(fixture, "/log.1", "one\ntwo\n");
	assert_content(fixture, "/log", "three\n");
	assert_int_equal(stat(old, &st), 0);
	assert_int_equal(st.st_mode & 07137, 0);
	assert_int_equal(text_sink_missing(fixture->sink), 0);
}

static void test_no_directory(void **state)
{
	struct fixture *fixture = *state;
	struct text_sink *sink = NULL;

	assert_int_equal(text_sink_open(&fixture->root, "/no/log", -1, &sink), -ENOENT);
	assert_null(sink);
}

/* Puts a fresh pipe in place of the log file; the reading end is returned. */
static int use_pipe(struct fixture *fixture)
{
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	close(fixture->sink->fd);
	fixture->sink->fd = ends[1];
	return ends[0];
}

static void test_reader_gone(void **state)
{
	struct fixture *fixture = *state;

	close(use_pipe(fixture));
	text_sink_write(fixture->sink, "one\n", 4);
	text_sink_write(fixture->sink, "two\n", 4);
	assert_int_equal(text_sink_missing(fixture->sink), 2);
}

static void test_reader_stuck(void **state)
{
	struct fixture *fixture = *state;
	int reader = use_pipe(fixture);
	char text[1000], sink[65536];
	unsigned int written = 0;

	memset(text, 'x', sizeof(text));
	while (text_sink_missing(fixture->sink) == 0 && written++ < 1000)
		text_sink_write(fixture->sink, text, sizeof(text));
	assert_int_equal(text_sink_missing(fixture->sink), 1);
	assert_true(read(reader, sink, sizeof(sink)) > 0);
	text_sink_write(fixture->sink, text, sizeof(text));
	assert_int_equal(text_sink_missing(fixture->sink), 1);
	assert_int_equal(fixture->sink->missing_now, 0);
	close(reader);
}

static void test_disk_full(void **state)
{
	struct fixture *fixture = *state;
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);

	if (full < 0)
		skip();
	close(fixture->sink->fd);
	fixture->sink->fd = full;
	text_sink_write(fixture->sink, "one\n", 4);
	assert_int_equal(text_sink_missing(fixture->sink), 1);
	assert_int_equal(text_sink_reopen(fixture->sink), 0);
	text_sink_write(fixture->sink, "two\n", 4);
	assert_content(fixture, "/log", "two\n");
	assert_int_equal(text_sink_missing(fixture->sink), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_append_and_reopen, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_directory, setup, teardown),
		cmocka_unit_test_setup_teardown(test_reader_gone, setup, teardown),
		cmocka_unit_test_setup_teardown(test_reader_stuck, setup, teardown),
		cmocka_unit_test_setup_teardown(test_disk_full, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
