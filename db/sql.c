// SPDX-License-Identifier: GPL-2.0-only
#include "db/sql.h"

#include <errno.h>
#include <string.h>

static int sql_io_result(sqlite3 *db, int fallback)
{
	int error = db ? sqlite3_system_errno(db) : 0;

	return error == ENOSPC || error == EDQUOT || error == EROFS || error == EACCES ? -error
										       : -fallback;
}

int sql_result(sqlite3 *db, int result)
{
	switch (result & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return 0;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return -EUCLEAN;
	case SQLITE_READONLY:
		return -EROFS;
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return -EACCES;
	case SQLITE_CANTOPEN:
		return sql_io_result(db, EACCES);
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_IOERR:
		return sql_io_result(db, EIO);
	case SQLITE_CONSTRAINT:
	case SQLITE_TOOBIG:
	case SQLITE_RANGE:
	case SQLITE_MISMATCH:
	case SQLITE_MISUSE:
	case SQLITE_ERROR:
		return -EINVAL;
	}
	return -EIO;
}

int sql_exec(sqlite3 *db, const char *sql)
{
	return sql_result(db, sqlite3_exec(db, sql, NULL, NULL, NULL));
}

int sql_number(sqlite3 *db, const char *sql, int64_t *ret_number)
{
	_cleanup_sql_finalize_ sqlite3_stmt *statement = NULL;
	int r = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);

	if (r != SQLITE_OK)
		return sql_result(db, r);
	r = sql_step(statement);
	if (r < 0)
		return r;
	if (r == 0)
		return -ENODATA;
	*ret_number = sqlite3_column_int64(statement, 0);
	return 0;
}

int sql_step(sqlite3_stmt *statement)
{
	int r = sqlite3_step(statement);

	if (r == SQLITE_ROW)
		return 1;
	return sql_result(sqlite3_db_handle(statement), r);
}

int sql_run(sqlite3_stmt *statement)
{
	int r = sql_step(statement);

	sqlite3_reset(statement);
	return r < 0 ? r : 0;
}

void sql_bind_id(sqlite3_stmt *statement, int index, sd_id128_t id)
{
	char text[SD_ID128_STRING_MAX];

	if (sd_id128_is_null(id))
		sqlite3_bind_null(statement, index);
	else
		sqlite3_bind_text(statement, index, sd_id128_to_string(id, text), -1,
				  SQLITE_TRANSIENT);
}

sd_id128_t sql_column_id(sqlite3_stmt *statement, int index)
{
	sd_id128_t id = SD_ID128_NULL;

	if (sd_id128_from_string(sql_column_text(statement, index), &id) < 0)
		return SD_ID128_NULL;
	return id;
}

void sql_bind_text(sqlite3_stmt *statement, int index, const char *text)
{
	sqlite3_bind_text(statement, index, text, -1, SQLITE_STATIC);
}

const char *sql_column_text(sqlite3_stmt *statement, int index)
{
	const char *text = (const char *)sqlite3_column_text(statement, index);

	return text ? text : "";
}
