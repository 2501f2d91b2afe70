/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kernel-log: the crashed kernel's log as dmesg prints it, "[seconds.micros] text",
 * out of its memory, as VMCOREINFO says where it lies. Two layouts: the ring of Linux
 * 5.10 and later (log-ring.h), and the records of 3.5 to 5.9 (log-buffer.h).
 */
#pragma once

#include "slimdump/old-memory.h"
#include "util/strbuf.h"

enum { KERNEL_LOG_PROBLEM_MAX = 160 };

/*
 * Appends the log to text, all of it, oldest first. Errors: -EHWPOISON (it, or what
 * leads to it, lies in memory that must not be read), -EBADMSG (problem says what is
 * wrong with it), -ENOENT (VMCOREINFO tells of no log that is known here), -EFAULT
 * (the dump does not have it), -ENOMEM, -errno of the reader; problem is set on all.
 */
int kernel_log_read(const struct old_memory *memory, struct strbuf *text,
		    char problem[KERNEL_LOG_PROBLEM_MAX]);
