/* SPDX-License-Identifier: GPL-2.0-only */
/* access: who is at the other end of a connection, and whether he may ask. */
#pragma once

#include <stdbool.h>
#include <sys/socket.h>

#include "server/server.h"

enum access {
	ACCESS_REFUSED,
	ACCESS_GRANTED,	   /* by the configuration */
	ACCESS_PRIVILEGED, /* root, or the server's own user */
};

/*
 * Asks the kernel who connected. Errors: -errno; then nothing is known of the
 * peer, and it is to be refused.
 */
int access_check(int fd, const struct server_params *params, struct ucred *ret_peer,
		 enum access *ret_access);
