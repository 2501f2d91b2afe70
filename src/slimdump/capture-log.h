/* SPDX-License-Identifier: GPL-2.0-only */
/* capture-log: the log of the kernel that runs now, from /dev/kmsg or a file. */
#pragma once

#include "util/strbuf.h"

enum { CAPTURE_LOG_MAX = 1 << 26 };

/*
 * Appends what is there now, without waiting for more. Errors: -EFBIG (more than
 * CAPTURE_LOG_MAX bytes), -ENOMEM, -errno.
 */
int capture_log_read(const char *path, struct strbuf *text);

/*
 * Appends the lines of such a log that are about hardware errors, the first size_max bytes
 * of them, below a line that says whose they are; nothing where there are none.
 */
void capture_log_errors(const struct strbuf *log, size_t size_max, struct strbuf *text);
