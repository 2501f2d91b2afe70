// SPDX-License-Identifier: GPL-2.0-only
#include "sources/text-mcelog.h"

#include <ctype.h>
#include <stddef.h>

#include "util/cleanup.h"

/* What stands behind the number of a bank (mcelog's k8.c). */
static const char *const bank_names[] = {
	"data cache",
	"instruction cache",
	"bus unit",
	"load/store unit",
	"northbridge",
	"fixed-issue reoder",
	"unknown",
	"Unknown threshold counter",
	"MC4_MISC0 DRAM threshold",
	"MC4_MISC1 Link threshold",
	"MC4_MISC2 L3 Cache threshold",
	"MC4_MISC3 FBDIMM threshold",
};

/* Without a number (its mcelog.c); the banks are the kernel's for events without one. */
static const struct {
	const char *name;
	uint8_t bank;
} events[] = {
	{ "THERMAL EVENT", 128 },
	{ "Timeout waiting for exception on other CPUs", 218 },
	{ "ACPI/APEI reported error", 255 },
};

/* Takes a name off, up to a blank or the end. */
static enum verdict take_name(struct span *span, const char *name)
{
	size_t n = strlen(name);

	if (is_cut(*span, name))
		return PARTIAL;
	if (!begins_with(*span, name) || (span->length > n && !is_blank(span->text[n])))
		return FOREIGN;
	*span = (struct span){ span->text + n, span->length - n };
	return TAKEN;
}

enum verdict text_take_bank_name(struct span *span, struct record *record)
{
	enum verdict verdict = FOREIGN;
	uint64_t bank;

	for (size_t i = 0; verdict == FOREIGN && i < ARRAY_SIZE(events); i++) {
		verdict = take_name(span, events[i].name);
		if (verdict == TAKEN)
			record->bank = events[i].bank;
	}
	if (verdict != FOREIGN)
		return verdict;
	if (!isdigit((unsigned char)span->text[0]))
		return TAKEN;
	if (!text_take_number(span, 10, UINT8_MAX, &bank))
		return FOREIGN;
	record->bank = (uint8_t)bank;
	skip_blanks(span);
	if (!span->length)
		return PARTIAL;
	for (size_t i = 0; verdict == FOREIGN && i < ARRAY_SIZE(bank_names); i++)
		verdict = take_name(span, bank_names[i]);
	return verdict;
}

/* "Step 4", or nothing, as before mcelog had it. */
static enum verdict take_stepping(struct span span, uint64_t *ret_stepping)
{
	struct span word = next_word(&span);

	*ret_stepping = 0;
	if (!word.length)
		return TAKEN;
	skip_blanks(&span);
	if (!span.length)
		return is_word(word, "Step") || is_cut(word, "Step") ? PARTIAL : FOREIGN;
	if (!is_word(word, "Step") || !text_take_number(&span, 10, 0xf, ret_stepping))
		return FOREIGN;
	skip_blanks(&span);
	return span.length ? FOREIGN : TAKEN;
}

enum verdict text_take_cpuid_line(struct span rest, struct record *record)
{
	uint64_t family, model, stepping;
	struct span word = next_word(&rest);
	enum verdict verdict;
	char name[16];

	if (!is_word(word, "Vendor"))
		return !rest.length && is_cut(word, "Vendor") ? PARTIAL : FOREIGN;
	word = next_word(&rest);
	if (word.length >= sizeof(name))
		return FOREIGN;
	memcpy(name, word.text, word.length);
	name[word.length] = '\0';
	if (!rest.length) {
		vendor_parse(name, &record->vendor);
		return TAKEN; /* all that was known */
	}
	while (rest.length && !is_word(word, "Family"))
		word = next_word(&rest);
	if (!text_take_number(&rest, 10, 0xff + 0xf, &family) ||
	    !is_word(next_word(&rest), "Model") || !text_take_number(&rest, 10, 0xff, &model))
		return rest.length ? FOREIGN : PARTIAL;
	verdict = take_stepping(rest, &stepping);
	if (verdict != TAKEN)
		return verdict;
	vendor_parse(name, &record->vendor);
	record->cpuid = cpuid_of((unsigned int)family, (unsigned int)model) | (uint32_t)stepping;
	record->fields |= RECORD_HAS_CPUID;
	return TAKEN;
}

/* Whether a text has the form of a pattern as far as it goes: A, a and 0 stand for any such. */
static bool has_form(struct span span, const char *pattern)
{
	if (span.length > strlen(pattern))
		return false;
	for (size_t i = 0; i < span.length; i++) {
		unsigned char c = (unsigned char)span.text[i];

		if (pattern[i] == 'A'	? !isupper(c)
		    : pattern[i] == 'a' ? !islower(c)
		    : pattern[i] == '0' ? !isdigit(c) && c != ' '
					: c != (unsigned char)pattern[i])
			return false;
	}
	return true;
}

bool text_are_mcelog_words(const struct keyword *keyword, struct span span)
{
	const char *end;

	skip_blanks(&span);
	if (keyword->offset == offsetof(struct record, walltime))
		return span.length && has_form(span, "Aaa Aaa 00 00:00:00 0000");
	if (keyword->offset != offsetof(struct record, tsc) ||
	    (!begins_with(span, "[at ") && !begins_with(span, "at ")))
		return false;
	end = memchr(span.text, ']', span.length);
	return !end || end + 1 == span.text + span.length;
}
