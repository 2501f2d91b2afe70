// SPDX-License-Identifier: GPL-2.0-only
#include "inventory/label-file.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "inventory/append.h"
#include "inventory/clean.h"
#include "util/cleanup.h"

enum { ROWS_MAX = 4096, NUMBER_MAX = 9999 };

enum section {
	SECTION_OTHER, /* of another machine */
	SECTION_BOARD,
	SECTION_PRODUCT,
};

struct parser {
	struct labels *labels;
	const struct board *board;
	struct problems *problems;
	const char *path;
	unsigned int line;
	char vendor[DIMM_TEXT_SIZE]; /* "" before the first one */
	enum section section;
	size_t n_layers; /* of the section, 0 before its first place */
};

static struct bytes bytes_of(const char *text, size_t length)
{
	return (struct bytes){ (const uint8_t *)text, length };
}

static void complain(struct parser *parser, const char *reason)
{
	problem_add(parser->problems, "%s:%u: %s", parser->path, parser->line, reason);
}

/* Whether the line is "key: value", with any blanks around the colon. */
static bool take_key(const char *line, const char *key, const char **ret_value)
{
	size_t length = strlen(key);

	if (strncasecmp(line, key, length) != 0)
		return false;
	line += length;
	line += strspn(line, " \t");
	if (*line != ':')
		return false;
	*ret_value = line + 1;
	return true;
}

static bool is_name(const char *name, const char *wanted)
{
	return wanted[0] && strcasecmp(name, wanted) == 0;
}

/* Whether one of the names, between commas or semicolons, is the wanted one. */
static bool lists(const char *names, const char *wanted)
{
	while (*names) {
		size_t length = strcspn(names, ",;");
		char name[DIMM_TEXT_SIZE];

		clean_copy(bytes_of(names, length), name, sizeof(name));
		if (is_name(name, wanted))
			return true;
		names += length;
		names += strspn(names, ",;");
	}
	return false;
}

static void start_section(struct parser *parser, bool of_board, const char *names)
{
	const struct board *board = parser->board;
	const char *vendor = of_board ? board->board_vendor : board->system_vendor;

	parser->section = SECTION_OTHER;
	parser->n_layers = 0;
	if (!parser->vendor[0])
		complain(parser, "a model or product without a vendor above it");
	else if (is_name(parser->vendor, vendor) &&
		 lists(names, of_board ? board->board_name : board->product_name))
		parser->section = of_board ? SECTION_BOARD : SECTION_PRODUCT;
}

/* The numbers of "0.1.2", which begin with the controller's. Returns how many, 0 for a bad text. */
static size_t parse_numbers(struct bytes text, int32_t *numbers, size_t n_max)
{
	size_t n = 0, at = 0;

	while (n < n_max) {
		int32_t number = 0;
		size_t start = at;

		for (; at < text.size && isdigit(text.data[at]); at++)
			if (number <= NUMBER_MAX)
				number = number * 10 + (text.data[at] - '0');
		if (at == start || number > NUMBER_MAX)
			return 0;
		numbers[n++] = number;
		if (at == text.size)
			return n;
		if (text.data[at] != '.' && text.data[at] != ':')
			return 0;
		at++;
	}
	return 0;
}

static int add_row(struct parser *parser, const char *label, const int32_t *numbers,
		   size_t n_layers)
{
	struct label_row row = { .mc = numbers[0],
				 .n_layers = n_layers,
				 .by_board = parser->section == SECTION_BOARD };

	memcpy(row.layers, numbers + 1, n_layers * sizeof(*numbers));
	strcpy(row.label, label);
	return append_row(parser->labels->rows, parser->labels->n_rows, row);
}

static int take_place(struct parser *parser, const char *label, struct bytes text)
{
	int32_t numbers[1 + EDAC_LAYERS_MAX];
	size_t n = parse_numbers(text, numbers, ARRAY_SIZE(numbers));

	if (n < 2) {
		complain(parser, "a place is not a controller and one to three numbers");
		return 0;
	}
	if (parser->n_layers && parser->n_layers != n - 1) {
		complain(parser, "a place has not as many numbers as those above it");
		return 0;
	}
	if (parser->labels->n_rows == ROWS_MAX) {
		complain(parser, "too many labels, the rest is left out");
		return 0;
	}
	parser->n_layers = n - 1;
	return add_row(parser, label, numbers, n - 1);
}

/* "LABEL: PLACE, PLACE"; a text without a colon is no label, as for rasdaemon. */
static int take_label(struct parser *parser, const char *text, size_t length)
{
	static const char separators[] = ", \t";
	const char *colon = memchr(text, ':', length), *end = text + length;
	char label[DIMM_TEXT_SIZE];

	if (!colon)
		return 0;
	clean_copy(bytes_of(text, (size_t)(colon - text)), label, sizeof(label));
	if (!label[0]) {
		complain(parser, "a place without a label");
		return 0;
	}
	for (const char *at = colon + 1; at < end;) {
		const char *start = at + strspn(at, separators);
		size_t size = strcspn(start, ", \t;");
		int r = size ? take_place(parser, label, bytes_of(start, size)) : 0;

		if (r < 0)
			return r;
		at = size ? start + size : end;
	}
	return 0;
}

static int take_labels(struct parser *parser, const char *line)
{
	while (*line) {
		size_t length = strcspn(line, ";");
		int r = take_label(parser, line, length);

		if (r < 0)
			return r;
		line += length;
		line += strspn(line, ";");
	}
	return 0;
}

static int take_line(struct parser *parser, const char *line)
{
	const char *value;

	if (take_key(line, "vendor", &value)) {
		clean_copy(bytes_of(value, strlen(value)), parser->vendor, sizeof(parser->vendor));
		parser->section = SECTION_OTHER;
	} else if (take_key(line, "model", &value) || take_key(line, "board", &value)) {
		start_section(parser, true, value);
	} else if (take_key(line, "product", &value)) {
		start_section(parser, false, value);
	} else if (parser->section != SECTION_OTHER) {
		return take_labels(parser, line);
	}
	return 0;
}

int labels_parse(struct labels *labels, const struct board *board, const char *path,
		 const char *text, struct problems *problems)
{
	struct parser parser = {
		.labels = labels, .board = board, .problems = problems, .path = path
	};
	_cleanup_free_ char *copy = strdup(text);
	char *rest = copy, *line;

	if (!copy)
		return -ENOMEM;
	while ((line = strsep(&rest, "\n"))) {
		int r;

		parser.line++;
		line += strspn(line, " \t");
		line[strcspn(line, "\r")] = '\0';
		r = *line == '#' ? 0 : take_line(&parser, line);
		if (r < 0)
			return r;
	}
	return 0;
}

static bool is_at(const struct label_row *row, int32_t mc, const struct edac_location *location)
{
	return row->mc == mc && row->n_layers == location->n_layers &&
	       memcmp(row->layers, location->layers, row->n_layers * sizeof(*row->layers)) == 0;
}

static bool have_board(const struct labels *labels)
{
	for (size_t i = 0; i < labels->n_rows; i++)
		if (labels->rows[i].by_board)
			return true;
	return false;
}

const char *labels_find(const struct labels *labels, int32_t mc,
			const struct edac_location *location, struct problems *problems)
{
	bool by_board = have_board(labels);
	const char *found = NULL;

	for (size_t i = 0; i < labels->n_rows; i++) {
		const struct label_row *row = &labels->rows[i];

		if (row->by_board != by_board || !is_at(row, mc, location))
			continue;
		if (found && strcasecmp(found, row->label) != 0) {
			problem_add(problems,
				    "DIMM label files: \"%s\" and \"%s\" are the same place: "
				    "neither is used",
				    found, row->label);
			return NULL;
		}
		found = row->label;
	}
	return found;
}

void labels_release(struct labels *labels)
{
	free(labels->rows);
	*labels = (struct labels){ 0 };
}
