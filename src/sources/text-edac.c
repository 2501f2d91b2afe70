// SPDX-License-Identifier: GPL-2.0-only
#include "sources/text-edac.h"

#include <ctype.h>
#include <stddef.h>

#include "util/cleanup.h"

/* "(17:1:2)": family, model and stepping, in hexadecimal. */
static bool take_cpuid(struct span word, struct record *record)
{
	uint64_t ids[3];

	if (word.length < 7 || word.text[0] != '(' || word.text[word.length - 1] != ')')
		return false;
	word = (struct span){ word.text + 1, word.length - 2 };
	for (int i = 0; i < 3; i++) {
		const char *colon = memchr(word.text, ':', word.length);
		size_t n = colon ? (size_t)(colon - word.text) : word.length;

		if (!text_parse_number((struct span){ word.text, n }, 16, &ids[i]))
			return false;
		word.text += colon ? n + 1 : n;
		word.length -= colon ? n + 1 : n;
	}
	if (ids[0] > 0x10e || ids[1] > 0xff)
		return false;
	record->vendor = ids[0] == 0x18 ? VENDOR_HYGON : VENDOR_AMD;
	record->cpuid = cpuid_of((unsigned int)ids[0], (unsigned int)ids[1]) | (ids[2] & 0xf);
	record->fields |= RECORD_HAS_CPUID;
	return true;
}

static bool is_cut_cpuid(struct span word)
{
	for (size_t i = 1; i < word.length; i++)
		if (!isxdigit((unsigned char)word.text[i]) && word.text[i] != ':')
			return false;
	return true;
}

/* "0x9c00400000010137": a register has all its digits, or the line was cut. */
static enum verdict take_register(struct span rest, uint64_t *ret_value)
{
	enum { DIGITS = 2 + 16 };
	struct span word;

	skip_blanks(&rest);
	word = next_word(&rest);
	if (word.length && word.text[word.length - 1] == ',')
		word.length--;
	if (word.length > 2 && !begins_with(word, "0x"))
		return FOREIGN;
	if (word.length < DIGITS)
		return rest.length ? FOREIGN : PARTIAL;
	return word.length == DIGITS && text_parse_number(word, 16, ret_value) ? TAKEN : FOREIGN;
}

/* "MC4_STATUS[-|CE|MiscV|-|AddrV|...]: 0x9c..." */
static enum verdict take_status(struct span span, struct record *record)
{
	const char *at = span.length ? memchr(span.text, '_', span.length) : NULL;
	struct span part;
	uint64_t bank;

	if (!begins_with(span, "MC"))
		return is_cut(span, "MC") ? PARTIAL : FOREIGN;
	part = (struct span){ span.text + 2, (at ? (size_t)(at - span.text) : span.length) - 2 };
	if (!at && !part.length)
		return PARTIAL;
	if (!text_parse_number(part, 10, &bank) || bank > UINT8_MAX)
		return FOREIGN;
	at = memmem(span.text, span.length, "]:", 2);
	if (!at)
		return PARTIAL;
	part = (struct span){ at + 2, span.length - (size_t)(at + 2 - span.text) };
	record->bank = (uint8_t)bank;
	return take_register(part, &record->status);
}

enum verdict text_take_edac_status(struct span span, struct record *record)
{
	struct span word = next_word(&span), rest = span;
	uint64_t cpu;

	word.text += 4;
	word.length -= 4;
	skip_blanks(&span);
	if (!word.length && !span.length)
		return PARTIAL;
	if (!text_parse_number(word, 10, &cpu) || cpu > UINT32_MAX)
		return FOREIGN;
	record->cpu = (uint32_t)cpu;
	word = next_word(&rest);
	if (begins_with(word, "(")) {
		if (!rest.length && is_cut_cpuid(word))
			return PARTIAL;
		if (!take_cpuid(word, record))
			return FOREIGN;
		span = rest;
	}
	skip_blanks(&span);
	return take_status(span, record);
}

/* The value that a label stands before. */
static enum verdict take_labelled(struct span rest, const struct keyword *keyword,
				  struct record *record)
{
	enum verdict verdict = TAKEN;
	uint64_t value;

	skip_blanks(&rest);
	if (!rest.length)
		return PARTIAL;
	if (keyword->offset == offsetof(struct record, tsc)) {
		if (!text_take_number(&rest, 10, UINT64_MAX, &value))
			return FOREIGN;
	} else {
		verdict = take_register(rest, &value);
	}
	if (verdict == TAKEN)
		text_set_keyword(record, keyword, value);
	return verdict;
}

/* Lines that only say in words what the registers mean. */
static bool are_words(struct span span)
{
	return memmem(span.text, span.length, "Ext. Error Code", 15) ||
	       begins_with(span, "cache level:") || memmem(span.text, span.length, " Error: ", 8);
}

enum verdict text_take_edac_line(struct span span, struct record *record)
{
	static const struct {
		const char *before;
		const char *keyword;
	} rows[] = {
		{ "Error Addr:", "ADDR" }, { "Error Address:", "ADDR" }, { "_ADDR:", "ADDR" },
		{ "PPIN:", "PPIN" },	   { "IPID:", "IPID" },		 { "Syndrome:", "SYND" },
		{ "TSC:", "TSC" },
	};
	bool any = false;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *at =
			memmem(span.text, span.length, rows[i].before, strlen(rows[i].before));
		struct span name = { rows[i].keyword, strlen(rows[i].keyword) };
		enum verdict verdict;

		if (!at)
			continue;
		at += strlen(rows[i].before);
		verdict = take_labelled((struct span){ at, span.length - (size_t)(at - span.text) },
					text_find_keyword(name, false), record);
		if (verdict != TAKEN)
			return verdict;
		any = true;
	}
	if (any)
		return span.text[span.length - 1] == ',' ? PARTIAL : TAKEN;
	return are_words(span) ? TAKEN : FOREIGN;
}
