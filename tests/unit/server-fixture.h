/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A server in a process of its own, on a socket in a temporary directory, and
 * a client's calls. Include after cmocka.h.
 */
#pragma once

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "server/server.h"

struct server_fixture {
	char directory[64];
	char socket_path[96];
	struct server_params params;
	size_t pages_size; /* of the text that pages gives */
	rlim_t files;	   /* the most that the server may open; 0: as it is */
	pid_t pid;
};

static inline void fixture_dump(void *context, bool all, bool bios, struct strbuf *out)
{
	(void)context;
	strbuf_addf(out, "Memory errors\nall=%d bios=%d\n", all, bios);
}

static inline void fixture_pages(void *context, struct strbuf *out)
{
	const struct server_fixture *fixture = context;
	char *text = malloc(fixture->pages_size);

	assert_non_null(text);
	memset(text, 'p', fixture->pages_size);
	if (fixture->pages_size)
		text[fixture->pages_size - 1] = '\n';
	strbuf_add_bytes(out, text, fixture->pages_size);
	free(text);
}

static inline int fixture_setup(void **state)
{
	struct server_fixture *fixture = calloc(1, sizeof(*fixture));

	strcpy(fixture->directory, "/tmp/mcelog-test-server.XXXXXX");
	assert_non_null(mkdtemp(fixture->directory));
	/* the clients of another user must get as far as the socket */
	assert_int_equal(chmod(fixture->directory, 0755), 0);
	snprintf(fixture->socket_path, sizeof(fixture->socket_path), "%s/client",
		 fixture->directory);
	fixture->params = (struct server_params){
		.socket_path = fixture->socket_path,
		.listen_fd = -1,
		.ping_timeout_ms = 500,
	};
	*state = fixture;
	return 0;
}

static inline void fixture_stop(struct server_fixture *fixture)
{
	if (fixture->pid > 0) {
		kill(fixture->pid, SIGKILL);
		waitpid(fixture->pid, NULL, 0);
	}
	fixture->pid = 0;
}

static inline int fixture_teardown(void **state)
{
	struct server_fixture *fixture = *state;

	fixture_stop(fixture);
	unlink(fixture->socket_path);
	assert_int_equal(rmdir(fixture->directory), 0);
	free(fixture);
	return 0;
}

/* The server's own process; tells by a byte that it listens. */
static inline void fixture_serve(struct server_fixture *fixture, int ready)
{
	const struct server_ops ops = { fixture_dump, fixture_pages, fixture };
	struct rlimit limit = { fixture->files, fixture->files };
	struct server *server;
	sd_event *event;

	if (fixture->files && setrlimit(RLIMIT_NOFILE, &limit) < 0)
		_exit(2);
	/* what clients cause is told in the log, once */
	if (!freopen("/dev/null", "w", stderr))
		_exit(2);
	if (sd_event_new(&event) < 0 || server_new(event, &fixture->params, &ops, &server) < 0)
		_exit(2);
	if (write(ready, "", 1) != 1)
		_exit(2);
	close(ready);
	_exit(sd_event_loop(event) < 0 ? 1 : 0);
}

static inline void fixture_start(struct server_fixture *fixture)
{
	int fds[2];
	char byte;

	assert_int_equal(pipe(fds), 0);
	fixture->pid = fork();
	assert_true(fixture->pid >= 0);
	if (fixture->pid == 0) {
		close(fds[0]);
		fixture_serve(fixture, fds[1]);
	}
	close(fds[1]);
	assert_int_equal(read(fds[0], &byte, 1), 1);
	close(fds[0]);
}

static inline bool fixture_is_alive(struct server_fixture *fixture)
{
	return waitpid(fixture->pid, NULL, WNOHANG) == 0;
}

/* A connection, or -errno. */
static inline int client_connect(const struct server_fixture *fixture)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), error;

	strcpy(address.sun_path, fixture->socket_path);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	error = -errno;
	close(fd);
	return error;
}

static inline int client_new(const struct server_fixture *fixture)
{
	int fd = client_connect(fixture);

	assert_true(fd >= 0);
	return fd;
}

/* All the bytes, NULs, too. */
static inline void client_send_bytes(int fd, const void *bytes, size_t size)
{
	assert_int_equal(send(fd, bytes, size, MSG_NOSIGNAL), size);
}

static inline void client_send(int fd, const char *text)
{
	client_send_bytes(fd, text, strlen(text));
}

/* What comes until the text is as long as wanted, the end, or 10 s of silence; in a static buffer.
 */
static inline const char *client_read(int fd, size_t wanted)
{
	static char text[4096];
	size_t size = 0;

	while (size < wanted && size < sizeof(text) - 1) {
		struct pollfd wait = { .fd = fd, .events = POLLIN };
		ssize_t n;

		if (poll(&wait, 1, 10000) != 1)
			break;
		n = read(fd, text + size, wanted - size);
		if (n <= 0)
			break;
		size += (size_t)n;
	}
	text[size] = '\0';
	return text;
}

#define assert_answer(fd, wanted) assert_string_equal(client_read(fd, strlen(wanted)), wanted)

/* The server has ended the connection. */
static inline void assert_ended(int fd)
{
	assert_string_equal(client_read(fd, 1), "");
	close(fd);
}

/* The server is in good health. */
static inline void assert_serves(struct server_fixture *fixture)
{
	int fd = client_new(fixture);

	assert_true(fixture_is_alive(fixture));
	client_send(fd, "ping\n");
	assert_answer(fd, "pong\n");
	close(fd);
}
