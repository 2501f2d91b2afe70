/* SPDX-License-Identifier: GPL-2.0-only */
/* The fields of struct location as a table, for what prints or stores them by name. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "event/decoded.h"

enum { LOCATION_FIELDS = 10 };

struct location_info {
	const char *name; /* as in the event JSON, "channel" */
	uint16_t offset;  /* in struct location; the field is an int32_t */
};

/* In the order of the event JSON. */
extern const struct location_info location_fields[LOCATION_FIELDS];

/* The value of location_fields[index], LOCATION_UNKNOWN where nothing is known. */
int32_t location_get(const struct location *location, unsigned int index);

/* Nothing is known. */
extern const struct location location_nowhere;
