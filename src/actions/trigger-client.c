// SPDX-License-Identifier: GPL-2.0-only
#include "actions/trigger-client.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "actions/trigger-wire.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/terminal.h"

enum {
	RECONNECT_US = 1000 * 1000,
	SEND_BUFFER = 1 << 20, /* as much of it as the kernel allows */
	RESULTS_A_TURN = 64,
	RESULT_MESSAGE_MAX = 64,
};

struct trigger_client {
	sd_event *event;
	char *path; /* NULL: connected once, for good */
	int fd;	    /* -1: not connected */
	sd_event_source *io;
	trigger_client_handler *handler;
	void *context;
	uint64_t *ids; /* under way */
	size_t n_ids;
	size_t ids_capacity;
	uint64_t next_try_us;
	bool absence_told;
	bool reload_wanted;
};

void trigger_client_free(struct trigger_client *client)
{
	if (!client)
		return;
	sd_event_source_disable_unref(client->io);
	if (client->fd >= 0)
		close(client->fd);
	sd_event_unref(client->event);
	free(client->ids);
	free(client->path);
	free(client);
}

DEFINE_CLEANUP(struct trigger_client *, client, trigger_client_free)

size_t trigger_client_under_way(const struct trigger_client *client)
{
	return client->n_ids;
}

/* Returns whether it was under way. */
static bool forget_id(struct trigger_client *client, uint64_t id)
{
	for (size_t i = 0; i < client->n_ids; i++) {
		if (client->ids[i] == id) {
			client->ids[i] = client->ids[--client->n_ids];
			return true;
		}
	}
	return false;
}

static int reserve_id(struct trigger_client *client)
{
	size_t capacity = client->ids_capacity ? client->ids_capacity * 2 : 64;
	uint64_t *grown;

	if (client->n_ids < client->ids_capacity)
		return 0;
	grown = reallocarray(client->ids, capacity, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	client->ids = grown;
	client->ids_capacity = capacity;
	return 0;
}

static uint64_t now_us(const struct trigger_client *client)
{
	uint64_t now = 0;

	sd_event_now(client->event, CLOCK_MONOTONIC, &now);
	return now;
}

/* The runner has gone: what it did with the requests nobody can say. */
static void lose_connection(struct trigger_client *client)
{
	_cleanup_free_ uint64_t *ids = take_ptr(client->ids);
	size_t n = client->n_ids;

	client->io = sd_event_source_disable_unref(client->io);
	close(take_fd(client->fd));
	client->n_ids = client->ids_capacity = 0;
	client->next_try_us = now_us(client) + RECONNECT_US;
	/* Once: a runner that lets nobody ask would be gone every second. */
	if (!client->absence_told)
		log_warning("the trigger runner has gone%s, with %zu triggers under way",
			    client->path ? "" : " for good", n);
	client->absence_told = true;
	for (size_t i = 0; i < n; i++) {
		const struct trigger_result result = { .id = ids[i],
						       .outcome = TRIGGER_OUTCOME_UNKNOWN };

		client->handler(client->context, &result);
	}
}

static void take_result(struct trigger_client *client, struct bytes message)
{
	struct trigger_result result;

	if (trigger_result_parse(message, &result) < 0) {
		log_warning("the trigger runner says what is not understood");
		return;
	}
	if (client->absence_told)
		log_notice("the trigger runner is there again");
	client->absence_told = false;
	if (forget_id(client, result.id))
		client->handler(client->context, &result);
}

static int on_readable(sd_event_source *io, int fd, uint32_t revents, void *userdata)
{
	struct trigger_client *client = userdata;
	uint8_t message[RESULT_MESSAGE_MAX];

	(void)io;
	(void)revents;
	for (unsigned int i = 0; i < RESULTS_A_TURN; i++) {
		ssize_t n = recv(fd, message, sizeof(message), MSG_DONTWAIT);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return 0;
		if (n <= 0) {
			lose_connection(client);
			return 0;
		}
		take_result(client, (struct bytes){ message, (size_t)n });
	}
	return 0;
}

/* Takes fd over unless it fails. */
static int watch(struct trigger_client *client, int fd)
{
	int size = SEND_BUFFER;
	int r = sd_event_add_io(client->event, &client->io, fd, EPOLLIN, on_readable, client);

	if (r < 0)
		return r;
	/* Room for the largest request; the usual size has it, so a refusal is no error. */
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	client->fd = fd;
	return 0;
}

int trigger_client_new(sd_event *event, const struct trigger_client_params *params,
		       struct trigger_client **ret_client)
{
	_cleanup_(client_cleanup) struct trigger_client *client = calloc(1, sizeof(*client));
	int r;

	if (!client)
		return -ENOMEM;
	client->fd = -1;
	client->event = sd_event_ref(event);
	client->handler = params->handler;
	client->context = params->context;
	if (params->path) {
		client->path = strdup(params->path);
		r = client->path ? 0 : -ENOMEM;
	} else {
		r = watch(client, params->fd);
	}
	if (r < 0)
		return r;
	*ret_client = take_ptr(client);
	return 0;
}

static int connect_to(const char *path, int *ret_fd)
{
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t length = strlen(path);

	if (fd < 0)
		return -errno;
	if (length >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, length + 1);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	*ret_fd = take_fd(fd);
	return 0;
}

static int ensure_connected(struct trigger_client *client)
{
	_cleanup_close_ int fd = -1;
	int r;

	if (client->fd >= 0)
		return 0;
	if (!client->path)
		return -ENOTCONN;
	if (now_us(client) < client->next_try_us)
		return -EAGAIN;
	r = connect_to(client->path, &fd);
	if (r == 0)
		r = watch(client, fd);
	if (r < 0) {
		if (!client->absence_told)
			log_warning("%s: %s: triggers wait for the trigger runner", client->path,
				    strerror(-r));
		client->absence_told = true;
		client->next_try_us = now_us(client) + RECONNECT_US;
		return -EAGAIN;
	}
	take_fd(fd);
	return 0;
}

/*
 * A connection that turns out broken is left for the loop to find, so that its
 * results do not come in the middle of the caller's work.
 */
static int send_message(struct trigger_client *client, const struct strbuf *message)
{
	if (send(client->fd, message->text, message->length, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
		return 0;
	return errno == EMSGSIZE ? -EMSGSIZE : -EAGAIN;
}

static int send_reload(struct trigger_client *client)
{
	_cleanup_strbuf_ struct strbuf message = { 0 };
	int r = trigger_reload_serialise(&message);

	if (r == 0)
		r = send_message(client, &message);
	if (r == 0)
		client->reload_wanted = false;
	return r;
}

void trigger_client_reload(struct trigger_client *client)
{
	client->reload_wanted = true;
	if (ensure_connected(client) == 0)
		send_reload(client);
}

int trigger_client_send(struct trigger_client *client, const struct trigger_request *request)
{
	_cleanup_strbuf_ struct strbuf message = { 0 };
	int r = trigger_request_serialise(request, &message);

	if (r == 0)
		r = reserve_id(client);
	if (r == 0)
		r = ensure_connected(client);
	/* What is asked after a reload is meant for the new configuration. */
	if (r == 0 && client->reload_wanted)
		r = send_reload(client);
	if (r == 0)
		r = send_message(client, &message);
	if (r < 0)
		return r;
	client->ids[client->n_ids++] = request->id;
	return 0;
}

/* Everything the daemon had open is its own; the runner keeps its socket and the log. */
static int keep_only(int fd)
{
	int kept = STDERR_FILENO + 1;

	if (fd != kept && dup2(fd, kept) < 0)
		return -errno;
	if (fcntl(kept, F_SETFD, FD_CLOEXEC) < 0)
		return -errno;
	/* Or syslog() would one day write to, and close, what has its number by then. */
	closelog();
	closefrom(kept + 1);
	return kept;
}

static void serve_and_exit(const struct runner_params *params, int fd)
{
	int r;

	/* Not what is typed at the daemon's terminal: the runner ends after the daemon. */
	setsid();
	if (params->background) {
		terminal_leave();
		log_to_syslog();
	}
	r = keep_only(fd);
	if (r >= 0)
		r = trigger_runner(params, r);
	if (r < 0)
		log_error("the trigger runner ends: %s", strerror(-r));
	_exit(r < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
}

int trigger_client_fork(const struct runner_params *params, pid_t *ret_pid, int *ret_fd)
{
	int fds[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) < 0)
		return -errno;
	pid = fork();
	if (pid < 0) {
		int r = -errno;

		close(fds[0]);
		close(fds[1]);
		return r;
	}
	if (pid == 0)
		serve_and_exit(params, fds[1]);
	close(fds[1]);
	*ret_pid = pid;
	*ret_fd = fds[0];
	return 0;
}
