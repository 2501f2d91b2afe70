/* SPDX-License-Identifier: GPL-2.0-only */
/* At most so many in so much time; what is above that is counted, to be told later. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct ratelimit {
	uint64_t window_us;
	unsigned int most; /* in one window */
	uint64_t began_us;
	unsigned int passed;   /* in this window */
	unsigned int withheld; /* since the user last set it to 0 */
};

/* Whether one more may pass; now_us of any clock that does not go back. */
static inline bool ratelimit_pass(struct ratelimit *limit, uint64_t now_us)
{
	if (now_us - limit->began_us >= limit->window_us) {
		limit->began_us = now_us;
		limit->passed = 0;
	}
	if (limit->passed >= limit->most) {
		limit->withheld++;
		return false;
	}
	limit->passed++;
	return true;
}
