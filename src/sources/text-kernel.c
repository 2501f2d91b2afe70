// SPDX-License-Identifier: GPL-2.0-only
#include "sources/text-kernel.h"

#include <ctype.h>
#include <string.h>

#include "util/cleanup.h"

enum { STATUS_DIGITS = 16 };

/* The digits at the beginning of a status: other text may follow without a blank. */
static struct span status_digits(struct span span)
{
	size_t n = 0;

	while (n < span.length && isxdigit((unsigned char)span.text[n]))
		n++;
	return (struct span){ span.text, n };
}

/* "[ c0080000]" */
static enum verdict take_misc(struct span *span, struct record *record)
{
	const char *end = memchr(span->text, ']', span->length);
	struct span misc = { span->text + 1,
			     (end ? (size_t)(end - span->text) : span->length) - 1 };

	skip_blanks(&misc);
	if (!end && !misc.length)
		return PARTIAL;
	if (!text_parse_number(misc, 16, &record->misc))
		return FOREIGN;
	if (!end)
		return PARTIAL;
	record->fields |= RECORD_HAS_MISC;
	*span = (struct span){ end + 1, span->length - (size_t)(end + 1 - span->text) };
	return TAKEN;
}

/*
 * "[86] at 40" behind an old kernel's or Xen's status: MISC, then the address. The
 * next message's level may follow at once.
 */
static enum verdict take_misc_and_address(struct span span, struct record *record)
{
	const char *level = span.length ? memchr(span.text, '<', span.length) : NULL;
	struct span word;

	if (level)
		span.length = (size_t)(level - span.text);
	skip_blanks(&span);
	if (begins_with(span, "[")) {
		enum verdict verdict = take_misc(&span, record);

		if (verdict != TAKEN)
			return verdict;
	}
	word = next_word(&span);
	skip_blanks(&span);
	if (!word.length)
		return TAKEN;
	if (!span.length)
		return is_word(word, "at") || is_word(word, "a") ? PARTIAL : FOREIGN;
	if (!is_word(word, "at") || !text_take_number(&span, 16, UINT64_MAX, &record->addr))
		return FOREIGN;
	record->fields |= RECORD_HAS_ADDR;
	skip_blanks(&span);
	return span.length ? FOREIGN : TAKEN;
}

/* The status with all its digits: a valid one has bit 63 and so 16 of them. */
static enum verdict take_status(struct span *span, uint64_t *ret_status)
{
	struct span digits;

	if (begins_with(*span, "0x"))
		*span = (struct span){ span->text + 2, span->length - 2 };
	digits = status_digits(*span);
	if (digits.length < STATUS_DIGITS)
		return digits.length == span->length ? PARTIAL : FOREIGN;
	if (!text_parse_number(digits, 16, ret_status))
		return FOREIGN;
	*span = (struct span){ span->text + digits.length, span->length - digits.length };
	return TAKEN;
}

static void remember(struct text_messages *messages, const struct text_cpu_line *line)
{
	messages->line = *line;
	messages->has_cpu = true;
	messages->idle = 0;
}

enum verdict text_take_bank(struct text_messages *messages, struct span span,
			    const struct text_cpu_line *line, const struct text_prefix *prefix)
{
	struct record registers = { 0 };
	enum verdict verdict;
	struct text_open *open;
	uint64_t bank, status;

	next_word(&span);
	skip_blanks(&span);
	if (!span.length)
		return PARTIAL;
	if (!text_take_number(&span, 10, UINT8_MAX, &bank))
		return FOREIGN;
	skip_blanks(&span);
	verdict = take_status(&span, &status);
	if (verdict != TAKEN)
		return verdict;
	verdict = take_misc_and_address(span, &registers);
	if (verdict == FOREIGN || (verdict == PARTIAL && !messages->final))
		return verdict;
	remember(messages, line);
	messages->decoded = false;
	open = text_records_begin(&messages->records, SHAPE_KERNEL, prefix);
	open->record.addr = registers.addr;
	open->record.misc = registers.misc;
	open->record.fields = registers.fields | RECORD_HAS_MCGSTATUS;
	open->record.cpu = line->cpu;
	open->record.mcgstatus = line->mcgstatus;
	open->record.bank = (uint8_t)bank;
	open->record.status = status;
	if (registers.fields || line->incident)
		open->stage = STAGE_PROCESSOR; /* nothing more comes */
	return TAKEN;
}

/* "Machine Check Exception:", "Machine Check:" and EDAC's "Machine Check Event:". */
static enum verdict take_machine_check_words(struct span *span)
{
	static const char *const texts[] = { "Machine Check Exception:", "Machine Check Event:",
					     "Machine Check:", "Exception:", "Check Exception:" };

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		size_t n = strlen(texts[i]);

		if (is_cut(*span, texts[i]))
			return PARTIAL;
		if (!begins_with(*span, texts[i]))
			continue;
		*span = (struct span){ span->text + n, span->length - n };
		skip_blanks(span);
		return span->length ? TAKEN : PARTIAL;
	}
	return FOREIGN;
}

enum verdict text_take_machine_check(struct text_messages *messages, struct span span, uint64_t cpu,
				     const struct text_prefix *prefix)
{
	struct text_cpu_line line = { .cpu = (uint32_t)cpu };
	enum verdict verdict = take_machine_check_words(&span);

	if (verdict != TAKEN)
		return verdict;
	if (!text_take_number(&span, 16, UINT64_MAX, &line.mcgstatus))
		return FOREIGN;
	skip_blanks(&span);
	if (!span.length) {
		if (messages->final)
			remember(messages, &line);
		return PARTIAL;
	}
	if (begins_with(span, "Bank"))
		return text_take_bank(messages, span, &line, prefix);
	return is_cut(span, "Bank") ? PARTIAL : FOREIGN;
}

/* The beginning of text_take_incident()'s sentence; other ones of Xen up to within "occurred". */
static bool is_cut_incident(struct span span, const struct text_prefix *prefix)
{
	static const char sentence[] =
		"MCE: The hardware reports a non fatal, correctable incident occurred on CPU";
	static const char words[] = " occurred on CPU";

	if (is_cut(span, sentence))
		return true;
	for (size_t n = sizeof(words) - 2; prefix->xen && n > 3; n--)
		if (span.length > n && !memcmp(span.text + span.length - n, words, n))
			return true;
	return false;
}

enum verdict text_take_incident(struct text_messages *messages, struct span span,
				const struct text_prefix *prefix)
{
	static const char *const words[] = { " occurred on CPU", " occured on CPU" };
	const char *at = NULL;
	struct span rest, word;
	uint64_t cpu;

	for (size_t i = 0; i < ARRAY_SIZE(words) && !at; i++) {
		at = memmem(span.text, span.length, words[i], strlen(words[i]));
		if (at)
			at += strlen(words[i]);
	}
	if (!at)
		return is_cut_incident(span, prefix) ? PARTIAL : FOREIGN;
	rest = (struct span){ at, span.length - (size_t)(at - span.text) };
	word = next_word(&rest);
	if (!word.length)
		return PARTIAL;
	if (rest.length || !text_parse_number(word, 10, &cpu) || cpu > UINT32_MAX)
		return FOREIGN;
	if (word.text[word.length - 1] != '.' && !messages->final)
		return PARTIAL; /* the rest of the number may be in the next line */
	text_records_give_out_all(&messages->records);
	remember(messages, &(struct text_cpu_line){ .cpu = (uint32_t)cpu, .incident = true });
	return TAKEN;
}
