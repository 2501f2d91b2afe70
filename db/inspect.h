/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * inspect: is this a database of ours, whole, and of a schema that we know?
 */
#pragma once

#include <sqlite3.h>

enum { INSPECT_REASON_MAX = 256 };

/*
 * Looks at header, schema and the ends of the tables; nothing is changed and
 * the cost does not grow with the size. Returns 0 when it is ours, 1 when it
 * is empty, and with a reason ("it is ..."):
 * -EMEDIUMTYPE no database, damaged or another program's,
 * -EPROTO a newer schema, else -errno of what kept it from being read.
 */
int inspect_database(sqlite3 *db, char reason[INSPECT_REASON_MAX]);

/*
 * The same for a file. It may have to be written to be readable (a journal
 * left by a crash): then 0. A file that is not there or empty is 1, unless a
 * write-ahead log has survived it: -EMEDIUMTYPE.
 */
int inspect_file(const char *path, char reason[INSPECT_REASON_MAX]);
