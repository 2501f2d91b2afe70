/* SPDX-License-Identifier: GPL-2.0-only */
/* log-buffer: printk's buffer of records, Linux 3.5 to 5.9 (kernel/printk/printk.c, struct
 * printk_log). */
#pragma once

#include "slimdump/kernel-log.h"

/* As kernel_log_read(). */
int log_buffer_read(const struct old_memory *memory, struct strbuf *text,
		    char problem[KERNEL_LOG_PROBLEM_MAX]);
