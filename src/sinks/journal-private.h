/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the journal's sink share; for src/sinks/journal*.c only. */
#pragma once

/* A socket of that type (SOCK_*), not blocking, connected to path. Errors: -errno. */
int journal_connect(const char *path, int type);
