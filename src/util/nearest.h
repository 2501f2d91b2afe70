/* SPDX-License-Identifier: GPL-2.0-only */
/* nearest: which known word was meant by one that is not known. */
#pragma once

#include <stddef.h>

/* The best word so far; starts as {0}. */
struct nearest {
	const char *word; /* NULL: none is near */
	const void *what; /* the caller's, of that word */
	unsigned int distance;
};

/*
 * Takes word for the best one when it is nearer to meant than all before, and
 * near at all: one edit (a letter too much, too few, another one, or two
 * swapped) for every three letters, at least one. Words of more than 63 letters
 * are near to nothing.
 */
void nearest_try(struct nearest *nearest, const char *meant, const char *word, const void *what);
