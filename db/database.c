// SPDX-License-Identifier: GPL-2.0-only
#include "db/database.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "db/aside.h"
#include "db/schema.h"
#include "db/sql.h"
#include "util/cleanup.h"

enum { BUSY_TIMEOUT_MS = 50 };

/*
 * FULL: a committed event survives a power cut. journal_size_limit: a log that
 * a storm or a slow reader has made long shrinks again. cell_size_check and
 * trusted_schema: a damaged or forged file is noticed, not believed.
 */
static const char settings[] = "PRAGMA synchronous = FULL;"
			       "PRAGMA journal_size_limit = 16777216;"
			       "PRAGMA wal_autocheckpoint = 4000;"
			       "PRAGMA cache_size = -8192;"
			       "PRAGMA temp_store = MEMORY;"
			       "PRAGMA cell_size_check = ON;"
			       "PRAGMA trusted_schema = OFF";

/* SQLite would create it with 0644, and gives its companions the mode that we give here. */
static int create_file(const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	char copy[ASIDE_PATH_MAX];
	struct stat st;

	if (fd < 0)
		return errno == EEXIST ? 0 : -errno;
	if (fchmod(fd, 0640) < 0)
		return -errno;
	snprintf(copy, sizeof(copy), "%s", path);
	/* Not being allowed to is no reason to record nothing. */
	if (stat(dirname(copy), &st) == 0 && fchown(fd, (uid_t)-1, st.st_gid) < 0)
		return 0;
	return 0;
}

static int set_wal(sqlite3 *db)
{
	_cleanup_sql_finalize_ sqlite3_stmt *statement = NULL;
	int r = sqlite3_prepare_v2(db, "PRAGMA journal_mode = WAL", -1, &statement, NULL);

	if (r != SQLITE_OK)
		return sql_result(db, r);
	r = sql_step(statement);
	if (r < 0)
		return r;
	return strcmp(sql_column_text(statement, 0), "wal") == 0 ? 0 : -EOPNOTSUPP;
}

static int run_step(sqlite3 *db, const struct schema_step *step)
{
	char sql[64];
	int r = sql_exec(db, step->sql);

	if (r < 0)
		return r;
	snprintf(sql, sizeof(sql), "PRAGMA user_version = %u", step->version);
	return sql_exec(db, sql);
}

static int run_steps(sqlite3 *db)
{
	int64_t version;
	char sql[64];
	int r = sql_number(db, "PRAGMA user_version", &version);

	for (unsigned int i = 0; r == 0 && i < schema_version; i++)
		if (schema_steps[i].version > version)
			r = run_step(db, &schema_steps[i]);
	if (r < 0)
		return r;
	snprintf(sql, sizeof(sql), "PRAGMA application_id = %d", SCHEMA_APPLICATION_ID);
	return sql_exec(db, sql);
}

/* All missing steps, or none of them. */
static int migrate(sqlite3 *db)
{
	int64_t version;
	int r = sql_number(db, "PRAGMA user_version", &version);

	if (r < 0 || version == (int64_t)schema_version)
		return r;
	r = sql_exec(db, "BEGIN IMMEDIATE");
	if (r < 0)
		return r;
	r = run_steps(db);
	if (r == 0)
		r = sql_exec(db, "COMMIT");
	if (r < 0 && !sqlite3_get_autocommit(db))
		sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return r;
}

static int prepare_database(sqlite3 *db, char reason[INSPECT_REASON_MAX])
{
	int r;

	sqlite3_busy_timeout(db, BUSY_TIMEOUT_MS);
	r = inspect_database(db, reason);
	if (r < 0)
		return r;
	r = sql_exec(db, settings);
	if (r == 0)
		r = set_wal(db);
	if (r == 0)
		r = migrate(db);
	if (r < 0)
		snprintf(reason, INSPECT_REASON_MAX, "it cannot be written: %s",
			 sqlite3_errmsg(db));
	return r == -EUCLEAN ? -EMEDIUMTYPE : r;
}

int database_open(const char *path, sqlite3 **ret_db, char reason[INSPECT_REASON_MAX])
{
	_cleanup_sql_close_ sqlite3 *db = NULL;
	int r = create_file(path);

	if (r < 0) {
		snprintf(reason, INSPECT_REASON_MAX, "it cannot be created: %s", strerror(-r));
		return r;
	}
	r = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
	if (r != SQLITE_OK) {
		snprintf(reason, INSPECT_REASON_MAX, "it cannot be opened: %s", sqlite3_errmsg(db));
		return sql_result(db, r);
	}
	r = prepare_database(db, reason);
	if (r < 0)
		return r;
	*ret_db = take_ptr(db);
	return 0;
}

static int new_path(const char *path, char ret_path[ASIDE_PATH_MAX])
{
	int length = snprintf(ret_path, ASIDE_PATH_MAX, "%s.new", path);

	return length >= ASIDE_PATH_MAX - 16 ? -ENAMETOOLONG : 0;
}

static void remove_database(const char *path)
{
	static const char *const endings[] = { "", "-wal", "-shm", "-journal" };
	char name[ASIDE_PATH_MAX + 16];

	for (size_t i = 0; i < ARRAY_SIZE(endings); i++) {
		snprintf(name, sizeof(name), "%s%s", path, endings[i]);
		unlink(name);
	}
}

/* A whole database in the one file at path: closing it removes -wal and -shm. */
static int build(const char *path, const char *old, uint64_t *ret_keys,
		 char reason[INSPECT_REASON_MAX])
{
	sqlite3 *db;
	int r, closed;

	remove_database(path);
	r = database_open(path, &db, reason);
	if (r < 0)
		return r;
	r = aside_carry_over(db, old, ret_keys);
	if (r < 0)
		snprintf(reason, INSPECT_REASON_MAX, "%s", sqlite3_errmsg(db));
	closed = sqlite3_close(db);
	return r < 0 ? r : sql_result(NULL, closed);
}

static int swap(const char *path, const char *new, char ret_aside[ASIDE_PATH_MAX])
{
	int r = aside_rename(path, ret_aside);

	if (r < 0)
		return r;
	return rename(new, path) < 0 ? -errno : 0;
}

int database_replace(const char *path, const char *why, char note[DATABASE_NOTE_MAX])
{
	char new[ASIDE_PATH_MAX], aside[ASIDE_PATH_MAX], reason[INSPECT_REASON_MAX] = "";
	uint64_t keys;
	int r = new_path(path, new);

	if (r == 0)
		r = build(new, path, &keys, reason);
	if (r == 0)
		r = swap(path, new, aside);
	if (r < 0) {
		snprintf(note, DATABASE_NOTE_MAX, "%.120s: %s; it cannot be replaced: %s", path,
			 why, reason[0] ? reason : strerror(-r));
		return r;
	}
	snprintf(note, DATABASE_NOTE_MAX,
		 "%.120s: %s; kept as %.140s, a new one begun with %" PRIu64
		 " of its delivery keys",
		 path, why, aside, keys);
	return 0;
}

int database_recover(const char *path)
{
	char new[ASIDE_PATH_MAX], log[ASIDE_PATH_MAX + 16], aside[ASIDE_PATH_MAX];
	int r = new_path(path, new);

	if (r < 0 || access(path, F_OK) == 0 || access(new, F_OK) < 0)
		return r;
	snprintf(log, sizeof(log), "%s-wal", path);
	if (access(log, F_OK) == 0)
		return swap(path, new, aside);
	return rename(new, path) < 0 ? -errno : 0;
}
