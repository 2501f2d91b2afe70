// SPDX-License-Identifier: GPL-2.0-only
#include "util/threshold.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "util/cleanup.h"

struct unit {
	const char *words; /* separated by blanks; the first is the letter */
	uint64_t factor;
};

static const struct unit count_units[] = {
	{ "k", 1000 },
	{ "m", 1000 * 1000 },
	{ "g", 1000 * 1000 * 1000 },
};

static const struct unit time_units[] = {
	{ "s sec secs second seconds", 1 },
	{ "m min mins minute minutes", 60 },
	{ "h hour hours", 60 * 60 },
	{ "d day days", 24 * 60 * 60 },
	{ "w week weeks", 7 * 24 * 60 * 60 },
};

static const char *skip_blanks(const char *at)
{
	while (isspace((unsigned char)*at))
		at++;
	return at;
}

/* Decimal, at most UINT32_MAX. */
static int parse_number(const char **at, uint64_t *ret_value)
{
	uint64_t value = 0;
	const char *digit = *at;

	if (!isdigit((unsigned char)*digit))
		return -EINVAL;
	for (; isdigit((unsigned char)*digit); digit++) {
		value = value * 10 + (uint64_t)(*digit - '0');
		if (value > UINT32_MAX)
			return -ERANGE;
	}
	*at = digit;
	*ret_value = value;
	return 0;
}

static bool has_word(const char *words, const char *word, size_t length)
{
	for (;; words++) {
		size_t n = strcspn(words, " ");

		if (n == length && strncasecmp(words, word, n) == 0)
			return true;
		words += n;
		if (!*words)
			return false;
	}
}

/* The unit at *at, which moves behind it. NULL with *at unmoved: none is there, or not this one. */
static const struct unit *parse_unit(const char **at, const struct unit *units, size_t n)
{
	size_t length = 0;

	while (isalpha((unsigned char)(*at)[length]))
		length++;
	for (size_t i = 0; length && i < n; i++) {
		if (!has_word(units[i].words, *at, length))
			continue;
		*at += length;
		return &units[i];
	}
	return NULL;
}

/* A number with its unit, and the blanks around both. ret_unit may be NULL. */
static int parse_amount(const char **at, const struct unit *units, size_t n, uint64_t *ret_amount,
			char *ret_unit)
{
	const struct unit *unit;
	uint64_t value;
	int r;

	*at = skip_blanks(*at);
	r = parse_number(at, &value);
	if (r < 0)
		return r;
	*at = skip_blanks(*at);
	unit = parse_unit(at, units, n);
	*at = skip_blanks(*at);
	if (unit)
		value *= unit->factor; /* both are below 2^32 */
	if (value == 0 || value > UINT32_MAX)
		return -ERANGE;
	*ret_amount = value;
	if (unit && ret_unit)
		*ret_unit = unit->words[0];
	return 0;
}

int threshold_parse(const char *text, struct threshold *ret_threshold)
{
	const char *at = skip_blanks(text);
	struct threshold threshold = { .unit = 's' };
	uint64_t count;
	int r;

	if (strncasecmp(at, "off", 3) == 0 && !*skip_blanks(at + 3)) {
		*ret_threshold = (struct threshold){ 0 };
		return 0;
	}
	r = parse_amount(&at, count_units, ARRAY_SIZE(count_units), &count, NULL);
	if (r < 0)
		return r;
	if (*at++ != '/')
		return -EINVAL;
	r = parse_amount(&at, time_units, ARRAY_SIZE(time_units), &threshold.seconds,
			 &threshold.unit);
	if (r < 0)
		return r;
	if (*at)
		return -EINVAL;
	threshold.count = (unsigned int)count;
	*ret_threshold = threshold;
	return 0;
}

const char *threshold_period_text(const struct threshold *threshold, char *buffer)
{
	buffer[0] = '\0';
	for (size_t i = 0; threshold_is_on(threshold) && i < ARRAY_SIZE(time_units); i++)
		if (time_units[i].words[0] == threshold->unit)
			snprintf(buffer, THRESHOLD_TEXT_MAX, "%" PRIu64 "%c",
				 threshold->seconds / time_units[i].factor, threshold->unit);
	return buffer;
}

const char *threshold_text(const struct threshold *threshold, char *buffer)
{
	char period[THRESHOLD_TEXT_MAX];

	if (threshold_is_on(threshold))
		snprintf(buffer, THRESHOLD_TEXT_MAX, "%u / %s", threshold->count,
			 threshold_period_text(threshold, period));
	else
		snprintf(buffer, THRESHOLD_TEXT_MAX, "off");
	return buffer;
}
