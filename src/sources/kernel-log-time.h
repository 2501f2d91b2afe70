/* SPDX-License-Identifier: GPL-2.0-only */
/* kernel-log-time: when it was, where only printk's time says so. For kernel-log.c. */
#pragma once

#include "sources/kernel-log.h"

/*
 * Sets the time_us of the end and of all that does not have one yet, by the lines near it whose
 * wall time is known, else by when the log began or ended (0 unknown). Errors: -ENOMEM.
 */
int kernel_log_date(struct kernel_log *log, int64_t began_us, int64_t ended_us);
