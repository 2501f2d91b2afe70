/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * store: the only writer of the event database.
 *
 * SQLite in WAL mode, synchronous=FULL; -wal and -shm are kept, so that a
 * reader of the group works whether or not a writer runs. The schema lives in
 * db/schema/NNNN-name.sql alone, compiled in, one step per user_version.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "event/action.h"
#include "event/boot.h"
#include "event/counter.h"
#include "event/crash.h"
#include "event/event.h"
#include "event/firmware.h"

struct store;

/* What became of a record. */
enum store_result {
	STORE_NEW,    /* a new event */
	STORE_JOINED, /* one more source of an event that is there */
	STORE_KNOWN,  /* this delivery key was there; nothing changed */
};

/*
 * Opens or creates the database at path (a path for open(2), any root already
 * in front) and brings its schema up to date.
 *
 * A file that is no database, is damaged, or has a newer schema than this
 * program knows is never changed: it is renamed to PATH.broken-YYYYmmddTHHMMSSZ
 * (with its -wal and -shm; a number is added when that is taken) and a new one
 * begun; delivery keys, boots and losses are carried over where they can be
 * read. note then says so in one line (it is "" otherwise; at least 512 bytes).
 *
 * Errors: -errno of what could not be opened or created, with note set.
 */
int store_open(const char *path, struct store **ret_store, char note[512]);

/*
 * The same for who must not replace the file, because another process may have
 * it open: -EMEDIUMTYPE when it is no database or damaged, -EPROTO when its
 * schema is newer, with note set.
 */
int store_open_shared(const char *path, struct store **ret_store, char note[512]);

/*
 * Sets the database at path aside for that reason (one clause, "it is ...") and
 * begins a new one, as store_open() does when it finds one unusable: for when
 * a store reported -EUCLEAN. The store has to be closed.
 */
int store_set_aside(const char *path, const char *reason, struct store **ret_store, char note[512]);

/* Commits nothing; NULL allowed. */
void store_close(struct store *store);

/*
 * One transaction at a time: begin, add..., commit or rollback.
 * Errors: -EBUSY when another process holds the lock for more than 50 ms,
 * -ENOSPC, -EIO, -ENOMEM, -EUCLEAN when the file is damaged (roll back, close,
 * store_set_aside()). After any failure the transaction can only be rolled
 * back: until then all that adds or commits fails in the same way.
 * store_error() has SQLite's words for it.
 */
int store_begin(struct store *store);
int store_commit(struct store *store);
void store_rollback(struct store *store);
const char *store_error(const struct store *store);

/*
 * Notes that this boot exists, when it began (us since the epoch), and that
 * somebody watches it from now on; in a transaction. Again is harmless.
 */
int store_add_boot(struct store *store, sd_id128_t boot, int64_t began_us);

/* Notes that this boot exists, from somebody who does not watch it: in a transaction. */
int store_note_boot(struct store *store, sd_id128_t boot, int64_t began_us);

/*
 * Notes that the watcher ends in order: a record that is later than this and
 * does not know its boot may be of a boot that nobody recorded.
 */
int store_end_boot(struct store *store, sd_id128_t boot, int64_t ended_us);

/*
 * Keeps what the journal says about a boot, in a transaction, also of one that
 * nobody watched. Again is harmless, and later news win.
 */
int store_add_journal_boot(struct store *store, const struct boot *boot);

/*
 * Now that more boots are known: gives those earlier errors and crashes their boot that had
 * none, as store_add() would, the newest; in a transaction.
 */
int store_resolve_boots(struct store *store);

/*
 * Adds that a boot crashed, in a transaction; exactly once for each key. Where
 * it does not know its boot it gets one as a record does, if that had been up for as long as the
 * crash says. Several sources may tell of the same crash: each has a row. One that is there is
 * only told of from another place, if that one lasts and the known one does not.
 */
int store_add_crash(struct store *store, const struct crash *crash);

/*
 * Adds a record with its meaning, in a transaction. In: event->record and
 * event->decoded. Out: id, incident, seq, sources; for STORE_JOINED the other
 * fields are the stored event's, which has taken what the delivery knows better
 * (event_merge()). For STORE_KNOWN only seq is set (0 when
 * retention has removed the event).
 *
 * Exactly once: record.key is unique for ever. A key that is new may still be
 * an error that another source already delivered: the pairing is one to one,
 * by event_same_error(), never two deliveries of the same source.
 * A record whose boot is unknown gets the boot that was running at its time:
 * the one whose entries in the journal lie around it; else the newest one that
 * began before, unless that had ended by then, in order or by an earlier fatal
 * error or crash. One that nobody watched is taken to have ended 60 s after its
 * last entry, or 6 minutes where the journal says that no other boot came before
 * the next one: journald writes its files every 5 minutes. An error of BERT that
 * has no time is of the boot before this one, where the journal says which that is.
 * want_journal puts a new event into the journal's outbox.
 */
int store_add(struct store *store, struct event *event, bool want_journal,
	      enum store_result *ret_result);

/*
 * Keeps what firmware laid down of the event with that seq, in a transaction; nothing of an
 * empty section.
 */
int store_add_section(struct store *store, uint64_t seq, enum source_id source,
		      const struct section *section);

/*
 * Fills in what is not known of a stored event's place: the parts of its
 * location that are unknown, and its label where it has none ("": none here
 * either); in a transaction. Again is harmless, so is an event that is gone.
 */
int store_locate(struct store *store, uint64_t seq, const struct location *location,
		 const char *label);

/* Adds a loss, in a transaction. want_journal as above. */
int store_add_lost(struct store *store, const struct lost *lost, bool want_journal);

/* Whether the delivery key is there. */
bool store_has_key(struct store *store, const char *key);

/* The sum of losses of that boot, source and place. */
uint64_t store_lost_so_far(struct store *store, sd_id128_t boot, enum source_id source,
			   const char *where);

/* Events of this boot and errors in them, and records lost, for the status line. */
struct store_counts {
	uint64_t events;
	uint64_t lost;
};
int store_count_boot(struct store *store, sd_id128_t boot, struct store_counts *ret_counts);

/*
 * The journal's outbox, oldest first: calls event(), lost() or action() for each entry
 * that is not yet marked, at most limit. A callback's negative result ends the
 * walk and is returned. Returns the number of entries walked, or -errno.
 */
struct store_outbox {
	int (*event)(void *context, const struct event *event);
	int (*lost)(void *context, uint64_t seq, const struct lost *lost);
	int (*action)(void *context, const struct action *action);
	void *context;
};
int store_walk_outbox(struct store *store, const struct store_outbox *outbox, unsigned int limit);

/* The journal has these; in a transaction. */
int store_mark_event_sent(struct store *store, uint64_t seq);
int store_mark_lost_sent(struct store *store, uint64_t seq);
int store_mark_action_sent(struct store *store, uint64_t seq);

/* A counter of account is kept as it is now, or forgotten; in a transaction. */
int store_save_counter(struct store *store, const struct counter *counter);
int store_remove_counter(struct store *store, const struct counter_key *key);

/* All counters, the oldest first. A callback's negative result ends the walk and is returned. */
int store_walk_counters(struct store *store,
			int (*callback)(void *context, const struct counter *counter),
			void *context);

/*
 * Adds an action, in a transaction; sets its seq. The journal is told of it
 * when it has ended, where want_journal says so.
 */
int store_add_action(struct store *store, struct action *action, bool want_journal);

/*
 * Stores state, result and done_us of the action with that seq; in a transaction.
 * Errors: as others, -ENOENT: this database does not have it.
 */
int store_update_action(struct store *store, const struct action *action);

/*
 * Wanted actions of a kind after that seq, or those that were started; the oldest first, at
 * most limit. As above, but returns how many there were.
 */
int store_walk_wanted(struct store *store, enum action_kind kind, uint64_t after_seq,
		      unsigned int limit,
		      int (*callback)(void *context, const struct action *action), void *context);
int store_walk_started(struct store *store, enum action_kind kind,
		       int (*callback)(void *context, const struct action *action), void *context);

/*
 * After a crash, in a transaction: what became of scripts that were started is not known, nor
 * of pages and CPUs of other boots, which are in use again. Returns how many these are.
 */
int store_end_lost_actions(struct store *store, sd_id128_t boot);

/* What took pages or CPUs offline in that boot, or may have. As store_walk_counters(). */
int store_walk_offlined(struct store *store, sd_id128_t boot,
			int (*callback)(void *context, const struct action *action), void *context);

/* A memory module, as the store keeps it per boot. */
struct store_dimm {
	char slot[132];		  /* its name on the board */
	char bank[65];		  /* the firmware's word for where that is */
	struct location location; /* socket, imc, channel and dimm */
	uint64_t size_mib;
	char type[65];
	char manufacturer[65];
	char part[65];
	char serial[65];
};

/* What was last in that slot: part and serial. 1, 0 nobody knows, -errno. */
int store_last_dimm(struct store *store, const char *slot, const char *bank,
		    struct store_dimm *ret_dimm);

/* Notes that this boot has it, in a transaction. */
int store_add_dimm(struct store *store, sd_id128_t boot, const struct store_dimm *dimm);
