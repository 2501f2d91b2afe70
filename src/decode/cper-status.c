// SPDX-License-Identifier: GPL-2.0-only
/*
 * Generic error status blocks, in which firmware hands errors to the system that
 * runs (GHES) and to the one that comes after a reset (BERT): ACPI 6.5,
 * 18.3.2.7.1, tables "Generic Error Status Block" and "Generic Error Data Entry".
 */
#include "decode/cper.h"

#include <stdio.h>

#include "decode/cper-fields.h"
#include "decode/cper-section.h"

enum {
	BLOCK_SIZE = 20,
	AT_RAW_OFFSET = 4,
	AT_RAW_LENGTH = 8,
	AT_DATA_LENGTH = 12,
	AT_SEVERITY = 16
};
enum {
	ENTRY_SIZE = 64,
	ENTRY_SIZE_3 = 72, /* with a time, since revision 3 */
	ENTRY_TYPE = 0,
	ENTRY_SEVERITY = 16,
	ENTRY_REVISION = 20,
	ENTRY_VALID = 22,
	ENTRY_FLAGS = 23,
	ENTRY_LENGTH = 24,
	ENTRY_FRU_ID = 28,
	ENTRY_FRU_TEXT = 44,
	ENTRY_TIME = 64,
};
enum { VALID_FRU_ID = 1, VALID_FRU_TEXT = 2, VALID_TIME = 4 };
enum { REVISION_3 = 0x300 };

static void take_entry(struct bytes entry, size_t header, uint32_t severity,
		       struct cper_frame *frame)
{
	struct cper_error *error = &frame->error;
	uint8_t valid = bytes_u8(entry, ENTRY_VALID);

	cper_frame_start(frame);
	frame->record_severity = severity;
	frame->severity = bytes_u32(entry, ENTRY_SEVERITY);
	frame->flags = bytes_u8(entry, ENTRY_FLAGS);
	error->type = cper_guid(entry, ENTRY_TYPE);
	if (valid & VALID_FRU_ID)
		error->fru_id = cper_guid(entry, ENTRY_FRU_ID);
	if (valid & VALID_FRU_TEXT)
		cper_fru_text(entry, ENTRY_FRU_TEXT, error->fru_text);
	if (header >= ENTRY_SIZE_3 && valid & VALID_TIME)
		error->record.time_us = cper_time_us(entry, ENTRY_TIME, &error->imprecise);
	error->body = cper_part(entry, header, SIZE_MAX);
}

/* The entries of one block; *section goes on over the blocks. False: the walk is to end. */
static bool walk_entries(struct cper_walk *walk, struct bytes data, uint32_t severity,
			 unsigned int *section)
{
	struct cper_frame frame;

	for (size_t at = 0; at < data.size; (*section)++) {
		struct bytes rest = cper_part(data, at, SIZE_MAX);
		size_t header =
			bytes_u16(rest, ENTRY_REVISION) >= REVISION_3 ? ENTRY_SIZE_3 : ENTRY_SIZE;
		size_t length = bytes_u32(rest, ENTRY_LENGTH);
		char name[32];

		snprintf(name, sizeof(name), "entry %u", *section + 1);
		if (rest.size < header) {
			cper_walk_problem(walk, "%s: its header goes past the end of the block",
					  name);
			return true;
		}
		if (!bytes_have(rest, header, length)) {
			cper_walk_problem(walk, "%s: its %zu bytes go past the end of the block",
					  name, length);
			return true;
		}
		take_entry(cper_part(rest, 0, header + length), header, severity, &frame);
		frame.error.section = *section;
		if (!cper_section(walk, &frame, name))
			return false;
		at += header + length;
	}
	return true;
}

/* Raw data, which is nobody's format, may follow the entries. */
static size_t block_size(struct bytes block, size_t data_length)
{
	size_t size = BLOCK_SIZE + data_length;
	size_t raw_end = (size_t)bytes_u32(block, AT_RAW_OFFSET) + bytes_u32(block, AT_RAW_LENGTH);

	return bytes_u32(block, AT_RAW_LENGTH) && raw_end > size ? raw_end : size;
}

int cper_parse_status(struct bytes bytes,
		      int (*each)(void *context, const struct cper_error *error), void *context,
		      char problem[CPER_PROBLEM_MAX])
{
	unsigned int section = 0;
	struct cper_walk walk;
	size_t at = 0;

	cper_walk_start(&walk, each, context, problem);
	if (bytes.size < BLOCK_SIZE)
		cper_walk_problem(&walk, "too short: %zu bytes, an error status block has %d",
				  bytes.size, BLOCK_SIZE);
	while (bytes_have(bytes, at, BLOCK_SIZE)) {
		struct bytes block = cper_part(bytes, at, SIZE_MAX);
		size_t length = bytes_u32(block, AT_DATA_LENGTH);

		if (!length)
			break;
		if (!bytes_have(block, BLOCK_SIZE, length))
			cper_walk_problem(
				&walk, "block at %zu: its %zu bytes go past the end of the region",
				at, length);
		if (!walk_entries(&walk, cper_part(block, BLOCK_SIZE, length),
				  bytes_u32(block, AT_SEVERITY), &section) ||
		    !bytes_have(block, BLOCK_SIZE, length))
			break;
		at += block_size(block, length);
	}
	return cper_walk_end(&walk);
}
