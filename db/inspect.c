// SPDX-License-Identifier: GPL-2.0-only
#include "db/inspect.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "db/schema.h"
#include "db/sql.h"
#include "util/cleanup.h"

/* What every schema has; each reads a table to its end. */
static const char *const tables[][2] = {
	{ "boot", "SELECT count(*) FROM (SELECT id FROM boot ORDER BY id DESC LIMIT 1)" },
	{ "event", "SELECT count(*) FROM (SELECT id FROM event ORDER BY seq DESC LIMIT 1)" },
	{ "delivery", "SELECT count(*) FROM (SELECT key FROM delivery ORDER BY key DESC LIMIT 1)" },
	{ "lost", "SELECT count(*) FROM (SELECT place FROM lost ORDER BY seq DESC LIMIT 1)" },
};

static int unreadable(sqlite3 *db, int r, char reason[INSPECT_REASON_MAX])
{
	if (sqlite3_errcode(db) == SQLITE_NOTADB) {
		snprintf(reason, INSPECT_REASON_MAX, "it is not an SQLite database");
		return -EMEDIUMTYPE;
	}
	if (r == -EUCLEAN) {
		snprintf(reason, INSPECT_REASON_MAX, "it is damaged (%s)", sqlite3_errmsg(db));
		return -EMEDIUMTYPE;
	}
	snprintf(reason, INSPECT_REASON_MAX, "it cannot be read (%s)", sqlite3_errmsg(db));
	return r;
}

static int inspect_tables(sqlite3 *db, char reason[INSPECT_REASON_MAX])
{
	int64_t rows;

	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		int r = sql_number(db, tables[i][1], &rows);

		if (r == -EINVAL) {
			snprintf(reason, INSPECT_REASON_MAX, "it is damaged (table %s: %s)",
				 tables[i][0], sqlite3_errmsg(db));
			return -EMEDIUMTYPE;
		}
		if (r < 0)
			return unreadable(db, r, reason);
	}
	return 0;
}

int inspect_database(sqlite3 *db, char reason[INSPECT_REASON_MAX])
{
	int64_t application, version, objects;
	int r = sql_number(db, "SELECT count(*) FROM sqlite_schema", &objects);

	if (r == 0)
		r = sql_number(db, "PRAGMA application_id", &application);
	if (r == 0)
		r = sql_number(db, "PRAGMA user_version", &version);
	if (r < 0)
		return unreadable(db, r, reason);

	if (objects == 0 && application == 0 && version == 0)
		return 1;
	if (application != SCHEMA_APPLICATION_ID) {
		snprintf(reason, INSPECT_REASON_MAX,
			 "it is another program's database (application id 0x%08" PRIx64 ")",
			 (uint64_t)application & 0xffffffff);
		return -EMEDIUMTYPE;
	}
	if (version < 0 || version > (int64_t)schema_version) {
		snprintf(reason, INSPECT_REASON_MAX,
			 "it is of schema version %" PRId64 ", this program knows up to %u",
			 version, schema_version);
		return -EPROTO;
	}
	return inspect_tables(db, reason);
}

static int inspect_missing(const char *path, char reason[INSPECT_REASON_MAX])
{
	char log_path[4096];
	struct stat st;

	snprintf(log_path, sizeof(log_path), "%s-wal", path);
	if (stat(log_path, &st) < 0 || st.st_size == 0)
		return 1;
	snprintf(reason, INSPECT_REASON_MAX, "it is empty or gone, but its write-ahead log is not");
	return -EMEDIUMTYPE;
}

int inspect_file(const char *path, char reason[INSPECT_REASON_MAX])
{
	_cleanup_sql_close_ sqlite3 *db = NULL;
	struct stat st;
	int r;

	if (stat(path, &st) < 0 && errno != ENOENT)
		return -errno;
	if (stat(path, &st) < 0 || st.st_size == 0)
		return inspect_missing(path, reason);
	if (!S_ISREG(st.st_mode)) {
		snprintf(reason, INSPECT_REASON_MAX, "it is not a regular file");
		return S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	}

	r = sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL);
	if (r != SQLITE_OK)
		return 0;
	r = inspect_database(db, reason);
	return r == -EMEDIUMTYPE || r == -EPROTO ? r : 0;
}
