// SPDX-License-Identifier: GPL-2.0-only
#include "db/aside.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "db/schema.h"
#include "db/sql.h"
#include "util/cleanup.h"

static const char *const companions[] = { "-wal", "-shm", "-journal" };

static bool exists(const char *path)
{
	return access(path, F_OK) == 0;
}

/* Whether the name, or one that it would give to a companion, is in use. */
static bool taken(const char *path)
{
	char companion[ASIDE_PATH_MAX + 16];

	for (size_t i = 0; i < ARRAY_SIZE(companions); i++) {
		snprintf(companion, sizeof(companion), "%s%s", path, companions[i]);
		if (exists(companion))
			return true;
	}
	return exists(path);
}

static int free_name(const char *path, char name[ASIDE_PATH_MAX])
{
	time_t now = time(NULL);
	char stamp[32];
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &tm);
	for (unsigned int n = 0; n < 1000; n++) {
		char number[16] = "";

		if (n > 0)
			snprintf(number, sizeof(number), ".%u", n);
		/* 16: room for the companions' endings */
		if (snprintf(name, ASIDE_PATH_MAX, "%s.broken-%s%s", path, stamp, number) >=
		    ASIDE_PATH_MAX - 16)
			return -ENAMETOOLONG;
		if (!taken(name))
			return 0;
	}
	return -EEXIST;
}

static void sync_directory(const char *path)
{
	char copy[ASIDE_PATH_MAX];
	_cleanup_close_ int fd = -1;

	snprintf(copy, sizeof(copy), "%s", path);
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		fsync(fd);
}

int aside_rename(const char *path, char ret_aside[ASIDE_PATH_MAX])
{
	char aside[ASIDE_PATH_MAX], from[ASIDE_PATH_MAX], to[ASIDE_PATH_MAX + 16];
	int r = free_name(path, aside);

	if (r < 0)
		return r;
	/* The database may be gone while its log is there. */
	if (rename(path, aside) < 0 && errno != ENOENT)
		return -errno;
	for (size_t i = 0; i < ARRAY_SIZE(companions); i++) {
		snprintf(from, sizeof(from), "%s%s", path, companions[i]);
		snprintf(to, sizeof(to), "%s%s", aside, companions[i]);
		if (rename(from, to) < 0 && errno != ENOENT) {
			/* A log that stays would be taken for the new database's. */
			r = -errno;
			rename(aside, path);
			return r;
		}
	}
	sync_directory(path);
	memcpy(ret_aside, aside, sizeof(aside));
	return 0;
}

/* Copies columns of a row of select into insert's parameters, in order, and runs it. */
static int copy_row(sqlite3_stmt *select, sqlite3_stmt *insert)
{
	for (int i = 0; i < sqlite3_column_count(select); i++)
		sqlite3_bind_value(insert, i + 1, sqlite3_column_value(select, i));
	return sql_run(insert);
}

/* What is carried over: rows of the old database as the parameters of a statement of the new. */
struct copy {
	const char *select;
	const char *insert;
};

#define ADD_KEY "INSERT OR IGNORE INTO delivery (key, source, seen_us) VALUES (?1, ?2, ?3)"

static const struct copy ledger = { "SELECT key, source, seen_us FROM delivery ORDER BY key",
				    ADD_KEY };

/* What lies behind the damage is reached from the other end. */
static const struct copy ledger_backwards = {
	"SELECT key, source, seen_us FROM delivery ORDER BY key DESC", ADD_KEY
};

static const struct copy tables[] = {
	{ "SELECT id, began_us, ended_us FROM boot",
	  "INSERT OR IGNORE INTO boot (id, began_us, ended_us) VALUES (?1, ?2, ?3)" },
	/* these columns a database of an earlier schema has not got */
	{ "SELECT id, journal_first_us, journal_last_us, in_order, previous FROM boot",
	  "UPDATE boot SET journal_first_us = ?2, journal_last_us = ?3, in_order = ?4, "
	  "previous = ?5 WHERE id = ?1" },
	{ "SELECT id, stopped, stopped_us FROM boot",
	  "UPDATE boot SET stopped = ?2, stopped_us = ?3 WHERE id = ?1" },
	{ "SELECT key, source, boot, time_us, by_hardware, slim, reason, place FROM crash",
	  "INSERT OR IGNORE INTO crash (key, source, boot, time_us, by_hardware, slim, reason, "
	  "place) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)" },
	{ "SELECT key, uptime_us FROM crash", "UPDATE crash SET uptime_us = ?2 WHERE key = ?1" },
	{ "SELECT source, boot, place, count, time_us, journal FROM lost",
	  "INSERT INTO lost (source, boot, place, count, time_us, journal) "
	  "VALUES (?1, ?2, ?3, ?4, ?5, ?6)" },
	{ "SELECT * FROM counter",
	  "INSERT OR IGNORE INTO counter VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, "
	  "?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26)" },
	{ "SELECT * FROM action WHERE state IN ('wanted', 'started')",
	  "INSERT OR IGNORE INTO action VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, "
	  "?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)" },
};

/* The copied rows have left their highest number there, which may be lower than the old one's. */
static const struct copy sequence = {
	"SELECT name, seq FROM sqlite_sequence WHERE name IN ('event', 'action')",
	"INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2)",
};

/* Errors: of writing only; ret_complete says whether all rows could be read. */
static int copy_rows(sqlite3 *old, sqlite3 *db, const struct copy *copy, bool *ret_complete)
{
	_cleanup_sql_finalize_ sqlite3_stmt *select = NULL;
	_cleanup_sql_finalize_ sqlite3_stmt *insert = NULL;
	int r = sqlite3_prepare_v2(db, copy->insert, -1, &insert, NULL);
	int step;

	if (r != SQLITE_OK)
		return sql_result(db, r);
	if (sqlite3_prepare_v2(old, copy->select, -1, &select, NULL) != SQLITE_OK) {
		*ret_complete = false;
		return 0;
	}
	while ((step = sql_step(select)) > 0) {
		r = copy_row(select, insert);
		if (r < 0)
			return r;
	}
	*ret_complete = step == 0;
	return 0;
}

static int copy_all(sqlite3 *old, sqlite3 *db)
{
	bool complete;
	int r = copy_rows(old, db, &ledger, &complete);

	if (r == 0 && !complete)
		r = copy_rows(old, db, &ledger_backwards, &complete);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(tables); i++)
		r = copy_rows(old, db, &tables[i], &complete);
	if (r == 0)
		r = sql_exec(db, "DELETE FROM sqlite_sequence WHERE name IN ('event', 'action')");
	return r < 0 ? r : copy_rows(old, db, &sequence, &complete);
}

int aside_carry_over(sqlite3 *db, const char *from, uint64_t *ret_keys)
{
	_cleanup_sql_close_ sqlite3 *old = NULL;
	int64_t application = 0, keys = 0;
	int r;

	if (!exists(from) || sqlite3_open_v2(from, &old, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK ||
	    sql_number(old, "PRAGMA application_id", &application) < 0 ||
	    application != SCHEMA_APPLICATION_ID) {
		*ret_keys = 0;
		return 0;
	}
	r = sql_exec(db, "BEGIN IMMEDIATE");
	if (r < 0)
		return r;
	r = copy_all(old, db);
	if (r == 0)
		r = sql_number(db, "SELECT count(*) FROM delivery", &keys);
	if (r == 0)
		r = sql_exec(db, "COMMIT");
	if (r < 0) {
		sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
		return r;
	}
	*ret_keys = (uint64_t)keys;
	return 0;
}
