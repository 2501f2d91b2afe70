// SPDX-License-Identifier: GPL-2.0-only
/*
 * In the order in which a record becomes an event: intake (pipeline-intake.c); here the store
 * (its file is in pipeline-store.c) and the commit with the sinks behind it (pipeline-sinks.c);
 * then the start and the end.
 */
#include "pipeline-private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "accounting.h"
#include "db/store.h"
#include "outbox.h"
#include "place.h"
#include "util/log.h"

bool pipeline_known(void *context, const char *key)
{
	struct pipeline *pipeline = context;

	return pipeline->store && store_has_key(pipeline->store, key);
}

uint64_t pipeline_lost_so_far(void *context, enum source_id source, const char *where)
{
	struct pipeline *pipeline = context;

	return pipeline->store
		       ? store_lost_so_far(pipeline->store, pipeline->params.boot, source, where)
		       : 0;
}

uint64_t pipeline_taken(const struct pipeline *pipeline)
{
	return pipeline->taken;
}

enum pipeline_need pipeline_need(const struct pipeline *pipeline)
{
	if (!pipeline->n_events && !pipeline->n_losses && !pipeline->n_crashes &&
	    !place_has_news(pipeline->place))
		return place_wait_us(pipeline->place, 0) == UINT64_MAX ? PIPELINE_NOTHING
								       : PIPELINE_ANNOUNCE;
	return pipeline->urgent || pipeline->n_events >= PIPELINE_BATCH ? PIPELINE_NOW
									: PIPELINE_SOON;
}

/* --- store: durable first --- */

/* Turns the record at index into a loss: it is told, counted, and out of the way. */
static int refuse(struct pipeline *pipeline, size_t index, int error)
{
	struct event *event = &pipeline->events[index];
	struct lost lost = {
		.source = event->record.source,
		.boot = event->record.boot,
		.count = 1,
		.time_us = event->record.time_us,
		.where = "refused by the store",
	};
	int r = pipeline_lose(pipeline, &lost);

	if (r < 0)
		return r;
	pipeline->counts.refused++;
	log_error("the store refuses the record %s: %s", event->record.key, strerror(-error));
	pipeline_drop_section(pipeline, index);
	pipeline->n_events--;
	memmove(event, event + 1, (pipeline->n_events - index) * sizeof(*event));
	return 0;
}

static bool is_counted(const struct pipeline *pipeline, const struct event *event)
{
	return filter_event(&pipeline->params.filter, event) != FILTER_FALSE_ALARM;
}

/* An EDAC driver's label says which DIMM, where this machine's modules have it. */
static void locate(const struct pipeline *pipeline, struct event *event)
{
	struct decoded *decoded = &event->decoded;

	if (pipeline->params.locate && decoded->label[0] &&
	    decoded->location.dimm == LOCATION_UNKNOWN)
		pipeline->params.locate(pipeline->params.dimms, decoded->label,
					&decoded->location);
}

/* ret_index: the event that failed. */
static int store_events(struct pipeline *pipeline, size_t *ret_index)
{
	enum store_result *results =
		reallocarray(pipeline->results, pipeline->n_events + 1, sizeof(*results));

	if (!results)
		return -ENOMEM;
	pipeline->results = results;
	for (size_t i = 0; i < pipeline->n_events; i++) {
		struct event event;
		bool journal;
		int r;

		locate(pipeline, &pipeline->events[i]);
		event = pipeline->events[i];
		journal = pipeline->params.journal && pipeline_is_told(pipeline, &event);
		r = store_add(pipeline->store, &event, journal, &results[i]);
		if (r < 0) {
			*ret_index = i;
			return r;
		}
		/* the decoded facts stay: the store does not hand them back */
		pipeline->events[i].id = event.id;
		pipeline->events[i].incident = event.incident;
		pipeline->events[i].seq = event.seq;
		pipeline->events[i].sources = event.sources;
		if (results[i] == STORE_NEW) {
			pipeline->events[i].record.boot = event.record.boot;
			pipeline->events[i].record.replayed = event.record.replayed;
		} else {
			r = place_store_known(pipeline->place, pipeline->store,
					      &pipeline->events[i], event.seq);
		}
		if (r < 0)
			return r;
	}
	return 0;
}

/* What is new counts; after the store has given it its number. */
static int account_events(struct pipeline *pipeline)
{
	struct accounting *accounting = pipeline->params.accounting;
	int r = 0;

	for (size_t i = 0; accounting && r == 0 && i < pipeline->n_events; i++)
		if (pipeline->results[i] == STORE_NEW && is_counted(pipeline, &pipeline->events[i]))
			r = accounting_event(accounting, pipeline->store, &pipeline->events[i]);
	return r;
}

static int store_losses(struct pipeline *pipeline)
{
	for (size_t i = 0; i < pipeline->n_losses; i++) {
		int r = store_add_lost(pipeline->store, &pipeline->losses[i],
				       pipeline->params.journal);

		if (r < 0)
			return r;
	}
	return 0;
}

static int store_crashes(struct pipeline *pipeline)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < pipeline->n_crashes; i++)
		r = store_add_crash(pipeline->store, &pipeline->crashes[i]);
	return r;
}

/* One transaction of steps; all or nothing. ret_index is set where one event failed. */
static int transact_once(struct pipeline *pipeline, size_t *ret_index)
{
	int r = pipeline_begin_transaction(pipeline);

	if (r < 0)
		return r;
	r = store_events(pipeline, ret_index);
	if (r == 0)
		r = pipeline_store_sections(pipeline);
	if (r == 0)
		r = place_store(pipeline->place, pipeline->store);
	if (r == 0)
		r = account_events(pipeline);
	if (r == 0)
		r = store_crashes(pipeline);
	if (r == 0)
		r = store_losses(pipeline);
	if (r == 0)
		r = pipeline->outbox ? outbox_mark(pipeline->outbox) : 0;
	return pipeline_end_transaction(pipeline, r);
}

static int transact(struct pipeline *pipeline)
{
	for (;;) {
		size_t index = SIZE_MAX;
		int r = transact_once(pipeline, &index);

		/* what the store will never take must not stop what comes after it */
		if (r != -EINVAL || index == SIZE_MAX)
			return r;
		r = refuse(pipeline, index, r);
		if (r < 0)
			return r;
	}
}

/* --- commit: into the store, and only then to the sinks --- */

static void tell_failure(struct pipeline *pipeline, int error)
{
	if (error == -EBUSY || pipeline->failure_told)
		return;
	log_error("%s: cannot write, %zu events wait: %s (%s)", pipeline->params.database,
		  pipeline->n_events, strerror(-error),
		  pipeline->store ? store_error(pipeline->store) : "there is no database");
	pipeline->failure_told = true;
}

static void tell_recovery(struct pipeline *pipeline)
{
	if (pipeline->failure_told)
		log_notice("%s: writes again", pipeline->params.database);
	pipeline->failure_told = false;
}

static void count_new(struct pipeline *pipeline, const struct event *event)
{
	pipeline->counts.added++;
	pipeline->counts.filtered += !pipeline_is_told(pipeline, event);
	if (sd_id128_equal(event->record.boot, pipeline->params.boot))
		pipeline->counts.events++;
}

static void count_results(struct pipeline *pipeline)
{
	for (size_t i = 0; i < pipeline->n_losses; i++)
		pipeline->counts.lost += pipeline->losses[i].count ? pipeline->losses[i].count : 1;
	for (size_t i = 0; i < pipeline->n_events; i++) {
		switch (pipeline->results[i]) {
		case STORE_NEW:
			count_new(pipeline, &pipeline->events[i]);
			break;
		case STORE_JOINED:
			pipeline->counts.joined++;
			break;
		case STORE_KNOWN:
			pipeline->counts.known++;
			break;
		}
	}
}

int pipeline_commit(struct pipeline *pipeline)
{
	int r;

	if (pipeline_need(pipeline) <= PIPELINE_ANNOUNCE) {
		pipeline_announce_due(pipeline);
		return 0;
	}
	r = pipeline_check_store(pipeline);
	if (r == 0)
		r = transact(pipeline);
	if (r == -EUCLEAN) {
		r = pipeline_replace_store(pipeline);
		if (r == 0)
			r = transact(pipeline);
	}
	if (r < 0) {
		tell_failure(pipeline, r);
		return r;
	}
	tell_recovery(pipeline);
	if (pipeline->outbox)
		outbox_marked(pipeline->outbox);
	pipeline_tell_batch(pipeline);
	count_results(pipeline);
	pipeline_drop_sections(pipeline);
	pipeline->n_events = 0;
	pipeline->n_losses = 0;
	pipeline->n_crashes = 0;
	pipeline->urgent = false;
	return 0;
}

int pipeline_record(struct pipeline *pipeline, const struct accounting_step *steps, size_t n)
{
	int r = pipeline_check_store(pipeline);

	if (r == 0)
		r = pipeline_begin_transaction(pipeline);
	if (r < 0)
		return r;
	r = accounting_record(pipeline->params.accounting, pipeline->store, steps, n);
	r = pipeline_end_transaction(pipeline, r);
	if (r == 0)
		pipeline_tell_actions(pipeline);
	return r;
}

struct store *pipeline_store(struct pipeline *pipeline)
{
	return pipeline->store;
}

/* --- life --- */

void pipeline_set_text(struct pipeline *pipeline, struct text_sink *text)
{
	pipeline->params.text = text;
}

void pipeline_set_filter(struct pipeline *pipeline, struct filter filter)
{
	pipeline->params.filter = filter;
}

void pipeline_count(const struct pipeline *pipeline, struct pipeline_counts *ret_counts)
{
	*ret_counts = pipeline->counts;
}

static void count_earlier_lives(struct pipeline *pipeline)
{
	struct store_counts counts;

	if (store_count_boot(pipeline->store, pipeline->params.boot, &counts) < 0)
		return;
	pipeline->counts.events = counts.events;
	pipeline->counts.lost = counts.lost;
}

static bool holds(void *context, uint64_t seq)
{
	return place_holds(((struct pipeline *)context)->place, seq);
}

void pipeline_close(struct pipeline *pipeline)
{
	if (!pipeline)
		return;
	store_close(pipeline->store);
	pipeline_drop_sections(pipeline);
	free(pipeline->sections);
	free(pipeline->events);
	free(pipeline->results);
	free(pipeline->losses);
	free(pipeline->crashes);
	outbox_free(pipeline->outbox);
	place_free(pipeline->place);
	free(pipeline);
}

int pipeline_open(const struct pipeline_params *params, struct pipeline **ret_pipeline)
{
	struct pipeline *pipeline = calloc(1, sizeof(*pipeline));
	int r;

	if (!pipeline)
		return -ENOMEM;
	pipeline->params = *params;
	r = place_new(params->root, &pipeline->place);
	if (r == 0 && params->journal)
		r = outbox_new(&pipeline->params.host, &pipeline->outbox);
	if (r == 0 && pipeline->outbox)
		outbox_set_hold(pipeline->outbox, holds, pipeline);
	if (r == 0)
		r = pipeline_open_store(pipeline);
	if (r < 0) {
		pipeline_close(pipeline);
		return r;
	}
	count_earlier_lives(pipeline);
	*ret_pipeline = pipeline;
	return 0;
}

void pipeline_share(struct pipeline *pipeline)
{
	pipeline->params.exclusive = false;
}
