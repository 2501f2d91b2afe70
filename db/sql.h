/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * sql: what store and query both need of SQLite.
 */
#pragma once

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-id128.h>

/*
 * The errno behind SQLite's result: -EBUSY locked, -ENOSPC full, -EUCLEAN
 * damaged or no database, -EROFS, -EACCES, -ENOMEM, -EIO; 0 for OK, ROW, DONE.
 * db (NULL allowed) tells more about I/O errors.
 */
int sql_result(sqlite3 *db, int result);

/* Runs statements that give no rows. Errors: as sql_result(). */
int sql_exec(sqlite3 *db, const char *sql);

/*
 * Runs one statement that gives one integer. Errors: as sql_result(), -ENODATA
 * when there is no row.
 */
int sql_number(sqlite3 *db, const char *sql, int64_t *ret_number);

/* sqlite3_step(): 1 for a row, 0 at the end, -errno. */
int sql_step(sqlite3_stmt *statement);

/* Runs a statement that gives no rows. Errors: as sql_result(). */
int sql_run(sqlite3_stmt *statement);

/* An id as 32 digits, NULL for the null id; and back, null for what is none. */
void sql_bind_id(sqlite3_stmt *statement, int index, sd_id128_t id);
sd_id128_t sql_column_id(sqlite3_stmt *statement, int index);

/* Text that outlives the next step, "" for NULL. */
void sql_bind_text(sqlite3_stmt *statement, int index, const char *text);
const char *sql_column_text(sqlite3_stmt *statement, int index);

/* For _cleanup_: makes a prepared statement ready for its next use. */
static inline void sql_reset_cleanup(sqlite3_stmt **statement)
{
	if (*statement)
		sqlite3_reset(*statement);
}

/* For _cleanup_: NULL is allowed. */
static inline void sql_finalize_cleanup(sqlite3_stmt **statement)
{
	sqlite3_finalize(*statement);
}

static inline void sql_close_cleanup(sqlite3 **db)
{
	sqlite3_close(*db);
}

#define _cleanup_sql_reset_    __attribute__((cleanup(sql_reset_cleanup)))
#define _cleanup_sql_finalize_ __attribute__((cleanup(sql_finalize_cleanup)))
#define _cleanup_sql_close_    __attribute__((cleanup(sql_close_cleanup)))
