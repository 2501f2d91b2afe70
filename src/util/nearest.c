// SPDX-License-Identifier: GPL-2.0-only
#include "util/nearest.h"

#include <string.h>

enum { LETTERS_MAX = 64 };

static unsigned int least(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/*
 * Edits from one word to the other, neighbours swapped being one: the optimal
 * string alignment distance, with the last three rows of its matrix.
 */
static unsigned int distance(const char *from, size_t n_from, const char *to, size_t n_to)
{
	unsigned int rows[3][LETTERS_MAX] = { 0 };

	for (size_t j = 0; j <= n_to; j++)
		rows[0][j] = (unsigned int)j;
	for (size_t i = 1; i <= n_from; i++) {
		unsigned int *row = rows[i % 3], *above = rows[(i + 2) % 3];
		const unsigned int *before = rows[(i + 1) % 3];

		row[0] = (unsigned int)i;
		for (size_t j = 1; j <= n_to; j++) {
			unsigned int other = from[i - 1] != to[j - 1];

			row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + other);
			if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
				row[j] = least(row[j], before[j - 2] + 1);
		}
	}
	return rows[n_from % 3][n_to];
}

void nearest_try(struct nearest *nearest, const char *meant, const char *word, const void *what)
{
	size_t n_meant = strlen(meant), n_word = strlen(word);
	unsigned int edits;

	if (n_meant >= LETTERS_MAX || n_word >= LETTERS_MAX)
		return;
	edits = distance(meant, n_meant, word, n_word);
	if (edits > 1 && edits * 3 > n_meant)
		return;
	if (!nearest->word || edits < nearest->distance)
		*nearest = (struct nearest){ .word = word, .what = what, .distance = edits };
}
