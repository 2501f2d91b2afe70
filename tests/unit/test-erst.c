// SPDX-License-Identifier: GPL-2.0-only
/* Records that firmware kept: found, handed over once, erased only when durable. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <inttypes.h>

#include "tests/unit/collect.h"
#include "util/bytes.h"

#define LIVE	"/sys/fs/pstore/"
#define ARCHIVE "/var/lib/systemd/pstore/"
#define NAME_5	"mce-erst-7710377589595963393"
#define NAME_61 "mce-erst-7710377731329884161"
#define NAME_12 "mce-erst-7710377804344328193"

/* The walltime in NAME_61. */
#define TIME_61 (0x6b00c3b2 * 1000000ll)

static void put_sample(struct collect *collect, const char *directory, const char *name)
{
	char path[256], from[128];

	snprintf(path, sizeof(path), "%s%s", directory, name);
	snprintf(from, sizeof(from), "golden/erst/%s", name);
	put_test_file(collect, path, from);
}

static bool is_there(struct collect *collect, const char *path)
{
	return root_exists(&collect->root, path);
}

static void test_record(void **state)
{
	struct collect *collect = *state;
	const struct record *record = &collect->records[0];
	size_t size;
	_cleanup_free_ char *data = test_read(test_data("golden/erst/" NAME_61), &size);
	char key[RECORD_KEY_MAX];

	collect->env.boot_time_us = TIME_61 + 30 * 1000000ll;
	collect->env.boot =
		SD_ID128_MAKE(01, 02, 03, 04, 05, 06, 07, 08, 09, 0a, 0b, 0c, 0d, 0e, 0f, 10);
	put_sample(collect, LIVE, NAME_61);
	assert_int_equal(source_run(collect, &source_erst), 0);
	assert_int_equal(collect->n, 1);
	assert_string_equal(collect->logged, "");

	snprintf(key, sizeof(key), "erst:7710377731329884161:%016" PRIx64,
		 bytes_hash((struct bytes){ (uint8_t *)data, size }));
	assert_string_equal(record->key, key);
	assert_int_equal(record->source, SOURCE_ERST);
	assert_int_equal(record->status, 0xfe00000000800400);
	assert_int_equal(record->addr, 0x12345000);
	assert_int_equal(record->misc, 0x8c);
	assert_int_equal(record->bank, 3);
	assert_int_equal(record->cpuid, 0x606a6);
	assert_int_equal(record->microcode, 1);
	assert_int_equal(record->time_us, TIME_61);
	assert_true(record->replayed);
	assert_false(record->boot_time);
	assert_true(sd_id128_is_null(record->boot));
	assert_true(is_there(collect, LIVE NAME_61)); /* nobody asked to erase */
}

/* Written in this very boot: a panic that was only tried. */
static void test_this_boot(void **state)
{
	struct collect *collect = *state;

	collect->env.boot_time_us = TIME_61 - 61 * 1000000;
	collect->env.boot =
		SD_ID128_MAKE(01, 02, 03, 04, 05, 06, 07, 08, 09, 0a, 0b, 0c, 0d, 0e, 0f, 10);
	put_sample(collect, LIVE, NAME_61);
	assert_int_equal(source_run(collect, &source_erst), 0);
	assert_int_equal(collect->n, 1);
	assert_false(collect->records[0].replayed);
	assert_true(sd_id128_equal(collect->records[0].boot, collect->env.boot));
}

/* The boot that crashed had a clock that was fast. */
static void test_clocks_disagree(void **state)
{
	struct collect *collect = *state;

	collect->env.boot_time_us = TIME_61 - 1000000;
	collect->env.boot =
		SD_ID128_MAKE(01, 02, 03, 04, 05, 06, 07, 08, 09, 0a, 0b, 0c, 0d, 0e, 0f, 10);
	put_sample(collect, LIVE, NAME_61);
	assert_int_equal(source_run(collect, &source_erst), 0);
	assert_true(collect->records[0].replayed);
	assert_true(sd_id128_is_null(collect->records[0].boot));

	/* by hours: it seems to be still to come */
	collect->n = 0;
	collect->env.boot_time_us = TIME_61 - 7200 * 1000000ll;
	collect->env.now_us = TIME_61 - 7190 * 1000000ll;
	assert_int_equal(source_run(collect, &source_erst), 0);
	assert_int_equal(collect->n, 1);
	assert_true(collect->records[0].replayed);
}

static void test_no_walltime(void **state)
{
	struct collect *collect = *state;
	size_t size;
	_cleanup_free_ char *data = test_read(test_data("golden/erst/" NAME_61), &size);

	memset(data + 48, 0, 8);
	put_file(collect, LIVE NAME_61, data, size);
	assert_int_equal(source_run(collect, &source_erst), 0);
	assert_int_equal(collect->n, 1);
	assert_int_equal(collect->records[0].time_us, (7710377731329884161 >> 32) * 1000000);
	assert_true(collect->records[0].replayed);
}

/* In order of the records' ids; a live file and its copy have one key. */
static void test_archive(void **state)
{
	struct collect *collect = *state;

	collect->env.erase = true;
	put_sample(collect, ARCHIVE "7710377731329/", NAME_12);
	put_sample(collect, ARCHIVE, NAME_61);
	put_sample(collect, LIVE, NAME_61);
	put_sample(collect, ARCHIVE "a/b/c/d/", NAME_5);
	put_sample(collect, ARCHIVE "a/b/c/d/e/", NAME_12); /* too deep */
	put_file(collect, ARCHIVE "dmesg-erst-7710377731329884162", "Panic#1 Part1\n", 14);
	put_file(collect, LIVE "dmesg-erst-7710377731329884162", "Panic#1 Part1\n", 14);
	assert_int_equal(source_run(collect, &source_erst), 0);
	assert_int_equal(collect->n, 4);
	assert_int_equal(collect->records[0].time_us, 0x6b00c391 * 1000000ll);
	assert_int_equal(collect->records[1].time_us, TIME_61);
	assert_string_equal(collect->records[1].key, collect->records[2].key);
	assert_int_equal(collect->records[3].time_us, 0x6b00c3c3 * 1000000ll);

	assert_false(is_there(collect, LIVE NAME_61));
	assert_true(is_there(collect, LIVE "dmesg-erst-7710377731329884162"));
	assert_true(is_there(collect, ARCHIVE NAME_61));
	assert_true(is_there(collect, ARCHIVE "7710377731329/" NAME_12));
	assert_string_equal(collect->logged, "");
}

static void test_erased_after_commit(void **state)
{
	struct collect *collect = *state;

	collect->env.erase = true;
	put_sample(collect, LIVE, NAME_5);
	put_sample(collect, LIVE, NAME_61);
	collect->room = 1;
	assert_int_equal(source_open(collect, &source_erst), 0);
	assert_int_equal(source_erst.fd(collect->source), -1);
	assert_int_equal(source_erst.drain(collect->source), 1);
	assert_true(is_there(collect, LIVE NAME_5));
	collect_commit(collect, &source_erst);
	assert_false(is_there(collect, LIVE NAME_5));
	assert_true(is_there(collect, LIVE NAME_61));
	collect->room = 2;
	assert_int_equal(source_erst.drain(collect->source), 0);
	assert_true(is_there(collect, LIVE NAME_61)); /* no commit, no erasing */
	source_erst.close(collect->source);
	assert_true(is_there(collect, LIVE NAME_61));
	assert_int_equal(collect->n, 2);
}

static void test_no_memory(void **state)
{
	struct collect *collect = *state;

	collect->env.erase = true;
	collect->error = -ENOMEM;
	put_sample(collect, LIVE, NAME_61);
	assert_int_equal(source_run(collect, &source_erst), -ENOMEM);
	assert_true(is_there(collect, LIVE NAME_61));
}

static void test_known_is_erased(void **state)
{
	struct collect *collect = *state;
	char key[RECORD_KEY_MAX];

	put_sample(collect, LIVE, NAME_61);
	assert_int_equal(source_run(collect, &source_erst), 0);
	assert_int_equal(collect->n, 1);
	strcpy(key, collect->records[0].key);
	collect->known = key;
	collect->env.erase = true;
	assert_int_equal(source_open(collect, &source_erst), 0);
	assert_int_equal(source_erst.drain(collect->source), 0);
	source_erst.close(collect->source);
	assert_int_equal(collect->n, 1);
	assert_false(is_there(collect, LIVE NAME_61));
}

/* The store would not take the record: the flash is the only one that has it. */
static void test_refused_is_kept(void **state)
{
	struct collect *collect = *state;

	collect->env.erase = true;
	put_sample(collect, LIVE, NAME_61);
	assert_int_equal(source_open(collect, &source_erst), 0);
	assert_int_equal(source_erst.drain(collect->source), 0);
	assert_int_equal(collect->n, 1);
	source_erst.committed(collect->source);
	assert_true(is_there(collect, LIVE NAME_61));
	source_erst.close(collect->source);
	collect->source = NULL;
}

/* Nobody can say what the store has. */
static void test_unknown_is_kept(void **state)
{
	struct collect *collect = *state;

	collect->env.erase = true;
	collect->env.known = NULL;
	put_sample(collect, LIVE, NAME_61);
	assert_int_equal(source_run(collect, &source_erst), 0);
	assert_int_equal(collect->n, 1);
	assert_true(is_there(collect, LIVE NAME_61));
}

/* A file that came after the reading has not been read. */
static void test_changed_is_kept(void **state)
{
	struct collect *collect = *state;

	collect->env.erase = true;
	put_sample(collect, LIVE, NAME_61);
	assert_int_equal(source_open(collect, &source_erst), 0);
	assert_int_equal(source_erst.drain(collect->source), 0);
	put_file(collect, LIVE NAME_61, "something else", 14);
	collect_commit(collect, &source_erst);
	source_erst.close(collect->source);
	assert_true(is_there(collect, LIVE NAME_61));
}

/* Every file of golden/erst/bad with the reason that expected names. */
static void test_bad(void **state)
{
	struct collect *collect = *state;
	_cleanup_free_ char *expected = test_read(test_data("golden/erst/bad/expected"), NULL);
	char *rest = expected, *line;
	unsigned int n = 0;

	while ((line = strsep(&rest, "\n")) && *line) {
		char path[128], from[128], logged[256];

		*strchr(line, ':') = '\0';
		snprintf(path, sizeof(path), LIVE "%s", line);
		snprintf(from, sizeof(from), "golden/erst/bad/%s", line);
		put_test_file(collect, path, from);
		collect->env.erase = true;
		assert_int_equal(source_run(collect, &source_erst), 0);
		snprintf(logged, sizeof(logged), "mcelog: erst: %s: %s; left where it is\n", path,
			 line + strlen(line) + 2);
		assert_string_equal(collect->logged, logged);
		assert_true(is_there(collect, path));
		unlink(root_path(&collect->root, path, (char[ROOT_PATH_MAX]){ 0 }));
		n++;
	}
	assert_int_equal(collect->n, 0);
	assert_int_equal(n, 10);
}

static void make_strange_files(struct collect *collect)
{
	char path[ROOT_PATH_MAX], path2[ROOT_PATH_MAX];

	put_file(collect, LIVE "mce-erst-11", "", 0);
	assert_int_equal(truncate(root_path(&collect->root, LIVE "mce-erst-11", path), 4ll << 30),
			 0);
	assert_int_equal(mkfifo(root_path(&collect->root, LIVE "mce-erst-12", path), 0600), 0);
	put_sample(collect, "/", NAME_5);
	assert_int_equal(symlink(root_path(&collect->root, "/" NAME_5, path2),
				 root_path(&collect->root, LIVE "mce-erst-13", path)),
			 0);
	put_sample(collect, LIVE "mce-erst-14/", NAME_5); /* pstore has no directories */
}

static void test_strange_files(void **state)
{
	struct collect *collect = *state;

	collect->env.erase = true;
	put_sample(collect, LIVE, NAME_61);
	make_strange_files(collect);
	assert_int_equal(source_run(collect, &source_erst), 0);
	assert_int_equal(collect->n, 1);
	assert_string_equal(
		collect->logged,
		"mcelog: erst: " LIVE "mce-erst-11: larger than 64 KiB; left where it is\n"
		"mcelog: erst: " LIVE "mce-erst-12: not a regular file; left where it is\n"
		"mcelog: erst: " LIVE "mce-erst-13: a symbolic link; "
		"left where it is\n");
	assert_false(is_there(collect, LIVE NAME_61));
	assert_true(is_there(collect, LIVE "mce-erst-11"));
}

static void test_one_directory_unreadable(void **state)
{
	struct collect *collect = *state;

	put_file(collect, "/sys/fs/pstore", "", 0); /* no directory */
	put_sample(collect, ARCHIVE, NAME_61);
	assert_int_equal(source_run(collect, &source_erst), 0);
	assert_int_equal(collect->n, 1);
	assert_string_equal(collect->logged,
			    "mcelog: erst: /sys/fs/pstore: cannot be read: Not a directory\n");
}

static void test_probe(void **state)
{
	struct collect *collect = *state;

	assert_int_equal(source_erst.probe(&collect->env, collect->why), -ENOENT);
	assert_string_equal(collect->why, "/sys/fs/pstore: No such file or directory, "
					  "/var/lib/systemd/pstore: No such file or directory");
	assert_int_equal(source_open(collect, &source_erst), -ENOENT);

	put_sample(collect, ARCHIVE, NAME_61);
	put_sample(collect, ARCHIVE "1/", NAME_5);
	assert_int_equal(source_erst.probe(&collect->env, collect->why), 0);
	assert_string_equal(collect->why,
			    "0 records in /sys/fs/pstore (No such file or directory), "
			    "2 in /var/lib/systemd/pstore (read)");
	root_mkdir(&collect->root, "/sys/fs/pstore");
	assert_int_equal(source_erst.probe(&collect->env, collect->why), 0);
	assert_string_equal(collect->why, "0 records in /sys/fs/pstore (read), "
					  "2 in /var/lib/systemd/pstore (read)");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, collect_setup, collect_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_record),
		TEST(test_this_boot),
		TEST(test_clocks_disagree),
		TEST(test_no_walltime),
		TEST(test_archive),
		TEST(test_erased_after_commit),
		TEST(test_no_memory),
		TEST(test_known_is_erased),
		TEST(test_refused_is_kept),
		TEST(test_unknown_is_kept),
		TEST(test_changed_is_kept),
		TEST(test_bad),
		TEST(test_strange_files),
		TEST(test_one_directory_unreadable),
		TEST(test_probe),
	};

	unsetenv("JOURNAL_STREAM");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
