/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * journal: structured entries in the systemd journal, fed from the store's
 * outbox, and the question after a crash which of them are there already.
 *
 * The fields are described in mcelog.journal-fields(7): MESSAGE is
 * event_message(), MCE_* are the event JSON keys in upper case, MESSAGE_ID
 * names the kind and has an entry in data/mcelog.catalog.
 *
 * Nothing here knows of --root: with a root that is not the machine's own the
 * caller must not call it, or the machine's journal gets invented errors.
 */
#pragma once

#include <stdint.h>

#include "event/action.h"
#include "event/event.h"

/*
 * Sends one entry. event->id must be set. host may be NULL.
 *
 * Never blocks longer than 50 ms. A zero result means that journald's socket
 * took the datagram: it survives our death and a restart of journald.
 *
 * The native protocol is spoken here and not through sd_journal_sendv(), which
 * waits without limit for a journald that hangs and reports success where
 * there is none (https://systemd.io/JOURNAL_NATIVE_PROTOCOL).
 *
 * Errors: -ENOENT, -ECONNREFUSED no journald; -EAGAIN it does not read, try
 * again later; -ENOMEM, -EACCES, -errno.
 */
int journal_send_event(const struct event *event, const struct host *host);

/* The same for a loss; seq is the store's number of it (MCE_LOST_SEQ). */
int journal_send_lost(uint64_t seq, const struct lost *lost, const struct host *host);

/* The same for an action that has ended; action->seq is the store's number (MCE_ACTION_SEQ). */
int journal_send_action(const struct action *action, const struct host *host);

/*
 * Makes journald write everything that it was sent before this call to its
 * files. Blocks, at most 5 s: for the start of the program, not for its loop.
 * Errors: -ENOENT, -ECONNREFUSED no journald; -EACCES (only root may ask);
 * -ETIMEDOUT, -EPROTO a refusal, -errno.
 */
int journal_synchronize(void);

/*
 * What the journal has. Open one after journal_synchronize(), ask for each
 * outbox entry that is not marked, close it; it sees what was written until
 * it was opened. A question costs one hash lookup per journal file.
 */
struct journal_search;

/* Errors: -ENOMEM, -errno. A machine without journal files gives an empty search. */
int journal_search_open(struct journal_search **ret_search);

/* NULL allowed. */
void journal_search_close(struct journal_search *search);

/*
 * Whether this user's process, or root's, already sent the event (by MCE_EVENT_ID) or the
 * loss (by MCE_LOST_SEQ, time and place: a database that was set aside starts
 * counting anew) or the action (by MCE_ACTION_SEQ and time). An entry of another user is not
 * believed. Returns 1 or 0. Errors: -errno; then nothing is known, and twice is better than never.
 */
int journal_search_event(struct journal_search *search, const struct event *event);
int journal_search_lost(struct journal_search *search, uint64_t seq, const struct lost *lost);

int journal_search_action(struct journal_search *search, const struct action *action);

/*
 * The same for an event that an earlier database may have had under another MCE_EVENT_ID: the
 * delivery has the same MCE_DELIVERY_KEY, or it tells of a fatal error whose entry another source
 * delivered first (event_same_error(), event_reported_again()).
 */
int journal_search_delivery(struct journal_search *search, const struct event *event);

/* syslog level of a severity: never above LOG_CRIT, those are broadcast to terminals. */
int journal_priority(enum severity severity);
