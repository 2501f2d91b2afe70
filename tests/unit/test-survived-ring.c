// SPDX-License-Identifier: GPL-2.0-only
/*
 * A trace ring in memory that outlived a warm reset, as a 6.12 kernel shows it: two pages of the
 * boot that crashed, and one of the next boot, whose only record is the bank that was left behind.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <time.h>

#include "sources/trace-instance.h"
#include "tests/unit/collect.h"

#define TRACING	 "/sys/kernel/tracing"
#define INSTANCE TRACING "/instances/mcelog"
#define FORMATS	 "golden/ring/6.12-intel"
#define RING	 "golden/ring/6.12-survived/cpu0.raw"
#define ENABLE	 INSTANCE "/events/mce/mce_record/enable"

enum {
	PAGE = 4096,
	OLD = 62, /* records of the boot that crashed */
	FIRST_SECOND = 1795262961,
	CRASH_SECOND = 1795262964,
	BOOT_SECOND = 1795262965, /* when the next boot began */
	LEFTOVER_SECOND = 1795262968,
	COMMIT_FLAGS = 11, /* the byte of a page with its flags */
	FIELDS = 16 + 8 +
		 8, /* of its first record, behind the heads of page, event and tracepoint */
};

#define US 1000000ll

/* Cycles are no time; the other clock is that of the machine on which the test runs. */
#define NOT_CONVERTED "local global boot mono [x86-tsc]\n"
#define CONVERTED     "[local] global boot mono x86-tsc\n"

#define KERNEL_TURNS_ON "quiet trace_instance=mcelog@trace,mce:mce_record\n"
#define WE_TURN_ON	"quiet trace_instance=mcelog@trace\n"

static const sd_id128_t crashed =
	SD_ID128_MAKE(aa, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11);
static const sd_id128_t now =
	SD_ID128_MAKE(bb, 22, 22, 22, 22, 22, 22, 22, 22, 22, 22, 22, 22, 22, 22, 22);

static uint64_t lost_so_far(void *context, enum source_id source, const char *where)
{
	(void)context, (void)source, (void)where;
	return 0;
}

static void put_text(struct collect *collect, const char *path, const char *text)
{
	put_file(collect, path, text, strlen(text));
}

static bool file_is(struct collect *collect, const char *path, const char *text)
{
	_cleanup_free_ char *have = NULL;

	assert_int_equal(root_read(&collect->root, path, 65536, &have, NULL), 0);
	have[strcspn(have, "\n")] = '\0';
	return strcmp(have, text) == 0;
}

/* These pages of the ring, in this order. */
static void put_pages(struct collect *collect, const unsigned int *pages, size_t n)
{
	_cleanup_free_ char *ring = test_read(test_data(RING), NULL);
	char data[4 * PAGE];

	assert_true(n <= 4);
	for (size_t i = 0; i < n; i++)
		memcpy(data + i * PAGE, ring + pages[i] * PAGE, PAGE);
	put_file(collect, INSTANCE "/per_cpu/cpu0/trace_pipe_raw", data, n * PAGE);
}

static void put_ring(struct collect *collect)
{
	static const unsigned int all[] = { 0, 1, 2 };

	put_pages(collect, all, ARRAY_SIZE(all));
}

static void in_boot(struct collect *collect, sd_id128_t boot, int64_t began)
{
	collect->env.boot = boot;
	collect->env.boot_time_us = began * US;
	collect->n = collect->n_stored = collect->n_lost = 0;
	collect->room = COLLECT_MAX;
}

static int setup(void **state)
{
	struct collect *collect;

	collect_setup(state);
	collect = *state;
	collect->env.lost_so_far = lost_so_far;
	assert_int_equal(root_mkdir(&collect->root, "/var/lib/mcelog"), 0);
	put_test_file(collect, TRACING "/events/mce/mce_record/format",
		      FORMATS "/mce_record.format");
	put_test_file(collect, TRACING "/events/header_page", FORMATS "/header_page");
	put_text(collect, INSTANCE "/last_boot_info", "text delta:\t-31457280\n");
	put_text(collect, INSTANCE "/trace_pipe", "");
	put_text(collect, INSTANCE "/trace_clock", NOT_CONVERTED);
	put_text(collect, INSTANCE "/buffer_size_kb", "4068\n");
	put_text(collect, INSTANCE "/tracing_on", "1\n");
	put_text(collect, ENABLE, "1\n");
	put_text(collect, "/proc/cmdline", KERNEL_TURNS_ON);
	put_text(collect, INSTANCE "/per_cpu/cpu0/stats",
		 "entries: 76\noverrun: 40\ncommit overrun: 0\ndropped events: 0\n");
	put_ring(collect);
	in_boot(collect, now, BOOT_SECOND);
	return 0;
}

static void expect_earlier(const struct record *record, bool boot_time)
{
	assert_true(record->replayed);
	assert_true(sd_id128_is_null(record->boot));
	assert_int_equal(record->time_us, (int64_t)record->walltime * US);
	assert_int_equal(record->ring_time_us, 0);
	assert_int_equal(record->boot_time, boot_time);
}

static void run(struct collect *collect, unsigned int n)
{
	assert_int_equal(source_run(collect, &source_tracefs), 0);
	assert_string_equal(collect->logged, "");
	assert_int_equal(collect->n, n);
}

/* What led up to the crash, and the new boot's own record behind it. */
static void test_earlier_boot(void **state)
{
	struct collect *collect = *state;
	const struct record *own = &collect->records[OLD];

	run(collect, OLD + 1);
	for (unsigned int i = 0; i < OLD; i++) {
		expect_earlier(&collect->records[i], false);
		assert_in_range(collect->records[i].walltime, FIRST_SECOND, CRASH_SECOND);
	}
	assert_string_equal(collect->records[0].key, "trace:mcelog@:0:1795262961:14003102656:0");
	assert_false(own->replayed);
	assert_true(own->boot_time);
	assert_true(sd_id128_equal(own->boot, now));
	assert_int_equal(own->status, 0xfe00000000800400);
	assert_int_equal(collect->n_lost, 0);
}

/* A boot takes a record as it happens, the next one finds it again: it is the same delivery. */
static void test_keys(void **state)
{
	static const unsigned int both[] = { 0, 1 };
	struct collect *collect = *state;
	char keys[OLD][RECORD_KEY_MAX];

	put_pages(collect, both, 2);
	in_boot(collect, crashed, FIRST_SECOND - 14);
	run(collect, OLD);
	for (unsigned int i = 0; i < OLD; i++) {
		assert_false(collect->records[i].replayed);
		assert_true(sd_id128_equal(collect->records[i].boot, crashed));
		strcpy(keys[i], collect->records[i].key);
	}
	put_ring(collect);
	in_boot(collect, now, BOOT_SECOND);
	run(collect, OLD + 1);
	for (unsigned int i = 0; i < OLD; i++)
		assert_string_equal(collect->records[i].key, keys[i]);
	for (unsigned int i = 0; i < OLD; i++)
		assert_string_not_equal(collect->records[OLD].key, keys[i]);
}

/* Killed before the commit, and the daemon comes back in this boot, or only in a later one. */
static void test_crash(void **state)
{
	struct collect *collect = *state;

	assert_int_equal(source_open(collect, &source_tracefs), 0);
	assert_int_equal(source_tracefs.drain(collect->source), 0);
	source_tracefs.close(collect->source);
	assert_int_equal(collect->n, OLD + 1);
	put_pages(collect, NULL, 0);

	in_boot(collect, now, BOOT_SECOND);
	assert_int_equal(source_open(collect, &source_tracefs), 0);
	assert_int_equal(source_tracefs.drain(collect->source), 0);
	source_tracefs.close(collect->source);
	collect->source = NULL;
	assert_int_equal(collect->n, OLD + 1);
	expect_earlier(&collect->records[OLD - 1], false);
	assert_true(sd_id128_equal(collect->records[OLD].boot, now));

	put_text(collect, INSTANCE "/trace_clock", CONVERTED);
	in_boot(collect, crashed, LEFTOVER_SECOND + 100);
	run(collect, OLD + 1);
	for (unsigned int i = 0; i < OLD; i++)
		expect_earlier(&collect->records[i], false);
	expect_earlier(&collect->records[OLD], true);
	assert_string_equal(collect->records[0].key, "trace:mcelog@:0:1795262961:14003102656:0");
}

/* The record of a leftover bank, found only in the boot after: it is still one. */
static void test_leftover_of_earlier_boot(void **state)
{
	struct collect *collect = *state;

	put_text(collect, INSTANCE "/trace_clock", CONVERTED);
	in_boot(collect, now, LEFTOVER_SECOND + 100);
	run(collect, OLD + 1);
	expect_earlier(&collect->records[OLD], true);
}

/* Polled before the wall clock was set forward: it is still of the start of this boot. */
static void test_clock_set_forward(void **state)
{
	static const unsigned int leftover[] = { 2 };
	struct collect *collect = *state;
	char path[ROOT_PATH_MAX];

	/* as in an instance of our own */
	assert_int_equal(unlink(root_path(&collect->root, INSTANCE "/last_boot_info", path)), 0);
	put_text(collect, INSTANCE "/trace_clock", CONVERTED);
	for (unsigned int seconds = 1; seconds < 1000; seconds *= 10) {
		put_pages(collect, leftover, 1);
		in_boot(collect, now, LEFTOVER_SECOND + seconds);
		run(collect, 1);
		assert_true(collect->records[0].boot_time);
		assert_false(collect->records[0].replayed);
		assert_true(sd_id128_equal(collect->records[0].boot, now));
	}
}

/* A page of the crash, and one with a record of just now. */
static void put_old_and_own(struct collect *collect)
{
	enum { WALLTIME = PAGE + FIELDS + 10 * 8 };
	_cleanup_free_ char *ring = test_read(test_data(RING), NULL);
	uint64_t wall = (uint64_t)time(NULL), ring_time;
	struct timespec clock;

	clock_gettime(CLOCK_MONOTONIC, &clock);
	ring_time = (uint64_t)clock.tv_sec * 1000000000 + (uint64_t)clock.tv_nsec;
	memmove(ring + PAGE, ring + 2 * PAGE, PAGE);
	memcpy(ring + PAGE, &ring_time, sizeof(ring_time));
	memcpy(ring + WALLTIME, &wall, sizeof(wall));
	put_file(collect, INSTANCE "/per_cpu/cpu0/trace_pipe_raw", ring, 2 * PAGE);
}

/* The wall clock was behind as this boot began, so that old records seem to be younger. */
static void test_clock_behind(void **state)
{
	struct collect *collect = *state;

	put_text(collect, INSTANCE "/trace_clock", CONVERTED);
	put_old_and_own(collect);
	in_boot(collect, now, 1000);
	run(collect, OLD / 2 + 1);
	for (unsigned int i = 0; i < OLD / 2; i++)
		expect_earlier(&collect->records[i], false);
	assert_false(collect->records[OLD / 2].replayed);
	assert_true(sd_id128_equal(collect->records[OLD / 2].boot, now));
}

/* Nothing is in a ring that is off but what earlier boots left, whatever the clocks say. */
static void test_turned_off(void **state)
{
	static const unsigned int both[] = { 0, 1 };
	struct collect *collect = *state;

	put_text(collect, "/proc/cmdline", WE_TURN_ON);
	put_text(collect, ENABLE, "0\n");
	put_pages(collect, both, 2);
	in_boot(collect, now, 1000);
	run(collect, OLD);
	for (unsigned int i = 0; i < OLD; i++)
		expect_earlier(&collect->records[i], false);

	/* a restart: this boot's life before has read all that was there, and turned it on */
	put_pages(collect, both, 2);
	in_boot(collect, now, 1000);
	run(collect, OLD);
	for (unsigned int i = 0; i < OLD; i++)
		assert_false(collect->records[i].replayed);
}

/* Behind a record of this boot there is none of an earlier one: the wall clock was set back. */
static void test_clock_set_back(void **state)
{
	static const unsigned int pages[] = { 2, 0 };
	struct collect *collect = *state;

	put_pages(collect, pages, 2);
	run(collect, 1 + OLD / 2);
	for (unsigned int i = 0; i < collect->n; i++) {
		assert_false(collect->records[i].replayed);
		assert_true(sd_id128_equal(collect->records[i].boot, now));
	}
}

/* The kernel that wrote it had another event of this number: not a machine check. */
static void test_other_kernel(void **state)
{
	enum { STATUS = FIELDS + 2 * 8 };
	struct collect *collect = *state;
	_cleanup_free_ char *ring = test_read(test_data(RING), NULL);

	memset(ring + STATUS, 0, 8);
	put_file(collect, INSTANCE "/per_cpu/cpu0/trace_pipe_raw", ring, 3 * PAGE);
	assert_int_equal(source_run(collect, &source_tracefs), 0);
	assert_int_equal(collect->n, OLD);
	assert_int_equal(count_lines(collect->logged), 1);
	assert_non_null(strstr(collect->logged, "was it another kernel?"));
}

/* --- recording --- */

static int record_while_off(void *context, const struct record *record)
{
	struct collect *collect = context;

	/* turning it on would have emptied the ring */
	assert_true(file_is(collect, ENABLE, "0"));
	return collect_record(context, record);
}

static void test_read_before_turned_on(void **state)
{
	struct collect *collect = *state;

	put_text(collect, "/proc/cmdline", WE_TURN_ON);
	put_text(collect, ENABLE, "0\n");
	put_text(collect, INSTANCE "/events/ras/mc_event/enable", "0\n");
	put_test_file(collect, TRACING "/events/ras/mc_event/format",
		      "golden/ring/6.1-detail/mc_event.format");
	collect->intake.record = record_while_off;
	run(collect, OLD + 1);
	assert_true(file_is(collect, ENABLE, "1"));
	assert_true(file_is(collect, INSTANCE "/events/ras/mc_event/enable", "1"));
	/* its time means the same in all boots, and it cannot be larger than its memory */
	assert_true(file_is(collect, INSTANCE "/trace_clock", "local global boot mono [x86-tsc]"));
	assert_true(file_is(collect, INSTANCE "/buffer_size_kb", "4068"));
}

/* Not all could be stored yet: what is left in the ring must not be emptied. */
static void test_not_turned_on_early(void **state)
{
	struct collect *collect = *state;

	put_text(collect, ENABLE, "0\n");
	collect->room = 1;
	assert_int_equal(source_open(collect, &source_tracefs), 0);
	assert_int_equal(source_tracefs.drain(collect->source), 1);
	assert_true(file_is(collect, ENABLE, "0"));
	collect_commit(collect, &source_tracefs);
	collect->room = COLLECT_MAX;
	assert_int_equal(source_tracefs.drain(collect->source), 0);
	assert_true(file_is(collect, ENABLE, "1"));
	assert_int_equal(collect->n, OLD + 1);
	source_tracefs.close(collect->source);
	collect->source = NULL;
}

/* --- losses --- */

static void put_flagged(struct collect *collect, unsigned int page)
{
	_cleanup_free_ char *ring = test_read(test_data(RING), NULL);

	ring[page * PAGE + COMMIT_FLAGS] = (char)0x80;
	put_file(collect, INSTANCE "/per_cpu/cpu0/trace_pipe_raw", ring + page * PAGE, PAGE);
}

/* The statistics are not asked: they are about several boots. */
static void test_losses(void **state)
{
	struct collect *collect = *state;

	put_flagged(collect, 0);
	run(collect, OLD / 2);
	assert_int_equal(collect->n_lost, 1);
	assert_true(sd_id128_is_null(collect->lost[0].boot));
	assert_int_equal(collect->lost[0].count, 0);
	assert_string_equal(collect->lost[0].where, "trace instance mcelog, cpu0");

	put_flagged(collect, 2);
	in_boot(collect, now, BOOT_SECOND);
	run(collect, 1);
	assert_int_equal(collect->n_lost, 1);
	assert_true(sd_id128_equal(collect->lost[0].boot, now));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, collect_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_earlier_boot),
		TEST(test_keys),
		TEST(test_crash),
		TEST(test_leftover_of_earlier_boot),
		TEST(test_clock_set_back),
		TEST(test_clock_behind),
		TEST(test_clock_set_forward),
		TEST(test_turned_off),
		TEST(test_other_kernel),
		TEST(test_read_before_turned_on),
		TEST(test_not_turned_on_early),
		TEST(test_losses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
