/* SPDX-License-Identifier: GPL-2.0-only */
/* limited-log: messages that clients cause, so that no client can fill the log with them. */
#pragma once

#include <stdint.h>

/* Starts as {0}. */
struct limited_log {
	uint64_t next_us; /* CLOCK_MONOTONIC: nothing is said before */
	unsigned int kept_back;
};

/* At most one line a minute, which also says how many were not printed since the last one. */
void limited_log(struct limited_log *log, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
