// SPDX-License-Identifier: GPL-2.0-only
#include "decode/cper.h"

#include <stdio.h>
#include <string.h>

#include "decode/cper-fields.h"
#include "decode/cper-section.h"

/* UEFI 2.10, N.2.1, table "Error Record Header", and N.2.3, "Section Descriptor". */
enum {
	HEADER_SIZE = 128,
	AT_SIGNATURE_END = 6,
	AT_SECTION_COUNT = 10,
	AT_SEVERITY = 12,
	AT_VALID = 16,
	AT_LENGTH = 20,
	AT_TIME = 24,
	AT_PLATFORM = 32,
	AT_PARTITION = 48,
	AT_CREATOR = 64,
	AT_NOTIFICATION = 80,
	AT_RECORD_ID = 96,
	AT_FLAGS = 104,
};
enum {
	DESCRIPTOR_SIZE = 72,
	DESCRIPTOR_VALID = 10,
	DESCRIPTOR_FLAGS = 12,
	DESCRIPTOR_TYPE = 16,
	DESCRIPTOR_FRU_ID = 32,
	DESCRIPTOR_SEVERITY = 48,
	DESCRIPTOR_FRU_TEXT = 52,
};
enum { VALID_PLATFORM = 1, VALID_TIME = 2, VALID_PARTITION = 4 };
enum { VALID_FRU_ID = 1, VALID_FRU_TEXT = 2 };
enum { FLAG_PREVIOUS = 2, FLAG_SIMULATED = 4 };

/* Linux, CPER_CREATOR_PSTORE: of what the kernel itself keeps, machine checks and logs. */
static const sd_id128_t creator_linux =
	SD_ID128_MAKE(75, a5, 74, e3, 50, 52, 4b, 29, 8a, 8e, be, 2c, 64, 90, b8, 9d);

/* Years 1970 to 2242. */
#define SECONDS_MAX ((UINT64_C(1) << 33) - 1)

/* Linux stores seconds where UEFI has BCD digits. */
static void take_time(struct bytes record, struct cper_error *error)
{
	uint64_t seconds = bytes_u64(record, AT_TIME);

	if (!sd_id128_equal(error->creator, creator_linux))
		error->record.time_us = cper_time_us(record, AT_TIME, &error->imprecise);
	else if (seconds <= SECONDS_MAX)
		error->record.time_us = (int64_t)seconds * 1000000;
}

int64_t cper_record_time_us(struct bytes record)
{
	struct cper_error error = { .creator = cper_guid(record, AT_CREATOR) };
	bool is_record = record.size >= HEADER_SIZE && memcmp(record.data, "CPER", 4) == 0;

	if (is_record && bytes_u32(record, AT_VALID) & VALID_TIME)
		take_time(record, &error);
	return error.record.time_us;
}

static void take_header(struct bytes record, struct cper_frame *frame)
{
	struct cper_error *error = &frame->error;
	uint32_t valid = bytes_u32(record, AT_VALID), flags = bytes_u32(record, AT_FLAGS);

	cper_frame_start(frame);
	frame->record_severity = bytes_u32(record, AT_SEVERITY);
	error->creator = cper_guid(record, AT_CREATOR);
	error->notification = cper_guid(record, AT_NOTIFICATION);
	error->record_id = bytes_u64(record, AT_RECORD_ID);
	error->record.replayed = flags & FLAG_PREVIOUS;
	error->simulated = flags & FLAG_SIMULATED;
	if (valid & VALID_PLATFORM)
		error->platform = cper_guid(record, AT_PLATFORM);
	if (valid & VALID_PARTITION)
		error->partition = cper_guid(record, AT_PARTITION);
	if (valid & VALID_TIME)
		take_time(record, error);
}

/*
 * Kernels patched to keep errors of APEI store a pointer as the offset of their
 * only section, which is where it always is.
 */
static bool is_pointer(struct bytes record, const struct cper_error *error, size_t offset)
{
	return sd_id128_equal(error->creator, creator_linux) &&
	       bytes_u16(record, AT_SECTION_COUNT) == 1 &&
	       (offset < HEADER_SIZE + DESCRIPTOR_SIZE || offset >= record.size);
}

/* The body that a descriptor names, or none, with the reason as the walk's problem. */
static bool find_body(struct cper_walk *walk, struct bytes record, struct bytes descriptor,
		      const char *name, struct cper_frame *frame)
{
	size_t offset = bytes_u32(descriptor, 0), size = bytes_u32(descriptor, 4);

	if (is_pointer(record, &frame->error, offset)) {
		offset = HEADER_SIZE + DESCRIPTOR_SIZE;
		if (!bytes_have(record, offset, size))
			size = record.size - offset;
	}
	if (offset < HEADER_SIZE + DESCRIPTOR_SIZE)
		cper_walk_problem(walk, "%s: begins at %zu, in the headers of the record", name,
				  offset);
	else if (!bytes_have(record, offset, size))
		cper_walk_problem(walk, "%s: its %zu bytes at %zu go past the end of the record",
				  name, size, offset);
	else {
		frame->error.body = cper_part(record, offset, size);
		return true;
	}
	return false;
}

static void take_descriptor(struct bytes descriptor, struct cper_frame *frame)
{
	struct cper_error *error = &frame->error;
	uint8_t valid = bytes_u8(descriptor, DESCRIPTOR_VALID);

	frame->severity = bytes_u32(descriptor, DESCRIPTOR_SEVERITY);
	frame->flags = bytes_u32(descriptor, DESCRIPTOR_FLAGS);
	error->type = cper_guid(descriptor, DESCRIPTOR_TYPE);
	error->fru_id = SD_ID128_NULL;
	error->fru_text[0] = '\0';
	if (valid & VALID_FRU_ID)
		error->fru_id = cper_guid(descriptor, DESCRIPTOR_FRU_ID);
	if (valid & VALID_FRU_TEXT)
		cper_fru_text(descriptor, DESCRIPTOR_FRU_TEXT, error->fru_text);
}

static void walk_sections(struct cper_walk *walk, struct bytes record)
{
	unsigned int count = bytes_u16(record, AT_SECTION_COUNT);
	struct cper_frame frame;

	take_header(record, &frame);
	if (!count)
		cper_walk_problem(walk, "the record has no sections");
	for (unsigned int i = 0; i < count; i++) {
		struct bytes descriptor =
			cper_part(record, HEADER_SIZE + i * DESCRIPTOR_SIZE, DESCRIPTOR_SIZE);
		char name[32];

		snprintf(name, sizeof(name), "section %u of %u", i + 1, count);
		if (descriptor.size < DESCRIPTOR_SIZE) {
			cper_walk_problem(
				walk, "%s: its descriptor goes past the end of the record", name);
			return;
		}
		frame.error.section = i;
		take_descriptor(descriptor, &frame);
		if (find_body(walk, record, descriptor, name, &frame) &&
		    !cper_section(walk, &frame, name))
			return;
	}
}

/* False, with the reason as the walk's problem: no record. */
static bool check_record(struct cper_walk *walk, struct bytes bytes)
{
	if (!bytes.size)
		cper_walk_problem(walk, "empty");
	else if (bytes.size < HEADER_SIZE)
		cper_walk_problem(walk, "too short: %zu bytes, the header of a record has %d",
				  bytes.size, HEADER_SIZE);
	else if (memcmp(bytes.data, "CPER", 4) != 0 ||
		 bytes_u32(bytes, AT_SIGNATURE_END) != UINT32_MAX)
		cper_walk_problem(walk, "not a CPER record: no signature");
	else if (bytes_u32(bytes, AT_LENGTH) < HEADER_SIZE)
		cper_walk_problem(walk, "the record says it has %u bytes, less than its header",
				  bytes_u32(bytes, AT_LENGTH));
	else
		return true;
	return false;
}

int cper_parse(struct bytes bytes, int (*each)(void *context, const struct cper_error *error),
	       void *context, char problem[CPER_PROBLEM_MAX])
{
	struct cper_walk walk;

	cper_walk_start(&walk, each, context, problem);
	if (check_record(&walk, bytes)) {
		uint32_t length = bytes_u32(bytes, AT_LENGTH);

		if (length > bytes.size)
			cper_walk_problem(&walk,
					  "the record says it has %u bytes, there are only %zu",
					  length, bytes.size);
		walk_sections(&walk, cper_part(bytes, 0, length));
	}
	return cper_walk_end(&walk);
}
