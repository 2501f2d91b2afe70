// SPDX-License-Identifier: GPL-2.0-only
/* How boots ended, out of what the store has of them. */
#include <errno.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "db/query.h"
#include "db/store.h"

#define SECOND 1000000ll
#define T0     (1700000000 * SECOND)
#define AT(n)  (T0 + (n)*SECOND)

enum { BOOTS_MAX = 12 };

struct fixture {
	char directory[64];
	char path[128];
	struct store *store;
	struct query *query;
	struct query_boot boots[BOOTS_MAX];
	unsigned int n;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	char note[512];

	strcpy(f->directory, "/tmp/test-query-boots.XXXXXX");
	assert_non_null(mkdtemp(f->directory));
	snprintf(f->path, sizeof(f->path), "%s/events.db", f->directory);
	assert_int_equal(store_open(f->path, &f->store, note), 0);
	assert_int_equal(query_open(f->path, &f->query, note), 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	char command[128];

	query_close(f->query);
	store_close(f->store);
	snprintf(command, sizeof(command), "rm -r '%s'", f->directory);
	assert_int_equal(system(command), 0);
	free(f);
	return 0;
}

/* Boot i: all bytes are 16 * i + 1. */
static sd_id128_t id_of(unsigned int i)
{
	sd_id128_t id;

	memset(&id, (int)(16 * i + 1), sizeof(id));
	return id;
}

/* It begins 1000 * i s after T0 and has entries for 500 s. */
static void journal(struct fixture *f, unsigned int i, bool in_order)
{
	const struct boot boot = {
		.id = id_of(i),
		.previous = i ? id_of(i - 1) : SD_ID128_NULL,
		.began_us = AT(1000 * i),
		.first_us = AT(1000 * i + 2),
		.last_us = AT(1000 * i + 500),
		.in_order = in_order,
	};

	assert_int_equal(store_begin(f->store), 0);
	assert_int_equal(store_add_journal_boot(f->store, &boot), 0);
	assert_int_equal(store_commit(f->store), 0);
}

/* In boot i, that many seconds after it began. */
static void add_event(struct fixture *f, unsigned int i, int seconds, enum severity severity,
		      unsigned int count)
{
	static unsigned int number;
	struct event event = {
		.record = {
			.status = 0x8c00000000010090 + (number << 16),
			.vendor = VENDOR_INTEL,
			.source = severity == SEVERITY_FATAL ? SOURCE_ERST : SOURCE_TRACE,
			.time_us = seconds ? AT(1000 * i + seconds) : 0,
			.boot = id_of(i),
			.replayed = severity == SEVERITY_FATAL,
		},
		.decoded = { .severity = severity, .vendor = "Intel", .count = count },
	};
	enum store_result result;

	memset(&event.decoded.location, 0xff, sizeof(event.decoded.location));
	snprintf(event.record.key, sizeof(event.record.key), "test:%u", number++);
	assert_int_equal(store_begin(f->store), 0);
	assert_int_equal(store_add(f->store, &event, false, &result), 0);
	assert_int_equal(result, STORE_NEW);
	assert_int_equal(store_commit(f->store), 0);
}

/* boot < 0: it is not known. */
static void add_crash(struct fixture *f, int boot, int seconds, bool by_hardware,
		      const char *reason)
{
	static unsigned int number;
	struct crash crash = {
		.source = number % 2 ? SOURCE_VMCORE : SOURCE_PSTORE,
		.boot = boot < 0 ? SD_ID128_NULL : id_of((unsigned int)boot),
		.time_us = AT(seconds),
		.by_hardware = by_hardware,
	};

	snprintf(crash.key, sizeof(crash.key), "crash:%u", number++);
	snprintf(crash.reason, sizeof(crash.reason), "%s", reason);
	assert_int_equal(store_begin(f->store), 0);
	assert_int_equal(store_add_crash(f->store, &crash), 0);
	assert_int_equal(store_commit(f->store), 0);
}

static int take_boot(void *context, const struct query_boot *boot)
{
	struct fixture *f = context;

	assert_true(f->n < BOOTS_MAX);
	f->boots[f->n++] = *boot;
	return 0;
}

static void read_boots(struct fixture *f, sd_id128_t running, unsigned int limit)
{
	f->n = 0;
	assert_int_equal(query_boots(f->query, running, limit, take_boot, f), 0);
}

static void test_ends(void **state)
{
	static const enum boot_end expected[] = { BOOT_CLEAN, BOOT_MACHINE_CHECK, BOOT_PANIC,
						  BOOT_CUT,   BOOT_MACHINE_CHECK, BOOT_RUNNING };
	struct fixture *f = *state;

	for (unsigned int i = 0; i < 6; i++)
		journal(f, i, i == 0);
	add_event(f, 1, 500, SEVERITY_FATAL, 1);
	add_crash(f, 2, 2510, false, "Fatal exception");
	add_crash(f, 4, 4510, true, "");
	read_boots(f, id_of(5), 0);
	assert_int_equal(f->n, 6);
	for (unsigned int i = 0; i < f->n; i++) {
		assert_int_equal(f->boots[i].end, expected[i]);
		assert_int_equal(f->boots[i].offset, (int)i - 5);
		assert_true(sd_id128_equal(f->boots[i].id, id_of(i)));
		assert_int_equal(f->boots[i].began_us, AT(1000 * i));
	}
	assert_int_equal(f->boots[0].last_us, AT(500));
	assert_true(f->boots[1].has_fatal && !f->boots[1].has_crash);
	assert_int_equal(f->boots[2].last_us, AT(2510));
	assert_string_equal(f->boots[2].crash.reason, "Fatal exception");
	assert_true(f->boots[4].crash.by_hardware);
	assert_int_equal(f->boots[5].last_us, 0);
	/* of another machine, or where this boot is not on record */
	read_boots(f, SD_ID128_NULL, 2);
	assert_int_equal(f->n, 2);
	assert_int_equal(f->boots[1].end, BOOT_UNKNOWN);
	assert_int_equal(f->boots[0].offset, -1);
}

/* Without a journal: what the one who watched says is all there is. */
static void test_watched(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(store_begin(f->store), 0);
	assert_int_equal(store_add_boot(f->store, id_of(0), AT(0)), 0);
	assert_int_equal(store_end_boot(f->store, id_of(0), AT(400)), 0);
	assert_int_equal(store_add_boot(f->store, id_of(1), AT(1000)), 0);
	assert_int_equal(store_add_boot(f->store, id_of(2), AT(2000)), 0);
	assert_int_equal(store_commit(f->store), 0);
	read_boots(f, id_of(2), 0);
	assert_int_equal(f->boots[0].end, BOOT_UNKNOWN); /* somebody may have stopped mcelog */
	assert_int_equal(f->boots[0].last_us, AT(400));
	assert_int_equal(f->boots[1].end, BOOT_CUT);
	assert_int_equal(f->boots[2].end, BOOT_RUNNING);
}

/* What was shut down went on after its error, unless that came with the end. */
static void test_went_on(void **state)
{
	struct fixture *f = *state;

	for (unsigned int i = 0; i < 4; i++)
		journal(f, i, true);
	add_event(f, 0, 300, SEVERITY_FATAL, 1);
	add_event(f, 1, 501, SEVERITY_FATAL, 1);
	add_event(f, 2, 0, SEVERITY_FATAL, 1);
	add_crash(f, 3, 3100, false, "Fatal exception");
	read_boots(f, SD_ID128_NULL, 0);
	assert_int_equal(f->boots[0].end, BOOT_CLEAN);
	assert_true(f->boots[0].has_fatal);
	assert_int_equal(f->boots[1].end, BOOT_MACHINE_CHECK);
	assert_int_equal(f->boots[1].last_us, AT(1501));
	/* a region that firmware never clears may be of long ago */
	assert_int_equal(f->boots[2].end, BOOT_CLEAN);
	assert_int_equal(f->boots[3].end, BOOT_CLEAN);
}

/* What stopped a boot is known for longer than its event. */
static void test_events_removed(void **state)
{
	struct fixture *f = *state;
	char note[512];
	sqlite3 *db;

	for (unsigned int i = 0; i < 3; i++)
		journal(f, i, i != 0);
	add_event(f, 0, 501, SEVERITY_FATAL, 1);
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "DELETE FROM event", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	read_boots(f, SD_ID128_NULL, 0);
	assert_int_equal(f->boots[0].end, BOOT_MACHINE_CHECK);
	assert_false(f->boots[0].has_fatal);
	assert_string_not_equal(f->boots[0].stopped, "");
	assert_int_equal(f->boots[0].last_us, AT(501));

	/* nor is it lost with a database that is set aside */
	query_close(f->query);
	store_close(f->store);
	f->store = NULL;
	assert_int_equal(store_set_aside(f->path, "it is damaged", &f->store, note), 0);
	assert_int_equal(query_open(f->path, &f->query, note), 0);
	read_boots(f, SD_ID128_NULL, 0);
	assert_int_equal(f->boots[0].end, BOOT_MACHINE_CHECK);
}

static void test_errors_before(void **state)
{
	struct fixture *f = *state;

	journal(f, 0, false);
	journal(f, 1, true);
	add_event(f, 0, 100, SEVERITY_CORRECTED, 3);
	add_event(f, 0, 200, SEVERITY_CORRECTED, 1);
	add_event(f, 0, 300, SEVERITY_UCNA, 1);
	add_event(f, 0, 310, SEVERITY_UNKNOWN, 1);
	add_event(f, 0, 400, SEVERITY_UNCORRECTED, 1);
	add_event(f, 0, 500, SEVERITY_FATAL, 1); /* of one stop: the last is it */
	add_event(f, 0, 500, SEVERITY_FATAL, 1);
	add_event(f, 0, 520, SEVERITY_CORRECTED, 7); /* cannot be before it */
	add_event(f, 1, 10, SEVERITY_CORRECTED, 2);
	read_boots(f, SD_ID128_NULL, 0);
	assert_int_equal(f->boots[0].corrected, 4);
	assert_int_equal(f->boots[0].uncorrected, 2);
	assert_int_equal(f->boots[0].unknown, 1);
	assert_int_equal(f->boots[0].last_error_us, AT(400));
	assert_int_equal(f->boots[0].fatal.seq, 7);
	assert_int_equal(f->boots[1].corrected, 2);
	assert_int_equal(f->boots[1].uncorrected, 0);
	assert_false(f->boots[1].has_fatal);
}

/* Of boot i; its time is that at which the next one found it in a bank. */
static void add_leftover(struct fixture *f, unsigned int i, int seconds)
{
	struct event event = {
		.record = {
			.status = 0xbe00000000800400,
			.vendor = VENDOR_INTEL,
			.source = SOURCE_KMSG,
			.fields = RECORD_HAS_TSC,
			.time_us = AT(seconds),
			.boot = id_of(i + 1),
			.boot_time = true,
			.bank = 3,
		},
		.decoded = { .severity = SEVERITY_FATAL, .vendor = "Intel", .count = 1 },
	};
	enum store_result result;

	memset(&event.decoded.location, 0xff, sizeof(event.decoded.location));
	snprintf(event.record.key, sizeof(event.record.key), "leftover:%u", i);
	assert_int_equal(store_begin(f->store), 0);
	assert_int_equal(store_add_boot(f->store, id_of(i + 1), AT(1000 * (i + 1))), 0);
	assert_int_equal(store_add(f->store, &event, false, &result), 0);
	assert_int_equal(store_commit(f->store), 0);
}

/* When it was found is not when its boot ended. */
static void test_leftover(void **state)
{
	struct fixture *f = *state;

	for (unsigned int i = 0; i < 3; i++)
		journal(f, i, false);
	add_event(f, 0, 100, SEVERITY_CORRECTED, 3);
	add_leftover(f, 0, 1002);
	add_leftover(f, 1, 2002);
	add_event(f, 1, 501, SEVERITY_FATAL, 1);
	read_boots(f, SD_ID128_NULL, 0);
	assert_int_equal(f->boots[0].end, BOOT_MACHINE_CHECK);
	assert_int_equal(f->boots[0].last_us, AT(500));
	assert_int_equal(f->boots[0].next_us, AT(1000));
	assert_int_equal(f->boots[0].corrected, 3);
	/* another record has the time */
	assert_true(f->boots[1].has_fatal);
	assert_int_equal(f->boots[1].fatal.record.time_us, AT(1501));
	assert_int_equal(f->boots[1].last_us, AT(1501));
	assert_int_equal(f->boots[1].uncorrected, 0);
	assert_int_equal(f->boots[2].next_us, 0);
}

/* Fatal errors of a boot that have no time are of its stop, as the one that has. */
static void test_undated_fatal(void **state)
{
	struct fixture *f = *state;

	journal(f, 0, false);
	add_event(f, 0, 400, SEVERITY_UNCORRECTED, 1);
	add_event(f, 0, 500, SEVERITY_FATAL, 1);
	add_event(f, 0, 0, SEVERITY_FATAL, 1);
	add_event(f, 0, 0, SEVERITY_UCNA, 1);
	journal(f, 1, false);
	add_leftover(f, 0, 1001);
	read_boots(f, SD_ID128_NULL, 0);
	assert_int_equal(f->boots[0].fatal.record.time_us, AT(500));
	assert_int_equal(f->boots[0].uncorrected, 2);
}

static int keep_crash(void *context, const struct crash *crash)
{
	struct crash *crashes = context;

	while (crashes->key[0])
		crashes++;
	*crashes = *crash;
	return 0;
}

/* Crashes by hardware of whose error there is no record. */
static void test_unexplained(void **state)
{
	struct crash crashes[8] = { 0 };
	struct fixture *f = *state;
	char note[512];

	for (unsigned int i = 0; i < 4; i++)
		journal(f, i, false);
	add_crash(f, 0, 501, true, "Fatal machine check");
	add_crash(f, 1, 1501, true, "its event is of the boot");
	add_event(f, 1, 10, SEVERITY_FATAL, 1);
	add_crash(f, -1, 2560, true, "its event is of the minute");
	add_event(f, 2, 500, SEVERITY_FATAL, 1);
	add_crash(f, 3, 3501, false, "Oops");
	add_event(f, 3, 500, SEVERITY_UNCORRECTED, 1);
	add_crash(f, -1, 3601, true, "an error that is not fatal is none of a crash");
	assert_int_equal(query_unexplained_crashes(f->query, keep_crash, crashes), 0);
	assert_int_equal(crashes[0].time_us, AT(3601));
	assert_string_equal(crashes[1].reason, "Fatal machine check");
	assert_string_equal(crashes[2].key, "");

	/* there was a record, which was kept long enough */
	query_close(f->query);
	store_close(f->store);
	f->store = NULL;
	assert_int_equal(store_set_aside(f->path, "it is damaged", &f->store, note), 0);
	assert_int_equal(query_open(f->path, &f->query, note), 0);
	memset(crashes, 0, sizeof(crashes));
	assert_int_equal(query_unexplained_crashes(f->query, keep_crash, crashes), 0);
	for (unsigned int i = 0; crashes[i].key[0]; i++)
		assert_string_not_equal(crashes[i].reason, "its event is of the boot");
}

static int count_crash(void *context, const struct crash *crash)
{
	(void)crash;
	++*(unsigned int *)context;
	return 0;
}

/* What tells of one crash belongs together, also what does not know its boot. */
static void test_crashes(void **state)
{
	struct fixture *f = *state;
	unsigned int n = 0;

	journal(f, 0, true);
	journal(f, 1, true);
	journal(f, 2, true);
	add_crash(f, 0, 501, false, "");
	add_crash(f, -1, 561, false, "Oops");
	add_crash(f, -1, 562, true, "Fatal machine check"); /* more than a minute: of another */
	add_event(f, 1, 600, SEVERITY_FATAL, 1);
	add_crash(f, -1, 1640, true, "Fatal machine check");
	assert_int_equal(query_crashes(f->query, id_of(0), count_crash, &n), 0);
	assert_int_equal(n, 2);
	n = 0;
	assert_int_equal(query_crashes(f->query, SD_ID128_NULL, count_crash, &n), 0);
	assert_int_equal(n, 1);
	read_boots(f, SD_ID128_NULL, 0);
	assert_int_equal(f->boots[0].end, BOOT_PANIC);
	assert_string_equal(f->boots[0].crash.reason, "Oops");
	assert_true(f->boots[1].has_crash && f->boots[1].has_fatal);
	assert_int_equal(f->boots[1].last_us, AT(1640));
	assert_false(f->boots[2].has_crash);
}

/* In no boot that is known. */
static void add_lone_crash(struct fixture *f, int seconds, int uptime, const char *reason)
{
	static unsigned int number;
	struct crash crash = {
		.source = SOURCE_PSTORE,
		.time_us = seconds ? AT(seconds) : 0,
		.uptime_us = uptime ? uptime * SECOND : -1,
	};

	snprintf(crash.key, sizeof(crash.key), "lone:%u", number++);
	snprintf(crash.reason, sizeof(crash.reason), "%s", reason);
	assert_int_equal(store_begin(f->store), 0);
	assert_int_equal(store_add_crash(f->store, &crash), 0);
	assert_int_equal(store_commit(f->store), 0);
}

static unsigned int n_crashes(struct fixture *f, sd_id128_t boot)
{
	unsigned int n = 0;

	assert_int_equal(query_crashes(f->query, boot, count_crash, &n), 0);
	return n;
}

/* Panics in a row: each boot has its own, and what tells of that by its uptime. */
static void test_crashes_in_a_row(void **state)
{
	struct fixture *f = *state;

	journal(f, 0, false);
	add_lone_crash(f, 510, 510, "Hard LOCKUP");
	add_lone_crash(f, 535, 20, "sysrq");	  /* a boot that nobody saw */
	add_lone_crash(f, 545, 0, "");		  /* its uptime is not known: within the minute */
	add_lone_crash(f, 0, 510, "Hard LOCKUP"); /* a log of the same without a time */
	add_lone_crash(f, 0, 510, "other");
	add_lone_crash(f, 0, 511, "Hard LOCKUP");
	read_boots(f, SD_ID128_NULL, 0);
	assert_int_equal(f->boots[0].end, BOOT_PANIC);
	assert_string_equal(f->boots[0].crash.reason, "Hard LOCKUP");
	assert_int_equal(f->boots[0].crash.uptime_us, 510 * SECOND);
	assert_int_equal(f->boots[0].last_us, AT(510));
	assert_int_equal(n_crashes(f, id_of(0)), 3);
	assert_int_equal(n_crashes(f, SD_ID128_NULL), 3);
}

/* A fatal error in its boot draws what fits it, and what is of its seconds. */
static void test_crashes_of_fatal(void **state)
{
	struct fixture *f = *state;

	journal(f, 0, false);
	add_event(f, 0, 505, SEVERITY_FATAL, 1);
	add_lone_crash(f, 515, 9000, "Fatal machine check"); /* its clock had been set */
	add_lone_crash(f, 516, 9001, "Fatal machine check");
	add_lone_crash(f, 540, 33, "Fatal machine check");
	assert_int_equal(n_crashes(f, id_of(0)), 1);
	assert_int_equal(n_crashes(f, SD_ID128_NULL), 2);
}

static void test_find(void **state)
{
	static const struct {
		const char *name;
		int result;
		int index;
	} rows[] = {
		{ "0", 0, 2 },
		{ "-0", 0, 2 },
		{ "-1", 0, 1 },
		{ "-2", 0, 0 },
		{ "-3", -ENOENT, 0 },
		{ "1", 0, 0 },
		{ "+3", 0, 2 },
		{ "4", -ENOENT, 0 },
		{ "0101", 0, 0 },
		{ "1111", 0, 1 },
		{ "11111111-1111-1111-1111-111111111111", 0, 1 },
		{ "111111111111111111111111111111111", -EINVAL, 0 }, /* 33 digits */
		{ "2222", -ENOENT, 0 },
		{ "abcdefg", -EINVAL, 0 },
		{ "abc", -EINVAL, 0 },
		{ "", -EINVAL, 0 },
		{ "-", -EINVAL, 0 },
		{ "-1x", -EINVAL, 0 },
		{ "-99999999999999999999", -EINVAL, 0 },
	};
	struct fixture *f = *state;
	struct query_boot boot;

	for (unsigned int i = 0; i < 3; i++)
		journal(f, i, true);
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(query_find_boot(f->query, SD_ID128_NULL, rows[i].name, &boot),
				 rows[i].result);
		assert_int_equal(query_is_boot_name(rows[i].name), rows[i].result != -EINVAL);
		if (rows[i].result == 0)
			assert_true(sd_id128_equal(boot.id, id_of((unsigned int)rows[i].index)));
	}
	assert_int_equal(store_begin(f->store), 0);
	assert_int_equal(store_add_boot(f->store,
					SD_ID128_MAKE(11, 11, 11, 12, 11, 11, 11, 11, 11, 11, 11,
						      11, 11, 11, 11, 11),
					AT(9000)),
			 0);
	assert_int_equal(store_commit(f->store), 0);
	assert_int_equal(query_find_boot(f->query, SD_ID128_NULL, "111111", &boot), -ENOTUNIQ);
	assert_int_equal(query_find_boot(f->query, SD_ID128_NULL, "11111112", &boot), 0);
	assert_int_equal(boot.offset, 0);
}

static int count_event(void *context, const struct event *event)
{
	assert_true(sd_id128_equal(event->record.boot, id_of(1)));
	++*(unsigned int *)context;
	return 0;
}

static int count_group(void *context, const struct query_group *group)
{
	*(uint64_t *)context += group->errors;
	return 0;
}

static int count_lost(void *context, const struct lost *lost)
{
	*(uint64_t *)context += lost->count;
	return 0;
}

static void test_filter(void **state)
{
	struct query_filter filter = { .boot = id_of(1) };
	struct fixture *f = *state;
	struct lost lost = { SOURCE_TRACE, id_of(0), 3, AT(1), "cpu3 ring overrun" };
	uint64_t errors = 0, losses = 0;
	unsigned int n = 0;

	add_event(f, 0, 100, SEVERITY_CORRECTED, 3);
	add_event(f, 1, 100, SEVERITY_CORRECTED, 5);
	add_event(f, 1, 200, SEVERITY_CORRECTED, 1);
	add_event(f, 2, 100, SEVERITY_CORRECTED, 9);
	assert_int_equal(store_begin(f->store), 0);
	assert_int_equal(store_add_lost(f->store, &lost, false), 0);
	lost.boot = id_of(1);
	lost.count = 4;
	assert_int_equal(store_add_lost(f->store, &lost, false), 0);
	assert_int_equal(store_commit(f->store), 0);
	assert_int_equal(query_events(f->query, &filter, count_event, &n), 0);
	assert_int_equal(n, 2);
	filter.limit = 1;
	assert_int_equal(query_events(f->query, &filter, count_event, &n), 0);
	assert_int_equal(n, 3);
	assert_int_equal(query_groups(f->query, id_of(1), count_group, &errors), 0);
	assert_int_equal(errors, 6);
	assert_int_equal(query_lost(f->query, id_of(1), count_lost, &losses), 0);
	assert_int_equal(losses, 4);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_ends),
		TEST(test_watched),
		TEST(test_went_on),
		TEST(test_errors_before),
		TEST(test_events_removed),
		TEST(test_crashes),
		TEST(test_find),
		TEST(test_filter),
		TEST(test_crashes_in_a_row),
		TEST(test_crashes_of_fatal),
		TEST(test_leftover),
		TEST(test_undated_fatal),
		TEST(test_unexplained),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
