// SPDX-License-Identifier: GPL-2.0-only
#include "db/query.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/query-private.h"
#include "db/reader.h"
#include "util/cleanup.h"

/* Events read at a time, then the read transaction ends. */
enum { CHUNK = 128 };

DEFINE_CLEANUP(struct query *, query, query_close)

int query_open(const char *path, struct query **ret_query, char note[512])
{
	_cleanup_(query_cleanup) struct query *query = calloc(1, sizeof(*query));
	int r;

	note[0] = '\0';
	if (!query)
		return -ENOMEM;
	r = reader_open(path, &query->db, note);
	if (r < 0)
		return r;
	*ret_query = take_ptr(query);
	return 0;
}

void query_close(struct query *query)
{
	if (!query)
		return;
	sqlite3_close(query->db);
	row_names_free(&query->names);
	free(query);
}

const char *query_error(const struct query *query)
{
	return sqlite3_errmsg(query->db);
}

int query_prepare(struct query *query, const char *sql, sqlite3_stmt **ret_statement)
{
	return sql_result(query->db, sqlite3_prepare_v2(query->db, sql, -1, ret_statement, NULL));
}

/*
 * Where a walk is: the time and number of the last event given. The time of one that has none
 * is when it was found.
 */
struct position {
	int64_t time_us;
	int64_t seq;
};

/* Those without a time, in the order in which they were found: there are few. */
struct undated {
	struct position *positions;
	size_t n;
	size_t next; /* the first that was not given yet */
};

static void undated_free(struct undated *undated)
{
	free(undated->positions);
}

static bool is_before(struct position a, struct position b)
{
	return a.time_us != b.time_us ? a.time_us < b.time_us : a.seq < b.seq;
}

/* Just before the limit newest events; the start when there are not so many. */
static int find_start(struct query *query, const struct query_filter *filter,
		      struct position *ret_position)
{
	_cleanup_sql_finalize_ sqlite3_stmt *statement = NULL;
	int r;

	*ret_position = (struct position){ INT64_MIN, INT64_MIN };
	if (filter->limit == 0)
		return 0;
	r = query_prepare(
		query,
		"SELECT at, seq FROM (SELECT * FROM (SELECT time_us AS at, seq FROM event "
		"WHERE time_us <> 0 AND (?2 IS NULL OR boot = ?2) "
		"ORDER BY time_us DESC, seq DESC LIMIT ?1 + 1) "
		"UNION ALL SELECT " QUERY_FOUND ", seq FROM event "
		"WHERE time_us = 0 AND (?2 IS NULL OR boot = ?2)) "
		"ORDER BY at DESC, seq DESC LIMIT 1 OFFSET ?1",
		&statement);
	if (r < 0)
		return r;
	sqlite3_bind_int64(statement, 1, filter->limit);
	sql_bind_id(statement, 2, filter->boot);
	r = sql_step(statement);
	if (r > 0)
		*ret_position = (struct position){ sqlite3_column_int64(statement, 0),
						   sqlite3_column_int64(statement, 1) };
	return r < 0 ? r : 0;
}

/* Those behind start. */
static int read_undated(struct query *query, struct position start, sd_id128_t boot,
			struct undated *undated)
{
	_cleanup_sql_finalize_ sqlite3_stmt *statement = NULL;
	int r = query_prepare(query,
			      "SELECT at, seq FROM (SELECT " QUERY_FOUND " AS at, seq FROM event "
			      "WHERE time_us = 0 AND (?3 IS NULL OR boot = ?3)) "
			      "WHERE (at, seq) > (?1, ?2) ORDER BY at, seq",
			      &statement);

	if (r < 0)
		return r;
	sqlite3_bind_int64(statement, 1, start.time_us);
	sqlite3_bind_int64(statement, 2, start.seq);
	sql_bind_id(statement, 3, boot);
	while ((r = sql_step(statement)) > 0) {
		struct position *grown = reallocarray(undated->positions, undated->n + 1,
						      sizeof(*undated->positions));

		if (!grown)
			return -ENOMEM;
		undated->positions = grown;
		undated->positions[undated->n++] =
			(struct position){ sqlite3_column_int64(statement, 0),
					   sqlite3_column_int64(statement, 1) };
	}
	return r;
}

/* Up to CHUNK events from a bound statement, which is then free of locks. Returns how many. */
static int read_chunk(struct query *query, sqlite3_stmt *bound, struct event *events)
{
	_cleanup_sql_reset_ sqlite3_stmt *statement = bound;
	int n = 0, r = 0;

	while (n < CHUNK && (r = sql_step(statement)) > 0)
		row_read_event(statement, &query->names, &events[n++]);
	return r < 0 ? r : n;
}

static int give(const struct event *events, int n,
		int (*each)(void *context, const struct event *event), void *context)
{
	for (int i = 0; i < n; i++) {
		int r = each(context, &events[i]);

		if (r != 0)
			return r;
	}
	return 0;
}

/* The event of that number; one that is gone meanwhile is left out. */
static int give_one(struct query *query, int64_t seq,
		    int (*each)(void *context, const struct event *event), void *context)
{
	_cleanup_sql_finalize_ sqlite3_stmt *statement = NULL;
	struct event event;
	int r = query_prepare(query, ROW_SELECT "WHERE seq = ?1", &statement);

	if (r < 0)
		return r;
	sqlite3_bind_int64(statement, 1, seq);
	r = sql_step(statement);
	if (r <= 0)
		return r;
	row_read_event(statement, &query->names, &event);
	sqlite3_reset(statement);
	return each(context, &event);
}

static int give_undated(struct query *query, struct undated *undated, struct position end,
			int (*each)(void *context, const struct event *event), void *context)
{
	int r = 0;

	while (r == 0 && undated->next < undated->n &&
	       is_before(undated->positions[undated->next], end))
		r = give_one(query, undated->positions[undated->next++].seq, each, context);
	return r;
}

static struct position position_of(const struct event *event)
{
	return (struct position){ event->record.time_us, (int64_t)event->seq };
}

static int give_in_order(struct query *query, struct undated *undated, const struct event *events,
			 int n, int (*each)(void *context, const struct event *event),
			 void *context)
{
	int r = 0;

	for (int i = 0; i < n && r == 0; i++) {
		r = give_undated(query, undated, position_of(&events[i]), each, context);
		if (r == 0)
			r = each(context, &events[i]);
	}
	return r;
}

static int walk_from(struct query *query, struct position position, sd_id128_t boot,
		     struct undated *undated, int (*each)(void *context, const struct event *event),
		     void *context)
{
	_cleanup_sql_finalize_ sqlite3_stmt *statement = NULL;
	_cleanup_free_ struct event *events = calloc(CHUNK, sizeof(*events));
	int n, r = query_prepare(query,
				 ROW_SELECT "WHERE (time_us, seq) > (?1, ?2) AND time_us <> 0 "
					    "AND (?3 IS NULL OR boot = ?3) "
					    "ORDER BY time_us, seq LIMIT 128",
				 &statement);

	if (r < 0)
		return r;
	if (!events)
		return -ENOMEM;
	sql_bind_id(statement, 3, boot);
	do {
		sqlite3_bind_int64(statement, 1, position.time_us);
		sqlite3_bind_int64(statement, 2, position.seq);
		n = read_chunk(query, statement, events);
		if (n < 0)
			return n;
		if (n > 0)
			position = position_of(&events[n - 1]);
		r = give_in_order(query, undated, events, n, each, context);
	} while (r == 0 && n == CHUNK);
	if (r == 0)
		r = give_undated(query, undated, (struct position){ INT64_MAX, INT64_MAX }, each,
				 context);
	return r;
}

int query_clean_id(const char *id, char ret_id[QUERY_ID_DIGITS + 1])
{
	char clean[QUERY_ID_DIGITS + 1];
	size_t n = 0;

	for (; *id; id++) {
		if (*id == '-')
			continue;
		if (!isxdigit((unsigned char)*id) || n == QUERY_ID_DIGITS)
			return -EINVAL;
		clean[n++] = (char)tolower((unsigned char)*id);
	}
	if (n == 0)
		return -EINVAL;
	clean[n] = '\0';
	memcpy(ret_id, clean, sizeof(clean));
	return 0;
}

/* Runs a SELECT whose one parameter is text; returns how many events it gave, or -errno. */
static int walk_matches(struct query *query, const char *sql, const char *text,
			struct event *events)
{
	_cleanup_sql_finalize_ sqlite3_stmt *statement = NULL;
	int r = query_prepare(query, sql, &statement);

	if (r < 0)
		return r;
	sql_bind_text(statement, 1, text);
	return read_chunk(query, statement, events);
}

static int find_matches(struct query *query, const char *id, struct event *events)
{
	size_t length = strlen(id);
	int n = 0;

	if (length < 8 && strspn(id, "0123456789") == length)
		n = walk_matches(query, ROW_SELECT "WHERE seq = CAST(?1 AS INTEGER)", id, events);
	if (n != 0 || length < 4)
		return n;
	return walk_matches(query,
			    ROW_SELECT
			    "INDEXED BY event_id WHERE substr(id, 1, 1) = substr(?1, 1, 1) "
			    "AND id >= ?1 AND id < ?1 || 'g' ORDER BY time_us, seq",
			    id, events);
}

static int walk_id(struct query *query, const char *id,
		   int (*each)(void *context, const struct event *event), void *context)
{
	_cleanup_free_ struct event *events = calloc(CHUNK, sizeof(*events));
	char clean[QUERY_ID_DIGITS + 1];
	int n = events ? query_clean_id(id, clean) : -ENOMEM;

	if (n == 0)
		n = find_matches(query, clean, events);
	return n <= 0 ? n : give(events, n, each, context);
}

int query_events(struct query *query, const struct query_filter *filter,
		 int (*each)(void *context, const struct event *event), void *context)
{
	_cleanup_(undated_free) struct undated undated = { 0 };
	struct position start;
	int r;

	if (filter->id)
		return walk_id(query, filter->id, each, context);
	r = find_start(query, filter, &start);
	if (r == 0)
		r = read_undated(query, start, filter->boot, &undated);
	return r < 0 ? r : walk_from(query, start, filter->boot, &undated, each, context);
}

int query_found(struct query *query, uint64_t seq, int64_t *ret_found_us)
{
	_cleanup_sql_finalize_ sqlite3_stmt *statement = NULL;
	int r = query_prepare(query, "SELECT " QUERY_FOUND " FROM event WHERE seq = ?1",
			      &statement);

	if (r < 0)
		return r;
	sqlite3_bind_int64(statement, 1, (int64_t)seq);
	r = sql_step(statement);
	if (r < 0)
		return r;
	*ret_found_us = r > 0 ? sqlite3_column_int64(statement, 0) : 0;
	return 0;
}

int query_deliveries(struct query *query, uint64_t seq,
		     int (*each)(void *context, const struct query_delivery *delivery),
		     void *context)
{
	_cleanup_sql_finalize_ sqlite3_stmt *statement = NULL;
	int r = query_prepare(query,
			      "SELECT source, key, seen_us FROM delivery WHERE event = ?1 "
			      "ORDER BY seen_us, key",
			      &statement);

	if (r < 0)
		return r;
	sqlite3_bind_int64(statement, 1, (int64_t)seq);
	while ((r = sql_step(statement)) > 0) {
		struct query_delivery delivery = {
			.source = sql_column_text(statement, 0),
			.key = sql_column_text(statement, 1),
			.seen_us = sqlite3_column_int64(statement, 2),
		};

		r = each(context, &delivery);
		if (r != 0)
			return r;
	}
	return r;
}

int query_sections(struct query *query, uint64_t seq,
		   int (*each)(void *context, const struct section *section), void *context)
{
	_cleanup_sql_finalize_ sqlite3_stmt *statement = NULL;
	int r = query_prepare(
		query, "SELECT type, severity, body FROM section WHERE event = ?1 ORDER BY rowid",
		&statement);

	if (r < 0)
		return r;
	sqlite3_bind_int64(statement, 1, (int64_t)seq);
	while ((r = sql_step(statement)) > 0) {
		struct section section = {
			.type = sql_column_id(statement, 0),
			.severity = (uint32_t)sqlite3_column_int64(statement, 1),
			.body.data = sqlite3_column_blob(statement, 2),
			.body.size = (size_t)sqlite3_column_bytes(statement, 2),
		};

		r = each(context, &section);
		if (r != 0)
			return r;
	}
	return r;
}

int query_actions(struct query *query, uint64_t seq,
		  int (*each)(void *context, const struct action *action), void *context)
{
	_cleanup_sql_finalize_ sqlite3_stmt *statement = NULL;
	int r = query_prepare(
		query,
		"SELECT kind, target, text, state, result FROM action WHERE event = ?1 "
		"ORDER BY seq",
		&statement);

	if (r < 0)
		return r;
	sqlite3_bind_int64(statement, 1, (int64_t)seq);
	while ((r = sql_step(statement)) > 0) {
		struct action action = { .kind = ACTION_NOTICE, .state = ACTION_UNKNOWN };

		action_kind_parse(sql_column_text(statement, 0), &action.kind);
		action_state_parse(sql_column_text(statement, 3), &action.state);
		snprintf(action.target, sizeof(action.target), "%s", sql_column_text(statement, 1));
		snprintf(action.text, sizeof(action.text), "%s", sql_column_text(statement, 2));
		snprintf(action.result, sizeof(action.result), "%s", sql_column_text(statement, 4));
		r = each(context, &action);
		if (r != 0)
			return r;
	}
	return r;
}

int query_count_incident(struct query *query, sd_id128_t incident, uint64_t *ret_count)
{
	_cleanup_sql_finalize_ sqlite3_stmt *statement = NULL;
	int r = query_prepare(
		query,
		"SELECT (SELECT count(*) FROM event WHERE incident = ?1 AND incident <> id) "
		"+ (SELECT count(*) FROM event WHERE id = ?1 "
		"AND substr(id, 1, 1) = substr(?1, 1, 1))",
		&statement);

	if (r < 0)
		return r;
	sql_bind_id(statement, 1, incident);
	r = sql_step(statement);
	if (r < 0)
		return r;
	*ret_count = (uint64_t)sqlite3_column_int64(statement, 0);
	return 0;
}

bool query_has_boot(struct query *query, sd_id128_t boot)
{
	_cleanup_sql_finalize_ sqlite3_stmt *statement = NULL;

	if (query_prepare(query, "SELECT 1 FROM boot WHERE id = ?1", &statement) < 0)
		return false;
	sql_bind_id(statement, 1, boot);
	return sql_step(statement) > 0;
}

int query_lost(struct query *query, sd_id128_t boot,
	       int (*each)(void *context, const struct lost *lost), void *context)
{
	_cleanup_sql_finalize_ sqlite3_stmt *statement = NULL;
	int r = query_prepare(
		query,
		"SELECT source, CASE WHEN min(boot) = max(boot) AND count(boot) = count(*) "
		"THEN boot END, place, sum(count), max(time_us) FROM lost "
		"WHERE ?1 IS NULL OR boot = ?1 "
		"GROUP BY source, place ORDER BY max(time_us)",
		&statement);

	if (r < 0)
		return r;
	sql_bind_id(statement, 1, boot);
	while ((r = sql_step(statement)) > 0) {
		struct lost lost = { 0 };

		source_id_parse(sql_column_text(statement, 0), &lost.source);
		lost.boot = sql_column_id(statement, 1);
		snprintf(lost.where, sizeof(lost.where), "%s", sql_column_text(statement, 2));
		lost.count = (uint64_t)sqlite3_column_int64(statement, 3);
		lost.time_us = sqlite3_column_int64(statement, 4);
		r = each(context, &lost);
		if (r != 0)
			return r;
	}
	return r;
}
