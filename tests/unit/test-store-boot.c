// SPDX-License-Identifier: GPL-2.0-only
/* Boots and crashes in the store: which boot a record is of, and that a crash is there once. */
#include <errno.h>
#include <glob.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "db/store.h"
#include "event/location.h"

#define SECOND 1000000ll
#define T0     (1700000000 * SECOND)
#define AT(n)  (T0 + (n)*SECOND)
#define BOOT_A SD_ID128_MAKE(aa, 01, 02, 03, 04, 05, 06, 07, 08, 09, 0a, 0b, 0c, 0d, 0e, 0f)
#define BOOT_B SD_ID128_MAKE(bb, 01, 02, 03, 04, 05, 06, 07, 08, 09, 0a, 0b, 0c, 0d, 0e, 0f)
#define BOOT_C SD_ID128_MAKE(cc, 01, 02, 03, 04, 05, 06, 07, 08, 09, 0a, 0b, 0c, 0d, 0e, 0f)
#define BOOT_D SD_ID128_MAKE(dd, 01, 02, 03, 04, 05, 06, 07, 08, 09, 0a, 0b, 0c, 0d, 0e, 0f)

struct fixture {
	char directory[64];
	char path[128];
	char note[512];
	struct store *store;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	strcpy(f->directory, "/tmp/test-store-boot.XXXXXX");
	assert_non_null(mkdtemp(f->directory));
	snprintf(f->path, sizeof(f->path), "%s/events.db", f->directory);
	assert_int_equal(store_open(f->path, &f->store, f->note), 0);
	assert_int_equal(store_begin(f->store), 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	char pattern[128];
	glob_t found;

	store_close(f->store);
	snprintf(pattern, sizeof(pattern), "%s/*", f->directory);
	if (glob(pattern, 0, NULL, &found) == 0) {
		for (size_t i = 0; i < found.gl_pathc; i++)
			unlink(found.gl_pathv[i]);
		globfree(&found);
	}
	assert_int_equal(rmdir(f->directory), 0);
	free(f);
	return 0;
}

static void run_sql(struct fixture *f, const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	sqlite3_close(db);
}

/* NULL is -1. */
static int64_t ask(struct fixture *f, const char *sql)
{
	sqlite3_stmt *statement;
	int64_t number = -1;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	if (sqlite3_column_type(statement, 0) != SQLITE_NULL)
		number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return number;
}

static void commit(struct fixture *f)
{
	assert_int_equal(store_commit(f->store), 0);
	assert_int_equal(store_begin(f->store), 0);
}

/* In seconds after T0; the kernel began 2 s before the first entry. */
static void journal(struct fixture *f, sd_id128_t id, sd_id128_t previous, int first, int last,
		    bool in_order)
{
	const struct boot boot = {
		.id = id,
		.previous = previous,
		.began_us = AT(first - 2),
		.first_us = AT(first),
		.last_us = AT(last),
		.in_order = in_order,
	};

	assert_int_equal(store_add_journal_boot(f->store, &boot), 0);
}

static sd_id128_t add(struct fixture *f, enum source_id source, int64_t time_us)
{
	static unsigned int number;
	struct event event = {
		.record = {
			.status = 0xbe00000000800400 + (number << 16),
			.bank = 4,
			.vendor = VENDOR_INTEL,
			.source = source,
			.replayed = true,
			.time_us = time_us,
		},
		.decoded = { .severity = SEVERITY_FATAL, .vendor = "Intel", .count = 1 },
	};
	enum store_result result;

	memset(&event.decoded.location, 0xff, sizeof(event.decoded.location));
	snprintf(event.record.key, sizeof(event.record.key), "test:%u", number++);
	assert_int_equal(store_add(f->store, &event, false, &result), 0);
	return event.record.boot;
}

static sd_id128_t boot_of_fatal(struct fixture *f, int seconds)
{
	return add(f, SOURCE_ERST, AT(seconds));
}

#define assert_boot(boot, expected) assert_true(sd_id128_equal(boot, expected))
#define assert_unknown(boot)	    assert_true(sd_id128_is_null(boot))

/* What the journal says suffices, where nobody watched. */
static void test_interval(void **state)
{
	struct fixture *f = *state;

	journal(f, BOOT_A, SD_ID128_NULL, 100, 200, false);
	journal(f, BOOT_B, SD_ID128_NULL, 1000, 1100, false);
	assert_unknown(boot_of_fatal(f, 97)); /* before it began */
	assert_boot(boot_of_fatal(f, 98), BOOT_A);
	assert_boot(boot_of_fatal(f, 150), BOOT_A); /* evidently the error before was not its end */
	assert_boot(boot_of_fatal(f, 200), BOOT_A);
	assert_unknown(boot_of_fatal(f, 500));
	assert_boot(boot_of_fatal(f, 998), BOOT_B);
	assert_unknown(boot_of_fatal(f, 2000));
}

/* A crash is later than what had been written: a little, or as much as the next boot leaves. */
static void test_after_last_entry(void **state)
{
	struct fixture *f = *state;

	journal(f, BOOT_A, SD_ID128_NULL, 100, 200, false);
	assert_unknown(boot_of_fatal(f, 261));
	journal(f, BOOT_B, SD_ID128_NULL, 250, 300, false);
	assert_boot(boot_of_fatal(f, 247), BOOT_A);
	journal(f, BOOT_C, BOOT_B, 1000, 1001, false);
	assert_unknown(boot_of_fatal(f, 661)); /* 6 minutes */
	assert_boot(boot_of_fatal(f, 660), BOOT_B);
	assert_unknown(boot_of_fatal(f, 659 + 11)); /* it had died of that */
}

static void test_ended_in_order(void **state)
{
	struct fixture *f = *state;

	journal(f, BOOT_A, SD_ID128_NULL, 100, 200, true);
	journal(f, BOOT_B, BOOT_A, 1000, 1100, false);
	assert_boot(boot_of_fatal(f, 200), BOOT_A);
	assert_unknown(boot_of_fatal(f, 201));
	/* nor does the watcher, who was killed at the end, say more */
	assert_int_equal(store_add_boot(f->store, BOOT_A, AT(98)), 0);
	assert_unknown(boot_of_fatal(f, 202));
}

/* Somebody watched: any time before the next boot is its own, as without a journal. */
static void test_watched(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(store_add_boot(f->store, BOOT_A, AT(98)), 0);
	assert_int_equal(store_add_boot(f->store, BOOT_D, AT(10000)), 0);
	journal(f, BOOT_A, SD_ID128_NULL, 100, 200, false);
	assert_boot(boot_of_fatal(f, 5000), BOOT_A);
	assert_unknown(boot_of_fatal(f, 6000)); /* it had died */
	/* but where the journal knows of one that came after it */
	journal(f, BOOT_B, BOOT_A, 7000, 7100, true);
	assert_unknown(boot_of_fatal(f, 8000));
}

static void test_two_panics(void **state)
{
	struct fixture *f = *state;

	journal(f, BOOT_A, SD_ID128_NULL, 100, 200, false);
	journal(f, BOOT_B, BOOT_A, 300, 400, false);
	journal(f, BOOT_C, BOOT_B, 500, 501, false);
	assert_boot(boot_of_fatal(f, 230), BOOT_A);
	assert_boot(boot_of_fatal(f, 430), BOOT_B);
	/* again, with one between them that was shut down: nothing is of that */
	journal(f, BOOT_D, BOOT_C, 600, 700, true);
	assert_boot(boot_of_fatal(f, 580), BOOT_C);
	assert_unknown(boot_of_fatal(f, 750));
}

/* BERT has no time: it is of the boot before this one. */
static void test_bert(void **state)
{
	struct fixture *f = *state;

	journal(f, BOOT_A, SD_ID128_NULL, 100, 200, false);
	assert_unknown(add(f, SOURCE_BERT, 0)); /* which boot is this? */
	assert_int_equal(store_add_boot(f->store, BOOT_C, AT(498)), 0);
	assert_unknown(add(f, SOURCE_BERT, 0)); /* was there one in between? */
	journal(f, BOOT_C, BOOT_A, 500, 501, false);
	assert_boot(add(f, SOURCE_BERT, 0), BOOT_A);
	assert_unknown(add(f, SOURCE_PSTORE, 0));
	/* that the journal did not have it does not mean that there was none */
	assert_int_equal(store_note_boot(f->store, BOOT_B, AT(300)), 0);
	assert_int_equal(store_note_boot(f->store, BOOT_C, AT(498)), 0);
	assert_unknown(add(f, SOURCE_BERT, 0));
}

/* One that firmware reports without a time, in the boot after it. */
static struct event a_report(enum source_id source, const char *key)
{
	struct event event = {
		.record = {
			.bank = RECORD_FIRMWARE_BANK,
			.cpu = RECORD_NO_CPU,
			.fields = RECORD_HAS_ADDR,
			.addr = 0x12345000,
			.source = source,
			.replayed = true,
		},
		.decoded = {
			.severity = SEVERITY_FATAL,
			.class = CLASS_MEMORY,
			.mca = "",
			.vendor = "",
			.count = 1,
		},
	};

	event.decoded.location = location_nowhere;
	snprintf(event.record.key, sizeof(event.record.key), "%s", key);
	return event;
}

static enum store_result put(struct fixture *f, struct event event)
{
	enum store_result result;

	assert_int_equal(store_add(f->store, &event, false, &result), 0);
	return result;
}

/*
 * The boot error region with the same content in a later boot: where the boot before that was
 * shut down, firmware never cleared it; where not, the error came again. The kernel prints it, too.
 */
static void test_bert_again(void **state)
{
	struct fixture *f = *state;
	struct event region = a_report(SOURCE_BERT, "bert:1");

	journal(f, BOOT_A, SD_ID128_NULL, 100, 200, false);
	journal(f, BOOT_B, BOOT_A, 300, 400, true);
	assert_int_equal(store_add_boot(f->store, BOOT_B, AT(298)), 0);
	assert_int_equal(put(f, region), STORE_NEW);
	assert_int_equal(put(f, region), STORE_KNOWN);

	journal(f, BOOT_C, BOOT_B, 500, 600, false);
	assert_int_equal(store_add_boot(f->store, BOOT_C, AT(498)), 0);
	assert_int_equal(put(f, region), STORE_KNOWN);
	assert_int_equal(put(f, a_report(SOURCE_KMSG, "kmsg:c")), STORE_JOINED);

	journal(f, BOOT_D, BOOT_C, 700, 800, false);
	assert_int_equal(store_add_boot(f->store, BOOT_D, AT(698)), 0);
	assert_int_equal(put(f, a_report(SOURCE_KMSG, "kmsg:d")), STORE_NEW);
	assert_int_equal(put(f, region), STORE_JOINED);
	assert_int_equal(put(f, region), STORE_KNOWN);
	commit(f);
	assert_int_equal(ask(f, "SELECT count(*) FROM event"), 2);
	assert_int_equal(ask(f, "SELECT count(*) FROM event WHERE boot LIKE 'cc%'"), 1);
}

/* Stored before the journal of this boot was there: its boot is known later. */
static void test_bert_early(void **state)
{
	struct fixture *f = *state;
	struct event event = a_report(SOURCE_BERT, "bert:1");
	int64_t now = (int64_t)time(NULL) * 1000000;
	const struct boot before = { BOOT_A,	      SD_ID128_NULL,   now - 900000000,
				     now - 900000000, now - 600000000, false };
	const struct boot this = { BOOT_B, BOOT_A, now - 300000000, now - 300000000, now, false };

	assert_int_equal(store_add_boot(f->store, BOOT_B, this.began_us), 0);
	assert_int_equal(put(f, event), STORE_NEW);
	commit(f);
	assert_int_equal(ask(f, "SELECT count(*) FROM event WHERE boot IS NULL"), 1);
	assert_int_equal(store_add_journal_boot(f->store, &before), 0);
	assert_int_equal(store_add_journal_boot(f->store, &this), 0);
	assert_int_equal(store_resolve_boots(f->store), 0);
	commit(f);
	assert_int_equal(ask(f, "SELECT count(*) FROM event WHERE boot LIKE 'aa%'"), 1);
}

/* A bank that is found in a later boot is not that of a region without a time of long ago. */
static void test_bank_after_bert(void **state)
{
	struct fixture *f = *state;
	struct event bank = a_report(SOURCE_KMSG, "kmsg:bank");

	bank.record.cpu = 0;
	bank.record.bank = 7;
	bank.record.status = 0xfe000000000000c0;
	bank.record.boot_time = true;
	bank.record.replayed = false;
	journal(f, BOOT_A, SD_ID128_NULL, 100, 200, false);
	journal(f, BOOT_B, BOOT_A, 300, 400, false);
	journal(f, BOOT_C, BOOT_B, 500, 600, false);
	assert_int_equal(store_add_boot(f->store, BOOT_B, AT(298)), 0);
	assert_int_equal(put(f, a_report(SOURCE_BERT, "bert:1")), STORE_NEW);
	assert_int_equal(store_add_boot(f->store, BOOT_C, AT(498)), 0);
	bank.record.boot = BOOT_C;
	bank.record.time_us = AT(499);
	assert_int_equal(put(f, bank), STORE_NEW);
	/* but of the one before it is */
	assert_int_equal(put(f, a_report(SOURCE_BERT, "bert:2")), STORE_JOINED);
	commit(f);
	assert_int_equal(ask(f, "SELECT count(*) FROM event"), 2);
}

/* However many other errors the same log has. */
static void test_among_many(void **state)
{
	struct fixture *f = *state;
	struct event bank = a_report(SOURCE_KMSG, "kmsg:bank"), other;

	journal(f, BOOT_A, SD_ID128_NULL, 100, 200, false);
	journal(f, BOOT_B, BOOT_A, 300, 400, false);
	assert_int_equal(store_add_boot(f->store, BOOT_B, AT(298)), 0);
	bank.record.cpu = 0;
	bank.record.bank = 7;
	bank.record.status = 0xfe000000000000c0;
	bank.record.tsc = 1;
	bank.record.source = SOURCE_ERST;
	bank.record.time_us = AT(200);
	assert_int_equal(put(f, bank), STORE_NEW);
	other = bank;
	other.record.replayed = false;
	other.record.source = SOURCE_KMSG;
	other.record.boot = BOOT_B;
	other.record.boot_time = true;
	other.record.tsc = 0;
	other.record.status = 0xbc000000000000c0;
	other.decoded.severity = SEVERITY_UCNA;
	for (int i = 1; i <= 300; i++) {
		other.record.time_us = AT(299) + i;
		other.record.addr = (uint64_t)i << 12;
		snprintf(other.record.key, sizeof(other.record.key), "kmsg:%d", i);
		assert_int_equal(put(f, other), STORE_NEW);
	}
	other = bank;
	other.record.replayed = false;
	other.record.source = SOURCE_KMSG;
	other.record.boot = BOOT_B;
	other.record.boot_time = true;
	other.record.tsc = 0;
	other.record.time_us = AT(299);
	snprintf(other.record.key, sizeof(other.record.key), "kmsg:left");
	assert_int_equal(put(f, other), STORE_JOINED);
}

/* Read again in the next boot, and then vacuumed away: what is known stays, later news win. */
static void test_journal_again(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(store_add_boot(f->store, BOOT_B, AT(298)), 0);
	journal(f, BOOT_B, BOOT_A, 300, 310, true);
	commit(f);
	assert_int_equal(ask(f, "SELECT in_order FROM boot"), -1); /* it runs */
	assert_int_equal(store_add_boot(f->store, BOOT_C, AT(498)), 0);
	journal(f, BOOT_B, SD_ID128_NULL, 305, 400, true);
	commit(f);
	assert_int_equal(ask(f, "SELECT in_order FROM boot WHERE previous IS NOT NULL"), 1);
	assert_int_equal(ask(f, "SELECT min(journal_first_us) FROM boot"), AT(300));
	assert_int_equal(ask(f, "SELECT max(journal_last_us) FROM boot"), AT(400));
	journal(f, BOOT_B, SD_ID128_NULL, 305, 350, false);
	commit(f);
	assert_int_equal(ask(f, "SELECT in_order FROM boot WHERE previous IS NOT NULL"), 1);
	assert_int_equal(ask(f, "SELECT count(*) FROM boot"), 2);
}

static struct crash a_crash(const char *key, int seconds)
{
	struct crash crash = {
		.source = SOURCE_VMCORE,
		.time_us = seconds ? AT(seconds) : 0,
		.reason = "Fatal exception",
		.place = "/var/crash/1",
	};

	snprintf(crash.key, sizeof(crash.key), "%s", key);
	return crash;
}

static void put_crash(struct fixture *f, const struct crash *crash)
{
	assert_int_equal(store_add_crash(f->store, crash), 0);
	commit(f);
}

static int64_t crashes(struct fixture *f, const char *where)
{
	char sql[256];

	snprintf(sql, sizeof(sql), "SELECT count(*) FROM crash WHERE %s", where);
	return ask(f, sql);
}

static void test_crash_boot(void **state)
{
	struct fixture *f = *state;
	struct crash by_time = a_crash("crash:1", 230), later = a_crash("crash:2", 500),
		     timeless = a_crash("crash:3", 0), known = a_crash("crash:4", 900),
		     dump = a_crash("crash:5", 245);

	journal(f, BOOT_A, SD_ID128_NULL, 100, 200, false);
	journal(f, BOOT_B, BOOT_A, 1000, 1001, false);
	known.boot = BOOT_B;
	known.by_hardware = known.is_slim = true;
	put_crash(f, &by_time);
	put_crash(f, &later);
	put_crash(f, &timeless);
	put_crash(f, &known);
	put_crash(f, &dump); /* of the same crash: what tells of it is up to a minute later */
	assert_int_equal(crashes(f, "boot LIKE 'aa%' AND key IN ('crash:1', 'crash:5')"), 2);
	assert_int_equal(crashes(f, "boot IS NULL AND key IN ('crash:2', 'crash:3')"), 2);
	assert_int_equal(crashes(f, "boot LIKE 'bb%' AND by_hardware AND slim "
				    "AND reason = 'Fatal exception' AND place = '/var/crash/1' "
				    "AND source = 'vmcore'"),
			 1);
	/* a record of its last seconds, and one that cannot be */
	assert_boot(boot_of_fatal(f, 235), BOOT_A);
	assert_unknown(boot_of_fatal(f, 300));
}

static void put_crash_after(struct fixture *f, const char *key, int seconds, int uptime)
{
	struct crash crash = a_crash(key, seconds);

	crash.uptime_us = uptime * SECOND;
	put_crash(f, &crash);
}

/* A boot crashes once, as old as it is. */
static void test_crash_uptime(void **state)
{
	struct fixture *f = *state;

	journal(f, BOOT_A, SD_ID128_NULL, 100, 10000, false);
	put_crash_after(f, "crash:1", 10030, 9932);
	put_crash_after(f, "crash:2", 10050, 10);    /* the next panic, of a boot nobody saw */
	put_crash_after(f, "crash:3", 10020, 20000); /* longer than it is there */
	put_crash_after(f, "crash:4", 10020, 10047); /* 2 minutes and 5 s */
	put_crash_after(f, "crash:5", 10020, 10048);
	assert_int_equal(ask(f, "SELECT uptime_us FROM crash WHERE key = 'crash:1'"),
			 9932 * SECOND);
	assert_int_equal(crashes(f, "boot LIKE 'aa%' AND key = 'crash:1'"), 1);
	assert_int_equal(crashes(f, "boot IS NULL AND key IN ('crash:2', 'crash:3', 'crash:5')"),
			 3);
	/* the first one fits better */
	assert_int_equal(crashes(f, "boot IS NULL AND key = 'crash:4'"), 1);
}

static void test_crash_uptime_limits(void **state)
{
	struct fixture *f = *state;

	journal(f, BOOT_A, SD_ID128_NULL, 100, 10000, false);
	put_crash_after(f, "crash:1", 10020, 10048);
	put_crash_after(f, "crash:2", 10001, 5000); /* it slept, but does not seem to be there */
	assert_int_equal(crashes(f, "boot IS NULL"), 2);
	put_crash_after(f, "crash:3", 10020, 10047);
	assert_int_equal(crashes(f, "boot LIKE 'aa%' AND key = 'crash:3'"), 1);
	journal(f, BOOT_B, SD_ID128_NULL, 20000, 30000, false);
	put_crash_after(f, "crash:4", 30000, 5000);
	assert_int_equal(crashes(f, "boot LIKE 'bb%' AND key = 'crash:4'"), 1);
	put_crash_after(f, "crash:5", 30002, 0); /* not known: as its time says */
	assert_int_equal(ask(f, "SELECT uptime_us FROM crash WHERE key = 'crash:5'"), -1);
	assert_int_equal(crashes(f, "boot LIKE 'bb%'"), 2);
}

/* The kernel's clock is minutes off after months. */
static void test_crash_uptime_long(void **state)
{
	struct fixture *f = *state;

	journal(f, BOOT_A, SD_ID128_NULL, 2, 10000000, false);
	put_crash_after(f, "crash:1", 10000010, 10000000 - 5000);
	put_crash_after(f, "crash:3", 10000012, 10000000 - 5200);
	assert_int_equal(crashes(f, "boot LIKE 'aa%' AND key = 'crash:1'"), 1);
	assert_int_equal(crashes(f, "boot IS NULL AND key = 'crash:3'"), 1);
}

/* The one that fits comes after one that might. */
static void test_crash_uptime_order(void **state)
{
	struct fixture *f = *state;

	journal(f, BOOT_A, SD_ID128_NULL, 100, 200, false);
	put_crash_after(f, "crash:1", 235, 20);
	assert_int_equal(crashes(f, "boot LIKE 'aa%' AND key = 'crash:1'"), 1);
	put_crash_after(f, "crash:2", 205, 107);
	put_crash_after(f, "crash:3", 207, 109); /* the panic after an Oops */
	assert_int_equal(crashes(f, "boot IS NULL AND key = 'crash:1'"), 1);
	assert_int_equal(crashes(f, "boot LIKE 'aa%'"), 2);
}

static int64_t place_becomes(struct fixture *f, const char *place)
{
	struct crash crash = a_crash("crash:1", 230);

	snprintf(crash.place, sizeof(crash.place), "%s", place);
	put_crash(f, &crash);
	return crashes(f, "place = '/sys/fs/pstore/1'") + 2 * crashes(f, "place = '/var/lib/2'");
}

/* Where it is told of, as long as that is there. */
static void test_crash_moved(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(place_becomes(f, "/sys/fs/pstore/1"), 1);
	assert_int_equal(place_becomes(f, "/run/mcelog/harvest/1"), 1);
	assert_int_equal(place_becomes(f, ""), 1);
	assert_int_equal(place_becomes(f, "/var/lib/2"), 2);
	assert_int_equal(place_becomes(f, "/sys/fs/pstore/1"), 2);
	assert_int_equal(place_becomes(f, "/var/lib/3"), 2);
	assert_int_equal(crashes(f, "1"), 1);
	assert_int_equal(ask(f, "SELECT count(*) FROM delivery"), 1);
}

/* Its boot becomes known later. */
static void test_crash_uptime_later(void **state)
{
	struct fixture *f = *state;

	put_crash_after(f, "crash:1", 10030, 9932);
	put_crash_after(f, "crash:2", 10050, 10);
	journal(f, BOOT_A, SD_ID128_NULL, 100, 10000, false);
	assert_int_equal(store_resolve_boots(f->store), 0);
	commit(f);
	assert_int_equal(crashes(f, "boot LIKE 'aa%' AND key = 'crash:1'"), 1);
	assert_int_equal(crashes(f, "boot IS NULL AND key = 'crash:2'"), 1);
}

/* An early harvest has no journal yet: what it stored gets its boot later, each its own. */
static void test_boots_known_later(void **state)
{
	struct crash crash = a_crash("crash:1", 150);
	struct fixture *f = *state;

	assert_unknown(boot_of_fatal(f, 150));
	assert_unknown(boot_of_fatal(f, 1050));
	assert_unknown(boot_of_fatal(f, 5000));
	assert_unknown(add(f, SOURCE_REPLAY, AT(160)));
	put_crash(f, &crash);
	journal(f, BOOT_A, SD_ID128_NULL, 100, 140, false);
	journal(f, BOOT_B, BOOT_A, 1000, 1040, false);
	assert_int_equal(store_resolve_boots(f->store), 0);
	commit(f);
	assert_int_equal(ask(f, "SELECT count(*) FROM event WHERE boot LIKE 'aa%'"), 1);
	assert_int_equal(ask(f, "SELECT count(*) FROM event WHERE boot LIKE 'bb%'"), 1);
	assert_int_equal(ask(f, "SELECT count(*) FROM event WHERE boot IS NULL"), 2);
	assert_int_equal(crashes(f, "boot LIKE 'aa%'"), 1);
}

/* The clock of the boot that crashed was fast, or was set back since. */
static void test_clocks_disagree(void **state)
{
	struct fixture *f = *state;

	journal(f, BOOT_A, SD_ID128_NULL, 100, 200, false);
	journal(f, BOOT_B, BOOT_A, 230, 240, false);
	assert_int_equal(store_add_boot(f->store, BOOT_B, AT(228)), 0);
	assert_boot(boot_of_fatal(f, 235), BOOT_A);
	assert_boot(add(f, SOURCE_REPLAY, AT(235)), BOOT_B); /* a file may be of this boot */
}

/* Once, also when its row is gone, and in a database that was begun anew. */
static void test_crash_once(void **state)
{
	struct fixture *f = *state;
	struct crash crash = a_crash("crash:1", 230), other = a_crash("crash:2", 230);

	put_crash(f, &crash);
	put_crash(f, &crash);
	put_crash(f, &other); /* another source's: a row of its own */
	assert_int_equal(crashes(f, "1"), 2);
	assert_int_equal(ask(f, "SELECT count(*) FROM delivery WHERE event IS NULL"), 2);
	assert_true(store_has_key(f->store, "crash:1"));
	store_rollback(f->store);
	run_sql(f, "DELETE FROM crash WHERE key = 'crash:1'");
	assert_int_equal(store_begin(f->store), 0);
	put_crash(f, &crash);
	assert_int_equal(crashes(f, "1"), 1);
	store_rollback(f->store);
	assert_int_equal(store_add_crash(f->store, &crash), -EINVAL); /* outside a transaction */
}

static void test_set_aside(void **state)
{
	struct fixture *f = *state;
	struct crash crash = a_crash("crash:1", 230);

	journal(f, BOOT_A, SD_ID128_NULL, 100, 200, false);
	journal(f, BOOT_B, BOOT_A, 1000, 1001, true);
	crash.uptime_us = 132 * SECOND;
	put_crash(f, &crash);
	store_close(f->store);
	assert_int_equal(store_set_aside(f->path, "it is damaged", &f->store, f->note), 0);
	assert_int_equal(crashes(f, "boot LIKE 'aa%' AND uptime_us = 132000000"), 1);
	assert_int_equal(ask(f, "SELECT count(*) FROM boot WHERE journal_last_us IS NOT NULL"), 2);
	assert_int_equal(ask(f, "SELECT in_order FROM boot WHERE previous LIKE 'aa%'"), 1);
	assert_int_equal(store_begin(f->store), 0);
	put_crash(f, &crash);
	assert_int_equal(crashes(f, "1"), 1);
}

/* Its boots are carried over from a database of the time before. */
static void test_set_aside_old(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(store_add_boot(f->store, BOOT_A, AT(98)), 0);
	commit(f);
	store_close(f->store);
	run_sql(f, "DROP TABLE crash; ALTER TABLE boot DROP COLUMN previous; "
		   "ALTER TABLE boot DROP COLUMN in_order; "
		   "ALTER TABLE boot DROP COLUMN journal_last_us; "
		   "ALTER TABLE boot DROP COLUMN journal_first_us");
	assert_int_equal(store_set_aside(f->path, "it is damaged", &f->store, f->note), 0);
	assert_int_equal(ask(f, "SELECT count(*) FROM boot WHERE began_us > 0"), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_interval),	       TEST(test_after_last_entry),
		TEST(test_ended_in_order),     TEST(test_watched),
		TEST(test_two_panics),	       TEST(test_bert),
		TEST(test_journal_again),      TEST(test_crash_boot),
		TEST(test_crash_once),	       TEST(test_boots_known_later),
		TEST(test_clocks_disagree),    TEST(test_set_aside),
		TEST(test_crash_uptime_order), TEST(test_crash_moved),
		TEST(test_crash_uptime_long),  TEST(test_set_aside_old),
		TEST(test_crash_uptime),       TEST(test_crash_uptime_limits),
		TEST(test_crash_uptime_later), TEST(test_bert_again),
		TEST(test_bert_early),	       TEST(test_bank_after_bert),
		TEST(test_among_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
