/* SPDX-License-Identifier: GPL-2.0-only */
/* append: one more row at the end of an array that grows. */
#pragma once

#include <errno.h>
#include <stdlib.h>

/* Appends row to the n rows of an array from malloc(3). 0, or -ENOMEM and nothing has changed. */
#define append_row(rows, n, row)                                                                   \
	({                                                                                         \
		__typeof__(rows) grown_ = reallocarray(rows, (n) + 1, sizeof(*(rows)));            \
		if (grown_) {                                                                      \
			(rows) = grown_;                                                           \
			grown_[(n)++] = (row);                                                     \
		}                                                                                  \
		grown_ ? 0 : -ENOMEM;                                                              \
	})
