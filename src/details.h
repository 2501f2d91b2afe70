/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * details: which record an EDAC driver's ras:mc_event belongs to. The driver
 * hears of a record from the thread that has just put it into the trace ring,
 * so its event follows in the same CPU's ring. Pure: no clock, no I/O.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "event/event.h"
#include "event/memory-detail.h"

enum {
	DETAILS_KEPT = 1024,		    /* the newest entries of all rings */
	DETAILS_WINDOW_NS = 1000 * 1000000, /* ring time from a record to its detail, at most */
};

struct details;

/* Errors: -ENOMEM. */
int details_new(struct details **ret_details);

/* NULL allowed. */
void details_free(struct details *details);

/* A record came in; one that is not of a trace ring is not kept. */
void details_note(struct details *details, const struct event *event);

/* A record that was kept. */
struct details_partner {
	char key[RECORD_KEY_MAX];
	uint64_t seq; /* of the stored event; 0: not stored (yet) */
};

/*
 * The detail's record: the newest memory record of the same ring, in the last
 * second, that has no detail yet and whose address is in the same page or,
 * where the detail's grain is larger, grain. One without a system physical
 * address must come from the same thread, with nothing between the two. NULL:
 * there is none. Borrowed until the next details_note() or details_pair().
 */
const struct details_partner *details_pair(struct details *details,
					   const struct memory_detail *detail);

/* Whether the record with that key has its detail. */
bool details_has(const struct details *details, const char *key);

/* The record with that key is stored under that number. */
void details_stored(struct details *details, const char *key, uint64_t seq);

/* Another database: the numbers mean nothing any more, nor can what they were of get a detail. */
void details_forget(struct details *details);

/* Takes over what is unknown: the places that the driver's text names, and the label. */
void details_apply(const struct memory_detail *detail, struct decoded *decoded);
