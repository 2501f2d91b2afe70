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
	OPEN_MAX_ = 64,	      /* records whose lines may be interleaved */
	HELD_MAX = 1024,      /* of a line that goes on in the next */
	PATIENCE = 16,	      /* foreign lines within a record */
	REPETITION_LINES = 4, /* at most from the end of a record to its repetition */
	SYMBOL_MAX = 128,
};

/* Between held lines, where they are joined with a blank, and where without one. */
enum joint {
	JOINT_BLANK = '\n',
	JOINT_NONE = '\f',
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
	size_t held_width; /* of the console that cut it, maybe in the middle of a word; or 0 */
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

static struct open *begin(struct text_parser *parser, enum shape shape)
{
	struct open *open;

	if (shape != SHAPE_KERNEL)
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
	return open;
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

static void set_prefix(struct open *open, const struct text_prefix *prefix)
{
	open->hardware_error = prefix->hardware_error;
	open->edac = prefix->edac;
	if (prefix->caller.length && prefix->caller.length < sizeof(open->caller))
		memcpy(open->caller, prefix->caller.text, prefix->caller.length);
}

/* "Bank 4: b200000000070f0f", on old kernels followed by "[misc]" and " at addr". */
static enum verdict take_bank(struct text_parser *parser, struct span span,
			      const struct text_prefix *prefix)
{
	uint64_t bank, status, value;
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
	/* "f2000000000008000[at]": only the digits are the status */
	if (!text_take_number(&span, 16, UINT64_MAX, &status))
		return FOREIGN;
	give_out_caller(parser, prefix->caller);
	open = begin(parser, SHAPE_KERNEL);
	set_prefix(open, prefix);
	open->record.cpu = parser->cpu;
	open->record.mcgstatus = parser->mcgstatus;
	open->record.fields |= RECORD_HAS_MCGSTATUS;
	open->record.bank = (uint8_t)bank;
	open->record.status = status;
	skip_blanks(&span);
	if (begins_with(span, "at ")) {
		next_word(&span);
		if (text_take_number(&span, 16, UINT64_MAX, &value)) {
			open->record.addr = value;
			open->record.fields |= RECORD_HAS_ADDR;
		}
	}
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
	return begins_with(rest, "Bank") ? take_bank(parser, rest, prefix) : FOREIGN;
}

/* "CPU 0 BANK 4 TSC ...", "CPU 0 4 ...": span after the CPU's number. */
static enum verdict take_mcelog_cpu(struct text_parser *parser, struct span span, uint64_t cpu)
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
	open = begin(parser, SHAPE_MCELOG);
	open->record.cpu = (uint32_t)cpu;
	open->record.bank = (uint8_t)bank;
	text_take_keywords(rest, &open->record);
	return TAKEN;
}

/* The line of EDAC's decoder for AMD that has the status; its next ones follow. */
static enum verdict take_edac(struct text_parser *parser, struct span span)
{
	struct record record = { .source = SOURCE_TEXT, .vendor = VENDOR_AMD };
	enum verdict verdict = text_take_edac_status(span, &record);

	if (verdict == TAKEN)
		begin(parser, SHAPE_EDAC)->record = record;
	return verdict;
}

static enum verdict take_cpu(struct text_parser *parser, struct span span,
			     const struct text_prefix *prefix)
{
	struct span rest = span, word = next_word(&rest);
	uint64_t cpu;

	if (word.length > 4 && word.text[3] == ':')
		return take_edac(parser, span);
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
		return take_mcelog_cpu(parser, rest, cpu);
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
		return FOREIGN;
	word = (struct span){ colon + 1, word.length - (size_t)(colon + 1 - word.text) };
	if (word.length > 1 && word.text[0] == '<') {
		word.text++;
		word.length -= word.text[word.length - 2] == '>' ? 2 : 1;
	}
	if (!text_parse_number(word, 16, &ip) || cs > UINT8_MAX)
		return FOREIGN;
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
	struct record before;
	enum verdict verdict;

	if (is_word(word, "TSC"))
		stage = STAGE_TSC;
	else if (is_word(word, "PROCESSOR"))
		stage = STAGE_PROCESSOR;
	if (stage != STAGE_CPU)
		open = find_open(parser, stage, span, prefix);
	if (!open && parser->n_open &&
	    (stage == STAGE_CPU || parser->open[parser->last].shape != SHAPE_KERNEL))
		open = &parser->open[parser->last];
	if (!open)
		return FOREIGN;
	before = open->record;
	verdict = text_take_keywords(span, &open->record);
	if (verdict != TAKEN) {
		open->record = before;
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

/* "... correctable incident occurred on CPU 1.", then lines of its banks. */
static bool take_xen_incident(struct text_parser *parser, struct span span)
{
	static const char words[] = "incident occurred on CPU ";
	const char *at = memmem(span.text, span.length, words, sizeof(words) - 1);
	struct span rest;
	uint64_t cpu;

	if (!at)
		return false;
	at += sizeof(words) - 1;
	rest = (struct span){ at, span.length - (size_t)(at - span.text) };
	if (!text_take_number(&rest, 10, UINT32_MAX, &cpu))
		return false;
	give_out_all(parser);
	parser->cpu = (uint32_t)cpu;
	parser->mcgstatus = 0;
	parser->has_cpu = true;
	return true;
}

static enum verdict take_message(struct text_parser *parser, struct span span,
				 const struct text_prefix *prefix)
{
	struct span rest = span, word = next_word(&rest);

	if (!word.length)
		return FOREIGN;
	if (parser->n_open && !is_continuation(word) && word.text[0] != '{')
		give_out_done(parser);
	if (prefix->xen && take_xen_incident(parser, span))
		return TAKEN;
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
		if (is_word(word, "RIP:") && parser->n_open) {
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
	if (parser->n_open && parser->open[parser->last].shape == SHAPE_EDAC)
		return text_take_edac_line(span, &parser->open[parser->last].record);
	if (parser->n_open)
		return take_keyword_line(parser, span, prefix);
	return FOREIGN;
}

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
	while (length && (line[length - 1] == '\n' || line[length - 1] == '\r'))
		length--;
	for (unsigned int i = 0; i < parser->n_open;) {
		if (++parser->open[i].foreign < PATIENCE)
			i++;
		else
			give_out(parser, i);
	}
	parser->output.foreign(parser->output.context, line, length);
}

static void hold(struct text_parser *parser, const char *text, size_t length, size_t width)
{
	memcpy(parser->held, text, length);
	parser->n_held = length;
	parser->held_width = width;
}

/* The held lines as one; returns its length. out has room for HELD_MAX. */
static size_t unfold(const struct text_parser *parser, char *out)
{
	size_t n = 0;

	for (size_t i = 0; i < parser->n_held; i++) {
		if (parser->held[i] == JOINT_BLANK)
			out[n++] = ' ';
		else if (parser->held[i] != JOINT_NONE)
			out[n++] = parser->held[i];
	}
	return n;
}

/* Adds a line to the held ones; false where there is no room for it. */
static bool hold_more(struct text_parser *parser, enum joint joint, struct span line)
{
	if (parser->n_held + 1 + line.length > HELD_MAX)
		return false;
	parser->held[parser->n_held++] = (char)joint;
	memcpy(parser->held + parser->n_held, line.text, line.length);
	parser->n_held += line.length;
	return true;
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

/* The held lines as they are: nothing that continues them has come. */
static void release(struct text_parser *parser)
{
	struct text_prefix prefix;
	struct span span;
	char line[HELD_MAX], raw[HELD_MAX];
	size_t n = parser->n_held, unfolded = unfold(parser, line);

	if (!n)
		return;
	memcpy(raw, parser->held, n);
	parser->n_held = 0;
	span = text_strip_prefix(line, unfolded, &prefix);
	if (!span.length || take_message(parser, span, &prefix) != TAKEN)
		pass_on_lines(parser, raw, n);
}

/* Tries the held lines with this one behind them, with a blank between them or not. */
static enum verdict join_with(struct text_parser *parser, struct span next, enum joint joint)
{
	char line[2 * HELD_MAX];
	struct text_prefix prefix;
	enum verdict verdict;
	struct span span;
	size_t n = unfold(parser, line);

	if (next.length >= HELD_MAX - 1)
		return FOREIGN;
	if (joint == JOINT_BLANK)
		line[n++] = ' ';
	memcpy(line + n, next.text, next.length);
	span = text_strip_prefix(line, n + next.length, &prefix);
	verdict = span.length ? take_message(parser, span, &prefix) : FOREIGN;
	if (verdict == TAKEN)
		parser->n_held = 0;
	else if (verdict == PARTIAL && !hold_more(parser, joint, next))
		return FOREIGN;
	return verdict;
}

/* They were broken between words after all. */
static void take_blank_joints(struct text_parser *parser)
{
	for (size_t i = 0; i < parser->n_held; i++)
		if (parser->held[i] == JOINT_NONE)
			parser->held[i] = JOINT_BLANK;
}

/* A word that the console cut in two has no blank before its second half. */
static bool join(struct text_parser *parser, struct span next, bool blank_before)
{
	if (parser->held_width && !blank_before && join_with(parser, next, JOINT_NONE) != FOREIGN)
		return true;
	if (join_with(parser, next, JOINT_BLANK) != FOREIGN)
		return true;
	if (!memchr(parser->held, JOINT_NONE, parser->n_held))
		return false;
	take_blank_joints(parser);
	return join_with(parser, next, JOINT_BLANK) != FOREIGN;
}

/* A message of ours that ends where a terminal breaks lines without a blank. */
static bool may_be_broken(size_t length, const struct text_prefix *prefix)
{
	return prefix->hardware_error &&
	       (length == 80 || length == 100 || length == 120 || length == 132);
}

/* Nothing but the beginning of the mark that stands before the kernel's messages. */
static bool is_cut_mark(struct span span)
{
	static const char *const ends[] = { "mce:", "[Hardware", "mce: [Hardware", "kernel:" };

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		size_t n = strlen(ends[i]);

		if (is_word(span, ends[i]) ||
		    (span.length > n && span.text[span.length - n - 1] == ' ' &&
		     memcmp(span.text + span.length - n, ends[i], n) == 0))
			return true;
	}
	return false;
}

/* The line goes on with the held one, or the held one is given up. */
static bool goes_on(struct text_parser *parser, const char *line, size_t length, struct span span,
		    const struct text_prefix *prefix)
{
	if (!parser->n_held)
		return false;
	if (span.length && !(parser->held_width && prefix->any)) {
		/* a line of the console's width within a long message: more comes */
		if (length == parser->held_width &&
		    hold_more(parser, JOINT_NONE, (struct span){ line, length }))
			return true;
		if (join(parser, span, line[0] == ' '))
			return true;
	}
	release(parser);
	return false;
}

void text_parser_line(struct text_parser *parser, const char *line, size_t length)
{
	struct text_prefix prefix;
	enum verdict verdict;
	struct span span;

	while (length && (line[length - 1] == '\n' || line[length - 1] == '\r'))
		length--;
	parser->since_given++;
	span = text_strip_prefix(line, length, &prefix);
	if (goes_on(parser, line, length, span, &prefix))
		return;
	if (!span.length) {
		take_blank(parser);
		return;
	}
	if (may_be_broken(length, &prefix)) {
		hold(parser, line, length, length);
		return;
	}
	verdict = take_message(parser, span, &prefix);
	if (length < HELD_MAX && (verdict == PARTIAL || (verdict == FOREIGN && is_cut_mark(span))))
		hold(parser, line, length, 0);
	else if (verdict != TAKEN)
		pass_on(parser, line, length);
}

void text_parser_finish(struct text_parser *parser)
{
	release(parser);
	give_out_all(parser);
	parser->decoded = false;
	parser->has_cpu = false;
}
