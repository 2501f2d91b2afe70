/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * bucket: mcelog's leaky bucket. Nothing leaks until a whole period has gone by
 * since it last did; then one threshold for each period, parts of periods
 * included. It runs over when it holds the threshold, and then begins anew, so that it can run
 * over again. times multiplies the threshold, and with it what leaks; 1 as a rule, never 0.
 * Time is a parameter, in us since the epoch, and may jump; 0 is unknown, and lets nothing leak.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "event/counter.h"
#include "util/threshold.h"

/* Lets out what has leaked since. A threshold that is off (count 0) empties it after a period. */
void bucket_age(struct bucket *bucket, const struct threshold *threshold, uint64_t times,
		int64_t now_us);

/* Adds errors; whether it runs over. A threshold that is off never does. */
bool bucket_add(struct bucket *bucket, const struct threshold *threshold, uint64_t times,
		uint64_t errors, int64_t now_us);

/* Errors in the period that runs, as aged by bucket_age(); UINT64_MAX is that or more. */
uint64_t bucket_level(const struct bucket *bucket);
