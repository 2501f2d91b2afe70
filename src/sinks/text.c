// SPDX-License-Identifier: GPL-2.0-only
#include "sinks/text.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/log.h"

struct text_sink {
	const struct root *root;
	const char *path; /* NULL: standard output */
	int fd;
	int wait_ms;
	bool gone;	      /* EPIPE: nobody reads any more */
	uint64_t missing;     /* since the start */
	uint64_t missing_now; /* since the last success */
};

static const char *name_of(const struct text_sink *sink)
{
	return sink->path ? sink->path : "standard output";
}

int text_sink_open(const struct root *root, const char *path, int wait_ms,
		   struct text_sink **ret_sink)
{
	_cleanup_free_ struct text_sink *sink = calloc(1, sizeof(*sink));

	if (!sink)
		return -ENOMEM;
	*sink = (struct text_sink){
		.root = root,
		.path = path,
		.fd = STDOUT_FILENO,
		.wait_ms = wait_ms,
	};
	if (path)
		sink->fd = root_open(root, path, O_WRONLY | O_APPEND | O_CREAT | O_NOCTTY);
	if (sink->fd < 0)
		return sink->fd;
	*ret_sink = take_ptr(sink);
	return 0;
}

void text_sink_close(struct text_sink *sink)
{
	if (!sink)
		return;
	if (sink->path)
		close(sink->fd);
	free(sink);
}

/* After POLLOUT a pipe has room for PIPE_BUF bytes, so the write does not block. */
static int write_piece(const struct text_sink *sink, const char *text, size_t length)
{
	struct pollfd writable = { .fd = sink->fd, .events = POLLOUT };
	ssize_t n;

	/* one that has not read for a while is not waited for again and again */
	if (poll(&writable, 1, sink->missing_now ? 0 : sink->wait_ms) == 0)
		return -EAGAIN;
	n = write(sink->fd, text, length < PIPE_BUF ? length : PIPE_BUF);
	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 0 : -errno;
	return (int)n;
}

static int write_whole(const struct text_sink *sink, const char *text, size_t length)
{
	while (length > 0) {
		int n = write_piece(sink, text, length);

		if (n < 0)
			return n;
		text += n;
		length -= (size_t)n;
	}
	return 0;
}

void text_sink_write(struct text_sink *sink, const char *text, size_t length)
{
	int r = sink->gone ? -EPIPE : write_whole(sink, text, length);

	if (r < 0) {
		if (sink->missing_now == 0)
			log_error("%s: %s: events are not written there for now", name_of(sink),
				  strerror(-r));
		sink->gone = r == -EPIPE;
		sink->missing++;
		sink->missing_now++;
		return;
	}
	if (sink->missing_now)
		log_notice("%s: writing again, %" PRIu64 " events are missing there", name_of(sink),
			   sink->missing_now);
	sink->missing_now = 0;
}

int text_sink_reopen(struct text_sink *sink)
{
	int fd;

	if (!sink->path)
		return 0;
	fd = root_open(sink->root, sink->path, O_WRONLY | O_APPEND | O_CREAT | O_NOCTTY);
	if (fd < 0)
		return fd;
	close(sink->fd);
	sink->fd = fd;
	sink->gone = false;
	return 0;
}

uint64_t text_sink_missing(const struct text_sink *sink)
{
	return sink->missing;
}
