// SPDX-License-Identifier: GPL-2.0-only
/* The pid file: ours, a stale one's, another one's, and one that cannot be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "pidfile.h"
#include "tests/unit/collect.h"
#include "util/log.h"

struct bench {
	struct collect *collect;
	struct config config;
	struct pidfile pidfile;
};

static char path[] = "/mcelog.pid";

static int setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	void *collect;

	log_set_level(LOG_CRIT);
	collect_setup(&collect);
	bench->collect = collect;
	bench->config.pidfile = path;
	bench->config.root = bench->collect->directory;
	*state = bench;
	return 0;
}

static int teardown(void **state)
{
	struct bench *bench = *state;
	void *collect = bench->collect;

	collect_teardown(&collect);
	free(bench);
	return 0;
}

static void assert_content(struct bench *bench, const char *wanted)
{
	_cleanup_free_ char *text = NULL;

	assert_int_equal(root_read(&bench->collect->root, path, 4096, &text, NULL), 0);
	assert_string_equal(text, wanted);
}

static void put(struct bench *bench, const char *text)
{
	put_file(bench->collect, path, text, strlen(text));
}

static void test_life(void **state)
{
	struct bench *bench = *state;
	char own[32];
	struct stat st;

	snprintf(own, sizeof(own), "%ld\n", (long)getpid());
	umask(077);
	assert_int_equal(pidfile_open(&bench->pidfile, &bench->config), 0);
	assert_content(bench, "");
	assert_int_equal(pidfile_write(&bench->pidfile), 0);
	assert_content(bench, own);
	assert_int_equal(fstat(bench->pidfile.fd, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0644);
	pidfile_close(&bench->pidfile);
	assert_false(root_exists(&bench->collect->root, path));
	pidfile_close(&bench->pidfile);
}

static void test_stale(void **state)
{
	struct bench *bench = *state;
	char own[32];

	snprintf(own, sizeof(own), "%ld\n", (long)getpid());
	put(bench, "1234567890123\nand more than a number\n");
	assert_int_equal(pidfile_open(&bench->pidfile, &bench->config), 0);
	assert_int_equal(pidfile_write(&bench->pidfile), 0);
	assert_content(bench, own);
	pidfile_close(&bench->pidfile);
	assert_false(root_exists(&bench->collect->root, path));
}

/* A start that fails leaves everything as it was. */
static void test_start_fails(void **state)
{
	struct bench *bench = *state;

	assert_int_equal(pidfile_open(&bench->pidfile, &bench->config), 0);
	assert_true(root_exists(&bench->collect->root, path));
	pidfile_close(&bench->pidfile);
	assert_false(root_exists(&bench->collect->root, path));

	put(bench, "1\n");
	assert_int_equal(pidfile_open(&bench->pidfile, &bench->config), 0);
	pidfile_close(&bench->pidfile);
	assert_content(bench, "1\n");
	put(bench, "");
	assert_int_equal(pidfile_open(&bench->pidfile, &bench->config), 0);
	pidfile_close(&bench->pidfile);
	assert_content(bench, "");
}

static void test_somebody_elses(void **state)
{
	struct bench *bench = *state;
	char full[ROOT_PATH_MAX];

	/* removed between the two: as the daemon before us does at its end */
	assert_int_equal(pidfile_open(&bench->pidfile, &bench->config), 0);
	assert_int_equal(unlink(root_path(&bench->collect->root, path, full)), 0);
	assert_int_equal(pidfile_write(&bench->pidfile), 0);
	put(bench, "1\n");
	pidfile_close(&bench->pidfile);
	assert_content(bench, "1\n");
}

static void test_not_writable(void **state)
{
	struct bench *bench = *state;
	static char missing[] = "/no/such/directory/pid", directory[] = "/dir", link[] = "/link",
		    fifo[] = "/fifo";
	char full[ROOT_PATH_MAX];

	bench->config.pidfile = missing;
	assert_int_equal(pidfile_open(&bench->pidfile, &bench->config), -ENOENT);
	assert_int_equal(root_mkdir(&bench->collect->root, directory), 0);
	bench->config.pidfile = directory;
	assert_int_equal(pidfile_open(&bench->pidfile, &bench->config), -EISDIR);
	assert_int_equal(symlink("dir/x", root_path(&bench->collect->root, link, full)), 0);
	bench->config.pidfile = link;
	assert_int_equal(pidfile_open(&bench->pidfile, &bench->config), -ELOOP);
	assert_int_equal(mkfifo(root_path(&bench->collect->root, fifo, full), 0600), 0);
	bench->config.pidfile = fifo;
	assert_int_equal(pidfile_open(&bench->pidfile, &bench->config), -ENXIO);
	pidfile_close(&bench->pidfile);
	assert_true(root_exists(&bench->collect->root, fifo));
}

static void test_none(void **state)
{
	struct bench *bench = *state;

	bench->config.pidfile = NULL;
	assert_int_equal(pidfile_open(&bench->pidfile, &bench->config), 0);
	assert_int_equal(pidfile_write(&bench->pidfile), 0);
	pidfile_close(&bench->pidfile);
	assert_false(root_exists(&bench->collect->root, path));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_life),	   TEST(test_stale),	    TEST(test_start_fails),
		TEST(test_somebody_elses), TEST(test_not_writable), TEST(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
