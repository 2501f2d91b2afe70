/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * reader: opens the database in whichever way the reader's rights allow.
 */
#pragma once

#include <sqlite3.h>

/* As query_open(). */
int reader_open(const char *path, sqlite3 **ret_db, char note[512]);
