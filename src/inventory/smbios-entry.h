/* SPDX-License-Identifier: GPL-2.0-only */
/* smbios-entry: the structure that says where the table is and how long (DSP0134, section 5.2). */
#pragma once

#include <stdint.h>

#include "util/bytes.h"

struct smbios_entry {
	unsigned int major;
	unsigned int minor;
	uint32_t length; /* bytes of the table: all of them, or (64-bit) at most */
	uint32_t count;	 /* structures in the table, 0 where the entry point does not say it */
};

/* Returns NULL, or why the bytes are no entry point; entry is untouched then. */
const char *smbios_entry_parse(struct bytes bytes, struct smbios_entry *ret_entry);
