// SPDX-License-Identifier: GPL-2.0-only
/* Sandy Bridge-EP, Ivy Bridge-EP/EX: SDM Vol. 3B (253669), 06_2DH and 06_3EH. */
#include "decode/bits.h"
#include "decode/intel-units.h"
#include "decode/refine.h"
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

/* The same, bits 31:24; 44h, 45h and 7Bh are 06_3EH's. */
static const struct code_row pcu_errors[] = {
	{ 0x0d, "IMC: force self-refresh for S3 timeout" },
	{ 0x0e, "CPD/UNCPD timeout" },
	{ 0x0f, "Package S-state: safe warm reset point timeout" },
	{ 0x43, "PECI mailbox quiesce timeout" },
	{ 0x44, "Critical regulator failed" },
	{ 0x45, "ICC maximum not supported" },
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
	{ 0x7b, "PCI Express: R2PCIe read/write block acknowledge timeout" },
	{ 0x81, "Die too hot, recoverable" },
};
/* clang-format on */

static void refine_pcu(const struct decode_context *context, struct decoded *decoded)
{
	uint16_t microcontroller = (uint16_t)bits(context->record->status, 19, 16);
	uint16_t error = (uint16_t)bits(context->record->status, 31, 24);

	if (microcontroller)
		fact_add_error(decoded, microcontroller_errors, ARRAY_SIZE(microcontroller_errors),
			       microcontroller);
	if (error)
		fact_add_error(decoded, pcu_errors, ARRAY_SIZE(pcu_errors), error);
}

/* Tables "Intel IMC MC Error Codes for IA32_MCi_STATUS"; 06_2DH ends with bit 22. */
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

enum {
	MISC_FIRST_VALID = 62,
	MISC_SECOND_VALID = 63,
	RANKS_OF_DIMM_0 = 4,
	RANKS_OF_DIMM_1 = 6,
};

/*
 * Ranks 0 to 3 are on DIMM 0, 4 and 5 on DIMM 1; 6 and 7 are DIMM 2's where
 * the channel has three slots and DIMM 1's where it has two.
 */
static int32_t dimm_of_rank(uint64_t rank)
{
	if (rank < RANKS_OF_DIMM_0)
		return 0;
	return rank < RANKS_OF_DIMM_1 ? 1 : LOCATION_UNKNOWN;
}

/*
 * Tables "Intel IMC MC Error Codes for IA32_MCi_MISC", with MSR_ERROR_CONTROL
 * (17FH) bit 1 set: the devices and ranks of a corrected error, each with a
 * bit that says that it is there.
 */
static void add_devices(const struct decode_context *context, struct decoded *decoded)
{
	uint64_t status = context->record->status, misc = context->record->misc;
	struct location *location = &decoded->location;

	if (misc & BIT64(MISC_FIRST_VALID)) {
		location->rank = (int32_t)bits(misc, 50, 46);
		location->dimm = dimm_of_rank(bits(misc, 50, 46));
		location->device = (int32_t)bits(status, 36, 32);
		fact_add(decoded, "device_error_mask", "Failed bits of the device",
			 bits(misc, 29, 14));
	}
	if (misc & BIT64(MISC_SECOND_VALID)) {
		fact_add(decoded, "second_rank", "Rank of the second failed device",
			 bits(misc, 55, 51));
		fact_add(decoded, "second_device", "Second failed device", bits(misc, 13, 9));
		fact_add(decoded, "second_device_error_mask", "Failed bits of the second device",
			 bits(misc, 45, 30));
	}
}

static void refine_imc(const struct decode_context *context, struct decoded *decoded)
{
	facts_from_register(decoded, imc_errors, ARRAY_SIZE(imc_errors), context->record->status,
			    context->conditions);
	if (intel_is_memory(context) && intel_has_corrected_misc(context))
		add_devices(context, decoded);
}

/* Sandy Bridge has one controller, with a bank for each of its four channels. */
static void refine_sandy_bridge_imc(const struct decode_context *context, struct decoded *decoded)
{
	decoded->location.imc = 0;
	refine_imc(context, decoded);
}

enum { BANK_HA_FIRST = 7, BANK_IMC_FIRST = 9, CHANNELS = 4 };

static void refine_ivy_bridge_imc(const struct decode_context *context, struct decoded *decoded)
{
	unsigned int index = context->record->bank - BANK_IMC_FIRST;

	decoded->location.imc = (int32_t)(index / CHANNELS);
	refine_imc(context, decoded);
}

static void refine_home_agent(const struct decode_context *context, struct decoded *decoded)
{
	if (intel_is_memory(context))
		decoded->location.imc = context->record->bank - BANK_HA_FIRST;
}

/* Sections "Incremental decoding information", which unit has which bank. */
/* clang-format off */
#define CORE_UNITS \
	{ 0,  0,  "IFU",  "Instruction fetch unit" }, \
	{ 1,  1,  "DCU",  "Data cache unit" }, \
	{ 2,  2,  "DTLB", "Data TLB" }, \
	{ 3,  3,  "MLC",  "Mid-level cache" }, \
	{ 4,  4,  "PCU",  "Power control unit", refine_pcu }

static const struct intel_unit sandy_bridge_ep[] = {
	CORE_UNITS,
	{ 6,  7,  "QPI",  "QuickPath Interconnect" },
	{ 8,  11, "IMC",  "Integrated memory controller", refine_sandy_bridge_imc },
};

static const struct intel_unit ivy_bridge_ep[] = {
	CORE_UNITS,
	{ 5,  5,  "QPI",  "QuickPath Interconnect" },
	{ 7,  8,  "HA",   "Home agent", refine_home_agent },
	{ 9,  16, "IMC",  "Integrated memory controller", refine_ivy_bridge_imc },
};
/* clang-format on */

void refine_sandy_bridge_ep(const struct decode_context *context, struct decoded *decoded)
{
	intel_unit_refine(sandy_bridge_ep, ARRAY_SIZE(sandy_bridge_ep), context, decoded);
}

void refine_ivy_bridge_ep(const struct decode_context *context, struct decoded *decoded)
{
	intel_unit_refine(ivy_bridge_ep, ARRAY_SIZE(ivy_bridge_ep), context, decoded);
}
