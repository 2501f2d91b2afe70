// SPDX-License-Identifier: GPL-2.0-only
#include "sources/text.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sources/text-fields.h"
#include "sources/text-message.h"
#include "sources/text-prefix.h"
#include "sources/text-records.h"
#include "util/cleanup.h"

enum { HELD_MAX = 1024 }; /* of a line that goes on in the next */

/* Between held lines, where they are joined with a blank, and where without one. */
enum joint {
	JOINT_NONE = '\f',
	JOINT_BLANK = '\n',
};

struct text_parser {
	struct text_messages messages;
	char held[HELD_MAX]; /* the beginning of a message */
	size_t n_held;
	char line[HELD_MAX]; /* the last line, where it can be undone */
	size_t n_line;
};

int text_parser_new(const struct text_output *output, struct text_parser **ret_parser)
{
	struct text_parser *parser = calloc(1, sizeof(*parser));

	if (!parser)
		return -ENOMEM;
	parser->messages.records.output = *output;
	*ret_parser = parser;
	return 0;
}

void text_parser_free(struct text_parser *parser)
{
	free(parser);
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
	if (parser->messages.decoded)
		return;
	text_records_foreign(&parser->messages.records);
	parser->messages.records.output.foreign(parser->messages.records.output.context, line,
						length);
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

	return span.length ? text_take_message(&parser->messages, span, &prefix) : FOREIGN;
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
	parser->messages.final = true;
	if (take_lines(parser, lines, n) != TAKEN)
		pass_on_lines(parser, lines, n);
	parser->messages.final = false;
	parser->messages.records.undo.kind = UNDO_NOT;
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
	struct text_records *records = &parser->messages.records;
	const struct text_undo undo = records->undo;
	struct span rest = span;
	struct text_open after;

	if (undo.kind == UNDO_NOT || is_beginning(next_word(&rest)) || span.text[0] == '{' ||
	    undo.index >= records->n_open ||
	    (undo.kind == UNDO_BEGIN && undo.index + 1 != records->n_open))
		return false;
	text_records_take_back(records, &after);
	if (take_together(parser, parser->line, parser->n_line, JOINT_NONE, span) != FOREIGN)
		return true;
	text_records_take_again(records, &undo, &after);
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

	parser->messages.records.undo.kind = UNDO_NOT;
	verdict = text_take_message(&parser->messages, span, prefix);
	if (length >= HELD_MAX) {
		parser->messages.records.undo.kind = UNDO_NOT;
		return verdict == PARTIAL ? FOREIGN : verdict;
	}
	if (verdict == PARTIAL ||
	    (verdict == FOREIGN &&
	     (is_cut_mark(span) || (prefix->hardware_error && span.length < 4)))) {
		hold(parser, line, length);
		return PARTIAL;
	}
	if (verdict == TAKEN && parser->messages.records.undo.kind != UNDO_NOT) {
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
		parser->messages.records.since_given++;
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
		parser->messages.records.undo.kind = UNDO_NOT;
		pass_on(parser, line, length);
	}
}

void text_parser_finish(struct text_parser *parser)
{
	release(parser);
	text_records_give_out_all(&parser->messages.records);
	parser->messages.decoded = false;
	parser->messages.has_cpu = false;
	parser->messages.records.undo.kind = UNDO_NOT;
}
