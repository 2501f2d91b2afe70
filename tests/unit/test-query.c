// SPDX-License-Identifier: GPL-2.0-only
/*
 * test-query [--fill PATH stop|kill|hold]: without arguments the unit tests;
 * --fill makes a small database for tests/integration/report*.sh and ends as a
 * daemon would: stopped, killed, or running until stdin ends.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "db/query.h"
#include "db/store.h"

#define SECOND 1000000ll
#define T0     (1700000000 * SECOND)
#define BOOT_A SD_ID128_MAKE(aa, 01, 02, 03, 04, 05, 06, 07, 08, 09, 0a, 0b, 0c, 0d, 0e, 0f)

enum { SAMPLES = 6 };

/* Sample i: 0 to 3 corrected on two sockets, 4 fatal and replayed, 5 of the same panic. */
static struct event sample(unsigned int i)
{
	struct event event = {
		.record = {
			.status = 0x8c00004000010090,
			.addr = 0x1000 * i,
			.misc = 0x86,
			.cpu = i,
			.bank = 7,
			.fields = RECORD_HAS_ADDR | RECORD_HAS_MISC | RECORD_HAS_TSC |
				  RECORD_HAS_TIME | RECORD_HAS_CPUID,
			.cpuid = 0x50654,
			.tsc = i + 1,
			.source = SOURCE_TRACE,
			.time_us = T0 + i * SECOND,
			.walltime = 1700000000 + i,
			.boot = BOOT_A,
		},
		.decoded = {
			.severity = SEVERITY_CORRECTED,
			.class = CLASS_MEMORY,
			.vendor = "Intel",
			.bank_type = "IMC",
			.count = i + 1,
			.mca = "memory read error",
			.location = { (int32_t)(i / 2), -1, 2, -1, -1, -1, -1, -1, -1, -1 },
		},
	};

	if (i >= 4) {
		event.record.status = 0xbe00000000800400;
		event.record.source = SOURCE_ERST;
		event.record.replayed = true;
		event.record.bank = 4;
		event.record.time_us = T0 - SECOND;
		event.decoded.severity = SEVERITY_FATAL;
		event.decoded.class = CLASS_INTERNAL;
		event.decoded.bank_type = NULL;
		event.decoded.count = 1;
		event.decoded.location.socket = event.decoded.location.channel = -1;
		strcpy(event.decoded.mca, "internal timer error");
	}
	snprintf(event.record.key, sizeof(event.record.key), "sample:%u", i);
	return event;
}

static int add_samples(struct store *store, sd_id128_t ids[SAMPLES])
{
	struct lost lost = { SOURCE_TRACE, BOOT_A, 3, T0, "cpu3 ring overrun" };
	int r = store_begin(store);

	for (unsigned int i = 0; i < SAMPLES && r == 0; i++) {
		struct event event = sample(i);
		enum store_result result;

		r = store_add(store, &event, true, &result);
		ids[i] = event.id;
	}
	if (r == 0)
		r = store_add_lost(store, &lost, true);
	lost.time_us += SECOND;
	if (r == 0)
		r = store_add_lost(store, &lost, true);
	return r < 0 ? r : store_commit(store);
}

static int fill(const char *path, const char *how)
{
	sd_id128_t ids[SAMPLES];
	struct store *store;
	char note[512], id[SD_ID128_STRING_MAX], byte;
	int r = store_open(path, &store, note);

	if (r == 0)
		r = add_samples(store, ids);
	if (r < 0) {
		fprintf(stderr, "%s: %s %s\n", path, strerror(-r), note);
		return 1;
	}
	printf("%.8s\n", sd_id128_to_string(ids[0], id));
	fflush(stdout);
	if (strcmp(how, "kill") == 0)
		_exit(0);
	if (strcmp(how, "hold") == 0)
		while (read(STDIN_FILENO, &byte, 1) > 0)
			;
	store_close(store);
	return 0;
}

struct fixture {
	char directory[64];
	char path[128];
	struct store *store;
	struct query *query;
	sd_id128_t ids[SAMPLES];
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	char note[512];

	strcpy(f->directory, "/tmp/test-query.XXXXXX");
	assert_non_null(mkdtemp(f->directory));
	/* what is special in a URI is not in a path */
	snprintf(f->path, sizeof(f->path), "%s/ev?%%41&a=b#.db", f->directory);
	assert_int_equal(store_open(f->path, &f->store, note), 0);
	assert_int_equal(store_add_boot(f->store, BOOT_A, T0), 0);
	assert_int_equal(add_samples(f->store, f->ids), 0);
	assert_int_equal(query_open(f->path, &f->query, note), 0);
	assert_string_equal(note, "");
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	char pattern[80];
	glob_t found;

	query_close(f->query);
	store_close(f->store);
	snprintf(pattern, sizeof(pattern), "%s/*", f->directory);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++)
		unlink(found.gl_pathv[i]);
	globfree(&found);
	assert_int_equal(rmdir(f->directory), 0);
	free(f);
	return 0;
}

struct seen {
	struct event events[1024];
	unsigned int n;
	int result;
};

static int see(void *context, const struct event *event)
{
	struct seen *seen = context;

	seen->events[seen->n++] = *event;
	return seen->result;
}

static struct seen seen;

static int ask(struct fixture *f, unsigned int limit, const char *id)
{
	struct query_filter filter = { .limit = limit, .id = id };

	seen.n = 0;
	return query_events(f->query, &filter, see, &seen);
}

static void test_events(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(ask(f, 0, NULL), 0);
	assert_int_equal(seen.n, SAMPLES);
	/* oldest first: the panic was before, whenever it was found */
	assert_int_equal(seen.events[0].record.source, SOURCE_ERST);
	assert_int_equal(seen.events[5].seq, 4);
	assert_string_equal(seen.events[5].decoded.bank_type, "IMC");
	assert_string_equal(seen.events[5].record.key, "sample:3");
	assert_int_equal(seen.events[5].decoded.count, 4);
	assert_int_equal(seen.events[5].decoded.n_facts, 0);
	assert_int_equal(seen.events[5].decoded.location.channel, 2);

	assert_int_equal(ask(f, 2, NULL), 0);
	assert_int_equal(seen.n, 2);
	assert_int_equal(seen.events[0].seq, 3);
	assert_int_equal(ask(f, 99, NULL), 0);
	assert_int_equal(seen.n, SAMPLES);
}

static void test_stop(void **state)
{
	struct fixture *f = *state;

	seen.result = -ECANCELED;
	assert_int_equal(ask(f, 0, NULL), -ECANCELED);
	seen.result = 0;
	assert_int_equal(seen.n, 1);
}

/* More than one chunk, many of the same time; and the writer goes on meanwhile. */
static void test_many(void **state)
{
	struct fixture *f = *state;
	enum store_result result;

	assert_int_equal(store_begin(f->store), 0);
	for (unsigned int i = 0; i < 900; i++) {
		struct event event = sample(0);

		snprintf(event.record.key, sizeof(event.record.key), "many:%u", i);
		event.record.tsc = 1000 + i;
		assert_int_equal(store_add(f->store, &event, false, &result), 0);
	}
	assert_int_equal(ask(f, 0, NULL), 0);
	assert_int_equal(seen.n, SAMPLES); /* not yet committed */
	assert_int_equal(store_commit(f->store), 0);
	assert_int_equal(ask(f, 0, NULL), 0);
	assert_int_equal(seen.n, SAMPLES + 900);
	assert_int_equal(ask(f, 300, NULL), 0);
	assert_int_equal(seen.n, 300);
	assert_int_equal(seen.events[299].seq, 4);
}

/* When the event was stored; of a test that is later than all its events. */
static void set_seen(struct fixture *f, int64_t seq, int64_t seen_us)
{
	char sql[128];
	sqlite3 *db;

	snprintf(sql, sizeof(sql), "UPDATE delivery SET seen_us = %lld WHERE event = %lld",
		 (long long)seen_us, (long long)seq);
	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_changes(db), 1);
	sqlite3_close(db);
}

/* Stores one without a time; returns its number. */
static int64_t add_undated(struct fixture *f, unsigned int i, int64_t seen_us)
{
	struct event event = sample(i % 4);
	enum store_result result;

	event.record.time_us = 0;
	event.record.tsc = 5000 + i;
	event.record.source = SOURCE_BERT;
	event.record.fields &= ~RECORD_HAS_TIME;
	snprintf(event.record.key, sizeof(event.record.key), "undated:%u", i);
	assert_int_equal(store_begin(f->store), 0);
	assert_int_equal(store_add(f->store, &event, false, &result), 0);
	assert_int_equal(result, STORE_NEW);
	assert_int_equal(store_commit(f->store), 0);
	set_seen(f, SAMPLES + 1 + i, seen_us);
	return SAMPLES + 1 + i;
}

/* Those without a time stand where they were found, in whatever piece that is. */
static void test_undated(void **state)
{
	static const unsigned int limits[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 };
	static const int64_t order[] = { 5, 6, 1, 2, 8, 3, 7, 4, 9 };
	struct fixture *f = *state;
	int64_t found_us = -1;

	assert_int_equal(add_undated(f, 0, T0 + 5 * SECOND / 2), 7);
	assert_int_equal(add_undated(f, 1, T0 + 3 * SECOND / 2), 8);
	assert_int_equal(add_undated(f, 2, T0 + 9 * SECOND), 9);
	for (unsigned int i = 0; i <= 10; i++) {
		unsigned int limit = i ? limits[i - 1] : 0, n = limit && limit < 9 ? limit : 9;

		assert_int_equal(ask(f, limit, NULL), 0);
		assert_int_equal(seen.n, n);
		for (unsigned int j = 0; j < n; j++)
			assert_int_equal(seen.events[j].seq, order[9 - n + j]);
	}
	assert_int_equal(query_found(f->query, 8, &found_us), 0);
	assert_int_equal(found_us, T0 + 3 * SECOND / 2);
	assert_int_equal(query_found(f->query, 99, &found_us), 0);
	assert_int_equal(found_us, 0);
}

/* Also between the pieces that are read at a time, and when there is nothing else. */
static void test_many_undated(void **state)
{
	struct fixture *f = *state;
	enum store_result result;
	int64_t last = 0;
	unsigned int i;

	assert_int_equal(store_begin(f->store), 0);
	for (i = 0; i < 300; i++) {
		struct event event = sample(0);

		snprintf(event.record.key, sizeof(event.record.key), "many:%u", i);
		event.record.tsc = 1000 + i;
		event.record.time_us = i % 2 ? T0 + i * SECOND : 0;
		assert_int_equal(store_add(f->store, &event, false, &result), 0);
	}
	assert_int_equal(store_commit(f->store), 0);
	for (i = 0; i < 300; i += 2)
		set_seen(f, SAMPLES + 1 + i, T0 + i * SECOND);
	assert_int_equal(ask(f, 280, NULL), 0);
	assert_int_equal(seen.n, 280);
	for (i = 0; i < seen.n; i++) {
		assert_true((int64_t)seen.events[i].seq > last);
		last = (int64_t)seen.events[i].seq;
	}
	assert_int_equal(last, SAMPLES + 300);
	assert_int_equal(ask(f, 0, NULL), 0);
	assert_int_equal(seen.n, SAMPLES + 300);
}

static int keep_group(void *context, const struct query_group *group)
{
	struct query_group *groups = context;

	while (groups->events)
		groups++;
	*groups = *group;
	return 0;
}

/* What has no time has one of discovery; what a later boot found in a bank was before. */
static void test_group_times(void **state)
{
	struct query_group groups[8] = { 0 };
	struct fixture *f = *state;
	struct event event = sample(4);
	enum store_result result;

	add_undated(f, 0, T0 + 99 * SECOND);
	event.record.boot_time = true;
	event.record.tsc = 0;
	event.record.bank = 9;
	event.record.time_us = T0 + 50 * SECOND;
	strcpy(event.record.key, "leftover");
	strcpy(event.fru_text, "DIMM_A1");
	assert_int_equal(store_begin(f->store), 0);
	assert_int_equal(store_add(f->store, &event, false, &result), 0);
	assert_int_equal(store_commit(f->store), 0);
	assert_int_equal(query_groups(f->query, SD_ID128_NULL, keep_group, groups), 0);
	assert_int_equal(groups[0].bank, 9);
	assert_true(groups[0].first_is_before && groups[0].last_is_before);
	assert_string_equal(groups[0].fru, "DIMM_A1");
	assert_int_equal(groups[0].found_us, 0);
	assert_int_equal(groups[1].bank, 4);
	assert_false(groups[1].first_is_before || groups[1].last_is_before);
	assert_null(groups[1].fru);
	/* newest first: found after all the others */
	assert_int_equal(groups[2].location.socket, 0);
	assert_int_equal(groups[2].found_us, T0 + 99 * SECOND);
	assert_int_equal(groups[2].last_us, T0 + SECOND);
}

static void test_id(void **state)
{
	struct fixture *f = *state;
	char text[SD_ID128_STRING_MAX];

	sd_id128_to_string(f->ids[2], text);
	assert_int_equal(ask(f, 0, text), 0);
	assert_int_equal(seen.n, 1);
	assert_int_equal(seen.events[0].seq, 3);
	text[8] = '\0';
	for (char *c = text; *c; c++)
		*c = (char)(*c >= 'a' ? *c - 'a' + 'A' : *c);
	assert_int_equal(ask(f, 0, text), 0);
	assert_int_equal(seen.n, 1);
	assert_int_equal(ask(f, 0, "5"), 0);
	assert_int_equal(seen.n, 1);
	assert_int_equal(seen.events[0].seq, 5);
	assert_int_equal(ask(f, 0, "999"), 0);
	assert_int_equal(seen.n, 0);
	assert_int_equal(ask(f, 0, "abc"), 0); /* too short to be the start of an id */
	assert_int_equal(seen.n, 0);
	assert_int_equal(ask(f, 0, "nonsense"), -EINVAL);
	assert_int_equal(ask(f, 0, ""), -EINVAL);
	assert_int_equal(ask(f, 0, "' OR 1=1 --"), -EINVAL);
}

static int see_group(void *context, const struct query_group *group)
{
	unsigned int *n = context;

	switch ((*n)++) {
	case 0: /* worst first */
		assert_int_equal(group->severity, SEVERITY_FATAL);
		assert_int_equal(group->class, CLASS_INTERNAL);
		assert_int_equal(group->events, 2);
		assert_int_equal(group->replayed, 2);
		assert_int_equal(group->location.socket, LOCATION_UNKNOWN);
		assert_null(group->bank_type);
		assert_int_equal(group->bank, 4);
		assert_string_equal(group->mca, "internal timer error");
		assert_int_equal(group->first_cpu, 4);
		assert_int_equal(group->last_cpu, 5);
		break;
	case 1: /* then newest */
		assert_int_equal(group->location.socket, 1);
		assert_int_equal(group->location.channel, 2);
		assert_string_equal(group->bank_type, "IMC");
		assert_int_equal(group->events, 2);
		assert_int_equal(group->errors, 7);
		assert_int_equal(group->first_us, T0 + 2 * SECOND);
		assert_int_equal(group->last_us, T0 + 3 * SECOND);
		break;
	case 2:
		assert_int_equal(group->location.socket, 0);
		break;
	}
	return 0;
}

static void test_groups(void **state)
{
	struct fixture *f = *state;
	unsigned int n = 0;

	assert_int_equal(query_groups(f->query, SD_ID128_NULL, see_group, &n), 0);
	assert_int_equal(n, 3);
}

static int see_lost(void *context, const struct lost *lost)
{
	unsigned int *n = context;

	(*n)++;
	assert_int_equal(lost->count, 6);
	assert_int_equal(lost->time_us, T0 + SECOND);
	assert_string_equal(lost->where, "cpu3 ring overrun");
	assert_true(sd_id128_equal(lost->boot, BOOT_A));
	return 0;
}

static int see_delivery(void *context, const struct query_delivery *delivery)
{
	unsigned int *n = context;

	(*n)++;
	assert_string_equal(delivery->source, "trace");
	assert_string_equal(delivery->key, "sample:0");
	assert_true(delivery->seen_us > T0);
	return 0;
}

static void test_rest(void **state)
{
	struct fixture *f = *state;
	unsigned int lost = 0, deliveries = 0;
	uint64_t count;

	assert_int_equal(query_lost(f->query, SD_ID128_NULL, see_lost, &lost), 0);
	assert_int_equal(lost, 1);
	assert_int_equal(query_deliveries(f->query, 1, see_delivery, &deliveries), 0);
	assert_int_equal(deliveries, 1);
	assert_int_equal(query_count_incident(f->query, f->ids[4], &count), 0);
	assert_int_equal(count, 2);
	assert_int_equal(query_count_incident(f->query, f->ids[0], &count), 0);
	assert_int_equal(count, 1);
	assert_true(query_has_boot(f->query, BOOT_A));
	assert_false(query_has_boot(f->query, f->ids[0]));
}

static void assert_refused(const char *path, int error, const char *words)
{
	struct query *query = NULL;
	char note[512];

	assert_int_equal(query_open(path, &query, note), error);
	assert_non_null(strstr(note, path));
	if (!strstr(note, words))
		fail_msg("\"%s\" is not in: %s", words, note);
	assert_null(strchr(note, '\n'));
	assert_null(query);
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void test_refused(void **state)
{
	struct fixture *f = *state;
	char path[128];

	snprintf(path, sizeof(path), "%s/none.db", f->directory);
	assert_refused(path, -ENOENT, "no event database yet");
	write_file(path, "");
	assert_refused(path, -ENOENT, "no event database yet");
	write_file(path, "this is certainly not a database of any kind, it is a sentence");
	assert_refused(path, -EMEDIUMTYPE, "not an SQLite database");
	assert_refused(f->directory, -EISDIR, "directory");
}

int main(int argc, char **argv)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_events),	TEST(test_stop),    TEST(test_many),
		TEST(test_id),		TEST(test_groups),  TEST(test_rest),
		TEST(test_refused),	TEST(test_undated), TEST(test_many_undated),
		TEST(test_group_times),
	};

	if (argc == 4 && strcmp(argv[1], "--fill") == 0)
		return fill(argv[2], argv[3]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
