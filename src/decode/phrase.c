// SPDX-License-Identifier: GPL-2.0-only
#include "decode/phrase.h"

#include <string.h>

enum { DIGITS_MAX = 20 }; /* of a uint64_t in decimal */

void phrase_start(struct phrase *phrase, char *text, size_t size)
{
	*phrase = (struct phrase){.text = text, .size = size};
	text[0] = '\0';
}

void phrase_add(struct phrase *phrase, const char *text)
{
	size_t length = strlen(text), room = phrase->size - phrase->length - 1;

	if (length > room)
		length = room;
	memcpy(phrase->text + phrase->length, text, length);
	phrase->length += length;
	phrase->text[phrase->length] = '\0';
}

static void add_digits(struct phrase *phrase, uint64_t value, unsigned int base, unsigned int least)
{
	char digits[DIGITS_MAX + 1];
	size_t at = DIGITS_MAX;

	digits[at] = '\0';
	do {
		digits[--at] = "0123456789abcdef"[value % base];
		value /= base;
	} while (at > 0 && (value || DIGITS_MAX - at < least));
	phrase_add(phrase, &digits[at]);
}

void phrase_add_number(struct phrase *phrase, uint64_t value)
{
	add_digits(phrase, value, 10, 1);
}

void phrase_add_hex(struct phrase *phrase, uint64_t value, unsigned int digits)
{
	phrase_add(phrase, "0x");
	add_digits(phrase, value, 16, digits);
}
