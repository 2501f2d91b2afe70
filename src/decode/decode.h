/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

#include "event/decoded.h"
#include "event/record.h"

/*
 * What a record means.
 *
 * Total and pure: any bit pattern gives an answer, nothing is allocated,
 * logged or read but the record. What is not known is said to be unknown
 * with its raw value, never guessed.
 */
void decode(const struct record *record, struct decoded *ret_decoded);
