// SPDX-License-Identifier: GPL-2.0-only
#include "sources/text-message.h"

#include <ctype.h>
#include <string.h>

#include "sources/text-edac.h"
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

/*
 * "[86] at 40" behind an old kernel's or Xen's status: MISC, then the address. The
 * next message's level may follow at once. False for anything else.
 */
static bool take_misc_and_address(struct span span, struct record *record)
{
	const char *end = memchr(span.text, ']', span.length);
	const char *level = memchr(span.text, '<', span.length);

	if (level)
		span.length = (size_t)(level - span.text);
	skip_blanks(&span);
	if (begins_with(span, "[") && end) {
		struct span misc = { span.text + 1, (size_t)(end - span.text) - 1 };

		if (!text_take_number(&misc, 16, UINT64_MAX, &record->misc))
			return false;
		record->fields |= RECORD_HAS_MISC;
		span = (struct span){ end + 1, span.length - (size_t)(end + 1 - span.text) };
		skip_blanks(&span);
	}
	if (begins_with(span, "at ")) {
		next_word(&span);
		if (!text_take_number(&span, 16, UINT64_MAX, &record->addr))
			return false;
		record->fields |= RECORD_HAS_ADDR;
		skip_blanks(&span);
	}
	return !span.length;
}

/*
 * "Bank 4: b200000000070f0f", on old kernels and Xen followed by "[misc]" and
 * " at addr". A valid status has bit 63 and so 16 digits: with less of them the
 * line was cut.
 */
static enum verdict take_bank(struct text_messages *messages, struct span span,
			      const struct text_prefix *prefix)
{
	struct record registers = { 0 };
	uint64_t bank, status;
	struct span digits;
	struct text_open *open;

	next_word(&span);
	skip_blanks(&span);
	if (!span.length)
		return PARTIAL;
	if (!text_take_number(&span, 10, UINT8_MAX, &bank))
		return FOREIGN;
	skip_blanks(&span);
	if (!span.length)
		return PARTIAL;
	if (begins_with(span, "0x"))
		span = (struct span){ span.text + 2, span.length - 2 };
	digits = status_digits(span);
	if (digits.length < STATUS_DIGITS && digits.length == span.length && !messages->final)
		return PARTIAL;
	if (!text_parse_number(digits, 16, &status))
		return FOREIGN;
	span = (struct span){ span.text + digits.length, span.length - digits.length };
	if (!take_misc_and_address(span, &registers))
		return FOREIGN;
	open = text_records_begin(&messages->records, SHAPE_KERNEL, prefix);
	open->record.addr = registers.addr;
	open->record.misc = registers.misc;
	open->record.fields = registers.fields;
	open->record.cpu = messages->cpu;
	open->record.mcgstatus = messages->mcgstatus;
	open->record.fields |= RECORD_HAS_MCGSTATUS;
	open->record.bank = (uint8_t)bank;
	open->record.status = status;
	if (registers.fields || messages->incident)
		open->stage = STAGE_PROCESSOR; /* nothing more comes */
	return TAKEN;
}

/*
 * "CPU 0: Machine Check Exception: 5 Bank 4: b200000000070f0f", or without
 * "Exception" for a bank that was polled; span is behind "CPU 0:".
 */
static enum verdict take_machine_check(struct text_messages *messages, struct span span,
				       uint64_t cpu, const struct text_prefix *prefix)
{
	static const char words[] = "Machine Check Exception:";
	struct span rest = span, word = next_word(&rest);

	if (is_word(word, "Machine"))
		word = next_word(&rest);
	if (is_word(word, "Check"))
		word = next_word(&rest);
	if (!is_word(word, "Check:") && !is_word(word, "Exception:") && !is_word(word, "Event:"))
		return span.length < sizeof(words) && !memcmp(words, span.text, span.length)
			       ? PARTIAL
			       : FOREIGN;
	skip_blanks(&rest);
	if (!rest.length)
		return PARTIAL;
	if (!text_take_number(&rest, 16, UINT64_MAX, &messages->mcgstatus))
		return FOREIGN;
	messages->cpu = (uint32_t)cpu;
	messages->has_cpu = true;
	messages->incident = false;
	skip_blanks(&rest);
	if (!rest.length)
		return PARTIAL;
	if (begins_with(rest, "Bank"))
		return take_bank(messages, rest, prefix);
	return rest.length < 4 && memcmp(rest.text, "Bank", rest.length) == 0 ? PARTIAL : FOREIGN;
}

/* "CPU 0 BANK 4 TSC ...", "CPU 0 4 ...", "CPU 0 STATUS ...": span after the CPU's number. */
static enum verdict take_mcelog_cpu(struct text_messages *messages, struct span span, uint64_t cpu,
				    const struct text_prefix *prefix)
{
	struct span rest = span, word = next_word(&rest);
	struct record record = { 0 };
	uint64_t bank = 0;
	struct text_open *open;
	bool named = is_word(word, "BANK");

	if (!named)
		rest = span;
	if (!text_take_number(&rest, 10, UINT8_MAX, &bank) && (named || !text_find_keyword(word)))
		return FOREIGN;
	/* words such as "4 northbridge" stand between the bank and the first keyword */
	if (text_take_keywords(rest, &record) != TAKEN && !named)
		for (word = rest; rest.length; rest = word) {
			word = rest;
			if (text_find_keyword(next_word(&word)))
				break;
		}
	open = text_records_begin(&messages->records, SHAPE_MCELOG, prefix);
	open->record.cpu = (uint32_t)cpu;
	open->record.bank = (uint8_t)bank;
	text_take_keywords(rest, &open->record);
	return TAKEN;
}

/* The line of EDAC's decoder for AMD that has the status; its next ones follow. */
static enum verdict take_edac(struct text_messages *messages, struct span span,
			      const struct text_prefix *prefix)
{
	struct record record = { .source = SOURCE_TEXT, .vendor = VENDOR_AMD };
	enum verdict verdict = text_take_edac_status(span, &record);

	if (verdict == TAKEN)
		text_records_begin(&messages->records, SHAPE_EDAC, prefix)->record = record;
	return verdict;
}

/* "CPU:0 (17:1:2) MC4_STATUS..."; "CPU0: Machine Check", as Xen and Linux 2.5 have it. */
static enum verdict take_glued_cpu(struct text_messages *messages, struct span span,
				   const struct text_prefix *prefix)
{
	struct span rest = span, word = next_word(&rest);
	uint64_t cpu;

	if (word.text[3] == ':')
		return take_edac(messages, span, prefix);
	if (word.text[word.length - 1] != ':' ||
	    !text_parse_number((struct span){ word.text + 3, word.length - 3 }, 10, &cpu) ||
	    cpu > UINT32_MAX)
		return FOREIGN;
	skip_blanks(&rest);
	return rest.length ? take_machine_check(messages, rest, cpu, prefix) : PARTIAL;
}

static enum verdict take_cpu(struct text_messages *messages, struct span span,
			     const struct text_prefix *prefix)
{
	struct span rest = span, word = next_word(&rest);
	uint64_t cpu;

	if (word.length > 4)
		return take_glued_cpu(messages, span, prefix);
	skip_blanks(&rest);
	if (!is_word(word, "CPU"))
		return FOREIGN;
	if (!rest.length)
		return PARTIAL;
	word = next_word(&rest);
	if (!text_parse_number(word, 10, &cpu) || cpu > UINT32_MAX)
		return FOREIGN;
	skip_blanks(&rest);
	if (!rest.length)
		return PARTIAL;
	if (word.text[word.length - 1] != ':')
		return take_mcelog_cpu(messages, rest, cpu, prefix);
	skip_blanks(&rest);
	return take_machine_check(messages, rest, cpu, prefix);
}

static void set_symbol(struct text_open *open, struct span name)
{
	size_t n;

	skip_blanks(&name);
	n = name.length < sizeof(open->symbol) ? name.length : sizeof(open->symbol) - 1;
	memcpy(open->symbol, name.text, n);
	open->symbol[n] = '\0';
}

static void take_symbol(struct text_open *open, struct span span)
{
	const char *at = memchr(span.text, '{', span.length);
	const char *end;
	size_t n;

	if (!at)
		return;
	at++;
	n = span.length - (size_t)(at - span.text);
	end = memchr(at, '}', n);
	set_symbol(open, (struct span){ at, end ? (size_t)(end - at) : n });
}

/* "10:<ffffffff8100b0d0>", own output without "<>", mce-inject's "0x1234". */
static bool parse_rip(struct span word, uint64_t *ret_cs, uint64_t *ret_ip)
{
	const char *colon = memchr(word.text, ':', word.length);

	*ret_cs = 0;
	if (colon) {
		struct span cs = { word.text, (size_t)(colon - word.text) };

		if (!text_parse_number(cs, 16, ret_cs) || *ret_cs > UINT8_MAX)
			return false;
		word = (struct span){ colon + 1, word.length - cs.length - 1 };
	} else if (!begins_with(word, "0x")) {
		return false;
	}
	if (word.length > 1 && word.text[0] == '<') {
		word.text++;
		word.length -= word.text[word.length - 2] == '>' ? 2 : 1;
	}
	return text_parse_number(word, 16, ret_ip);
}

/* "RIP !INEXACT! 10:<ffffffff8100b0d0> {symbol+0x10/0x20}" */
static enum verdict take_rip(struct text_messages *messages, struct span span,
			     const struct text_prefix *prefix)
{
	struct text_records *records = &messages->records;
	struct text_open *open = text_records_find(records, STAGE_RIP, span, prefix);
	struct text_open *last = text_records_last(records);
	struct span word;
	uint64_t cs, ip;

	if (!open && last && last->shape == SHAPE_MCELOG)
		open = last;
	if (!open)
		return FOREIGN;
	next_word(&span);
	word = next_word(&span);
	if (is_word(word, "!INEXACT!") || is_word(word, "[!INEXACT!]"))
		word = next_word(&span);
	if (!parse_rip(word, &cs, &ip))
		return span.length ? FOREIGN : PARTIAL;
	text_records_change(records, open);
	open->record.cs = (uint8_t)cs;
	open->record.ip = ip;
	open->record.fields |= RECORD_HAS_IP;
	if (open->shape == SHAPE_KERNEL)
		open->stage = STAGE_RIP;
	take_symbol(open, span);
	return TAKEN;
}

/* mce-inject makes an address or MISC valid by giving it; mcelog's STATUS comes after both. */
static void set_valid(struct record *record, const struct record *before)
{
	uint32_t fields = record->fields & ~before->fields;

	if (fields & RECORD_HAS_ADDR)
		record->status |= 1ull << 58;
	if (fields & RECORD_HAS_MISC)
		record->status |= 1ull << 59;
}

/* A line of keywords: of the record whose turn it is. */
static enum verdict take_keyword_line(struct text_messages *messages, struct span span,
				      const struct text_prefix *prefix)
{
	struct text_records *records = &messages->records;
	struct text_open *open = NULL, *last = text_records_last(records);
	struct span rest = span, word = next_word(&rest);
	enum stage stage = STAGE_CPU;
	enum verdict verdict;

	if (is_word(word, "TSC"))
		stage = STAGE_TSC;
	else if (is_word(word, "PROCESSOR"))
		stage = STAGE_PROCESSOR;
	if (stage != STAGE_CPU)
		open = text_records_find(records, stage, span, prefix);
	if (!open && (stage == STAGE_CPU || last->shape != SHAPE_KERNEL))
		open = text_records_current(records, prefix);
	if (!open)
		return FOREIGN;
	text_records_change(records, open);
	verdict = text_take_keywords(span, &open->record);
	if (verdict != TAKEN) {
		*open = records->undo.before;
		records->undo.kind = UNDO_NOT;
		return verdict;
	}
	if (is_word(word, "CPUID"))
		messages->decoded = false; /* mcelog's last line */
	open->foreign = 0;
	if (open->shape == SHAPE_MCELOG)
		set_valid(&open->record, &records->undo.before.record);
	if (open->shape == SHAPE_KERNEL && stage > open->stage)
		open->stage = stage;
	return TAKEN;
}

/* What a line broken within a message may begin with, though all before it made sense. */
static bool is_continuation(struct span word)
{
	static const char *const words[] = { "TIME", "SOCKET", "APIC", "microcode" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (is_word(word, words[i]))
			return true;
	return word.text[0] == '{';
}

/*
 * "... correctable incident occurred on CPU 1.", "CMCI occurred on CPU 2.", of
 * Xen and of Linux 2.6 on i386: then come lines of its banks.
 */
static enum verdict take_incident(struct text_messages *messages, struct span span)
{
	static const char *const words[] = { " occurred on CPU", " occured on CPU" };
	const char *at = NULL;
	struct span rest;
	uint64_t cpu;

	for (size_t i = 0; i < ARRAY_SIZE(words) && !at; i++) {
		at = memmem(span.text, span.length, words[i], strlen(words[i]));
		if (at)
			at += strlen(words[i]);
	}
	if (!at)
		return FOREIGN;
	rest = (struct span){ at, span.length - (size_t)(at - span.text) };
	skip_blanks(&rest);
	if (!rest.length)
		return PARTIAL;
	if (!text_take_number(&rest, 10, UINT32_MAX, &cpu))
		return FOREIGN;
	text_records_give_out_all(&messages->records);
	messages->cpu = (uint32_t)cpu;
	messages->mcgstatus = 0;
	messages->has_cpu = true;
	messages->incident = true;
	return TAKEN;
}

/* A line behind the one with EDAC's status; only those with the kernel's mark are its. */
static enum verdict take_edac_line(struct text_open *open, struct span span,
				   const struct text_prefix *prefix)
{
	return prefix->hardware_error ? text_take_edac_line(span, &open->record) : FOREIGN;
}

/* A line that goes on with a record of which the first line has come. */
static enum verdict take_next_line(struct text_messages *messages, struct span span,
				   const struct text_prefix *prefix)
{
	struct text_open *last = text_records_last(&messages->records);
	struct span rest = span, word = next_word(&rest);
	struct text_open *open = text_records_current(&messages->records, prefix);

	if (is_word(word, "CPUNAME"))
		return TAKEN;
	if (is_word(word, "RIP"))
		return take_rip(messages, span, prefix);
	if (is_word(word, "RIP:") && last->shape == SHAPE_MCELOG) {
		set_symbol(last, rest);
		return TAKEN;
	}
	if (word.text[0] == '{') {
		if (!(last->record.fields & RECORD_HAS_IP))
			return FOREIGN;
		take_symbol(last, span);
		return TAKEN;
	}
	if (open->shape == SHAPE_EDAC)
		return take_edac_line(open, span, prefix);
	return take_keyword_line(messages, span, prefix);
}

enum verdict text_take_message(struct text_messages *messages, struct span span,
			       const struct text_prefix *prefix)
{
	struct span rest = span, word = next_word(&rest);

	if (!word.length)
		return FOREIGN;
	if (!is_continuation(word))
		text_records_give_out_done(&messages->records);
	if (prefix->xen || begins_with(span, "MCE: ")) {
		enum verdict verdict = take_incident(messages, span);

		if (verdict != FOREIGN)
			return verdict;
	}
	if (begins_with(word, "CPU") && !is_word(word, "CPUID") && !is_word(word, "CPUNAME"))
		return take_cpu(messages, span, prefix);
	if (is_word(word, "Bank") && messages->has_cpu)
		return take_bank(messages, span, prefix);
	if (begins_with(span, "Hardware event.")) {
		text_records_give_out_all(&messages->records);
		messages->decoded = true;
		return TAKEN;
	}
	return messages->records.n_open ? take_next_line(messages, span, prefix) : FOREIGN;
}
