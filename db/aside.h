/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * aside: keeps a database that cannot be used, and saves from it what must
 * outlive it.
 */
#pragma once

#include <sqlite3.h>
#include <stdint.h>

enum { ASIDE_PATH_MAX = 4096 };

/*
 * Renames path, with its -wal, -shm and -journal, to
 * PATH.broken-YYYYmmddTHHMMSSZ; a number is added when that is taken.
 * Errors: -errno, -ENAMETOOLONG; then nothing was renamed.
 */
int aside_rename(const char *path, char ret_aside[ASIDE_PATH_MAX]);

/*
 * Copies what can be read of the delivery keys, boots and losses of the
 * database at from, which is not changed, into db in one transaction. Damage
 * in from ends the copy of a table, not the others. The numbering of events
 * goes on where it was. Errors: those of writing db.
 */
int aside_carry_over(sqlite3 *db, const char *from, uint64_t *ret_keys);
