/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * counters: a bounded table of counters with true LRU in each kind, and batches
 * that can be undone: what a transaction could not commit never happened.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "event/counter.h"

struct counters;

/* limits: how many of each kind at most; 0: none are kept. Errors: -ENOMEM. */
int counters_new(const unsigned int limits[COUNTER_KINDS_], struct counters **ret_counters);

/* NULL is allowed. */
void counters_free(struct counters *counters);

/* The counter of that key, or NULL. Valid until the next counters_touch() or the like. */
const struct counter *counters_find(const struct counters *counters, const struct counter_key *key);

/*
 * The counter of that key, made where there is none and the newest of its kind
 * from now on, for being changed in this batch. A kind that is full lets its
 * oldest go: *ret_replaced says so. Errors: -ENOMEM; -ENOSPC limit 0.
 */
int counters_touch(struct counters *counters, const struct counter_key *key,
		   struct counter **ret_counter, bool *ret_replaced);

/* Takes a counter away in this batch; nothing where there is none. Errors: -ENOMEM. */
int counters_remove(struct counters *counters, const struct counter_key *key);

/* A stored counter at the start, oldest first; a full kind lets its oldest go. Errors: -ENOMEM. */
int counters_load(struct counters *counters, const struct counter *counter);

/* The batch so far: keys, some perhaps twice, with the counter as it is now; NULL: it has gone. */
size_t counters_changed(const struct counters *counters);
void counters_change(const struct counters *counters, size_t index, struct counter_key *ret_key,
		     const struct counter **ret_counter);

/* Ends the batch: it stays, or everything is as it was before it. */
void counters_commit(struct counters *counters);
void counters_rollback(struct counters *counters);

/* How many of a kind there are, and each of them, newest first; NULL at the end. */
unsigned int counters_count(const struct counters *counters, enum counter_kind kind);
const struct counter *counters_next(const struct counters *counters, enum counter_kind kind,
				    const struct counter *counter);
