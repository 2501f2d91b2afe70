/* SPDX-License-Identifier: GPL-2.0-only */
/* dial: addresses of Unix sockets, and connecting to them. */
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

/* The address of a path. Errors: -ENAMETOOLONG, -EINVAL an empty path. */
int dial_address(const char *path, struct sockaddr_un *ret_address);

/*
 * Connects; reads and writes on the socket wait at most timeout_ms each (0: for
 * ever) and fail then with EAGAIN. Returns the fd, which the caller closes.
 * Errors: -ETIMEDOUT the listener's queue was full all the time, -errno.
 */
int dial(const char *path, unsigned int timeout_ms);
