// SPDX-License-Identifier: GPL-2.0-only
/* The tables of account: counters, and actions. */
#include "db/store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/store-private.h"
#include "event/location.h"
#include "util/cleanup.h"

enum { KEY_FIELDS = 8 };

/* The fields of a location that are part of a key, in the order of the columns. */
static void key_fields(struct location *location, int32_t *fields[KEY_FIELDS])
{
	fields[0] = &location->socket;
	fields[1] = &location->imc;
	fields[2] = &location->channel;
	fields[3] = &location->dimm;
	fields[4] = &location->rank;
	fields[5] = &location->bank_group;
	fields[6] = &location->bank;
	fields[7] = &location->row;
}

/* Parameters 1 to 11; returns the next. */
static int bind_key(sqlite3_stmt *statement, const struct counter_key *key)
{
	struct location location = key->location;
	int32_t *fields[KEY_FIELDS];
	int at = 1;

	key_fields(&location, fields);
	sql_bind_text(statement, at++, counter_kind_name(key->kind));
	sqlite3_bind_int64(statement, at++, (int64_t)key->page);
	sqlite3_bind_int64(statement, at++, key->cpu);
	for (int i = 0; i < KEY_FIELDS; i++)
		sqlite3_bind_int64(statement, at++, *fields[i]);
	return at;
}

static int bind_tally(sqlite3_stmt *statement, int at, const struct tally *tally)
{
	sqlite3_bind_int64(statement, at++, (int64_t)tally->total);
	sqlite3_bind_int64(statement, at++, (int64_t)tally->bucket.count);
	sqlite3_bind_int64(statement, at++, (int64_t)tally->bucket.excess);
	sqlite3_bind_int64(statement, at++, tally->bucket.since_us);
	return at;
}

int store_save_counter(struct store *store, const struct counter *counter)
{
	sqlite3_stmt *statement = store->statements[STATEMENT_SAVE_COUNTER];
	int at, r = store_ready(store);

	if (r < 0)
		return r;
	at = bind_key(statement, &counter->key);
	at = bind_tally(statement, at, &counter->corrected);
	at = bind_tally(statement, at, &counter->uncorrected);
	sqlite3_bind_int64(statement, at++, counter->last_us);
	sql_bind_text(statement, at++, page_state_name(counter->state));
	sql_bind_id(statement, at++, counter->state_boot);
	sqlite3_bind_int64(statement, at++, counter->failures);
	sqlite3_bind_int64(statement, at++, counter->triggered);
	sqlite3_bind_int64(statement, at++, counter->hooks);
	sqlite3_bind_int64(statement, at, counter->hook_us);
	return store_result(store, sql_run(statement));
}

int store_remove_counter(struct store *store, const struct counter_key *key)
{
	sqlite3_stmt *statement = store->statements[STATEMENT_REMOVE_COUNTER];
	int r = store_ready(store);

	if (r < 0)
		return r;
	bind_key(statement, key);
	return store_result(store, sql_run(statement));
}

/* Columns 0 to 10; false: of a kind that this program does not know. */
static bool read_key(sqlite3_stmt *statement, struct counter_key *ret_key)
{
	struct location location;
	int32_t *fields[KEY_FIELDS];
	enum counter_kind kind;

	if (counter_kind_parse(sql_column_text(statement, 0), &kind) < 0)
		return false;
	/* what is not of the key is not known */
	*ret_key = counter_key_replacement();
	location = ret_key->location;
	key_fields(&location, fields);
	for (int i = 0; i < KEY_FIELDS; i++)
		*fields[i] = sqlite3_column_int(statement, 3 + i);
	ret_key->kind = kind;
	ret_key->page = (uint64_t)sqlite3_column_int64(statement, 1);
	ret_key->cpu = (uint32_t)sqlite3_column_int64(statement, 2);
	ret_key->location = location;
	return true;
}

static void read_tally(sqlite3_stmt *statement, int at, struct tally *ret_tally)
{
	ret_tally->total = (uint64_t)sqlite3_column_int64(statement, at);
	ret_tally->bucket.count = (uint64_t)sqlite3_column_int64(statement, at + 1);
	ret_tally->bucket.excess = (uint64_t)sqlite3_column_int64(statement, at + 2);
	ret_tally->bucket.since_us = sqlite3_column_int64(statement, at + 3);
}

static bool read_counter(sqlite3_stmt *statement, struct counter *ret_counter)
{
	struct counter counter = { 0 };

	if (!read_key(statement, &counter.key))
		return false;
	read_tally(statement, 11, &counter.corrected);
	read_tally(statement, 15, &counter.uncorrected);
	counter.last_us = sqlite3_column_int64(statement, 19);
	page_state_parse(sql_column_text(statement, 20), &counter.state);
	counter.state_boot = sql_column_id(statement, 21);
	counter.failures = (uint8_t)sqlite3_column_int(statement, 22);
	counter.triggered = sqlite3_column_int(statement, 23);
	counter.hooks = (uint8_t)sqlite3_column_int(statement, 24);
	counter.hook_us = sqlite3_column_int64(statement, 25);
	*ret_counter = counter;
	return true;
}

int store_walk_counters(struct store *store,
			int (*callback)(void *context, const struct counter *counter),
			void *context)
{
	_cleanup_sql_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_COUNTERS];
	int r;

	while ((r = sql_step(statement)) > 0) {
		struct counter counter;

		r = read_counter(statement, &counter) ? callback(context, &counter) : 0;
		if (r < 0)
			return r;
	}
	return r;
}

/* --- actions --- */

/* NULL for 0, which the column does not have. */
static void bind_some(sqlite3_stmt *statement, int at, int64_t value)
{
	if (value)
		sqlite3_bind_int64(statement, at, value);
	else
		sqlite3_bind_null(statement, at);
}

static void bind_optional_text(sqlite3_stmt *statement, int at, const char *text)
{
	if (text)
		sql_bind_text(statement, at, text);
	else
		sqlite3_bind_null(statement, at);
}

static void bind_cause(sqlite3_stmt *statement, const struct action *action)
{
	sqlite3_bind_null(statement, 1);
	bind_some(statement, 2, (int64_t)action->event);
	sql_bind_id(statement, 3, action->event_id);
	sql_bind_id(statement, 4, action->boot);
	sql_bind_text(statement, 5, action_kind_name(action->kind));
	sql_bind_text(statement, 6, action->target);
	sql_bind_text(statement, 7, action->text);
	sql_bind_text(statement, 8, action_state_name(action->state));
	sql_bind_text(statement, 9, action->result);
	bind_optional_text(statement, 10, action->environment);
	bind_optional_text(statement, 11, action->input);
}

/* NULL for what is not known. */
static void bind_place(sqlite3_stmt *statement, int at, int32_t number)
{
	if (number == LOCATION_UNKNOWN)
		sqlite3_bind_null(statement, at);
	else
		sqlite3_bind_int64(statement, at, number);
}

static int32_t read_place(sqlite3_stmt *statement, int at)
{
	return sqlite3_column_type(statement, at) == SQLITE_NULL
		       ? LOCATION_UNKNOWN
		       : sqlite3_column_int(statement, at);
}

static void bind_what(sqlite3_stmt *statement, const struct action *action)
{
	char type[2] = { action->cache_type, '\0' };

	bind_some(statement, 12, (int64_t)action->page);
	if (action->cache_level)
		sqlite3_bind_int64(statement, 13, action->cpu);
	else
		sqlite3_bind_null(statement, 13);
	bind_some(statement, 14, action->cache_level);
	if (action->cache_type)
		sqlite3_bind_text(statement, 15, type, 1, SQLITE_TRANSIENT);
	else
		sqlite3_bind_null(statement, 15);
	sqlite3_bind_int64(statement, 16, action->wanted_us);
	bind_some(statement, 17, action->done_us);
	bind_place(statement, 18, action->location.socket);
	bind_place(statement, 19, action->location.imc);
	bind_place(statement, 20, action->location.channel);
}

int store_add_action(struct store *store, struct action *action, bool want_journal)
{
	sqlite3_stmt *statement = store->statements[STATEMENT_ADD_ACTION];
	int r = store_ready(store);

	if (r < 0)
		return r;
	bind_cause(statement, action);
	bind_what(statement, action);
	sql_bind_text(statement, 21,
		      !want_journal		 ? "none"
		      : action_has_ended(action) ? "waiting"
						 : "later");
	r = store_result(store, sql_run(statement));
	if (r == 0)
		action->seq = (uint64_t)sqlite3_last_insert_rowid(store->db);
	return r;
}

int store_update_action(struct store *store, const struct action *action)
{
	sqlite3_stmt *statement = store->statements[STATEMENT_UPDATE_ACTION];
	int r = store_ready(store);

	if (r < 0)
		return r;
	sqlite3_bind_int64(statement, 1, (int64_t)action->seq);
	sql_bind_text(statement, 2, action_state_name(action->state));
	sql_bind_text(statement, 3, action->result);
	bind_some(statement, 4, action->done_us);
	/* a database that took another one's place counts anew: the number is not enough */
	sqlite3_bind_int64(statement, 5, action->wanted_us);
	sql_bind_text(statement, 6, action_kind_name(action->kind));
	sql_bind_text(statement, 7, action->target);
	r = store_result(store, sql_run(statement));
	return r < 0 || sqlite3_changes(store->db) ? r : -ENOENT;
}

static int copy_text(sqlite3_stmt *statement, int at, char **ret_text)
{
	if (sqlite3_column_type(statement, at) == SQLITE_NULL)
		return 0;
	*ret_text = strdup(sql_column_text(statement, at));
	return *ret_text ? 0 : -ENOMEM;
}

/* A state or kind that this program does not know is none that it could do. */
static void read_names(sqlite3_stmt *statement, struct action *action)
{
	if (action_kind_parse(sql_column_text(statement, 4), &action->kind) < 0)
		action->kind = ACTION_NOTICE;
	if (action_state_parse(sql_column_text(statement, 7), &action->state) < 0)
		action->state = ACTION_UNKNOWN;
	snprintf(action->target, sizeof(action->target), "%s", sql_column_text(statement, 5));
	snprintf(action->text, sizeof(action->text), "%s", sql_column_text(statement, 6));
	snprintf(action->result, sizeof(action->result), "%s", sql_column_text(statement, 8));
}

static int read_action(sqlite3_stmt *statement, struct action *ret_action)
{
	struct action action = {
		.seq = (uint64_t)sqlite3_column_int64(statement, 0),
		.event = (uint64_t)sqlite3_column_int64(statement, 1),
		.event_id = sql_column_id(statement, 2),
		.boot = sql_column_id(statement, 3),
		.page = (uint64_t)sqlite3_column_int64(statement, 11),
		.cpu = (uint32_t)sqlite3_column_int64(statement, 12),
		.cache_level = (uint8_t)sqlite3_column_int(statement, 13),
		.cache_type = sql_column_text(statement, 14)[0],
		.wanted_us = sqlite3_column_int64(statement, 15),
		.done_us = sqlite3_column_int64(statement, 16),
		.location = location_nowhere,
	};

	action.location.socket = read_place(statement, 17);
	action.location.imc = read_place(statement, 18);
	action.location.channel = read_place(statement, 19);

	read_names(statement, &action);
	if (copy_text(statement, 9, &action.environment) < 0 ||
	    copy_text(statement, 10, &action.input) < 0) {
		action_clear(&action);
		return -ENOMEM;
	}
	*ret_action = action;
	return 0;
}

/* Returns how many there were. */
static int walk(sqlite3_stmt *statement,
		int (*callback)(void *context, const struct action *action), void *context)
{
	int r, n = 0;

	while ((r = sql_step(statement)) > 0) {
		struct action action;

		r = read_action(statement, &action);
		if (r < 0)
			return r;
		r = callback(context, &action);
		action_clear(&action);
		if (r < 0)
			return r;
		n++;
	}
	return r < 0 ? r : n;
}

static int walk_state(struct store *store, enum action_state state, enum action_kind kind,
		      uint64_t after_seq, int64_t limit,
		      int (*callback)(void *context, const struct action *action), void *context)
{
	_cleanup_sql_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_ACTIONS_IN_STATE];

	sql_bind_text(statement, 1, action_state_name(state));
	sql_bind_text(statement, 2, action_kind_name(kind));
	sqlite3_bind_int64(statement, 3, (int64_t)after_seq);
	sqlite3_bind_int64(statement, 4, limit);
	return walk(statement, callback, context);
}

int store_walk_wanted(struct store *store, enum action_kind kind, uint64_t after_seq,
		      unsigned int limit,
		      int (*callback)(void *context, const struct action *action), void *context)
{
	return walk_state(store, ACTION_WANTED, kind, after_seq, limit, callback, context);
}

int store_walk_started(struct store *store, enum action_kind kind,
		       int (*callback)(void *context, const struct action *action), void *context)
{
	return walk_state(store, ACTION_STARTED, kind, 0, -1, callback, context);
}

int store_end_lost_actions(struct store *store, sd_id128_t boot)
{
	sqlite3_stmt *statement = store->statements[STATEMENT_END_LOST_ACTIONS];
	int r = store_ready(store);

	if (r < 0)
		return r;
	sql_bind_id(statement, 1, boot);
	sqlite3_bind_int64(statement, 2, store->now_us);
	r = store_result(store, sql_run(statement));
	return r < 0 ? r : sqlite3_changes(store->db);
}

int store_walk_offlined(struct store *store, sd_id128_t boot,
			int (*callback)(void *context, const struct action *action), void *context)
{
	_cleanup_sql_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_OFFLINED];
	int r;

	sql_bind_id(statement, 1, boot);
	r = walk(statement, callback, context);
	return r < 0 ? r : 0;
}

int store_next_action(struct store *store, uint64_t after, struct action *ret_action)
{
	_cleanup_sql_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_NEXT_ACTION];
	int r;

	sqlite3_bind_int64(statement, 1, (int64_t)after);
	r = sql_step(statement);
	if (r <= 0)
		return r;
	r = read_action(statement, ret_action);
	return r < 0 ? r : 1;
}

/* --- memory modules --- */

int store_last_dimm(struct store *store, const char *slot, const char *bank,
		    struct store_dimm *ret_dimm)
{
	_cleanup_sql_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_LAST_DIMM];
	int r;

	sql_bind_text(statement, 1, slot);
	sql_bind_text(statement, 2, bank);
	r = sql_step(statement);
	if (r <= 0)
		return r;
	snprintf(ret_dimm->part, sizeof(ret_dimm->part), "%s", sql_column_text(statement, 0));
	snprintf(ret_dimm->serial, sizeof(ret_dimm->serial), "%s", sql_column_text(statement, 1));
	return 1;
}

int store_add_dimm(struct store *store, sd_id128_t boot, const struct store_dimm *dimm)
{
	sqlite3_stmt *statement = store->statements[STATEMENT_ADD_DIMM];
	int r = store_ready(store);

	if (r < 0)
		return r;
	sql_bind_id(statement, 1, boot);
	sql_bind_text(statement, 2, dimm->slot);
	sql_bind_text(statement, 3, dimm->bank);
	bind_place(statement, 4, dimm->location.socket);
	bind_place(statement, 5, dimm->location.imc);
	bind_place(statement, 6, dimm->location.channel);
	bind_place(statement, 7, dimm->location.dimm);
	sqlite3_bind_int64(statement, 8, (int64_t)dimm->size_mib);
	sql_bind_text(statement, 9, dimm->type);
	sql_bind_text(statement, 10, dimm->manufacturer);
	sql_bind_text(statement, 11, dimm->part);
	sql_bind_text(statement, 12, dimm->serial);
	sqlite3_bind_int64(statement, 13, store->now_us);
	return store_result(store, sql_run(statement));
}
