/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * place: the DIMM of a memory error, where an EDAC driver names it. Its word
 * may come before the error is stored, after that, or never: an error that
 * lacks its DIMM waits a moment before it is told of.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "db/store.h"
#include "event/event.h"
#include "event/memory-detail.h"
#include "util/root.h"

struct place;

/* How long an error waits for its DIMM, from its commit on. */
enum { PLACE_WAIT_US = 500 * 1000 };

/* root (borrowed) is where EDAC's controllers are looked for. Errors: -ENOMEM. */
int place_new(const struct root *root, struct place **ret_place);

/* NULL allowed. What still waits is not told of. */
void place_free(struct place *place);

/* A record has come in and is decoded. */
void place_note(struct place *place, const struct event *event);

/*
 * A detail has come in: into its event, be that one of the n that are not
 * stored yet, or one that is. Returns whether it had one. Errors: -ENOMEM.
 */
int place_take(struct place *place, const struct memory_detail *detail, struct event *events,
	       size_t n_events);

/* Whether place_store() has something to do. */
bool place_has_news(const struct place *place);

/*
 * In the transaction: what is known of stored events since they were. Errors:
 * of the store.
 */
int place_store(struct place *place, struct store *store);

/*
 * In the transaction: event was not new to the store, which may not know its
 * place. seq: the store's number, 0 gone. Errors: of the store.
 */
int place_store_known(struct place *place, struct store *store, const struct event *event,
		      uint64_t seq);

/* The transaction is durable: for each of its events, then once for all. */
void place_event_stored(struct place *place, const struct event *event);
void place_stored(struct place *place);

/* Another database: what was known of stored events is of no use. */
void place_forget(struct place *place);

/* Takes a new event that may get its DIMM until now + PLACE_WAIT_US. False: tell of it now. */
bool place_hold(struct place *place, const struct event *event, uint64_t now_us);

/* Whether that event waits. */
bool place_holds(const struct place *place, uint64_t seq);

/* Us until place_tell() is due; UINT64_MAX: nothing waits. */
uint64_t place_wait_us(const struct place *place, uint64_t now_us);

/* Tells of the events that have waited long enough; now UINT64_MAX: of all. */
void place_tell(struct place *place, uint64_t now_us,
		void (*tell)(void *context, const struct event *event), void *context);
