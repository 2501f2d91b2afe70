// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <inttypes.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "db/schema.h"
#include "db/store-private.h"

#define SECOND	 1000000ll
#define T0	 (1700000000 * SECOND)
#define BOOT_A	 SD_ID128_MAKE(aa, 01, 02, 03, 04, 05, 06, 07, 08, 09, 0a, 0b, 0c, 0d, 0e, 0f)
#define BOOT_NOW SD_ID128_MAKE(ff, 01, 02, 03, 04, 05, 06, 07, 08, 09, 0a, 0b, 0c, 0d, 0e, 0f)
#define BOOT_B	 SD_ID128_MAKE(bb, 01, 02, 03, 04, 05, 06, 07, 08, 09, 0a, 0b, 0c, 0d, 0e, 0f)

/* A directory and a store in it, for each test. */
struct fixture {
	char directory[64];
	char path[128];
	char note[512];
	struct store *store;
};

static void reopen(struct fixture *f)
{
	store_close(f->store);
	f->store = NULL;
	assert_int_equal(store_open(f->path, &f->store, f->note), 0);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	strcpy(f->directory, "/tmp/test-store.XXXXXX");
	assert_non_null(mkdtemp(f->directory));
	snprintf(f->path, sizeof(f->path), "%s/events.db", f->directory);
	*state = f;
	reopen(f);
	assert_string_equal(f->note, "");
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

/* Each call a delivery of its own. */
static struct event delivered(enum source_id source)
{
	static unsigned int number;
	struct event event = {
		.record = {
			.status = 0x9c00004000010090,
			.addr = 0x12345000,
			.misc = 0x86,
			.cpu = 1,
			.bank = 7,
			.fields = RECORD_HAS_ADDR | RECORD_HAS_MISC | RECORD_HAS_TSC |
				  RECORD_HAS_TIME,
			.source = source,
			.time_us = T0,
			.walltime = 1700000000,
			.boot = BOOT_A,
		},
		.decoded = {
			.severity = SEVERITY_CORRECTED,
			.class = CLASS_MEMORY,
			.vendor = "Intel",
			.bank_type = "IMC",
			.count = 1,
			.mca = "memory read",
			.location = { 0, -1, 2, -1, -1, -1, -1, -1, -1, -1 },
		},
	};

	snprintf(event.record.key, sizeof(event.record.key), "test:%d:%u", (int)source, number++);
	return event;
}

static struct event fatal(enum source_id source)
{
	struct event event = delivered(source);

	event.record.status = 0xbe00000000800400;
	event.record.tsc = 0x123456789;
	event.decoded.severity = SEVERITY_FATAL;
	return event;
}

/* In a transaction of its own. */
static enum store_result add(struct fixture *f, struct event *event)
{
	enum store_result result;

	assert_int_equal(store_begin(f->store), 0);
	assert_int_equal(store_add(f->store, event, true, &result), 0);
	assert_int_equal(store_commit(f->store), 0);
	return result;
}

static void run_sql(const char *path, const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	sqlite3_close(db);
}

static int64_t ask_number(const char *path, const char *sql)
{
	sqlite3_stmt *statement;
	int64_t number;
	sqlite3 *db;

	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return number;
}

/* What the database set aside is called now. */
static void find_aside(const struct fixture *f, char *path, size_t size)
{
	char pattern[256];
	glob_t found;

	snprintf(pattern, sizeof(pattern), "%s.broken-*Z", f->path);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	assert_int_equal(found.gl_pathc, 1);
	snprintf(path, size, "%s", found.gl_pathv[0]);
	globfree(&found);
}

static uint64_t events(struct fixture *f)
{
	return (uint64_t)ask_number(f->path, "SELECT count(*) FROM event");
}

static void test_file(void **state)
{
	static const char *const endings[] = { "", "-wal", "-shm" };
	struct fixture *f = *state;
	struct stat st;

	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < 3; i++) {
			char path[160];

			snprintf(path, sizeof(path), "%s%s", f->path, endings[i]);
			assert_int_equal(stat(path, &st), 0);
			assert_int_equal(st.st_mode & 0777, 0640);
		}
		store_close(f->store); /* and they stay */
		f->store = NULL;
	}
	assert_int_equal(ask_number(f->path, "PRAGMA user_version"), (int)schema_version);
	assert_int_equal(ask_number(f->path, "PRAGMA application_id"), 0x6d63656c);
}

static void test_exactly_once(void **state)
{
	struct fixture *f = *state;
	struct event first = delivered(SOURCE_TRACE), again = first, other;

	assert_int_equal(add(f, &first), STORE_NEW);
	assert_false(sd_id128_is_null(first.id));
	assert_true(sd_id128_equal(first.id, first.incident));
	assert_int_equal(first.sources, 1u << SOURCE_TRACE);
	assert_true(store_has_key(f->store, first.record.key));
	assert_false(store_has_key(f->store, "test:none"));

	assert_int_equal(add(f, &again), STORE_KNOWN);
	assert_int_equal(again.seq, first.seq);
	reopen(f);
	other = again;
	other.seq = 99;
	assert_int_equal(add(f, &other), STORE_KNOWN);
	assert_int_equal(other.seq, first.seq);
	assert_int_equal(events(f), 1);
}

static void test_known_after_retention(void **state)
{
	struct fixture *f = *state;
	struct event event = delivered(SOURCE_TRACE), again = event;

	add(f, &event);
	run_sql(f->path, "DELETE FROM event");
	assert_int_equal(add(f, &again), STORE_KNOWN);
	assert_int_equal(again.seq, 0);
}

static void test_three_sources(void **state)
{
	struct fixture *f = *state;
	struct event trace = fatal(SOURCE_TRACE), mcelog = fatal(SOURCE_MCELOG);
	struct event erst = fatal(SOURCE_ERST);

	assert_int_equal(add(f, &trace), STORE_NEW);
	assert_int_equal(add(f, &mcelog), STORE_JOINED);
	reopen(f);
	assert_int_equal(add(f, &erst), STORE_JOINED);
	assert_true(sd_id128_equal(erst.id, trace.id));
	assert_int_equal(erst.seq, trace.seq);
	assert_int_equal(erst.record.source, SOURCE_TRACE);
	assert_string_equal(erst.record.key, trace.record.key);
	assert_int_equal(erst.sources,
			 1u << SOURCE_TRACE | 1u << SOURCE_MCELOG | 1u << SOURCE_ERST);
	assert_int_equal(events(f), 1);
	assert_int_equal(ask_number(f->path, "SELECT count(*) FROM delivery WHERE event = 1"), 3);
	assert_int_equal(ask_number(f->path, "SELECT sources = 'trace,mcelog,erst' FROM event"), 1);
}

/* 20 polled errors that nothing tells apart are 20; another source's 20 are the same ones. */
static void test_identical_polled(void **state)
{
	struct fixture *f = *state;

	for (unsigned int i = 0; i < 20; i++) {
		struct event event = delivered(SOURCE_TRACE);

		event.record.time_us += i;
		assert_int_equal(add(f, &event), STORE_NEW);
	}
	for (unsigned int i = 0; i < 20; i++) {
		struct event event = delivered(SOURCE_MCELOG);

		assert_int_equal(add(f, &event), STORE_JOINED);
		assert_int_equal(event.seq, i + 1);
	}
	for (unsigned int i = 0; i < 2; i++) {
		struct event event = delivered(SOURCE_MCELOG);

		assert_int_equal(add(f, &event), STORE_NEW);
	}
	assert_int_equal(events(f), 22);
}

/* The nearer one of two is the twin. */
static void test_same_second_first(void **state)
{
	struct fixture *f = *state;
	struct event early = delivered(SOURCE_TRACE), late = delivered(SOURCE_TRACE);
	struct event twin = delivered(SOURCE_MCELOG);

	late.record.time_us += SECOND + 5000;
	twin.record.time_us += SECOND;
	add(f, &early);
	add(f, &late);
	assert_int_equal(add(f, &twin), STORE_JOINED);
	assert_int_equal(twin.seq, late.seq);
}

/* One side without a TSC, one with an unknown time. */
static void test_join_with_less(void **state)
{
	struct fixture *f = *state;
	struct event trace = fatal(SOURCE_TRACE), text = fatal(SOURCE_PSTORE);
	struct event vmcore = fatal(SOURCE_VMCORE), polled = delivered(SOURCE_TRACE);
	struct event kmsg = delivered(SOURCE_KMSG);

	text.record.fields = RECORD_HAS_TIME;
	text.record.tsc = 0;
	vmcore.record.time_us = 0;
	kmsg.record.fields = RECORD_HAS_TSC;
	kmsg.record.tsc = 77;
	kmsg.record.time_us -= SECOND;
	add(f, &trace);
	add(f, &polled);
	assert_int_equal(add(f, &text), STORE_JOINED);
	assert_int_equal(add(f, &vmcore), STORE_JOINED);
	assert_int_equal(add(f, &kmsg), STORE_JOINED);
	assert_int_equal(kmsg.seq, polled.seq);
}

static void test_different_errors(void **state)
{
	struct fixture *f = *state;
	struct event trace = fatal(SOURCE_TRACE), tsc = fatal(SOURCE_MCELOG);
	struct event addr = fatal(SOURCE_MCELOG), late = fatal(SOURCE_MCELOG);

	tsc.record.tsc++;
	addr.record.addr++;
	late.record.time_us += 2 * SECOND + 1;
	add(f, &trace);
	assert_int_equal(add(f, &tsc), STORE_NEW);
	assert_int_equal(add(f, &addr), STORE_NEW);
	assert_int_equal(add(f, &late), STORE_NEW);
}

static struct event leftover(void)
{
	struct event event = fatal(SOURCE_TRACE);

	event.record.tsc = 0;
	event.record.boot_time = true;
	event.record.boot = BOOT_B;
	event.record.time_us = T0 + 100 * SECOND;
	return event;
}

static struct event replayed(enum source_id source)
{
	struct event event = fatal(source);

	event.record.replayed = true;
	return event;
}

static void test_leftover(void **state)
{
	struct fixture *f = *state;
	struct event erst = replayed(SOURCE_ERST), left = leftover(), second = leftover();

	add(f, &erst);
	assert_int_equal(add(f, &left), STORE_JOINED);
	assert_int_equal(left.seq, erst.seq);
	assert_int_equal(left.record.time_us, T0);
	/* a kernel's log of that boot has it, too: nothing of what stops a machine comes twice */
	assert_int_equal(add(f, &second), STORE_JOINED);
}

/* One that does not stop a machine may come again. */
static void test_leftover_again(void **state)
{
	struct fixture *f = *state;
	struct event live = fatal(SOURCE_TRACE), left = leftover(), second = leftover();

	live.decoded.severity = left.decoded.severity = second.decoded.severity = SEVERITY_UCNA;
	left.record.source = second.record.source = SOURCE_MCELOG;
	add(f, &live);
	assert_int_equal(add(f, &left), STORE_JOINED);
	assert_int_equal(add(f, &second), STORE_NEW);
}

/* A boot came between: the bank is of that one. */
static void test_leftover_of_another_boot(void **state)
{
	struct fixture *f = *state;
	struct event erst = replayed(SOURCE_ERST), left = leftover();

	left.record.time_us = T0 + 1000 * SECOND;
	add(f, &erst);
	assert_int_equal(store_note_boot(f->store, BOOT_NOW, T0 + 500 * SECOND), 0);
	assert_int_equal(store_note_boot(f->store, BOOT_B, T0 + 995 * SECOND), 0);
	assert_int_equal(add(f, &left), STORE_NEW);
	assert_true(left.record.replayed);
	assert_false(sd_id128_equal(left.record.boot, BOOT_B));
}

/* The bank is the socket's: another CPU polls it first. */
static void test_leftover_on_another_cpu(void **state)
{
	struct fixture *f = *state;
	struct event erst = replayed(SOURCE_ERST), left = leftover(), elsewhere = leftover();

	erst.record.fields |= RECORD_HAS_SOCKETID;
	left.record.fields |= RECORD_HAS_SOCKETID;
	elsewhere.record.fields |= RECORD_HAS_SOCKETID;
	left.record.cpu = elsewhere.record.cpu = 7;
	elsewhere.record.socketid = 1;
	add(f, &erst);
	assert_int_equal(add(f, &left), STORE_JOINED);
	assert_int_equal(add(f, &elsewhere), STORE_NEW);
}

/* What is logged is cleared from its bank: the next one is new. */
static void test_no_corrected_leftover(void **state)
{
	struct fixture *f = *state;
	struct event corrected = delivered(SOURCE_TRACE), next = delivered(SOURCE_MCELOG);

	next.record.boot_time = true;
	next.record.boot = BOOT_B;
	next.record.time_us = T0 + 100 * SECOND;
	add(f, &corrected);
	assert_int_equal(add(f, &next), STORE_NEW);
}

/* The bank was read before the record of the panic was found. */
static void test_leftover_first(void **state)
{
	struct fixture *f = *state;
	struct event erst = replayed(SOURCE_ERST), left = leftover();
	struct store_counts counts;

	assert_int_equal(add(f, &left), STORE_NEW);
	/* it stopped a machine, which is not this boot's */
	assert_true(left.record.replayed);
	assert_int_equal(store_count_boot(f->store, BOOT_B, &counts), 0);
	assert_int_equal(counts.events, 0);
	assert_int_equal(add(f, &erst), STORE_JOINED);
	assert_int_equal(erst.seq, left.seq);
	assert_true(erst.record.replayed);
	assert_int_equal(erst.record.time_us, T0);
	assert_true(sd_id128_equal(erst.record.boot, BOOT_A));
	assert_int_equal(store_count_boot(f->store, BOOT_B, &counts), 0);
	assert_int_equal(counts.events, 0);
}

/* A TSC of 0 alone makes no leftover, nor does coming up with an error nobody knows. */
static void test_no_leftover(void **state)
{
	struct fixture *f = *state;
	struct event erst = replayed(SOURCE_ERST), polled = leftover(), other = leftover();

	polled.record.boot_time = false;
	other.record.addr ^= 0x1000;
	add(f, &erst);
	assert_int_equal(add(f, &polled), STORE_NEW);
	assert_int_equal(add(f, &other), STORE_NEW);
}

static void test_incident(void **state)
{
	struct fixture *f = *state;
	struct event first = replayed(SOURCE_ERST), second = replayed(SOURCE_ERST);
	struct event later = replayed(SOURCE_ERST), unknown = replayed(SOURCE_PSTORE);
	struct event corrected = delivered(SOURCE_TRACE);

	second.record.cpu = 2;
	unknown.record.cpu = 3;
	unknown.record.boot = SD_ID128_NULL;
	later.record.cpu = 4;
	later.record.time_us += 11 * SECOND;
	add(f, &first);
	add(f, &second);
	add(f, &unknown);
	add(f, &later);
	add(f, &corrected);
	assert_true(sd_id128_equal(first.incident, first.id));
	assert_true(sd_id128_equal(second.incident, first.id));
	assert_true(sd_id128_equal(unknown.incident, first.id));
	assert_true(sd_id128_equal(later.incident, later.id));
	assert_true(sd_id128_equal(corrected.incident, corrected.id));
}

static int keep(void *context, const struct event *event)
{
	*(struct event *)context = *event;
	return 0;
}

static int ignore_lost(void *context, uint64_t seq, const struct lost *lost)
{
	(void)context;
	(void)seq;
	(void)lost;
	return 0;
}

static struct record full_record(const struct record *base)
{
	struct record record = *base;

	record.status = 0xfedcba9876543210;
	record.addr = UINT64_MAX;
	record.misc = 1ull << 63;
	record.mcgstatus = UINT64_MAX - 1;
	record.mcgcap = 0x8000000000000001;
	record.synd = 0x9000000000000002;
	record.ipid = 0xa000000000000003;
	record.synd1 = 0xb000000000000004;
	record.synd2 = 0xc000000000000005;
	record.ppin = 0xd000000000000006;
	record.tsc = 0xe000000000000007;
	record.ip = 0xffffffff81000000;
	record.walltime = 1700000000;
	record.apicid = UINT32_MAX;
	record.socketid = 0x80000000;
	record.cpuid = 0xfff006a5;
	record.microcode = 0xf1234567;
	record.cs = 0xf0;
	record.bank = 255;
	record.cpu = UINT32_MAX;
	record.vendor = VENDOR_AMD;
	record.fields = 0x7fff;
	record.ring_time_us = T0 + 17;
	return record;
}

static void test_bit_63(void **state)
{
	struct store_outbox outbox = { keep, ignore_lost, NULL, NULL };
	struct fixture *f = *state;
	struct event event = delivered(SOURCE_TRACE), stored = { 0 };

	event.record = full_record(&event.record);
	event.decoded.count = UINT32_MAX;
	event.decoded.overflow = true;
	add(f, &event);
	outbox.context = &stored;
	assert_int_equal(store_walk_outbox(f->store, &outbox, 10), 1);
	assert_memory_equal(&stored.record, &event.record, offsetof(struct record, key));
	assert_string_equal(stored.record.key, event.record.key);
	assert_int_equal(stored.decoded.count, UINT32_MAX);
	assert_true(stored.decoded.overflow);
	assert_int_equal(stored.decoded.severity, SEVERITY_CORRECTED);
	assert_int_equal(stored.decoded.class, CLASS_MEMORY);
	assert_string_equal(stored.decoded.bank_type, "IMC");
	assert_string_equal(stored.decoded.mca, "memory read");
	assert_memory_equal(&stored.decoded.location, &event.decoded.location,
			    sizeof(struct location));
	assert_int_equal(ask_number(f->path, "SELECT status = '0xfedcba9876543210' FROM events"),
			 1);
	assert_int_equal(ask_number(f->path, "SELECT time = '2023-11-14T22:13:20.000000Z' "
					     "FROM events"),
			 1);
}

static void test_missing_registers(void **state)
{
	struct store_outbox outbox = { keep, ignore_lost, NULL, NULL };
	struct fixture *f = *state;
	struct event event = delivered(SOURCE_TRACE), stored;

	event.record.fields = 0;
	event.record.addr = event.record.misc = event.record.walltime = 0;
	event.decoded.bank_type = NULL;
	add(f, &event);
	assert_int_equal(ask_number(f->path, "SELECT addr IS NULL AND bank_type IS NULL AND "
					     "status IS NOT NULL FROM events"),
			 1);
	outbox.context = &stored;
	assert_int_equal(store_walk_outbox(f->store, &outbox, 1), 1);
	assert_int_equal(stored.record.fields, 0);
	assert_null(stored.decoded.bank_type);
}

static void test_boot_resolution(void **state)
{
	struct fixture *f = *state;
	struct event before = delivered(SOURCE_ERST), first = delivered(SOURCE_ERST);
	struct event second = delivered(SOURCE_ERST), timeless = delivered(SOURCE_ERST);

	assert_int_equal(store_add_boot(f->store, BOOT_A, T0), 0);
	assert_int_equal(store_add_boot(f->store, BOOT_B, T0 + 100 * SECOND), 0);
	assert_int_equal(store_add_boot(f->store, BOOT_A, T0 + 5), 0);
	before.record.boot = first.record.boot = second.record.boot = timeless.record.boot =
		SD_ID128_NULL;
	before.record.time_us = T0 - 1;
	first.record.time_us = T0 + 99 * SECOND;
	second.record.time_us = T0 + 100 * SECOND;
	timeless.record.time_us = 0;
	add(f, &before);
	add(f, &first);
	add(f, &second);
	add(f, &timeless);
	assert_true(sd_id128_is_null(before.record.boot));
	assert_true(sd_id128_equal(first.record.boot, BOOT_A));
	assert_true(sd_id128_equal(second.record.boot, BOOT_B));
	assert_true(sd_id128_is_null(timeless.record.boot));
}

/* A fatal error of an unknown boot, seconds after T0; returns the boot it is given, much later. */
static sd_id128_t boot_of_fatal(struct fixture *f, unsigned int seconds)
{
	struct event event = fatal(SOURCE_ERST);

	assert_int_equal(store_add_boot(f->store, BOOT_NOW, T0 + 1000000 * SECOND), 0);
	event.record.boot = SD_ID128_NULL;
	event.record.replayed = true;
	event.record.tsc = seconds;
	event.record.time_us = T0 + seconds * SECOND;
	add(f, &event);
	return event.record.boot;
}

/* No boot is given that it may not be of: one that nobody recorded may have come in between. */
static void test_boot_unknown(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(store_add_boot(f->store, BOOT_A, T0), 0);
	assert_int_equal(store_end_boot(f->store, BOOT_A, T0 + 50 * SECOND), 0);
	assert_true(sd_id128_equal(boot_of_fatal(f, 40), BOOT_A));
	assert_true(sd_id128_equal(boot_of_fatal(f, 45), BOOT_A)); /* of the same panic */
	assert_true(sd_id128_is_null(boot_of_fatal(f, 51)));	   /* its watcher had ended */

	/* somebody watches again, but A is dead since its panic */
	assert_int_equal(store_add_boot(f->store, BOOT_A, T0), 0);
	assert_true(sd_id128_is_null(boot_of_fatal(f, 300)));
	assert_int_equal(store_add_boot(f->store, BOOT_B, T0 + 200 * SECOND), 0);
	assert_true(sd_id128_equal(boot_of_fatal(f, 301), BOOT_B));
}

static void add_lost(struct fixture *f, uint64_t count, const char *where)
{
	struct lost lost = { SOURCE_TRACE, BOOT_A, count, T0, "" };

	snprintf(lost.where, sizeof(lost.where), "%s", where);
	assert_int_equal(store_begin(f->store), 0);
	assert_int_equal(store_add_lost(f->store, &lost, true), 0);
	assert_int_equal(store_commit(f->store), 0);
}

/* What is known of a place stays; what is unknown is filled in, and once only. */
static void test_locate(void **state)
{
	const struct location first = { 3, -1, 7, 1, -1, -1, -1, -1, 0x1f03, -1 };
	const struct location second = { -1, -1, -1, 0, 5, -1, -1, -1, -1, -1 };
	struct fixture *f = *state;
	struct event event = delivered(SOURCE_TRACE), named = delivered(SOURCE_TRACE);

	assert_int_equal(store_locate(f->store, 1, &first, ""), -EINVAL);
	strcpy(named.decoded.label, "DIMM_B");
	add(f, &event);
	add(f, &named);
	assert_int_equal(store_begin(f->store), 0);
	assert_int_equal(store_locate(f->store, event.seq, &first, "DIMM_A"), 0);
	assert_int_equal(store_locate(f->store, event.seq, &second, ""), 0);
	assert_int_equal(store_locate(f->store, named.seq, &second, "DIMM_C"), 0);
	assert_int_equal(store_locate(f->store, 99, &second, "DIMM_C"), 0);
	assert_int_equal(store_commit(f->store), 0);
	assert_int_equal(events(f), 2);
	assert_int_equal(ask_number(f->path, "SELECT count(*) FROM event WHERE seq = 1 "
					     "AND label = 'DIMM_A' AND socket = 0 AND imc IS NULL "
					     "AND channel = 2 AND dimm = 1 AND rank = 5 "
					     "AND dram_row = 7939 AND dram_column IS NULL"),
			 1);
	assert_int_equal(ask_number(f->path, "SELECT count(*) FROM event WHERE seq = 2 "
					     "AND label = 'DIMM_B' AND dimm = 0"),
			 1);
}

static void test_lost_sums(void **state)
{
	struct fixture *f = *state;
	struct store_counts counts;

	add_lost(f, 3, "cpu0 ring overrun");
	add_lost(f, 4, "cpu0 ring overrun");
	assert_int_equal(store_count_boot(f->store, BOOT_A, &counts), 0);
	assert_int_equal(counts.lost, 7);
	add_lost(f, 5, "cpu1 ring overrun");
	add_lost(f, 0, "cpu0 ring overrun");
	assert_int_equal(store_lost_so_far(f->store, BOOT_A, SOURCE_TRACE, "cpu0 ring overrun"), 7);
	assert_int_equal(store_lost_so_far(f->store, BOOT_B, SOURCE_TRACE, "cpu0 ring overrun"), 0);
	assert_int_equal(store_lost_so_far(f->store, BOOT_A, SOURCE_MCELOG, "cpu0 ring overrun"),
			 0);
	assert_int_equal(store_count_boot(f->store, BOOT_A, &counts), 0);
	assert_int_equal(counts.lost, 13); /* at least one for the unknown number */
	reopen(f);
	assert_int_equal(store_count_boot(f->store, BOOT_A, &counts), 0);
	assert_int_equal(counts.lost, 13);
}

struct walk {
	struct store *store; /* marks at once when set */
	uint64_t seqs[16];
	unsigned int n_events;
	unsigned int n_lost;
	int result;
};

static int walk_event(void *context, const struct event *event)
{
	struct walk *walk = context;

	walk->seqs[walk->n_events++] = event->seq;
	return walk->store ? store_mark_event_sent(walk->store, event->seq) : walk->result;
}

static int walk_lost(void *context, uint64_t seq, const struct lost *lost)
{
	struct walk *walk = context;

	assert_string_equal(lost->where, "somewhere");
	assert_int_equal(lost->count, 3);
	assert_true(sd_id128_equal(lost->boot, BOOT_A));
	walk->n_lost++;
	return walk->store ? store_mark_lost_sent(walk->store, seq) : walk->result;
}

static int walk(struct fixture *f, struct walk *walk, unsigned int limit)
{
	struct store_outbox outbox = { walk_event, walk_lost, NULL, walk };

	walk->n_events = walk->n_lost = 0;
	return store_walk_outbox(f->store, &outbox, limit);
}

static void test_outbox(void **state)
{
	struct fixture *f = *state;
	enum store_result result;
	struct event quiet = delivered(SOURCE_TRACE);
	struct walk w = { 0 };

	for (unsigned int i = 0; i < 5; i++) {
		struct event event = delivered(SOURCE_TRACE);

		add(f, &event);
	}
	assert_int_equal(store_begin(f->store), 0);
	assert_int_equal(store_add(f->store, &quiet, false, &result), 0);
	assert_int_equal(store_commit(f->store), 0);
	add_lost(f, 3, "somewhere");

	assert_int_equal(walk(f, &w, 2), 2);
	assert_int_equal(w.seqs[1], 2);
	assert_int_equal(walk(f, &w, 100), 6);
	assert_int_equal(w.n_lost, 1);
	w.result = -EPIPE;
	assert_int_equal(walk(f, &w, 100), -EPIPE);
	assert_int_equal(w.n_events, 1);

	w = (struct walk){ .store = f->store };
	assert_int_equal(store_mark_event_sent(f->store, 1), -EINVAL); /* no transaction */
	assert_int_equal(store_begin(f->store), 0);
	assert_int_equal(walk(f, &w, 3), 3);
	assert_int_equal(store_commit(f->store), 0);
	reopen(f);
	w.store = f->store;
	assert_int_equal(store_begin(f->store), 0);
	assert_int_equal(walk(f, &w, 100), 3);
	assert_int_equal(w.seqs[0], 4);
	assert_int_equal(store_commit(f->store), 0);
	assert_int_equal(walk(f, &w, 100), 0);
}

static void test_rollback(void **state)
{
	struct fixture *f = *state;
	struct event event = delivered(SOURCE_TRACE), again = event;
	enum store_result result;
	struct store_counts counts;

	assert_int_equal(store_count_boot(f->store, BOOT_A, &counts), 0);
	assert_int_equal(store_add(f->store, &event, true, &result), -EINVAL);
	assert_int_equal(store_begin(f->store), 0);
	assert_int_equal(store_add(f->store, &event, true, &result), 0);
	assert_int_equal(store_begin(f->store), -EINVAL);
	store_rollback(f->store);
	store_rollback(f->store);
	assert_false(store_has_key(f->store, again.record.key));
	assert_int_equal(store_count_boot(f->store, BOOT_A, &counts), 0);
	assert_int_equal(counts.events, 0);
	assert_int_equal(add(f, &again), STORE_NEW);
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ll + now.tv_nsec / 1000000;
}

static void test_busy(void **state)
{
	struct fixture *f = *state;
	struct event event = delivered(SOURCE_TRACE);
	int64_t began;
	sqlite3 *other;

	assert_int_equal(sqlite3_open(f->path, &other), SQLITE_OK);
	assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	began = now_ms();
	assert_int_equal(store_begin(f->store), -EBUSY);
	assert_in_range(now_ms() - began, 0, 1000); /* 50 ms and a loaded machine */
	assert_non_null(strstr(store_error(f->store), "locked"));
	assert_int_equal(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(other);
	assert_int_equal(add(f, &event), STORE_NEW);
}

/* A reader that never ends does not keep us from writing. */
static void test_reader(void **state)
{
	struct fixture *f = *state;
	struct event event = delivered(SOURCE_TRACE);
	sqlite3 *other;

	assert_int_equal(sqlite3_open(f->path, &other), SQLITE_OK);
	assert_int_equal(sqlite3_exec(other, "BEGIN; SELECT * FROM event", NULL, NULL, NULL),
			 SQLITE_OK);
	assert_int_equal(add(f, &event), STORE_NEW);
	sqlite3_close(other);
}

static void test_full(void **state)
{
	struct fixture *f = *state;
	unsigned int added = 0;
	enum store_result result;
	struct event event, last = { 0 };
	int r;

	sqlite3_exec(f->store->db, "PRAGMA max_page_count = 60", NULL, NULL, NULL);
	assert_int_equal(store_begin(f->store), 0);
	do {
		event = delivered(SOURCE_TRACE);
		r = store_add(f->store, &event, true, &result);
		last = event;
	} while (r == 0 && ++added < 100000);
	assert_int_equal(r, -ENOSPC);
	assert_true(added > 10);
	assert_int_equal(store_add(f->store, &event, true, &result), -ENOSPC);
	assert_int_equal(store_commit(f->store), -ENOSPC);
	store_rollback(f->store);
	assert_int_equal(events(f), 0);
	assert_false(store_has_key(f->store, last.record.key));
	assert_int_equal(add(f, &last), STORE_NEW); /* one does fit */
}

static void write_file(const char *path, const char *text, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, size), size);
	close(fd);
}

static void assert_same_file(const char *path, const char *text, size_t size)
{
	char buffer[256];
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(read(fd, buffer, sizeof(buffer)), size);
	assert_memory_equal(buffer, text, size);
	close(fd);
}

static void drop(struct fixture *f)
{
	char path[160];

	store_close(f->store);
	f->store = NULL;
	unlink(f->path);
	snprintf(path, sizeof(path), "%s-wal", f->path);
	unlink(path);
	snprintf(path, sizeof(path), "%s-shm", f->path);
	unlink(path);
}

static void test_aside_garbage(void **state)
{
	static const char garbage[] = "this is no database, but somebody may miss it";
	struct fixture *f = *state;
	struct event event = delivered(SOURCE_TRACE);
	char aside[256];

	drop(f);
	write_file(f->path, garbage, sizeof(garbage));
	reopen(f);
	assert_non_null(strstr(f->note, f->path));
	assert_non_null(strstr(f->note, "not an SQLite database"));
	assert_null(strchr(f->note, '\n'));
	find_aside(f, aside, sizeof(aside));
	assert_non_null(strstr(f->note, aside));
	assert_same_file(aside, garbage, sizeof(garbage));
	assert_int_equal(add(f, &event), STORE_NEW);
	reopen(f);
	assert_string_equal(f->note, "");
	assert_int_equal(events(f), 1);
}

/* What every set aside of a database of ours has to bring over. */
static void assert_carried_over(struct fixture *f, const struct event *known)
{
	struct event again = *known, next = delivered(SOURCE_TRACE), bootless;

	assert_int_equal(events(f), 0);
	assert_int_equal(add(f, &again), STORE_KNOWN);
	assert_int_equal(again.seq, 0);
	assert_int_equal(store_lost_so_far(f->store, BOOT_A, SOURCE_TRACE, "somewhere"), 3);
	bootless = delivered(SOURCE_ERST);
	bootless.record.boot = SD_ID128_NULL;
	bootless.record.cpu = 77;
	add(f, &bootless);
	assert_true(sd_id128_equal(bootless.record.boot, BOOT_A));
	add(f, &next);
	assert_true(next.seq > known->seq);
}

static void fill(struct fixture *f, struct event *event)
{
	*event = delivered(SOURCE_TRACE);
	assert_int_equal(store_add_boot(f->store, BOOT_A, T0 - SECOND), 0);
	add_lost(f, 3, "somewhere");
	add(f, event);
}

static void test_aside_newer(void **state)
{
	struct fixture *f = *state;
	struct event event;
	char aside[256], sql[100], said[40];

	fill(f, &event);
	store_close(f->store);
	f->store = NULL;
	snprintf(sql, sizeof(sql),
		 "PRAGMA user_version = %u; ALTER TABLE event ADD COLUMN novel INTEGER",
		 schema_version + 1);
	run_sql(f->path, sql);
	reopen(f);
	snprintf(said, sizeof(said), "schema version %u", schema_version + 1);
	assert_non_null(strstr(f->note, said));
	assert_non_null(strstr(f->note, "with 1 of its delivery keys"));
	find_aside(f, aside, sizeof(aside));
	assert_int_equal(ask_number(aside, "SELECT count(novel) + count(*) FROM event"), 1);
	assert_carried_over(f, &event);
}

static void test_aside_foreign(void **state)
{
	struct fixture *f = *state;
	char aside[256];

	drop(f);
	run_sql(f->path, "CREATE TABLE mce_record (id INTEGER); INSERT INTO mce_record VALUES (5)");
	reopen(f);
	assert_non_null(strstr(f->note, "another program"));
	find_aside(f, aside, sizeof(aside));
	assert_int_equal(ask_number(aside, "SELECT id FROM mce_record"), 5);
}

static void test_aside_missing_table(void **state)
{
	struct fixture *f = *state;
	struct event event;

	fill(f, &event);
	store_close(f->store);
	f->store = NULL;
	run_sql(f->path, "DROP VIEW events; DROP TABLE event");
	reopen(f);
	assert_non_null(strstr(f->note, "damaged"));
	assert_true(store_has_key(f->store, event.record.key));
}

/* Overwrites the pages of a table's tree but its root, behind SQLite's back. */
static void damage(struct fixture *f, const char *table)
{
	char sql[128], junk[4096];
	int64_t root;
	int fd = open(f->path, O_WRONLY | O_CLOEXEC);

	snprintf(sql, sizeof(sql), "SELECT rootpage FROM sqlite_schema WHERE name = '%s'", table);
	root = ask_number(f->path, sql);
	memset(junk, 0xa5, sizeof(junk));
	assert_int_equal(pwrite(fd, junk, sizeof(junk), (root - 1) * 4096), sizeof(junk));
	close(fd);
}

static void test_aside_damaged(void **state)
{
	struct fixture *f = *state;
	struct event event;

	fill(f, &event);
	store_close(f->store);
	f->store = NULL;
	damage(f, "event");
	reopen(f);
	assert_non_null(strstr(f->note, "it is damaged"));
	assert_carried_over(f, &event);
}

/* Found at run time: an errno, the transaction is dead, and set aside helps. */
static void test_damage_while_running(void **state)
{
	struct fixture *f = *state;
	enum store_result result;
	struct event event, next;

	fill(f, &event);
	store_close(f->store);
	f->store = NULL;
	damage(f, "event_id");
	reopen(f);
	assert_string_equal(f->note, "");
	next = delivered(SOURCE_TRACE);
	assert_int_equal(store_begin(f->store), 0);
	assert_int_equal(store_add(f->store, &next, true, &result), -EUCLEAN);
	assert_int_equal(store_commit(f->store), -EUCLEAN);
	store_rollback(f->store);
	store_close(f->store);
	f->store = NULL;
	assert_int_equal(store_set_aside(f->path, "it is damaged", &f->store, f->note), 0);
	assert_carried_over(f, &event);
}

static void test_aside_lone_log(void **state)
{
	struct fixture *f = *state;
	char path[160], aside[256];

	drop(f);
	snprintf(path, sizeof(path), "%s-wal", f->path);
	write_file(path, "evidence", 8);
	reopen(f);
	assert_non_null(strstr(f->note, "write-ahead log"));
	snprintf(path, sizeof(path), "%s.broken-*Z-wal", f->path);
	snprintf(aside, sizeof(aside), "%s", path);
	{
		glob_t found;

		assert_int_equal(glob(aside, 0, NULL, &found), 0);
		assert_same_file(found.gl_pathv[0], "evidence", 8);
		globfree(&found);
	}
}

static void test_aside_twice(void **state)
{
	struct fixture *f = *state;
	char pattern[160];
	glob_t found;

	for (int i = 0; i < 3; i++) {
		drop(f);
		write_file(f->path, "garbage", 7);
		reopen(f);
	}
	snprintf(pattern, sizeof(pattern), "%s.broken-*", f->path);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	assert_int_equal(found.gl_pathc, 3);
	globfree(&found);
}

/* Killed between the two renames of a set aside. */
static void test_aside_interrupted(void **state)
{
	struct fixture *f = *state;
	struct event event;
	char new[160], path[160];

	fill(f, &event);
	store_close(f->store);
	f->store = NULL;
	snprintf(new, sizeof(new), "%s.new", f->path);
	assert_int_equal(rename(f->path, new), 0);
	snprintf(path, sizeof(path), "%s-shm", f->path);
	unlink(path);
	snprintf(path, sizeof(path), "%s-wal", f->path);
	write_file(path, "evidence", 8);
	reopen(f);
	assert_int_equal(events(f), 1);
	assert_true(store_has_key(f->store, event.record.key));
}

static void test_empty_file(void **state)
{
	struct fixture *f = *state;
	struct event event = delivered(SOURCE_TRACE);

	drop(f);
	write_file(f->path, "", 0);
	reopen(f);
	assert_string_equal(f->note, "");
	assert_int_equal(add(f, &event), STORE_NEW);
}

static void test_cannot_open(void **state)
{
	struct fixture *f = *state;
	struct store *store = NULL;
	char path[160], note[512];

	snprintf(path, sizeof(path), "%s/missing/events.db", f->directory);
	assert_int_equal(store_open(path, &store, note), -ENOENT);
	assert_non_null(strstr(note, path));
	assert_int_equal(store_open(f->directory, &store, note), -EISDIR);
	assert_non_null(strstr(note, "not a regular file"));
	assert_null(store);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_file),
		TEST(test_exactly_once),
		TEST(test_known_after_retention),
		TEST(test_three_sources),
		TEST(test_identical_polled),
		TEST(test_same_second_first),
		TEST(test_join_with_less),
		TEST(test_different_errors),
		TEST(test_leftover),
		TEST(test_leftover_first),
		TEST(test_leftover_again),
		TEST(test_leftover_of_another_boot),
		TEST(test_leftover_on_another_cpu),
		TEST(test_no_corrected_leftover),
		TEST(test_no_leftover),
		TEST(test_incident),
		TEST(test_bit_63),
		TEST(test_missing_registers),
		TEST(test_boot_resolution),
		TEST(test_boot_unknown),
		TEST(test_locate),
		TEST(test_lost_sums),
		TEST(test_outbox),
		TEST(test_rollback),
		TEST(test_busy),
		TEST(test_reader),
		TEST(test_full),
		TEST(test_aside_garbage),
		TEST(test_aside_newer),
		TEST(test_aside_foreign),
		TEST(test_aside_missing_table),
		TEST(test_aside_damaged),
		TEST(test_damage_while_running),
		TEST(test_aside_lone_log),
		TEST(test_aside_twice),
		TEST(test_aside_interrupted),
		TEST(test_empty_file),
		TEST(test_cannot_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
