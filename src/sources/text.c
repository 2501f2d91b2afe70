// SPDX-License-Identifier: GPL-2.0-only
#include "sources/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sources/text-edac.h"
#include "sources/text-fields.h"
#include "sources/text-prefix.h"
#include "util/cleanup.h"

enum {
	OPEN_MAX_ = 512,       /* records whose lines may be interleaved */
	HELD_MAX = 1024,       /* of a line that goes on in the next */
	PATIENCE = 16,	       /* foreign lines within a record */
	PATIENCE_CALLER = 256, /* where the caller tells whose the next line is */
	REPETITION_LINES = 4,  /* at most from the end of a record to its repetition */
	SYMBOL_MAX = 128,
};

/* Between held lines, where they are joined with a blank, and where without one. */
enum joint {
	JOINT_NONE = '\f',
	JOINT_BLANK = '\n',
};

/* How the last line can be taken back, when the next one proves to be its second half. */
enum undo {
	UNDO_NOT,
	UNDO_BEGIN,  /* it began the newest record */
	UNDO_CHANGE, /* it changed a record */
};

/* How far a record's lines have come, in the order of the kernel's print_mce(). */
enum stage {
	STAGE_CPU,
	STAGE_RIP,
	STAGE_TSC,
	STAGE_PROCESSOR,
};

enum shape {
	SHAPE_KERNEL,
	SHAPE_MCELOG, /* mcelog's own output, its raw output, mce-inject's input */
	SHAPE_EDAC,   /* EDAC's decoder for AMD */
};

struct open {
	struct record record;
	enum shape shape;
	enum stage stage;
	bool interleaved;    /* another CPU's line came before its TSC line */
	bool hardware_error; /* the kernel's own mark stood before its first line */
	bool edac;	     /* a memory driver wrote it */
	bool close;	     /* begun right behind the record in text_parser.given */
	unsigned int foreign;
	char caller[16];
	char symbol[SYMBOL_MAX];
};

/* What tells a record from another one. */
struct registers {
	uint32_t cpu;
	uint8_t bank;
	uint64_t status, tsc, addr;
};

struct text_parser {
	struct text_output output;
	struct open open[OPEN_MAX_]; /* oldest first */
	unsigned int n_open;
	unsigned int last;	/* index of the record that the last line went to */
	struct registers given; /* of the last whole record that the kernel itself printed */
	bool has_given;
	unsigned int since_given; /* lines */
	bool decoded; /* within mcelog's decoded output: its words belong to the record */
	uint32_t cpu; /* of the last CPU line, for kernels that put banks on their own lines */
	uint64_t mcgstatus;
	bool has_cpu;
	char held[HELD_MAX];
	size_t n_held;
	enum undo undo;
	unsigned int undo_index;
	struct open before;  /* the record without the last line, with UNDO_CHANGE */
	char line[HELD_MAX]; /* the last line, unless UNDO_NOT */
	size_t n_line;
	bool final; /* no more lines can come: half a number is all there is */
};

int text_parser_new(const struct text_output *output, struct text_parser **ret_parser)
{
	struct text_parser *parser = calloc(1, sizeof(*parser));

	if (!parser)
		return -ENOMEM;
	parser->output = *output;
	*ret_parser = parser;
	return 0;
}

void text_parser_free(struct text_parser *parser)
{
	free(parser);
}

/*
 * Kernels before 4.12 print a fatal record and then call EDAC, which prints the
 * same registers again: decoded on AMD, else as lines like the kernel's but with
 * the driver's name, or nothing at all, in place of "[Hardware Error]:".
 */
static bool is_repetition(const struct open *open, const struct registers *b)
{
	const struct record *a = &open->record;

	if (!open->close || a->cpu != b->cpu || a->bank != b->bank || a->status != b->status)
		return false;
	if (open->shape == SHAPE_EDAC)
		return (!a->tsc || a->tsc == b->tsc) && (!a->addr || a->addr == b->addr);
	if (open->shape != SHAPE_KERNEL || open->hardware_error)
		return false;
	return a->tsc == b->tsc && a->addr == b->addr && (a->tsc || open->edac);
}

static struct registers registers_of(const struct record *record)
{
	return (struct registers){ record->cpu, record->bank, record->status, record->tsc,
				   record->addr };
}

static void give_out(struct text_parser *parser, unsigned int index)
{
	struct open *open = &parser->open[index];

	if (!is_repetition(open, &parser->given)) {
		parser->output.record(parser->output.context, &open->record, open->symbol);
		if (open->stage == STAGE_PROCESSOR && open->hardware_error) {
			parser->given = registers_of(&open->record);
			parser->has_given = true;
			parser->since_given = 0;
		}
	} else {
		parser->has_given = false; /* it is printed again once */
	}
	parser->n_open--;
	memmove(open, open + 1, (parser->n_open - index) * sizeof(*open));
	if (parser->last > index)
		parser->last--;
}

/* A CPU that begins a record has ended its last one. */
static void give_out_caller(struct text_parser *parser, struct span caller)
{
	for (unsigned int i = 0; caller.length && i < parser->n_open; i++) {
		const char *name = parser->open[i].caller;

		if (strlen(name) == caller.length && memcmp(name, caller.text, caller.length) == 0)
			give_out(parser, i--);
	}
}

static void give_out_all(struct text_parser *parser)
{
	while (parser->n_open)
		give_out(parser, 0);
}

/* What is complete, and what is older and shows no sign that more comes. */
static void give_out_done(struct text_parser *parser)
{
	unsigned int n = parser->n_open; /* up to the newest that is complete */

	while (n && parser->open[n - 1].stage != STAGE_PROCESSOR)
		n--;
	for (unsigned int i = 0; i < n;) {
		const struct open *open = &parser->open[i];

		if ((open->interleaved || open->caller[0]) && open->stage != STAGE_PROCESSOR) {
			i++;
			continue;
		}
		give_out(parser, i);
		n--;
	}
}

static void set_prefix(struct open *open, const struct text_prefix *prefix)
{
	open->hardware_error = prefix->hardware_error;
	open->edac = prefix->edac;
	if (prefix->caller.length && prefix->caller.length < sizeof(open->caller))
		memcpy(open->caller, prefix->caller.text, prefix->caller.length);
}

static struct open *begin(struct text_parser *parser, enum shape shape,
			  const struct text_prefix *prefix)
{
	struct open *open;

	if (prefix->caller.length)
		give_out_caller(parser, prefix->caller);
	else if (shape != SHAPE_KERNEL)
		give_out_all(parser);
	else if (parser->n_open && parser->open[parser->n_open - 1].shape != SHAPE_KERNEL)
		give_out_all(parser);
	if (parser->n_open == OPEN_MAX_)
		give_out(parser, 0);
	if (parser->n_open && parser->open[parser->n_open - 1].stage < STAGE_TSC)
		parser->open[parser->n_open - 1].interleaved = true;
	parser->last = parser->n_open++;
	open = &parser->open[parser->last];
	memset(open, 0, sizeof(*open));
	open->shape = shape;
	open->close = parser->has_given && parser->since_given < REPETITION_LINES;
	open->record.source = SOURCE_TEXT;
	open->record.vendor = VENDOR_UNKNOWN;
	set_prefix(open, prefix);
	parser->undo = UNDO_BEGIN;
	parser->undo_index = parser->last;
	return open;
}

/* The line of these words goes to a record: it can be taken back. */
static void change(struct text_parser *parser, struct open *open)
{
	parser->undo = UNDO_CHANGE;
	parser->undo_index = (unsigned int)(open - parser->open);
	parser->before = *open;
}

/* The record that a line without a place in the order belongs to: the caller's, or the last. */
static struct open *current(struct text_parser *parser, const struct text_prefix *prefix)
{
	for (unsigned int i = 0; prefix->caller.length && i < parser->n_open; i++) {
		struct open *open = &parser->open[i];

		if (strlen(open->caller) == prefix->caller.length &&
		    memcmp(open->caller, prefix->caller.text, prefix->caller.length) == 0)
			return open;
	}
	return parser->n_open ? &parser->open[parser->last] : NULL;
}

/* ---- which record a line belongs to ---- */

/* ADDR and MISC are printed only where the status says that they are valid. */
static bool is_plausible(const struct record *record, struct span line)
{
	bool addr = memmem(line.text, line.length, " ADDR ", 6);
	bool misc = memmem(line.text, line.length, " MISC ", 6);

	return (!addr || record->status >> 58 & 1) && (!misc || record->status >> 59 & 1);
}

/*
 * The record that the line of this stage goes on with. printk's caller says it
 * where it is there. Otherwise CPUs whose lines are interleaved take turns, and
 * with none interleaved it is the newest.
 */
static struct open *find_waiting(struct text_parser *parser, enum stage stage,
				 const struct span *line, const struct text_prefix *prefix)
{
	struct open *found = NULL;

	for (unsigned int i = 0; i < parser->n_open; i++) {
		struct open *open = &parser->open[i];

		if (open->shape != SHAPE_KERNEL || open->stage >= stage ||
		    (stage == STAGE_PROCESSOR && open->stage < STAGE_TSC && i + 1 < parser->n_open))
			continue;
		if (prefix->caller.length &&
		    (strlen(open->caller) != prefix->caller.length ||
		     memcmp(open->caller, prefix->caller.text, prefix->caller.length) != 0))
			continue;
		if (line && !is_plausible(&open->record, *line))
			continue;
		if (found && found->interleaved)
			break;
		found = open;
	}
	return found;
}

static struct open *find_open(struct text_parser *parser, enum stage stage, struct span line,
			      const struct text_prefix *prefix)
{
	struct open *open = NULL;

	if (stage == STAGE_TSC && parser->n_open > 1)
		open = find_waiting(parser, stage, &line, prefix);
	return open ? open : find_waiting(parser, stage, NULL, prefix);
}

/* ---- lines ---- */

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
static enum verdict take_bank(struct text_parser *parser, struct span span,
			      const struct text_prefix *prefix)
{
	struct record registers = { 0 };
	uint64_t bank, status;
	struct span digits;
	struct open *open;

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
	if (digits.length < STATUS_DIGITS && digits.length == span.length && !parser->final)
		return PARTIAL;
	if (!text_parse_number(digits, 16, &status))
		return FOREIGN;
	span = (struct span){ span.text + digits.length, span.length - digits.length };
	if (!take_misc_and_address(span, &registers))
		return FOREIGN;
	open = begin(parser, SHAPE_KERNEL, prefix);
	open->record.addr = registers.addr;
	open->record.misc = registers.misc;
	open->record.fields = registers.fields;
	open->record.cpu = parser->cpu;
	open->record.mcgstatus = parser->mcgstatus;
	open->record.fields |= RECORD_HAS_MCGSTATUS;
	open->record.bank = (uint8_t)bank;
	open->record.status = status;
	return TAKEN;
}

/*
 * "CPU 0: Machine Check Exception: 5 Bank 4: b200000000070f0f", or without
 * "Exception" for a bank that was polled; span is behind "CPU 0:".
 */
static enum verdict take_machine_check(struct text_parser *parser, struct span span, uint64_t cpu,
				       const struct text_prefix *prefix)
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
	if (!text_take_number(&rest, 16, UINT64_MAX, &parser->mcgstatus))
		return FOREIGN;
	parser->cpu = (uint32_t)cpu;
	parser->has_cpu = true;
	skip_blanks(&rest);
	if (!rest.length)
		return PARTIAL;
	if (begins_with(rest, "Bank"))
		return take_bank(parser, rest, prefix);
	return rest.length < 4 && memcmp(rest.text, "Bank", rest.length) == 0 ? PARTIAL : FOREIGN;
}

/* "CPU 0 BANK 4 TSC ...", "CPU 0 4 ...": span after the CPU's number. */
static enum verdict take_mcelog_cpu(struct text_parser *parser, struct span span, uint64_t cpu,
				    const struct text_prefix *prefix)
{
	struct span rest = span, word = next_word(&rest);
	struct record record = { 0 };
	uint64_t bank;
	struct open *open;

	if (!is_word(word, "BANK"))
		rest = span;
	if (!text_take_number(&rest, 10, UINT8_MAX, &bank))
		return FOREIGN;
	/* words such as "4 northbridge" stand between the bank and the first keyword */
	if (text_take_keywords(rest, &record) != TAKEN && !is_word(word, "BANK"))
		for (word = rest; rest.length; rest = word) {
			word = rest;
			if (text_find_keyword(next_word(&word)))
				break;
		}
	open = begin(parser, SHAPE_MCELOG, prefix);
	open->record.cpu = (uint32_t)cpu;
	open->record.bank = (uint8_t)bank;
	text_take_keywords(rest, &open->record);
	return TAKEN;
}

/* The line of EDAC's decoder for AMD that has the status; its next ones follow. */
static enum verdict take_edac(struct text_parser *parser, struct span span,
			      const struct text_prefix *prefix)
{
	struct record record = { .source = SOURCE_TEXT, .vendor = VENDOR_AMD };
	enum verdict verdict = text_take_edac_status(span, &record);

	if (verdict == TAKEN)
		begin(parser, SHAPE_EDAC, prefix)->record = record;
	return verdict;
}

/* "CPU:0 (17:1:2) MC4_STATUS..."; "CPU0: Machine Check", as Xen and Linux 2.5 have it. */
static enum verdict take_glued_cpu(struct text_parser *parser, struct span span,
				   const struct text_prefix *prefix)
{
	struct span rest = span, word = next_word(&rest);
	uint64_t cpu;

	if (word.text[3] == ':')
		return take_edac(parser, span, prefix);
	if (word.text[word.length - 1] != ':' ||
	    !text_parse_number((struct span){ word.text + 3, word.length - 3 }, 10, &cpu) ||
	    cpu > UINT32_MAX)
		return FOREIGN;
	skip_blanks(&rest);
	return rest.length ? take_machine_check(parser, rest, cpu, prefix) : PARTIAL;
}

static enum verdict take_cpu(struct text_parser *parser, struct span span,
			     const struct text_prefix *prefix)
{
	struct span rest = span, word = next_word(&rest);
	uint64_t cpu;

	if (word.length > 4)
		return take_glued_cpu(parser, span, prefix);
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
		return take_mcelog_cpu(parser, rest, cpu, prefix);
	skip_blanks(&rest);
	return take_machine_check(parser, rest, cpu, prefix);
}

static void set_symbol(struct open *open, struct span name)
{
	size_t n;

	skip_blanks(&name);
	n = name.length < sizeof(open->symbol) ? name.length : sizeof(open->symbol) - 1;
	memcpy(open->symbol, name.text, n);
	open->symbol[n] = '\0';
}

static void take_symbol(struct open *open, struct span span)
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

/* "RIP !INEXACT! 10:<ffffffff8100b0d0> {symbol+0x10/0x20}", own output without "<>". */
static enum verdict take_rip(struct text_parser *parser, struct span span,
			     const struct text_prefix *prefix)
{
	struct open *open = find_open(parser, STAGE_RIP, span, prefix);
	struct span word;
	const char *colon;
	uint64_t cs, ip;

	if (!open && parser->n_open && parser->open[parser->last].shape == SHAPE_MCELOG)
		open = &parser->open[parser->last];
	if (!open)
		return FOREIGN;
	next_word(&span);
	word = next_word(&span);
	if (is_word(word, "!INEXACT!") || is_word(word, "[!INEXACT!]"))
		word = next_word(&span);
	if (!word.length)
		return PARTIAL;
	colon = memchr(word.text, ':', word.length);
	if (!colon ||
	    !text_parse_number((struct span){ word.text, (size_t)(colon - word.text) }, 16, &cs))
		return span.length ? FOREIGN : PARTIAL;
	word = (struct span){ colon + 1, word.length - (size_t)(colon + 1 - word.text) };
	if (word.length > 1 && word.text[0] == '<') {
		word.text++;
		word.length -= word.text[word.length - 2] == '>' ? 2 : 1;
	}
	if (!text_parse_number(word, 16, &ip) || cs > UINT8_MAX)
		return span.length ? FOREIGN : PARTIAL;
	change(parser, open);
	open->record.cs = (uint8_t)cs;
	open->record.ip = ip;
	open->record.fields |= RECORD_HAS_IP;
	if (open->shape == SHAPE_KERNEL)
		open->stage = STAGE_RIP;
	parser->last = (unsigned int)(open - parser->open);
	take_symbol(open, span);
	return TAKEN;
}

/* A line of keywords: of the record whose turn it is. */
static enum verdict take_keyword_line(struct text_parser *parser, struct span span,
				      const struct text_prefix *prefix)
{
	struct span rest = span, word = next_word(&rest);
	enum stage stage = STAGE_CPU;
	struct open *open = NULL;
	enum verdict verdict;

	if (is_word(word, "TSC"))
		stage = STAGE_TSC;
	else if (is_word(word, "PROCESSOR"))
		stage = STAGE_PROCESSOR;
	if (stage != STAGE_CPU)
		open = find_open(parser, stage, span, prefix);
	if (!open && parser->n_open &&
	    (stage == STAGE_CPU || parser->open[parser->last].shape != SHAPE_KERNEL))
		open = current(parser, prefix);
	if (!open)
		return FOREIGN;
	change(parser, open);
	verdict = text_take_keywords(span, &open->record);
	if (verdict != TAKEN) {
		*open = parser->before;
		parser->undo = UNDO_NOT;
		return verdict;
	}
	if (is_word(word, "CPUID"))
		parser->decoded = false; /* mcelog's last line */
	open->foreign = 0;
	parser->last = (unsigned int)(open - parser->open);
	if (open->shape == SHAPE_KERNEL && stage > open->stage)
		open->stage = stage;
	return TAKEN;
}

static bool is_continuation(struct span word)
{
	static const char *const words[] = { "TIME", "SOCKET", "APIC", "microcode" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (is_word(word, words[i]))
			return true;
	return false;
}

/*
 * "... correctable incident occurred on CPU 1.", "CMCI occurred on CPU 2.", of
 * Xen and of Linux 2.6 on i386: then come lines of its banks.
 */
static enum verdict take_incident(struct text_parser *parser, struct span span)
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
	give_out_all(parser);
	parser->cpu = (uint32_t)cpu;
	parser->mcgstatus = 0;
	parser->has_cpu = true;
	return TAKEN;
}

/* A line behind the one with EDAC's status; only those with the kernel's mark are its. */
static enum verdict take_edac_line(struct text_parser *parser, struct span span,
				   const struct text_prefix *prefix)
{
	struct open *open = current(parser, prefix);

	if (!open || open->shape != SHAPE_EDAC || !prefix->hardware_error)
		return FOREIGN;
	return text_take_edac_line(span, &open->record);
}

static enum verdict take_message(struct text_parser *parser, struct span span,
				 const struct text_prefix *prefix)
{
	struct span rest = span, word = next_word(&rest);

	if (!word.length)
		return FOREIGN;
	if (parser->n_open && !is_continuation(word) && word.text[0] != '{')
		give_out_done(parser);
	if (prefix->xen || begins_with(span, "MCE: ")) {
		enum verdict verdict = take_incident(parser, span);

		if (verdict != FOREIGN)
			return verdict;
	}
	switch (word.text[0]) {
	case 'C':
		if (parser->n_open && is_word(word, "CPUNAME"))
			return TAKEN;
		if (begins_with(word, "CPU") && !is_word(word, "CPUID"))
			return take_cpu(parser, span, prefix);
		break;
	case 'B':
		if (is_word(word, "Bank") && parser->has_cpu)
			return take_bank(parser, span, prefix);
		break;
	case 'R':
		if (is_word(word, "RIP"))
			return take_rip(parser, span, prefix);
		if (is_word(word, "RIP:") && parser->n_open &&
		    parser->open[parser->last].shape == SHAPE_MCELOG) {
			set_symbol(&parser->open[parser->last], rest);
			return TAKEN;
		}
		break;
	case '{':
		if (!parser->n_open || !(parser->open[parser->last].record.fields & RECORD_HAS_IP))
			return FOREIGN;
		take_symbol(&parser->open[parser->last], span);
		return TAKEN;
	case 'H':
		if (begins_with(span, "Hardware event.")) {
			give_out_all(parser);
			parser->decoded = true;
			return TAKEN;
		}
		break;
	}
	if (parser->n_open && current(parser, prefix)->shape == SHAPE_EDAC)
		return take_edac_line(parser, span, prefix);
	if (parser->n_open)
		return take_keyword_line(parser, span, prefix);
	return FOREIGN;
}

/* ---- messages that came in several lines ---- */

static void take_blank(struct text_parser *parser)
{
	if (parser->n_open && parser->open[parser->last].shape != SHAPE_KERNEL)
		give_out_all(parser);
	parser->decoded = false;
}

static void pass_on(struct text_parser *parser, const char *line, size_t length)
{
	if (parser->decoded)
		return;
	for (unsigned int i = 0; i < parser->n_open;) {
		struct open *open = &parser->open[i];

		if (++open->foreign < (open->caller[0] ? PATIENCE_CALLER : PATIENCE))
			i++;
		else
			give_out(parser, i);
	}
	parser->output.foreign(parser->output.context, line, length);
}

static void pass_on_lines(struct text_parser *parser, const char *lines, size_t length)
{
	size_t start = 0;

	for (size_t i = 0; i <= length; i++) {
		if (i < length && lines[i] != JOINT_BLANK && lines[i] != JOINT_NONE)
			continue;
		pass_on(parser, lines + start, i - start);
		start = i + 1;
	}
}

/* Lines with joints as one line; returns its length. out has room for all of them. */
static size_t unfold(const char *lines, size_t length, char *out)
{
	size_t n = 0;

	for (size_t i = 0; i < length; i++) {
		if (lines[i] == JOINT_BLANK)
			out[n++] = ' ';
		else if (lines[i] != JOINT_NONE)
			out[n++] = lines[i];
	}
	return n;
}

/* Lines as one message: what it is. */
static enum verdict take_lines(struct text_parser *parser, const char *lines, size_t length)
{
	char line[2 * HELD_MAX];
	struct text_prefix prefix;
	struct span span = text_strip_prefix(line, unfold(lines, length, line), &prefix);

	return span.length ? take_message(parser, span, &prefix) : FOREIGN;
}

/* The held lines as they are: nothing that continues them has come. */
static void release(struct text_parser *parser)
{
	char lines[HELD_MAX];
	size_t n = parser->n_held;

	if (!n)
		return;
	memcpy(lines, parser->held, n);
	parser->n_held = 0;
	parser->final = true;
	if (take_lines(parser, lines, n) != TAKEN)
		pass_on_lines(parser, lines, n);
	parser->final = false;
	parser->undo = UNDO_NOT;
}

/* What first and next say together; where that is all, it is kept as the last line. */
static enum verdict take_together(struct text_parser *parser, const char *first, size_t n_first,
				  enum joint joint, struct span next)
{
	char lines[2 * HELD_MAX];
	enum verdict verdict;

	if (n_first + 1 + next.length > HELD_MAX)
		return FOREIGN;
	memcpy(lines, first, n_first);
	lines[n_first] = (char)joint;
	memcpy(lines + n_first + 1, next.text, next.length);
	verdict = take_lines(parser, lines, n_first + 1 + next.length);
	if (verdict == FOREIGN)
		return verdict;
	parser->n_held = 0;
	parser->n_line = n_first + 1 + next.length;
	memcpy(parser->line, lines, parser->n_line);
	if (verdict == PARTIAL) {
		parser->n_held = parser->n_line;
		memcpy(parser->held, lines, parser->n_line);
	}
	return verdict;
}

/* Consoles break lines within words, mailers between them. */
static bool join(struct text_parser *parser, struct span next)
{
	char held[HELD_MAX];
	size_t n = parser->n_held;

	memcpy(held, parser->held, n);
	return take_together(parser, held, n, JOINT_NONE, next) != FOREIGN ||
	       take_together(parser, held, n, JOINT_BLANK, next) != FOREIGN;
}

/* Undoes the last line; the state that it made goes to *ret_after. */
static void take_back(struct text_parser *parser, struct open *ret_after)
{
	struct open *open = &parser->open[parser->undo_index];

	*ret_after = *open;
	if (parser->undo == UNDO_CHANGE)
		*open = parser->before;
	else
		parser->n_open--;
}

/* The opposite. */
static void take_again(struct text_parser *parser, enum undo undo, unsigned int index,
		       const struct open *after)
{
	if (undo == UNDO_BEGIN)
		parser->n_open = index + 1;
	parser->open[index] = *after;
	parser->last = index;
}

/* A word that a line of ours begins with: such a line is no second half. */
static bool is_beginning(struct span word)
{
	static const char *const words[] = { "CPU", "Bank", "MC", "RIP", "Hardware", "CPUNAME" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (begins_with(word, words[i]))
			return true;
	return text_find_keyword(word) || is_word(word, "PROCESSOR");
}

/*
 * A line without anything before it may be the second half of the last one, which
 * made sense without it: "ADDR 12" "34 MISC 86".
 */
static bool goes_on_with_last(struct text_parser *parser, struct span span)
{
	enum undo undo = parser->undo;
	unsigned int index = parser->undo_index;
	struct span rest = span;
	struct open after, before = parser->before;

	if (undo == UNDO_NOT || is_beginning(next_word(&rest)) || span.text[0] == '{' ||
	    index >= parser->n_open || (undo == UNDO_BEGIN && index + 1 != parser->n_open))
		return false;
	take_back(parser, &after);
	if (take_together(parser, parser->line, parser->n_line, JOINT_NONE, span) != FOREIGN)
		return true;
	take_again(parser, undo, index, &after);
	parser->undo = undo;
	parser->undo_index = index;
	parser->before = before;
	return false;
}

/* Nothing but the beginning of what stands before the kernel's messages. */
static bool is_cut_mark(struct span span)
{
	static const char mark[] = "[Hardware Error]:";
	const char *at = memrchr(span.text, '[', span.length);
	size_t n = at ? span.length - (size_t)(at - span.text) : 0;

	if (n > 1 && n < sizeof(mark) && memcmp(at, mark, n) == 0)
		return true;
	for (; n == 0 && span.length && span.text[span.length - 1] == ':';) {
		static const char *const ends[] = { "mce:", "kernel:" };

		for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
			size_t end = strlen(ends[i]);

			if (is_word(span, ends[i]) ||
			    (span.length > end && span.text[span.length - end - 1] == ' ' &&
			     memcmp(span.text + span.length - end, ends[i], end) == 0))
				return true;
		}
		break;
	}
	return is_word(span, "EDAC");
}

static void hold(struct text_parser *parser, const char *line, size_t length)
{
	memcpy(parser->held, line, length);
	parser->n_held = length;
}

/* One message of one line. Returns whether it was a line of ours. */
static enum verdict take_line(struct text_parser *parser, const char *line, size_t length,
			      struct span span, const struct text_prefix *prefix)
{
	enum verdict verdict;

	parser->undo = UNDO_NOT;
	verdict = take_message(parser, span, prefix);
	if (length >= HELD_MAX) {
		parser->undo = UNDO_NOT;
		return verdict == PARTIAL ? FOREIGN : verdict;
	}
	if (verdict == PARTIAL ||
	    (verdict == FOREIGN &&
	     (is_cut_mark(span) || (prefix->hardware_error && span.length < 4)))) {
		hold(parser, line, length);
		return PARTIAL;
	}
	if (verdict == TAKEN && parser->undo != UNDO_NOT) {
		memcpy(parser->line, line, length);
		parser->n_line = length;
	}
	return verdict;
}

/* Nothing behind what stands before a message: the message may be in the next line. */
static void take_mark(struct text_parser *parser, const char *line, size_t length,
		      const struct text_prefix *prefix)
{
	if (prefix->hardware_error && length < HELD_MAX) {
		hold(parser, line, length);
		return;
	}
	take_blank(parser);
	if (length && prefix->any)
		pass_on(parser, line, length);
}

void text_parser_line(struct text_parser *parser, const char *line, size_t length)
{
	struct text_prefix prefix;
	struct span span;

	while (length && (line[length - 1] == '\n' || line[length - 1] == '\r'))
		length--;
	span = text_strip_prefix(line, length, &prefix);
	if (!prefix.hardware_error && !begins_with(span, "EDAC"))
		parser->since_given++;
	if (parser->n_held) {
		if (span.length && join(parser, span))
			return;
		release(parser);
	} else if (span.length && !prefix.any && goes_on_with_last(parser, span)) {
		return;
	}
	if (!span.length) {
		take_mark(parser, line, length, &prefix);
		return;
	}
	if (take_line(parser, line, length, span, &prefix) == FOREIGN) {
		parser->undo = UNDO_NOT;
		pass_on(parser, line, length);
	}
}

void text_parser_finish(struct text_parser *parser)
{
	release(parser);
	give_out_all(parser);
	parser->decoded = false;
	parser->has_cpu = false;
	parser->undo = UNDO_NOT;
}
