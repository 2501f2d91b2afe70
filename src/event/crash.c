// SPDX-License-Identifier: GPL-2.0-only
#include "event/crash.h"

#include <stdlib.h>
#include <string.h>

enum crash_relation crash_relation(const struct crash *a, const struct crash *b)
{
	if (a->uptime_us > 0 && b->uptime_us > 0) {
		if (a->uptime_us == b->uptime_us && strcmp(a->reason, b->reason) == 0)
			return CRASH_SAME;
		if (llabs(a->uptime_us - b->uptime_us) > CRASH_UPTIME_APART_US)
			return CRASH_OTHER;
	}
	if (!a->time_us || !b->time_us)
		return CRASH_MAY_BE;
	return llabs(a->time_us - b->time_us) <= CRASH_APART_US ? CRASH_SAME : CRASH_OTHER;
}
