// SPDX-License-Identifier: GPL-2.0-only
#include "server/connection.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "server/protocol.h"
#include "util/cleanup.h"

#ifndef CONNECTION_PATIENCE_US /* the tests have less */
#define CONNECTION_PATIENCE_US 30000000ull
#endif
#define REFUSED_PATIENCE_US 5000000ull

struct connection {
	struct connections *all;
	struct connection *previous, *next;
	sd_event_source *io;
	sd_event_source *timer; /* on while something is pending */
	int fd;
	size_t n_input;
	char input[CONNECTION_LINE_MAX + 1]; /* a line and its end; starts with no blank */
	struct strbuf output;
	size_t sent;  /* of output */
	bool ended;   /* the peer sends no more, or is not heard any more */
	bool refused; /* only waits for the peer to go */
};

/* --- list --- */

static void link_in(struct connection *connection)
{
	struct connections *all = connection->all;

	connection->next = all->first;
	if (all->first)
		all->first->previous = connection;
	all->first = connection;
	if (connection->refused)
		all->n_refused++;
	else
		all->n++;
}

static void unlink_from(struct connection *connection)
{
	struct connections *all = connection->all;

	if (connection->next)
		connection->next->previous = connection->previous;
	if (connection->previous)
		connection->previous->next = connection->next;
	else
		all->first = connection->next;
	if (connection->refused)
		all->n_refused--;
	else
		all->n--;
}

static size_t output_left(const struct connection *connection)
{
	return connection->output.length - connection->sent;
}

/* A connection that is not in the list. */
static void connection_free(struct connection *connection)
{
	sd_event_source_disable_unref(connection->io);
	sd_event_source_disable_unref(connection->timer);
	close(connection->fd);
	strbuf_free(&connection->output);
	free(connection);
}

static void connection_end(struct connection *connection)
{
	connection->all->buffered -= output_left(connection);
	unlink_from(connection);
	connection_free(connection);
}

/* --- input --- */

static bool is_blank(char byte)
{
	return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* Blanks that start a line are nothing that we wait for the end of. */
static void drop_leading_blanks(struct connection *connection)
{
	size_t n = 0;

	while (n < connection->n_input && is_blank(connection->input[n]))
		n++;
	connection->n_input -= n;
	memmove(connection->input, connection->input + n, connection->n_input);
}

/* collectd sends the NUL of its string, too. */
static void drop_nuls(struct connection *connection, size_t start)
{
	size_t kept = start;

	for (size_t i = start; i < connection->n_input; i++)
		if (connection->input[i])
			connection->input[kept++] = connection->input[i];
	connection->n_input = kept;
}

/* Returns how many bytes came, 0 also when none were there. Errors: -EMSGSIZE, -errno. */
static ssize_t receive(struct connection *connection)
{
	size_t start = connection->n_input;
	ssize_t n;

	if (start == sizeof(connection->input))
		return -EMSGSIZE;
	n = recv(connection->fd, connection->input + start, sizeof(connection->input) - start,
		 MSG_DONTWAIT);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	connection->ended = n == 0;
	connection->n_input += (size_t)n;
	drop_nuls(connection, start);
	drop_leading_blanks(connection);
	return n;
}

/* The end of the first line, the end of the input counts as one; NULL when there is none yet. */
static char *line_end(struct connection *connection)
{
	char *end = memchr(connection->input, '\n', connection->n_input);

	if (!end && connection->ended && connection->n_input &&
	    connection->n_input < sizeof(connection->input))
		end = connection->input + connection->n_input;
	return end;
}

static void drop_line(struct connection *connection, const char *end)
{
	size_t length = (size_t)(end - connection->input);

	if (length < connection->n_input)
		length++; /* the line end itself */
	connection->n_input -= length;
	memmove(connection->input, connection->input + length, connection->n_input);
	drop_leading_blanks(connection);
}

/* --- output --- */

/* Answers the line that ends at end. Errors: -ENOMEM, -EFBIG. */
static int answer(struct connection *connection, char *end)
{
	struct connections *all = connection->all;
	struct strbuf *output = &connection->output;

	if (all->buffered >= CONNECTIONS_OUTPUT_MAX) {
		limited_log(&all->log, "too many answers wait to be read, a client is cut off");
		strbuf_add(output, "mcelog server too busy\n");
		connection->n_input = 0;
		connection->ended = true;
	} else {
		*end = '\0';
		protocol_answer(&all->ops, connection->input, output);
		drop_line(connection, end);
	}
	all->buffered += output->length;
	if (output->error)
		return output->error;
	return output->length > CONNECTION_OUTPUT_MAX ? -EFBIG : 0;
}

/* Returns how many bytes went out. Errors: -errno. */
static ssize_t send_some(struct connection *connection)
{
	size_t left = output_left(connection);
	ssize_t n;

	if (!left)
		return 0;
	n = send(connection->fd, connection->output.text + connection->sent, left,
		 MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	connection->all->buffered -= (size_t)n;
	connection->sent += (size_t)n;
	if (!output_left(connection)) {
		/* hundreds of idle clients must not each keep their largest answer's memory */
		strbuf_free(&connection->output);
		connection->sent = 0;
	}
	return n;
}

/* --- the loop --- */

static int set_patience(struct connection *connection, uint64_t us)
{
	int r = sd_event_source_set_time_relative(connection->timer, us);

	return r < 0 ? r : sd_event_source_set_enabled(connection->timer, SD_EVENT_ONESHOT);
}

/* Waits for what comes next; with a line that is already here, for room to answer it. */
static int wait_for_more(struct connection *connection, bool progress)
{
	bool to_do = output_left(connection) || line_end(connection);
	int enabled = SD_EVENT_OFF, r;

	r = sd_event_source_set_io_events(connection->io, to_do ? EPOLLOUT : EPOLLIN);
	if (r < 0)
		return r;
	if (!to_do && !connection->n_input)
		return sd_event_source_set_enabled(connection->timer, SD_EVENT_OFF);
	r = sd_event_source_get_enabled(connection->timer, &enabled);
	if (r < 0 || (enabled != SD_EVENT_OFF && !progress))
		return r;
	return set_patience(connection, CONNECTION_PATIENCE_US);
}

/* Returns 0, or a negative value when the connection is over: -ENOTCONN all is said, -errno. */
static int step(struct connection *connection)
{
	bool progress = false;
	ssize_t n = 0;
	char *end;
	int r;

	if (!output_left(connection)) {
		if (!line_end(connection))
			n = receive(connection);
		if (n < 0)
			return (int)n;
		progress = n > 0;
		end = line_end(connection);
		r = end ? answer(connection, end) : 0;
		if (r < 0)
			return r;
	}
	n = send_some(connection);
	if (n < 0)
		return (int)n;
	if (connection->ended && !output_left(connection) && !line_end(connection))
		return -ENOTCONN;
	return wait_for_more(connection, progress || n > 0);
}

static int step_refused(struct connection *connection)
{
	char ignored[512];
	ssize_t n = recv(connection->fd, ignored, sizeof(ignored), MSG_DONTWAIT);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	return n ? 0 : -ENOTCONN;
}

/* Why a connection ended, where it is not the client's own doing. */
static void say_why(struct connection *connection, int error)
{
	struct limited_log *log = &connection->all->log;

	if (error == -EMSGSIZE)
		limited_log(log, "a client's line of more than %d bytes: cut off",
			    CONNECTION_LINE_MAX);
	else if (error == -EFBIG)
		limited_log(log, "an answer of %zu bytes is more than a client gets: cut off",
			    connection->output.length);
	else if (error == -ENOMEM)
		limited_log(log, "no memory for a client's answer: cut off");
}

static int on_io(sd_event_source *io, int fd, uint32_t revents, void *userdata)
{
	struct connection *connection = userdata;
	int r = connection->refused ? step_refused(connection) : step(connection);

	(void)io;
	(void)fd;
	(void)revents;
	if (r < 0) {
		say_why(connection, r);
		connection_end(connection);
	}
	return 0;
}

static int on_patience_over(sd_event_source *timer, uint64_t usec, void *userdata)
{
	struct connection *connection = userdata;

	(void)timer;
	(void)usec;
	if (!connection->refused)
		limited_log(&connection->all->log,
			    "a client that does not read its answer or finish its line: cut off");
	connection_end(connection);
	return 0;
}

/* --- life --- */

static int watch(struct connection *connection)
{
	sd_event *event = connection->all->event;
	int r = sd_event_add_io(event, &connection->io, connection->fd, EPOLLIN, on_io, connection);

	if (r >= 0)
		r = sd_event_source_set_priority(connection->io, CONNECTION_PRIORITY);
	if (r >= 0)
		r = sd_event_add_time_relative(event, &connection->timer, CLOCK_MONOTONIC,
					       REFUSED_PATIENCE_US, 0, on_patience_over,
					       connection);
	if (r >= 0)
		r = sd_event_source_set_priority(connection->timer, CONNECTION_PRIORITY);
	if (r >= 0 && !connection->refused)
		r = sd_event_source_set_enabled(connection->timer, SD_EVENT_OFF);
	return r < 0 ? r : 0;
}

static int connection_add(struct connections *connections, int fd, bool refused)
{
	struct connection *connection = calloc(1, sizeof(*connection));
	int r;

	if (!connection) {
		close(fd);
		return -ENOMEM;
	}
	connection->all = connections;
	connection->fd = fd;
	connection->refused = refused;
	r = watch(connection);
	if (r < 0) {
		connection_free(connection);
		return r;
	}
	link_in(connection);
	return 0;
}

int connection_serve(struct connections *connections, int fd)
{
	return connection_add(connections, fd, false);
}

void connection_refuse(struct connections *connections, int fd, const char *text)
{
	char ignored[512];
	bool told = send(fd, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;

	if (told && shutdown(fd, SHUT_WR) == 0 &&
	    connections->n_refused < CONNECTIONS_REFUSED_MAX) {
		connection_add(connections, fd, true);
		return;
	}
	/* Closing with something unread would look like an error to the peer. */
	while (recv(fd, ignored, sizeof(ignored), MSG_DONTWAIT) > 0)
		;
	close(fd);
}

void connections_end(struct connections *connections)
{
	while (connections->first)
		connection_end(connections->first);
}
