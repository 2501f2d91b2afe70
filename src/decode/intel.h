/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * intel: the part of decode() that the Intel SDM explains (also for Zhaoxin
 * and Centaur).
 */
#pragma once

#include "decode/context.h"
#include "event/decoded.h"

/* Conditions that only Intel tables ask for: enum decode_condition bits. */
unsigned int intel_conditions(const struct record *record);

/* Fills class, mca, count, location.channel and facts. */
void intel_decode(const struct decode_context *context, struct decoded *decoded);
