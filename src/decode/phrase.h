/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * phrase: bounded text in somebody else's array, without stdio and memory
 * allocation. What does not fit is cut; the text is always NUL-terminated.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct phrase {
	char *text;
	size_t size; /* of the array, at least 1 */
	size_t length;
};

/* Starts an empty phrase in text, which has size bytes (at least 1). */
void phrase_start(struct phrase *phrase, char *text, size_t size);

void phrase_add(struct phrase *phrase, const char *text);

/* Appends value in decimal. */
void phrase_add_number(struct phrase *phrase, uint64_t value);

/* Appends "0x" and value with at least digits hexadecimal digits (1 to 16). */
void phrase_add_hex(struct phrase *phrase, uint64_t value, unsigned int digits);
