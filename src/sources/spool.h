/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * spool: where reads that consume go, so that a crash loses none of them.
 *
 * read(2) on trace_pipe_raw and on /dev/mcelog takes the records out of the
 * kernel. They are read straight into pre-faulted slots of a MAP_SHARED file
 * in the state directory: the page cache keeps them when the process is
 * killed. A slot is freed once the transaction with its records is durable.
 * Every life of the daemon makes a file of its own; files of earlier lives
 * are replayed first and removed after the commit.
 *
 * A power cut may lose what is not yet committed; nothing here is synced.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-id128.h>

#include "util/root.h"

struct spool;

struct spool_slot {
	uint8_t *data;		/* of the spool's memory */
	size_t size;
	uint64_t seq;		/* ascending in one file, from 1 */
	uint32_t tag;		/* the reader's: which CPU buffer */
	uint64_t mark_time;	/* the reader's: its position before this read */
	uint32_t mark_ordinal;
};

/* What a file says of itself. */
struct spool_info {
	uint64_t identity;	 /* random, of the file */
	sd_id128_t boot;	 /* the boot in which it was filled */
	const char *description; /* the reader's text: how to understand the slots */
};

/* A reader's position per tag, kept beside the slots. */
struct spool_cursor {
	uint64_t time;
	uint64_t ordinal;
};

struct spool_params {
	size_t slot_size;
	unsigned int n_slots;
	unsigned int n_tags;	 /* cursors: tags 0 to n_tags - 1 */
	sd_id128_t boot;
	const char *description; /* copied; "" is fine; at most 32 KiB */
	/* Whether a slot was filled: a fresh one is all zero. */
	bool (*filled)(const uint8_t *data, size_t size);
};

/*
 * Makes a new spool file PATH.IDENTITY below the root and finds the files of
 * earlier lives. Errors: -errno; a file of an earlier life that makes no sense
 * is logged and renamed to NAME.broken.
 */
int spool_open(const struct root *root, const char *path, const struct spool_params *params,
	       struct spool **ret_spool);

/* Unmaps. The file stays for the next life: it holds the cursors. NULL allowed. */
void spool_close(struct spool *spool);

uint64_t spool_identity(const struct spool *spool);

/*
 * Calls each() for the filled slots of earlier lives, oldest first. -EBADMSG
 * from it says that the file cannot be understood: it is logged and renamed to
 * NAME.broken, and the walk goes on with the next file. Another negative result
 * ends the walk and is returned. The files go with the next spool_free_all().
 */
int spool_replay(struct spool *spool,
		 int (*each)(void *context, const struct spool_slot *slot,
			     const struct spool_info *info),
		 void *context);

/* An empty, zeroed slot, or NULL when all are taken: a commit must come first. */
struct spool_slot *spool_take(struct spool *spool, uint32_t tag, uint64_t mark_time,
			      uint32_t mark_ordinal);

/* Gives back a slot that the read left empty. */
void spool_untake(struct spool *spool, struct spool_slot *slot);

/* What was taken is durable: frees every taken slot and removes replayed files. */
void spool_free_all(struct spool *spool);

/* The cursor of a tag, in the file's memory; starts where the last life of this boot ended. */
struct spool_cursor *spool_cursor(struct spool *spool, unsigned int tag);
