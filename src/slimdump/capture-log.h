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
