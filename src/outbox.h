/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * outbox: from the store to the journal. The store says what the journal has
 * not got yet; what journald took is noted and marked in the store with the
 * next transaction, and what it refused waits there and is sent again.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "db/store.h"
#include "event/event.h"

struct outbox;

/* host is borrowed, its strings too. Errors: -ENOMEM. */
int outbox_new(const struct host *host, struct outbox **ret_outbox);

/* NULL allowed. */
void outbox_free(struct outbox *outbox);

/*
 * The store from now on, borrowed; NULL: there is none. What was sent and not
 * yet marked is forgotten: its numbers were the old one's.
 */
void outbox_set_store(struct outbox *outbox, struct store *store);

/* Entries that are not to be sent yet, although the store has them waiting. */
void outbox_set_hold(struct outbox *outbox, bool (*holds)(void *context, uint64_t seq),
		     void *context);

/* Sends an event that is durable; behind one that the journal refused it waits. */
void outbox_send(struct outbox *outbox, const struct event *event);

/* There is more in the store's outbox, for outbox_settle(). */
void outbox_expect(struct outbox *outbox);

/*
 * Marks what was sent, in the caller's transaction; once that is durable the
 * caller says outbox_marked(). Errors: of the store.
 */
int outbox_mark(struct outbox *outbox);
void outbox_marked(struct outbox *outbox);

/* Whether outbox_settle() has something to do. */
bool outbox_unsettled(const struct outbox *outbox);

/*
 * Marks what was sent in a transaction of its own, and sends again what had
 * been refused. Returns the us after which to call again; 0: settled.
 */
uint64_t outbox_settle(struct outbox *outbox);

/*
 * After a crash: finds what the journal has not got and sends it. Blocks up to
 * some seconds; for the start. Trouble is logged.
 */
void outbox_recover(struct outbox *outbox);
