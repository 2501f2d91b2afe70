/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * advice: what a severity means and what to do, in plain words.
 */
#pragma once

#include "event/decoded.h"

struct advice {
	const char *verdict;	/* in capitals */
	const char *meaning;	/* one clause */
	const char *todo;	/* one sentence */
};

/* Static; never NULL. */
const struct advice *advice_for(enum severity severity);

/* The parts that such an error comes from, "the memory module". Static. */
const char *advice_suspect(enum error_class class);
