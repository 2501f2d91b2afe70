// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sinks' end of the pipeline: what is durable goes to text, syslog and the
 * journal; a memory error when its DIMM is known or has been waited for.
 */
#include "pipeline-private.h"

#include <string.h>

#include "accounting.h"
#include "outbox.h"
#include "place.h"
#include "sinks/syslog.h"
#include "sinks/text.h"
#include "util/cleanup.h"
#include "util/clock.h"

bool pipeline_is_told(const struct pipeline *pipeline, const struct event *event)
{
	return filter_event(&pipeline->params.filter, event) == FILTER_TELL;
}

static void print_event(struct pipeline *pipeline, const struct event *event)
{
	_cleanup_strbuf_ struct strbuf text = { 0 };

	event_to_text(event, &text);
	if (text.error)
		return;
	if (pipeline->params.text)
		text_sink_write(pipeline->params.text, text.text, text.length);
	if (pipeline->params.syslog)
		syslog_sink_write(pipeline->params.syslog, event->decoded.severity, text.text,
				  text.length);
}

static void tell_event(void *context, const struct event *event)
{
	struct pipeline *pipeline = context;

	if (pipeline->params.text || pipeline->params.syslog)
		print_event(pipeline, event);
	if (pipeline->outbox)
		outbox_send(pipeline->outbox, event);
}

uint64_t pipeline_announce_us(const struct pipeline *pipeline)
{
	return place_wait_us(pipeline->place, clock_monotonic_us());
}

void pipeline_announce_due(struct pipeline *pipeline)
{
	place_tell(pipeline->place, clock_monotonic_us(), tell_event, pipeline);
}

void pipeline_announce(struct pipeline *pipeline)
{
	place_tell(pipeline->place, UINT64_MAX, tell_event, pipeline);
}

void pipeline_tell_actions(struct pipeline *pipeline)
{
	const struct accounting *accounting = pipeline->params.accounting;
	const char *news = accounting ? accounting_news(accounting) : "";

	if (!*news)
		return;
	if (pipeline->params.text)
		text_sink_write(pipeline->params.text, news, strlen(news));
	if (pipeline->params.syslog)
		syslog_sink_write(pipeline->params.syslog, SEVERITY_CORRECTED, news, strlen(news));
	if (pipeline->outbox)
		outbox_expect(pipeline->outbox);
}

void pipeline_tell_batch(struct pipeline *pipeline)
{
	for (size_t i = 0; i < pipeline->n_events; i++) {
		const struct event *event = &pipeline->events[i];

		place_event_stored(pipeline->place, event);
		if (pipeline->results[i] == STORE_NEW && pipeline_is_told(pipeline, event) &&
		    !place_hold(pipeline->place, event, clock_monotonic_us()))
			tell_event(pipeline, event);
	}
	place_stored(pipeline->place);
	pipeline_announce_due(pipeline);
	/* losses have their number only in the store: it has to be asked */
	if (pipeline->n_losses && pipeline->outbox)
		outbox_expect(pipeline->outbox);
	pipeline_tell_actions(pipeline);
}

/* --- the journal's part, for the loop --- */

bool pipeline_unsettled(const struct pipeline *pipeline)
{
	return pipeline->outbox && outbox_unsettled(pipeline->outbox);
}

uint64_t pipeline_settle(struct pipeline *pipeline)
{
	return pipeline->outbox ? outbox_settle(pipeline->outbox) : 0;
}

void pipeline_recover(struct pipeline *pipeline)
{
	if (pipeline->outbox)
		outbox_recover(pipeline->outbox);
}
