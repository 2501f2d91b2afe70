// SPDX-License-Identifier: GPL-2.0-only
#include "sources/text-keywords.h"

#include <stddef.h>
#include <strings.h>

#include "sources/text-mcelog.h"
#include "util/cleanup.h"

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
static enum verdict take_processor(struct span *span, struct record *record)
{
	struct span word = next_word(span);
	const char *colon = word.length ? memchr(word.text, ':', word.length) : NULL;
	size_t n = colon ? (size_t)(colon - word.text) : word.length;
	uint64_t vendor, cpuid;

	if (!span->length && (!colon || n + 1 == word.length))
		return PARTIAL;
	if (!colon || !text_parse_number((struct span){ word.text, n }, 10, &vendor) ||
	    !text_parse_number((struct span){ colon + 1, word.length - n - 1 }, 16, &cpuid) ||
	    vendor > UINT8_MAX || cpuid > UINT32_MAX)
		return FOREIGN;
	record->vendor = (uint8_t)vendor;
	record->cpuid = (uint32_t)cpuid;
	record->fields |= RECORD_HAS_CPUID;
	return TAKEN;
}

/* A keyword's value; rest is behind the keyword. */
static enum verdict take_keyword(struct span *rest, const struct keyword *keyword, bool first,
				 struct record *record)
{
	uint64_t value;

	skip_blanks(rest);
	if (!rest->length || is_word(*rest, "0x"))
		return PARTIAL;
	if (!take_value(rest, keyword, first, &value) || !text_set_keyword(record, keyword, value))
		return FOREIGN;
	if (text_are_mcelog_words(keyword, *rest))
		rest->length = 0;
	return TAKEN;
}

/* "ADDR 1000 EDAC sbridge MC3: MISC 86": what stands before a keyword in some drivers' lines. */
static enum verdict take_driver(struct span *rest)
{
	struct span name = next_word(rest), mc = next_word(rest);

	if (!rest->length)
		return PARTIAL;
	return name.length && begins_with(mc, "MC") && mc.text[mc.length - 1] == ':' ? TAKEN
										     : FOREIGN;
}

static enum verdict take_one(struct span *rest, bool any_case, bool first, struct record *record)
{
	struct span word = next_word(rest);
	const struct keyword *keyword = text_find_keyword(word, any_case);

	if (keyword)
		return take_keyword(rest, keyword, first, record);
	if (is_word(word, "PROCESSOR"))
		return take_processor(rest, record);
	if (is_word(word, "RIP") ||
	    (any_case && word.length == 3 && !strncasecmp(word.text, "rip", 3)))
		return text_take_rip(rest, true, record);
	if (is_word(word, "EDAC"))
		return take_driver(rest);
	return !rest->length && text_is_cut_keyword(word) ? PARTIAL : FOREIGN;
}

enum verdict text_take_keywords(struct span span, bool any_case, struct record *record)
{
	struct span rest = span;
	bool first = true;

	if (is_word(next_word(&rest), "CPUID"))
		return text_take_cpuid_line(rest, record);
	for (;; first = false) {
		enum verdict verdict;

		skip_blanks(&span);
		if (!span.length || span.text[0] == '#')
			return first ? FOREIGN : TAKEN;
		verdict = take_one(&span, any_case, first, record);
		if (verdict != TAKEN)
			return verdict;
	}
}
