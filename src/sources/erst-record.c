// SPDX-License-Identifier: GPL-2.0-only
#include "sources/erst-record.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "sources/wire.h"
#include "util/cleanup.h"

/* UEFI 2.10, N.2.1: a kernel writes an error there only as it goes down, with this severity. */
enum { WRITTEN_AS_FATAL = 1 };

/* UEFI 2.10, N.2.1 and N.2.3; record and section header, one behind the other. */
enum {
	HEADER_SIZE = 128,
	HEADERS_SIZE = 200,
	AT_SIGNATURE_END = 6,
	AT_SECTION_COUNT = 10,
	AT_LENGTH = 20,
	AT_CREATOR = 64,
	AT_RECORD_ID = 96,
	AT_SECTION_OFFSET = 128,
	AT_SECTION_LENGTH = 132,
	AT_SECTION_TYPE = 144,
	GUID_SIZE = 16,
};

/* As they lie in the record, the first three fields of a GUID little-endian. */
/* clang-format off */
static const uint8_t creator_linux[GUID_SIZE] = { /* 75a574e3-5052-4b29-8a8e-be2c6490b89d */
	0xe3, 0x74, 0xa5, 0x75, 0x52, 0x50, 0x29, 0x4b,
	0x8a, 0x8e, 0xbe, 0x2c, 0x64, 0x90, 0xb8, 0x9d,
};
static const uint8_t creator_fmpm[GUID_SIZE] = { /* cd5c2993-f4b2-41b2-b5d4-f9c3a0330875 */
	0x93, 0x29, 0x5c, 0xcd, 0xb2, 0xf4, 0xb2, 0x41,
	0xb5, 0xd4, 0xf9, 0xc3, 0xa0, 0x33, 0x08, 0x75,
};
static const uint8_t section_log[GUID_SIZE] = { /* c197e04e-d545-4a70-9c17-a5549419eb12 */
	0x4e, 0xe0, 0x97, 0xc1, 0x45, 0xd5, 0x70, 0x4a,
	0x9c, 0x17, 0xa5, 0x54, 0x94, 0x19, 0xeb, 0x12,
};
static const uint8_t section_log_z[GUID_SIZE] = { /* 4f118707-04dd-4055-b5dd-956d34ddfac6 */
	0x07, 0x87, 0x11, 0x4f, 0xdd, 0x04, 0x55, 0x40,
	0xb5, 0xdd, 0x95, 0x6d, 0x34, 0xdd, 0xfa, 0xc6,
};
/* clang-format on */

static bool has_guid(struct bytes bytes, size_t offset, const uint8_t guid[GUID_SIZE])
{
	return bytes_have(bytes, offset, GUID_SIZE) &&
	       memcmp(bytes.data + offset, guid, GUID_SIZE) == 0;
}

static enum erst_creator find_creator(struct bytes bytes)
{
	if (has_guid(bytes, AT_CREATOR, creator_linux))
		return ERST_LINUX;
	return has_guid(bytes, AT_CREATOR, creator_fmpm) ? ERST_FMPM : ERST_FOREIGN;
}

/*
 * Kernels patched to keep more errors store a pointer where the offset belongs;
 * their section begins behind the headers.
 */
static struct bytes find_body(struct bytes bytes, enum erst_creator creator)
{
	size_t length = bytes_u32(bytes, AT_LENGTH);
	size_t offset = bytes_u32(bytes, AT_SECTION_OFFSET);
	size_t size = bytes_u32(bytes, AT_SECTION_LENGTH);
	struct bytes record = { bytes.data, length };

	if (length < HEADERS_SIZE || length > bytes.size || bytes_u16(bytes, AT_SECTION_COUNT) != 1)
		return (struct bytes){ 0 };
	if (creator == ERST_LINUX && (offset < HEADERS_SIZE || offset >= length)) {
		offset = HEADERS_SIZE;
		if (!bytes_have(record, offset, size))
			size = length - offset;
	}
	if (offset < HEADERS_SIZE || !bytes_have(record, offset, size))
		return (struct bytes){ 0 };
	return (struct bytes){ bytes.data + offset, size };
}

int erst_record_parse(struct bytes bytes, struct erst_record *ret_record)
{
	if (bytes.size < HEADER_SIZE || memcmp(bytes.data, "CPER", 4) != 0 ||
	    bytes_u32(bytes, AT_SIGNATURE_END) != UINT32_MAX)
		return -EBADMSG;
	*ret_record = (struct erst_record){
		.id = bytes_u64(bytes, AT_RECORD_ID),
		.creator = find_creator(bytes),
	};
	ret_record->is_compressed = ret_record->creator == ERST_LINUX &&
				    has_guid(bytes, AT_SECTION_TYPE, section_log_z);
	ret_record->is_log =
		ret_record->is_compressed || (ret_record->creator == ERST_LINUX &&
					      has_guid(bytes, AT_SECTION_TYPE, section_log));
	ret_record->body = find_body(bytes, ret_record->creator);
	return 0;
}

/* The part of a name behind "<kind>-erst-"; NULL: it is another one. */
static const char *find_digits(const char *name)
{
	static const char mark[] = "-erst-", section[] = "cper-";
	const char *at = strstr(name, mark);
	size_t kind = at ? (size_t)(at - name) : 0;
	bool is_known =
		(kind == strlen("mce") && strncmp(name, "mce", kind) == 0) ||
		(kind == strlen("unknown") && strncmp(name, "unknown", kind) == 0) ||
		(kind >= sizeof(section) && strncmp(name, section, sizeof(section) - 1) == 0);

	return is_known ? at + sizeof(mark) - 1 : NULL;
}

int erst_parse_name(const char *name, uint64_t *ret_id)
{
	const char *digits = find_digits(name);

	if (!digits)
		return -EINVAL;
	return wire_parse_erst_id(digits, ret_id) < 0 ? -EBADMSG : 0;
}

struct firmware erst_file_firmware(const char *path, uint64_t id, struct bytes content)
{
	const char *slash = strrchr(path, '/');
	struct erst_record record;
	bool is_record = erst_record_parse(content, &record) == 0;
	struct firmware firmware = {
		.form = is_record ? FIRMWARE_RECORD : FIRMWARE_SECTION,
		.bytes = content,
		.severity = WRITTEN_AS_FATAL,
		.record_id = id,
		.time_us = wire_erst_time_us(id),
	};

	snprintf(firmware.name, sizeof(firmware.name), "%s", slash ? slash + 1 : path);
	return firmware;
}
