// SPDX-License-Identifier: GPL-2.0-only
#include "inventory/shape.h"

#include <ctype.h>
#include <string.h>

enum { DIGITS_MAX = 4 };

/* Takes a number off the text. Returns false where there is none or a longer one. */
static bool take_number(const char **text, int32_t *ret_number)
{
	size_t digits = strspn(*text, "0123456789");

	if (digits == 0 || digits > DIGITS_MAX)
		return false;
	*ret_number = 0;
	for (size_t i = 0; i < digits; i++)
		*ret_number = *ret_number * 10 + ((*text)[i] - '0');
	*text += digits;
	return true;
}

static bool match_here(const char *text, const char *shape, int32_t *numbers)
{
	for (; *shape; shape++) {
		if (*shape == '%') {
			if (!take_number(&text, numbers++))
				return false;
		} else if (tolower((unsigned char)*text) == tolower((unsigned char)*shape)) {
			text++;
		} else {
			return false;
		}
	}
	return *text == '\0';
}

bool shape_match(const char *text, const char *shape, int32_t *numbers)
{
	if (*shape != '*')
		return match_here(text, shape, numbers);
	for (; *text; text++)
		if (match_here(text, shape + 1, numbers))
			return true;
	return false;
}
