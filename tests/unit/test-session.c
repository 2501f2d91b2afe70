// SPDX-License-Identifier: GPL-2.0-only
/* A session: what was started is all there, or it is said that it is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <sqlite3.h>

#include "session.h"
#include "tests/unit/collect.h"

enum { RECORDS = 3 * PIPELINE_BATCH };

struct bench {
	struct collect *collect;
	struct config config;
	struct session session;
	sqlite3 *other; /* another process, as far as locks go */
	char file[96];
};

static void put_records(struct bench *bench)
{
	_cleanup_strbuf_ struct strbuf text = { 0 };

	for (unsigned int i = 0; i < RECORDS; i++)
		strbuf_addf(&text,
			    "{\"schema\":\"mce-event/1\",\"time_us\":%u000000,\"cpu\":1,\"bank\":7,"
			    "\"vendor\":\"Intel\",\"status\":\"0x8c00004000010090\"}\n",
			    1795212000 + i);
	assert_int_equal(text.error, 0);
	put_file(bench->collect, "/records.jsonl", text.text, text.length);
	snprintf(bench->file, sizeof(bench->file), "%s/records.jsonl", bench->collect->directory);
}

static int setup(void **state)
{
	static const struct session_options options = { .live = true };
	struct bench *bench = calloc(1, sizeof(*bench));
	static char program[] = "mcelog", root[] = "--root", dir[] = "--state-dir",
		    state_dir[] = "/s";
	void *collect;

	collect_setup(&collect);
	bench->collect = collect;
	{
		char *argv[] = { program, root, bench->collect->directory, dir, state_dir, NULL };

		assert_int_equal(config_load(&bench->config, 5, argv), 0);
	}
	put_records(bench);
	assert_int_equal(session_open(&bench->session, &bench->config, &options), 0);
	bench->session.env.path = bench->file;
	assert_int_equal(sqlite3_open(bench->session.database, &bench->other), SQLITE_OK);
	*state = bench;
	return 0;
}

static int teardown(void **state)
{
	struct bench *bench = *state;
	void *collect = bench->collect;

	session_close(&bench->session);
	sqlite3_close(bench->other);
	config_free(&bench->config);
	collect_teardown(&collect);
	free(bench);
	return 0;
}

static uint64_t count_events(struct bench *bench)
{
	sqlite3_stmt *statement;
	uint64_t n;

	assert_int_equal(sqlite3_prepare_v2(bench->other, "SELECT count(*) FROM event", -1,
					    &statement, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	n = (uint64_t)sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return n;
}

static void test_start(void **state)
{
	struct bench *bench = *state;
	char why[SOURCE_WHY_MAX];
	struct active *active;

	assert_int_equal(session_start(&bench->session, &source_replay, &active, why), 0);
	assert_true(active->dry);
	assert_int_equal(count_events(bench), RECORDS);
	assert_ptr_equal(session_find(&bench->session, &source_replay), active);
	session_stop(&bench->session, active);
	assert_null(session_find(&bench->session, &source_replay));
}

static void test_start_fails(void **state)
{
	struct bench *bench = *state;
	static char list[] = "replay";
	char why[SOURCE_WHY_MAX], *before = bench->config.disable_source;
	struct active *active;

	bench->config.disable_source = list;
	assert_int_equal(session_start(&bench->session, &source_replay, &active, why), -ECANCELED);
	assert_string_equal(why, "turned off by the configuration");
	bench->config.disable_source = before;
	bench->session.env.path = "/no/such/file";
	assert_true(session_start(&bench->session, &source_replay, &active, why) < 0);
	assert_true(why[0]);
	assert_int_equal(bench->session.n_active, 0);
}

static void *unlock_soon(void *other)
{
	usleep(300 * 1000);
	sqlite3_exec(other, "COMMIT", NULL, NULL, NULL);
	return NULL;
}

/* Another process has the database's lock for a moment: that must not cut the source short. */
static void test_start_while_locked(void **state)
{
	struct bench *bench = *state;
	char why[SOURCE_WHY_MAX];
	struct active *active;
	pthread_t thread;

	assert_int_equal(sqlite3_exec(bench->other, "BEGIN IMMEDIATE", NULL, NULL, NULL),
			 SQLITE_OK);
	assert_int_equal(pthread_create(&thread, NULL, unlock_soon, bench->other), 0);
	assert_int_equal(session_start(&bench->session, &source_replay, &active, why), 0);
	pthread_join(thread, NULL);
	assert_true(active->dry);
	assert_int_equal(count_events(bench), RECORDS);
}

/* --- a source that fails --- */

static int broken_error;

static int broken_open(const struct source_env *env, const struct intake *intake,
		       struct source **ret_source, char why[SOURCE_WHY_MAX])
{
	(void)env;
	(void)intake;
	(void)why;
	*ret_source = (struct source *)&broken_error;
	return 0;
}

static int broken_drain(struct source *source)
{
	(void)source;
	return broken_error;
}

static void broken_nothing(struct source *source)
{
	(void)source;
}

/* A device that cannot be read any more is not waited for, though the store fails like that too. */
static void test_broken_source(void **state)
{
	static const int errors[] = { -ENODEV, -ENOMEM, -EIO };
	static const struct source_ops broken = {
		.name = "broken",
		.open = broken_open,
		.drain = broken_drain,
		.committed = broken_nothing,
		.close = broken_nothing,
	};
	struct bench *bench = *state;

	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		char why[SOURCE_WHY_MAX];
		struct active *active;

		broken_error = errors[i];
		alarm(30);
		assert_int_equal(session_start(&bench->session, &broken, &active, why), errors[i]);
		alarm(0);
		assert_true(why[0]);
		assert_int_equal(bench->session.n_active, 0);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_start),
		TEST(test_start_fails),
		TEST(test_start_while_locked),
		TEST(test_broken_source),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
