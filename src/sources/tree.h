/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tree: directories of evidence that others made (pstore, its archive, crash
 * dumps), which is only ever read: walked to a bounded depth, and its files
 * read whole or not at all.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "util/root.h"

/*
 * Calls each() for all that is no directory in path (below the root) and in the
 * directories in it, depth levels deep; what begins with a dot is left out. A
 * negative result ends the walk and is returned. Errors: -errno of path itself;
 * trouble below it is logged with who before it, and the rest goes on.
 */
int tree_walk(const struct root *root, const char *path, int depth, const char *who,
	      int (*each)(void *context, const char *path, const char *name), void *context);

/*
 * The same but for the directories below path that enter() does not want; NULL wants all.
 */
int tree_walk_some(const struct root *root, const char *path, int depth, const char *who,
		   bool (*enter)(void *context, const char *path),
		   int (*each)(void *context, const char *path, const char *name), void *context);

/* One line for a directory that is there and cannot be read. */
void tree_check(const struct root *root, const char *path, const char *who);

/*
 * Reads a regular file of at most limit bytes whole; the text has a NUL behind it
 * and is freed by the caller. Returns NULL, or the reason why it cannot be taken
 * (it changed, it is a pipe ...), valid until the next call; then nothing is set.
 * ret_st may be NULL.
 */
const char *tree_read(const struct root *root, const char *path, size_t limit, char **ret_text,
		      size_t *ret_size, struct stat *ret_st);

/*
 * Opens a regular file for reading by offset. Returns the fd, or -errno with the reason
 * in *ret_why, valid until the next call.
 */
int tree_open(const struct root *root, const char *path, struct stat *ret_st, const char **ret_why);

/* Whether an open file is another one than it was: now it is half of each. */
bool tree_has_changed(int fd, const struct stat *before);

/* Reads the first bytes of a regular file, at most size. Returns how many, or -errno. */
int tree_peek(const struct root *root, const char *path, void *buffer, size_t size);
