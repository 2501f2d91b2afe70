// SPDX-License-Identifier: GPL-2.0-only
/* Boots: when they were, how they ended, and in which of them something happened. */
#include "db/store.h"

#include "db/store-private.h"

/* How far apart the times of one panic may lie that several records or logs tell of. */
enum { RECORDS_APART_US = 10 * 1000000 };

static int add_running_boot(struct store *store, enum store_statement which, sd_id128_t boot,
			    int64_t began_us)
{
	sqlite3_stmt *statement = store->statements[which];

	sql_bind_id(statement, 1, boot);
	sqlite3_bind_int64(statement, 2, began_us);
	store->boot = boot;
	return store_result(store, sql_run(statement));
}

int store_add_boot(struct store *store, sd_id128_t boot, int64_t began_us)
{
	return add_running_boot(store, STATEMENT_ADD_BOOT, boot, began_us);
}

int store_note_boot(struct store *store, sd_id128_t boot, int64_t began_us)
{
	sqlite3_bind_int64(store->statements[STATEMENT_NOTE_BOOT], 3, store->now_us);
	return add_running_boot(store, STATEMENT_NOTE_BOOT, boot, began_us);
}

int store_end_boot(struct store *store, sd_id128_t boot, int64_t ended_us)
{
	sqlite3_stmt *statement = store->statements[STATEMENT_END_BOOT];

	sql_bind_id(statement, 1, boot);
	sqlite3_bind_int64(statement, 2, ended_us);
	return store_result(store, sql_run(statement));
}

int store_add_journal_boot(struct store *store, const struct boot *boot)
{
	sqlite3_stmt *statement = store->statements[STATEMENT_JOURNAL_BOOT];
	int r = store_ready(store);

	if (r < 0)
		return r;
	sql_bind_id(statement, 1, boot->id);
	sqlite3_bind_int64(statement, 2, boot->began_us);
	sqlite3_bind_int64(statement, 3, boot->first_us);
	sqlite3_bind_int64(statement, 4, boot->last_us);
	/* how this one ends is seen when it has */
	if (sd_id128_equal(boot->id, store->boot))
		sqlite3_bind_null(statement, 5);
	else
		sqlite3_bind_int(statement, 5, boot->in_order);
	sql_bind_id(statement, 6, boot->previous);
	return store_result(store, sql_run(statement));
}

/* 1 with the boot that a bound statement names, 0 none, -errno. */
static int ask_boot(sqlite3_stmt *bound, sd_id128_t *ret_boot)
{
	_cleanup_sql_reset_ sqlite3_stmt *statement = bound;
	int r = sql_step(statement);

	if (r > 0)
		*ret_boot = sql_column_id(statement, 0);
	return r;
}

static int boot_at(struct store *store, int64_t time_us, int64_t apart_us, sd_id128_t *ret_boot)
{
	sqlite3_stmt *statement = store->statements[STATEMENT_BOOT_AT];

	sqlite3_bind_int64(statement, 1, time_us);
	sqlite3_bind_int64(statement, 2, apart_us);
	return ask_boot(statement, ret_boot);
}

int store_boot_before(struct store *store, sd_id128_t *ret_boot)
{
	sql_bind_id(store->statements[STATEMENT_BOOT_BEFORE], 1, store->boot);
	return ask_boot(store->statements[STATEMENT_BOOT_BEFORE], ret_boot);
}

/*
 * Of what an earlier boot left: where the clocks disagree, it may look as if it were of this
 * boot, which has not ended.
 */
static int earlier_boot_at(struct store *store, int64_t time_us, int64_t apart_us,
			   sd_id128_t *ret_boot)
{
	sd_id128_t boot;
	int r = boot_at(store, time_us, apart_us, &boot);

	if (r > 0 && sd_id128_equal(boot, store->boot))
		r = store_boot_before(store, &boot);
	if (r > 0)
		*ret_boot = boot;
	return r;
}

static sqlite3_stmt *bind_crash(struct store *store, enum store_statement which, sd_id128_t boot,
				int64_t time_us, int64_t uptime_us)
{
	sqlite3_stmt *statement = store->statements[which];

	sql_bind_id(statement, 1, boot);
	sqlite3_bind_int64(statement, 2, time_us);
	sqlite3_bind_int64(statement, 3, uptime_us);
	return statement;
}

/* 1 where a crash after that uptime may be this boot's, which others that fit worse lose; 0. */
static int claim_boot(struct store *store, sd_id128_t boot, int64_t time_us, int64_t uptime_us)
{
	_cleanup_sql_reset_ sqlite3_stmt *fits =
		bind_crash(store, STATEMENT_CRASH_FITS, boot, time_us, uptime_us);
	int r = sql_step(fits);

	if (r <= 0)
		return r;
	r = sql_run(bind_crash(store, STATEMENT_CRASH_FITS_BEST, boot, time_us, uptime_us));
	return r < 0 ? r : 1;
}

/*
 * The same of a crash. The last boot that is known to have begun before may have been another one
 * than the one that crashed: that had been up for as long as its log says.
 */
static int crashed_boot_at(struct store *store, int64_t time_us, int64_t uptime_us,
			   sd_id128_t *ret_boot)
{
	sd_id128_t boot;
	int r = earlier_boot_at(store, time_us, CRASH_APART_US, &boot);

	if (r > 0 && uptime_us > 0)
		r = claim_boot(store, boot, time_us, uptime_us);
	if (r > 0)
		*ret_boot = boot;
	return r;
}

int store_resolve_boot(struct store *store, struct record *record)
{
	int r = 0;

	if (!sd_id128_is_null(record->boot))
		return 0;
	if (record_is_of_boot_before(record))
		r = store_boot_before(store, &record->boot);
	else if (record->time_us != 0 && record->replayed && record->source != SOURCE_REPLAY)
		r = earlier_boot_at(store, record->time_us, RECORDS_APART_US, &record->boot);
	else if (record->time_us != 0)
		r = boot_at(store, record->time_us, RECORDS_APART_US, &record->boot);
	return r < 0 ? r : 0;
}

/* --- what was stored before its boot was known --- */

enum { UNRESOLVED_MAX = 1024 };

struct unresolved {
	int64_t row;
	int64_t time_us;
	int64_t uptime_us; /* of a crash; 0 unknown */
};

/* Returns how many there are. */
static int find_unresolved(sqlite3_stmt *bound, struct unresolved found[UNRESOLVED_MAX])
{
	_cleanup_sql_reset_ sqlite3_stmt *statement = bound;
	int r, n = 0;

	sqlite3_bind_int(statement, 1, UNRESOLVED_MAX);
	while ((r = sql_step(statement)) > 0 && n < UNRESOLVED_MAX)
		found[n++] = (struct unresolved){ sqlite3_column_int64(statement, 0),
						  sqlite3_column_int64(statement, 1),
						  sqlite3_column_int64(statement, 2) };
	return r < 0 ? r : n;
}

static int set_boot(sqlite3_stmt *statement, int64_t row, sd_id128_t boot)
{
	sqlite3_bind_int64(statement, 1, row);
	sql_bind_id(statement, 2, boot);
	return sql_run(statement);
}

/* The oldest first: it tells where a boot ended for those after it. */
static int resolve_all(struct store *store, enum store_statement which, enum store_statement setter)
{
	struct unresolved found[UNRESOLVED_MAX];
	int n = find_unresolved(store->statements[which], found), r = n < 0 ? n : 0;

	for (int i = n - 1; r >= 0 && i >= 0; i--) {
		sd_id128_t boot;

		if (which == STATEMENT_CRASHES_WITHOUT_BOOT)
			r = crashed_boot_at(store, found[i].time_us, found[i].uptime_us, &boot);
		else
			r = earlier_boot_at(store, found[i].time_us, RECORDS_APART_US, &boot);
		if (r > 0)
			r = set_boot(store->statements[setter], found[i].row, boot);
	}
	return r < 0 ? r : 0;
}

/* It was stored early in this boot, when its journal could not be read yet. */
static int resolve_untimed(struct store *store)
{
	sqlite3_stmt *statement = store->statements[STATEMENT_UNTIMED_OF_BOOT];
	sd_id128_t before;
	int r = store_boot_before(store, &before);

	if (r <= 0)
		return r;
	sql_bind_id(statement, 1, before);
	sql_bind_id(statement, 2, store->boot);
	return sql_run(statement);
}

int store_resolve_boots(struct store *store)
{
	int r = store_ready(store);

	if (r == 0)
		r = resolve_untimed(store);
	if (r == 0)
		r = resolve_all(store, STATEMENT_EVENTS_WITHOUT_BOOT, STATEMENT_SET_EVENT_BOOT);
	if (r == 0)
		r = resolve_all(store, STATEMENT_CRASHES_WITHOUT_BOOT, STATEMENT_SET_CRASH_BOOT);
	store->counted = false;
	return store_result(store, r);
}

/* --- crashes --- */

static int add_new_crash(struct store *store, const struct crash *crash)
{
	sqlite3_stmt *statement = store->statements[STATEMENT_ADD_CRASH];
	sd_id128_t boot = crash->boot;
	int r = 0;

	if (sd_id128_is_null(boot) && crash->time_us != 0)
		r = crashed_boot_at(store, crash->time_us, crash->uptime_us, &boot);
	if (r < 0)
		return r;
	sql_bind_text(statement, 1, crash->key);
	sql_bind_text(statement, 2, source_id_name(crash->source));
	sql_bind_id(statement, 3, boot);
	sqlite3_bind_int64(statement, 4, crash->time_us);
	sqlite3_bind_int(statement, 5, crash->by_hardware);
	sqlite3_bind_int(statement, 6, crash->is_slim);
	sql_bind_text(statement, 7, crash->reason);
	sql_bind_text(statement, 8, crash->place);
	if (crash->uptime_us > 0)
		sqlite3_bind_int64(statement, 9, crash->uptime_us);
	else
		sqlite3_bind_null(statement, 9);
	r = sql_run(statement);
	return r < 0 ? r : store_add_delivery(store, crash->key, crash->source, 0);
}

/* It may lie elsewhere by now; a place that lasts is better than one that does not. */
static int move_crash(struct store *store, const struct crash *crash)
{
	sqlite3_stmt *statement = store->statements[STATEMENT_MOVE_CRASH];

	sql_bind_text(statement, 1, crash->key);
	sql_bind_text(statement, 2, crash->place);
	return sql_run(statement);
}

int store_add_crash(struct store *store, const struct crash *crash)
{
	int r = store_ready(store);

	if (r < 0)
		return r;
	r = store_has_key(store, crash->key) ? move_crash(store, crash)
					     : add_new_crash(store, crash);
	return store_result(store, r);
}
