// SPDX-License-Identifier: GPL-2.0-only
/* Files that the operator gives: every format, the same keys every time, each bad part named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "sources/json-record.h"
#include "tests/unit/collect.h"

/* Replays a file of the tests directory, twice: the keys must be the same. */
static void replay(struct collect *collect, const char *path)
{
	char full[ROOT_PATH_MAX];
	unsigned int n;

	strcpy(full, test_data(path));
	collect->env.path = full;
	collect->n = 0;
	collect->room = 1; /* a commit between any two reads */
	assert_int_equal(source_run(collect, &source_replay), 0);
	n = collect->n;
	collect->room = COLLECT_MAX;
	assert_int_equal(source_run(collect, &source_replay), 0);
	assert_int_equal(collect->n, 2 * n);
	for (unsigned int i = 0; i < n; i++) {
		const struct record *record = &collect->records[i];

		assert_memory_equal(record, &collect->records[n + i], sizeof(*record));
		assert_int_equal(record->source, SOURCE_REPLAY);
		assert_true(record->replayed);
		assert_int_equal(strncmp(record->key, "replay:", 7), 0);
	}
	collect->n = n;
}

static unsigned int different_keys(const struct collect *collect)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < collect->n; i++) {
		unsigned int j = 0;

		while (strcmp(collect->records[i].key, collect->records[j].key) != 0)
			j++;
		n += j == i;
	}
	return n;
}

static void test_json_lines(void **state)
{
	struct collect *collect = *state;
	const struct record *first = &collect->records[0], *named = &collect->records[20];
	const struct record *last = &collect->records[22];

	replay(collect, "golden/replay/events.jsonl");
	assert_string_equal(collect->logged, "");
	assert_int_equal(collect->n, 23);
	assert_int_equal(different_keys(collect),
			 22); /* 20 equal lines, one event twice, one more */

	assert_int_equal(first->status, 0x8c00004000010090);
	assert_int_equal(first->cpu, 3);
	assert_int_equal(first->socketid, 1);
	assert_int_equal(first->apicid, 0x12);
	assert_int_equal(first->bank, 7);
	assert_int_equal(first->vendor, VENDOR_INTEL);
	assert_int_equal(first->time_us, 1795212210000000);
	assert_int_equal(first->walltime, 1795212210);
	assert_int_equal(first->fields, RECORD_HAS_ADDR | RECORD_HAS_MISC | RECORD_HAS_CPUID |
						RECORD_HAS_APICID | RECORD_HAS_SOCKETID |
						RECORD_HAS_TIME);
	assert_string_equal(named->key, "replay:0123456789abcdef0123456789abcdef");
	assert_int_equal(last->fields, first->fields | RECORD_HAS_SYND12);
	assert_int_equal(last->synd1, 0x305f41);
	assert_int_equal(last->boot.bytes[0], 0xfe);
}

static void test_standard_input(void **state)
{
	struct collect *collect = *state;
	int saved = dup(STDIN_FILENO);
	int fd = open(test_data("golden/replay/events.jsonl"), O_RDONLY | O_CLOEXEC);

	assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
	close(fd);
	collect->env.path = "-";
	assert_int_equal(source_run(collect, &source_replay), 0);
	dup2(saved, STDIN_FILENO);
	close(saved);
	assert_int_equal(collect->n, 23);
}

/* Every bad line is named with its number and its reason. */
static void test_bad_lines(void **state)
{
	struct collect *collect = *state;
	_cleanup_free_ char *expected =
		test_read(test_data("golden/replay/bad/events.expected"), NULL);
	char *rest = expected, *line, *logged = collect->logged, *got;
	char prefix[ROOT_PATH_MAX + 32];

	snprintf(prefix, sizeof(prefix),
		 "mcelog: replay: %s: ", test_data("golden/replay/bad/events.jsonl"));
	replay(collect, "golden/replay/bad/events.jsonl");
	assert_int_equal(collect->n, 0);
	while ((line = strsep(&rest, "\n")) && *line) {
		got = strsep(&logged, "\n");
		assert_int_equal(strncmp(got, prefix, strlen(prefix)), 0);
		assert_string_equal(got + strlen(prefix), line);
	}
	assert_string_equal(logged, "");
}

static void test_long_line(void **state)
{
	struct collect *collect = *state;
	static const char good[] =
		"\n{\"status\":\"0x1\",\"cpu\":0,\"bank\":0}\r\n\xff\n{\"a\0\":1}";
	char path[ROOT_PATH_MAX];
	FILE *file = fopen(root_path(&collect->root, "/lines", path), "w");

	for (int i = 0; i < 1 << 21; i++)
		putc('{', file);
	fwrite(good, 1, sizeof(good) - 1, file);
	fclose(file);
	collect->env.path = path;
	assert_int_equal(source_run(collect, &source_replay), 0);
	assert_int_equal(collect->n, 1);
	assert_int_equal(count_lines(collect->logged), 3);
	assert_non_null(strstr(collect->logged, "/lines: line 1: line is longer than 1 MiB\n"));
	assert_non_null(strstr(collect->logged, "/lines: line 3: not JSON, or cut off\n"));
	assert_non_null(strstr(collect->logged, "/lines: line 4: not JSON, or cut off\n"));
}

/* The pages of Linux 6.1 with what samples/trace/injected-intel.txt injected. */
static void test_ring_intel(void **state)
{
	static const struct {
		uint8_t bank;
		uint32_t cpu;
		uint64_t status;
	} injected[] = {
		{ 1, 1, 0xbd80000000100134 }, { 0, 0, 0x9000004000010005 },
		{ 3, 1, 0x8c20004000010179 }, { 8, 0, 0xcc00008000010092 },
		{ 5, 0, 0xbe00000000800400 }, { 7, 0, 0x8c00004000010090 },
		{ 9, 1, 0x8c000040000800c2 }, { 2, 1, 0x8800000000000000 },
		{ 4, 0, 0xb200000000070f0f }, { 6, 1, 0xba00000000000e0b },
	};
	struct collect *collect = *state;

	replay(collect, "golden/replay/ring-6.1-intel");
	assert_string_equal(collect->logged, "");
	assert_int_equal(collect->n, ARRAY_SIZE(injected));
	assert_int_equal(different_keys(collect), collect->n);
	for (size_t i = 0; i < ARRAY_SIZE(injected); i++) {
		const struct record *record = &collect->records[i];

		assert_int_equal(record->status, injected[i].status);
		assert_int_equal(record->bank, injected[i].bank);
		assert_int_equal(record->cpu, injected[i].cpu);
		assert_int_equal(record->time_us, record->walltime * 1000000);
		assert_in_range(record->walltime, 1795211841, 1795211846);
	}
}

static void test_ring_amd(void **state)
{
	struct collect *collect = *state;

	replay(collect, "golden/replay/ring-6.1-amd");
	assert_string_equal(collect->logged, "");
	assert_int_equal(collect->n, 3);
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(collect->records[i].vendor, VENDOR_AMD);
}

/* Copies the Intel pages below the fake root, with cpu1's page cut after size bytes. */
static void copy_ring(struct collect *collect, size_t size)
{
	static const char *const names[] = { "mce_record.format", "header_page", "cpu0.raw",
					     "cpu1.raw" };
	char path[ROOT_PATH_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		char to[64], from[96];

		snprintf(to, sizeof(to), "/ring/%s", names[i]);
		snprintf(from, sizeof(from), "golden/replay/ring-6.1-intel/%s", names[i]);
		put_test_file(collect, to, from);
	}
	assert_int_equal(truncate(root_path(&collect->root, "/ring/cpu1.raw", path), (off_t)size),
			 0);
}

static void test_ring_damage(void **state)
{
	struct collect *collect = *state;
	char path[ROOT_PATH_MAX];

	copy_ring(collect, 300);
	put_file(collect, "/ring/cpu10.raw", "", 0);
	put_file(collect, "/ring/cpu2.raw", "12345678", 8);
	put_file(collect, "/ring/cpu3.raw.bak", "12345678", 8);
	root_path(&collect->root, "/ring", path);
	collect->env.path = path;
	assert_int_equal(source_run(collect, &source_replay), 0);
	assert_int_equal(collect->n, 5 + 2); /* cpu0 is whole */
	assert_int_equal(count_lines(collect->logged), 2);
	assert_non_null(strstr(collect->logged, "/ring/cpu1.raw: page 0: page is truncated"));
	assert_non_null(strstr(collect->logged, "/ring/cpu2.raw: page 0: page is truncated"));
}

static void check_open_fails(struct collect *collect, const char *path, const char *why)
{
	static char full[ROOT_PATH_MAX]; /* stays collect->env.path */
	char expected[ROOT_PATH_MAX + 128];

	root_path(&collect->root, path, full);
	collect->env.path = full;
	assert_true(source_open(collect, &source_replay) < 0);
	snprintf(expected, sizeof(expected), "%s%s", full, why);
	assert_string_equal(collect->why, expected);
}

static void test_ring_incomplete(void **state)
{
	struct collect *collect = *state;

	put_file(collect, "/ring/mce_record.format", "name: mce_record\n", 17);
	check_open_fails(collect, "/ring", "/header_page: No such file or directory");
	put_test_file(collect, "/ring/header_page", "golden/replay/ring-6.1-intel/header_page");
	collect->why[0] = '\0';
	assert_true(source_open(collect, &source_replay) < 0);
	assert_non_null(strstr(collect->why, "/ring: format: "));
	put_test_file(collect, "/ring/mce_record.format",
		      "golden/replay/ring-6.1-intel/mce_record.format");
	check_open_fails(collect, "/ring", ": no cpuN.raw files");
}

static void test_no_input(void **state)
{
	struct collect *collect = *state;

	check_open_fails(collect, "/nothing", ": No such file or directory");
	root_mkdir(&collect->root, "/directory");
	check_open_fails(collect, "/directory",
			 ": neither a captured trace (mce_record.format) nor mce-erst-* files");
	put_file(collect, "/empty", "", 0);
	check_open_fails(collect, "/empty", ": empty");
	collect->env.path = NULL;
	assert_int_equal(source_open(collect, &source_replay), -ENOENT);
	assert_string_equal(collect->why, "no file was given");
	assert_int_equal(source_replay.probe(&collect->env, collect->why), 0);
}

static void test_raw(void **state)
{
	struct collect *collect = *state;

	replay(collect, "golden/erst/mce-erst-7710377731329884161");
	assert_int_equal(collect->n, 1);
	assert_int_equal(collect->records[0].status, 0xfe00000000800400);
	assert_int_equal(collect->records[0].time_us, 0x6b00c3b2 * 1000000ll);

	replay(collect, "golden/erst"); /* the directory; bad/ below it is not looked at */
	assert_int_equal(collect->n, 3);
	assert_int_equal(different_keys(collect), 3);
}

/* Five places: two equal records, another one, zeros, and one that is not valid. */
static void test_raw_records(void **state)
{
	struct collect *collect = *state;

	replay(collect, "golden/replay/records.bin");
	assert_int_equal(collect->n, 3);
	assert_int_equal(different_keys(collect), 3);
	assert_int_equal(count_lines(collect->logged), 1);
	assert_non_null(strstr(collect->logged, "golden/replay/records.bin: record 3: "
						"not a valid record: MCi_STATUS.VAL is clear\n"));
}

static void test_raw_bad(void **state)
{
	struct collect *collect = *state;

	replay(collect, "golden/replay/bad/short.bin");
	assert_int_equal(collect->n, 0);
	assert_non_null(strstr(collect->logged, "bad/short.bin: too short: the smallest struct mce "
						"has 88 bytes\n"));
	replay(collect, "golden/replay/bad/garbage.bin");
	assert_int_equal(collect->n, 0);
	assert_non_null(strstr(collect->logged, "bad/garbage.bin: not a struct mce: no such "));
	assert_int_equal(count_lines(collect->logged), 1);
}

static void test_no_memory(void **state)
{
	static const char *const paths[] = {
		"golden/replay/events.jsonl",
		"golden/replay/ring-6.1-intel",
		"golden/erst",
	};
	struct collect *collect = *state;

	collect->error = -ENOMEM;
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		collect->env.path = test_data(paths[i]);
		assert_int_equal(source_run(collect, &source_replay), -ENOMEM);
	}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, collect_setup, collect_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_json_lines),	TEST(test_standard_input),  TEST(test_bad_lines),
		TEST(test_long_line),	TEST(test_ring_intel),	    TEST(test_ring_amd),
		TEST(test_ring_damage), TEST(test_ring_incomplete), TEST(test_no_input),
		TEST(test_raw),		TEST(test_raw_records),	    TEST(test_raw_bad),
		TEST(test_no_memory),
	};

	unsetenv("JOURNAL_STREAM");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
