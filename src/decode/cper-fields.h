/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cper-fields: the fields of CPER sections as tables, and the encodings that
 * all of them share.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-id128.h>

#include "decode/phrase.h"
#include "event/decoded.h"
#include "util/bytes.h"

enum { CPER_ALWAYS = 64 };

/* A field of a section that becomes a fact. */
struct cper_row {
	const char *name;	  /* stable key */
	const char *text;	  /* for a person; static */
	const char *const *texts; /* instead of text, by value */
	uint8_t n_texts;	  /* a value beyond them, or a NULL there, falls back to text */
	uint8_t valid;		  /* the bit of the validation bits that says so, or CPER_ALWAYS */
	uint16_t offset;	  /* in the section, in bytes */
	uint8_t size;		  /* in bytes, at most 8 */
	uint8_t high;		  /* bits, inclusive; 0 with low 0: all */
	uint8_t low;
	bool not_zero; /* no fact where the field is 0 */
	uint8_t place; /* CPER_PLACE(member) where it is a part of the location, too; else 0 */
};

#define CPER_PLACE(member) (offsetof(struct location, member) + 1)

/* Texts of a row, by value. */
#define CPER_TEXTS(table) .texts = (table), .n_texts = ARRAY_SIZE(table)

/*
 * Adds the facts of a table of n rows, of those fields that valid marks and
 * that the section is long enough for.
 */
void cper_facts(struct bytes section, uint64_t valid, const struct cper_row *rows, size_t n,
		struct decoded *decoded);

/* Whether the bit of valid is set and the field lies in the section. */
bool cper_has(struct bytes section, uint64_t valid, unsigned int bit, size_t offset, size_t size);

/* size bytes at offset, cut at the end of the block; empty where that is before offset. */
struct bytes cper_part(struct bytes bytes, size_t offset, size_t size);

/* A GUID in UEFI's mixed byte order (appendix A), in the order in which it is printed. */
sd_id128_t cper_guid(struct bytes bytes, size_t offset);

/*
 * The time stamp of UEFI N.2.1 and of ACPI's entries: 8 BCD bytes. us since the
 * epoch, taken for UTC; 0 where it is no time.
 */
int64_t cper_time_us(struct bytes bytes, size_t offset, bool *ret_imprecise);

/* Error status of UEFI N.2.11, memory and PCI sections: the fact "error", and which signals. */
void cper_error_status(uint64_t status, struct decoded *decoded);

/* Appends " text number", after a comma where it is the first such place of the phrase. */
void cper_add_place(struct phrase *phrase, const char *text, uint64_t value, bool *first);

/* Appends value in hexadecimal with that many digits (1 to 16) and nothing before it. */
void cper_add_digits(struct phrase *phrase, uint64_t value, unsigned int digits);

/* Appends "ssss:bb:dd.f". */
void cper_add_pci(struct phrase *phrase, uint16_t segment, uint8_t bus, uint8_t device,
		  uint8_t function);

/* Appends a GUID as it is printed. */
void cper_add_guid(struct phrase *phrase, sd_id128_t guid);
