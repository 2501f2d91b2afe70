// SPDX-License-Identifier: GPL-2.0-only
#include "event/firmware.h"

#include <inttypes.h>
#include <stdio.h>

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
