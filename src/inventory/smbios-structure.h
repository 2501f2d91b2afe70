/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * smbios-structure: one structure of the table, its fields and its strings
 * (DSP0134, section 6.1). Nothing outside of the table's bytes is read.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "inventory/smbios.h"
#include "util/bytes.h"

/* Points into the table. A field that fields is too short for reads as 0, as bytes.h does it. */
struct smbios_structure {
	size_t offset; /* in the table, for messages */
	struct bytes fields;
	struct bytes strings; /* without the two zeros at their end */
	size_t size;	      /* up to the next structure */
	bool endless;	      /* the strings have no end: they are taken up to the table's */
};

/* The structure at offset. Returns NULL, or why there is none that can be used. */
const char *smbios_structure_at(struct bytes table, size_t offset,
				struct smbios_structure *ret_structure);

/* Number of the structure's type, 127 for the last one in the table. */
unsigned int smbios_structure_type(const struct smbios_structure *structure);

/*
 * The string that the byte at offset names. It becomes "" where the structure
 * is too short for the byte, where that is 0, and where there is no such
 * string; returns false in the last case only.
 */
bool smbios_structure_string(const struct smbios_structure *structure, size_t offset,
			     smbios_string to);
