/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * log-keys: the delivery keys of what was handed over of an earlier boot's kernel log, so that
 * the store can be asked for all of it before the log is erased.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "sources/source.h"

/* Zeroed but for intake: nothing was handed over. */
struct log_keys {
	const struct intake *intake;  /* where it goes; borrowed */
	char (*keys)[RECORD_KEY_MAX]; /* owned */
	size_t n;
	size_t capacity;
};

void log_keys_free(struct log_keys *keys);

/*
 * An intake for previous-log.h that notes the key of everything it takes, and hands it on.
 * What keys->intake does not want is noted all the same: then it is not stored. keys has
 * to stay where it is as long as this is used.
 */
struct intake log_keys_intake(struct log_keys *keys);

/* Whether the store has all of it; no, where there is something and nobody knows the store. */
bool log_keys_are_stored(const struct log_keys *keys, const struct source_env *env);
