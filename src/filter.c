// SPDX-License-Identifier: GPL-2.0-only
#include "filter.h"

#include "decode/false-alarm.h"

struct filter filter_from_config(const struct config *config)
{
	return (struct filter){
		.false_alarms = config->filter,
		.corrected_memory = config->filter_memory_errors,
	};
}

enum filter_verdict filter_event(const struct filter *filter, const struct event *event)
{
	const struct decoded *decoded = &event->decoded;

	if (filter->false_alarms && decode_false_alarm(&event->record))
		return FILTER_FALSE_ALARM;
	if (filter->corrected_memory && decoded->class == CLASS_MEMORY &&
	    decoded->severity == SEVERITY_CORRECTED)
		return FILTER_COUNT;
	return FILTER_TELL;
}
