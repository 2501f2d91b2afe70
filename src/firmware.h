/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * firmware: what firmware or a kernel laid down (event/firmware.h), taken apart
 * and judged: each error in it as an event, with its delivery filled in.
 */
#pragma once

#include "event/event.h"
#include "event/firmware.h"

enum { FIRMWARE_PROBLEM_MAX = 160 };

/*
 * Calls each() for every error. section is what the store is to keep of one
 * that has no bank's registers; empty for a machine check. Its body and the event
 * are valid during the call. Kernel logs, lists of known bad memory and records
 * that only inform are none. A negative result of each() ends the walk and is returned.
 *
 * problem becomes "" or the first thing that was wrong, in words; the rest is
 * taken all the same. Returns how many calls there were.
 */
int firmware_events(const struct firmware *firmware,
		    int (*each)(void *context, const struct event *event,
				const struct section *section),
		    void *context, char problem[FIRMWARE_PROBLEM_MAX]);
