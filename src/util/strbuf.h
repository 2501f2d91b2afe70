/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A growing string. Appending cannot fail visibly: the first failed allocation
 * is remembered and later appends do nothing; the user asks once, at the end.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>

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

void strbuf_add(struct strbuf *buffer, const char *text);
void strbuf_add_bytes(struct strbuf *buffer, const char *bytes, size_t length);
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
