/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * announce: events that are durable and wait a moment before the journal and
 * the text output hear of them, because more may come to be known. Times are
 * microseconds of the monotonic clock.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/event.h"

/* Fewer than one walk of the journal's outbox takes, which has to pass over them. */
enum { ANNOUNCE_MAX = 128 };

struct announce;

/* Errors: -ENOMEM. */
int announce_new(struct announce **ret_announce);

/* NULL allowed. What waits is not told. */
void announce_free(struct announce *announce);

/* Keeps a copy until the deadline. False: there is no room, tell it now. */
bool announce_hold(struct announce *announce, const struct event *event, uint64_t deadline_us);

/* The event that waits under that number, to be changed; NULL: none. */
struct event *announce_find(const struct announce *announce, uint64_t seq);

/* It has nothing more to wait for. */
void announce_ready(struct announce *announce, uint64_t seq);

/* Us from now to the first deadline, 0 where it is over; UINT64_MAX: none waits. */
uint64_t announce_wait_us(const struct announce *announce, uint64_t now_us);

/* Takes out and tells, oldest first, those whose deadline is over. UINT64_MAX: all. */
void announce_tell(struct announce *announce, uint64_t now_us,
		   void (*tell)(void *context, const struct event *event), void *context);
