// SPDX-License-Identifier: GPL-2.0-only
#include "report/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "util/cleanup.h"

enum { WIDTH = 100 };

const char *text_time(int64_t time_us, char buffer[40])
{
	time_t seconds = (time_t)(time_us / 1000000);
	struct tm tm;

	if (time_us == 0 || !localtime_r(&seconds, &tm) ||
	    strftime(buffer, 40, "%Y-%m-%d %H:%M:%S %z", &tm) == 0)
		snprintf(buffer, 40, "unknown");
	return buffer;
}

const char *text_when(int64_t time_us, bool is_before, int64_t found_us, char buffer[TEXT_WHEN_MAX])
{
	bool is_found = !time_us && found_us;
	char time[40];

	snprintf(buffer, TEXT_WHEN_MAX, "%s%s",
		 is_found		? "unknown, found "
		 : time_us && is_before ? "before "
					: "",
		 text_time(is_found ? found_us : time_us, time));
	return buffer;
}

const char *text_short_id(sd_id128_t id, char buffer[9])
{
	char text[SD_ID128_STRING_MAX];

	snprintf(buffer, 9, "%.8s", sd_id128_to_string(id, text));
	return buffer;
}

void text_add_sources(struct strbuf *buffer, uint32_t sources)
{
	const char *separator = "";

	for (unsigned int id = 0; id < SOURCE_COUNT_; id++) {
		if (!(sources & 1u << id))
			continue;
		strbuf_addf(buffer, "%s%s", separator, source_id_name((enum source_id)id));
		separator = ",";
	}
}

void text_add_location(struct strbuf *buffer, const struct location *location)
{
	const struct {
		const char *name;
		int32_t value;
	} parts[] = {
		{ "socket", location->socket },
		{ "memory controller", location->imc },
		{ "channel", location->channel },
		{ "DIMM", location->dimm },
		{ "rank", location->rank },
		{ "device", location->device },
		{ "bank group", location->bank_group },
		{ "DRAM bank", location->bank },
		{ "row", location->row },
		{ "column", location->column },
	};
	const char *separator = "";

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		if (parts[i].value == LOCATION_UNKNOWN)
			continue;
		strbuf_addf(buffer, "%s%s %" PRId32, separator, parts[i].name, parts[i].value);
		separator = ", ";
	}
}

void text_add_count(struct strbuf *buffer, uint64_t count, const char *noun)
{
	strbuf_addf(buffer, "%" PRIu64 " %s%s", count, noun, count == 1 ? "" : "s");
}

/* How many bytes of text go into a line: whole words, or a piece of one that is longer than it. */
static size_t fit(const char *text, size_t width)
{
	size_t length = strcspn(text, " "), next = length;

	while (text[next]) {
		next += 1 + strcspn(text + next + 1, " ");
		if (next > width)
			break;
		length = next;
	}
	return length < width ? length : width;
}

void text_add_wrapped(struct strbuf *buffer, unsigned int indent, const char *text)
{
	while (*text) {
		size_t length = fit(text, WIDTH - indent);

		strbuf_addf(buffer, "%*s", (int)indent, "");
		strbuf_add_bytes(buffer, text, length);
		strbuf_add(buffer, "\n");
		text += length;
		text += strspn(text, " ");
	}
}

void text_print(struct strbuf *buffer)
{
	for (size_t i = 0; i < buffer->length; i++) {
		unsigned char byte = (unsigned char)buffer->text[i];

		if ((byte < 0x20 && byte != '\n') || byte == 0x7f)
			buffer->text[i] = '?';
	}
	fwrite(strbuf_text(buffer), 1, buffer->length, stdout);
	strbuf_reset(buffer);
}
