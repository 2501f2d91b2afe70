/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * server: the socket that mcelog --client, collectd and others ask. The
 * protocol is mcelog's, line by line:
 *
 *	ping			"pong"
 *	dump [all] [bios]	the text of server_ops.dump, then "done"
 *	pages			the text of server_ops.pages, then "done"
 *
 * Anything else is answered by "Unknown command"; an unknown word after dump
 * by "Unknown dump parameter" before the text. A connection stays open for
 * more commands. NUL bytes, CR and blanks around a command are ignored, and
 * the end of what the client sends ends a last line, too.
 *
 * Nothing here blocks the loop, and what the sources of machine checks have
 * to say comes first: the server's event sources have a low priority.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>
#include <systemd/sd-event.h>

#include "util/strbuf.h"

struct server;

struct server_params {
	/* Absolute, with the root in front; not used where there is a listen_fd. */
	const char *socket_path;
	/* A listening socket as systemd passes it, borrowed: the server has a duplicate; or -1. */
	int listen_fd;
	/* How many may wait to be accepted; 0: as many as the system allows. */
	unsigned int backlog;
	/* How long another process on the socket may take to show that it listens. */
	unsigned int ping_timeout_ms;
	/* Who may ask, besides root and the server's own user: */
	uid_t client_uid; /* with has_user */
	gid_t client_gid; /* with has_group; as primary or as supplementary group */
	bool any_user, has_user, has_group;
};

/* Each appends its text to out, whole lines, without "done". Called from the loop. */
struct server_ops {
	void (*dump)(void *context, bool all, bool bios, struct strbuf *out);
	void (*pages)(void *context, struct strbuf *out);
	void *context;
};

/*
 * Listens, and serves from the loop. params and ops are copied. A missing
 * directory of the socket is made, mode 0755.
 *
 * The socket's mode is 0660 with the client's group, and 0666 where others may
 * ask as well: connecting needs write permission, and who may ask is decided by
 * the credentials of the peer. A socket file that nobody listens on is removed.
 *
 * Errors, not logged: -EADDRINUSE another process listens there (found out
 * within ping_timeout_ms; whether it answers or not), -ENOTSOCK the path is
 * something else, which is left alone, -EPROTOTYPE a socket of another kind,
 * -ENAMETOOLONG longer than an address can be, -EINVAL listen_fd is no
 * listening Unix stream socket, -errno.
 */
int server_new(sd_event *event, const struct server_params *params, const struct server_ops *ops,
	       struct server **ret_server);

/* Ends all connections; removes the socket file if the server made it. NULL allowed. */
void server_free(struct server *server);
