/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the store share; for db/store*.c only. */
#pragma once

#include "db/row.h"
#include "db/sql.h"
#include "db/store.h"

/* One prepared statement each, made when the store is opened. */
enum store_statement {
	STATEMENT_BEGIN,
	STATEMENT_COMMIT,
	STATEMENT_ROLLBACK,
	STATEMENT_ADD_BOOT,
	STATEMENT_NOTE_BOOT,
	STATEMENT_END_BOOT,
	STATEMENT_JOURNAL_BOOT,
	STATEMENT_UNTIMED_OF_BOOT,
	STATEMENT_EVENTS_WITHOUT_BOOT,
	STATEMENT_CRASHES_WITHOUT_BOOT,
	STATEMENT_SET_EVENT_BOOT,
	STATEMENT_SET_CRASH_BOOT,
	STATEMENT_BOOT_AT,
	STATEMENT_CRASH_FITS,
	STATEMENT_CRASH_FITS_BEST,
	STATEMENT_BOOT_BEFORE,
	STATEMENT_ADD_CRASH,
	STATEMENT_MOVE_CRASH,
	STATEMENT_KNOWN,
	STATEMENT_WAS_CUT,
	STATEMENT_TWIN_WITH_TSC,
	STATEMENT_TWIN,
	STATEMENT_TWIN_NEAR,
	STATEMENT_TWIN_OF_REPORT,
	STATEMENT_BOOT_BETWEEN,
	STATEMENT_TWIN_OF_FIRMWARE,
	STATEMENT_INCIDENT,
	STATEMENT_INCIDENT_OF_BOOT,
	STATEMENT_ADD_EVENT,
	STATEMENT_ADD_DELIVERY,
	STATEMENT_JOIN,
	STATEMENT_REWRITE,
	STATEMENT_ADD_SECTION,
	STATEMENT_LOCATE,
	STATEMENT_ADD_LOST,
	STATEMENT_LOST_SO_FAR,
	STATEMENT_COUNT_EVENTS,
	STATEMENT_COUNT_LOST,
	STATEMENT_NEXT_EVENT,
	STATEMENT_NEXT_LOST,
	STATEMENT_EVENT_SENT,
	STATEMENT_LOST_SENT,
	STATEMENT_SAVE_COUNTER,
	STATEMENT_REMOVE_COUNTER,
	STATEMENT_COUNTERS,
	STATEMENT_ADD_ACTION,
	STATEMENT_UPDATE_ACTION,
	STATEMENT_ACTIONS_IN_STATE,
	STATEMENT_END_LOST_ACTIONS,
	STATEMENT_OFFLINED,
	STATEMENT_NEXT_ACTION,
	STATEMENT_ACTION_SENT,
	STATEMENT_LAST_DIMM,
	STATEMENT_ADD_DIMM,
	STATEMENT_COUNT_,
};

struct store {
	sqlite3 *db;
	sqlite3_stmt *statements[STATEMENT_COUNT_];
	struct row_names names;
	/* First failure in this transaction: it can only be rolled back. */
	int failed;
	int64_t now_us; /* when the transaction began */
	/* That runs, as store_add_boot() or store_note_boot() said; null unknown. */
	sd_id128_t boot;
	/* Sets of sources that events have or had: where a twin can be searched. */
	bool sets[1u << SOURCE_COUNT_];
	bool has_firmware; /* or has had: events without a CPU */
	/* store_count_boot()'s last answer, kept up to date. */
	bool counted;
	sd_id128_t counted_boot;
	struct store_counts counts;
};

/* For each store_statement. */
extern const char *const store_sql[STATEMENT_COUNT_];

/* 0, or why nothing can be added now: -EINVAL outside a transaction, else its first failure. */
int store_ready(const struct store *store);

/*
 * Gives a record that does not know its boot the one that was running at its time, and an error
 * of BERT without a time the one before this, where that is known. Errors: -errno.
 */
int store_resolve_boot(struct store *store, struct record *record);

/* The boot right before the present one, left alone where that is not known. 1, 0, -errno. */
int store_boot_before(struct store *store, sd_id128_t *ret_boot);

/* The key is delivered from now on, by this source: the event with this seq, or 0 a crash. */
int store_add_delivery(struct store *store, const char *key, enum source_id source, uint64_t seq);

/* Runs the statement for the row with this seq. */
int store_run_for_seq(struct store *store, enum store_statement which, uint64_t seq);

/* The first action after that seq that the journal has not got: 1, 0 none, -errno. Owned. */
int store_next_action(struct store *store, uint64_t after, struct action *ret_action);

/* Remembers a failure of this transaction and of the database; returns r. */
int store_result(struct store *store, int r);
