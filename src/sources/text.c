// SPDX-License-Identifier: GPL-2.0-only
#include "sources/text.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sources/text-edac-pairs.h"
#include "sources/text-fields.h"
#include "sources/text-firmware.h"
#include "sources/text-message.h"
#include "sources/text-prefix.h"
#include "sources/text-records.h"
#include "util/cleanup.h"

enum {
	LINES_MAX = 1024, /* bytes of lines that may be one */
	HEADER_MAX = 256,
};

/* Between lines, where they are joined with a blank, and where without one. */
enum joint {
	JOINT_NONE = '\f',
	JOINT_BLANK = '\n',
};

/*
 * The last line, or lines that were joined, is kept: the next one may be its rest.
 * It has been taken, if it made sense by itself; otherwise it waits.
 */
struct text_parser {
	struct text_output output;
	struct text_messages messages;
	struct text_firmware firmware;
	struct text_edac_pairs edac;
	char lines[LINES_MAX];
	size_t n_lines;
	enum {
		KEPT_NOTHING,
		KEPT_TAKEN,
		KEPT_PARTIAL,
		KEPT_FOREIGN,
	} kept;
	size_t n_taken;		 /* of KEPT_PARTIAL: the lines that made sense without the rest */
	char header[HEADER_MAX]; /* the last line, if it was the first one of decoded output */
	size_t n_header;
};

static void give_record(void *context, const struct record *record, const char *symbol)
{
	struct text_parser *parser = context;

	parser->output.record(parser->output.context, record, symbol);
	text_edac_told_record(&parser->edac, record);
}

static void give_firmware(void *context, const struct firmware *firmware)
{
	struct text_parser *parser = context;

	parser->output.firmware(parser->output.context, firmware);
	text_edac_told_status(&parser->edac, firmware->bytes);
}

int text_parser_new(const struct text_output *output, struct text_parser **ret_parser)
{
	struct text_parser *parser = calloc(1, sizeof(*parser));

	if (!parser)
		return -ENOMEM;
	parser->output = *output;
	parser->messages.records.output =
		(struct text_output){ .record = give_record, .context = parser };
	parser->firmware.output =
		(struct text_output){ .firmware = give_firmware, .context = parser };
	parser->edac.output = *output;
	parser->edac.mark_given = &parser->firmware.mark_given;
	*ret_parser = parser;
	return 0;
}

void text_parser_free(struct text_parser *parser)
{
	free(parser);
}

void text_parser_mark(struct text_parser *parser, struct text_mark mark)
{
	parser->messages.records.mark = mark;
}

struct text_mark text_parser_record_mark(const struct text_parser *parser)
{
	return parser->messages.records.mark_given;
}

struct text_mark text_parser_firmware_mark(const struct text_parser *parser)
{
	return parser->firmware.mark_given;
}

static void take_blank(struct text_parser *parser)
{
	struct text_records *records = &parser->messages.records;

	if (records->n_open && text_records_last(records)->shape != SHAPE_KERNEL)
		text_records_give_out_all(records);
	parser->messages.decoded = false;
}

static void pass_on(struct text_parser *parser, const char *line, size_t length)
{
	const struct text_output *output = &parser->output;
	struct text_prefix prefix;

	text_strip_prefix(line, length, &prefix);
	text_messages_foreign(&parser->messages, prefix.any);
	if (parser->messages.decoded)
		return;
	text_records_foreign(&parser->messages.records);
	output->foreign(output->context, line, length);
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
	char line[LINES_MAX];
	struct text_prefix prefix;
	struct span span = text_strip_prefix(line, unfold(lines, length, line), &prefix);

	return span.length ? text_take_message(&parser->messages, span, &prefix) : FOREIGN;
}

static void keep(struct text_parser *parser, const char *line, size_t length, enum verdict verdict)
{
	memcpy(parser->lines, line, length);
	parser->n_lines = length;
	parser->n_taken = 0;
	parser->kept = verdict == TAKEN	    ? KEPT_TAKEN
		       : verdict == PARTIAL ? KEPT_PARTIAL
					    : KEPT_FOREIGN;
}

/* The kept lines as they are: nothing that continues them has come. */
static void release(struct text_parser *parser)
{
	size_t n = parser->n_taken;

	if (parser->kept == KEPT_PARTIAL) {
		parser->messages.final = !n;
		if (take_lines(parser, parser->lines, n ? n : parser->n_lines) == TAKEN)
			n = n ? n + 1 : parser->n_lines;
		else
			n = 0;
		parser->messages.final = false;
	}
	if (parser->kept == KEPT_FOREIGN || (parser->kept == KEPT_PARTIAL && n < parser->n_lines))
		pass_on_lines(parser, parser->lines + n, parser->n_lines - n);
	parser->kept = KEPT_NOTHING;
	parser->messages.records.undo.kind = UNDO_NOT;
}

/* What the kept lines and next say together; lines has room for it. */
static enum verdict take_together(struct text_parser *parser, enum joint joint, struct span next)
{
	parser->lines[parser->n_lines] = (char)joint;
	memcpy(parser->lines + parser->n_lines + 1, next.text, next.length);
	return take_lines(parser, parser->lines, parser->n_lines + 1 + next.length);
}

/* Whether a line that was TAKEN may have a rest; a comment would swallow all that follows. */
static bool may_have_rest(const struct text_parser *parser, const char *line, size_t length)
{
	return parser->messages.records.undo.kind != UNDO_NOT && !memchr(line, '#', length);
}

/* Next is the rest of the kept lines; another attempt may have been made since. */
static void keep_joined(struct text_parser *parser, enum joint joint, struct span next,
			enum verdict verdict)
{
	memcpy(parser->lines + parser->n_lines + 1, next.text, next.length);
	parser->lines[parser->n_lines] = (char)joint;
	if (verdict == PARTIAL && parser->kept == KEPT_TAKEN)
		parser->n_taken = parser->n_lines;
	else if (verdict == TAKEN)
		parser->n_taken = 0;
	parser->n_lines += 1 + next.length;
	parser->kept = verdict == PARTIAL				       ? KEPT_PARTIAL
		       : may_have_rest(parser, parser->lines, parser->n_lines) ? KEPT_TAKEN
									       : KEPT_NOTHING;
}

/*
 * A way in which the next line may go on: with a console's break, which is within
 * words, as it stands or behind a quotation mark; with a mailer's, for a blank.
 */
struct attempt {
	struct span next;
	enum joint joint;
};

/* The ways that the next line allows; returns their number. */
static size_t list_attempts(const struct text_parser *parser, struct span raw, struct span next,
			    const struct text_prefix *prefix, struct attempt attempts[3])
{
	size_t n = 0;

	if (!prefix->any && raw.length != next.length)
		attempts[n++] = (struct attempt){ raw, JOINT_NONE };
	if (!prefix->any)
		attempts[n++] = (struct attempt){ next, JOINT_NONE };
	/* what made sense goes on whole only with a bank's "[misc]" and "at addr" */
	if (parser->kept != KEPT_TAKEN || next.text[0] == '[' || begins_with(next, "at "))
		attempts[n++] = (struct attempt){ next, JOINT_BLANK };
	return n;
}

/* The best of the attempts is done; FOREIGN: none makes sense. */
static enum verdict try_attempts(struct text_parser *parser, const struct attempt *attempts,
				 size_t n)
{
	const struct attempt *partial = NULL;

	for (size_t i = 0; i < n; i++) {
		enum verdict verdict = FOREIGN;

		if (parser->n_lines + 1 + attempts[i].next.length <= LINES_MAX)
			verdict = take_together(parser, attempts[i].joint, attempts[i].next);
		if (verdict == TAKEN) {
			keep_joined(parser, attempts[i].joint, attempts[i].next, verdict);
			return verdict;
		}
		if (verdict == PARTIAL && !partial)
			partial = &attempts[i];
	}
	if (!partial)
		return FOREIGN;
	keep_joined(parser, partial->joint, partial->next, PARTIAL);
	return PARTIAL;
}

/* Joins a line with what is kept; false: they do not belong together. */
static bool join(struct text_parser *parser, struct span raw, struct span next,
		 const struct text_prefix *prefix)
{
	struct text_records *records = &parser->messages.records;
	bool taken = parser->kept == KEPT_TAKEN;
	struct attempt attempts[3];
	size_t n = list_attempts(parser, raw, next, prefix, attempts);
	enum verdict verdict;

	if (taken && !text_records_take_back(records))
		return false;
	records->undo.kind = UNDO_NOT;
	verdict = try_attempts(parser, attempts, n);
	if (verdict != FOREIGN)
		text_records_replaced(records);
	else if (taken)
		text_records_take_again(records);
	return verdict != FOREIGN;
}

/* A word that a line of ours begins with: such a line is no second half. */
static bool is_beginning(struct span word)
{
	static const char *const words[] = { "CPU", "Bank", "MC", "RIP", "Hardware", "{" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (begins_with(word, words[i]))
			return true;
	return text_find_keyword(word, false) || is_word(word, "PROCESSOR");
}

/* Whether a line may be the rest of what is kept: printk begins none without its prefix. */
static bool may_go_on(const struct text_parser *parser, struct span next,
		      const struct text_prefix *prefix)
{
	struct span rest = next;

	switch (parser->kept) {
	case KEPT_NOTHING:
		return false;
	case KEPT_TAKEN:
		return !prefix->any && !is_beginning(next_word(&rest));
	case KEPT_PARTIAL:
		return true;
	case KEPT_FOREIGN:
		return !prefix->any;
	}
	return false;
}

/* Nothing behind what stands before a message: the message may be in the next line. */
static void take_empty(struct text_parser *parser, const char *line, size_t length,
		       const struct text_prefix *prefix)
{
	if (!prefix->any)
		take_blank(parser);
	if (!length)
		return;
	if (length < LINES_MAX)
		keep(parser, line, length, FOREIGN);
	else
		pass_on(parser, line, length);
}

/* A line that is not the rest of another one. */
static void take_line(struct text_parser *parser, const char *line, size_t length, struct span span,
		      const struct text_prefix *prefix)
{
	enum verdict verdict;

	parser->messages.records.undo.kind = UNDO_NOT;
	verdict = text_take_message(&parser->messages, span, prefix);
	if (verdict == TAKEN && !may_have_rest(parser, line, length))
		return;
	if (length < LINES_MAX)
		keep(parser, line, length, verdict);
	else if (verdict != TAKEN)
		pass_on(parser, line, length);
}

/*
 * Whether a line is one of those in which the kernel prints what firmware reported, or one of
 * EDAC's core.
 */
static bool take_reported(struct text_parser *parser, struct span span,
			  const struct text_prefix *prefix)
{
	struct text_mark mark = parser->messages.records.mark;

	if (!parser->output.firmware)
		return false;
	text_edac_next_line(&parser->edac);
	return text_firmware_line(&parser->firmware, span, prefix, mark) ||
	       text_edac_take(&parser->edac, span, mark);
}

static void keep_header(struct text_parser *parser, const char *line, size_t length)
{
	parser->n_header = length < HEADER_MAX ? length : 0;
	memcpy(parser->header, line, parser->n_header);
}

/*
 * Decoded output of what firmware reported has no registers that a record could be made
 * of again: it is all foreign, with the line before this one, which seemed to begin a record.
 */
static void take_decoded_firmware(struct text_parser *parser)
{
	parser->messages.decoded = false;
	if (parser->n_header)
		pass_on(parser, parser->header, parser->n_header);
}

void text_parser_line(struct text_parser *parser, const char *line, size_t length)
{
	struct text_prefix prefix;
	struct span span;

	while (length && (line[length - 1] == '\n' || line[length - 1] == '\r'))
		length--;
	span = text_strip_prefix(line, length, &prefix);
	if (!prefix.hardware_error && !begins_with(span, "EDAC"))
		parser->messages.records.since_given++;
	if (take_reported(parser, span, &prefix)) {
		release(parser);
		return;
	}
	if (span.length && may_go_on(parser, span, &prefix) &&
	    join(parser, (struct span){ line, length }, span, &prefix))
		return;
	release(parser);
	if (parser->messages.decoded && begins_with(span, "CPU unknown BANK "))
		take_decoded_firmware(parser);
	parser->n_header = 0;
	if (begins_with(span, "Hardware event."))
		keep_header(parser, line, length);
	if (span.length)
		take_line(parser, line, length, span, &prefix);
	else
		take_empty(parser, line, length, &prefix);
}

void text_parser_finish(struct text_parser *parser)
{
	release(parser);
	text_blocks_give_out(&parser->firmware);
	text_records_give_out_all(&parser->messages.records);
	text_edac_finish(&parser->edac);
	parser->messages.decoded = false;
	parser->messages.has_cpu = false;
}
