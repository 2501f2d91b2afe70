// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pipeline with a real store and a journal made here: nothing is lost when
 * the store cannot write, nothing is told before it is durable, and nothing
 * twice. Includes the module, so that its store and its journal can fail.
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

int test_store_add(struct store *store, struct event *event, bool want_journal,
		   enum store_result *ret_result);
int test_store_commit(struct store *store);

#define store_add	     test_store_add
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
#undef store_add
#undef store_commit

/* --- what fails, and what the journal has --- */

enum { JOURNAL_MAX = 4096 };

static struct {
	int add_error; /* of store_add() for the record below, or any where it is "" */
	char add_key[RECORD_KEY_MAX];
	int commit_error;
	int send_error;
	unsigned int send_room; /* entries until send_error comes */
	bool searchable;	/* what was sent before is found */

	sd_id128_t events[JOURNAL_MAX];
	unsigned int n_events;
	uint64_t lost[JOURNAL_MAX];
	unsigned int n_lost;
	sqlite3 *witness; /* to see whether it was durable when it was sent */
	unsigned int too_early;
} fake;

int test_store_add(struct store *store, struct event *event, bool want_journal,
		   enum store_result *ret_result)
{
	if (fake.add_error && (!fake.add_key[0] || strcmp(fake.add_key, event->record.key) == 0))
		return fake.add_error;
	return store_add(store, event, want_journal, ret_result);
}

int test_store_commit(struct store *store)
{
	return fake.commit_error ? fake.commit_error : store_commit(store);
}

static int64_t ask(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *statement;
	int64_t number = -1;

	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
	if (sqlite3_step(statement) == SQLITE_ROW)
		number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return number;
}

int test_send_event(const struct event *event, const struct host *host)
{
	char sql[128];

	(void)host;
	snprintf(sql, sizeof(sql), "SELECT count(*) FROM event WHERE seq = %llu",
		 (unsigned long long)event->seq);
	fake.too_early += ask(fake.witness, sql) != 1;
	if (fake.send_error && !fake.send_room)
		return fake.send_error;
	fake.send_room -= fake.send_room > 0;
	assert_true(fake.n_events < JOURNAL_MAX);
	fake.events[fake.n_events++] = event->id;
	return 0;
}

int test_send_lost(uint64_t seq, const struct lost *lost, const struct host *host)
{
	(void)lost;
	(void)host;
	if (fake.send_error && !fake.send_room)
		return fake.send_error;
	fake.send_room -= fake.send_room > 0;
	fake.lost[fake.n_lost++] = seq;
	return 0;
}

int test_synchronize(void)
{
	return 0;
}

int test_search_open(struct journal_search **ret_search)
{
	*ret_search = NULL;
	return fake.searchable ? 0 : -ENOENT;
}

void test_search_close(struct journal_search *search)
{
	(void)search;
}

int test_search_event(struct journal_search *search, const struct event *event)
{
	(void)search;
	for (unsigned int i = 0; i < fake.n_events; i++)
		if (sd_id128_equal(fake.events[i], event->id))
			return 1;
	return 0;
}

int test_search_lost(struct journal_search *search, uint64_t seq, const struct lost *lost)
{
	(void)search;
	(void)lost;
	for (unsigned int i = 0; i < fake.n_lost; i++)
		if (fake.lost[i] == seq)
			return 1;
	return 0;
}

/* --- a pipeline on a database of its own --- */

static const sd_id128_t boot =
	SD_ID128_MAKE(aa, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11);

struct bench {
	struct collect *collect;
	char database[128];
	struct pipeline *pipeline;
	struct intake intake;
	sqlite3 *other; /* another process, as far as locks go */
};

static void begin(struct bench *bench)
{
	const struct pipeline_params params = {
		.root = &bench->collect->root,
		.database = bench->database,
		.journal = true,
		.boot = boot,
		.boot_time_us = 1795211950 * 1000000ll,
	};

	assert_int_equal(pipeline_open(&params, &bench->pipeline), 0);
	bench->intake = pipeline_intake(bench->pipeline);
}

static int setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	void *collect;

	collect_setup(&collect);
	bench->collect = collect;
	memset(&fake, 0, sizeof(fake));
	fake.searchable = true;
	snprintf(bench->database, sizeof(bench->database), "%s/events.db",
		 bench->collect->directory);
	begin(bench);
	assert_int_equal(sqlite3_open(bench->database, &bench->other), SQLITE_OK);
	assert_int_equal(sqlite3_open(bench->database, &fake.witness), SQLITE_OK);
	*state = bench;
	return 0;
}

static int teardown(void **state)
{
	struct bench *bench = *state;
	void *collect = bench->collect;

	pipeline_close(bench->pipeline);
	sqlite3_close(bench->other);
	sqlite3_close(fake.witness);
	collect_teardown(&collect);
	free(bench);
	return 0;
}

/* As after kill -9: what is not committed is gone with the process. */
static void crash(struct bench *bench)
{
	pipeline_close(bench->pipeline);
	begin(bench);
}

enum { CORRECTED = 0, FATAL = 1 };

static void put(struct bench *bench, unsigned int number, int kind)
{
	struct record record = {
		.status = kind == FATAL ? 0xbe00000000800400 : 0x8c00004000010090,
		.addr = number * 0x1000ull,
		.misc = 0x8c,
		.walltime = 1795212000,
		.cpuid = 0x606a6,
		.bank = 7,
		.fields = RECORD_HAS_ADDR | RECORD_HAS_MISC | RECORD_HAS_CPUID | RECORD_HAS_TIME,
		.source = SOURCE_TRACE,
		.time_us = 1795212000 * 1000000ll + number,
		.boot = boot,
	};

	snprintf(record.key, sizeof(record.key), "trace:test:%u", number);
	assert_int_equal(bench->intake.record(bench->intake.context, &record), 0);
}

static void put_lost(struct bench *bench, uint64_t count)
{
	const struct lost lost = {
		.source = SOURCE_TRACE,
		.boot = boot,
		.count = count,
		.time_us = 1795212000 * 1000000ll,
		.where = "here",
	};

	assert_int_equal(bench->intake.lost(bench->intake.context, &lost), 0);
}

static int64_t count(struct bench *bench, const char *table)
{
	char sql[128];

	snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", table);
	return ask(bench->other, sql);
}

static void expect_durable(struct bench *bench, unsigned int events, unsigned int lost)
{
	assert_int_equal(count(bench, "event"), events);
	assert_int_equal(count(bench, "delivery"), events);
	assert_int_equal(count(bench, "lost"), lost);
}

/* Settles until there is nothing to do; the delays it asks for are not waited. */
static void settle(struct bench *bench)
{
	for (unsigned int i = 0; i < 20 && pipeline_unsettled(bench->pipeline); i++)
		pipeline_settle(bench->pipeline);
}

static void expect_journal(struct bench *bench, unsigned int events, unsigned int lost)
{
	assert_int_equal(fake.n_events, events);
	assert_int_equal(fake.n_lost, lost);
	for (unsigned int i = 0; i < events; i++)
		for (unsigned int j = 0; j < i; j++)
			assert_false(sd_id128_equal(fake.events[i], fake.events[j]));
	assert_int_equal(fake.too_early, 0);
	assert_int_equal(ask(bench->other, "SELECT count(*) FROM event WHERE journal = 'waiting'"),
			 0);
	assert_int_equal(ask(bench->other, "SELECT count(*) FROM lost WHERE journal = 'waiting'"),
			 0);
}

static void test_commit(void **state)
{
	struct bench *bench = *state;
	struct pipeline_counts counts;

	assert_int_equal(pipeline_need(bench->pipeline), PIPELINE_NOTHING);
	assert_int_equal(pipeline_commit(bench->pipeline), 0);
	put(bench, 1, CORRECTED);
	assert_int_equal(pipeline_need(bench->pipeline), PIPELINE_SOON);
	put(bench, 2, FATAL);
	assert_int_equal(pipeline_need(bench->pipeline), PIPELINE_NOW);
	expect_durable(bench, 0, 0);
	assert_int_equal(pipeline_commit(bench->pipeline), 0);
	expect_durable(bench, 2, 0);
	assert_int_equal(pipeline_need(bench->pipeline), PIPELINE_NOTHING);
	settle(bench);
	expect_journal(bench, 2, 0);
	pipeline_count(bench->pipeline, &counts);
	assert_int_equal(counts.events, 2);
	assert_int_equal(counts.added, 2);

	/* the same again */
	put(bench, 1, CORRECTED);
	assert_int_equal(pipeline_commit(bench->pipeline), 0);
	settle(bench);
	expect_durable(bench, 2, 0);
	expect_journal(bench, 2, 0);
	pipeline_count(bench->pipeline, &counts);
	assert_int_equal(counts.known, 1);
	assert_true(pipeline_known(bench->pipeline, "trace:test:1"));
	assert_false(pipeline_known(bench->pipeline, "trace:test:3"));
}

/* Stored and counted, and neither sent now nor after a crash. */
static void test_filter(void **state)
{
	struct bench *bench = *state;
	struct pipeline_counts counts;

	pipeline_set_filter(bench->pipeline, (struct filter){ .corrected_memory = true });
	put(bench, 1, CORRECTED);
	put(bench, 2, FATAL);
	assert_int_equal(pipeline_commit(bench->pipeline), 0);
	settle(bench);
	expect_durable(bench, 2, 0);
	expect_journal(bench, 1, 0);
	pipeline_count(bench->pipeline, &counts);
	assert_int_equal(counts.added, 2);
	assert_int_equal(counts.filtered, 1);
	crash(bench);
	pipeline_recover(bench->pipeline);
	settle(bench);
	expect_journal(bench, 1, 0);
	put(bench, 3, CORRECTED);
	assert_int_equal(pipeline_commit(bench->pipeline), 0);
	settle(bench);
	expect_journal(bench, 2, 0);
}

static void take_wanted(void *context, const struct action *action)
{
	(void)action;
	++*(unsigned int *)context;
}

/* A GART error that K8 reports with nothing wrong: it counts for nothing, unless it is asked to. */
static void test_false_alarm(void **state)
{
	struct bench *bench = *state;
	unsigned int wanted = 0;
	const struct accounting_params counting = {
		.policy = { .pages_max = 1 },
		.env = { .boot = boot },
		.wanted = take_wanted,
		.context = &wanted,
	};
	struct pipeline_params params = {
		.database = bench->database,
		.boot = boot,
		.filter = { .false_alarms = true },
	};
	struct record record = {
		.vendor = VENDOR_AMD,
		.bank = 4,
		.status = 0x9000000000050011,
		.cpuid = 0x20f12,
		.fields = RECORD_HAS_CPUID,
		.source = SOURCE_TRACE,
		.time_us = 1795212000 * 1000000ll,
		.boot = boot,
		.key = "trace:test:1",
	};

	assert_int_equal(accounting_new(&counting, &params.accounting), 0);
	pipeline_close(bench->pipeline);
	assert_int_equal(pipeline_open(&params, &bench->pipeline), 0);
	bench->intake = pipeline_intake(bench->pipeline);
	assert_int_equal(bench->intake.record(bench->intake.context, &record), 0);
	assert_int_equal(pipeline_commit(bench->pipeline), 0);
	assert_int_equal(count(bench, "event"), 1);
	assert_int_equal(count(bench, "counter"), 0);

	pipeline_set_filter(bench->pipeline, (struct filter){ 0 });
	strcpy(record.key, "trace:test:2");
	assert_int_equal(bench->intake.record(bench->intake.context, &record), 0);
	assert_int_equal(pipeline_commit(bench->pipeline), 0);
	assert_int_equal(count(bench, "event"), 2);
	assert_int_equal(count(bench, "counter"), 1);
	pipeline_close(bench->pipeline);
	bench->pipeline = NULL;
	accounting_free(params.accounting);
}

static void test_losses(void **state)
{
	struct bench *bench = *state;
	struct pipeline_counts counts;

	put_lost(bench, 5);
	assert_int_equal(pipeline_need(bench->pipeline), PIPELINE_NOW);
	assert_int_equal(pipeline_lost_so_far(bench->pipeline, SOURCE_TRACE, "here"), 0);
	assert_int_equal(pipeline_commit(bench->pipeline), 0);
	put_lost(bench, 0);
	put_lost(bench, 7);
	assert_int_equal(pipeline_commit(bench->pipeline), 0);
	assert_int_equal(pipeline_lost_so_far(bench->pipeline, SOURCE_TRACE, "here"), 12);
	assert_int_equal(pipeline_lost_so_far(bench->pipeline, SOURCE_TRACE, "there"), 0);
	settle(bench);
	expect_durable(bench, 0, 3);
	expect_journal(bench, 0, 3);
	pipeline_count(bench->pipeline, &counts);
	assert_int_equal(counts.lost, 13); /* an unknown number is at least one */
}

static void test_room(void **state)
{
	struct bench *bench = *state;

	for (unsigned int i = 0; i < PIPELINE_BATCH; i++) {
		assert_true(bench->intake.has_room(bench->intake.context));
		put(bench, i, CORRECTED);
	}
	assert_false(bench->intake.has_room(bench->intake.context));
	assert_int_equal(pipeline_need(bench->pipeline), PIPELINE_NOW);
	/* a source may be in the middle of a page */
	put(bench, PIPELINE_BATCH, CORRECTED);
	assert_int_equal(pipeline_commit(bench->pipeline), 0);
	assert_true(bench->intake.has_room(bench->intake.context));
	settle(bench);
	expect_durable(bench, PIPELINE_BATCH + 1, 0);
	expect_journal(bench, PIPELINE_BATCH + 1, 0);
}

/* Another process writes: the batch waits and grows, and is whole in the end. */
static void test_busy(void **state)
{
	struct bench *bench = *state;
	int saved;

	assert_int_equal(sqlite3_exec(bench->other, "BEGIN IMMEDIATE", NULL, NULL, NULL),
			 SQLITE_OK);
	saved = log_begin(bench->collect);
	for (unsigned int i = 0; i < 3; i++) {
		put(bench, i, FATAL);
		assert_int_equal(pipeline_commit(bench->pipeline), -EBUSY);
		assert_int_equal(pipeline_need(bench->pipeline), PIPELINE_NOW);
	}
	log_end(bench->collect, saved);
	assert_string_equal(bench->collect->logged, "");
	assert_int_equal(fake.n_events, 0);
	assert_int_equal(sqlite3_exec(bench->other, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(pipeline_commit(bench->pipeline), 0);
	settle(bench);
	expect_durable(bench, 3, 0);
	expect_journal(bench, 3, 0);
}

/* The disk is full for a while, wherever in the transaction it shows. */
static void test_full(void **state)
{
	static const int errors[] = { -ENOSPC, -EIO, -EROFS, -ENOMEM, -EACCES };
	struct bench *bench = *state;
	int saved = log_begin(bench->collect);

	for (unsigned int i = 0; i < ARRAY_SIZE(errors); i++) {
		put(bench, 2 * i, CORRECTED);
		put_lost(bench, 1);
		fake.commit_error = errors[i];
		assert_int_equal(pipeline_commit(bench->pipeline), errors[i]);
		fake.commit_error = 0;
		put(bench, 2 * i + 1, CORRECTED);
		fake.add_error = errors[i];
		assert_int_equal(pipeline_commit(bench->pipeline), errors[i]);
		fake.add_error = 0;
		expect_durable(bench, 2 * i, i);
		assert_int_equal(fake.n_events, 2 * i);
		assert_int_equal(pipeline_commit(bench->pipeline), 0);
		settle(bench);
	}
	log_end(bench->collect, saved);
	expect_durable(bench, 2 * ARRAY_SIZE(errors), ARRAY_SIZE(errors));
	expect_journal(bench, 2 * ARRAY_SIZE(errors), ARRAY_SIZE(errors));
	/* one line when it begins, one when it ends */
	assert_int_equal(count_lines(bench->collect->logged), 2 * ARRAY_SIZE(errors));
}

/* A record that the store will never take is told of and counted, and the others go on. */
static void test_refused_record(void **state)
{
	struct bench *bench = *state;
	int saved;

	for (unsigned int i = 0; i < 3; i++)
		put(bench, i, CORRECTED);
	fake.add_error = -EINVAL;
	strcpy(fake.add_key, "trace:test:1");
	saved = log_begin(bench->collect);
	assert_int_equal(pipeline_commit(bench->pipeline), 0);
	log_end(bench->collect, saved);
	assert_non_null(strstr(bench->collect->logged, "trace:test:1"));
	settle(bench);
	expect_durable(bench, 2, 1);
	expect_journal(bench, 2, 1);
	assert_int_equal(pipeline_need(bench->pipeline), PIPELINE_NOTHING);
}

/* --- the journal --- */

static void test_journal_refuses(void **state)
{
	struct bench *bench = *state;
	int saved = log_begin(bench->collect);

	fake.send_error = -ENOBUFS;
	fake.send_room = 2;
	for (unsigned int i = 0; i < 5; i++)
		put(bench, i, CORRECTED);
	put_lost(bench, 1);
	assert_int_equal(pipeline_commit(bench->pipeline), 0);
	assert_int_equal(fake.n_events, 2);
	assert_true(pipeline_unsettled(bench->pipeline));
	/* behind one that waits the others wait: they come in order */
	fake.send_error = 0;
	put(bench, 5, FATAL);
	assert_int_equal(pipeline_commit(bench->pipeline), 0);
	assert_int_equal(fake.n_events, 2);
	fake.send_error = -ENOBUFS;
	fake.send_room = 1;
	assert_true(pipeline_settle(bench->pipeline) >= 1000000);
	assert_int_equal(fake.n_events, 3);
	fake.send_error = 0;
	settle(bench);
	log_end(bench->collect, saved);
	expect_journal(bench, 6, 1);
	assert_int_equal(count_lines(bench->collect->logged), 1);
}

/* Died between the commit and the journal: the next life sends what is missing, only that. */
static void test_recover(void **state)
{
	struct bench *bench = *state;

	for (unsigned int i = 0; i < 4; i++)
		put(bench, i, CORRECTED);
	put_lost(bench, 3);
	fake.send_error = -ENOBUFS;
	fake.send_room = 2;
	assert_int_equal(pipeline_commit(bench->pipeline), 0);
	fake.send_error = 0;
	crash(bench); /* two sent and not marked, two and the loss not sent */
	pipeline_recover(bench->pipeline);
	settle(bench);
	expect_journal(bench, 4, 1);
	crash(bench);
	pipeline_recover(bench->pipeline);
	settle(bench);
	expect_journal(bench, 4, 1);
}

/* More than one walk over the outbox holds. */
static void test_recover_many(void **state)
{
	struct bench *bench = *state;
	enum { MANY = 3 * WALK_LIMIT + 7 };

	fake.send_error = -ENOBUFS;
	for (unsigned int i = 0; i < MANY; i++) {
		put(bench, i, CORRECTED);
		if (!bench->intake.has_room(bench->intake.context))
			assert_int_equal(pipeline_commit(bench->pipeline), 0);
	}
	assert_int_equal(pipeline_commit(bench->pipeline), 0);
	fake.send_error = 0;
	crash(bench);
	pipeline_recover(bench->pipeline);
	settle(bench);
	expect_journal(bench, MANY, 0);
}

/* The journal fills up in the middle of the recovery. */
static void test_recover_refused(void **state)
{
	struct bench *bench = *state;

	for (unsigned int i = 0; i < 6; i++)
		put(bench, i, CORRECTED);
	fake.send_error = -ENOBUFS;
	assert_int_equal(pipeline_commit(bench->pipeline), 0);
	crash(bench);
	fake.send_room = 3;
	pipeline_recover(bench->pipeline);
	assert_int_equal(fake.n_events, 3);
	fake.send_error = 0;
	settle(bench);
	expect_journal(bench, 6, 0);
}

/* Marking what was sent fails for a while; it is not sent again for that. */
static void test_settle_busy(void **state)
{
	struct bench *bench = *state;

	put(bench, 1, CORRECTED);
	assert_int_equal(pipeline_commit(bench->pipeline), 0);
	assert_int_equal(sqlite3_exec(bench->other, "BEGIN IMMEDIATE", NULL, NULL, NULL),
			 SQLITE_OK);
	assert_true(pipeline_settle(bench->pipeline) > 0);
	assert_int_equal(sqlite3_exec(bench->other, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
	settle(bench);
	expect_journal(bench, 1, 0);
}

/* That a boot crashed is stored with what came with it, at once, and only once. */
static void test_crash(void **state)
{
	struct bench *bench = *state;
	const struct crash ended = { .source = SOURCE_PSTORE, .time_us = 1, .key = "crash:1" };

	assert_int_equal(bench->intake.crash(bench->intake.context, &ended), 0);
	assert_int_equal(pipeline_need(bench->pipeline), PIPELINE_NOW);
	put(bench, 1, CORRECTED);
	fake.commit_error = -EBUSY;
	assert_int_equal(pipeline_commit(bench->pipeline), -EBUSY);
	assert_int_equal(ask(bench->other, "SELECT count(*) FROM crash"), 0);
	fake.commit_error = 0;
	assert_int_equal(pipeline_commit(bench->pipeline), 0);
	assert_int_equal(ask(bench->other, "SELECT count(*) FROM crash"), 1);
	assert_int_equal(ask(bench->other, "SELECT count(*) FROM event"), 1);
	assert_int_equal(pipeline_need(bench->pipeline), PIPELINE_NOTHING);
	assert_true(pipeline_known(bench->pipeline, "crash:1"));
	assert_int_equal(bench->intake.crash(bench->intake.context, &ended), 0);
	assert_int_equal(pipeline_commit(bench->pipeline), 0);
	assert_int_equal(ask(bench->other, "SELECT count(*) FROM crash"), 1);
}

/* What the journal says of boots waits for a lock, and is then all there. */
static void test_boots(void **state)
{
	struct bench *bench = *state;
	const struct boot boots[] = {
		{ .id = SD_ID128_MAKE(aa, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1),
		  .began_us = 10,
		  .last_us = 20,
		  .in_order = true },
		{ .id = SD_ID128_MAKE(bb, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1),
		  .began_us = 30,
		  .last_us = 40 },
	};

	fake.commit_error = -ENOSPC;
	assert_int_equal(pipeline_add_boots(bench->pipeline, boots, 2), -ENOSPC);
	fake.commit_error = 0;
	assert_int_equal(pipeline_add_boots(bench->pipeline, boots, 2), 0);
	assert_int_equal(ask(bench->other, "SELECT count(*) FROM boot "
					   "WHERE journal_last_us IN (20, 40)"),
			 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_commit),	TEST(test_filter),	   TEST(test_false_alarm),
		TEST(test_losses),	TEST(test_room),	   TEST(test_busy),
		TEST(test_full),	TEST(test_refused_record), TEST(test_journal_refuses),
		TEST(test_recover),	TEST(test_recover_many),   TEST(test_recover_refused),
		TEST(test_settle_busy), TEST(test_crash),	   TEST(test_boots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
