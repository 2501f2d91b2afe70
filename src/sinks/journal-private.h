/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the journal's sink share; for src/sinks/journal*.c only. */
#pragma once

enum { JOURNAL_FIELD_MAX = 64 }; /* journald refuses longer names */

/* The journal field of a JSON key: "bank_type" is MCE_BANK_TYPE. Returns field. */
const char *journal_field(const char *key, char field[JOURNAL_FIELD_MAX]);

/* A socket of that type (SOCK_*), not blocking, connected to path. Errors: -errno. */
int journal_connect(const char *path, int type);
