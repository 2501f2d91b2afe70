/* SPDX-License-Identifier: GPL-2.0-only */
/* log-ring: printk's ring of Linux 5.10 and later (kernel/printk/printk_ringbuffer.h). */
#pragma once

#include "slimdump/kernel-log.h"

/* As kernel_log_read(). */
int log_ring_read(const struct old_memory *memory, struct strbuf *text,
		  char problem[KERNEL_LOG_PROBLEM_MAX]);
