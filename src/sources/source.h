/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * source: where records come from. A driver is one constant struct source_ops
 * in its own file; source.c holds the one list of them, in order of start.
 *
 * A source hands records over and then hears that they are durable:
 *
 *	open -> { drain -> committed }... -> close
 *
 * drain() takes what is there from the kernel or the file and gives it to the
 * intake. What it took stays in the spool, or on flash, until committed() says
 * that the store has it; only then is it let go or erased.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/crash.h"
#include "event/event.h"
#include "event/firmware.h"
#include "event/memory-detail.h"
#include "event/record.h"
#include "util/root.h"

/* What a source may use of the world. Borrowed; outlives the source. */
struct source_env {
	const struct root *root;
	const char *state_dir;	/* below the root, "/var/lib/mcelog": spools live there */
	const char *device;	/* devmcelog: "/dev/mcelog" */
	const char *path;	/* replay: the file or directory the operator gave, not below root */
	sd_id128_t boot;	/* this boot; null when unknown */
	int64_t boot_time_us;	/* when this boot began, us since the epoch; 0 unknown */
	int64_t now_us;		/* when the source was opened, likewise */
	bool patient;		/* may wait for a network file system that does not answer */
	bool erase;		/* erst: erase live records after the commit */
	bool clear;		/* erst_dbg: the same */
	bool clear_logs;	/* pstore: the same with kernel logs */
	/*
	 * Whether the store has this delivery key already. A hint that saves
	 * reading a file again; the store itself never takes a key twice.
	 */
	bool (*known)(void *context, const char *key);
	/* Losses of this boot that the store has for lost.where, to count on from there. */
	uint64_t (*lost_so_far)(void *context, enum source_id source, const char *where);
	void *context;
};

/* Where a source puts what it reads; given at open(). */
struct intake {
	/* Takes a copy. Errors: -ENOMEM; the source stops and keeps its evidence. */
	int (*record)(void *context, const struct record *record);
	/*
	 * What an EDAC driver says about a record that came before it. Takes what it
	 * needs. NULL: not wanted. Errors: as record().
	 */
	int (*detail)(void *context, const struct memory_detail *detail);
	/*
	 * What firmware or a kernel laid down, taken apart and copied at once. What
	 * cannot be used of it is logged. Returns how many errors are in it that can
	 * be used, 0: none. Errors: as record().
	 */
	int (*firmware)(void *context, const struct firmware *firmware);
	/* A boot ended in a panic; takes a copy. Errors: as record(). */
	int (*crash)(void *context, const struct crash *crash);
	/* One that the store has, found in this place; as crash(). NULL: not wanted. */
	int (*crash_again)(void *context, const struct crash *crash);
	int (*lost)(void *context, const struct lost *lost);
	/* False when a commit should come before more is read. */
	bool (*has_room)(void *context);
	void *context;
};

enum { SOURCE_WHY_MAX = 512 };

/* How far the clock of a boot and of the one before may disagree: a crash sets neither right. */
enum { SOURCE_CLOCK_DOUBT_US = 60 * 1000000 };

/*
 * Whether what was found lying there is of an earlier boot, by its time. It nearly always is:
 * only a log or a record that this boot wrote long after its beginning is its own. What seems to
 * come from the future is of a boot whose clock was fast.
 */
static inline bool source_is_replayed(const struct source_env *env, int64_t time_us)
{
	return !env->boot_time_us || time_us < env->boot_time_us + SOURCE_CLOCK_DOUBT_US ||
	       (env->now_us && time_us > env->now_us);
}

struct source; /* each driver's own; the drivers cast */

struct source_ops {
	const char *name;
	const char *summary;	/* one phrase for --list-sources */
	const char *unavailable; /* NULL, or why this build does not have it; then no slot is set */

	/*
	 * Whether the source is here, without changing anything. Returns 0, with
	 * what it would watch in why, or -errno with the reason in why.
	 */
	int (*probe)(const struct source_env *env, char why[SOURCE_WHY_MAX]);

	/*
	 * Starts it; env and intake outlive the source. On failure -errno and the
	 * reason in why; nothing is left open.
	 */
	int (*open)(const struct source_env *env, const struct intake *intake,
		    struct source **ret_source, char why[SOURCE_WHY_MAX]);

	/* The fd that becomes readable (EPOLLIN) when drain() has work; -1: none ever does. */
	int (*fd)(struct source *source);

	/*
	 * Takes what is there. Returns 0 when dry, 1 when more is to come after a
	 * commit, -errno when the source is broken (logged by the caller; it is
	 * closed). Trouble with one item is logged here and the rest goes on.
	 */
	int (*drain)(struct source *source);

	/* Everything handed over so far is durable. */
	void (*committed)(struct source *source);

	/* Items that could not be taken; NULL for a source that cannot tell. */
	uint64_t (*refused)(struct source *source);

	/* One phrase for STATUS=, "mce:mce_record on 4 CPUs". */
	void (*describe)(struct source *source, char *buffer, size_t size);

	/* NULL is allowed. Undelivered evidence stays where it is. */
	void (*close)(struct source *source);
};

/* Every source, ended by NULL, in order of start: what can be erased by a later one comes first. */
extern const struct source_ops *const sources[];

extern const struct source_ops source_erst;
extern const struct source_ops source_erst_dbg;
extern const struct source_ops source_pstore;
extern const struct source_ops source_kdump;
extern const struct source_ops source_vmcore;
extern const struct source_ops source_bert;
extern const struct source_ops source_kmsg;
extern const struct source_ops source_devmcelog;
extern const struct source_ops source_tracefs;
extern const struct source_ops source_replay;
