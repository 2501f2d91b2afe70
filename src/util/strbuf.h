/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A growing string. Appending cannot fail visibly: the first failed allocation
 * is remembered and later appends do nothing; the user asks once, at the end.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct strbuf {
	char *text;	 /* NUL-terminated, NULL while empty; owned */
	size_t length;	 /* without the NUL */
	size_t capacity;
	int error;	 /* 0 or -ENOMEM */
};

/* A strbuf starts as {0}; free releases the text and makes it {0} again. */
void strbuf_free(struct strbuf *buffer);

/* Forgets the text, keeps the memory. */
void strbuf_reset(struct strbuf *buffer);

/* The text so far, "" while empty; valid until the next change. */
const char *strbuf_text(const struct strbuf *buffer);

/* Makes room for length more bytes and appends them: strbuf_add_bytes() where there is none. */
void strbuf_add_growing(struct strbuf *buffer, const char *bytes, size_t length);

/* Inline, as is strbuf_add(), so that the length of a literal is known as it is compiled. */
static inline void strbuf_add_bytes(struct strbuf *buffer, const char *bytes, size_t length)
{
	if (buffer->error || buffer->capacity - buffer->length <= length) {
		strbuf_add_growing(buffer, bytes, length);
		return;
	}
	memcpy(buffer->text + buffer->length, bytes, length);
	buffer->length += length;
	buffer->text[buffer->length] = '\0';
}

static inline void strbuf_add(struct strbuf *buffer, const char *text)
{
	strbuf_add_bytes(buffer, text, strlen(text));
}

/* The value in decimal, and in lower-case hexadecimal with at least digits digits (1 to 16). */
void strbuf_add_number(struct strbuf *buffer, uint64_t value);
void strbuf_add_hex(struct strbuf *buffer, uint64_t value, unsigned int digits);

void strbuf_addf(struct strbuf *buffer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void strbuf_vaddf(struct strbuf *buffer, const char *format, va_list arguments)
	__attribute__((format(printf, 2, 0)));

/*
 * Appends text as a JSON string with its quotes. Control bytes are escaped,
 * bytes that are not UTF-8 become U+FFFD. NULL is written as null.
 */
void strbuf_add_json(struct strbuf *buffer, const char *text);

#define _cleanup_strbuf_ __attribute__((cleanup(strbuf_free)))
