/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * facts: tables of register fields, and the one place that writes
 * decoded.facts.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/decoded.h"

/* One field of a register that becomes a fact. */
struct fact_row {
	const char *name;	  /* stable key */
	const char *text;	  /* for a person; static */
	const char *const *texts; /* instead of text, by value, where a value has its own words */
	uint8_t n_texts;	  /* a value beyond them, or a NULL there, falls back to text */
	uint8_t high;		  /* bits, inclusive */
	uint8_t low;
	bool zero;	    /* a fact even where the field is 0 */
	unsigned int needs; /* enum decode_condition bits that must all hold */
};

/* Adds one fact; a full array keeps what it has. name and text must be static. */
void fact_add(struct decoded *decoded, const char *name, const char *text, uint64_t value);

/* One model-specific error code in words. */
struct code_row {
	uint16_t code;
	const char *text; /* static */
	uint16_t last;	  /* of a range that begins with code; 0: code alone */
};

/* The text of code in a table of n rows, NULL where it has none. */
const char *code_text(const struct code_row *rows, size_t n, uint16_t code);

/*
 * Adds the fact "error": the text of code in a table of n rows, or, for a code
 * that it does not have, "Unknown model-specific error". value is the code.
 */
void fact_add_error(struct decoded *decoded, const struct code_row *rows, size_t n, uint16_t code);

/* Adds the facts that a table of n rows finds in one register under these conditions. */
void facts_from_register(struct decoded *decoded, const struct fact_row *rows, size_t n,
			 uint64_t value, unsigned int conditions);
