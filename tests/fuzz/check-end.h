/* SPDX-License-Identifier: GPL-2.0-only */
/* For fuzz targets: what holds for the end of any kernel log. */
#pragma once

#include <stdlib.h>

#include "sources/kernel-log.h"

static inline void check_end(const struct kernel_log_end *end)
{
	const struct panic *panic = &end->panic;

	if (end->time_us < 0 || end->printk_us < -1)
		abort();
	if (panic->cause == PANIC_NONE && (panic->words[0] || panic_by_hardware(panic)))
		abort();
	for (const char *c = panic->words; *c; c++)
		if (*c < ' ' || *c > '~')
			abort();
}
