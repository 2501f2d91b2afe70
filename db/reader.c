// SPDX-License-Identifier: GPL-2.0-only
#include "db/reader.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "db/inspect.h"
#include "db/schema.h"
#include "db/sql.h"
#include "util/cleanup.h"

enum { NOTE_MAX = 512, PATH_MAX_ = 4096, URI_MAX = 3 * PATH_MAX_ + 64 };

/* A writer holds no lock against readers but while it repairs the log after a crash. */
enum { BUSY_TIMEOUT_MS = 2000 };

/* "file:" with what is special in a URI escaped (sqlite.org/uri.html). */
static void make_uri(const char *path, const char *options, char uri[URI_MAX])
{
	size_t used = (size_t)snprintf(uri, URI_MAX, "file:");

	for (; *path && used < URI_MAX - 64; path++) {
		if (strchr("?#%", *path))
			used += (size_t)snprintf(uri + used, URI_MAX - used, "%%%02x",
						 (unsigned char)*path);
		else
			uri[used++] = *path;
	}
	snprintf(uri + used, URI_MAX - used, "?%s", options);
}

/* Size of the companion file, -1 when there is none. */
static int64_t companion_size(const char *path, const char *ending)
{
	char name[PATH_MAX_ + 16];
	struct stat st;

	snprintf(name, sizeof(name), "%s%s", path, ending);
	return stat(name, &st) < 0 ? -1 : st.st_size;
}

/* Of an earlier program: what it lacks is added by who may write. */
static int check_version(sqlite3 *db, char reason[INSPECT_REASON_MAX])
{
	int64_t version;
	int r = sql_number(db, "PRAGMA user_version", &version);

	if (r < 0 || version >= (int64_t)schema_version)
		return r;
	snprintf(reason, INSPECT_REASON_MAX,
		 "it is of schema version %" PRId64 ", this program reads %u; the daemon brings it "
		 "there when it starts anew, and so does mcelog --harvest",
		 version, schema_version);
	return -EPROTO;
}

static int open_with(const char *uri, const char *pragma, sqlite3 **ret_db,
		     char reason[INSPECT_REASON_MAX])
{
	_cleanup_sql_close_ sqlite3 *db = NULL;
	int persist = 1;
	int r = sqlite3_open_v2(uri, &db,
				SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL);

	if (r != SQLITE_OK) {
		snprintf(reason, INSPECT_REASON_MAX, "%s", sqlite3_errmsg(db));
		return sql_result(db, r);
	}
	sqlite3_busy_timeout(db, BUSY_TIMEOUT_MS);
	sqlite3_file_control(db, NULL, SQLITE_FCNTL_PERSIST_WAL, &persist);
	r = sql_exec(db, pragma);
	if (r >= 0)
		r = inspect_database(db, reason);
	if (r == 0)
		r = check_version(db, reason);
	if (r < 0)
		return r;
	*ret_db = take_ptr(db);
	return r;
}

#define SETTINGS "PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF;"

/*
 * A copy in a place where nothing can be written lacks what the log needs.
 * Without a log the file is all there is. With a log but no -shm no writer is
 * alive; then SQLite can keep the log's index in private memory, if it is told
 * that it has the file for itself and does not try to lock it.
 */
static int open_copy(const char *path, sqlite3 **ret_db, char reason[INSPECT_REASON_MAX])
{
	char uri[URI_MAX];

	if (companion_size(path, "-wal") <= 0) {
		make_uri(path, "immutable=1", uri);
		return open_with(uri, SETTINGS, ret_db, reason);
	}
	if (companion_size(path, "-shm") >= 0)
		return -EACCES;
	make_uri(path, "vfs=unix-none", uri);
	return open_with(uri, SETTINGS "PRAGMA locking_mode = EXCLUSIVE;", ret_db, reason);
}

static int explain(const char *path, int r, const char *reason, char note[NOTE_MAX])
{
	if (r == -ENOENT)
		snprintf(note, NOTE_MAX,
			 "%.250s: there is no event database yet; mcelog.service makes it when it "
			 "first runs",
			 path);
	else if (r == -EACCES)
		snprintf(note, NOTE_MAX,
			 "%.250s: permission denied; root and the members of group mce may read it",
			 path);
	else
		snprintf(note, NOTE_MAX, "%.250s: %s", path,
			 reason && reason[0] ? reason : strerror(-r));
	return r;
}

int reader_open(const char *path, sqlite3 **ret_db, char note[512])
{
	char reason[INSPECT_REASON_MAX] = "", uri[URI_MAX];
	struct stat st;
	int r;

	if (strlen(path) >= PATH_MAX_)
		return explain(path, -ENAMETOOLONG, NULL, note);
	if (stat(path, &st) < 0)
		return explain(path, -errno, NULL, note);
	if (S_ISDIR(st.st_mode))
		return explain(path, -EISDIR, NULL, note);
	if (access(path, R_OK) < 0)
		return explain(path, -errno, NULL, note);

	make_uri(path, "mode=ro", uri);
	r = open_with(uri, SETTINGS, ret_db, reason);
	if (r == -EACCES || r == -EROFS || r == -ENOENT) {
		int copy = open_copy(path, ret_db, reason);

		r = copy == -EACCES ? r : copy;
	}
	if (r == 1) {
		/* Made, but not yet filled: the writer is about to. */
		sqlite3_close(*ret_db);
		*ret_db = NULL;
		return explain(path, -ENOENT, NULL, note);
	}
	return r < 0 ? explain(path, r, reason, note) : 0;
}
