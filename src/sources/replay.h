/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * replay: what the driver (replay.c) shares with the formats it reads, one
 * file each: replay-json.c, replay-ring.c, replay-raw.c. The functions are in
 * replay-common.c.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "sources/source.h"

struct replay;

/* One kind of input. */
struct replay_format {
	const char *name; /* "event JSON lines" */

	/* Opens replay->path. Errors: -errno with the reason in why. */
	int (*open)(struct replay *replay, char why[SOURCE_WHY_MAX]);

	/* As source_ops.drain. Logs each item that is refused, by name. */
	int (*drain)(struct replay *replay);

	/* Frees replay->input; called after a failed open too. */
	void (*close)(struct replay *replay);
};

struct replay {
	const struct intake *intake;
	const struct replay_format *format;
	const char *path;
	void *input; /* the format's own */
	void *seen;  /* tsearch(3) tree of replay_nth() */
	uint64_t n_records;
	uint64_t n_refused;
};

extern const struct replay_format replay_json;
extern const struct replay_format replay_ring;
extern const struct replay_format replay_raw;

/* Completes the record's delivery fields, its key is set, and hands it over. */
int replay_give(struct replay *replay, struct record *record);

/* False when a commit should come first. */
bool replay_has_room(const struct replay *replay);

/*
 * The how manieth time the current file has this hash, from 1. A file that is
 * replayed again gives the same keys, and 20 equal lines are 20 errors.
 * Errors: -ENOMEM.
 */
int replay_nth(struct replay *replay, uint64_t hash);

/* The next file begins: replay_nth() counts from 1 again. */
void replay_next_file(struct replay *replay);

/* Logs that an item is not taken: "NAME: WHY", and counts it. */
void replay_refuse(struct replay *replay, const char *why, const char *name_format, ...)
	__attribute__((format(printf, 3, 4)));

enum { REPLAY_FILE_MAX = 64 << 20 };

/* A file whole; refuses what is larger than REPLAY_FILE_MAX. Errors: as read_all(). */
int replay_read_file(const char *path, char **ret_content, size_t *ret_size);

/*
 * The paths of a directory's files for which wanted() says true, sorted by
 * name as versionsort(3) does. The caller frees each and the array.
 */
int replay_list(const char *directory, bool (*wanted)(const char *name), char ***ret_paths,
		size_t *ret_n);
void replay_list_free(char **paths, size_t n);
