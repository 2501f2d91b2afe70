// SPDX-License-Identifier: GPL-2.0-only
/* Sandy Bridge-EP, Ivy Bridge-EP/EX: SDM Vol. 3B (253669), 06_2DH and 06_3EH. */
#include "decode/intel-units.h"
#include "decode/refine.h"
#include "event/bits.h"
#include "util/cleanup.h"

/* Tables "Machine Check Error Codes for IA32_MC4_STATUS" of both, bits 19:16. */
/* clang-format off */
static const struct code_row microcontroller_errors[] = {
	{ 0x1, "Instruction address outside of the valid space" },
	{ 0x2, "Instruction RAM parity error" },
	{ 0x3, "Invalid opcode" },
	{ 0x4, "Instruction stack underflow" },
	{ 0x5, "Instruction stack overflow" },
	{ 0x6, "Data stack underflow" },
	{ 0x7, "Data stack overflow" },
	{ 0x8, "Data address outside of the valid space" },
	{ 0x9, "Data RAM parity error" },
};

/* The same, bits 31:24. */
static const struct code_row pcu_errors[] = {
	{ 0x0d, "IMC: force self-refresh for S3 timeout" },
	{ 0x0e, "CPD/UNCPD timeout" },
	{ 0x0f, "Package S-state: safe warm reset point timeout" },
	{ 0x43, "PECI mailbox quiesce timeout" },
	{ 0x5c, "More than one LT agent" },
	{ 0x60, "Package S-state: invalid request from the PCH" },
	{ 0x61, "Package S-state: invalid request from QPI" },
	{ 0x62, "Package S-state: invalid response from QPI" },
	{ 0x63, "Package C-state: invalid response from the PCH" },
	{ 0x64, "Invalid package state configuration" },
	{ 0x70, "Watchdog timeout: package C-state, secondary" },
	{ 0x71, "Watchdog timeout: package C-state, main" },
	{ 0x72, "Watchdog timeout: package S-state, main" },
	{ 0x7a, "HA: failover status changed" },
	{ 0x81, "Die too hot, recoverable" },
};

/* The same, what only 06_3EH has. */
static const struct code_row ivy_bridge_pcu_errors[] = {
	{ 0x44, "Critical regulator failed" },
	{ 0x45, "ICC maximum not supported" },
	{ 0x7b, "PCI Express: R2PCIe read/write block acknowledge timeout" },
};
/* clang-format on */

static void refine_pcu(const struct decode_context *context, const struct code_row *own, size_t n,
		       struct decoded *decoded)
{
	uint16_t microcontroller = (uint16_t)bits(context->record->status, 19, 16);
	uint16_t error = (uint16_t)bits(context->record->status, 31, 24);

	if (microcontroller)
		fact_add_error(decoded, microcontroller_errors, ARRAY_SIZE(microcontroller_errors),
			       microcontroller);
	if (code_text(own, n, error))
		fact_add_error(decoded, own, n, error);
	else if (error)
		fact_add_error(decoded, pcu_errors, ARRAY_SIZE(pcu_errors), error);
}

static void refine_sandy_bridge_pcu(const struct decode_context *context, struct decoded *decoded)
{
	refine_pcu(context, NULL, 0, decoded);
}

static void refine_ivy_bridge_pcu(const struct decode_context *context, struct decoded *decoded)
{
	refine_pcu(context, ivy_bridge_pcu_errors, ARRAY_SIZE(ivy_bridge_pcu_errors), decoded);
}

/* Table "Intel QPI MC Error Codes for IA32_MC6 and MC7_STATUS": MSCOD is all reserved. */
static void refine_qpi(const struct decode_context *context, struct decoded *decoded)
{
	if (intel_is_bus(context) && intel_mscod(context))
		fact_add_error(decoded, NULL, 0, intel_mscod(context));
}

/* Tables "Intel IMC MC Error Codes for IA32_MCi_STATUS", which list one bit for each error. */
/* clang-format off */
static const struct fact_row imc_errors[] = {
	INTEL_FLAG(16, "Address parity error"),
	INTEL_FLAG(17, "Write buffer data parity error"),
	INTEL_FLAG(18, "Write byte enable parity error"),
	INTEL_FLAG(19, "Corrected patrol scrub error"),
	INTEL_FLAG(20, "Uncorrected patrol scrub error"),
	INTEL_FLAG(21, "Corrected spare error"),
	INTEL_FLAG(22, "Uncorrected spare error"),
	INTEL_FLAG(23, "Corrected read error"),
	INTEL_FLAG(24, "Write data buffer parity error"),
};
/* clang-format on */

/* MSCOD bits that the tables do not have; 06_2DH ends with STATUS bit 22. */
enum { SANDY_BRIDGE_RESERVED = 0xff80, IVY_BRIDGE_RESERVED = 0xfe00 };

enum { RANKS_OF_DIMM_0 = 4, RANKS_OF_DIMM_1 = 6 };

/*
 * Ranks 0 to 3 are on DIMM 0, 4 and 5 on DIMM 1; 6 and 7 are DIMM 2's where
 * the channel has three slots and DIMM 1's where it has two. From mcelog's
 * author, who is with Intel; the SDM does not say it.
 */
static void add_dimm(struct location *location)
{
	if (location->rank == LOCATION_UNKNOWN || location->rank >= RANKS_OF_DIMM_1)
		return;
	location->dimm = location->rank < RANKS_OF_DIMM_0 ? 0 : 1;
}

static void refine_imc(const struct decode_context *context, uint16_t reserved,
		       struct decoded *decoded)
{
	intel_mscod_flags(context, imc_errors, ARRAY_SIZE(imc_errors), reserved, decoded);
	intel_imc_devices(context, decoded);
	add_dimm(&decoded->location);
}

static void refine_sandy_bridge_imc(const struct decode_context *context, struct decoded *decoded)
{
	decoded->location.imc = 0;
	refine_imc(context, SANDY_BRIDGE_RESERVED, decoded);
}

enum { BANK_HA_FIRST = 7, BANK_IMC_FIRST = 9, CHANNELS = 4 };

/* A bank for each channel; which controller's: Linux sb_edac, ibridge_get_ha(). */
static void refine_ivy_bridge_imc(const struct decode_context *context, struct decoded *decoded)
{
	unsigned int index = context->record->bank - BANK_IMC_FIRST;

	decoded->location.imc = (int32_t)(index / CHANNELS);
	refine_imc(context, IVY_BRIDGE_RESERVED, decoded);
	intel_imc_write_buffer(context, decoded);
}

static void refine_home_agent(const struct decode_context *context, struct decoded *decoded)
{
	if (intel_is_memory(context))
		decoded->location.imc = context->record->bank - BANK_HA_FIRST;
}

/*
 * Sections "Incremental decoding information", and SDM Vol. 4 (335592), MSRs of 06_3EH,
 * which unit has which bank. 06_2DH: banks 5 and 12 to 19 have no unit there.
 */
/* clang-format off */
#define CORE_UNITS \
	{ 0,  0,  "IFU",  "Instruction fetch unit" }, \
	{ 1,  1,  "DCU",  "Data cache unit" }, \
	{ 2,  2,  "DTLB", "Data TLB" }, \
	{ 3,  3,  "MLC",  "Mid-level cache" }

static const struct intel_unit sandy_bridge_ep[] = {
	CORE_UNITS,
	{ 4,  4,  "PCU",  "Power control unit", refine_sandy_bridge_pcu },
	{ 6,  7,  "QPI",  "QuickPath Interconnect", refine_qpi },
	{ 8,  11, "IMC",  "Integrated memory controller", refine_sandy_bridge_imc },
};

static const struct intel_unit ivy_bridge_ep[] = {
	CORE_UNITS,
	{ 4,  4,  "PCU",  "Power control unit", refine_ivy_bridge_pcu },
	{ 5,  5,  "QPI",  "QuickPath Interconnect", refine_qpi },
	{ 6,  6,  "IIO",  "Integrated I/O" },
	{ 7,  8,  "HA",   "Home agent", refine_home_agent },
	{ 9,  16, "IMC",  "Integrated memory controller", refine_ivy_bridge_imc },
	{ 17, 31, "CBO",  "Last-level cache" },
};
/* clang-format on */

/* One controller, so a memory error of any bank is its (Linux sb_edac, sbridge_get_ha()). */
void refine_sandy_bridge_ep(const struct decode_context *context, struct decoded *decoded)
{
	intel_unit_refine(sandy_bridge_ep, ARRAY_SIZE(sandy_bridge_ep), context, decoded);
	if (intel_is_memory(context))
		decoded->location.imc = 0;
}

void refine_ivy_bridge_ep(const struct decode_context *context, struct decoded *decoded)
{
	intel_unit_refine(ivy_bridge_ep, ARRAY_SIZE(ivy_bridge_ep), context, decoded);
}
