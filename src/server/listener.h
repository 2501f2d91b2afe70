/* SPDX-License-Identifier: GPL-2.0-only */
/* listener: the listening socket and its file. */
#pragma once

#include <sys/types.h>

#include "server/server.h"

struct listener {
	int fd;
	char *path; /* of the file that we made, NULL when it is somebody else's */
	dev_t device;
	ino_t inode;
};

/* Opens or takes over what params say. Errors: those of server_new(). */
int listener_open(const struct server_params *params, struct listener *ret_listener);

/* Closes, and removes the file unless it is not ours any more. */
void listener_close(struct listener *listener);
