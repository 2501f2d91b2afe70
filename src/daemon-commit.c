// SPDX-License-Identifier: GPL-2.0-only
/* When the daemon commits, what it does when that fails, and what is due after it. */
#include "daemon-private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <systemd/sd-daemon.h>

enum {
	BROKEN_RETRY_US = 1000 * 1000, /* disk full and the like */
	SETTLE_US = 1000 * 1000,
};

void daemon_tell_status(struct daemon *daemon, const char *state)
{
	char text[1024] = "watching nothing: no source of machine checks is here";
	struct pipeline_counts counts;
	size_t used = 0;

	for (size_t i = 0; i < daemon->n_watches; i++) {
		struct active *active = session_find(&daemon->session, daemon->watches[i].ops);
		char part[256];

		if (!active)
			continue;
		active->ops->describe(active->source, part, sizeof(part));
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s",
					 used ? ", " : "watching ", part);
		if (used >= sizeof(text))
			used = sizeof(text) - 1;
	}
	pipeline_count(daemon->session.pipeline, &counts);
	sd_notifyf(0, "%sSTATUS=%s; %llu event%s this boot, %llu lost, %llu filtered", state, text,
		   (unsigned long long)counts.events, counts.events == 1 ? "" : "s",
		   (unsigned long long)counts.lost, (unsigned long long)counts.filtered);
}

static uint64_t retry_us(int error)
{
	return error == -EBUSY ? DAEMON_BUSY_RETRY_US : BROKEN_RETRY_US;
}

/* For tests, also mcelog's own: so many records and no more. */
static void end_when_enough(struct daemon *daemon)
{
	const struct config *config = daemon->config;

	if (config->debug_numerrors && config->num_errors &&
	    pipeline_taken(daemon->session.pipeline) >= config->num_errors)
		sd_event_exit(daemon->event, EXIT_SUCCESS);
}

void daemon_after_commit(struct daemon *daemon)
{
	if (pipeline_unsettled(daemon->session.pipeline) &&
	    !daemon_timer_is_set(daemon->settle_timer))
		daemon_set_timer(daemon->settle_timer, SETTLE_US);
	daemon_tell_status(daemon, "");
	end_when_enough(daemon);
}

/* Events that wait for their DIMM: a commit with nothing to write tells of them. */
static void announce_when_due(struct daemon *daemon)
{
	if (pipeline_need(daemon->session.pipeline) == PIPELINE_ANNOUNCE &&
	    !daemon_timer_is_set(daemon->commit_timer))
		daemon_set_timer(daemon->commit_timer,
				 pipeline_announce_us(daemon->session.pipeline));
}

void daemon_commit(struct daemon *daemon)
{
	int r = session_commit(&daemon->session);

	if (r == -EUCLEAN) {
		/* damaged, and no new one could be begun: the events stay in the spool */
		sd_event_exit(daemon->event, EXIT_FAILURE);
		return;
	}
	if (r < 0) {
		daemon_set_timer(daemon->commit_timer, retry_us(r));
		return;
	}
	sd_event_source_set_enabled(daemon->commit_timer, SD_EVENT_OFF);
	announce_when_due(daemon);
	daemon_after_commit(daemon);
}

void daemon_commit_when_due(struct daemon *daemon)
{
	switch (pipeline_need(daemon->session.pipeline)) {
	case PIPELINE_NOTHING:
		break;
	case PIPELINE_ANNOUNCE:
		announce_when_due(daemon);
		break;
	case PIPELINE_SOON:
		if (!daemon_timer_is_set(daemon->commit_timer))
			daemon_set_timer(daemon->commit_timer, PIPELINE_DELAY_US);
		break;
	case PIPELINE_NOW:
		daemon_commit(daemon);
		break;
	}
}

static int on_commit_timer(sd_event_source *timer, uint64_t usec, void *userdata)
{
	(void)timer;
	(void)usec;
	daemon_commit(userdata);
	return 0;
}

static int on_settle_timer(sd_event_source *timer, uint64_t usec, void *userdata)
{
	struct daemon *daemon = userdata;
	uint64_t again = pipeline_settle(daemon->session.pipeline);

	(void)timer;
	(void)usec;
	if (again)
		daemon_set_timer(daemon->settle_timer, again);
	return 0;
}

int daemon_make_commit_timers(struct daemon *daemon)
{
	int r = daemon_make_timer(daemon, on_commit_timer, &daemon->commit_timer);

	return r < 0 ? r : daemon_make_timer(daemon, on_settle_timer, &daemon->settle_timer);
}
