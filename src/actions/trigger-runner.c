// SPDX-License-Identifier: GPL-2.0-only
#include "actions/trigger-runner.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <systemd/sd-login.h>
#include <unistd.h>

#include "actions/trigger-wire.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/ratelimit.h"

enum {
	CONNECTIONS_MAX = 16,
	MESSAGES_A_TURN = 64, /* then the others' turn */
	COMPLAINTS_MOST = 5,
	COMPLAINTS_WINDOW_US = 10 * 1000 * 1000,
};

struct connection {
	struct connection *next;
	struct runner *runner;
	int fd;
	sd_event_source *io;
	struct trigger_result *unsent; /* results that the daemon does not read yet */
	size_t n_unsent;
	size_t unsent_capacity;
};

struct runner {
	const struct runner_params *params;
	sd_event *event;
	struct trigger_queue *queue;
	int listen_fd; /* -1: there is one connection and there will be no other */
	sd_event_source *listening;
	struct connection *connections;
	unsigned int n_connections;
	bool stopping;
	struct ratelimit complaints;
	/* One more than a message may have: what is longer is seen to be so. */
	char message[TRIGGER_MESSAGE_MAX + 1];
};

static void end_if_done(struct runner *runner)
{
	bool over = runner->stopping || (runner->listen_fd < 0 && !runner->connections);

	if (over && trigger_queue_is_idle(runner->queue))
		sd_event_exit(runner->event, 0);
}

static void connection_free(struct connection *connection)
{
	sd_event_source_disable_unref(connection->io);
	close(connection->fd);
	free(connection->unsent);
	free(connection);
}

static void connection_close(struct connection *connection)
{
	struct runner *runner = connection->runner;

	for (struct connection **at = &runner->connections; *at; at = &(*at)->next) {
		if (*at == connection) {
			*at = connection->next;
			break;
		}
	}
	runner->n_connections--;
	trigger_queue_forget(runner->queue, connection);
	connection_free(connection);
	end_if_done(runner);
}

/* Returns whether this complaint is one to be logged. */
static bool may_complain(struct runner *runner)
{
	unsigned int withheld = runner->complaints.withheld;
	uint64_t now = 0;

	sd_event_now(runner->event, CLOCK_MONOTONIC, &now);
	if (!ratelimit_pass(&runner->complaints, now))
		return false;
	if (withheld)
		log_warning("%u more requests or connections were refused", withheld);
	runner->complaints.withheld = 0;
	return true;
}

static int send_result(struct connection *connection, const struct trigger_result *result)
{
	_cleanup_strbuf_ struct strbuf message = { 0 };
	int r = trigger_result_serialise(result, &message);

	if (r < 0)
		return r;
	if (send(connection->fd, message.text, message.length, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		return -errno;
	return 0;
}

/* While it does not read its results, no more of its requests are read. */
static void set_events(struct connection *connection)
{
	sd_event_source_set_io_events(connection->io, connection->n_unsent ? EPOLLOUT : EPOLLIN);
}

static int keep_result(struct connection *connection, const struct trigger_result *result)
{
	if (connection->n_unsent == connection->unsent_capacity) {
		size_t capacity =
			connection->unsent_capacity ? connection->unsent_capacity * 2 : 64;
		struct trigger_result *grown =
			reallocarray(connection->unsent, capacity, sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		connection->unsent = grown;
		connection->unsent_capacity = capacity;
	}
	connection->unsent[connection->n_unsent++] = *result;
	set_events(connection);
	return 0;
}

static void on_done(void *context, void *sender, const struct trigger_result *result)
{
	struct connection *connection = sender;
	int r = connection ? 0 : -ENOTCONN;

	if (r == 0)
		r = connection->n_unsent ? -EAGAIN : send_result(connection, result);
	if (r == -EAGAIN)
		r = keep_result(connection, result);
	/* A result lost with the connection standing would be waited for; its end says "unknown".
	 */
	if (r < 0 && connection)
		shutdown(connection->fd, SHUT_RDWR);
	end_if_done(context);
}

static void send_unsent(struct connection *connection)
{
	size_t sent = 0;

	while (sent < connection->n_unsent &&
	       send_result(connection, &connection->unsent[sent]) == 0)
		sent++;
	connection->n_unsent -= sent;
	memmove(connection->unsent, connection->unsent + sent,
		connection->n_unsent * sizeof(*connection->unsent));
	set_events(connection);
}

static void take_request(struct connection *connection, struct bytes message)
{
	_cleanup_trigger_request_ struct trigger_request request = { 0 };
	struct runner *runner = connection->runner;
	struct trigger_result refused = { .outcome = TRIGGER_OUTCOME_REFUSED };
	char reason[TRIGGER_REASON_MAX];
	enum trigger_message kind;
	int r = trigger_request_parse(message, &request, reason);

	if (r == 0) {
		trigger_queue_add(runner->queue, &request, connection);
		return;
	}
	if (may_complain(runner))
		log_warning("a request is refused: %s", reason);
	if (trigger_message_parse(message, &kind, &refused.id) < 0)
		shutdown(connection->fd, SHUT_RDWR); /* not the daemon's language at all */
	else
		on_done(runner, connection, &refused);
}

static void reload(struct runner *runner)
{
	const struct runner_params *params = runner->params;

	if (params->reload)
		params = params->reload(params->context);
	if (!params)
		return;
	runner->params = params;
	trigger_queue_set_params(runner->queue, params);
}

static void take_message(struct connection *connection, struct bytes message)
{
	enum trigger_message kind;
	uint64_t id;

	if (trigger_message_parse(message, &kind, &id) == 0 && kind == TRIGGER_MESSAGE_RELOAD)
		reload(connection->runner);
	else
		take_request(connection, message);
}

static int on_connection(sd_event_source *io, int fd, uint32_t revents, void *userdata)
{
	struct connection *connection = userdata;
	struct runner *runner = connection->runner;

	(void)io;
	if (connection->n_unsent && revents & EPOLLOUT)
		send_unsent(connection);
	for (unsigned int i = 0; i < MESSAGES_A_TURN && !connection->n_unsent; i++) {
		ssize_t n = recv(fd, runner->message, sizeof(runner->message), MSG_DONTWAIT);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return 0;
		if (n <= 0) {
			connection_close(connection);
			return 0;
		}
		take_message(connection,
			     (struct bytes){ (const uint8_t *)runner->message, (size_t)n });
	}
	/* One that went away without reading its results. */
	if (connection->n_unsent && revents & (EPOLLHUP | EPOLLERR))
		connection_close(connection);
	return 0;
}

static int check_peer(struct runner *runner, int fd)
{
	const char *wanted = runner->params->peer_unit;
	_cleanup_free_ char *unit = NULL;
	struct ucred peer;
	socklen_t size = sizeof(peer);
	int r;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
		return -errno;
	if (peer.uid != 0 && peer.uid != geteuid()) {
		if (may_complain(runner))
			log_warning("a connection is refused: user %u may not ask for triggers",
				    peer.uid);
		return -EACCES;
	}
	if (!wanted)
		return 0;
	r = sd_pid_get_unit(peer.pid, &unit);
	if (r >= 0 && strcmp(unit, wanted) == 0)
		return 0;
	if (may_complain(runner))
		log_warning("a connection is refused: process %d is of %s, not of %s",
			    (int)peer.pid, r < 0 ? "no unit" : unit, wanted);
	return -EACCES;
}

/* Takes fd over. */
static int add_connection(struct runner *runner, int fd)
{
	_cleanup_close_ int owned = fd;
	struct connection *connection = calloc(1, sizeof(*connection));
	int r;

	if (!connection)
		return -ENOMEM;
	r = sd_event_add_io(runner->event, &connection->io, fd, EPOLLIN, on_connection, connection);
	if (r < 0) {
		free(connection);
		return r;
	}
	connection->fd = take_fd(owned);
	connection->runner = runner;
	connection->next = runner->connections;
	runner->connections = connection;
	runner->n_connections++;
	return 0;
}

static int on_listening(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
	struct runner *runner = userdata;
	int peer = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	int r;

	(void)source;
	(void)revents;
	if (peer < 0)
		return 0;
	if (runner->n_connections >= CONNECTIONS_MAX) {
		if (may_complain(runner))
			log_warning("a connection is refused: there are %d", CONNECTIONS_MAX);
		close(peer);
		return 0;
	}
	if (check_peer(runner, peer) < 0) {
		close(peer);
		return 0;
	}
	r = add_connection(runner, peer);
	if (r < 0)
		log_error("a connection cannot be served: %s", strerror(-r));
	return 0;
}

static int on_stop(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
	struct runner *runner = userdata;

	(void)source;
	(void)info;
	runner->stopping = true;
	/* Whoever asks now waits in the socket for the next runner. */
	runner->listening = sd_event_source_disable_unref(runner->listening);
	trigger_queue_stop(runner->queue);
	end_if_done(runner);
	return 0;
}

static int on_hangup(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata)
{
	(void)source;
	(void)info;
	reload(userdata);
	return 0;
}

static int set_signals(struct runner *runner)
{
	sigset_t set;
	int r;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0 || signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		return -errno;
	r = sd_event_add_signal(runner->event, NULL, SIGTERM, on_stop, runner);
	if (r >= 0)
		r = sd_event_add_signal(runner->event, NULL, SIGINT, on_stop, runner);
	if (r >= 0)
		r = sd_event_add_signal(runner->event, NULL, SIGHUP, on_hangup, runner);
	return r;
}

/* Takes fd over. */
static int serve(struct runner *runner, int fd)
{
	int listens = 0, r;
	socklen_t size = sizeof(listens);

	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) < 0) {
		r = -errno;
	} else if (listens) {
		runner->listen_fd = fd;
		return sd_event_add_io(runner->event, &runner->listening, fd, EPOLLIN, on_listening,
				       runner);
	} else {
		r = check_peer(runner, fd);
		if (r == 0)
			return add_connection(runner, fd);
	}
	close(fd);
	return r;
}

static void runner_free(struct runner *runner)
{
	struct connection *connection = runner->connections;

	while (connection) {
		struct connection *next = connection->next;

		connection_free(connection);
		connection = next;
	}
	trigger_queue_free(runner->queue);
	sd_event_source_disable_unref(runner->listening);
	if (runner->listen_fd >= 0)
		close(runner->listen_fd);
	sd_event_unref(runner->event);
	free(runner);
}

DEFINE_CLEANUP(struct runner *, runner, runner_free)

int trigger_runner(const struct runner_params *params, int fd)
{
	_cleanup_close_ int owned = fd;
	_cleanup_(runner_cleanup) struct runner *runner = calloc(1, sizeof(*runner));
	int r;

	if (!runner)
		return -ENOMEM;
	runner->params = params;
	runner->listen_fd = -1;
	runner->complaints.window_us = COMPLAINTS_WINDOW_US;
	runner->complaints.most = COMPLAINTS_MOST;
	r = sd_event_new(&runner->event);
	if (r >= 0)
		r = trigger_queue_new(runner->event, params, on_done, runner, &runner->queue);
	if (r >= 0)
		r = set_signals(runner);
	if (r >= 0)
		r = serve(runner, take_fd(owned));
	if (r >= 0)
		r = sd_event_loop(runner->event);
	return r < 0 ? r : 0;
}
