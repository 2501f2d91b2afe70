// SPDX-License-Identifier: GPL-2.0-only
#include "daemon-private.h"

#include <time.h>

int daemon_make_timer(struct daemon *daemon, sd_event_time_handler_t handler,
		      sd_event_source **ret_timer)
{
	int r = sd_event_add_time_relative(daemon->event, ret_timer, CLOCK_MONOTONIC, 0, 0, handler,
					   daemon);

	return r < 0 ? r : sd_event_source_set_enabled(*ret_timer, SD_EVENT_OFF);
}

bool daemon_timer_is_set(sd_event_source *timer)
{
	int enabled = SD_EVENT_OFF;

	sd_event_source_get_enabled(timer, &enabled);
	return enabled != SD_EVENT_OFF;
}

void daemon_set_timer(sd_event_source *timer, uint64_t us)
{
	sd_event_source_set_time_relative(timer, us);
	sd_event_source_set_enabled(timer, SD_EVENT_ONESHOT);
}
