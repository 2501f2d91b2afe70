// SPDX-License-Identifier: GPL-2.0-only
/*
 * The DIMM of a memory error on its way through the pipeline: in the same batch,
 * after the commit, in time or too late, and after a crash. Includes the
 * pipeline, so that the test has its clock and its journal.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <sqlite3.h>

#include "db/store.h"
#include "tests/unit/collect.h"

uint64_t test_monotonic_us(void);
int test_store_commit(struct store *store);

#define clock_monotonic_us   test_monotonic_us
#define store_commit	     test_store_commit
#define journal_send_event   test_send_event
#define journal_send_lost    test_send_lost
#define journal_synchronize  test_synchronize
#define journal_search_open  test_search_open
#define journal_search_close test_search_close
#define journal_search_event test_search_event
#define journal_search_lost  test_search_lost
#include "src/outbox.c"
#include "src/pipeline-sinks.c"
#include "src/pipeline-store.c"
#include "src/pipeline.c"
#undef clock_monotonic_us
#undef store_commit

enum { JOURNAL_MAX = 1024 };

static struct {
	uint64_t now_us;
	int commit_error;
	struct event sent[JOURNAL_MAX];
	unsigned int n_sent;
	unsigned int n_lost;
	sqlite3 *witness;
} fake;

uint64_t test_monotonic_us(void)
{
	return (uint64_t)fake.now_us;
}

int test_store_commit(struct store *store)
{
	return fake.commit_error ? fake.commit_error : store_commit(store);
}

int test_send_event(const struct event *event, const struct host *host)
{
	(void)host;
	assert_true(fake.n_sent < JOURNAL_MAX);
	fake.sent[fake.n_sent++] = *event;
	return 0;
}

int test_send_lost(uint64_t seq, const struct lost *lost, const struct host *host)
{
	(void)seq, (void)lost, (void)host;
	fake.n_lost++;
	return 0;
}

int test_synchronize(void)
{
	return 0;
}

int test_search_open(struct journal_search **ret_search)
{
	*ret_search = NULL;
	return 0;
}

void test_search_close(struct journal_search *search)
{
	(void)search;
}

int test_search_event(struct journal_search *search, const struct event *event)
{
	(void)search;
	for (unsigned int i = 0; i < fake.n_sent; i++)
		if (sd_id128_equal(fake.sent[i].id, event->id))
			return 1;
	return 0;
}

int test_search_lost(struct journal_search *search, uint64_t seq, const struct lost *lost)
{
	(void)search, (void)seq, (void)lost;
	return 1;
}

/* --- a machine with an EDAC driver --- */

static const sd_id128_t boot =
	SD_ID128_MAKE(aa, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11);

struct bench {
	struct collect *collect;
	char database[128];
	struct pipeline *pipeline;
	struct intake intake;
};

static void begin(struct bench *bench)
{
	const struct pipeline_params params = {
		.root = &bench->collect->root,
		.database = bench->database,
		.exclusive = true,
		.journal = true,
		.boot = boot,
		.boot_time_us = 1795211950 * 1000000ll,
	};

	assert_int_equal(pipeline_open(&params, &bench->pipeline), 0);
	bench->intake = pipeline_intake(bench->pipeline);
}

static int setup_without_edac(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	void *collect;

	collect_setup(&collect);
	bench->collect = collect;
	memset(&fake, 0, sizeof(fake));
	fake.now_us = 1000 * 1000000ull;
	snprintf(bench->database, sizeof(bench->database), "%s/events.db",
		 bench->collect->directory);
	begin(bench);
	assert_int_equal(sqlite3_open(bench->database, &fake.witness), SQLITE_OK);
	*state = bench;
	return 0;
}

static int setup(void **state)
{
	static const char location[] = "channel 0 slot 0 \n";
	struct bench *bench;

	setup_without_edac(state);
	bench = *state;
	put_file(bench->collect, "/sys/devices/system/edac/mc/mc0/dimm0/dimm_location", location,
		 strlen(location));
	return 0;
}

static int teardown(void **state)
{
	struct bench *bench = *state;
	void *collect = bench->collect;

	pipeline_close(bench->pipeline);
	sqlite3_close(fake.witness);
	collect_teardown(&collect);
	free(bench);
	return 0;
}

static int64_t ask(const char *sql)
{
	sqlite3_stmt *statement;
	int64_t number = -1;

	assert_int_equal(sqlite3_prepare_v2(fake.witness, sql, -1, &statement, NULL), SQLITE_OK);
	if (sqlite3_step(statement) == SQLITE_ROW)
		number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return number;
}

static struct ring_place place_of(unsigned int number)
{
	return (struct ring_place){ .time = number * 1000000ull, .cpu = 0, .pid = 20 };
}

/* A corrected memory error in page number, which then stands in the ring. */
static void put(struct bench *bench, unsigned int number)
{
	struct record record = {
		.status = 0x8c00004000010090,
		.addr = number * 0x1000ull,
		.misc = 0x8c,
		.walltime = 1795212000,
		.cpuid = 0x906ea, /* whose banks name no DIMM */
		.bank = 13,
		.fields = RECORD_HAS_ADDR | RECORD_HAS_MISC | RECORD_HAS_CPUID | RECORD_HAS_TIME,
		.source = SOURCE_TRACE,
		.time_us = 1795212000 * 1000000ll + number,
		.boot = boot,
		.ring = place_of(number),
	};

	snprintf(record.key, sizeof(record.key), "trace:test:%u", number);
	assert_int_equal(bench->intake.record(bench->intake.context, &record), 0);
}

/* What the driver says of it. */
static void put_detail(struct bench *bench, unsigned int number)
{
	struct memory_detail detail = {
		.type = "Corrected",
		.label = "DIMM_A2",
		.layers = { 0, 1, -1 },
		.address = number * 0x1000ull,
		.boot = boot,
		.ring = place_of(number),
	};

	detail.ring.time += 1000;
	snprintf(detail.key, sizeof(detail.key), "trace:test:%u:0", number);
	memory_detail_locate("Row:0x77", &detail.location);
	assert_int_equal(bench->intake.detail(bench->intake.context, &detail), 0);
}

static void commit(struct bench *bench)
{
	assert_int_equal(pipeline_commit(bench->pipeline), 0);
}

static void settle(struct bench *bench)
{
	for (unsigned int i = 0; i < 20 && pipeline_unsettled(bench->pipeline); i++)
		pipeline_settle(bench->pipeline);
}

#define LOCATED "label = 'DIMM_A2' AND dimm = 1 AND dram_row = 119"

static void expect_stored(unsigned int located, unsigned int all)
{
	assert_int_equal(ask("SELECT count(*) FROM event WHERE " LOCATED), located);
	assert_int_equal(ask("SELECT count(*) FROM event"), all);
	assert_int_equal(ask("SELECT count(*) FROM delivery"), all);
	assert_int_equal(ask("SELECT count(*) FROM event WHERE sources = 'trace'"), all);
}

/* In the journal, each once and marked, the first of them with their DIMM. */
static void expect_journal(struct bench *bench, unsigned int located, unsigned int all)
{
	settle(bench);
	assert_int_equal(fake.n_sent, all);
	for (unsigned int i = 0; i < all; i++) {
		assert_string_equal(fake.sent[i].decoded.label, i < located ? "DIMM_A2" : "");
		assert_int_equal(fake.sent[i].decoded.location.dimm,
				 i < located ? 1 : LOCATION_UNKNOWN);
		for (unsigned int j = 0; j < i; j++)
			assert_false(sd_id128_equal(fake.sent[i].id, fake.sent[j].id));
	}
	assert_int_equal(ask("SELECT count(*) FROM event WHERE journal = 'waiting'"), 0);
}

static uint64_t unpaired(const struct bench *bench)
{
	struct pipeline_counts counts;

	pipeline_count(bench->pipeline, &counts);
	return counts.unpaired;
}

/* --- in time, later, never --- */

static void test_same_batch(void **state)
{
	struct bench *bench = *state;

	put(bench, 1);
	put_detail(bench, 1);
	commit(bench);
	assert_int_equal(pipeline_need(bench->pipeline), PIPELINE_NOTHING);
	expect_stored(1, 1);
	expect_journal(bench, 1, 1);
	assert_int_equal(unpaired(bench), 0);
}

static void test_after_commit(void **state)
{
	struct bench *bench = *state;

	put(bench, 1);
	commit(bench);
	expect_stored(0, 1); /* durable at once */
	assert_int_equal(fake.n_sent, 0);
	assert_int_equal(pipeline_need(bench->pipeline), PIPELINE_ANNOUNCE);
	assert_int_equal(pipeline_announce_us(bench->pipeline), PLACE_WAIT_US);
	put_detail(bench, 1);
	assert_int_equal(pipeline_need(bench->pipeline), PIPELINE_SOON);
	assert_int_equal(fake.n_sent, 0);
	commit(bench);
	assert_int_equal(pipeline_need(bench->pipeline), PIPELINE_NOTHING);
	expect_stored(1, 1);
	expect_journal(bench, 1, 1);
}

static void test_deadline(void **state)
{
	struct bench *bench = *state;

	put(bench, 1);
	commit(bench);
	fake.now_us += 300 * 1000;
	put(bench, 2);
	commit(bench);
	assert_int_equal(pipeline_announce_us(bench->pipeline), 200 * 1000);
	fake.now_us += 199 * 1000;
	commit(bench);
	assert_int_equal(fake.n_sent, 0);
	fake.now_us += 1000;
	commit(bench);
	assert_int_equal(fake.n_sent, 1);
	assert_int_equal(pipeline_announce_us(bench->pipeline), 300 * 1000);
	fake.now_us += 300 * 1000;
	commit(bench);
	assert_int_equal(pipeline_need(bench->pipeline), PIPELINE_NOTHING);
	expect_journal(bench, 0, 2);

	/* too late for the journal, but the store has it */
	put_detail(bench, 2);
	commit(bench);
	expect_stored(1, 2);
	expect_journal(bench, 0, 2);
}

static void test_end(void **state)
{
	struct bench *bench = *state;

	put(bench, 1);
	commit(bench);
	assert_int_equal(fake.n_sent, 0);
	pipeline_announce(bench->pipeline);
	assert_int_equal(pipeline_need(bench->pipeline), PIPELINE_NOTHING);
	expect_journal(bench, 0, 1);
}

/* Without a driver nobody waits for what it says. */
static void test_without_edac(void **state)
{
	struct bench *bench = *state;

	put(bench, 1);
	commit(bench);
	assert_int_equal(pipeline_need(bench->pipeline), PIPELINE_NOTHING);
	expect_journal(bench, 0, 1);
}

static void test_no_partner(void **state)
{
	struct bench *bench = *state;
	int saved;

	put(bench, 1);
	saved = log_begin(bench->collect);
	put_detail(bench, 2);
	log_set_level(LOG_DEBUG);
	put_detail(bench, 3);
	log_set_level(LOG_INFO);
	log_end(bench->collect, saved);
	assert_int_equal(count_lines(bench->collect->logged), 1);
	assert_non_null(strstr(bench->collect->logged, "trace:test:3:0: no machine-check record"));
	assert_int_equal(unpaired(bench), 2);
	put_detail(bench, 1);
	put_detail(bench, 1); /* it has one */
	assert_int_equal(unpaired(bench), 3);
	commit(bench);
	expect_stored(1, 1);
	expect_journal(bench, 1, 1);
}

/* --- trouble --- */

/* The journal's walk through the store passes over what waits; it is sent once. */
static void test_walk(void **state)
{
	const struct lost lost = { .source = SOURCE_TRACE, .boot = boot, .count = 5 };
	struct bench *bench = *state;

	put(bench, 1);
	commit(bench);
	bench->intake.lost(bench->intake.context, &lost);
	commit(bench);
	settle(bench);
	assert_int_equal(fake.n_lost, 1);
	assert_int_equal(fake.n_sent, 0);
	put_detail(bench, 1);
	commit(bench);
	expect_journal(bench, 1, 1);
}

/* More than can wait: the others are told of at once, and all are told of in the end. */
static void test_many(void **state)
{
	struct bench *bench = *state;
	enum { MANY = 300 };

	for (unsigned int i = 1; i <= MANY; i++)
		put(bench, i);
	commit(bench);
	assert_in_range(fake.n_sent, 1, MANY - 1);
	fake.now_us += PLACE_WAIT_US;
	commit(bench);
	expect_journal(bench, 0, MANY);
}

/* The disk is full as the detail comes: it is kept, like a record. */
static void test_cannot_write(void **state)
{
	struct bench *bench = *state;
	int saved = log_begin(bench->collect);

	put(bench, 1);
	commit(bench);
	put_detail(bench, 1);
	fake.commit_error = -ENOSPC;
	assert_int_equal(pipeline_commit(bench->pipeline), -ENOSPC);
	expect_stored(0, 1);
	assert_int_equal(fake.n_sent, 0);
	fake.commit_error = 0;
	commit(bench);
	log_end(bench->collect, saved);
	expect_stored(1, 1);
	expect_journal(bench, 1, 1);
}

static void crash(struct bench *bench)
{
	pipeline_close(bench->pipeline);
	begin(bench);
	pipeline_recover(bench->pipeline);
}

/* Killed before the commit: both come from the spool again. */
static void test_crash_before_commit(void **state)
{
	struct bench *bench = *state;

	put(bench, 1);
	put_detail(bench, 1);
	crash(bench);
	put(bench, 1);
	put_detail(bench, 1);
	commit(bench);
	expect_stored(1, 1);
	expect_journal(bench, 1, 1);
}

/* The record was committed, its detail not: the spool gives both, the record is known. */
static void test_crash_between(void **state)
{
	struct bench *bench = *state;

	put(bench, 1);
	commit(bench);
	put_detail(bench, 1);
	crash(bench);
	assert_int_equal(fake.n_sent, 1); /* the crash ends the waiting */
	put(bench, 1);
	put_detail(bench, 1);
	commit(bench);
	expect_stored(1, 1);
	expect_journal(bench, 0, 1);
	/* and once more is harmless */
	crash(bench);
	put(bench, 1);
	put_detail(bench, 1);
	commit(bench);
	expect_stored(1, 1);
	expect_journal(bench, 0, 1);
}

/* The record of the spool is known and committed as such, then its detail comes from the ring. */
static void test_crash_detail_later(void **state)
{
	struct bench *bench = *state;

	put(bench, 1);
	commit(bench);
	crash(bench);
	put(bench, 1);
	commit(bench);
	put_detail(bench, 1);
	commit(bench);
	expect_stored(1, 1);
	expect_journal(bench, 0, 1);
}

/* Only the detail is left: it is dropped, and counted. */
static void test_crash_detail_alone(void **state)
{
	struct bench *bench = *state;

	put(bench, 1);
	commit(bench);
	crash(bench);
	put_detail(bench, 1);
	commit(bench);
	assert_int_equal(unpaired(bench), 1);
	expect_stored(0, 1);
	expect_journal(bench, 0, 1);
}

/* Somebody removes the database: what waits is told of, and its number is not used in the new one.
 */
static void test_database_gone(void **state)
{
	struct bench *bench = *state;
	int saved = log_begin(bench->collect);

	put(bench, 1);
	commit(bench);
	assert_int_equal(unlink(bench->database), 0);
	put(bench, 2);
	commit(bench);
	log_end(bench->collect, saved);
	assert_int_equal(fake.n_sent, 1);
	sqlite3_close(fake.witness);
	assert_int_equal(sqlite3_open(bench->database, &fake.witness), SQLITE_OK);
	put_detail(bench, 1);
	assert_int_equal(unpaired(bench), 1);
	commit(bench);
	expect_stored(0, 1);
	put_detail(bench, 2);
	commit(bench);
	expect_stored(1, 1);
	assert_int_equal(fake.n_sent, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_same_batch),
		TEST(test_after_commit),
		TEST(test_deadline),
		TEST(test_end),
		cmocka_unit_test_setup_teardown(test_without_edac, setup_without_edac, teardown),
		TEST(test_no_partner),
		TEST(test_walk),
		TEST(test_many),
		TEST(test_cannot_write),
		TEST(test_crash_before_commit),
		TEST(test_crash_between),
		TEST(test_crash_detail_later),
		TEST(test_crash_detail_alone),
		TEST(test_database_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
