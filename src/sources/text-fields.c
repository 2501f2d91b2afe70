// SPDX-License-Identifier: GPL-2.0-only
#include "sources/text-fields.h"

#include <stddef.h>
#include <strings.h>

#include "util/cleanup.h"

/* One more than the value of a digit; 0 for what is none. */
static const uint8_t digits[256] = {
	['0'] = 1,  ['1'] = 2,	['2'] = 3,  ['3'] = 4,	['4'] = 5,  ['5'] = 6,
	['6'] = 7,  ['7'] = 8,	['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12,
	['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16, ['A'] = 11, ['B'] = 12,
	['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

/* 16 digits fit; more do where the first ones are 0. */
static bool parse_hex(const char *at, const char *end, uint64_t *ret_value)
{
	uint64_t value = 0;

	while (end - at > 16 && *at == '0')
		at++;
	if (end - at > 16)
		return false;
	for (; at < end; at++) {
		unsigned int digit = digits[(unsigned char)*at] - 1u;

		if (digit >= 16)
			return false;
		value = value << 4 | digit;
	}
	*ret_value = value;
	return true;
}

static bool parse_decimal(const char *at, const char *end, uint64_t *ret_value)
{
	uint64_t value = 0;

	for (; at < end; at++) {
		unsigned int digit = digits[(unsigned char)*at] - 1u;

		if (digit >= 10 || value >= UINT64_MAX / 10)
			return false;
		value = value * 10 + digit;
	}
	*ret_value = value;
	return true;
}

bool text_parse_number(struct span word, unsigned int base, uint64_t *ret_value)
{
	const char *at = word.text, *end = at + word.length;

	if (at < end && (end[-1] == ',' || end[-1] == ':' || end[-1] == '.'))
		end--;
	if (end - at > 2 && at[0] == '0' && (at[1] | 0x20) == 'x') {
		at += 2;
		base = 16;
	}
	if (at == end)
		return false;
	return base == 16 ? parse_hex(at, end, ret_value) : parse_decimal(at, end, ret_value);
}

bool text_take_number(struct span *span, unsigned int base, uint64_t max, uint64_t *ret_value)
{
	struct span rest = *span;
	uint64_t value;

	if (!text_parse_number(next_word(&rest), base, &value) || value > max)
		return false;
	*span = rest;
	*ret_value = value;
	return true;
}

#define KEYWORD(text, radix, member, has)                                                          \
	{                                                                                          \
		.word = (text), .length = sizeof(text) - 1, .base = (radix),                       \
		.offset = offsetof(struct record, member),                                         \
		.size = sizeof(((struct record *)0)->member), .field = (has)                       \
	}

/* clang-format off */
static const struct keyword keywords[] = {
	KEYWORD("TSC",       16, tsc,       RECORD_HAS_TSC),
	KEYWORD("ADDR",      16, addr,      RECORD_HAS_ADDR),
	KEYWORD("MISC",      16, misc,      RECORD_HAS_MISC),
	KEYWORD("TIME",      10, walltime,  RECORD_HAS_TIME),
	KEYWORD("SOCKET",    10, socketid,  RECORD_HAS_SOCKETID),
	KEYWORD("APIC",      16, apicid,    RECORD_HAS_APICID),
	KEYWORD("microcode", 16, microcode, RECORD_HAS_MICROCODE),
	KEYWORD("PPIN",      16, ppin,      RECORD_HAS_PPIN),
	KEYWORD("SYND",      16, synd,      RECORD_HAS_SYND),
	KEYWORD("IPID",      16, ipid,      RECORD_HAS_IPID),
	KEYWORD("SYND1",     16, synd1,     RECORD_HAS_SYND12),
	KEYWORD("SYND2",     16, synd2,     RECORD_HAS_SYND12),
	KEYWORD("STATUS",    16, status,    0),
	KEYWORD("BANK",      10, bank,      0),
	KEYWORD("MCGSTATUS", 16, mcgstatus, RECORD_HAS_MCGSTATUS),
	KEYWORD("MCGCAP",    16, mcgcap,    RECORD_HAS_MCGCAP),
	KEYWORD("SOCKETID",  16, socketid,  RECORD_HAS_SOCKETID),
	KEYWORD("APICID",    16, apicid,    RECORD_HAS_APICID),
	KEYWORD("MICROCODE", 16, microcode, RECORD_HAS_MICROCODE),
};
/* clang-format on */

const struct keyword *text_find_keyword(struct span word, bool any_case)
{
	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++)
		if (keywords[i].length == word.length && keywords[i].word[0] == word.text[0] &&
		    memcmp(keywords[i].word, word.text, word.length) == 0)
			return &keywords[i];
	for (size_t i = 0; any_case && i < ARRAY_SIZE(keywords); i++)
		if (keywords[i].length == word.length &&
		    strncasecmp(keywords[i].word, word.text, word.length) == 0)
			return &keywords[i];
	return NULL;
}

bool text_is_cut_keyword(struct span word)
{
	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++)
		if (word.length < keywords[i].length &&
		    memcmp(word.text, keywords[i].word, word.length) == 0)
			return true;
	return word.length < strlen("PROCESSOR") &&
	       memcmp(word.text, "PROCESSOR", word.length) == 0;
}

bool text_set_keyword(struct record *record, const struct keyword *keyword, uint64_t value)
{
	if (keyword->size < 8 && value >> (keyword->size * 8))
		return false;
	memcpy((char *)record + keyword->offset, &value, keyword->size);
	record->fields |= keyword->field;
	if (keyword->offset == offsetof(struct record, walltime) && value < INT64_MAX / 1000000)
		record->time_us = (int64_t)value * 1000000;
	return true;
}

/* Between "<" and ">", of which the second may be in the next line. */
static enum verdict take_ip(struct span word, uint64_t *ret_ip)
{
	if (begins_with(word, "<")) {
		if (word.text[word.length - 1] != '>')
			return PARTIAL;
		word = (struct span){ word.text + 1, word.length - 2 };
	}
	return text_parse_number(word, 16, ret_ip) ? TAKEN : FOREIGN;
}

enum verdict text_take_rip(struct span *span, bool alone, struct record *record)
{
	struct span word = next_word(span);
	const char *colon = word.length ? memchr(word.text, ':', word.length) : NULL;
	struct span cs = { word.text, colon ? (size_t)(colon - word.text) : word.length };
	uint64_t cs_value = 0, ip = 0;
	enum verdict verdict;

	if (!word.length)
		return PARTIAL;
	if (!colon && !alone)
		return !span->length && text_parse_number(word, 16, &ip) ? PARTIAL : FOREIGN;
	if (colon && (!text_parse_number(cs, 16, &cs_value) || cs_value > UINT8_MAX))
		return FOREIGN;
	if (colon)
		word = (struct span){ colon + 1, word.length - cs.length - 1 };
	verdict = word.length ? take_ip(word, &ip) : PARTIAL;
	if (verdict == PARTIAL && span->length)
		return FOREIGN;
	record->cs = (uint8_t)cs_value;
	record->ip = ip;
	record->fields |= RECORD_HAS_IP;
	return verdict;
}
