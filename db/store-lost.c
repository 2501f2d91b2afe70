// SPDX-License-Identifier: GPL-2.0-only
/* Losses, and the journal's outbox of all tables. */
#include "db/store.h"

#include <errno.h>
#include <stdio.h>

#include "db/store-private.h"
#include "util/cleanup.h"

int store_add_lost(struct store *store, const struct lost *lost, bool want_journal)
{
	sqlite3_stmt *statement = store->statements[STATEMENT_ADD_LOST];
	int r = store_ready(store);

	if (r < 0)
		return r;
	sql_bind_text(statement, 1, source_id_name(lost->source));
	sql_bind_id(statement, 2, lost->boot);
	sql_bind_text(statement, 3, lost->where);
	sqlite3_bind_int64(statement, 4, (int64_t)lost->count);
	sqlite3_bind_int64(statement, 5, lost->time_us);
	sql_bind_text(statement, 6, want_journal ? "waiting" : "none");
	r = store_result(store, sql_run(statement));
	if (r == 0 && store->counted && sd_id128_equal(store->counted_boot, lost->boot))
		store->counts.lost += lost->count ? lost->count : 1;
	return r;
}

uint64_t store_lost_so_far(struct store *store, sd_id128_t boot, enum source_id source,
			   const char *where)
{
	_cleanup_sql_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_LOST_SO_FAR];

	sql_bind_id(statement, 1, boot);
	sql_bind_text(statement, 2, source_id_name(source));
	sql_bind_text(statement, 3, where);
	return sql_step(statement) > 0 ? (uint64_t)sqlite3_column_int64(statement, 0) : 0;
}

/* Each step is a query of its own, so that a callback may mark what it was given. */
static int next_event(struct store *store, uint64_t after, struct event *ret_event)
{
	_cleanup_sql_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_NEXT_EVENT];
	int r;

	sqlite3_bind_int64(statement, 1, (int64_t)after);
	r = sql_step(statement);
	if (r > 0)
		row_read_event(statement, &store->names, ret_event);
	return r;
}

static int next_lost(struct store *store, uint64_t after, uint64_t *ret_seq, struct lost *ret_lost)
{
	_cleanup_sql_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_NEXT_LOST];
	struct lost lost = { 0 };
	int r;

	sqlite3_bind_int64(statement, 1, (int64_t)after);
	r = sql_step(statement);
	if (r <= 0)
		return r;
	*ret_seq = (uint64_t)sqlite3_column_int64(statement, 0);
	source_id_parse(sql_column_text(statement, 1), &lost.source);
	lost.boot = sql_column_id(statement, 2);
	snprintf(lost.where, sizeof(lost.where), "%s", sql_column_text(statement, 3));
	lost.count = (uint64_t)sqlite3_column_int64(statement, 4);
	lost.time_us = sqlite3_column_int64(statement, 5);
	*ret_lost = lost;
	return 1;
}

static int walk_events(struct store *store, const struct store_outbox *outbox, unsigned int limit)
{
	struct event event = { 0 };
	unsigned int walked = 0;

	while (walked < limit) {
		int r = next_event(store, event.seq, &event);

		if (r <= 0)
			return r < 0 ? r : (int)walked;
		r = outbox->event(outbox->context, &event);
		if (r < 0)
			return r;
		walked++;
	}
	return (int)walked;
}

static int walk_lost(struct store *store, const struct store_outbox *outbox, unsigned int limit)
{
	unsigned int walked = 0;
	struct lost lost;
	uint64_t seq = 0;

	while (walked < limit) {
		int r = next_lost(store, seq, &seq, &lost);

		if (r <= 0)
			return r < 0 ? r : (int)walked;
		r = outbox->lost(outbox->context, seq, &lost);
		if (r < 0)
			return r;
		walked++;
	}
	return (int)walked;
}

static int walk_actions(struct store *store, const struct store_outbox *outbox, unsigned int limit)
{
	unsigned int walked = 0;
	uint64_t seq = 0;

	while (walked < limit) {
		struct action action;
		int r = store_next_action(store, seq, &action);

		if (r <= 0)
			return r < 0 ? r : (int)walked;
		seq = action.seq;
		r = outbox->action(outbox->context, &action);
		action_clear(&action);
		if (r < 0)
			return r;
		walked++;
	}
	return (int)walked;
}

int store_walk_outbox(struct store *store, const struct store_outbox *outbox, unsigned int limit)
{
	int (*const walks[])(struct store *, const struct store_outbox *,
			     unsigned int) = { walk_events, walk_lost, walk_actions };
	unsigned int walked = 0;

	for (size_t i = 0; i < ARRAY_SIZE(walks); i++) {
		int r = walks[i](store, outbox, limit - walked);

		if (r < 0)
			return r;
		walked += (unsigned int)r;
	}
	return (int)walked;
}

int store_run_for_seq(struct store *store, enum store_statement which, uint64_t seq)
{
	sqlite3_stmt *statement = store->statements[which];
	int r = store_ready(store);

	if (r < 0)
		return r;
	sqlite3_bind_int64(statement, 1, (int64_t)seq);
	return store_result(store, sql_run(statement));
}

int store_mark_event_sent(struct store *store, uint64_t seq)
{
	return store_run_for_seq(store, STATEMENT_EVENT_SENT, seq);
}

int store_mark_lost_sent(struct store *store, uint64_t seq)
{
	return store_run_for_seq(store, STATEMENT_LOST_SENT, seq);
}

int store_mark_action_sent(struct store *store, uint64_t seq)
{
	return store_run_for_seq(store, STATEMENT_ACTION_SENT, seq);
}
