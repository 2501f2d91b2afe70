// SPDX-License-Identifier: GPL-2.0-only
#include "decode/smca.h"

#include "event/bits.h"
#include "util/cleanup.h"

/*
 * AMD PPRs, "MCA Banks", HardwareID and McaType of each MCA_IPID: family 17h
 * model 01h (54945), family 19h models 01h (55898) and 11h (55901), family 1Ah
 * model 02h (57238). Types found on MI200 and MI300 only are taken as facts from the Linux
 * kernel's smca_hwid_mcatypes, with which the others agree. Two types of one unit
 * differ in their extended error codes only.
 */
/* clang-format off */
#define ROW(h, m, c, t, x) .hwid = (h), .mcatype = (m), .class = CLASS_##c, .type = (t), .text = (x)

static const struct smca_bank_type bank_types[] = {
	/* HWID B0h: the core */
	{ ROW(0x0b0, 0x00, UNKNOWN,  "LS",       "Load-Store Unit") },
	{ ROW(0x0b0, 0x10, UNKNOWN,  "LS",       "Load-Store Unit") },
	{ ROW(0x0b0, 0x01, UNKNOWN,  "IF",       "Instruction Fetch Unit") },
	{ ROW(0x0b0, 0x02, UNKNOWN,  "L2",       "L2 Cache") },
	{ ROW(0x0b0, 0x03, UNKNOWN,  "DE",       "Decode Unit") },
	{ ROW(0x0b0, 0x05, UNKNOWN,  "EX",       "Execution Unit") },
	{ ROW(0x0b0, 0x06, UNKNOWN,  "FP",       "Floating-Point Unit") },
	{ ROW(0x0b0, 0x07, UNKNOWN,  "L3",       "L3 Cache") },

	/* HWID 2Eh: the Data Fabric */
	{ ROW(0x02e, 0x00, UNKNOWN,  "CS",       "Coherent Slave") },
	{ ROW(0x02e, 0x01, UNKNOWN,  "PIE",      "Power Management, Interrupts, Etc.") },
	{ ROW(0x02e, 0x02, UNKNOWN,  "CS",       "Coherent Slave") },
	{ ROW(0x02e, 0x04, UNKNOWN,  "MA_LLC",   "Memory Attached Last Level Cache") },

	/* HWID 96h: memory controllers; type 1 is the HBM one of MI200 and MI300 */
	{ ROW(0x096, 0x00, MEMORY,   "UMC",      "Unified Memory Controller") },
	{ ROW(0x096, 0x01, MEMORY,   "UMC",      "Unified Memory Controller") },

	/* microcontrollers and fuses */
	{ ROW(0x005, 0x00, INTERNAL, "PB",       "Parameter Block") },
	{ ROW(0x0ff, 0x00, INTERNAL, "PSP",      "Platform Security Processor") },
	{ ROW(0x0ff, 0x01, INTERNAL, "PSP",      "Platform Security Processor") },
	{ ROW(0x001, 0x00, INTERNAL, "SMU",      "System Management Unit") },
	{ ROW(0x001, 0x01, INTERNAL, "SMU",      "System Management Unit") },
	{ ROW(0x001, 0x02, INTERNAL, "MP5",      "Microprocessor 5 Unit") },
	{ ROW(0x001, 0x03, INTERNAL, "MPDMA",    "MPDMA Unit") },

	/* I/O */
	{ ROW(0x018, 0x00, IO,       "NBIO",     "Northbridge I/O Unit") },
	{ ROW(0x046, 0x00, IO,       "PCIE",     "PCI Express Root Port") },
	{ ROW(0x046, 0x01, IO,       "PCIE",     "PCI Express Root Port") },
	{ ROW(0x06c, 0x00, IO,       "NBIF",     "NBIF Unit") },
	{ ROW(0x080, 0x00, IO,       "SHUB",     "System Hub Unit") },
	{ ROW(0x0a8, 0x00, IO,       "SATA",     "SATA Unit") },
	{ ROW(0x0aa, 0x00, IO,       "USB",      "USB Unit") },

	/* links between dies and sockets */
	{ ROW(0x050, 0x00, BUS,      "XGMI_PCS", "External Global Memory Interconnect PCS") },
	{ ROW(0x170, 0x00, BUS,      "USR_DP",   "Ultra Short Reach Data Plane Controller") },
	{ ROW(0x180, 0x00, BUS,      "USR_CP",   "Ultra Short Reach Control Plane Controller") },
	{ ROW(0x241, 0x00, BUS,      "GMI_PCS",  "Global Memory Interconnect PCS") },
	{ ROW(0x259, 0x00, BUS,      "XGMI_PHY", "External Global Memory Interconnect PHY") },
	{ ROW(0x267, 0x00, BUS,      "WAFL_PHY", "WAFL PHY") },
	{ ROW(0x269, 0x00, BUS,      "GMI_PHY",  "Global Memory Interconnect PHY") },
};
/* clang-format on */

const struct smca_bank_type *smca_bank_types(size_t *ret_count)
{
	*ret_count = ARRAY_SIZE(bank_types);
	return bank_types;
}

const struct smca_bank_type *smca_find(uint64_t ipid)
{
	for (size_t i = 0; i < ARRAY_SIZE(bank_types); i++) {
		if (bank_types[i].hwid == bits(ipid, 43, 32) &&
		    bank_types[i].mcatype == bits(ipid, 63, 48))
			return &bank_types[i];
	}
	return NULL;
}

enum { LEGACY_FAMILY_FIRST = 0xf, LEGACY_FAMILIES = 8, LEGACY_BANKS = 7 };

/*
 * BKDGs: family 0fh (26094, 32559), 10h (31116), 11h (41256), 12h (41131),
 * 14h (43170), 15h (42301, 49125), 16h (48751), "Machine Check Architecture",
 * table of the banks. NULL: no such bank, or a reserved one.
 */
/* clang-format off */
static const char *const legacy_types[LEGACY_FAMILIES][LEGACY_BANKS] = {
	[0x0f - 0xf] = { "DC", "IC", "BU", "LS", "NB" },
	[0x10 - 0xf] = { "DC", "IC", "BU", "LS", "NB", "FR" },
	[0x11 - 0xf] = { "DC", "IC", "BU", "LS", "NB" },
	[0x12 - 0xf] = { "DC", "IC", "BU", "LS", "NB", "FR" },
	[0x14 - 0xf] = { "DC", "IC", "BU", "LS", "NB", "FR" },
	[0x15 - 0xf] = { "LS", "IF", "CU", "DE", "NB", "EX", "FP" },
	[0x16 - 0xf] = { "LS", "IF", "BU", NULL, "NB", "EX" },
};
/* clang-format on */

const char *amd_legacy_bank_type(unsigned int family, unsigned int bank)
{
	if (family < LEGACY_FAMILY_FIRST || family - LEGACY_FAMILY_FIRST >= LEGACY_FAMILIES)
		return NULL;
	if (bank >= LEGACY_BANKS)
		return NULL;
	return legacy_types[family - LEGACY_FAMILY_FIRST][bank];
}
