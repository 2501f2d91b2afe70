/* SPDX-License-Identifier: GPL-2.0-only */
/* text-message: what one message, whole and without a prefix, says. For text.c. */
#pragma once

#include <stdbool.h>

#include "sources/text-kernel.h"

/*
 * Puts a message, not empty, into the record it belongs to, or begins one with it.
 * If it is not TAKEN it changes nothing but that complete records are given out.
 */
enum verdict text_take_message(struct text_messages *messages, struct span span,
			       const struct text_prefix *prefix);

/* A line that means nothing: what was said does not hold for ever. */
void text_messages_foreign(struct text_messages *messages, bool any_prefix);
