/* SPDX-License-Identifier: GPL-2.0-only */
/* pidfile: the file that says which process the daemon is, for init scripts. */
#pragma once

#include <stdbool.h>

#include "config.h"
#include "util/root.h"

struct pidfile {
	char path[ROOT_PATH_MAX]; /* below the root; "": none is wanted */
	int fd;			  /* of what was written, -1 before */
	bool made;		  /* by pidfile_open(), and nothing is in it yet */
};

/*
 * Takes config->pidfile and makes an empty file where there is none, so that a
 * path that cannot be written is said before anything has started. What a stale
 * one says stays until pidfile_write(). Without a pidfile in config nothing is
 * done here and below. Errors, logged: -errno; -EINVAL for what is no regular file.
 */
int pidfile_open(struct pidfile *pidfile, const struct config *config);

/* Writes our process id, to be called by the process that stays. Errors, logged: -errno. */
int pidfile_write(struct pidfile *pidfile);

/*
 * Removes the file if it holds our process id, or nothing since pidfile_open()
 * made it: somebody else's stays. Who may not remove it any more, having given
 * up root, empties it.
 */
void pidfile_close(struct pidfile *pidfile);
