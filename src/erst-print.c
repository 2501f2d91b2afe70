// SPDX-License-Identifier: GPL-2.0-only
#include "erst-print.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decode/cper-fields.h"
#include "decode/cper.h"
#include "firmware.h"
#include "sources/erst-device.h"
#include "sources/inflate.h"
#include "sources/wire.h"
#include "util/cleanup.h"

/* UEFI 2.10, N.2.1 and N.2.3. */
enum { AT_SECTION_COUNT = 10, AT_CREATOR = 64, AT_SECTION_TYPE = 144 };

enum { LOG_MAX = 1 << 20 }; /* a part of a log is a few KiB */

static const char *file_name(const struct erst_item *item)
{
	return strrchr(item->path, '/') + 1;
}

const char *erst_kind(const struct erst_item *item, char buffer[ERST_KIND_MAX])
{
	sd_id128_t type = item->path ? cper_guess_type(file_name(item), item->bytes)
				     : cper_guid(item->bytes, AT_SECTION_TYPE);
	unsigned int n = item->path ? 1 : bytes_u16(item->bytes, AT_SECTION_COUNT);
	const char *name = item->is_log ? "kernel log" : cper_type_name(type);

	if (!n)
		snprintf(buffer, ERST_KIND_MAX, "nothing");
	else if (n > 1)
		snprintf(buffer, ERST_KIND_MAX, "%s, %u sections", name ? name : "unknown", n);
	else
		snprintf(buffer, ERST_KIND_MAX, "%s", name ? name : "unknown");
	return buffer;
}

const char *erst_owner(const struct erst_item *item, char buffer[ERST_KIND_MAX])
{
	char guid[SD_ID128_UUID_STRING_MAX];

	switch (item->creator) {
	case ERST_LINUX:
		return strcpy(buffer, "Linux");
	case ERST_FMPM:
		return strcpy(buffer, "Linux, memory poison manager");
	case ERST_FOREIGN:
		break;
	}
	sd_id128_to_uuid_string(cper_guid(item->bytes, AT_CREATOR), guid);
	return strcpy(buffer, guid);
}

const char *erst_time(const struct erst_item *item, char buffer[40])
{
	int64_t time_us = cper_record_time_us(item->bytes);

	if (!time_us && item->creator == ERST_LINUX)
		time_us = wire_erst_time_us(item->id);
	if (!time_us)
		return strcpy(buffer, "-");
	time_to_text(time_us, buffer);
	strcpy(buffer + strcspn(buffer, "."), "Z"); /* it has whole seconds */
	return buffer;
}

/* --- all that is in it --- */

static void show_note(struct printer *printer, const char *text)
{
	printer_line(printer, text, strlen(text));
}

/* Anything may stand in a log of a system that crashed: a terminal does not get all of it. */
static void show_line(struct printer *printer, const uint8_t *line, size_t length)
{
	_cleanup_strbuf_ struct strbuf text = { 0 };

	for (size_t i = 0; i < length; i++) {
		bool is_plain = (line[i] >= ' ' && line[i] <= '~') || line[i] == '\t';

		strbuf_add_bytes(&text, is_plain ? (const char *)&line[i] : "?", 1);
	}
	printer_line(printer, strbuf_text(&text), text.length);
}

static void show_lines(struct printer *printer, struct bytes text)
{
	for (size_t at = 0; at < text.size;) {
		const uint8_t *line = text.data + at;
		const uint8_t *end = memchr(line, '\n', text.size - at);
		size_t length = end ? (size_t)(end - line) : text.size - at;

		show_line(printer, line, length);
		at += length + 1;
	}
	show_note(printer, "");
}

static void show_log(struct printer *printer, const struct erst_item *item)
{
	_cleanup_free_ char *text = NULL;
	size_t size = 0;
	int r;

	if (!item->is_compressed) {
		show_lines(printer, item->body);
		return;
	}
	r = inflate_raw(item->body.data, item->body.size, LOG_MAX, &text, &size);
	if (r < 0 && r != -ENODATA)
		show_note(printer, "cannot be read: compressed, and not as deflate\n");
	else
		show_lines(printer, (struct bytes){ (const uint8_t *)text, size });
}

static int show_event(void *context, const struct event *event, const struct section *section)
{
	(void)section;
	printer_event(context, event);
	return 0;
}

static struct firmware firmware_of(const struct erst_item *item)
{
	struct firmware firmware = {
		.form = FIRMWARE_RECORD,
		.bytes = item->bytes,
		.time_us = item->creator == ERST_LINUX ? wire_erst_time_us(item->id) : 0,
		.record_id = item->id,
	};

	if (item->path)
		return erst_file_firmware(item->path, item->id, item->bytes);
	snprintf(firmware.name, sizeof(firmware.name), "%s", ERST_DEVICE);
	return firmware;
}

static void show_errors(struct printer *printer, const struct erst_item *item)
{
	struct firmware firmware = firmware_of(item);
	char problem[FIRMWARE_PROBLEM_MAX], text[FIRMWARE_PROBLEM_MAX + 32];
	int n;

	firmware.source = SOURCE_ERST;
	firmware.replayed = true;
	n = firmware_events(&firmware, show_event, printer, problem);
	if (problem[0]) {
		snprintf(text, sizeof(text),
			 n > 0 ? "%s; the rest is taken\n" : "cannot be read: %s\n", problem);
		show_note(printer, text);
	} else if (n == 0) {
		show_note(printer, "no error is in it\n");
	}
}

void erst_show(struct printer *printer, const struct erst_item *item)
{
	char kind[ERST_KIND_MAX], owner[ERST_KIND_MAX], time[40], text[320];

	snprintf(text, sizeof(text), "Record %" PRIu64 ", %s, %zu bytes, %s, of %s:", item->id,
		 erst_time(item, time), item->bytes.size, erst_kind(item, kind),
		 erst_owner(item, owner));
	show_note(printer, text);
	if (item->is_log)
		show_log(printer, item);
	else
		show_errors(printer, item);
}
