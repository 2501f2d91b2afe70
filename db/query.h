/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * query: read-only access to the event database, for mce-report. Works while
 * the daemon writes, when it is stopped or was killed, and on a read-only copy.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "event/action.h"
#include "event/event.h"
#include "event/firmware.h"

struct query;

/*
 * Opens path read-only. Errors, each with a plain sentence in note (512 bytes):
 * -ENOENT no database there yet, -EACCES, -EMEDIUMTYPE not a database or
 * damaged, -EPROTO a newer schema, -errno.
 */
int query_open(const char *path, struct query **ret_query, char note[512]);
void query_close(struct query *query);

/* SQLite's words for the last failure. */
const char *query_error(const struct query *query);

/* Which events; a zeroed filter is all of them. */
struct query_filter {
	unsigned int limit; /* the newest so many; 0 all */
	/*
	 * event_id or the start of one (at least 4 digits; case and dashes do
	 * not matter), or "seq" as a decimal of less than 8 digits, which is
	 * tried first. limit is ignored with it.
	 */
	const char *id;
};

/*
 * Calls each() for the events, oldest first. A non-zero result ends the walk
 * and is returned. The stored judgement (severity, class, count, mca) is in
 * event->decoded; facts are not stored and are n_facts = 0. No lock is held
 * while each() runs: it may take its time, the daemon's log does not grow.
 * Errors: -EINVAL for an id that is none, -EUCLEAN, -errno.
 */
int query_events(struct query *query, const struct query_filter *filter,
		 int (*each)(void *context, const struct event *event), void *context);

/* One source's delivery of an event. */
struct query_delivery {
	const char *source;
	const char *key;
	int64_t seen_us; /* when it was stored */
};
int query_deliveries(struct query *query, uint64_t seq,
		     int (*each)(void *context, const struct query_delivery *delivery),
		     void *context);

/*
 * What firmware laid down of an event, the first delivered first. section and its body are
 * valid during the call.
 */
int query_sections(struct query *query, uint64_t seq,
		   int (*each)(void *context, const struct section *section), void *context);

/* What was wanted because of an event; texts of action without environment and input. */
int query_actions(struct query *query, uint64_t seq,
		  int (*each)(void *context, const struct action *action), void *context);

/* How many events share the incident. Errors: -errno. */
int query_count_incident(struct query *query, sd_id128_t incident, uint64_t *ret_count);

/* Whether the store has seen that boot, and so is of the machine that it is of. */
bool query_has_boot(struct query *query, sd_id128_t boot);

/* One line of the summary: events grouped by what failed. */
struct query_group {
	enum severity severity;
	enum error_class class;
	struct location location; /* socket, imc, channel and dimm; the rest unknown */
	const char *bank_type;	  /* NULL unknown */
	uint32_t bank;
	const char *mca;
	uint64_t events;
	uint64_t errors; /* sum of counts */
	int64_t first_us;
	int64_t last_us;
	uint64_t replayed;  /* events of these that were found after a reboot */
	uint32_t first_cpu; /* the CPUs that reported them lie between these; RECORD_NO_CPU none */
	uint32_t last_cpu;
};

/* Worst first, then newest first. Texts live until query_close(). */
int query_groups(struct query *query, int (*each)(void *context, const struct query_group *group),
		 void *context);

/* Losses, summed by source and place, with the newest time; count 0: at least one. */
int query_lost(struct query *query, int (*each)(void *context, const struct lost *lost),
	       void *context);
