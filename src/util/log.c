// SPDX-License-Identifier: GPL-2.0-only
#include "util/log.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int log_level = LOG_INFO;
static bool to_syslog;

void log_set_level(int level)
{
	log_level = level;
}

void log_to_syslog(void)
{
	openlog("mcelog", LOG_PID, LOG_DAEMON);
	to_syslog = true;
}

bool log_fd_is_journal(int fd)
{
	const char *stream = getenv("JOURNAL_STREAM");
	uintmax_t device, inode;
	struct stat st;

	if (!stream || sscanf(stream, "%" SCNuMAX ":%" SCNuMAX, &device, &inode) != 2)
		return false;
	return fstat(fd, &st) == 0 && st.st_dev == device && st.st_ino == inode;
}

void log_line(int level, const char *format, ...)
{
	char line[2048];
	va_list arguments;

	if (level > log_level)
		return;
	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);

	if (to_syslog) {
		syslog(level, "%s", line);
		return;
	}
	/* One write for the line: other processes may share the stream. */
	if (log_fd_is_journal(STDERR_FILENO))
		fprintf(stderr, "<%d>%s\n", level, line);
	else
		fprintf(stderr, "mcelog: %s\n", line);
}
