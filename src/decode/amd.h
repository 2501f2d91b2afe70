/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * amd: the part of decode() that AMD's manuals explain (also for Hygon).
 */
#pragma once

#include <stdbool.h>

#include "decode/context.h"
#include "event/decoded.h"

/*
 * Whether a record of an AMD or Hygon CPU of this family (0 unknown) comes
 * from Scalable MCA banks.
 */
bool amd_is_smca(const struct record *record, unsigned int family);

/* Conditions that only AMD tables ask for: enum decode_condition bits. */
unsigned int amd_conditions(const struct record *record, unsigned int family, bool smca);

/* Fills bank_type, class, mca and facts. */
void amd_decode(const struct decode_context *context, struct decoded *decoded);
