// SPDX-License-Identifier: GPL-2.0-only
#include "config-file.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "decode/cpu-names.h"
#include "option.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/nearest.h"

enum { HINT_MAX = 160 };

struct reader {
	struct config *config;
	const char *path;
	unsigned int line;
	const char *section; /* NULL below the name of one that is not known */
	struct {
		unsigned int line; /* where it was given; 0: not yet */
		bool inherited;	   /* in the part before the sections */
	} seen[OPTION_COUNT];
};

static void complain(struct reader *reader, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void complain(struct reader *reader, const char *format, ...)
{
	char text[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	for (char *at = text; *at; at++) /* a terminal should not obey a damaged file */
		if (iscntrl((unsigned char)*at))
			*at = '?';
	log_warning("%s:%u: %s", reader->path, reader->line, text);
	reader->config->problems++;
}

/* --- what was meant --- */

static const char *section_name(const char *section)
{
	return *section ? section : "global";
}

/* The same key elsewhere, else the nearest one of the section, else the nearest of all. */
static const struct option_row *guess(const char *section, const char *name)
{
	struct nearest here = { 0 }, elsewhere = { 0 };

	for (size_t i = 0; i < OPTION_COUNT; i++) {
		const struct option_row *row = &option_rows[i];

		if (!option_is_for_argv(row))
			nearest_try(strcmp(row->section, section) == 0 ? &here : &elsewhere, name,
				    row->name, row);
	}
	return here.word && (elsewhere.distance > 0 || !elsewhere.word) ? here.what
									: elsewhere.what;
}

/* "; did you mean ...?", or nothing. Returns hint, of HINT_MAX bytes. */
static const char *key_hint(const char *section, const char *name, char *hint)
{
	const struct option_row *row = guess(section, name);

	hint[0] = '\0';
	if (row && strcmp(row->section, section) == 0)
		snprintf(hint, HINT_MAX, "; did you mean %s?", row->name);
	else if (row)
		snprintf(hint, HINT_MAX, "; did you mean %s in [%s]?", row->name,
			 section_name(row->section));
	return hint;
}

static const char *section_hint(const char *name, char *hint)
{
	struct nearest best = { 0 };

	for (size_t i = 0; i < OPTION_COUNT; i++)
		nearest_try(&best, name, section_name(option_rows[i].section), NULL);
	hint[0] = '\0';
	if (best.word)
		snprintf(hint, HINT_MAX, "; did you mean [%s]?", best.word);
	return hint;
}

/* --- keys --- */

/* A key of a section may stand before the sections, as in mcelog. */
static const struct option_row *find_inherited(const char *name)
{
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (strcmp(option_rows[i].name, name) == 0)
			return &option_rows[i];
	return NULL;
}

/* Whether the value counts: the section's own goes before an inherited one, then the first. */
static bool is_first(struct reader *reader, const struct option_row *row, bool inherited,
		     const char *name)
{
	size_t i = (size_t)(option_resolve(row) - option_rows);

	if (reader->seen[i].line && inherited == reader->seen[i].inherited) {
		complain(reader, "%s is given in line %u already, ignored", name,
			 reader->seen[i].line);
		return false;
	}
	if (reader->seen[i].line && inherited)
		return false;
	reader->seen[i].line = reader->line;
	reader->seen[i].inherited = inherited;
	return true;
}

static int set_key(struct reader *reader, const struct option_row *row, const char *name,
		   const char *value)
{
	char problem[OPTION_PROBLEM_MAX] = "no CPU of this name is known";
	int r;

	if (row->kind == OPTION_CPU && *value && !cpu_alias_find(value))
		r = -EINVAL;
	else
		r = option_set(reader->config, row, value, problem);
	if (r == -EINVAL) {
		complain(reader, "%s = %s: %s, ignored", name, value, problem);
		return 0;
	}
	return r;
}

static int take_key(struct reader *reader, const char *name, const char *value)
{
	const struct option_row *row = option_find(reader->section, name);
	bool inherited = !row && !*reader->section;
	char hint[HINT_MAX];

	if (inherited)
		row = find_inherited(name);
	if (!row) {
		complain(reader, "the key %s is not known%s%s%s, ignored%s", name,
			 *reader->section ? " in [" : "", reader->section,
			 *reader->section ? "]" : "", key_hint(reader->section, name, hint));
		return 0;
	}
	if (option_is_for_argv(option_resolve(row))) {
		complain(reader, "the key %s is for the command line, ignored", name);
		return 0;
	}
	return is_first(reader, row, inherited, name) ? set_key(reader, row, name, value) : 0;
}

/* --- lines --- */

/* Cuts blanks off both ends, in place. */
static char *strip(char *text)
{
	char *end;

	while (isspace((unsigned char)*text))
		text++;
	end = text + strlen(text);
	while (end > text && isspace((unsigned char)end[-1]))
		*--end = '\0';
	return text;
}

/* The name of a known section as the rows have it; NULL for another one. */
static const char *known_section(const char *name)
{
	if (strcmp(name, section_name("")) == 0)
		return "";
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (*name && strcmp(option_rows[i].section, name) == 0)
			return option_rows[i].section;
	return NULL;
}

/* text is behind the bracket. */
static void take_section(struct reader *reader, char *text)
{
	char *end = strchr(text, ']');
	char hint[HINT_MAX];
	const char *name;

	if (end)
		*end++ = '\0';
	name = strip(text);
	reader->section = known_section(name);
	if (!reader->section)
		complain(reader, "the section [%s] is not known, its keys are ignored%s", name,
			 section_hint(name, hint));
	else if (!end)
		complain(reader, "a ] is missing");
	else if (*strip(end))
		complain(reader, "\"%s\" behind the section's name is ignored", strip(end));
}

static int take_line(struct reader *reader, char *text)
{
	char *value;

	text[strcspn(text, "#")] = '\0';
	text = strip(text);
	if (!*text)
		return 0;
	if (*text == '[') {
		take_section(reader, text + 1);
		return 0;
	}
	value = strchr(text, '=');
	if (!value) {
		complain(reader, "\"key = value\" is wanted, ignored");
		return 0;
	}
	*value++ = '\0';
	return reader->section ? take_key(reader, strip(text), strip(value)) : 0;
}

int config_file_read(struct config *config, const char *path, char *text, size_t size)
{
	struct reader reader = { .config = config, .path = path, .section = "" };
	static const char byte_order_mark[] = "\xef\xbb\xbf";
	size_t length = strlen(text);
	int r = 0;

	if (strncmp(text, byte_order_mark, strlen(byte_order_mark)) == 0)
		memset(text, ' ', strlen(byte_order_mark));
	for (char *line = text, *next; line && r == 0; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		reader.line++;
		r = take_line(&reader, line);
	}
	if (r == 0 && length != size)
		complain(&reader, "a NUL byte, the rest of the file is ignored");
	return r;
}
