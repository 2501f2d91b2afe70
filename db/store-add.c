// SPDX-License-Identifier: GPL-2.0-only
/* One record into the store: known, one more source of an event, or a new event. */
#include "db/store.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "db/store-private.h"
#include "event/bits.h"

/* record_same_error()'s. */
enum { SECOND_US = 1000000, WINDOW_US = 2 * SECOND_US };

/* Within which a boot polls its banks for the first time, and more. */
enum { BOOT_POLL_US = 130 * SECOND_US };

/* Where a twin is looked for. A TSC is all but unique, so that search never walks far. */
struct search {
	int64_t from_us;
	int64_t to_us;
	bool any_tsc; /* newest first */
	uint64_t tsc; /* else this one (0: or none), oldest first */
};

enum { SEARCHES_MAX = 3 };

/* 1 known, with its event's seq (0 gone) and boot (null unknown), 0 not, -errno. */
static int find_key(struct store *store, const char *key, uint64_t *ret_seq, sd_id128_t *ret_boot)
{
	_cleanup_sql_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_KNOWN];
	int r;

	sql_bind_text(statement, 1, key);
	r = sql_step(statement);
	if (r > 0) {
		*ret_seq = (uint64_t)sqlite3_column_int64(statement, 0);
		*ret_boot = sql_column_id(statement, 1);
	}
	return r;
}

/*
 * What firmware tells of the boot before it may have told before: a region that it never clears.
 * Then that boot ended in order; where it did not, it is the same error once more. 1, 0, -errno.
 */
static int happened_again(struct store *store, sd_id128_t first, sd_id128_t second)
{
	_cleanup_sql_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_WAS_CUT];

	if (sd_id128_is_null(first) || sd_id128_is_null(second) || sd_id128_equal(first, second))
		return 0;
	sql_bind_id(statement, 1, second);
	return sql_step(statement);
}

static size_t plan_with_tsc(const struct record *record, struct search *searches)
{
	int64_t time_us = record->time_us;
	size_t n = 0;

	if (time_us == 0) {
		searches[n++] = (struct search){ INT64_MIN, INT64_MAX, false, record->tsc };
		return n;
	}
	searches[n++] =
		(struct search){ time_us - WINDOW_US, time_us + WINDOW_US, false, record->tsc };
	searches[n++] = (struct search){ 0, 0, false, record->tsc };
	searches[n++] = (struct search){ time_us - WINDOW_US, time_us + WINDOW_US, false, 0 };
	return n;
}

static size_t plan_without_tsc(const struct record *record, struct search *searches)
{
	int64_t time_us = record->time_us, second = time_us - time_us % SECOND_US;
	size_t n = 0;

	if (time_us == 0)
		return n;
	searches[n++] = (struct search){ second, second + SECOND_US - 1, false, 0 };
	searches[n++] = (struct search){ time_us - WINDOW_US, time_us + WINDOW_US, true, 0 };
	return n;
}

/* Where record_same_error() can say yes, the likeliest first. */
static size_t plan(const struct record *record, struct search searches[SEARCHES_MAX])
{
	return record->tsc ? plan_with_tsc(record, searches) : plan_without_tsc(record, searches);
}

static void bind_search(sqlite3_stmt *statement, const struct record *record, const char *sources,
			const struct search *search)
{
	sql_bind_text(statement, 1, sources);
	sqlite3_bind_int64(statement, 2, (int64_t)record->status);
	sqlite3_bind_int(statement, 3, record->bank);
	sqlite3_bind_int64(statement, 4, record->cpu);
	sqlite3_bind_int64(statement, 5, search->from_us);
	sqlite3_bind_int64(statement, 6, search->to_us);
	if (record_has_address(record))
		sqlite3_bind_int64(statement, 7, (int64_t)record->addr);
	else
		sqlite3_bind_null(statement, 7);
	if (!search->any_tsc)
		sqlite3_bind_int64(statement, 8, (int64_t)search->tsc);
}

/* 1 with the event, 0 none, -errno. */
static int search_twin(struct store *store, const struct record *record, const char *sources,
		       const struct search *search, struct event *ret_event)
{
	_cleanup_sql_reset_ sqlite3_stmt *statement =
		store->statements[search->any_tsc ? STATEMENT_TWIN : STATEMENT_TWIN_WITH_TSC];
	struct event event;
	int r;

	bind_search(statement, record, sources, search);
	while ((r = sql_step(statement)) > 0) {
		row_read_event(statement, &store->names, &event);
		if (record_same_error(&event.record, record)) {
			*ret_event = event;
			return 1;
		}
	}
	return r;
}

/* An event that this source has not delivered yet: the pairing is one to one. */
static int find_bank(struct store *store, const struct record *record, struct event *ret_event)
{
	struct search searches[SEARCHES_MAX];
	size_t n = plan(record, searches);

	for (size_t i = 0; i < n; i++) {
		for (uint32_t set = 1; set < 1u << SOURCE_COUNT_; set++) {
			char sources[ROW_SOURCES_MAX];
			int r;

			if (!store->sets[set] || set & 1u << record->source)
				continue;
			r = search_twin(store, record, row_sources_text(set, sources), &searches[i],
					ret_event);
			if (r != 0)
				return r;
		}
	}
	return 0;
}

/* The first row of a bound statement that is the same error. */
static int search_same(struct store *store, sqlite3_stmt *bound, const struct event *event,
		       struct event *ret_twin)
{
	_cleanup_sql_reset_ sqlite3_stmt *statement = bound;
	struct event twin;
	int r;

	while ((r = sql_step(statement)) > 0) {
		row_read_event(statement, &store->names, &twin);
		if (!(twin.sources & 1u << event->record.source) &&
		    event_same_error(&twin, event)) {
			*ret_twin = twin;
			return 1;
		}
	}
	return r;
}

/* Two that are the same error have both alike, but for the bits within a cache line. */
static void bind_class_and_address(sqlite3_stmt *statement, int at, const struct event *event)
{
	sql_bind_text(statement, at, class_name(event->decoded.class));
	if (record_has_address(&event->record))
		sqlite3_bind_int64(statement, at + 1, (int64_t)event->record.addr);
	else
		sqlite3_bind_null(statement, at + 1);
}

/* What firmware reported may have no CPU and no registers: all that is near it in time. */
static int find_near(struct store *store, const struct event *event, struct event *ret_twin)
{
	bool is_firmware = event->record.cpu == RECORD_NO_CPU;
	sqlite3_stmt *statement =
		store->statements[is_firmware ? STATEMENT_TWIN_NEAR : STATEMENT_TWIN_OF_FIRMWARE];

	if (event->record.time_us == 0 || (!is_firmware && !store->has_firmware))
		return 0;
	sqlite3_bind_int64(statement, 1, event->record.time_us - WINDOW_US);
	sqlite3_bind_int64(statement, 2, event->record.time_us + WINDOW_US);
	bind_class_and_address(statement, 3, event);
	return search_same(store, statement, event, ret_twin);
}

/* The same where only the boot of the error is known, and that in which its bank was found. */
static int was_left_later(struct store *store, const struct event *early, const struct event *late)
{
	sd_id128_t before = SD_ID128_NULL;
	int r;

	if (late->record.time_us == 0 || !sd_id128_equal(late->record.boot, store->boot))
		return 0;
	r = store_boot_before(store, &before);
	if (r <= 0 || sd_id128_is_null(early->record.boot))
		return r < 0 ? r : 0;
	return !sd_id128_equal(early->record.boot, before);
}

/*
 * Whether a boot came between the error and the one that reports it again: then it is another
 * error. A leftover bank is found within the first minutes of its boot. 1, 0, -errno.
 */
static int came_between(struct store *store, const struct event *early, const struct event *late)
{
	_cleanup_sql_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_BOOT_BETWEEN];

	if (record_is_of_boot_before(&late->record) && !sd_id128_is_null(early->record.boot) &&
	    !sd_id128_is_null(late->record.boot))
		return happened_again(store, early->record.boot, late->record.boot);
	if (early->record.time_us == 0)
		return was_left_later(store, early, late);
	sqlite3_bind_int64(statement, 1, early->record.time_us);
	if (late->record.time_us)
		sqlite3_bind_int64(statement, 2, late->record.time_us - BOOT_POLL_US);
	else if (record_is_of_boot_before(&late->record))
		sqlite3_bind_null(statement, 2);
	else
		return 0;
	sql_bind_id(statement, 3, store->boot);
	return sql_step(statement);
}

/* It happened in the boot that runs, which nobody reports again. */
static bool is_live(const struct store *store, const struct event *event)
{
	return !event->record.replayed && !event_is_report_again(event) &&
	       sd_id128_equal(event->record.boot, store->boot);
}

/* 1 one of them is the other's report again, 0 not, -errno. */
static int reported_again(struct store *store, const struct event *a, const struct event *b)
{
	int r = 1;

	if (is_live(store, a) || is_live(store, b))
		return 0;

	if (event_reported_again(a, b))
		r = came_between(store, a, b);
	else if (event_reported_again(b, a))
		r = came_between(store, b, a);
	else
		return 0;
	return r < 0 ? r : !r;
}

/* What does not stop a machine may come again, so a source that saw it has seen another one. */
static bool may_repeat(const struct event *twin, const struct event *event)
{
	return !(twin->sources & 1u << event->record.source) || event->record.replayed ||
	       event->decoded.severity == SEVERITY_FATAL;
}

/* Among the bad errors; not one to one, as every log of the boot after it may have it. */
static int find_again(struct store *store, const struct event *event, struct event *ret_twin)
{
	_cleanup_sql_reset_ sqlite3_stmt *statement = store->statements[STATEMENT_TWIN_OF_REPORT];
	struct event twin;
	int r;

	if (!event_is_report_again(event) &&
	    (!event->record.replayed || event->record.source == SOURCE_REPLAY ||
	     event->decoded.severity == SEVERITY_CORRECTED))
		return 0;
	bind_class_and_address(statement, 1, event);
	while ((r = sql_step(statement)) > 0) {
		row_read_event(statement, &store->names, &twin);
		r = may_repeat(&twin, event) ? reported_again(store, &twin, event) : 0;
		if (r > 0)
			*ret_twin = twin;
		if (r != 0)
			return r;
	}
	return r;
}

static int find_twin(struct store *store, const struct event *event, struct event *ret_twin)
{
	int r = 0;

	if (event->record.cpu != RECORD_NO_CPU)
		r = find_bank(store, &event->record, ret_twin);
	if (r == 0)
		r = find_near(store, event, ret_twin);
	return r ? r : find_again(store, event, ret_twin);
}

/* Whether it is one of the records that a panic left, which all come later. */
static bool is_of_panic(const struct event *event)
{
	const struct record *record = &event->record;

	return (record->replayed || record->source == SOURCE_ERST ||
		record->source == SOURCE_PSTORE || record->source == SOURCE_VMCORE) &&
	       event->decoded.severity >= SEVERITY_UCNA;
}

static int find_incident(struct store *store, const struct event *event, sd_id128_t *ret_incident)
{
	bool is_timed = event->record.time_us != 0;
	_cleanup_sql_reset_ sqlite3_stmt *statement =
		store->statements[is_timed ? STATEMENT_INCIDENT : STATEMENT_INCIDENT_OF_BOOT];
	sd_id128_t incident = event->id;
	int r = 0;

	if (is_of_panic(event)) {
		sql_bind_id(statement, 1, event->record.boot);
		if (is_timed)
			sqlite3_bind_int64(statement, 2, event->record.time_us);
		r = sql_step(statement);
		if (r > 0)
			incident = sql_column_id(statement, 0);
	}
	if (r < 0)
		return r;
	*ret_incident = incident;
	return 0;
}

static int add_event(struct store *store, struct event *event, bool want_journal)
{
	sqlite3_stmt *statement = store->statements[STATEMENT_ADD_EVENT];
	char message[EVENT_MESSAGE_MAX], sources[ROW_SOURCES_MAX];
	int r = sd_id128_randomize(&event->id);

	if (r == 0)
		r = find_incident(store, event, &event->incident);
	if (r < 0)
		return r;
	event->sources = 1u << event->record.source;
	row_bind_event(statement, event, row_sources_text(event->sources, sources));
	sql_bind_text(statement, ROW_PARAMETER_MESSAGE,
		      event_message(event, message, sizeof(message)));
	sql_bind_text(statement, ROW_PARAMETER_JOURNAL, want_journal ? "waiting" : "none");
	r = sql_run(statement);
	if (r < 0)
		return r;
	event->seq = (uint64_t)sqlite3_last_insert_rowid(store->db);
	return store_add_delivery(store, event->record.key, event->record.source, event->seq);
}

/* What the delivery knows better becomes the event's; its key stays that of the first one. */
static int rewrite(struct store *store, const struct event *event)
{
	sqlite3_stmt *statement = store->statements[STATEMENT_REWRITE];
	char message[EVENT_MESSAGE_MAX], sources[ROW_SOURCES_MAX];

	row_bind_event(statement, event, row_sources_text(event->sources, sources));
	sql_bind_text(statement, ROW_PARAMETER_MESSAGE,
		      event_message(event, message, sizeof(message)));
	sqlite3_bind_int64(statement, ROW_PARAMETER_SEQ, (int64_t)event->seq);
	store->counted = false;
	return sql_run(statement);
}

static int note_source(struct store *store, const struct event *event)
{
	sqlite3_stmt *statement = store->statements[STATEMENT_JOIN];
	char sources[ROW_SOURCES_MAX];

	sqlite3_bind_int64(statement, 1, (int64_t)event->seq);
	sql_bind_text(statement, 2, row_sources_text(event->sources, sources));
	return sql_run(statement);
}

static int join(struct store *store, struct event *twin, const struct event *delivered)
{
	bool changed = event_merge(twin, delivered);
	int r;

	twin->sources |= 1u << delivered->record.source;
	r = changed ? rewrite(store, twin) : note_source(store, twin);
	return r < 0 ? r
		     : store_add_delivery(store, delivered->record.key, delivered->record.source,
					  twin->seq);
}

/* The set is one in which later records will look for a twin. */
static void note_added(struct store *store, const struct event *event, enum store_result result)
{
	store->sets[event->sources] = true;
	store->has_firmware |= event->record.cpu == RECORD_NO_CPU;
	if (result == STORE_NEW && store->counted &&
	    sd_id128_equal(store->counted_boot, event->record.boot))
		store->counts.events++;
}

/* An error that stops a machine is not of the boot that found its bank, whatever it was of. */
static int move_to_boot_before(struct store *store, struct record *record)
{
	bool is_live = !record->replayed;

	record->replayed = true;
	record->boot = SD_ID128_NULL;
	return is_live ? store_boot_before(store, &record->boot) : 0;
}

static int add_new(struct store *store, struct event *event, bool want_journal)
{
	int r = 0;

	if (event_is_of_boot_before(event) && event->record.source != SOURCE_REPLAY)
		r = move_to_boot_before(store, &event->record);
	return r < 0 ? r : add_event(store, event, want_journal);
}

/* event is the caller's copy: it becomes what is stored. */
static int add_unknown(struct store *store, struct event *event, bool want_journal,
		       enum store_result *ret_result)
{
	struct event twin;
	int r = store_resolve_boot(store, &event->record);

	if (r == 0)
		r = find_twin(store, event, &twin);
	if (r < 0)
		return r;
	if (r > 0) {
		r = join(store, &twin, event);
		*event = twin;
		*ret_result = STORE_JOINED;
	} else {
		r = add_new(store, event, want_journal);
		*ret_result = STORE_NEW;
	}
	if (r == 0)
		note_added(store, event, *ret_result);
	return r;
}

/* A boot error region with the same content as once before, and another error. */
static int renew_key(struct store *store, struct event *event, sd_id128_t known)
{
	char id[SD_ID128_STRING_MAX];
	size_t length = strlen(event->record.key);
	int r = store_resolve_boot(store, &event->record);

	if (r == 0)
		r = happened_again(store, known, event->record.boot);
	if (r > 0)
		snprintf(event->record.key + length, sizeof(event->record.key) - length, ":%s",
			 sd_id128_to_string(event->record.boot, id));
	return r;
}

/* 1 known, with its event's seq (0 gone), 0 not, -errno. */
static int find_delivery(struct store *store, struct event *event)
{
	sd_id128_t boot = SD_ID128_NULL;
	int r = find_key(store, event->record.key, &event->seq, &boot);

	if (r <= 0 || event->record.source != SOURCE_BERT)
		return r;
	r = renew_key(store, event, boot);
	if (r > 0)
		return find_key(store, event->record.key, &event->seq, &boot);
	return r < 0 ? r : 1;
}

int store_add(struct store *store, struct event *event, bool want_journal,
	      enum store_result *ret_result)
{
	enum store_result result = STORE_KNOWN;
	struct event added = *event;
	int r = store_ready(store);

	if (r < 0)
		return r;
	r = find_delivery(store, &added);
	if (r == 0)
		r = add_unknown(store, &added, want_journal, &result);
	if (r < 0)
		return store_result(store, r);

	if (result == STORE_KNOWN)
		event->seq = added.seq;
	else
		*event = added;
	*ret_result = result;
	return 0;
}

int store_add_section(struct store *store, uint64_t seq, enum source_id source,
		      const struct section *section)
{
	sqlite3_stmt *statement = store->statements[STATEMENT_ADD_SECTION];
	int r = store_ready(store);

	if (r < 0 || !section->body.size)
		return r;
	sqlite3_bind_int64(statement, 1, (int64_t)seq);
	sql_bind_text(statement, 2, source_id_name(source));
	sql_bind_id(statement, 3, section->type);
	sqlite3_bind_int64(statement, 4, section->severity);
	sqlite3_bind_blob64(statement, 5, section->body.data, section->body.size, SQLITE_TRANSIENT);
	return store_result(store, sql_run(statement));
}

int store_locate(struct store *store, uint64_t seq, const struct location *location,
		 const char *label)
{
	sqlite3_stmt *statement = store->statements[STATEMENT_LOCATE];
	int r = store_ready(store);

	if (r < 0)
		return r;
	sqlite3_bind_int64(statement, 1, (int64_t)seq);
	row_bind_location(statement, 2, location, label);
	return store_result(store, sql_run(statement));
}
