// SPDX-License-Identifier: GPL-2.0-only
#include "server/client.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "server/dial.h"
#include "util/cleanup.h"
#include "util/log.h"

struct request {
	const char *command;
	const char *last; /* the line that ends the answer */
	bool print_last;
};

/* Lines that the server sends instead of an answer, and what they mean. */
static int refusal(const char *line)
{
	static const struct {
		const char *line;
		int error;
	} rows[] = {
		{ "permission denied\n", -EACCES },
		{ "mcelog server too busy\n", -EBUSY },
		{ "Unknown command\n", -EPROTO },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (strcmp(line, rows[i].line) == 0)
			return rows[i].error;
	return 0;
}

/* What the end of the stream means where more lines should come. */
static int early_end(FILE *answer)
{
	if (!ferror(answer))
		return -ECONNRESET;
	return errno == EAGAIN ? -ETIMEDOUT : -errno;
}

static int print_answer(FILE *answer, const struct request *request, FILE *out)
{
	_cleanup_free_ char *line = NULL;
	size_t capacity = 0;

	while (getline(&line, &capacity, answer) > 0) {
		bool last = strcmp(line, request->last) == 0;
		int r = refusal(line);

		if (r < 0)
			return r;
		if ((!last || request->print_last) && fputs(line, out) == EOF)
			return -errno;
		if (last)
			return fflush(out) == EOF ? -errno : 0;
	}
	return early_end(answer);
}

static int ask(const char *socket_path, const struct request *request, unsigned int timeout_ms,
	       FILE *out)
{
	_cleanup_fclose_ FILE *answer = NULL;
	_cleanup_close_ int fd = dial(socket_path, timeout_ms);

	if (fd < 0)
		return fd;
	/* Whoever refuses us may have hung up before; he will have said why. */
	if (send(fd, request->command, strlen(request->command), MSG_NOSIGNAL) < 0 &&
	    errno != EPIPE)
		return errno == EAGAIN ? -ETIMEDOUT : -errno;
	answer = fdopen(fd, "r");
	if (!answer)
		return -errno;
	fd = -1; /* the stream's now */
	return print_answer(answer, request, out);
}

/* The kernel's words where they are to the point: scripts look for "Connection refused". */
static const char *reason(int error)
{
	switch (error) {
	case -EBUSY:
		return "the daemon has too many clients";
	case -ECONNRESET:
		return "the daemon ended the connection before the end of its answer";
	case -EPROTO:
		return "the answer is not that of an mcelog daemon";
	case -ETIMEDOUT:
		return "the daemon did not answer in time";
	}
	return strerror(-error);
}

int client_run(const char *socket_path, enum client_command command, unsigned int timeout_ms,
	       FILE *out)
{
	static const struct request ping[] = { { "ping\n", "pong\n", true }, { 0 } };
	static const struct request dump[] = {
		{ "dump all bios\n", "done\n", false },
		{ "pages\n", "done\n", false },
		{ 0 },
	};
	int r = 0;

	for (const struct request *request = command == CLIENT_PING ? ping : dump;
	     request->command && r == 0; request++)
		r = ask(socket_path, request, timeout_ms, out);
	if (r < 0)
		log_error("cannot %s the daemon at %s: %s",
			  ferror(out) ? "print the answer of" : "ask", socket_path, reason(r));
	return r;
}
