// SPDX-License-Identifier: GPL-2.0-only
#include "inventory/smbios-names.h"

#include <stddef.h>

#include "util/cleanup.h"

/* DSP0134 3.7, section 7.18.2. 1 is "other" and 2 "unknown": no name. */
static const char *const types[] = {
	[0x03] = "DRAM",   [0x04] = "EDRAM",
	[0x05] = "VRAM",   [0x06] = "SRAM",
	[0x07] = "RAM",	   [0x08] = "ROM",
	[0x09] = "FLASH",  [0x0a] = "EEPROM",
	[0x0b] = "FEPROM", [0x0c] = "EPROM",
	[0x0d] = "CDRAM",  [0x0e] = "3DRAM",
	[0x0f] = "SDRAM",  [0x10] = "SGRAM",
	[0x11] = "RDRAM",  [0x12] = "DDR",
	[0x13] = "DDR2",   [0x14] = "FB-DIMM",
	[0x18] = "DDR3",   [0x19] = "FBD2",
	[0x1a] = "DDR4",   [0x1b] = "LPDDR",
	[0x1c] = "LPDDR2", [0x1d] = "LPDDR3",
	[0x1e] = "LPDDR4", [0x1f] = "logical non-volatile",
	[0x20] = "HBM",	   [0x21] = "HBM2",
	[0x22] = "DDR5",   [0x23] = "LPDDR5",
	[0x24] = "HBM3",
};

/* DSP0134 3.7, section 7.18.1. */
static const char *const forms[] = {
	[0x03] = "SIMM",    [0x04] = "SIP",    [0x05] = "chip",
	[0x06] = "DIP",	    [0x07] = "ZIP",    [0x08] = "proprietary card",
	[0x09] = "DIMM",    [0x0a] = "TSOP",   [0x0b] = "row of chips",
	[0x0c] = "RIMM",    [0x0d] = "SODIMM", [0x0e] = "SRIMM",
	[0x0f] = "FB-DIMM", [0x10] = "die",    [0x11] = "CAMM",
};

const char *smbios_type_name(uint8_t type)
{
	return type < ARRAY_SIZE(types) ? types[type] : NULL;
}

const char *smbios_form_name(uint8_t form)
{
	return form < ARRAY_SIZE(forms) ? forms[form] : NULL;
}
