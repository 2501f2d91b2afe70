// SPDX-License-Identifier: GPL-2.0-only
/* The parser of kernel text takes any bytes: the input is a file of lines. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "decode/cper.h"
#include "decode/decode.h"
#include "event/event.h"
#include "sources/text.h"
#include "util/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take_record(void *context, const struct record *record, const char *symbol)
{
	struct event event = { .record = *record };
	struct strbuf *text = context;

	decode(&event.record, &event.decoded);
	event_to_text(&event, text);
	strbuf_add(text, symbol);
	strbuf_reset(text);
}

static int take_error(void *context, const struct cper_error *error)
{
	strbuf_add(context, error->decoded.mca);
	strbuf_reset(context);
	return 0;
}

/* What is made of text is a whole block, whatever the text. */
static void take_firmware(void *context, const struct firmware *firmware)
{
	char problem[CPER_PROBLEM_MAX];

	strbuf_add(context, firmware->name);
	strbuf_add(context, firmware->label);
	if (firmware->edac &&
	    (!firmware->count ||
	     cper_parse_section(firmware->type, firmware->severity, firmware->bytes, take_error,
				context, problem) != 1))
		abort();
	if (!firmware->edac && cper_parse_status(firmware->bytes, take_error, context, problem) < 0)
		abort();
}

static void take_foreign(void *context, const char *line, size_t length)
{
	strbuf_add_bytes(context, line, length);
	strbuf_reset(context);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ struct text_parser *parser = NULL;
	_cleanup_strbuf_ struct strbuf text = { 0 };
	struct text_output output = {
		.record = take_record,
		.firmware = take_firmware,
		.foreign = take_foreign,
		.context = &text,
	};
	size_t at = 0;

	if (text_parser_new(&output, &parser) < 0)
		return 0;
	while (at < size) {
		const uint8_t *end = memchr(data + at, '\n', size - at);
		size_t length = end ? (size_t)(end - data) - at : size - at;

		text_parser_line(parser, (const char *)data + at, length);
		at += length + 1;
	}
	text_parser_finish(parser);
	return 0;
}
