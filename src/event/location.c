// SPDX-License-Identifier: GPL-2.0-only
#include "event/location.h"

#include <string.h>

#define ROW(member)                                                                                \
	{                                                                                          \
		.name = #member, .offset = offsetof(struct location, member)                       \
	}

const struct location_info location_fields[LOCATION_FIELDS] = {
	ROW(socket), ROW(imc),	      ROW(channel), ROW(dimm), ROW(rank),
	ROW(device), ROW(bank_group), ROW(bank),    ROW(row),  ROW(column),
};

int32_t location_get(const struct location *location, unsigned int index)
{
	int32_t value;

	memcpy(&value, (const char *)location + location_fields[index].offset, sizeof(value));
	return value;
}

/* clang-format off */
const struct location location_nowhere = {
	LOCATION_UNKNOWN, LOCATION_UNKNOWN, LOCATION_UNKNOWN, LOCATION_UNKNOWN, LOCATION_UNKNOWN,
	LOCATION_UNKNOWN, LOCATION_UNKNOWN, LOCATION_UNKNOWN, LOCATION_UNKNOWN, LOCATION_UNKNOWN,
};
/* clang-format on */
