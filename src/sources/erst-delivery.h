/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * erst-delivery: hands records of ERST over, and knows afterwards whether the
 * store has all of one, so that it may be erased.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sources/source.h"

/* What one record became. Zeroed: nothing. */
struct erst_delivery {
	unsigned int n;
	char (*keys)[RECORD_KEY_MAX]; /* owned */
};

void erst_delivery_free(struct erst_delivery *delivery);

/* For a record whose body has n errors. Errors: -ENOMEM. */
int erst_delivery_make(uint64_t id, struct bytes body, unsigned int n,
		       struct erst_delivery *ret_delivery);

/* Whether there is something, and the store has all of it; no, where nobody knows the store. */
bool erst_delivery_is_stored(const struct erst_delivery *delivery, const struct source_env *env);

/*
 * Gives firmware, of which form, bytes, name, record_id and time_us are set, to the
 * intake. Returns how many errors are in it that can be used. Errors: as firmware().
 * body has the keys' bytes; *n_new grows when the store did not have it.
 */
int erst_hand_over(const struct source_env *env, const struct intake *intake,
		   struct firmware *firmware, struct bytes body, unsigned int *n_new);
