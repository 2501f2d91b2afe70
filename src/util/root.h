/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one way to files of the system: every path below /sys, /proc, /dev and
 * the state directories is opened through a root, so that the whole program
 * runs unprivileged on a directory tree (--root DIR).
 */
#pragma once

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { ROOT_PATH_MAX = 4096 };

/* prefix is "" for the real root; no trailing slash. Borrowed by all who get it. */
struct root {
	char prefix[ROOT_PATH_MAX];
};

/* A root at directory; NULL or "/" is the real one. Errors: -ENAMETOOLONG, -ENOTDIR, -errno. */
int root_init(struct root *root, const char *directory);

/* Whether this is the machine's own root. */
bool root_is_real(const struct root *root);

/*
 * The path below the root, for messages and for libraries that take a path.
 * Writes to buffer of ROOT_PATH_MAX bytes and returns it; a path that is too
 * long becomes "", which cannot be opened.
 */
const char *root_path(const struct root *root, const char *path, char *buffer);

/* open(2) with O_CLOEXEC (mode 0640 with O_CREAT). Returns the fd or -errno. */
int root_open(const struct root *root, const char *path, int flags);

/* opendir(3). Errors: -errno. The caller closes. */
int root_opendir(const struct root *root, const char *path, DIR **ret_directory);

/*
 * Reads a whole small file, at most limit bytes, as a NUL-terminated text that
 * the caller frees. Errors: -EFBIG, -ENOMEM, -errno. ret_size may be NULL.
 */
int root_read(const struct root *root, const char *path, size_t limit, char **ret_text,
	      size_t *ret_size);

/* The same from an open file, from its current position. */
int read_all(int fd, size_t limit, char **ret_text, size_t *ret_size);

/* Writes text to an existing file in one write(2). Errors: -errno, -EIO when short. */
int root_write(const struct root *root, const char *path, const char *text);

/* mkdir -p with mode 0750 for what is missing. Errors: -errno. */
int root_mkdir(const struct root *root, const char *path);

/* Whether the path exists. */
bool root_exists(const struct root *root, const char *path);
