// SPDX-License-Identifier: GPL-2.0-only
#include "sources/text-edac.h"

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
	record->cpuid = text_make_cpuid(ids[0], ids[1], ids[2]);
	record->fields |= RECORD_HAS_CPUID;
	return true;
}

/* "MC4_STATUS[-|CE|MiscV|-|AddrV|...]: 0x9c..." */
static enum verdict take_status(struct span span, struct record *record)
{
	const char *at = memchr(span.text, '_', span.length);
	struct span part;
	uint64_t bank;

	if (!begins_with(span, "MC"))
		return span.length ? FOREIGN : PARTIAL;
	if (!at ||
	    !text_parse_number((struct span){ span.text + 2, (size_t)(at - span.text) - 2 }, 10,
			       &bank) ||
	    bank > UINT8_MAX)
		return FOREIGN;
	at = memmem(span.text, span.length, "]:", 2);
	if (!at)
		return PARTIAL;
	part = (struct span){ at + 2, span.length - (size_t)(at + 2 - span.text) };
	skip_blanks(&part);
	if (!part.length)
		return PARTIAL;
	record->bank = (uint8_t)bank;
	return text_take_number(&part, 16, UINT64_MAX, &record->status) ? TAKEN : FOREIGN;
}

enum verdict text_take_edac_status(struct span span, struct record *record)
{
	struct span word = next_word(&span), rest = span;
	uint64_t cpu;

	word.text += 4;
	word.length -= 4;
	if (!text_parse_number(word, 10, &cpu) || cpu > UINT32_MAX)
		return FOREIGN;
	record->cpu = (uint32_t)cpu;
	word = next_word(&rest);
	if (begins_with(word, "(")) {
		if (!take_cpuid(word, record))
			return FOREIGN;
		span = rest;
	}
	skip_blanks(&span);
	return take_status(span, record);
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
		struct span rest;
		uint64_t value;

		if (!at)
			continue;
		at += strlen(rows[i].before);
		rest = (struct span){ at, span.length - (size_t)(at - span.text) };
		skip_blanks(&rest);
		if (!rest.length)
			return PARTIAL;
		if (!text_take_number(&rest, 10, UINT64_MAX, &value))
			continue;
		text_set_keyword(record,
				 text_find_keyword(
					 (struct span){ rows[i].keyword, strlen(rows[i].keyword) }),
				 value);
		any = true;
	}
	if (any || memmem(span.text, span.length, "Ext. Error Code", 15) ||
	    begins_with(span, "cache level:") || memmem(span.text, span.length, " Error: ", 8))
		return TAKEN;
	return FOREIGN;
}
