/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * connection: one client: reads commands, sends answers, one command per
 * wakeup so that no client keeps the others waiting. While an answer waits to
 * be read nothing more is taken from this client.
 */
#pragma once

#include <stddef.h>
#include <systemd/sd-event.h>

#include "server/limited-log.h"
#include "server/server.h"

enum {
	CONNECTION_LINE_MAX = 4096,	   /* bytes of a command without its line end */
	CONNECTION_OUTPUT_MAX = 16 << 20,  /* bytes of an answer */
	CONNECTIONS_OUTPUT_MAX = 64 << 20, /* bytes that wait for all clients together */
	CONNECTIONS_REFUSED_MAX = 64,	   /* refused clients that are still told so */
	/* What clients want comes after all that the machine has to say. */
	CONNECTION_PRIORITY = SD_EVENT_PRIORITY_NORMAL + 10,
};

/* All connections of one server. */
struct connections {
	sd_event *event; /* borrowed */
	struct server_ops ops;
	struct connection *first;
	size_t n;	  /* that are served */
	size_t n_refused; /* that are not */
	size_t buffered;  /* bytes of answers that wait to be read */
	struct limited_log log;
};

/*
 * Serves a connected, non-blocking socket until its peer is done with it, or
 * leaves something half said or unread for 30 s. Takes the fd, also on failure.
 * Errors: -ENOMEM, -errno.
 */
int connection_serve(struct connections *connections, int fd);

/*
 * Sends text and ends the connection, so that the peer can read it even when
 * its command comes only afterwards. Takes the fd.
 */
void connection_refuse(struct connections *connections, int fd, const char *text);

/* Ends all connections. */
void connections_end(struct connections *connections);
