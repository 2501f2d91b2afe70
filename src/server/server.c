// SPDX-License-Identifier: GPL-2.0-only
#include "server/server.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>

#include "server/access.h"
#include "server/connection.h"
#include "server/listener.h"

enum {
	CLIENTS_MAX = 512,
	/* Of these, for root and our own user: others cannot keep them out. */
	CLIENTS_RESERVED = 32,
};
#define PAUSE_US 1000000ull

struct server {
	struct server_params params;
	struct listener listener;
	struct connections connections;
	sd_event_source *io;
	sd_event_source *pause_timer; /* on while nobody is accepted */
	struct limited_log log;
};

/* Nothing can be accepted: the one who waits stays readable, so the loop must look away. */
static void pause_accepting(struct server *server, int error)
{
	limited_log(&server->log, "no client can be accepted for now: %s", strerror(error));
	sd_event_source_set_enabled(server->io, SD_EVENT_OFF);
	sd_event_source_set_time_relative(server->pause_timer, PAUSE_US);
	sd_event_source_set_enabled(server->pause_timer, SD_EVENT_ONESHOT);
}

static int on_pause_over(sd_event_source *timer, uint64_t usec, void *userdata)
{
	struct server *server = userdata;

	(void)timer;
	(void)usec;
	sd_event_source_set_enabled(server->io, SD_EVENT_ON);
	return 0;
}

/* Takes the fd. */
static void admit(struct server *server, int fd)
{
	struct ucred peer = { 0 };
	enum access access = ACCESS_REFUSED;
	int r = access_check(fd, &server->params, &peer, &access);
	size_t limit = access == ACCESS_PRIVILEGED ? CLIENTS_MAX : CLIENTS_MAX - CLIENTS_RESERVED;

	if (r < 0)
		limited_log(&server->log, "a client whose credentials cannot be had: %s",
			    strerror(-r));
	else if (access == ACCESS_REFUSED)
		limited_log(&server->log, "refused the client with pid %ld, uid %lu, gid %lu",
			    (long)peer.pid, (unsigned long)peer.uid, (unsigned long)peer.gid);
	if (access == ACCESS_REFUSED) {
		connection_refuse(&server->connections, fd, "permission denied\n");
		return;
	}
	if (server->connections.n >= limit) {
		limited_log(&server->log, "too many clients: %zu", server->connections.n);
		connection_refuse(&server->connections, fd, "mcelog server too busy\n");
		return;
	}
	r = connection_serve(&server->connections, fd);
	if (r < 0)
		limited_log(&server->log, "a client cannot be served: %s", strerror(-r));
}

/* One at a time, so that those who are in are heard between those who come. */
static int on_connection(sd_event_source *io, int fd, uint32_t revents, void *userdata)
{
	struct server *server = userdata;
	int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)io;
	(void)revents;
	if (client >= 0)
		admit(server, client);
	else if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
		pause_accepting(server, errno);
	return 0;
}

static int watch(struct server *server, sd_event *event)
{
	int r = sd_event_add_io(event, &server->io, server->listener.fd, EPOLLIN, on_connection,
				server);

	if (r >= 0)
		r = sd_event_source_set_priority(server->io, CONNECTION_PRIORITY);
	if (r >= 0)
		r = sd_event_add_time(event, &server->pause_timer, CLOCK_MONOTONIC, 0, 0,
				      on_pause_over, server);
	if (r >= 0)
		r = sd_event_source_set_enabled(server->pause_timer, SD_EVENT_OFF);
	return r < 0 ? r : 0;
}

int server_new(sd_event *event, const struct server_params *params, const struct server_ops *ops,
	       struct server **ret_server)
{
	struct server *server = calloc(1, sizeof(*server));
	int r;

	if (!server)
		return -ENOMEM;
	server->params = *params;
	/* lent for the call; the listener has its own copy of the path */
	server->params.socket_path = NULL;
	server->params.listen_fd = -1;
	server->connections.event = event;
	server->connections.ops = *ops;
	server->listener.fd = -1;
	r = listener_open(params, &server->listener);
	if (r == 0)
		r = watch(server, event);
	if (r < 0) {
		server_free(server);
		return r;
	}
	*ret_server = server;
	return 0;
}

void server_free(struct server *server)
{
	if (!server)
		return;
	connections_end(&server->connections);
	sd_event_source_disable_unref(server->io);
	sd_event_source_disable_unref(server->pause_timer);
	listener_close(&server->listener);
	free(server);
}
