// SPDX-License-Identifier: GPL-2.0-only
#include "sinks/syslog.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/log.h"

static const char device[] = "/dev/log";
static const char journal_device[] = "/run/systemd/journal/dev-log";

enum { HEADER_MAX = 64 };

struct syslog_sink {
	const struct root *root;
	bool errors;
	int wait_ms;
	int fd;		      /* -1: not connected */
	uint64_t missing;     /* since the start */
	uint64_t missing_now; /* since the last success */
};

int syslog_sink_open(const struct root *root, bool errors, int wait_ms,
		     struct syslog_sink **ret_sink)
{
	struct syslog_sink *sink = calloc(1, sizeof(*sink));

	if (!sink)
		return -ENOMEM;
	*sink = (struct syslog_sink){
		.root = root,
		.errors = errors,
		.wait_ms = wait_ms,
		.fd = -1,
	};
	*ret_sink = sink;
	return 0;
}

static void disconnect(struct syslog_sink *sink)
{
	if (sink->fd >= 0)
		close(sink->fd);
	sink->fd = -1;
}

void syslog_sink_close(struct syslog_sink *sink)
{
	if (!sink)
		return;
	disconnect(sink);
	free(sink);
}

static int connect_to_device(struct syslog_sink *sink)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	_cleanup_close_ int fd = -1;
	char path[ROOT_PATH_MAX];

	if (sink->fd >= 0)
		return 0;
	root_path(sink->root, device, path);
	if (!path[0] || strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	sink->fd = take_fd(fd);
	return 0;
}

static int level_of(const struct syslog_sink *sink, enum severity severity)
{
	switch (severity) {
	case SEVERITY_UNKNOWN:
	case SEVERITY_CORRECTED:
		return LOG_WARNING;
	case SEVERITY_DEFERRED:
	case SEVERITY_UCNA:
	case SEVERITY_ACTION_OPTIONAL:
	case SEVERITY_ACTION_REQUIRED:
	case SEVERITY_UNCORRECTED:
	case SEVERITY_FATAL:
		return sink->errors ? LOG_ERR : LOG_WARNING;
	case SEVERITY_COUNT_:
		break;
	}
	return LOG_WARNING;
}

/* "<28>Nov 21 09:08:07 mcelog: ": RFC 3164 without the host, as syslog(3) has it. */
static size_t make_header(int level, char header[HEADER_MAX])
{
	static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	time_t now = time(NULL);
	struct tm local;

	localtime_r(&now, &local);
	return (size_t)snprintf(
		header, HEADER_MAX, "<%d>%s %2d %02d:%02d:%02d mcelog: ", LOG_DAEMON | level,
		months[local.tm_mon], local.tm_mday, local.tm_hour, local.tm_min, local.tm_sec);
}

static int send_message(const struct syslog_sink *sink, struct iovec parts[2])
{
	struct pollfd writable = { .fd = sink->fd, .events = POLLOUT };
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };

	/* one that has not read for a while is not waited for again and again */
	for (int tries = sink->missing_now ? 1 : 2; tries > 0; tries--) {
		if (sendmsg(sink->fd, &message, MSG_NOSIGNAL) >= 0)
			return 0;
		if (errno != EAGAIN && errno != ENOBUFS)
			return -errno;
		if (tries > 1)
			poll(&writable, 1, sink->wait_ms);
	}
	return -EAGAIN;
}

/* A syslogd that was restarted has a new socket. */
static int send_again(struct syslog_sink *sink, struct iovec parts[2])
{
	int r = connect_to_device(sink);

	if (r == 0)
		r = send_message(sink, parts);
	if (r != -ECONNREFUSED && r != -ECONNRESET && r != -ENOTCONN && r != -EPIPE)
		return r;
	disconnect(sink);
	r = connect_to_device(sink);
	return r < 0 ? r : send_message(sink, parts);
}

static int send_lines(struct syslog_sink *sink, int level, const char *text, size_t length)
{
	char header[HEADER_MAX];
	size_t header_length = make_header(level, header);

	for (const char *end = text + length; text < end; text++) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		size_t line = (size_t)((newline ? newline : end) - text);
		struct iovec parts[2] = { { header, header_length }, { (void *)text, line } };
		int r = line ? send_again(sink, parts) : 0;

		if (r < 0)
			return r;
		text += line;
	}
	return 0;
}

void syslog_sink_write(struct syslog_sink *sink, enum severity severity, const char *text,
		       size_t length)
{
	int r = send_lines(sink, level_of(sink, severity), text, length);

	if (r < 0) {
		if (sink->missing_now == 0)
			log_error("%s: %s: events are not sent there for now", device,
				  strerror(-r));
		sink->missing++;
		sink->missing_now++;
		return;
	}
	if (sink->missing_now)
		log_notice("%s: sending again, %" PRIu64 " events are missing there", device,
			   sink->missing_now);
	sink->missing_now = 0;
}

uint64_t syslog_sink_missing(const struct syslog_sink *sink)
{
	return sink->missing;
}

bool syslog_is_journal(const struct root *root)
{
	char path[ROOT_PATH_MAX], journal[ROOT_PATH_MAX], resolved[PATH_MAX];

	return realpath(root_path(root, device, path), resolved) &&
	       strcmp(resolved, root_path(root, journal_device, journal)) == 0;
}
