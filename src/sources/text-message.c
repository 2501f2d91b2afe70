// SPDX-License-Identifier: GPL-2.0-only
#include "sources/text-message.h"

#include <ctype.h>
#include <strings.h>

#include "sources/text-edac.h"
#include "sources/text-keywords.h"
#include "sources/text-mcelog.h"
#include "util/cleanup.h"

/* mce-inject makes an address or MISC valid by giving it; mcelog's STATUS comes after both. */
static void set_valid(struct record *record, const struct record *before)
{
	uint32_t fields = record->fields & ~before->fields;

	if (fields & RECORD_HAS_ADDR)
		record->status |= 1ull << 58;
	if (fields & RECORD_HAS_MISC)
		record->status |= 1ull << 59;
}

/* "CPU 0 BANK 4 TSC ...", "CPU 0 4 northbridge ...", "CPU 0 STATUS ...": span after the number. */
static enum verdict take_mcelog_cpu(struct text_messages *messages, struct span span, uint64_t cpu,
				    const struct text_prefix *prefix)
{
	const struct record nothing = { 0 };
	struct record record = { .cpu = (uint32_t)cpu,
				 .source = SOURCE_TEXT,
				 .vendor = VENDOR_UNKNOWN };
	enum verdict verdict = text_take_bank_name(&span, &record);

	/* the whole line in files for mce-inject; in a log it would say nothing */
	if (verdict == PARTIAL && !span.length && messages->final && !prefix->any)
		verdict = TAKEN;
	if (verdict != TAKEN)
		return verdict;
	skip_blanks(&span);
	if (span.length)
		verdict = text_take_keywords(span, true, &record);
	if (verdict != TAKEN)
		return verdict;
	set_valid(&record, &nothing);
	text_records_begin(&messages->records, SHAPE_MCELOG, prefix)->record = record;
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
	return rest.length ? text_take_machine_check(messages, rest, cpu, prefix) : PARTIAL;
}

static enum verdict take_cpu(struct text_messages *messages, struct span span,
			     const struct text_prefix *prefix)
{
	struct span rest = span, word = next_word(&rest);
	uint64_t cpu;

	if (word.length > 3)
		return take_glued_cpu(messages, span, prefix);
	word = next_word(&rest);
	if (!word.length)
		return PARTIAL;
	if (!text_parse_number(word, 10, &cpu) || cpu > UINT32_MAX)
		return FOREIGN;
	skip_blanks(&rest);
	if (!rest.length)
		return PARTIAL;
	if (word.text[word.length - 1] != ':')
		return take_mcelog_cpu(messages, rest, cpu, prefix);
	return text_take_machine_check(messages, rest, cpu, prefix);
}

static void set_symbol(struct text_open *open, struct span name)
{
	size_t n;

	skip_blanks(&name);
	n = name.length < sizeof(open->symbol) ? name.length : sizeof(open->symbol) - 1;
	if (n)
		memcpy(open->symbol, name.text, n);
	open->symbol[n] = '\0';
}

/* "{symbol+0x10/0x20}", all of the rest of a line; *ret_name is what stands within. */
static enum verdict parse_symbol(struct span span, struct span *ret_name)
{
	const char *end = span.length ? memchr(span.text, '}', span.length) : NULL;

	skip_blanks(&span);
	*ret_name = (struct span){ 0 };
	if (!span.length)
		return TAKEN;
	if (span.text[0] != '{')
		return FOREIGN;
	*ret_name = (struct span){ span.text + 1, span.length - 1 };
	if (!end)
		return PARTIAL;
	ret_name->length = (size_t)(end - ret_name->text);
	return end + 1 == span.text + span.length ? TAKEN : FOREIGN;
}

/* "!INEXACT!", where it is there */
static enum verdict skip_inexact(struct span *span)
{
	struct span rest = *span, word = next_word(&rest);

	if (is_word(word, "!INEXACT!") || is_word(word, "[!INEXACT!]")) {
		*span = rest;
		return TAKEN;
	}
	return word.length && !rest.length &&
			       (is_cut(word, "!INEXACT!") || is_cut(word, "[!INEXACT!]"))
		       ? PARTIAL
		       : TAKEN;
}

/* "RIP !INEXACT! 10:<ffffffff8100b0d0> {symbol+0x10/0x20}" */
static enum verdict take_rip(struct text_messages *messages, struct span span,
			     const struct text_prefix *prefix)
{
	struct text_records *records = &messages->records;
	struct text_open *open = text_records_find(records, STAGE_RIP, span, prefix);
	struct text_open *last = text_records_last(records);
	struct record registers = { 0 };
	struct span name;
	enum verdict verdict;

	if (!open && last && last->shape == SHAPE_MCELOG)
		open = last;
	if (!open)
		return FOREIGN;
	next_word(&span);
	verdict = skip_inexact(&span);
	if (verdict == TAKEN)
		verdict = text_take_rip(&span, open->shape == SHAPE_MCELOG, &registers);
	if (verdict != TAKEN)
		return verdict;
	verdict = parse_symbol(span, &name);
	if (verdict == FOREIGN || (verdict == PARTIAL && !messages->final))
		return verdict;
	text_records_change(records, open);
	open->record.cs = registers.cs;
	open->record.ip = registers.ip;
	open->record.fields |= RECORD_HAS_IP;
	if (open->shape == SHAPE_KERNEL)
		open->stage = STAGE_RIP;
	set_symbol(open, name);
	return TAKEN;
}

/* A symbol that the kernel, or a mailer, has put on a line of its own. */
static enum verdict take_symbol_line(struct text_messages *messages, struct span span)
{
	struct text_open *last = text_records_last(&messages->records);
	struct span name;
	enum verdict verdict = parse_symbol(span, &name);

	if (!(last->record.fields & RECORD_HAS_IP))
		return FOREIGN;
	if (verdict == FOREIGN || (verdict == PARTIAL && !messages->final))
		return verdict;
	text_records_change(&messages->records, last);
	set_symbol(last, name);
	return TAKEN;
}

/* The record that a line belongs to which begins with this keyword; NULL: none. */
static struct text_open *find_open(struct text_records *records, enum stage stage, struct span span,
				   const struct text_prefix *prefix)
{
	struct text_open *open = NULL;

	if (stage != STAGE_CPU)
		open = text_records_find(records, stage, span, prefix);
	if (!open && (stage == STAGE_CPU || text_records_last(records)->shape != SHAPE_KERNEL))
		open = text_records_current(records, prefix);
	return open;
}

/* A line of keywords: of the record whose turn it is. */
static enum verdict take_keyword_line(struct text_messages *messages, struct span span,
				      const struct text_prefix *prefix)
{
	struct span rest = span, word = next_word(&rest);
	enum stage stage = is_word(word, "TSC")		? STAGE_TSC
			   : is_word(word, "PROCESSOR") ? STAGE_PROCESSOR
							: STAGE_CPU;
	struct text_open *open = find_open(&messages->records, stage, span, prefix);
	struct record record;
	enum verdict verdict;

	if (!open)
		return FOREIGN;
	record = open->record;
	verdict = text_take_keywords(span, open->shape == SHAPE_MCELOG, &record);
	if (verdict != TAKEN)
		return verdict;
	text_records_change(&messages->records, open);
	if (open->shape == SHAPE_MCELOG)
		set_valid(&record, &open->record);
	open->record = record;
	if (is_word(word, "CPUID"))
		messages->decoded = false; /* mcelog's last line */
	messages->idle = 0;
	open->foreign = 0;
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

/* A line behind the one with EDAC's status; only those with the kernel's mark are its. */
static enum verdict take_edac_line(struct text_messages *messages, struct text_open *open,
				   struct span span, const struct text_prefix *prefix)
{
	struct record record = open->record;
	enum verdict verdict = FOREIGN;

	if (prefix->hardware_error)
		verdict = text_take_edac_line(span, &record);
	if (verdict == TAKEN && record.fields != open->record.fields) {
		text_records_change(&messages->records, open);
		open->record = record;
	}
	return verdict;
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
	if (word.text[0] == '{')
		return take_symbol_line(messages, span);
	if (open->shape == SHAPE_EDAC)
		return take_edac_line(messages, open, span, prefix);
	return take_keyword_line(messages, span, prefix);
}

static bool is_cpu(struct span word)
{
	return begins_with(word, "CPU") ? !begins_with(word, "CPUID") && !is_word(word, "CPUNAME")
					: word.length == 3 && !strncasecmp(word.text, "cpu", 3);
}

enum verdict text_take_message(struct text_messages *messages, struct span span,
			       const struct text_prefix *prefix)
{
	struct span rest = span, word = next_word(&rest);

	if (!word.length)
		return FOREIGN;
	if (!is_continuation(word))
		text_records_give_out_done(&messages->records);
	if (prefix->xen || begins_with(span, "MCE:")) {
		enum verdict verdict = text_take_incident(messages, span, prefix);

		if (verdict != FOREIGN)
			return verdict;
	}
	if (is_cpu(word))
		return take_cpu(messages, span, prefix);
	if (is_word(word, "Bank") && messages->has_cpu)
		return text_take_bank(messages, span, &messages->line, prefix);
	if (begins_with(span, "Hardware event.")) {
		text_records_give_out_all(&messages->records);
		messages->decoded = true;
		messages->decoded_any = prefix->any;
		messages->idle = 0;
		return TAKEN;
	}
	return messages->records.n_open ? take_next_line(messages, span, prefix) : FOREIGN;
}

void text_messages_foreign(struct text_messages *messages, bool any_prefix)
{
	enum { PATIENCE = 16, PATIENCE_DECODED = 48 };

	messages->idle++;
	if (messages->idle > PATIENCE)
		messages->has_cpu = false;
	if (messages->idle > PATIENCE_DECODED || any_prefix != messages->decoded_any)
		messages->decoded = false;
}
