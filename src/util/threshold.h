/* SPDX-License-Identifier: GPL-2.0-only */
/* threshold: so many errors within so much time, written "2 / 24h". */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct threshold {
	unsigned int count; /* 0: off */
	uint64_t seconds;   /* the period, at most UINT32_MAX */
	char unit;	    /* of the period as it was written: s, m, h, d, w */
};

enum { THRESHOLD_TEXT_MAX = 48 };

static inline bool threshold_is_on(const struct threshold *threshold)
{
	return threshold->count > 0;
}

/*
 * "N[k|m|g] / T[unit]" with blanks anywhere between numbers, units and slash, or
 * "off". k, m and g are thousands, millions and thousand millions; the unit is s,
 * m, h, d or w or the whole word in singular or plural ("hours", "min"), seconds
 * without one; case does not count. Errors: -EINVAL (not of this form), -ERANGE
 * (0, or too large to count).
 */
int threshold_parse(const char *text, struct threshold *ret_threshold);

/* As threshold_parse() reads it: "2 / 24h", "off". Returns buffer, of THRESHOLD_TEXT_MAX bytes. */
const char *threshold_text(const struct threshold *threshold, char *buffer);

/* The period alone in its unit: "24h"; "" when it is off. The same buffer. */
const char *threshold_period_text(const struct threshold *threshold, char *buffer);
