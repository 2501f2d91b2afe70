/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the pipeline share; for src/pipeline*.c only. */
#pragma once

#include <sys/stat.h>

#include "db/store.h"
#include "pipeline.h"

/* What the store is to keep of an event that firmware reported. */
struct kept_section {
	size_t event; /* index in pipeline.events */
	struct section section; /* its body is owned */
};

struct pipeline {
	struct pipeline_params params;
	struct store *store;
	struct stat file; /* of the database, as it was opened */

	struct event *events; /* came in, not committed */
	enum store_result *results;
	size_t n_events;
	size_t events_capacity;
	struct kept_section *sections; /* of these events, by index, ascending */
	size_t n_sections;
	size_t sections_capacity;
	struct lost *losses;
	size_t n_losses;
	size_t losses_capacity;
	struct crash *crashes;
	size_t n_crashes;
	size_t crashes_capacity;
	bool urgent;
	uint64_t taken;

	struct place *place;
	struct outbox *outbox; /* NULL: the journal is not fed */

	bool failure_told;
	struct pipeline_counts counts;
};

/* Notes a loss, which waits for the commit. Errors: -ENOMEM. */
int pipeline_lose(void *context, const struct lost *lost);

/* Stores the sections of new events and of those that were joined, in the transaction. */
int pipeline_store_sections(struct pipeline *pipeline);

/* The event with that index is no more. */
void pipeline_drop_section(struct pipeline *pipeline, size_t index);
void pipeline_drop_sections(struct pipeline *pipeline);

/*
 * Opens the database and waits some seconds for a lock on it: for the start, when there
 * is no loop that would be held up. Errors: -errno; what is wrong with the file is logged.
 */
int pipeline_open_store(struct pipeline *pipeline);

/*
 * Opens the database where there is none, and lets go of a file that is not the path's
 * any more; to be called before a transaction. Errors: -EBUSY, -errno.
 */
int pipeline_check_store(struct pipeline *pipeline);

/*
 * Sets the database aside, which turned out to be damaged, and begins a new one. Errors:
 * -EUCLEAN it is not ours to replace, -errno; after them there may be no store.
 */
int pipeline_replace_store(struct pipeline *pipeline);

/* Errors: -EUCLEAN there is no store, -EBUSY, -errno. */
int pipeline_begin_transaction(struct pipeline *pipeline);

/*
 * Writes what account has to add and commits, where r, the result so far, is 0; or else
 * rolls back. Account follows the outcome. Returns it: r, or -EBUSY, -ENOSPC ...
 */
int pipeline_end_transaction(struct pipeline *pipeline, int r);

/* Whether the event goes out to the sinks; all are stored. */
bool pipeline_is_told(const struct pipeline *pipeline, const struct event *event);

/* Tells of what has just been committed: new events, losses, and what account had to say. */
void pipeline_tell_batch(struct pipeline *pipeline);

/* What has ended with the last transaction: in text, and the journal's waits in the outbox. */
void pipeline_tell_actions(struct pipeline *pipeline);

/* Tells of the events that have waited long enough for their DIMM. */
void pipeline_announce_due(struct pipeline *pipeline);
