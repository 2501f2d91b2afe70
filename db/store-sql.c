// SPDX-License-Identifier: GPL-2.0-only
#include "db/crash-sql.h"
#include "db/store-private.h"

/*
 * A twin: the same error from another source. ?1 is a set of sources that lacks
 * the record's own, ?7 the record's address where that must be equal. These are
 * the cheap conditions; record_same_error() decides. Oldest first where many
 * are alike: the first is then the one that still waits for its twin.
 */
#define TWIN                                                                                       \
	ROW_SELECT "INDEXED BY event_join WHERE sources = ?1 AND status = ?2 AND bank = ?3 "       \
		   "AND cpu = ?4 AND time_us BETWEEN ?5 AND ?6 "                                   \
		   "AND (?7 IS NULL OR addr IS NULL OR addr = ?7) "

/* The order is that of db/store-account.c's key and counter columns. */
#define KEY_COLUMNS                                                                                \
	"kind, page, cpu, socket, imc, channel, dimm, rank, bank_group, dram_bank, dram_row"

#define COUNTER_COLUMNS                                                                            \
	KEY_COLUMNS ", corrected, corrected_count, corrected_excess, corrected_since_us, "         \
		    "uncorrected, uncorrected_count, uncorrected_excess, uncorrected_since_us, "   \
		    "last_us, state, state_boot, failures, triggered, hooks, hook_us"

/* The order of its action columns. */
#define ACTION_COLUMNS                                                                             \
	"seq, event, event_id, boot, kind, target, text, state, result, environment, input, "      \
	"page, cpu, cache_level, cache_type, wanted_us, done_us, socket, imc, channel"

const char *const store_sql[STATEMENT_COUNT_] = {
	[STATEMENT_BEGIN] = "BEGIN IMMEDIATE",
	[STATEMENT_COMMIT] = "COMMIT",
	[STATEMENT_ROLLBACK] = "ROLLBACK",
	[STATEMENT_ADD_BOOT] = "INSERT INTO boot (id, began_us) VALUES (?1, ?2) "
			       "ON CONFLICT (id) DO UPDATE SET ended_us = NULL",
	[STATEMENT_NOTE_BOOT] = "INSERT OR IGNORE INTO boot (id, began_us, ended_us) "
				"VALUES (?1, ?2, ?3)",
	[STATEMENT_END_BOOT] = "UPDATE boot SET ended_us = ?2 WHERE id = ?1",
	[STATEMENT_JOURNAL_BOOT] =
		"INSERT INTO boot (id, began_us, ended_us, journal_first_us, journal_last_us, "
		"in_order, previous) VALUES (?1, ?2, ?4, ?3, ?4, ?5, ?6) "
		"ON CONFLICT (id) DO UPDATE SET "
		"journal_first_us = min(ifnull(journal_first_us, ?3), ?3), "
		"in_order = CASE WHEN ?4 >= ifnull(journal_last_us, 0) THEN ?5 ELSE in_order END, "
		"journal_last_us = max(ifnull(journal_last_us, ?4), ?4), "
		"previous = ifnull(previous, ?6)",
	/*
	 * The newest boot that began before, unless it is known to have ended by then:
	 * a boot that nobody recorded came after it. An end that the journal does not
	 * have is up to 60 s after the last entry; where the next boot has this one
	 * before it, up to the 5 minutes more after which journald writes its files.
	 */
	[STATEMENT_BOOT_AT] =
		"SELECT id FROM (SELECT id, ended_us, journal_last_us, ifnull(in_order, 0) AS "
		"in_order FROM boot WHERE began_us <= ?1 ORDER BY began_us DESC LIMIT 1) AS last "
		"WHERE journal_last_us >= ?1 OR (NOT in_order "
		"AND (ended_us IS NULL OR ended_us >= ?1 OR journal_last_us + CASE WHEN EXISTS "
		"(SELECT 1 FROM boot WHERE previous = last.id) THEN 360000000 ELSE 60000000 END "
		">= ?1) "
		"AND NOT EXISTS (SELECT 1 FROM event WHERE boot = last.id "
		"AND replayed AND severity = 'fatal' AND time_us BETWEEN 1 AND ?1 - ?2 "
		"AND time_us >= ifnull(last.journal_last_us, 0) - 60000000) "
		"AND NOT EXISTS (SELECT 1 FROM crash WHERE boot = last.id "
		"AND time_us BETWEEN 1 AND ?1 - ?2 "
		"AND time_us >= ifnull(last.journal_last_us, 0) - 60000000))",
	[STATEMENT_CRASH_FITS] = "SELECT 1 FROM boot AS this WHERE id = ?1 "
				 "AND " CRASH_FITS("?2", "?3"),
	[STATEMENT_CRASH_FITS_BEST] =
		"UPDATE crash SET boot = NULL WHERE boot = ?1 AND time_us > 0 "
		"AND abs(uptime_us - ?3) > 5000000 AND EXISTS (SELECT 1 FROM boot AS this "
		"WHERE id = ?1 AND abs(this.began_us + crash.uptime_us - crash.time_us) "
		"> abs(this.began_us + ?3 - ?2) + 5000000)",
	/* the journal's word counts as long as no other boot is known in between */
	[STATEMENT_BOOT_BEFORE] = "SELECT previous FROM boot AS this WHERE id = ?1 AND previous = "
				  "(SELECT id FROM boot WHERE began_us < this.began_us "
				  "ORDER BY began_us DESC LIMIT 1)",
	/* what firmware told this boot, ?2, of the one before it, ?1 */
	[STATEMENT_UNTIMED_OF_BOOT] =
		"UPDATE event SET boot = ?1 WHERE boot IS NULL AND replayed AND time_us = 0 "
		"AND source IN ('bert', 'kmsg') AND (SELECT min(seen_us) FROM delivery "
		"WHERE delivery.event = event.seq) >= (SELECT began_us FROM boot WHERE id = ?2)",
	/* a file's records may be another machine's; the newest are those that somebody asks for */
	[STATEMENT_EVENTS_WITHOUT_BOOT] =
		"SELECT seq, time_us, NULL FROM event WHERE boot IS NULL AND replayed "
		"AND time_us > 0 AND source NOT IN ('replay', 'text') "
		"ORDER BY time_us DESC LIMIT ?1",
	[STATEMENT_CRASHES_WITHOUT_BOOT] =
		"SELECT rowid, time_us, uptime_us FROM crash WHERE boot IS NULL AND time_us > 0 "
		"ORDER BY time_us DESC LIMIT ?1",
	[STATEMENT_SET_EVENT_BOOT] = "UPDATE event SET boot = ?2 WHERE seq = ?1",
	[STATEMENT_SET_CRASH_BOOT] = "UPDATE crash SET boot = ?2 WHERE rowid = ?1",
	[STATEMENT_ADD_CRASH] = "INSERT OR IGNORE INTO crash (key, source, boot, time_us, "
				"by_hardware, slim, reason, place, uptime_us) "
				"VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
	/* what lies there is moved or goes with the next boot */
	[STATEMENT_MOVE_CRASH] = "UPDATE crash SET place = ?2 WHERE key = ?1 AND ?2 <> '' "
				 "AND (place LIKE '/run/%' OR place LIKE '/sys/%') "
				 "AND ?2 NOT LIKE '/run/%' AND ?2 NOT LIKE '/sys/%'",
	[STATEMENT_KNOWN] = "SELECT event.seq, event.boot FROM delivery LEFT JOIN event "
			    "ON event.seq = delivery.event WHERE key = ?1",
	/* by its journal's end or, where that is not known, its daemon's */
	[STATEMENT_WAS_CUT] = "SELECT 1 FROM boot WHERE id = ?1 "
			      "AND NOT ifnull(in_order, ended_us IS NOT NULL)",
	[STATEMENT_TWIN_WITH_TSC] = TWIN "AND ifnull(tsc, 0) = ?8 ORDER BY time_us, seq",
	[STATEMENT_TWIN] = TWIN "ORDER BY time_us DESC, seq DESC",
	/*
	 * The twin of what firmware reported, which may have no CPU and no registers, near it in
	 * time; and the other way round. event_same_error() decides.
	 */
	[STATEMENT_TWIN_NEAR] = ROW_SELECT "INDEXED BY event_time WHERE time_us BETWEEN ?1 AND ?2 "
					   "AND class = ?3 AND (?4 IS NULL OR addr IS NULL "
					   "OR addr >> 6 = ?4 >> 6) ORDER BY time_us LIMIT 256",
	[STATEMENT_TWIN_OF_FIRMWARE] =
		ROW_SELECT "INDEXED BY event_firmware WHERE cpu = 4294967295 "
			   "AND time_us BETWEEN ?1 AND ?2 AND class = ?3 AND (?4 IS NULL "
			   "OR addr IS NULL OR addr >> 6 = ?4 >> 6) "
			   "ORDER BY time_us DESC LIMIT 256",
	/* Of what may be reported again: bad errors, and what a panic wrote down with them. */
	[STATEMENT_TWIN_OF_REPORT] = ROW_SELECT
	"WHERE seq IN (SELECT seq FROM (SELECT seq FROM event INDEXED BY event_bad_at "
	"WHERE (severity <> 'corrected' OR source = 'erst') AND class = ?1 "
	"AND addr >> 6 = ?2 >> 6 ORDER BY time_us DESC LIMIT 256) "
	"UNION ALL SELECT seq FROM (SELECT seq FROM event INDEXED BY event_bad_at "
	"WHERE (severity <> 'corrected' OR source = 'erst') AND class = ?1 "
	"AND addr >> 6 IS NULL ORDER BY time_us DESC LIMIT 256) "
	"UNION ALL SELECT seq FROM (SELECT seq FROM event INDEXED BY event_bad_at "
	"WHERE (severity <> 'corrected' OR source = 'erst') AND class = ?1 "
	"AND ?2 IS NULL ORDER BY time_us DESC LIMIT 256)) "
	"ORDER BY time_us DESC",
	[STATEMENT_BOOT_BETWEEN] =
		"SELECT 1 FROM boot WHERE began_us > ?1 AND began_us < ifnull(?2, "
		"(SELECT began_us FROM boot AS this WHERE id = ?3) - 1000000) LIMIT 1",
	[STATEMENT_INCIDENT] =
		"SELECT incident FROM event WHERE time_us BETWEEN ?2 - 10000000 AND ?2 + 10000000 "
		"AND (boot = ?1 OR boot IS NULL OR ?1 IS NULL) "
		"AND (replayed OR source IN ('erst', 'pstore', 'vmcore')) "
		"AND severity IN ('ucna', 'action_optional', 'action_required', 'uncorrected', "
		"'fatal') ORDER BY time_us, seq LIMIT 1",
	/* Without a time it belongs to what stopped its boot. */
	[STATEMENT_INCIDENT_OF_BOOT] = "SELECT incident FROM event WHERE boot = ?1 "
				       "AND severity = 'fatal' ORDER BY time_us DESC, seq LIMIT 1",
	[STATEMENT_ADD_EVENT] = ROW_INSERT,
	[STATEMENT_ADD_DELIVERY] = "INSERT INTO delivery (key, event, source, seen_us) "
				   "VALUES (?1, nullif(?2, 0), ?3, ?4)",
	[STATEMENT_JOIN] = "UPDATE event SET sources = ?2 WHERE seq = ?1",
	[STATEMENT_REWRITE] = ROW_UPDATE,
	[STATEMENT_ADD_SECTION] = "INSERT INTO section (event, source, type, severity, body) "
				  "VALUES (?1, ?2, ?3, ?4, ?5)",
	[STATEMENT_LOCATE] =
		"UPDATE event SET socket = ifnull(socket, ?2), imc = ifnull(imc, ?3), "
		"channel = ifnull(channel, ?4), dimm = ifnull(dimm, ?5), rank = ifnull(rank, ?6), "
		"device = ifnull(device, ?7), bank_group = ifnull(bank_group, ?8), "
		"dram_bank = ifnull(dram_bank, ?9), dram_row = ifnull(dram_row, ?10), "
		"dram_column = ifnull(dram_column, ?11), label = ifnull(label, ?12) "
		"WHERE seq = ?1",
	[STATEMENT_ADD_LOST] = "INSERT INTO lost (source, boot, place, count, time_us, journal) "
			       "VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
	[STATEMENT_LOST_SO_FAR] = "SELECT sum(count) FROM lost "
				  "WHERE boot IS ?1 AND source = ?2 AND place = ?3",
	[STATEMENT_COUNT_EVENTS] = "SELECT count(*) FROM event WHERE boot IS ?1",
	[STATEMENT_COUNT_LOST] = "SELECT sum(max(count, 1)) FROM lost WHERE boot IS ?1",
	[STATEMENT_NEXT_EVENT] = ROW_SELECT "INDEXED BY event_outbox "
					    "WHERE journal = 'waiting' AND seq > ?1 "
					    "ORDER BY seq LIMIT 1",
	[STATEMENT_NEXT_LOST] = "SELECT seq, source, boot, place, count, time_us FROM lost "
				"INDEXED BY lost_outbox WHERE journal = 'waiting' AND seq > ?1 "
				"ORDER BY seq LIMIT 1",
	[STATEMENT_EVENT_SENT] = "UPDATE event SET journal = 'sent' WHERE seq = ?1",
	[STATEMENT_LOST_SENT] = "UPDATE lost SET journal = 'sent' WHERE seq = ?1",
	[STATEMENT_SAVE_COUNTER] =
		"INSERT OR REPLACE INTO counter (" COUNTER_COLUMNS ") VALUES (?1, ?2, ?3, ?4, "
		"?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, "
		"?21, ?22, ?23, ?24, ?25, ?26)",
	[STATEMENT_REMOVE_COUNTER] =
		"DELETE FROM counter WHERE (" KEY_COLUMNS ") = (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, "
		"?9, ?10, ?11)",
	[STATEMENT_COUNTERS] = "SELECT " COUNTER_COLUMNS " FROM counter ORDER BY last_us",
	[STATEMENT_ADD_ACTION] =
		"INSERT INTO action (" ACTION_COLUMNS ", journal) VALUES (?1, ?2, ?3, ?4, ?5, "
		"?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)",
	/* what only the script needs goes when it has ended, and the journal is told then */
	[STATEMENT_UPDATE_ACTION] =
		"UPDATE action SET state = ?2, result = ?3, done_us = ?4, "
		"environment = CASE WHEN ?4 IS NULL THEN environment END, "
		"input = CASE WHEN ?4 IS NULL THEN input END, "
		"journal = CASE WHEN ?4 IS NOT NULL AND journal = 'later' THEN 'waiting' "
		"ELSE journal END WHERE seq = ?1 AND wanted_us = ?5 AND kind = ?6 AND target = ?7",
	[STATEMENT_ACTIONS_IN_STATE] =
		"SELECT " ACTION_COLUMNS " FROM action INDEXED BY action_open "
		"WHERE state = ?1 AND kind = ?2 AND seq > ?3 "
		"AND state IN ('wanted', 'started') ORDER BY seq LIMIT ?4",
	[STATEMENT_END_LOST_ACTIONS] =
		"UPDATE action SET state = 'unknown', done_us = ?2, environment = NULL, "
		"input = NULL, result = CASE kind WHEN 'trigger' THEN 'we went down while it ran' "
		"ELSE 'the machine went down before' END, "
		"journal = CASE journal WHEN 'later' THEN 'waiting' ELSE journal END "
		"WHERE state IN ('wanted', 'started') AND CASE kind WHEN 'trigger' "
		"THEN state = 'started' ELSE boot IS NOT ?1 END",
	[STATEMENT_OFFLINED] = "SELECT " ACTION_COLUMNS " FROM action INDEXED BY action_boot "
			       "WHERE boot = ?1 AND done_us IS NOT NULL AND "
			       "(kind IN ('offline-page', 'offline-cpu') OR cpu IS NOT NULL) "
			       "ORDER BY seq",
	[STATEMENT_NEXT_ACTION] = "SELECT " ACTION_COLUMNS " FROM action "
				  "INDEXED BY action_outbox WHERE journal = 'waiting' "
				  "AND seq > ?1 ORDER BY seq LIMIT 1",
	[STATEMENT_LAST_DIMM] = "SELECT part, serial FROM dimm WHERE slot = ?1 AND bank = ?2 "
				"ORDER BY seen_us DESC LIMIT 1",
	[STATEMENT_ADD_DIMM] =
		"INSERT OR REPLACE INTO dimm (boot, slot, bank, socket, imc, channel, dimm, "
		"size_mib, type, manufacturer, part, serial, seen_us) VALUES (?1, ?2, ?3, ?4, ?5, "
		"?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
	[STATEMENT_ACTION_SENT] = "UPDATE action SET journal = 'sent' WHERE seq = ?1",
};
