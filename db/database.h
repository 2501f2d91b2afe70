/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * database: the file below the store: made, brought up to date, replaced.
 */
#pragma once

#include <sqlite3.h>

#include "db/inspect.h"

enum { DATABASE_NOTE_MAX = 512 };

/*
 * Opens the database at path for writing, creating it (mode 0640, the group of
 * its directory) and bringing its schema up to date. Errors: -EMEDIUMTYPE and
 * -EPROTO as inspect_database(), then nothing was changed; -EBUSY; -errno. The
 * reason is one clause without the path.
 */
int database_open(const char *path, sqlite3 **ret_db, char reason[INSPECT_REASON_MAX]);

/*
 * Keeps the database at path under another name (aside_rename()) and puts a
 * new one in its place that has its delivery keys, boots and losses. The new
 * one is whole before the old one goes: after a crash database_recover() and
 * another try lead to the same end. Nobody may have path open. note gets one
 * line, also on failure.
 */
int database_replace(const char *path, const char *reason, char note[DATABASE_NOTE_MAX]);

/* Ends a database_replace() that a crash interrupted between its renames. Errors: -errno. */
int database_recover(const char *path);
