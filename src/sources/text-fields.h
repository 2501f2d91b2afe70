/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * text-fields: words, numbers, and the keywords before values that all texts of
 * machine checks consist of ("ADDR 1234 MISC 86"). For the other text-*.c.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "event/record.h"
#include "sources/text-prefix.h"

enum verdict {
	TAKEN,
	FOREIGN,
	PARTIAL, /* the beginning of something: the next line may have the rest */
};

/* Blanks, tabs, and what else of control characters a bad line brought. */
static inline bool is_blank(char c)
{
	return (unsigned char)c <= ' ';
}

static inline void skip_blanks(struct span *span)
{
	while (span->length && is_blank(*span->text)) {
		span->text++;
		span->length--;
	}
}

/* The next word, up to a blank; empty at the end. */
static inline struct span next_word(struct span *span)
{
	const char *at = span->text, *end = at + span->length, *start;

	while (at < end && is_blank(*at))
		at++;
	start = at;
	while (at < end && !is_blank(*at))
		at++;
	*span = (struct span){ at, (size_t)(end - at) };
	return (struct span){ start, (size_t)(at - start) };
}

static inline bool is_word(struct span word, const char *text)
{
	size_t n = strlen(text);

	return word.length == n && memcmp(word.text, text, n) == 0;
}

/* Whether a span is the beginning of a text, and not all of it: a cut line's end. */
static inline bool is_cut(struct span span, const char *text)
{
	return span.length < strlen(text) && memcmp(text, span.text, span.length) == 0;
}

static inline bool begins_with(struct span span, const char *text)
{
	size_t n = strlen(text);

	return span.length >= n && memcmp(span.text, text, n) == 0;
}

/*
 * A whole word as a number of this base, 10 or 16; 0x makes it 16. A trailing
 * ',', ':' or '.' does not count.
 */
bool text_parse_number(struct span word, unsigned int base, uint64_t *ret_value);

/* The next word as a number of at most max; takes it off only if it is one. */
bool text_take_number(struct span *span, unsigned int base, uint64_t max, uint64_t *ret_value);

struct keyword {
	const char *word;
	uint8_t length;
	uint8_t base;
	uint8_t size;
	uint16_t offset;
	uint32_t field;
};

/* The keyword that a word is, or with any_case is but for its case; NULL: none. Static. */
const struct keyword *text_find_keyword(struct span word, bool any_case);

/* Whether a word is the first letters of a keyword, as where a line was cut. */
bool text_is_cut_keyword(struct span word);

/* Puts a keyword's value into the record; false where it does not fit. */
bool text_set_keyword(struct record *record, const struct keyword *keyword, uint64_t value);

/*
 * The next word as CS and RIP: "10:<ffffffff8100b0d0>", mcelog's own without "<>";
 * alone: mce-inject's, which may be without CS.
 */
enum verdict text_take_rip(struct span *span, bool alone, struct record *record);
