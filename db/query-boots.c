// SPDX-License-Identifier: GPL-2.0-only
/* The boots on record, and how each of them ended. */
#include "db/query.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/crash-sql.h"
#include "db/query-private.h"
#include "util/cleanup.h"

/* Shorter ones are offsets, or too little to go by. */
enum { ID_DIGITS_MIN = 4 };

/* A row of table boot; 0: not known. */
struct row {
	sd_id128_t id;
	int64_t began_us;
	int64_t ended_us;
	int64_t journal_last_us;
	enum { END_UNKNOWN, END_CUT, END_IN_ORDER } journal_end;
	char stopped[EVENT_MESSAGE_MAX]; /* by this; "" unknown */
	int64_t stopped_us;
};

#define CRASH_SELECT                                                                               \
	"SELECT key, source, boot, time_us, by_hardware, slim, reason, place, uptime_us FROM "     \
	"crash "

#define MAY_BE_OF_THIS                                                                             \
	"(crash.uptime_us IS NULL OR (" CRASH_FITS("crash.time_us", "crash.uptime_us") "))"

/*
 * Whether a crash without a boot is one that boots are known for: of the same log, or of the same
 * minute where it may be of that boot. Its records say when to a second: a fatal error that close
 * is what it crashed by, whatever the clocks say.
 */
#define TELLS_OF(boots)                                                                            \
	"(EXISTS (SELECT 1 FROM crash AS known JOIN boot AS this ON this.id = known.boot "         \
	"WHERE known.boot " boots " AND ((known.uptime_us = crash.uptime_us "                      \
	"AND known.reason = crash.reason) OR (crash.time_us <> 0 "                                 \
	"AND known.time_us BETWEEN crash.time_us - 60000000 AND crash.time_us + 60000000 "         \
	"AND ifnull(known.uptime_us = crash.uptime_us "                                            \
	"OR (abs(known.uptime_us - crash.uptime_us) <= 5000000 "                                   \
	"AND abs(known.time_us - crash.time_us) <= 10000000), 1) AND " MAY_BE_OF_THIS              \
	"))) OR (crash.time_us <> 0 AND EXISTS (SELECT 1 FROM event "                              \
	"JOIN boot AS this ON this.id = event.boot "                                               \
	"WHERE event.boot " boots " AND event.severity = 'fatal' "                                 \
	"AND event.time_us BETWEEN crash.time_us - 60000000 AND crash.time_us + 60000000 "         \
	"AND (abs(event.time_us - crash.time_us) <= 10000000 OR " MAY_BE_OF_THIS "))))"

/* What crashed boot ?1: its rows, and those without a boot that tell of the same. */
#define CRASHES CRASH_SELECT "WHERE boot = ?1 OR (boot IS NULL AND " TELLS_OF("= ?1") ") "

/* Those that are of no boot by this. */
#define LONE_CRASHES CRASH_SELECT "WHERE boot IS NULL AND NOT " TELLS_OF("IS NOT NULL") " "

enum { SECOND_US = 1000000, MINUTE_US = 60 * SECOND_US };

const char *boot_end_name(enum boot_end end)
{
	switch (end) {
	case BOOT_RUNNING:
		return "running";
	case BOOT_CLEAN:
		return "clean";
	case BOOT_MACHINE_CHECK:
		return "machine check";
	case BOOT_PANIC:
		return "panic";
	case BOOT_CUT:
		return "power loss or hang";
	case BOOT_UNKNOWN:
		return "unknown";
	}
	return "unknown";
}

static struct row read_row(sqlite3_stmt *statement)
{
	struct row row = {
		.id = sql_column_id(statement, 0),
		.began_us = sqlite3_column_int64(statement, 1),
		.ended_us = sqlite3_column_int64(statement, 2),
		.journal_last_us = sqlite3_column_int64(statement, 3),
		.stopped_us = sqlite3_column_int64(statement, 6),
	};

	snprintf(row.stopped, sizeof(row.stopped), "%s", sql_column_text(statement, 5));

	if (sqlite3_column_type(statement, 4) != SQLITE_NULL)
		row.journal_end = sqlite3_column_int(statement, 4) ? END_IN_ORDER : END_CUT;
	return row;
}

/* All of them, oldest first. */
static int read_rows(struct query *query, struct row **ret_rows, size_t *ret_n)
{
	_cleanup_sql_finalize_ sqlite3_stmt *statement = NULL;
	_cleanup_free_ struct row *rows = NULL;
	size_t n = 0;
	int r = query_prepare(query,
			      "SELECT id, began_us, ended_us, journal_last_us, in_order, "
			      "stopped, stopped_us FROM boot ORDER BY began_us, id",
			      &statement);

	if (r < 0)
		return r;
	while ((r = sql_step(statement)) > 0) {
		struct row *grown = reallocarray(rows, n + 1, sizeof(*rows));

		if (!grown)
			return -ENOMEM;
		rows = grown;
		rows[n++] = read_row(statement);
	}
	if (r < 0)
		return r;
	*ret_rows = take_ptr(rows);
	*ret_n = n;
	return 0;
}

/*
 * The newest one; of the records of one panic the kernel writes the one that it
 * stopped for last. What a later boot found in a bank has no time of its own.
 */
static int read_fatal(struct query *query, struct query_boot *boot)
{
	_cleanup_sql_finalize_ sqlite3_stmt *statement = NULL;
	int r = query_prepare(query,
			      ROW_SELECT "WHERE boot = ?1 AND severity = 'fatal' "
					 "ORDER BY time_us = 0 OR " QUERY_IS_LEFT
					 ", time_us DESC, seq DESC LIMIT 1",
			      &statement);

	if (r < 0)
		return r;
	sql_bind_id(statement, 1, boot->id);
	r = sql_step(statement);
	boot->has_fatal = r > 0;
	if (boot->has_fatal)
		row_read_event(statement, &query->names, &boot->fatal);
	return r < 0 ? r : 0;
}

static struct crash read_crash(sqlite3_stmt *statement)
{
	struct crash crash = {
		.boot = sql_column_id(statement, 2),
		.time_us = sqlite3_column_int64(statement, 3),
		.by_hardware = sqlite3_column_int(statement, 4),
		.is_slim = sqlite3_column_int(statement, 5),
		.uptime_us = -1,
	};

	if (sqlite3_column_type(statement, 8) != SQLITE_NULL)
		crash.uptime_us = sqlite3_column_int64(statement, 8);

	snprintf(crash.key, sizeof(crash.key), "%s", sql_column_text(statement, 0));
	source_id_parse(sql_column_text(statement, 1), &crash.source);
	snprintf(crash.reason, sizeof(crash.reason), "%s", sql_column_text(statement, 6));
	snprintf(crash.place, sizeof(crash.place), "%s", sql_column_text(statement, 7));
	return crash;
}

/* The one that says most. */
static int read_best_crash(struct query *query, struct query_boot *boot)
{
	_cleanup_sql_finalize_ sqlite3_stmt *statement = NULL;
	int r = query_prepare(
		query,
		CRASHES "ORDER BY slim DESC, by_hardware DESC, reason = '', time_us DESC, key "
			"LIMIT 1",
		&statement);

	if (r < 0)
		return r;
	sql_bind_id(statement, 1, boot->id);
	r = sql_step(statement);
	boot->has_crash = r > 0;
	if (boot->has_crash)
		boot->crash = read_crash(statement);
	return r < 0 ? r : 0;
}

static void count_severity(struct query_boot *boot, const char *name, uint64_t errors)
{
	enum severity severity = SEVERITY_UNKNOWN;

	severity_parse(name, &severity);
	if (severity == SEVERITY_UNKNOWN)
		boot->unknown += errors;
	else if (severity == SEVERITY_CORRECTED)
		boot->corrected += errors;
	else
		boot->uncorrected += errors;
}

/* Without those of the stop itself: its incident, and fatal ones that have no time of their own. */
static int count_errors(struct query *query, struct query_boot *boot)
{
	_cleanup_sql_finalize_ sqlite3_stmt *statement = NULL;
	int r = query_prepare(query,
			      "SELECT severity, sum(count), max(time_us) FROM event "
			      "WHERE boot = ?1 AND (?2 IS NULL "
			      "OR (incident <> ?2 AND (?3 = 0 OR time_us <= ?3) "
			      "AND (severity <> 'fatal' OR (time_us <> 0 "
			      "AND NOT " QUERY_IS_LEFT ")))) "
			      "GROUP BY severity",
			      &statement);

	if (r < 0)
		return r;
	sql_bind_id(statement, 1, boot->id);
	sql_bind_id(statement, 2, boot->has_fatal ? boot->fatal.incident : SD_ID128_NULL);
	sqlite3_bind_int64(statement, 3, boot->has_fatal ? boot->fatal.record.time_us : 0);
	while ((r = sql_step(statement)) > 0) {
		int64_t last_us = sqlite3_column_int64(statement, 2);

		count_severity(boot, sql_column_text(statement, 0),
			       (uint64_t)sqlite3_column_int64(statement, 1));
		if (last_us > boot->last_error_us)
			boot->last_error_us = last_us;
	}
	return r;
}

/*
 * Whether what happened then did not end it: it was shut down later, or its journal went on for
 * longer than a stop takes. Records have whole seconds.
 */
static bool went_on(const struct row *row, int64_t time_us)
{
	if (row->journal_end == END_IN_ORDER)
		return time_us + SECOND_US <= row->journal_last_us;
	return time_us != 0 && time_us + MINUTE_US < row->journal_last_us;
}

static enum boot_end judge(const struct query_boot *boot, const struct row *row, sd_id128_t running)
{
	if (sd_id128_equal(boot->id, running))
		return BOOT_RUNNING;
	if (boot->has_fatal && !went_on(row, boot->fatal.record.time_us))
		return BOOT_MACHINE_CHECK;
	if (!boot->has_fatal && boot->stopped[0] && !went_on(row, boot->stopped_us))
		return BOOT_MACHINE_CHECK;
	if (boot->has_crash && !went_on(row, boot->crash.time_us))
		return boot->crash.by_hardware ? BOOT_MACHINE_CHECK : BOOT_PANIC;
	if (row->journal_end == END_IN_ORDER)
		return BOOT_CLEAN;
	if (boot->offset == 0)
		return BOOT_UNKNOWN;
	/* that mcelog ended in order says nothing of the machine, that it did not says much */
	return row->journal_end == END_CUT || row->ended_us == 0 ? BOOT_CUT : BOOT_UNKNOWN;
}

/* When what stopped it happened; 0 unknown, as where a later boot found it in a bank. */
static int64_t stop_time(const struct query_boot *boot)
{
	if (boot->has_fatal)
		return event_is_of_boot_before(&boot->fatal) ? 0 : boot->fatal.record.time_us;
	return boot->next_us && boot->stopped_us >= boot->next_us ? 0 : boot->stopped_us;
}

static int64_t last_sign(const struct query_boot *boot, const struct row *row)
{
	int64_t last_us = row->journal_last_us, stop_us = stop_time(boot);

	if (stop_us > last_us)
		last_us = stop_us;
	if (boot->has_crash && boot->crash.time_us > last_us)
		last_us = boot->crash.time_us;
	return last_us ? last_us : row->ended_us;
}

/* The boot of row i out of n. */
static int complete(struct query *query, const struct row *rows, size_t i, size_t n,
		    sd_id128_t running, struct query_boot *ret_boot)
{
	const struct row *row = &rows[i];
	struct query_boot boot = {
		.offset = (int)i + 1 - (int)n,
		.id = row->id,
		.began_us = row->began_us,
		.stopped_us = row->stopped_us,
		.next_us = i + 1 < n ? rows[i + 1].began_us : 0,
	};
	int r = read_fatal(query, &boot);

	memcpy(boot.stopped, row->stopped, sizeof(boot.stopped));

	if (r == 0)
		r = read_best_crash(query, &boot);
	if (r == 0)
		r = count_errors(query, &boot);
	if (r < 0)
		return r;
	boot.end = judge(&boot, row, running);
	boot.last_us = boot.end == BOOT_RUNNING ? 0 : last_sign(&boot, row);
	*ret_boot = boot;
	return 0;
}

int query_boots(struct query *query, sd_id128_t running, unsigned int limit,
		int (*each)(void *context, const struct query_boot *boot), void *context)
{
	_cleanup_free_ struct row *rows = NULL;
	size_t n = 0;
	int r = read_rows(query, &rows, &n);

	for (size_t i = limit && n > limit ? n - limit : 0; r == 0 && i < n; i++) {
		struct query_boot boot;

		r = complete(query, rows, i, n, running, &boot);
		if (r == 0)
			r = each(context, &boot);
	}
	return r;
}

/* "0", "-1", "+2", and "2": at most three digits where there is no sign. */
static bool is_offset(const char *text)
{
	const char *digits = text + (*text == '-' || *text == '+');
	size_t n = strspn(digits, "0123456789");

	return n > 0 && digits[n] == '\0' && n < (digits == text ? ID_DIGITS_MIN : 10);
}

static int find_offset(const char *text, size_t n, size_t *ret_index)
{
	long offset = strtol(text, NULL, 10),
	     index = offset > 0 ? offset - 1 : (long)n - 1 + offset;

	if (index < 0 || (size_t)index >= n)
		return -ENOENT;
	*ret_index = (size_t)index;
	return 0;
}

/* The start of an ID, as query_clean_id() has it. */
static int read_id(const char *text, char ret_id[QUERY_ID_DIGITS + 1])
{
	int r = *text == '-' ? -EINVAL : query_clean_id(text, ret_id);

	return r == 0 && strlen(ret_id) < ID_DIGITS_MIN ? -EINVAL : r;
}

static int find_id(const char *text, const struct row *rows, size_t n, size_t *ret_index)
{
	char wanted[QUERY_ID_DIGITS + 1], id[SD_ID128_STRING_MAX];
	size_t found = 0, index = 0;
	int r = read_id(text, wanted);

	if (r < 0)
		return r;
	for (size_t i = 0; i < n; i++) {
		if (strncmp(sd_id128_to_string(rows[i].id, id), wanted, strlen(wanted)) != 0)
			continue;
		index = i;
		found++;
	}
	if (found != 1)
		return found ? -ENOTUNIQ : -ENOENT;
	*ret_index = index;
	return 0;
}

bool query_is_boot_name(const char *text)
{
	char id[QUERY_ID_DIGITS + 1];

	return is_offset(text) || read_id(text, id) == 0;
}

int query_find_boot(struct query *query, sd_id128_t running, const char *text,
		    struct query_boot *ret_boot)
{
	_cleanup_free_ struct row *rows = NULL;
	size_t n = 0, index = 0;
	int r = read_rows(query, &rows, &n);

	if (r == 0)
		r = is_offset(text) ? find_offset(text, n, &index) : find_id(text, rows, n, &index);
	return r < 0 ? r : complete(query, rows, index, n, running, ret_boot);
}

/* Of a bound statement of crashes. */
static int each_crash(sqlite3_stmt *statement,
		      int (*each)(void *context, const struct crash *crash), void *context)
{
	int r;

	while ((r = sql_step(statement)) > 0) {
		struct crash crash = read_crash(statement);

		r = each(context, &crash);
		if (r != 0)
			return r;
	}
	return r;
}

int query_crashes(struct query *query, sd_id128_t boot,
		  int (*each)(void *context, const struct crash *crash), void *context)
{
	_cleanup_sql_finalize_ sqlite3_stmt *statement = NULL;
	bool lone = sd_id128_is_null(boot);
	int r = query_prepare(query,
			      lone ? LONE_CRASHES "ORDER BY time_us, key"
				   : CRASHES "ORDER BY time_us, key",
			      &statement);

	if (r < 0)
		return r;
	if (!lone)
		sql_bind_id(statement, 1, boot);
	return each_crash(statement, each, context);
}

int query_unexplained_crashes(struct query *query,
			      int (*each)(void *context, const struct crash *crash), void *context)
{
	_cleanup_sql_finalize_ sqlite3_stmt *statement = NULL;
	int r = query_prepare(query,
			      CRASH_SELECT "WHERE by_hardware AND NOT EXISTS (SELECT 1 FROM event "
					   "WHERE severity = 'fatal' AND (event.boot = crash.boot "
					   "OR (crash.time_us <> 0 "
					   "AND event.time_us BETWEEN crash.time_us - 60000000 "
					   "AND crash.time_us + 60000000))) "
					   "AND NOT EXISTS (SELECT 1 FROM boot "
					   "WHERE boot.id = crash.boot AND stopped <> '') "
					   "ORDER BY time_us DESC, key",
			      &statement);

	return r < 0 ? r : each_crash(statement, each, context);
}

int query_lone_fatals(struct query *query, int (*each)(void *context, const struct event *event),
		      void *context)
{
	_cleanup_sql_finalize_ sqlite3_stmt *statement = NULL;
	int r = query_prepare(query,
			      ROW_SELECT
			      "WHERE boot IS NULL AND severity = 'fatal' AND replayed "
			      "AND source NOT IN ('replay', 'text') "
			      "AND seq IN (SELECT max(seq) FROM event WHERE boot IS NULL "
			      "AND severity = 'fatal' GROUP BY incident) "
			      "ORDER BY CASE time_us WHEN 0 THEN " QUERY_FOUND
			      " ELSE time_us END, seq",
			      &statement);

	if (r < 0)
		return r;
	while ((r = sql_step(statement)) > 0) {
		struct event event;

		row_read_event(statement, &query->names, &event);
		r = each(context, &event);
		if (r != 0)
			return r;
	}
	return r;
}
