/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pair: which module of the memory controllers is which of SMBIOS. A wrong
 * pair sends somebody to pull the wrong DIMM, so there must be evidence:
 *
 * - a name that one module alone has on each side: a label from a file, or
 *   from whoever registered labels, or from firmware's own driver; or
 * - locators that say all places, where each module of one side has exactly
 *   one on the other.
 *
 * Modules whose sizes or places contradict are no pair.
 */
#pragma once

#include <sys/types.h>

#include "inventory/modules.h"
#include "inventory/problems.h"

enum { PAIR_NONE = -1 };

/* Fills pairs: for each module of edac the index of that of smbios, or PAIR_NONE. Errors: -ENOMEM.
 */
int pair_modules(const struct modules *smbios, const struct modules *edac, ssize_t *pairs,
		 struct problems *problems);
