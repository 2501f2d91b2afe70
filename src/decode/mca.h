/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mca: the architectural error code, MCi_STATUS[15:0], in words.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "decode/context.h"
#include "event/decoded.h"

/*
 * Fills class, mca and location.channel from an error code by the manual that
 * rules stands for. A code that the manual does not define gives CLASS_UNKNOWN
 * and a text with its value. decoded->class may hold CLASS_MEMORY beforehand
 * where the bank is known to be a memory controller's: it stays, and AMD's
 * memory codes are then worded for DRAM instead of for a cache.
 */
void mca_describe(enum mca_rules rules, uint16_t code, struct decoded *decoded);

/*
 * Whether bit 12 of an Intel code is the correction report filtering bit,
 * that is, whether the code is a compound one (or the I/O error).
 */
bool mca_intel_is_compound(uint16_t code);

/* Whether an Intel code is the generic I/O error, 0e0bh with any filtering bit. */
bool mca_intel_is_io(uint16_t code);
