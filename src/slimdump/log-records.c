// SPDX-License-Identifier: GPL-2.0-only
#include "slimdump/log-records.h"

#include <string.h>

#include "sources/text.h"
#include "util/cleanup.h"

struct walk {
	void (*each)(void *context, const struct record *record);
	void (*firmware)(void *context, const struct firmware *firmware);
	void (*other)(void *context, const char *line, size_t length);
	void *context;
};

DEFINE_CLEANUP(struct text_parser *, text_parser_free, text_parser_free)

static void take_record(void *context, const struct record *record, const char *symbol)
{
	struct walk *walk = context;

	(void)symbol;
	walk->each(walk->context, record);
}

static void take_firmware(void *context, const struct firmware *firmware)
{
	const struct walk *walk = context;

	walk->firmware(walk->context, firmware);
}

static void take_foreign(void *context, const char *line, size_t length)
{
	const struct walk *walk = context;

	if (walk->other)
		walk->other(walk->context, line, length);
}

int log_records(const char *text, size_t size,
		void (*each)(void *context, const struct record *record),
		void (*firmware)(void *context, const struct firmware *firmware),
		void (*other)(void *context, const char *line, size_t length), void *context)
{
	_cleanup_(text_parser_free_cleanup) struct text_parser *parser = NULL;
	struct walk walk = { each, firmware, other, context };
	struct text_output output = {
		.record = take_record,
		.firmware = firmware ? take_firmware : NULL,
		.foreign = take_foreign,
		.context = &walk,
	};
	int r = text_parser_new(&output, &parser);

	while (r == 0 && size > 0) {
		const char *end = memchr(text, '\n', size);
		size_t length = end ? (size_t)(end - text) + 1 : size;

		text_parser_line(parser, text, length);
		text += length;
		size -= length;
	}
	if (r == 0)
		text_parser_finish(parser);
	return r;
}
