/* SPDX-License-Identifier: GPL-2.0-only */
/* filter: which events are only stored, and not told to anybody. */
#pragma once

#include <stdbool.h>

#include "config.h"
#include "event/event.h"

struct filter {
	bool false_alarms;     /* leave out what the CPU is known to make up */
	bool corrected_memory; /* count corrected memory errors, but do not tell of each */
};

/* --filter, --no-filter and --filter-memory-errors. */
struct filter filter_from_config(const struct config *config);

enum filter_verdict {
	FILTER_TELL,	    /* text, syslog and journal; accounting and actions */
	FILTER_COUNT,	    /* accounting and actions only */
	FILTER_FALSE_ALARM, /* nothing: there was no error */
};

/*
 * Says what becomes of a decoded event once it is stored, always the same for the
 * same event. What is worse than corrected is left out only as a false alarm.
 */
enum filter_verdict filter_event(const struct filter *filter, const struct event *event);
