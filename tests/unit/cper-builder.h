/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A builder of CPER records, status blocks and sections from lines of text, so
 * that a golden case shows what it puts where:
 *
 *   form record | status | alone	what comes around the sections; record unless told
 *   section GUID SIZE [SEVERITY]	begins a section of SIZE zero bytes; severity 2
 *   old				its entry in a status block is of revision 0x201
 *   put OFFSET SIZE VALUE		a little-endian number in the section
 *   guid OFFSET GUID			a GUID in the section
 *   desc OFFSET SIZE VALUE		a number in its descriptor or entry
 *   text OFFSET TEXT			bytes in its descriptor or entry
 *   header OFFSET SIZE VALUE		a number in the header, after all else
 *   creator GUID			the record's
 *   length N				cuts or lengthens (with 0xff) the whole
 */
#pragma once

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-id128.h>

#include "util/bytes.h"
#include "util/cleanup.h"

enum {
	BUILD_SECTIONS_MAX = 8,
	BUILD_SECTION_MAX = 1024,
	BUILD_DESC_MAX = 72,
	BUILD_MAX = 16384,
	BUILD_PUTS_MAX = 32,
};

enum build_form { BUILD_RECORD, BUILD_STATUS, BUILD_ALONE };

struct build_put {
	size_t offset, size;
	uint64_t value;
};

struct build_section {
	size_t size;
	bool old;
	uint8_t body[BUILD_SECTION_MAX];
	uint8_t desc[BUILD_DESC_MAX];
};

struct build {
	enum build_form form;
	unsigned int n_sections;
	struct build_section sections[BUILD_SECTIONS_MAX];
	uint8_t creator[16];
	unsigned int n_puts;
	struct build_put puts[BUILD_PUTS_MAX]; /* into the header */
	long length;			       /* -1: as it comes out */
	uint32_t severity;		       /* of the last section */
	sd_id128_t type;		       /* likewise */
	size_t size;
	uint8_t bytes[BUILD_MAX];
};

static inline void build_le(uint8_t *at, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		at[i] = (uint8_t)(value >> i * 8);
}

/* UEFI's mixed byte order, written without the code under test. */
static inline void build_guid(uint8_t *at, const char *text)
{
	unsigned int a, b, c, d[8];

	if (sscanf(text, "%8x-%4x-%4x-%2x%2x-%2x%2x%2x%2x%2x%2x", &a, &b, &c, &d[0], &d[1], &d[2],
		   &d[3], &d[4], &d[5], &d[6], &d[7]) != 11)
		abort();
	build_le(at, a, 4);
	build_le(at + 4, b, 2);
	build_le(at + 6, c, 2);
	for (int i = 0; i < 8; i++)
		at[8 + i] = (uint8_t)d[i];
}

static inline size_t build_entry_size(const struct build_section *section)
{
	return section->old ? 64 : 72;
}

static inline void build_begin_section(struct build *build, const char *guid, size_t size,
				       uint32_t severity)
{
	struct build_section *section = &build->sections[build->n_sections++];

	if (build->n_sections > BUILD_SECTIONS_MAX || size > BUILD_SECTION_MAX ||
	    sd_id128_from_string(guid, &build->type) < 0)
		abort();
	section->size = size;
	build->severity = severity;
	if (build->form == BUILD_STATUS) {
		build_guid(section->desc, guid);
		build_le(section->desc + 16, severity, 4);
		build_le(section->desc + 20, 0x300, 2);
		build_le(section->desc + 24, size, 4);
	} else {
		build_le(section->desc + 4, size, 4);
		build_le(section->desc + 8, 0x100, 2);
		build_guid(section->desc + 16, guid);
		build_le(section->desc + 48, severity, 4);
	}
}

static inline void build_put_in(uint8_t *area, size_t room, size_t offset, size_t size,
				uint64_t value)
{
	if (size > 8 || offset + size > room)
		abort();
	build_le(area + offset, value, size);
}

/* One line of a case; aborts at what it does not know. */
static inline void build_line(struct build *build, const char *line)
{
	struct build_section *section =
		build->n_sections ? &build->sections[build->n_sections - 1] : NULL;
	char word[64];
	size_t offset, size;
	unsigned int severity = 2;
	char number[32];
	int n = 0;

	if (sscanf(line, "form %63s", word) == 1)
		build->form = strcmp(word, "status") == 0  ? BUILD_STATUS
			      : strcmp(word, "alone") == 0 ? BUILD_ALONE
							   : BUILD_RECORD;
	else if (sscanf(line, "section %63s %zu %u", word, &size, &severity) >= 2)
		build_begin_section(build, word, size, severity);
	else if (strcmp(line, "old") == 0 && section) {
		section->old = true;
		build_le(section->desc + 20, 0x201, 2);
	} else if (sscanf(line, "put %zu %zu %31s", &offset, &size, number) == 3)
		build_put_in(section->body, section->size, offset, size, strtoull(number, NULL, 0));
	else if (sscanf(line, "guid %zu %63s", &offset, word) == 2)
		build_guid(section->body + offset, word);
	else if (sscanf(line, "desc %zu %zu %31s", &offset, &size, number) == 3)
		build_put_in(section->desc, BUILD_DESC_MAX, offset, size,
			     strtoull(number, NULL, 0));
	else if (sscanf(line, "text %zu %n", &offset, &n) == 1 && n)
		memcpy(section->desc + offset, line + n, strlen(line + n));
	else if (sscanf(line, "header %zu %zu %31s", &offset, &size, number) == 3)
		build->puts[build->n_puts++] =
			(struct build_put){ offset, size, strtoull(number, NULL, 0) };
	else if (sscanf(line, "creator %63s", word) == 1)
		build_guid(build->creator, word);
	else if (sscanf(line, "length %ld", &build->length) != 1) {
		fprintf(stderr, "cannot build: %s\n", line);
		abort();
	}
}

static inline void build_record(struct build *build)
{
	size_t at = 128 + 72 * (size_t)build->n_sections;

	memcpy(build->bytes, "CPER", 4);
	build_le(build->bytes + 4, 0x100, 2);
	build_le(build->bytes + 6, UINT32_MAX, 4);
	build_le(build->bytes + 10, build->n_sections, 2);
	build_le(build->bytes + 12, build->severity, 4);
	memcpy(build->bytes + 64, build->creator, 16);
	for (unsigned int i = 0; i < build->n_sections; i++) {
		struct build_section *section = &build->sections[i];

		if (!bytes_u32((struct bytes){ section->desc, BUILD_DESC_MAX }, 0))
			build_le(section->desc, at, 4);
		memcpy(build->bytes + 128 + 72 * i, section->desc, 72);
		memcpy(build->bytes + at, section->body, section->size);
		at += section->size;
	}
	build_le(build->bytes + 20, at, 4);
	build->size = at;
}

static inline void build_status(struct build *build)
{
	size_t at = 20;

	for (unsigned int i = 0; i < build->n_sections; i++) {
		struct build_section *section = &build->sections[i];

		memcpy(build->bytes + at, section->desc, build_entry_size(section));
		at += build_entry_size(section);
		memcpy(build->bytes + at, section->body, section->size);
		at += section->size;
	}
	build_le(build->bytes, build->n_sections << 4, 4);
	build_le(build->bytes + 12, at - 20, 4);
	build_le(build->bytes + 16, build->severity, 4);
	build->size = at;
}

/* The bytes of all lines so far. */
static inline struct bytes build_end(struct build *build)
{
	switch (build->form) {
	case BUILD_RECORD:
		build_record(build);
		break;
	case BUILD_STATUS:
		build_status(build);
		break;
	case BUILD_ALONE:
		build->size = build->sections[0].size;
		memcpy(build->bytes, build->sections[0].body, build->size);
		break;
	}
	if (build->length > (long)build->size)
		memset(build->bytes + build->size, 0xff, (size_t)build->length - build->size);
	for (unsigned int i = 0; i < build->n_puts; i++)
		build_put_in(build->bytes, BUILD_MAX, build->puts[i].offset, build->puts[i].size,
			     build->puts[i].value);
	if (build->length >= 0)
		build->size = (size_t)build->length;
	return (struct bytes){ build->bytes, build->size };
}
