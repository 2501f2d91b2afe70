// SPDX-License-Identifier: GPL-2.0-only
#include "sources/ring-detail.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <traceevent/event-parse.h>

#include "util/cleanup.h"

enum { OFFSET_MAX = 1 << 16, NUMBERS = 10, TEXTS = 3 };

/* In the order of number_names. */
enum number {
	NUMBER_PID,
	NUMBER_TYPE,
	NUMBER_COUNT,
	NUMBER_MC,
	NUMBER_TOP,
	NUMBER_MIDDLE,
	NUMBER_LOWER,
	NUMBER_ADDRESS,
	NUMBER_GRAIN,
	NUMBER_SYNDROME,
};

/* Linux include/ras/ras_event.h: the same from 3.16 to 6.12, but for the types of some. */
static const char *const number_names[NUMBERS] = {
	"common_pid",	"error_type",  "error_count", "mc_index",   "top_layer",
	"middle_layer", "lower_layer", "address",     "grain_bits", "syndrome",
};

static const char *const text_names[TEXTS] = { "msg", "label", "driver_detail" };

struct ring_detail {
	const struct tep_event *event;
	struct tep_format_field *numbers[NUMBERS];
	const struct tep_format_field *texts[TEXTS];
	size_t size; /* bytes that an event must have for all fields */
};

static bool is_number_size(int size)
{
	return size == 1 || size == 2 || size == 4 || size == 8;
}

/* The field of that name, a number or a text of variable length, as is asked for. */
static int find_field(struct ring_detail *detail, const char *name, bool text,
		      struct tep_format_field **ret_field, char *why)
{
	struct tep_format_field *field =
		tep_find_any_field((struct tep_event *)detail->event, name);

	if (!field) {
		snprintf(why, RING_DETAIL_WHY_MAX, "format: the field %s is missing", name);
		return -EPROTO;
	}
	if (field->offset < 0 || field->offset > OFFSET_MAX || !is_number_size(field->size) ||
	    text != !!(field->flags & TEP_FIELD_IS_DYNAMIC) || (text && field->size != 4) ||
	    (!text && field->flags & (TEP_FIELD_IS_ARRAY | TEP_FIELD_IS_STRING))) {
		snprintf(why, RING_DETAIL_WHY_MAX, "format: the field %s has %d bytes at %d", name,
			 field->size, field->offset);
		return -EPROTO;
	}
	if (detail->size < (size_t)(field->offset + field->size))
		detail->size = (size_t)(field->offset + field->size);
	*ret_field = field;
	return 0;
}

static int find_fields(struct ring_detail *detail, char *why)
{
	for (size_t i = 0; i < NUMBERS; i++) {
		int r = find_field(detail, number_names[i], false, &detail->numbers[i], why);

		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < TEXTS; i++) {
		struct tep_format_field *field;
		int r = find_field(detail, text_names[i], true, &field, why);

		if (r < 0)
			return r;
		detail->texts[i] = field;
	}
	return 0;
}

int ring_detail_new(struct tep_handle *tep, const char *format_text, size_t size,
		    struct ring_detail **ret_detail, char why[RING_DETAIL_WHY_MAX])
{
	_cleanup_free_ struct ring_detail *detail = calloc(1, sizeof(*detail));
	struct tep_event *event = NULL;
	int r;

	if (!detail)
		return -ENOMEM;
	/*
	 * The result is about the print format as well, which calls a function of
	 * the kernel's: the fields are there all the same.
	 */
	tep_parse_format(tep, &event, format_text, size, "ras");
	if (!event) {
		snprintf(why, RING_DETAIL_WHY_MAX, "format: not a trace event's format file");
		return -EPROTO;
	}
	detail->event = event;
	r = find_fields(detail, why);
	if (r < 0)
		return r;
	*ret_detail = take_ptr(detail);
	return 0;
}

void ring_detail_free(struct ring_detail *detail)
{
	free(detail);
}

bool ring_detail_is(const struct ring_detail *detail, struct bytes event)
{
	return event.size >= 2 && bytes_u16(event, 0) == detail->event->id;
}

static uint64_t number_at(const struct ring_detail *detail, struct bytes event, enum number number)
{
	unsigned long long value = 0;

	tep_read_number_field(detail->numbers[number], event.data, &value);
	return value;
}

/* A layer's number is an s8 of the kernel's, and -1 where the driver does not know it. */
static int32_t layer_at(const struct ring_detail *detail, struct bytes event, enum number number)
{
	int32_t value = (int8_t)number_at(detail, event, number);

	return value < 0 ? -1 : value;
}

/* A text of variable length (__data_loc: length << 16 | offset), cut with "..." where it is long.
 */
static int take_text(const struct ring_detail *detail, struct bytes event, size_t index,
		     char *buffer, size_t size, char *why)
{
	uint32_t where = bytes_u32(event, (size_t)detail->texts[index]->offset);
	size_t offset = where & 0xffff, length = where >> 16;
	const char *text;

	if (!bytes_have(event, offset, length)) {
		snprintf(why, RING_DETAIL_WHY_MAX, "mc_event: %s has %zu bytes at %zu of %zu",
			 text_names[index], length, offset, event.size);
		return -EBADMSG;
	}
	text = (const char *)event.data + offset;
	length = strnlen(text, length);
	snprintf(buffer, size, "%.*s", (int)length, text);
	if (length >= size)
		memcpy(buffer + size - 4, "...", 4);
	for (char *byte = buffer; *byte; byte++)
		if ((unsigned char)*byte < 0x20 || (unsigned char)*byte >= 0x7f)
			*byte = '?';
	return 0;
}

static void take_numbers(const struct ring_detail *detail, struct bytes event,
			 struct memory_detail *to)
{
	to->ring.pid = (uint32_t)number_at(detail, event, NUMBER_PID);
	to->type = memory_detail_type(number_at(detail, event, NUMBER_TYPE));
	to->count = (uint32_t)number_at(detail, event, NUMBER_COUNT);
	to->mc = (int32_t)(number_at(detail, event, NUMBER_MC) & 0xff);
	to->layers[0] = layer_at(detail, event, NUMBER_TOP);
	to->layers[1] = layer_at(detail, event, NUMBER_MIDDLE);
	to->layers[2] = layer_at(detail, event, NUMBER_LOWER);
	to->address = number_at(detail, event, NUMBER_ADDRESS);
	to->grain_bits = (uint8_t)number_at(detail, event, NUMBER_GRAIN);
	to->syndrome = number_at(detail, event, NUMBER_SYNDROME);
}

int ring_detail_read(const struct ring_detail *detail, struct bytes event,
		     struct memory_detail *ret_detail, char why[RING_DETAIL_WHY_MAX])
{
	struct memory_detail read = { 0 };
	int r;

	if (event.size < detail->size) {
		snprintf(why, RING_DETAIL_WHY_MAX, "mc_event of %zu bytes, the format wants %zu",
			 event.size, detail->size);
		return -EBADMSG;
	}
	take_numbers(detail, event, &read);
	r = take_text(detail, event, 0, read.msg, sizeof(read.msg), why);
	if (r == 0)
		r = take_text(detail, event, 1, read.label, sizeof(read.label), why);
	if (r == 0)
		r = take_text(detail, event, 2, read.driver_detail, sizeof(read.driver_detail),
			      why);
	if (r < 0)
		return r;
	if (!memory_detail_is_label(read.label))
		read.label[0] = '\0';
	memory_detail_locate(read.driver_detail, &read.location);
	*ret_detail = read;
	return 0;
}
