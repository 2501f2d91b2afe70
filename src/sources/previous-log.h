/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * previous-log: hands the machine checks of an earlier boot's kernel log over, and
 * what firmware reported and how that boot ended, whatever kept the log: pstore, a crash
 * dump.
 */
#pragma once

#include "sources/kernel-log.h"
#include "sources/source.h"

/* Zeroed: no log. log is the caller's to fill, end and release. */
struct previous_log {
	struct kernel_log log;
	size_t next;   /* first not handed over of the records, then of what firmware reported */
	bool is_crash; /* the log ends with a crash, which has not been handed over */
	const char *place; /* of the crash, below the root; borrowed */
};

/*
 * Hands over what has not been, but for what the store has; *n_new counts the
 * records. The delivery key is "<source>:<hash>:<ordinal>": the same record in a
 * copy, or in the next dump of the same boot, is one delivery. A crash comes last.
 * Returns 0 when all are done, 1 when a commit has to come first, -ENOMEM.
 */
int previous_log_deliver(struct previous_log *previous, enum source_id source,
			 const struct source_env *env, const struct intake *intake,
			 unsigned int *n_new);

/*
 * A crash whose source, times, words and so on are set gets its key,
 * "<source>:crash:<hash>", and its place, cut where it is too long.
 */
void previous_crash_name(struct crash *crash, uint64_t hash, const char *place);

/*
 * Hands a crash over, if crashes are wanted: as one that was found again where the store has got
 * it. Returns as previous_log_deliver().
 */
int previous_crash_deliver(const struct crash *crash, const struct source_env *env,
			   const struct intake *intake);
