/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the pipeline share; for src/pipeline*.c only. */
#pragma once

#include <sys/stat.h>

#include "db/store.h"
#include "pipeline.h"

struct pipeline {
	struct pipeline_params params;
	struct store *store;
	struct stat file; /* of the database, as it was opened */

	struct event *events; /* came in, not committed */
	enum store_result *results;
	size_t n_events;
	size_t events_capacity;
	struct lost *losses;
	size_t n_losses;
	size_t losses_capacity;
	bool urgent;
	uint64_t taken;

	struct place *place;
	struct outbox *outbox; /* NULL: the journal is not fed */

	bool failure_told;
	struct pipeline_counts counts;
};

/* Whether the event goes out to the sinks; all are stored. */
bool pipeline_is_told(const struct pipeline *pipeline, const struct event *event);

/* Tells of what has just been committed: new events, losses, and what account had to say. */
void pipeline_tell_batch(struct pipeline *pipeline);

/* What has ended with the last transaction: in text, and the journal's waits in the outbox. */
void pipeline_tell_actions(struct pipeline *pipeline);

/* Tells of the events that have waited long enough for their DIMM. */
void pipeline_announce_due(struct pipeline *pipeline);
