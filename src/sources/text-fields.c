// SPDX-License-Identifier: GPL-2.0-only
#include "sources/text-fields.h"

#include <ctype.h>
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
	KEYWORD("MCGSTATUS", 16, mcgstatus, RECORD_HAS_MCGSTATUS),
	KEYWORD("MCGCAP",    16, mcgcap,    RECORD_HAS_MCGCAP),
	KEYWORD("SOCKETID",  16, socketid,  RECORD_HAS_SOCKETID),
	KEYWORD("APICID",    16, apicid,    RECORD_HAS_APICID),
	KEYWORD("MICROCODE", 16, microcode, RECORD_HAS_MICROCODE),
};
/* clang-format on */

const struct keyword *text_find_keyword(struct span word)
{
	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++)
		if (keywords[i].length == word.length && keywords[i].word[0] == word.text[0] &&
		    memcmp(keywords[i].word, word.text, word.length) == 0)
			return &keywords[i];
	return NULL;
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

/* mce-inject's names for parts of STATUS and MCGSTATUS (its manual, "keywords"). */
static const struct {
	const char *word;
	bool mcg;
	uint64_t bits;
} inject_words[] = {
	{ "CORRECTED", false, 1ull << 63 | 1ull << 60 },
	{ "UNCORRECTED", false, 1ull << 63 | 1ull << 61 | 1ull << 60 },
	{ "FATAL", false, 1ull << 63 | 1ull << 61 | 1ull << 60 | 1ull << 57 },
	{ "VAL", false, 1ull << 63 },
	{ "OVER", false, 1ull << 62 },
	{ "UC", false, 1ull << 61 },
	{ "EN", false, 1ull << 60 },
	{ "MISCV", false, 1ull << 59 },
	{ "ADDRV", false, 1ull << 58 },
	{ "PCC", false, 1ull << 57 },
	{ "S", false, 1ull << 56 },
	{ "AR", false, 1ull << 55 },
	{ "UCNA", false, 0 },
	{ "SRAO", false, 1ull << 56 },
	{ "SRAR", false, 1ull << 56 | 1ull << 55 },
	{ "TES_GREEN", false, 1ull << 53 },
	{ "TES_YELLOW", false, 2ull << 53 },
	{ "RIPV", true, 1 },
	{ "EIPV", true, 2 },
	{ "MCIP", true, 4 },
	{ "LMCES", true, 8 },
	{ "SEAM_NR", true, 1ull << 12 },
	{ "TES_P", true, 0 },
};

/* Adds a symbolic word to STATUS or MCGSTATUS; false for a word that is none. */
static bool take_inject_word(struct span *span, bool mcg, uint64_t *value)
{
	struct span rest = *span;
	struct span word = next_word(&rest);

	for (size_t i = 0; word.length && i < ARRAY_SIZE(inject_words); i++) {
		const char *name = inject_words[i].word;

		if (word.length != strlen(name) || strncasecmp(word.text, name, word.length) != 0)
			continue;
		if (inject_words[i].mcg == mcg) /* else it is the other register's */
			*value |= inject_words[i].bits;
		*span = rest;
		return true;
	}
	return false;
}

/* Numbers and words, or-ed: "STATUS CORRECTED 0x136". */
static bool take_flags(struct span *span, bool mcg, uint64_t *ret_value)
{
	uint64_t value = 0, number;
	bool any = false;

	for (;;) {
		if (take_inject_word(span, mcg, &value))
			any = true;
		else if (text_take_number(span, 16, UINT64_MAX, &number)) {
			value |= number;
			any = true;
		} else
			break;
	}
	*ret_value = value;
	return any;
}

/*
 * mcelog writes the APIC and socket ID in hexadecimal on one line of its decoded
 * output, and in decimal on lines of their own in the raw one.
 */
static unsigned int base_of(const struct keyword *keyword, struct span span, bool first)
{
	bool alone = first && (next_word(&span), skip_blanks(&span), !span.length);
	bool id = !strcmp(keyword->word, "APICID") || !strcmp(keyword->word, "SOCKETID");

	return alone && id ? 10 : keyword->base;
}

static bool take_value(struct span *span, const struct keyword *keyword, bool first,
		       uint64_t *ret_value)
{
	if (keyword->offset == offsetof(struct record, status))
		return take_flags(span, false, ret_value);
	if (keyword->offset == offsetof(struct record, mcgstatus))
		return take_flags(span, true, ret_value);
	return text_take_number(span, base_of(keyword, *span, first), UINT64_MAX, ret_value);
}

/* "vendor:cpuid" */
static bool take_processor(struct span *span, struct record *record)
{
	struct span word = next_word(span);
	const char *colon = memchr(word.text, ':', word.length);
	uint64_t vendor, cpuid;

	if (!colon)
		return false;
	if (!text_parse_number((struct span){ word.text, (size_t)(colon - word.text) }, 10,
			       &vendor) ||
	    !text_parse_number(
		    (struct span){ colon + 1, word.length - 1 - (size_t)(colon - word.text) }, 16,
		    &cpuid) ||
	    vendor > UINT8_MAX || cpuid > UINT32_MAX)
		return false;
	record->vendor = (uint8_t)vendor;
	record->cpuid = (uint32_t)cpuid;
	record->fields |= RECORD_HAS_CPUID;
	return true;
}

uint32_t text_make_cpuid(uint64_t family, uint64_t model, uint64_t stepping)
{
	uint32_t base = family < 0xf ? (uint32_t)family : 0xf;

	return (uint32_t)(stepping & 0xf) | (uint32_t)(model & 0xf) << 4 | base << 8 |
	       (uint32_t)(model >> 4 & 0xf) << 16 | (uint32_t)(family - base) << 20;
}

/* "CPUID Vendor Intel Family 6 Model 85 Step 4", mcelog's own line. */
static enum verdict take_cpuid_line(struct span *span, struct record *record)
{
	struct span rest = *span, word;
	uint64_t family, model, stepping = 0;
	char name[16];

	if (!is_word(next_word(&rest), "Vendor"))
		return FOREIGN;
	word = next_word(&rest);
	if (word.length >= sizeof(name))
		return FOREIGN;
	memcpy(name, word.text, word.length);
	name[word.length] = '\0';
	vendor_parse(name, &record->vendor);
	span->length = 0;
	if (!rest.length)
		return TAKEN;
	while (rest.length && !is_word(word, "Family"))
		word = next_word(&rest);
	if (!text_take_number(&rest, 10, 0xff + 0xf, &family) ||
	    !is_word(next_word(&rest), "Model") || !text_take_number(&rest, 10, 0xff, &model))
		return rest.length ? FOREIGN : PARTIAL;
	if (is_word(next_word(&rest), "Step"))
		text_take_number(&rest, 10, 0xf, &stepping);
	record->cpuid = text_make_cpuid(family, model, stepping);
	record->fields |= RECORD_HAS_CPUID;
	return TAKEN;
}

/* The first letters of a keyword, where a line was cut. */
static bool is_cut_keyword(struct span word)
{
	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++)
		if (word.length < keywords[i].length &&
		    memcmp(word.text, keywords[i].word, word.length) == 0)
			return true;
	return word.length < strlen("PROCESSOR") &&
	       memcmp(word.text, "PROCESSOR", word.length) == 0;
}

enum verdict text_take_keywords(struct span span, struct record *record)
{
	for (bool first = true;; first = false) {
		const struct keyword *keyword;
		struct span word = next_word(&span);
		uint64_t value;

		if (!word.length || word.text[0] == '#')
			return TAKEN;
		if (is_word(word, "PROCESSOR")) {
			if (!span.length)
				return PARTIAL;
			if (!take_processor(&span, record))
				return span.length ? FOREIGN : PARTIAL;
			continue;
		}
		if (is_word(word, "CPUID"))
			return take_cpuid_line(&span, record);
		if (is_word(word, "EDAC")) { /* "ADDR 1000 EDAC sbridge MC3: MISC 86" */
			next_word(&span);
			next_word(&span);
			continue;
		}
		keyword = text_find_keyword(word);
		if (!keyword)
			return !span.length && is_cut_keyword(word) ? PARTIAL : FOREIGN;
		skip_blanks(&span);
		if (!span.length)
			return PARTIAL;
		if (!take_value(&span, keyword, first, &value) ||
		    !text_set_keyword(record, keyword, value))
			return FOREIGN;
		/* mcelog adds the same as words: "TIME 1500000000 Fri Jul 14 ..." */
		if (is_word(word, "TIME") && span.length > 1 &&
		    isupper((unsigned char)span.text[1]) &&
		    islower((unsigned char)span.text[2 < span.length ? 2 : 1]))
			return TAKEN;
		if (is_word(word, "TSC") && begins_with(span, " at "))
			return TAKEN;
	}
}
