/* SPDX-License-Identifier: GPL-2.0-only */
/* client: asks a running daemon: mcelog --client and --ping. */
#pragma once

#include <stdio.h>

enum client_command {
	CLIENT_PING, /* prints "pong" */
	CLIENT_DUMP, /* all DIMMs, then all pages, as mcelog prints them */
};

/*
 * Asks the daemon at the socket and prints its answers, without "done", to out.
 * timeout_ms is how long the daemon may be silent; 0 waits for ever.
 *
 * Errors, one line each in the log that names the socket and the reason: -EACCES
 * the daemon or the mode of its socket refuses, -EBUSY it has too many clients,
 * -ETIMEDOUT, -ECONNRESET it ended before the end of its answer, -EPROTO the
 * answer is not mcelog's, -ECONNREFUSED or -ENOENT there is no daemon, -errno,
 * also for out.
 */
int client_run(const char *socket_path, enum client_command command, unsigned int timeout_ms,
	       FILE *out);
