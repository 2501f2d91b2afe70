// SPDX-License-Identifier: GPL-2.0-only
#include "util/strbuf.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void strbuf_free(struct strbuf *buffer)
{
	free(buffer->text);
	*buffer = (struct strbuf){ 0 };
}

void strbuf_reset(struct strbuf *buffer)
{
	buffer->length = 0;
	buffer->error = 0;
	if (buffer->text)
		buffer->text[0] = '\0';
}

const char *strbuf_text(const struct strbuf *buffer)
{
	return buffer->text ? buffer->text : "";
}

/* Room for more bytes and the NUL. */
static int strbuf_reserve(struct strbuf *buffer, size_t more)
{
	size_t capacity = buffer->capacity ? buffer->capacity : 128;
	char *text;

	if (buffer->error)
		return buffer->error;
	if (more >= SIZE_MAX / 2 - buffer->length)
		return buffer->error = -ENOMEM;
	while (capacity < buffer->length + more + 1)
		capacity *= 2;
	if (capacity == buffer->capacity)
		return 0;

	text = realloc(buffer->text, capacity);
	if (!text)
		return buffer->error = -ENOMEM;
	buffer->text = text;
	buffer->capacity = capacity;
	return 0;
}

void strbuf_add_growing(struct strbuf *buffer, const char *bytes, size_t length)
{
	if (strbuf_reserve(buffer, length) < 0)
		return;
	memcpy(buffer->text + buffer->length, bytes, length);
	buffer->length += length;
	buffer->text[buffer->length] = '\0';
}

void strbuf_add_number(struct strbuf *buffer, uint64_t value)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	strbuf_add_bytes(buffer, digits + at, sizeof(digits) - at);
}

void strbuf_add_hex(struct strbuf *buffer, uint64_t value, unsigned int least)
{
	unsigned int n = value ? (67 - (unsigned int)__builtin_clzll(value)) / 4 : 1;
	char digits[16];

	if (n < least)
		n = least < sizeof(digits) ? least : sizeof(digits);
	for (unsigned int i = n; i > 0; value >>= 4)
		digits[--i] = "0123456789abcdef"[value & 0xf];
	strbuf_add_bytes(buffer, digits, n);
}

void strbuf_vaddf(struct strbuf *buffer, const char *format, va_list arguments)
{
	va_list again;
	int length;

	va_copy(again, arguments);
	length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (length < 0 || strbuf_reserve(buffer, (size_t)length) < 0)
		return;
	vsnprintf(buffer->text + buffer->length, (size_t)length + 1, format, arguments);
	buffer->length += (size_t)length;
}

void strbuf_addf(struct strbuf *buffer, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	strbuf_vaddf(buffer, format, arguments);
	va_end(arguments);
}

/* Bytes of the UTF-8 sequence at text, 0 where it is none (RFC 3629). */
static size_t utf8_length(const unsigned char *text)
{
	size_t length = text[0] < 0x80	 ? 1
			: text[0] < 0xc2 ? 0
			: text[0] < 0xe0 ? 2
			: text[0] < 0xf0 ? 3
			: text[0] < 0xf5 ? 4
					 : 0;

	for (size_t i = 1; i < length; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	if ((text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xed && text[1] > 0x9f) ||
	    (text[0] == 0xf0 && text[1] < 0x90) || (text[0] == 0xf4 && text[1] > 0x8f))
		return 0;
	return length;
}

static const char *json_short_escape(unsigned char byte)
{
	switch (byte) {
	case '"':
		return "\\\"";
	case '\\':
		return "\\\\";
	case '\n':
		return "\\n";
	case '\t':
		return "\\t";
	case '\r':
		return "\\r";
	}
	return NULL;
}

/* How many bytes stand for themselves in a JSON string and are ASCII. */
static size_t plain_length(const char *text)
{
	size_t n = 0;

	while ((unsigned char)text[n] >= 0x20 && (unsigned char)text[n] < 0x7f && text[n] != '"' &&
	       text[n] != '\\')
		n++;
	return n;
}

void strbuf_add_json(struct strbuf *buffer, const char *text)
{
	if (!text) {
		strbuf_add(buffer, "null");
		return;
	}
	strbuf_add(buffer, "\"");
	while (*text) {
		const unsigned char *at = (const unsigned char *)text;
		size_t length = plain_length(text);
		const char *escape = length ? NULL : json_short_escape(*at);

		if (!length)
			length = utf8_length(at);
		if (escape)
			strbuf_add(buffer, escape);
		else if (*at < 0x20 || *at == 0x7f)
			strbuf_addf(buffer, "\\u%04x", *at);
		else if (length)
			strbuf_add_bytes(buffer, text, length);
		else
			strbuf_add(buffer, "\\ufffd");
		text += length ? length : 1;
	}
	strbuf_add(buffer, "\"");
}
