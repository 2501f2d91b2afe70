/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * text-cper: a section of a CPER record, written again from the lines in which
 * the kernel printed it (drivers/firmware/efi/cper*.c): the fields of lines, the
 * structures that a section consists of, and dumps. For the other text-cper-*.c.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-id128.h>

#include "sources/text-prefix.h"

enum {
	TEXT_SECTION_MAX = 8192, /* bytes; what lies beyond is left out */
	TEXT_NO_DUMP = TEXT_SECTION_MAX,
	TEXT_NO_VALID = 255,
};

/* Which structure of a section lines belong to. */
enum text_part {
	TEXT_HEAD,
	TEXT_INFO,    /* error information of a processor; a CXL error log */
	TEXT_CONTEXT, /* registers of a processor */
};

/*
 * What is known of a section so far. Bytes of which nothing was printed are 0, and
 * so are their validation bits.
 */
struct text_section {
	sd_id128_t type; /* null: not told */
	const struct text_kind *kind;
	size_t size;
	enum text_part part;
	size_t base;	    /* where the structure at hand begins; fields count from there */
	size_t valid_at;    /* where its validation bits are */
	size_t dump;	    /* where the next dump goes; TEXT_NO_DUMP: none is due */
	size_t dump_size;   /* of it, as told before; SIZE_MAX unknown */
	size_t dump_end;    /* how far the last one came, from dump */
	uint8_t dump_valid; /* the bit that it makes valid, or TEXT_NO_VALID */
	uint8_t body[TEXT_SECTION_MAX];
};

enum text_format {
	TEXT_DECIMAL,
	TEXT_HEX,
	TEXT_STATUS,  /* "text (0x0123)", once without the text */
	TEXT_VERSION, /* "3.1": major.minor, a byte each */
	TEXT_ADDRESS, /* "0000:01:02.3": segment << 24 | bus << 16 | device << 8 | function */
};

/* How a field is printed, and where it belongs. */
struct text_field {
	const char *label; /* with its colon */
	enum text_format format;
	uint8_t digits; /* of hexadecimal numbers; one with fewer was cut */
	uint8_t count;	/* of numbers, one behind the other; 0 is 1 */
	uint16_t offset;
	uint8_t size;
	uint8_t shift;
	uint8_t valid; /* bit, or TEXT_NO_VALID */
	/* Instead of offset, size and shift; false: no such value. */
	bool (*put)(struct text_section *section, uint64_t value);
};

/* Makes the section reach to offset + size; false: that is too far. */
bool text_cper_room(struct text_section *section, size_t offset, size_t size);

/* Little-endian numbers in the body, which has room for them (offset from its beginning). */
void text_cper_put(struct text_section *section, size_t offset, size_t size, uint64_t value);
uint64_t text_cper_get(const struct text_section *section, size_t offset, size_t size);

/* A GUID in UEFI's mixed byte order. */
void text_cper_put_guid(uint8_t *at, sd_id128_t guid);

/* "a5bc1114-6f64-4ede-b863-3e83ed7c83b1", all of the span. */
bool text_cper_guid(struct span span, sd_id128_t *ret_guid);

void text_cper_valid(struct text_section *section, unsigned int bit);

/* Every field of a line that begins with one; false: it begins with none. */
bool text_cper_fields(struct text_section *section, const struct text_field *fields, size_t n,
		      struct span line);

/* The next dump is one of size bytes for offset; its first line makes a bit valid. */
void text_cper_expect_dump(struct text_section *section, size_t offset, size_t size, uint8_t valid);

/* A line of the dump that is due: "00000010: 01234567 89abcdef ...". */
bool text_cper_dump(struct text_section *section, struct span line);

/* A line's words behind a label, without blanks around; false: it does not begin with it. */
bool text_cper_after(struct span line, const char *label, struct span *ret_rest);

/* The index of a text in a table; -1: none. */
int text_cper_find(struct span text, const char *const *texts, size_t n);

/* "Error info structure 2:": the number behind the words of label. */
bool text_cper_index(struct span line, const char *label, unsigned int max,
		     unsigned int *ret_index);
