// SPDX-License-Identifier: GPL-2.0-only
#include "event/firmware.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void firmware_key(enum source_id source, uint64_t record_id, struct bytes body, unsigned int number,
		  char ret_key[RECORD_KEY_MAX])
{
	char id[24] = "", further[16] = "";

	if (record_id)
		snprintf(id, sizeof(id), ":%" PRIu64, record_id);
	if (number)
		snprintf(further, sizeof(further), ":%u", number);
	snprintf(ret_key, RECORD_KEY_MAX, "%s%s:%016" PRIx64 "%s", source_id_name(source), id,
		 bytes_hash(body), further);
}

struct bytes firmware_first_record(struct bytes bytes)
{
	enum { AT_LENGTH = 20, HEADER_SIZE = 128 };
	uint32_t length = bytes_u32(bytes, AT_LENGTH);

	if (bytes.size < 4 || memcmp(bytes.data, "CPER", 4) != 0)
		return (struct bytes){ 0 };
	if (length >= HEADER_SIZE && length < bytes.size)
		bytes.size = length;
	return bytes;
}
