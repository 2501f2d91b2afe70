// SPDX-License-Identifier: GPL-2.0-only
#include "event/crash.h"

#include <stdlib.h>
#include <string.h>

enum crash_relation crash_relation(const struct crash *a, const struct crash *b)
{
	int64_t apart_us = CRASH_APART_US;

	if (a->uptime_us > 0 && b->uptime_us > 0) {
		if (a->uptime_us == b->uptime_us && strcmp(a->reason, b->reason) == 0)
			return CRASH_SAME;
		if (llabs(a->uptime_us - b->uptime_us) > CRASH_UPTIME_APART_US)
			return CRASH_OTHER;
		/* two lines of one log, or boots that die alike */
		if (a->uptime_us != b->uptime_us)
			apart_us = CRASH_LINES_APART_US;
	}
	if (!a->time_us || !b->time_us)
		return CRASH_MAY_BE;
	return llabs(a->time_us - b->time_us) <= apart_us ? CRASH_SAME : CRASH_OTHER;
}
