// SPDX-License-Identifier: GPL-2.0-only
#include "slimdump/capture-log.h"

#include <errno.h>
#include <fcntl.h>

#include "util/cleanup.h"

/* A read(2) of /dev/kmsg gives one record, which is shorter than this (CONSOLE_EXT_LOG_MAX). */
enum { CHUNK = 1 << 14 };

int capture_log_read(const char *path, struct strbuf *text)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	char chunk[CHUNK];

	if (fd < 0)
		return -errno;
	for (;;) {
		ssize_t n = read(fd, chunk, sizeof(chunk));

		/* records were overwritten while we read: the next one is a later one */
		if (n < 0 && (errno == EINTR || errno == EPIPE))
			continue;
		if (n < 0 && errno != EAGAIN)
			return -errno;
		if (n <= 0)
			return text->error;
		if (text->length + (size_t)n > CAPTURE_LOG_MAX)
			return -EFBIG;
		strbuf_add_bytes(text, chunk, (size_t)n);
	}
}
