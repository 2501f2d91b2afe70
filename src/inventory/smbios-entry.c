// SPDX-License-Identifier: GPL-2.0-only
#include "inventory/smbios-entry.h"

#include <stdbool.h>
#include <string.h>

/* Section 5.2.1, table 1, and section 5.2.2, table 2. */
enum {
	SM_LENGTH = 0x05,
	SM_MAJOR = 0x06,
	SM_MINOR = 0x07,
	SM_TABLE_LENGTH = 0x16,
	SM_COUNT = 0x1c,
	SM_SIZE_OF_2_1 = 0x1e, /* an error of version 2.1 that firmware has kept */
	SM3_LENGTH = 0x06,
	SM3_MAJOR = 0x07,
	SM3_MINOR = 0x08,
	SM3_TABLE_LENGTH = 0x0c,
	SM3_SIZE = 0x18,
};

static bool begins_with(struct bytes bytes, const char *anchor)
{
	size_t length = strlen(anchor);

	return bytes_have(bytes, 0, length) && memcmp(bytes.data, anchor, length) == 0;
}

static bool sums_to_zero(struct bytes bytes, size_t length)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < length; i++)
		sum = (uint8_t)(sum + bytes.data[i]);
	return sum == 0;
}

static const char *check(struct bytes bytes, size_t length, size_t least)
{
	if (length < least || !bytes_have(bytes, 0, length))
		return "the entry point is cut short";
	if (!sums_to_zero(bytes, length))
		return "the entry point's checksum is wrong";
	return NULL;
}

const char *smbios_entry_parse(struct bytes bytes, struct smbios_entry *ret_entry)
{
	bool wide = begins_with(bytes, "_SM3_");
	const char *reason;

	if (!wide && !begins_with(bytes, "_SM_"))
		return "the entry point begins with neither _SM_ nor _SM3_";
	reason = wide ? check(bytes, bytes_u8(bytes, SM3_LENGTH), SM3_SIZE)
		      : check(bytes, bytes_u8(bytes, SM_LENGTH), SM_SIZE_OF_2_1);
	if (reason)
		return reason;
	if (wide)
		*ret_entry = (struct smbios_entry){
			.major = bytes_u8(bytes, SM3_MAJOR),
			.minor = bytes_u8(bytes, SM3_MINOR),
			.length = bytes_u32(bytes, SM3_TABLE_LENGTH),
		};
	else
		*ret_entry = (struct smbios_entry){
			.major = bytes_u8(bytes, SM_MAJOR),
			.minor = bytes_u8(bytes, SM_MINOR),
			.length = bytes_u16(bytes, SM_TABLE_LENGTH),
			.count = bytes_u16(bytes, SM_COUNT),
		};
	return NULL;
}
