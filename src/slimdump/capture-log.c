// SPDX-License-Identifier: GPL-2.0-only
#include "slimdump/capture-log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>

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

static bool is_of_error(const char *line, size_t length)
{
	static const char mark[] = "[Hardware Error]"; /* HW_ERR, of banks and of GHES */

	return memmem(line, length, mark, sizeof(mark) - 1) != NULL;
}

void capture_log_errors(const struct strbuf *log, size_t size_max, struct strbuf *text)
{
	static const char heading[] = "What the log of the capture kernel, not of the one that "
				      "crashed, says of hardware errors:\n";
	const char *line = strbuf_text(log);
	size_t left = log->length, taken = 0;

	while (left > 0) {
		const char *end = memchr(line, '\n', left);
		size_t length = end ? (size_t)(end - line) + 1 : left;
		bool is_wanted = is_of_error(line, length);

		if (is_wanted && taken + length > size_max)
			return;
		if (is_wanted && !taken)
			strbuf_add(text, heading);
		if (is_wanted) {
			strbuf_add_bytes(text, line, length);
			taken += length;
		}
		line += length;
		left -= length;
	}
}
