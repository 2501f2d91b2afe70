// SPDX-License-Identifier: GPL-2.0-only
/* Copies of what is in pstore, and the sources that read them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "sources/pstore-files.h"
#include "sources/pstore-keep.h"
#include "tests/unit/collect.h"

#define RECORD	"mce-erst-7710377804344328193"
#define PART	"dmesg-erst-7710377804344328194"
#define CONSOLE "/console-ramoops-0"

/* All that ramoops may keep of a panic where it keeps no dump. */
static const char panic[] = "[  100.000001] Kernel panic - not syncing: Fatal machine check\n";

static void put_live(struct collect *collect)
{
	put_test_file(collect, PSTORE_LIVE "/" RECORD, "golden/erst/" RECORD);
	put_test_file(collect, PSTORE_LIVE "/" PART, "golden/pstore/" PART);
	put_file(collect, PSTORE_LIVE "/unknown-erst-7", "x", 1);
	put_file(collect, PSTORE_LIVE "/cper-mem-erst-8", "", 0);
	put_file(collect, PSTORE_LIVE CONSOLE, panic, strlen(panic));
	put_file(collect, PSTORE_LIVE "/pmsg-ramoops-0", "not ours", 8);
}

static int keep(struct collect *collect, size_t *ret_n)
{
	int saved = log_begin(collect);
	int r = pstore_keep(&collect->root, ret_n);

	log_end(collect, saved);
	return r;
}

static struct stat stat_of(struct collect *collect, const char *path)
{
	char buffer[ROOT_PATH_MAX];
	struct stat st;

	assert_int_equal(lstat(root_path(&collect->root, path, buffer), &st), 0);
	return st;
}

static void test_keep(void **state)
{
	struct collect *collect = *state;
	const struct timespec times[2] = { { 1795215000, 0 }, { 1795215001, 5000 } };
	_cleanup_free_ char *live = NULL, *kept = NULL;
	size_t n = 0, live_size, kept_size;
	char path[ROOT_PATH_MAX];
	struct stat st;

	put_live(collect);
	root_path(&collect->root, PSTORE_LIVE "/" RECORD, path);
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
	assert_int_equal(keep(collect, &n), 0);
	assert_string_equal(collect->logged, "");
	assert_int_equal(n, 5);
	st = stat_of(collect, PSTORE_KEPT);
	assert_int_equal(st.st_mode, S_IFDIR | 0700);
	st = stat_of(collect, "/run/mcelog");
	assert_int_equal(st.st_mode, S_IFDIR | 0755);
	st = stat_of(collect, PSTORE_KEPT "/" RECORD);
	assert_int_equal(st.st_mtim.tv_sec, 1795215001);
	assert_int_equal(st.st_mtim.tv_nsec, 5000);
	assert_int_equal(
		root_read(&collect->root, PSTORE_LIVE "/" PART, 1 << 20, &live, &live_size), 0);
	assert_int_equal(
		root_read(&collect->root, PSTORE_KEPT "/" PART, 1 << 20, &kept, &kept_size), 0);
	assert_int_equal(kept_size, live_size);
	assert_memory_equal(kept, live, live_size);
	assert_true(root_exists(&collect->root, PSTORE_KEPT CONSOLE));
	assert_false(root_exists(&collect->root, PSTORE_KEPT "/pmsg-ramoops-0"));
	assert_true(root_exists(&collect->root, PSTORE_LIVE "/" RECORD));

	/* again, as with another start of the unit */
	assert_int_equal(keep(collect, &n), 0);
	assert_int_equal(n, 5);
}

static void test_nothing(void **state)
{
	struct collect *collect = *state;
	size_t n = 7;

	assert_int_equal(keep(collect, &n), -ENOENT);
	assert_int_equal(n, 7);
}

static void test_in_the_way(void **state)
{
	struct collect *collect = *state;
	size_t n = 7;

	put_live(collect);
	put_file(collect, "/run/mcelog", "a file", 6);
	assert_int_equal(keep(collect, &n), -ENOTDIR);
	assert_int_equal(n, 7);
}

/* One that cannot be copied is named, and the rest goes on. */
static void test_bad_file(void **state)
{
	struct collect *collect = *state;
	char path[ROOT_PATH_MAX];
	size_t n = 0;

	put_live(collect);
	assert_int_equal(
		symlink("/etc/passwd", root_path(&collect->root, PSTORE_LIVE "/mce-erst-1", path)),
		0);
	assert_int_equal(mkfifo(root_path(&collect->root, PSTORE_LIVE "/mce-erst-2", path), 0600),
			 0);
	assert_int_equal(truncate(root_path(&collect->root, PSTORE_LIVE "/cper-mem-erst-8", path),
				  PSTORE_PART_MAX + 1),
			 0);
	assert_int_equal(keep(collect, &n), 0);
	assert_int_equal(n, 4);
	assert_int_equal(count_lines(collect->logged), 3);
	assert_non_null(
		strstr(collect->logged, "/mce-erst-1: not copied to /run/mcelog/harvest: "));
	assert_non_null(strstr(collect->logged, "/mce-erst-2: not copied to /run/mcelog/harvest: "
						"not a regular file"));
	assert_non_null(strstr(collect->logged, "larger than 16384 KiB"));
}

/* /run is memory. */
static void test_too_much(void **state)
{
	struct collect *collect = *state;
	char path[ROOT_PATH_MAX], name[64];
	size_t n = 0;

	for (unsigned int i = 0; i < 5; i++) {
		snprintf(name, sizeof(name), PSTORE_LIVE "/dmesg-erst-%u", i);
		put_file(collect, name, "", 0);
		assert_int_equal(truncate(root_path(&collect->root, name, path), PSTORE_PART_MAX),
				 0);
	}
	assert_int_equal(keep(collect, &n), 0);
	assert_int_equal(n, 4);
	assert_non_null(strstr(collect->logged, "more than 64 MiB"));
}

static void remove_live(struct collect *collect)
{
	char path[ROOT_PATH_MAX];

	nftw(root_path(&collect->root, PSTORE_LIVE, path), collect_remove, 8, FTW_DEPTH | FTW_PHYS);
}

/* The copy is the delivery that the original is. */
static void test_sources(void **state)
{
	static const struct source_ops *const ops[] = { &source_erst, &source_pstore };
	struct collect *collect = *state;
	char keys[ARRAY_SIZE(ops)][RECORD_KEY_MAX];
	size_t n;

	put_live(collect);
	collect->env.boot_time_us = 1795300000 * 1000000ll;
	for (size_t i = 0; i < ARRAY_SIZE(ops); i++) {
		collect->n = collect->n_stored = 0;
		assert_int_equal(source_run(collect, ops[i]), 0);
		assert_null(strstr(collect->logged, PSTORE_KEPT));
		assert_int_equal(collect->n, 1);
		strcpy(keys[i], collect->records[0].key);
	}
	assert_int_equal(keep(collect, &n), 0);
	remove_live(collect);
	collect->env.erase = true;
	for (size_t i = 0; i < ARRAY_SIZE(ops); i++) {
		collect->n = collect->n_stored = 0;
		assert_int_equal(source_run(collect, ops[i]), 0);
		assert_non_null(strstr(collect->logged, " in /run/mcelog/harvest, copied early"));
		assert_int_equal(collect->n, 1);
		assert_string_equal(collect->records[0].key, keys[i]);
	}
	assert_true(root_exists(&collect->root, PSTORE_KEPT "/" RECORD));
	assert_int_equal(source_pstore.probe(&collect->env, collect->why), 0);
	assert_non_null(strstr(collect->why, ", 2 in /run/mcelog/harvest"));
}

/* A console's text is all that is left of that boot. */
static void test_console(void **state)
{
	struct collect *collect = *state;
	char key[RECORD_KEY_MAX];
	size_t n;

	put_file(collect, PSTORE_LIVE CONSOLE, panic, strlen(panic));
	assert_int_equal(source_run(collect, &source_pstore), 0);
	assert_int_equal(collect->n_crashes, 1);
	strcpy(key, collect->crashes[0].key);
	assert_int_equal(keep(collect, &n), 0);
	assert_int_equal(n, 1);
	remove_live(collect);
	collect->n_crashes = collect->n_crashes_stored = 0;
	assert_int_equal(source_run(collect, &source_pstore), 0);
	assert_int_equal(collect->n_crashes, 1);
	assert_string_equal(collect->crashes[0].key, key);
	assert_string_equal(collect->crashes[0].place, PSTORE_KEPT CONSOLE);
	assert_string_equal(collect->crashes[0].reason, "Fatal machine check");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, collect_setup, collect_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_keep),     TEST(test_nothing), TEST(test_in_the_way), TEST(test_bad_file),
		TEST(test_too_much), TEST(test_sources), TEST(test_console),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
