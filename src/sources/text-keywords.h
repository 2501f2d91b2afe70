/* SPDX-License-Identifier: GPL-2.0-only */
/* text-keywords: lines of keywords with values. For text-message.c. */
#pragma once

#include <stdbool.h>

#include "event/record.h"
#include "sources/text-fields.h"

/*
 * The rest of a line as keywords with values, at least one and nothing else, into
 * the record, which is of no use unless they are TAKEN. any_case: mce-inject's,
 * which may be written in small letters.
 */
enum verdict text_take_keywords(struct span span, bool any_case, struct record *record);
