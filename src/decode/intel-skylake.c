// SPDX-License-Identifier: GPL-2.0-only
/* Skylake-SP, Cascade Lake, Cooper Lake: SDM Vol. 3B (253669), 06_55H. */
#include "decode/intel-units.h"
#include "decode/refine.h"
#include "event/bits.h"
#include "util/cleanup.h"

/* Table "Machine Check Error Codes for IA32_MC4_STATUS", bits 31:24. */
/* clang-format off */
static const struct code_row pcu_errors[] = {
	{ 0x0d, "DMI training timeout" },
	{ 0x0f, "DMI CPU reset acknowledge timeout" },
	{ 0x10, "More than one LT agent" },
	{ 0x1e, "BIOS reset complete: invalid sequence" },
	{ 0x1f, "BIOS: invalid package state configuration" },
	{ 0x25, "Message channel timeout" },
	{ 0x27, "Message channel: power management request completion timeout" },
	{ 0x30, "Package C-state: direct wake ring timeout" },
	{ 0x31, "Package C-state: invalid response from the PCH" },
	{ 0x33, "Package C-state: watchdog, hang in CBZ down" },
	{ 0x34, "Package C-state: watchdog, hang in CBZ up" },
	{ 0x38, "Package C-state: watchdog, hang in C3 up" },
	{ 0x40, "SVID: VCCIN regulator ICC maximum failure" },
	{ 0x41, "SVID: command timeout" },
	{ 0x42, "SVID: VCCIN regulator output voltage failure" },
	{ 0x43, "SVID: CPU regulator capability error" },
	{ 0x44, "SVID: critical regulator failed" },
	{ 0x45, "SVID: SA ITD error" },
	{ 0x46, "SVID: register read failed" },
	{ 0x47, "SVID: register write failed" },
	{ 0x48, "SVID: package C-state initialization failed" },
	{ 0x49, "SVID: package C-state configuration failed" },
	{ 0x4a, "SVID: package C-state request failed" },
	{ 0x4b, "SVID: IMON request failed" },
	{ 0x4c, "SVID: alert request failed" },
	{ 0x4d, "SVID: MCP regulator absent, or ramp error" },
	{ 0x4e, "SVID: unexpected MCP regulator" },
	{ 0x51, "FIVR: catastrophic overvoltage fault" },
	{ 0x52, "FIVR: catastrophic overcurrent fault" },
	{ 0x58, "Watchdog timeout: package C-state, secondary" },
	{ 0x59, "Watchdog timeout: package C-state, main" },
	{ 0x5a, "Watchdog timeout: package S-state, main" },
	{ 0x61, "Package S-state: CPD/UNCPD timeout" },
	{ 0x63, "Package S-state: invalid request from the PCH" },
	{ 0x64, "Package S-state: invalid internal request" },
	{ 0x65, "Package S-state: invalid internal response" },
	{ 0x6b, "Package S-state: SMBus VPP pause timeout" },
	{ 0x81, "Die too hot, recoverable" },
};

/* The same, bits 19:16. */
static const struct code_row pcu_internal_errors[] = {
	{ 0x1, "Internal error of the power control unit", 0x3 },
};

/* The same, MCACOD: what is not the power control unit's own. */
static const struct code_row pcu_reporters[] = {
	{ 0x0406, "Error of Trusted Execution Technology" },
	{ 0x0407, "Other internal error of the UBOX" },
};
/* clang-format on */

enum { MCACOD_INTERNAL = 0x0400, MCACOD_INTERNAL_MASK = 0xfc00 };

/*
 * With another MCACOD, IA32_MC4_STATUS is a copy of a core's IA32_MC3_STATUS (the
 * same table, MCACOD), and MSCOD is not this unit's.
 */
static bool is_pcu_code(uint16_t code)
{
	return (code & MCACOD_INTERNAL_MASK) == MCACOD_INTERNAL && code != MCACOD_INTERNAL;
}

static void refine_pcu(const struct decode_context *context, struct decoded *decoded)
{
	uint64_t status = context->record->status;
	uint16_t code = (uint16_t)bits(status, 15, 0);
	uint16_t error = (uint16_t)bits(status, 31, 24);
	uint16_t internal = (uint16_t)bits(status, 19, 16);
	const char *reporter = code_text(pcu_reporters, ARRAY_SIZE(pcu_reporters), code);

	if (!is_pcu_code(code))
		return;
	if (reporter)
		fact_add(decoded, "error", reporter, code);
	if (error)
		fact_add_error(decoded, pcu_errors, ARRAY_SIZE(pcu_errors), error);
	if (internal)
		fact_add_error(decoded, pcu_internal_errors, ARRAY_SIZE(pcu_internal_errors),
			       internal);
}

static void refine_upi(const struct decode_context *context, struct decoded *decoded)
{
	intel_upi(context, (uint16_t)bits(context->record->status, 21, 16), NULL, 0, decoded);
	intel_upi_control(context, decoded);
}

/* Table "M2M Error Codes for IA32_MC7 and MC8_STATUS". */
/* clang-format off */
static const struct fact_row m2m_errors[] = {
	INTEL_FLAG(16, "Read data error"),
	INTEL_FLAG(18, "Partial write data error"),
	INTEL_FLAG(19, "Full write data error"),
	INTEL_FLAG(20, "Clock domain crossing buffer error"),
	INTEL_FLAG(21, "Timeout"),
	INTEL_FLAG(22, "Tracker parity error"),
	INTEL_FLAG(23, "Fatal bucket 1 error"),
};
/* clang-format on */

enum {
	BANK_M2M_FIRST = 7,
	BANK_IMC_FIRST = 13,
	MISC_FAILOVER = 63,
	MISC_REPAIRED = 62,
	M2M_RESERVED = 0xff02, /* MSCOD bits that the table does not have */
	IMC_RESERVED = 0xf800,
	IMC_DDRT = 0x0800,
};

/* Both tables, "other info". 0 can be a device or none, so it is no location. */
static const struct fact_row device_row = {
	.name = "failed_device",
	.text = "First failed device, encoded",
	.high = 36,
	.low = 32,
	.needs = IF_CORRECTED,
};

/* Errors by flag: rest is what MSCOD has besides those of the table. */
static void add_unknown(struct decoded *decoded, uint16_t rest)
{
	if (rest)
		fact_add_error(decoded, NULL, 0, rest);
}

static void add_device(const struct decode_context *context, struct decoded *decoded)
{
	if (intel_is_memory(context))
		facts_from_register(decoded, &device_row, 1, context->record->status,
				    context->conditions);
}

static void refine_m2m(const struct decode_context *context, struct decoded *decoded)
{
	facts_from_register(decoded, m2m_errors, ARRAY_SIZE(m2m_errors), context->record->status,
			    context->conditions);
	add_unknown(decoded, intel_mscod(context) & M2M_RESERVED);
	add_device(context, decoded);
	intel_mirroring(context, MISC_FAILOVER, MISC_REPAIRED, decoded);
	decoded->location.imc = context->record->bank - BANK_M2M_FIRST;
}

/* Table "Intel IMC MC Error Codes for IA32_MCi_STATUS (i = 13-18)". */
/* clang-format off */
static const struct fact_row imc_errors[] = {
	INTEL_FLAG(16, "Address parity error"),
	INTEL_FLAG(17, "Write data parity error"),
	INTEL_FLAG(18, "Write byte enable parity error"),
	INTEL_FLAG(19, "Corrected patrol scrub error"),
	INTEL_FLAG(20, "Uncorrected patrol scrub error"),
	INTEL_FLAG(21, "Corrected spare error"),
	INTEL_FLAG(22, "Uncorrected spare error"),
	INTEL_FLAG(23, "Read error"),
	INTEL_FLAG(24, "Write data buffer read parity error"),
	INTEL_FLAG(25, "DDR4 command or address parity error"),
	INTEL_FLAG(26, "Uncorrected address parity error"),
};

/* The same with MSCOD bit 11: non-volatile DIMMs. */
static const struct code_row imc_ddrt_errors[] = {
	{ 0x800, "Unrecognized request type" },
	{ 0x801, "Read response to an invalid scoreboard entry" },
	{ 0x802, "Unexpected read response" },
	{ 0x803, "DDR4 completion to an invalid scoreboard entry" },
	{ 0x804, "Completion to an invalid scoreboard entry" },
	{ 0x805, "Completion FIFO overflow" },
	{ 0x806, "Corrected parity error" },
	{ 0x807, "Uncorrectable error" },
	{ 0x808, "Interrupt while an earlier one was not acknowledged" },
	{ 0x809, "ERID FIFO overflow" },
	{ 0x80a, "Write credit error" },
	{ 0x80b, "Read credit error" },
	{ 0x80c, "Scheduler error" },
	{ 0x80d, "Error event" },
};

/* The same: banks 13 to 18 are channels 0 and 1 of both controllers, then 2 of both. */
static const struct {
	uint8_t imc;
	uint8_t channel;
} imc_channels[] = { { 0, 0 }, { 0, 1 }, { 1, 0 }, { 1, 1 }, { 0, 2 }, { 1, 2 } };
/* clang-format on */

static void refine_imc(const struct decode_context *context, struct decoded *decoded)
{
	uint16_t mscod = intel_mscod(context);
	unsigned int index = context->record->bank - BANK_IMC_FIRST;

	if (mscod & IMC_DDRT) {
		fact_add_error(decoded, imc_ddrt_errors, ARRAY_SIZE(imc_ddrt_errors), mscod);
	} else {
		facts_from_register(decoded, imc_errors, ARRAY_SIZE(imc_errors),
				    context->record->status, context->conditions);
		add_unknown(decoded, mscod & IMC_RESERVED);
		add_device(context, decoded);
	}
	decoded->location.imc = imc_channels[index].imc;
	decoded->location.channel = imc_channels[index].channel;
}

/* Section "Incremental decoding information: 06_55H", which unit has which bank. */
/* clang-format off */
static const struct intel_unit units[] = {
	{ 0,  0,  "IFU",  "Instruction fetch unit" },
	{ 1,  1,  "DCU",  "Data cache unit" },
	{ 2,  2,  "DTLB", "Data TLB" },
	{ 3,  3,  "MLC",  "Mid-level cache" },
	{ 4,  4,  "PCU",  "Power control unit", refine_pcu },
	{ 5,  5,  "UPI",  "Ultra Path Interconnect", refine_upi },
	{ 6,  6,  "IIO",  "Integrated I/O" },
	{ 7,  8,  "M2M",  "Mesh to memory", refine_m2m },
	{ 9,  11, "CHA",  "Caching and home agent" },
	{ 12, 12, "UPI",  "Ultra Path Interconnect", refine_upi },
	{ 13, 18, "IMC",  "Integrated memory controller", refine_imc },
	{ 19, 19, "UPI",  "Ultra Path Interconnect", refine_upi },
};
/* clang-format on */

void refine_skylake_sp(const struct decode_context *context, struct decoded *decoded)
{
	intel_unit_refine(units, ARRAY_SIZE(units), context, decoded);
}
