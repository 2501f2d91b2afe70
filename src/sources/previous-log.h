/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * previous-log: hands the machine checks of an earlier boot's kernel log over,
 * whatever kept that log: pstore, a crash dump.
 */
#pragma once

#include "sources/kernel-log.h"
#include "sources/source.h"

/* Zeroed: no log. log is the caller's to fill, end and release. */
struct previous_log {
	struct kernel_log log;
	size_t next; /* first record not handed over */
};

/*
 * Hands over what has not been, but for what the store has; *n_new counts them.
 * The delivery key is "<source>:<hash>:<ordinal>": the same record in a copy, or
 * in the next dump of the same boot, is one delivery. Returns 0 when all are
 * done, 1 when a commit has to come first, -ENOMEM.
 */
int previous_log_deliver(struct previous_log *previous, enum source_id source,
			 const struct source_env *env, const struct intake *intake,
			 unsigned int *n_new);
