/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mounts: which file system a path lies on, from /proc/self/mountinfo alone. The
 * file system itself is not asked: that would wait for a server that is gone.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "util/root.h"

struct mount {
	int id;
	int parent;	    /* the id of the one that it lies over */
	const char *device; /* "8:1" */
	const char *origin; /* which directory of its file system is seen there */
	const char *point;  /* "/var/crash" */
	const char *type;   /* "nfs4" */
};

/* Starts as {0}. */
struct mounts {
	struct mount *mounts; /* in the kernel's order: a later one lies over an earlier one */
	size_t n;
	char *text;
};

/* Errors: -errno, -EFBIG, -ENOMEM. Lines that are not understood are left out. */
int mounts_read(const struct root *root, struct mounts *ret_mounts);
void mounts_free(struct mounts *mounts);

/* The one that has an absolute path without symbolic links in it; NULL: not known. */
const struct mount *mounts_find(const struct mounts *mounts, const char *path);

/*
 * Whether reading it can wait for another machine, or for a program, without end;
 * with autofs, for what it would mount.
 */
bool mount_may_hang(const struct mount *mount);
