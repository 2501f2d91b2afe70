/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the query share; for db/query*.c only. */
#pragma once

#include "db/query.h"
#include "db/row.h"
#include "db/sql.h"

enum { QUERY_ID_DIGITS = 32 };

/* SQL: when a row of table event was first stored, 0 where that is not known. */
#define QUERY_FOUND                                                                                \
	"ifnull((SELECT min(seen_us) FROM delivery WHERE delivery.event = event.seq), 0)"

/* SQL: it is a bank as in event_is_of_boot_before(): its time is that of its discovery. */
#define QUERY_IS_LEFT                                                                              \
	"(boot_time AND ifnull(tsc, 0) = 0 AND severity IN ('fatal', 'action_required'))"

struct query {
	sqlite3 *db;
	struct row_names names;
};

/* Errors: as sql_result(). */
int query_prepare(struct query *query, const char *sql, sqlite3_stmt **ret_statement);

/* Lower case digits without dashes. Errors: -EINVAL for other characters, none or too many. */
int query_clean_id(const char *id, char ret_id[QUERY_ID_DIGITS + 1]);
