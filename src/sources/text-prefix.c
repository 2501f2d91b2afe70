// SPDX-License-Identifier: GPL-2.0-only
#include "sources/text-prefix.h"

#include <ctype.h>
#include <string.h>

static const char hardware_error[] = "[Hardware Error]:";

static void skip(struct span *span, size_t n)
{
	span->text += n;
	span->length -= n;
}

static void skip_blanks(struct span *span)
{
	while (span->length && (*span->text == ' ' || *span->text == '\t'))
		skip(span, 1);
}

static bool take_word(struct span *span, const char *word)
{
	size_t n = strlen(word);

	if (span->length < n || memcmp(span->text, word, n) != 0)
		return false;
	skip(span, n);
	return true;
}

/* "<6>", "<13>", and "{17}" before GHES lines; numbers are the kernel's unsigned int. */
static bool take_number_in(struct span *span, char open, char close, uint32_t *ret_number)
{
	uint32_t number = 0;
	size_t i = 1;

	if (!span->length || span->text[0] != open)
		return false;
	for (; i < span->length && isdigit((unsigned char)span->text[i]); i++)
		number = number * 10 + (uint32_t)(span->text[i] - '0');
	if (i == 1 || i >= span->length || span->text[i] != close)
		return false;
	skip(span, i + 1);
	*ret_number = number;
	return true;
}

static bool is_caller(const char *text, size_t length)
{
	if (length < 2 || (text[0] != 'T' && text[0] != 'C'))
		return false;
	for (size_t i = 1; i < length; i++)
		if (!isdigit((unsigned char)text[i]))
			return false;
	return true;
}

/* A date's words may be of any language, in UTF-8. */
static bool may_be_in_bracket(char c)
{
	return (unsigned char)c >= 0x80 || (c >= '0' && c <= '9') || c == '.' || c == ' ' ||
	       c == ':' || c == '+' || c == '-' || c == ',' ||
	       ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* printk's own time, "[   12.345678]", which nearly every line has. */
static bool take_printk_time(struct span *span)
{
	const char *at = span->text + 1, *end = span->text + span->length;

	while (at < end && *at == ' ')
		at++;
	while (at < end && *at >= '0' && *at <= '9')
		at++;
	if (at >= end || *at++ != '.')
		return false;
	while (at < end && *at >= '0' && *at <= '9')
		at++;
	if (at >= end || *at != ']')
		return false;
	skip(span, (size_t)(at + 1 - span->text));
	return true;
}

/* "[   12.345678]", "[   T12]", "[Fri Nov 20 21:59:24 2026]": blanks, digits, letters. */
static bool take_bracket(struct span *span, struct text_prefix *prefix)
{
	size_t start = 1, end;

	if (span->length < 2 || span->text[0] != '[')
		return false;
	if (take_printk_time(span))
		return true;
	while (start < span->length && span->text[start] == ' ')
		start++;
	for (end = start; end < span->length && span->text[end] != ']'; end++)
		if (!may_be_in_bracket(span->text[end]))
			return false;
	if (end >= span->length || end == start)
		return false;
	if (is_caller(span->text + start, end - start))
		prefix->caller = (struct span){ span->text + start, end - start };
	else if (!memchr(span->text + start, '.', end - start) &&
		 !memchr(span->text + start, ':', end - start))
		return false;
	skip(span, end + 1);
	return true;
}

/* A header's end: "... host kernel: " or "... host mcelog[123]: ". */
static bool take_header(struct span *span)
{
	static const char *const tags[] = { "kernel: ", "mcelog: ", "mcelog[", "kernel:[" };

	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		const char *at = memmem(span->text, span->length, tags[i], strlen(tags[i]));
		size_t end;

		if (!at || (at > span->text && at[-1] != ' '))
			continue;
		end = (size_t)(at - span->text) + strlen(tags[i]);
		if (tags[i][6] == '[') {
			const char *close =
				memmem(at, span->length - (size_t)(at - span->text), "]: ", 3);

			if (!close)
				continue;
			end = (size_t)(close - span->text) + 3;
		}
		if (tags[i][7] == '[')
			end--; /* as syslogd writes to terminals; printk's time comes next */
		skip(span, end);
		return true;
	}
	return false;
}

/* A header that names no kernel: the mark of the messages themselves ends it, or its "{N}". */
static bool take_foreign_header(struct span *span)
{
	const char *at = memmem(span->text, span->length, "[Hardware Error]: ", 18), *open = at;

	if (!at)
		return false;
	if (at > span->text && at[-1] == '}')
		for (open = at - 1; open > span->text && *open != '{' && *open != ' ';)
			open--;
	skip(span, (size_t)((*open == '{' ? open : at) - span->text));
	return true;
}

static size_t count_digits(const struct span *span, size_t from)
{
	size_t n = 0;

	while (from + n < span->length && isdigit((unsigned char)span->text[from + n]))
		n++;
	return n;
}

/* "EDAC skx MC0: ", before the registers that a memory driver repeats. */
static bool take_edac(struct span *span, struct text_prefix *prefix)
{
	struct span rest = *span;
	size_t n;

	if (!take_word(&rest, "EDAC "))
		return false;
	while (rest.length && (isalnum((unsigned char)*rest.text) || *rest.text == '_'))
		skip(&rest, 1);
	if (!take_word(&rest, " MC"))
		return false;
	n = count_digits(&rest, 0);
	skip(&rest, n);
	if (!n || !take_word(&rest, ": "))
		return false;
	*span = rest;
	return (prefix->edac = true);
}

/* "kern  :emerg : ", as dmesg -x has it. */
static bool take_facility(struct span *span)
{
	struct span rest = *span;

	if (!take_word(&rest, "kern"))
		return false;
	skip_blanks(&rest);
	if (!take_word(&rest, ":"))
		return false;
	while (rest.length && isalpha((unsigned char)*rest.text))
		skip(&rest, 1);
	skip_blanks(&rest);
	if (!take_word(&rest, ":"))
		return false;
	*span = rest;
	return true;
}

/* "0,1234,5678901,-,caller=T1;", as /dev/kmsg and netconsole have it. */
static bool take_kmsg(struct span *span, struct text_prefix *prefix)
{
	const char *end = memchr(span->text, ';', span->length), *caller;
	size_t at = 0;

	for (int field = 0; field < 3; field++) {
		size_t n = count_digits(span, at);

		if (!n || at + n >= span->length || span->text[at + n] != ',')
			return false;
		at += n + 1;
	}
	if (!end)
		return false;
	caller = memmem(span->text, (size_t)(end - span->text), ",caller=", 8);
	if (caller && is_caller(caller + 8, (size_t)(end - caller) - 8))
		prefix->caller = (struct span){ caller + 8, (size_t)(end - caller) - 8 };
	skip(span, (size_t)(end - span->text) + 1);
	return true;
}

static bool take_one(struct span *span, struct text_prefix *prefix)
{
	uint32_t level;

	skip_blanks(span);
	if (!span->length)
		return false;
	switch (span->text[0]) {
	case '>':
		skip(span, 1);
		return true;
	case '<':
		return take_number_in(span, '<', '>', &level);
	case '(':
		return take_word(span, "(XEN) ") && (prefix->xen = true);
	case '{':
		if (take_number_in(span, '{', '}', &prefix->number))
			return (prefix->numbered = true);
		return false;
	case '[':
		if (take_word(span, hardware_error))
			return (prefix->hardware_error = true);
		return take_bracket(span, prefix);
	case 'm':
		return take_word(span, "mce: ");
	case 'E':
		return take_edac(span, prefix);
	case 'k':
		return take_facility(span);
	}
	return isdigit((unsigned char)span->text[0]) && take_kmsg(span, prefix);
}

/* Names of days, months and programs or numbers begin a header. */
static bool may_be_header(const struct span *span)
{
	return span->length > 8 &&
	       (isdigit((unsigned char)span->text[0]) || isalpha((unsigned char)span->text[0]));
}

struct span text_strip_prefix(const char *line, size_t length, struct text_prefix *ret_prefix)
{
	struct span span = { line, length };
	bool header = false;

	*ret_prefix = (struct text_prefix){ 0 };
	while (span.length &&
	       (span.text[span.length - 1] == '\n' || span.text[span.length - 1] == '\r'))
		span.length--;
	for (;;) {
		bool quote = span.length && span.text[0] == '>';

		if (take_one(&span, ret_prefix)) {
			ret_prefix->any |= !quote;
			continue;
		}
		if (header || ret_prefix->hardware_error || !may_be_header(&span) ||
		    (!take_header(&span) && !take_foreign_header(&span)))
			break;
		header = ret_prefix->any = true;
	}
	while (span.length &&
	       (span.text[span.length - 1] == ' ' || span.text[span.length - 1] == '\t'))
		span.length--;
	return span;
}
