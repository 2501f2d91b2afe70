// SPDX-License-Identifier: GPL-2.0-only
#include "sources/kdump-header.h"

#include <errno.h>
#include <string.h>

#include "util/bytes.h"

enum field {
	AT_VERSION = 8,
	AT_MACHINE = 12 + 4 * 65, /* the fifth name of struct new_utsname */
	AT_TIME = 408,
	AT_BLOCK_SIZE = 428,
	HEADER_SIZE = 432,
	SUB_INFO_OFFSET = 32,
	SUB_INFO_SIZE = 40,
	SUB_NOTE_OFFSET = 48,
	SUB_NOTE_SIZE = 56,
	SUB_SIZE = 64,
	SIGNATURE_SIZE = 8,
};

/* The second block; a field is there from its version on. */
static int read_sub_header(const struct dump_reader *reader, struct bytes first,
			   struct kdump_header *header)
{
	uint32_t version = bytes_u32(first, AT_VERSION);
	uint8_t raw[SUB_SIZE];
	struct bytes bytes = { raw, sizeof(raw) };
	int r;

	if (version < 3)
		return 0;
	r = dump_read(reader, raw, sizeof(raw), bytes_u32(first, AT_BLOCK_SIZE));
	if (r < 0)
		return r == -ENODATA ? 0 : r;
	header->info_offset = bytes_u64(bytes, SUB_INFO_OFFSET);
	header->info_size = bytes_u64(bytes, SUB_INFO_SIZE);
	if (version < 4)
		return 0;
	header->notes_offset = bytes_u64(bytes, SUB_NOTE_OFFSET);
	header->notes_size = bytes_u64(bytes, SUB_NOTE_SIZE);
	return 0;
}

int kdump_header_read(const struct dump_reader *reader, struct kdump_header *ret_header)
{
	uint8_t raw[HEADER_SIZE];
	struct bytes bytes = { raw, sizeof(raw) };
	struct kdump_header header = { 0 };
	uint64_t time;
	int r = dump_read(reader, raw, sizeof(raw), 0);

	if (r < 0)
		return r == -ENODATA ? -ENOENT : r;
	if (memcmp(raw, "KDUMP   ", SIGNATURE_SIZE) != 0 &&
	    memcmp(raw, "DISKDUMP", SIGNATURE_SIZE) != 0)
		return -ENOENT;
	header.x86_64 = memcmp(raw + AT_MACHINE, "x86_64", sizeof("x86_64")) == 0;
	if (!header.x86_64) {
		*ret_header = header;
		return 0;
	}
	time = bytes_u64(bytes, AT_TIME);
	header.time = time <= UINT32_MAX ? (int64_t)time : 0;
	r = read_sub_header(reader, bytes, &header);
	if (r < 0)
		return r;
	*ret_header = header;
	return 0;
}
