/* SPDX-License-Identifier: GPL-2.0-only */
/* clock: the time, for those who are not given it: the composition root and what waits. */
#pragma once

#include <stdint.h>

/* Microseconds since the epoch. */
int64_t clock_wall_us(void);

/* Microseconds of the clock that nobody sets. */
uint64_t clock_monotonic_us(void);
