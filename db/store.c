// SPDX-License-Identifier: GPL-2.0-only
#include "db/store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "db/database.h"
#include "db/store-private.h"
#include "util/cleanup.h"

DEFINE_CLEANUP(struct store *, store, store_close)

static int prepare_statements(struct store *store)
{
	for (size_t i = 0; i < STATEMENT_COUNT_; i++) {
		int r = sqlite3_prepare_v3(store->db, store_sql[i], -1, SQLITE_PREPARE_PERSISTENT,
					   &store->statements[i], NULL);

		if (r != SQLITE_OK)
			return sql_result(store->db, r);
	}
	return 0;
}

/* Each distinct set costs one look into the index. */
static int load_sets(struct store *store)
{
	_cleanup_sql_finalize_ sqlite3_stmt *statement = NULL;
	char set[ROW_SOURCES_MAX] = "";
	int r = sqlite3_prepare_v2(store->db,
				   "SELECT sources FROM event INDEXED BY event_join "
				   "WHERE sources > ?1 ORDER BY sources LIMIT 1",
				   -1, &statement, NULL);

	if (r != SQLITE_OK)
		return sql_result(store->db, r);
	for (;;) {
		sql_bind_text(statement, 1, set);
		r = sql_step(statement);
		if (r <= 0)
			return r;
		snprintf(set, sizeof(set), "%s", sql_column_text(statement, 0));
		store->sets[row_sources_parse(set)] = true;
		sqlite3_reset(statement);
	}
}

static int find_firmware(struct store *store)
{
	int64_t n = 0;
	int r = sql_number(store->db,
			   "SELECT EXISTS (SELECT 1 FROM event INDEXED BY event_firmware "
			   "WHERE cpu = 4294967295)",
			   &n);

	store->has_firmware = n;
	return r;
}

static int open_once(const char *path, struct store **ret_store, char reason[INSPECT_REASON_MAX])
{
	_cleanup_(store_cleanup) struct store *store = calloc(1, sizeof(*store));
	int persist = 1, r;

	if (!store)
		return -ENOMEM;
	r = database_open(path, &store->db, reason);
	if (r < 0)
		return r;
	/* Or a reader that may not write finds no -shm once we have stopped. */
	sqlite3_file_control(store->db, NULL, SQLITE_FCNTL_PERSIST_WAL, &persist);

	r = prepare_statements(store);
	if (r == 0)
		r = load_sets(store);
	if (r == 0)
		r = find_firmware(store);
	if (r < 0)
		snprintf(reason, INSPECT_REASON_MAX, "it is damaged (%s)",
			 sqlite3_errmsg(store->db));
	if (r == -EINVAL || r == -EUCLEAN)
		return -EMEDIUMTYPE;
	if (r == 0)
		*ret_store = take_ptr(store);
	return r;
}

static bool is_unusable(int r)
{
	return r == -EMEDIUMTYPE || r == -EPROTO;
}

/* note is left alone on success. */
static int open_noted(const char *path, struct store **ret_store, char note[DATABASE_NOTE_MAX])
{
	char reason[INSPECT_REASON_MAX] = "";
	int r = open_once(path, ret_store, reason);

	if (r < 0)
		snprintf(note, DATABASE_NOTE_MAX, "%.200s: %s", path,
			 reason[0] ? reason : strerror(-r));
	return r;
}

int store_set_aside(const char *path, const char *reason, struct store **ret_store, char note[512])
{
	int r = database_replace(path, reason, note);

	return r < 0 ? r : open_noted(path, ret_store, note);
}

static int open_as_it_is(const char *path, struct store **ret_store, char *reason, char *note)
{
	int r = inspect_file(path, reason);

	if (r >= 0)
		r = open_once(path, ret_store, reason);
	if (r < 0)
		snprintf(note, DATABASE_NOTE_MAX, "%.200s: %s", path,
			 reason[0] ? reason : strerror(-r));
	return r < 0 ? r : 0;
}

int store_open(const char *path, struct store **ret_store, char note[512])
{
	char reason[INSPECT_REASON_MAX] = "", wrong[DATABASE_NOTE_MAX] = "";
	int r = database_recover(path);

	note[0] = '\0';
	if (r < 0) {
		snprintf(note, DATABASE_NOTE_MAX, "%.200s: %s", path, strerror(-r));
		return r;
	}
	r = open_as_it_is(path, ret_store, reason, wrong);
	if (is_unusable(r))
		return store_set_aside(path, reason, ret_store, note);
	if (r < 0)
		memcpy(note, wrong, sizeof(wrong));
	return r;
}

int store_open_shared(const char *path, struct store **ret_store, char note[512])
{
	char reason[INSPECT_REASON_MAX] = "";

	note[0] = '\0';
	return open_as_it_is(path, ret_store, reason, note);
}

void store_close(struct store *store)
{
	if (!store)
		return;
	for (size_t i = 0; i < STATEMENT_COUNT_; i++)
		sqlite3_finalize(store->statements[i]);
	sqlite3_close(store->db);
	row_names_free(&store->names);
	free(store);
}

const char *store_error(const struct store *store)
{
	return sqlite3_errmsg(store->db);
}

int store_ready(const struct store *store)
{
	if (store->failed < 0)
		return store->failed;
	return sqlite3_get_autocommit(store->db) ? -EINVAL : 0;
}

int store_result(struct store *store, int r)
{
	if (r == -EUCLEAN)
		/* What the log holds is kept apart from a file that is damaged. */
		sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	if (r < 0 && store->failed == 0)
		store->failed = r;
	return r;
}

int store_begin(struct store *store)
{
	struct timespec now;
	int r = sql_run(store->statements[STATEMENT_BEGIN]);

	if (r < 0)
		return r;
	clock_gettime(CLOCK_REALTIME, &now);
	store->now_us = now.tv_sec * 1000000ll + now.tv_nsec / 1000;
	store->failed = 0;
	return 0;
}

int store_commit(struct store *store)
{
	int r = store_ready(store);

	return r < 0 ? r : store_result(store, sql_run(store->statements[STATEMENT_COMMIT]));
}

void store_rollback(struct store *store)
{
	/* Some failures have rolled it back already. */
	if (!sqlite3_get_autocommit(store->db))
		sql_run(store->statements[STATEMENT_ROLLBACK]);
	store->failed = 0;
	store->counted = false;
}

bool store_has_key(struct store *store, const char *key)
{
	_cleanup_sql_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_KNOWN];

	sql_bind_text(statement, 1, key);
	return sql_step(statement) > 0;
}

int store_add_delivery(struct store *store, const char *key, enum source_id source, uint64_t seq)
{
	sqlite3_stmt *statement = store->statements[STATEMENT_ADD_DELIVERY];

	sql_bind_text(statement, 1, key);
	sqlite3_bind_int64(statement, 2, (int64_t)seq);
	sql_bind_text(statement, 3, source_id_name(source));
	sqlite3_bind_int64(statement, 4, store->now_us);
	return sql_run(statement);
}

static uint64_t number(struct store *store, enum store_statement which, sd_id128_t boot, int *ret_r)
{
	_cleanup_sql_reset_ sqlite3_stmt *statement = store->statements[which];

	sql_bind_id(statement, 1, boot);
	*ret_r = sql_step(statement);
	return *ret_r > 0 ? (uint64_t)sqlite3_column_int64(statement, 0) : 0;
}

int store_count_boot(struct store *store, sd_id128_t boot, struct store_counts *ret_counts)
{
	if (!store->counted || !sd_id128_equal(store->counted_boot, boot)) {
		struct store_counts counts;
		int r;

		counts.events = number(store, STATEMENT_COUNT_EVENTS, boot, &r);
		if (r > 0)
			counts.lost = number(store, STATEMENT_COUNT_LOST, boot, &r);
		if (r < 0)
			return r;
		store->counts = counts;
		store->counted_boot = boot;
		store->counted = true;
	}
	*ret_counts = store->counts;
	return 0;
}
