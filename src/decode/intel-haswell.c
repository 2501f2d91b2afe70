// SPDX-License-Identifier: GPL-2.0-only
/* Haswell-EP/EX, Broadwell-DE, Broadwell-EP/EX: SDM Vol. 3B (253669), 06_3FH, 06_56H, 06_4FH. */
#include "decode/intel-units.h"
#include "decode/refine.h"
#include "event/bits.h"
#include "util/cleanup.h"

/* Tables "Machine Check Error Codes for IA32_MC4_STATUS" of 06_3FH and 06_56H, bits 31:24. */
/* clang-format off */
static const struct code_row pcu_errors[] = {
	{ 0x09, "Message channel timeout" },
	{ 0x13, "DMI training timeout" },
	{ 0x15, "DMI CPU reset acknowledge timeout" },
	{ 0x1e, "Regulator ICC maximum is below the fused one" },
	{ 0x25, "SVID: command timeout" },
	{ 0x29, "Regulator output voltage maximum is below the fused SVID" },
	{ 0x2b, "Package C-state: watchdog, hang in CBZ down" },
	{ 0x2c, "Package C-state: watchdog, hang in CBZ up" },
	{ 0x44, "Critical regulator failed" },
	{ 0x46, "VID ramp down failed" },
	{ 0x49, "SVID: writing output voltage maximum failed" },
	{ 0x4b, "Boot VID timeout, DRAM 0" },
	{ 0x4f, "SVID: command error" },
	{ 0x52, "FIVR: catastrophic overvoltage fault" },
	{ 0x53, "FIVR: catastrophic overcurrent fault" },
	{ 0x57, "SVID: package C-state request failed" },
	{ 0x58, "SVID: IMON request failed" },
	{ 0x59, "SVID: alert request failed" },
	{ 0x62, "Package S-state: invalid response from QPI" },
	{ 0x64, "Invalid package state configuration" },
	{ 0x67, "HA and IMC read/write block acknowledge timeout" },
	{ 0x6a, "Message channel: power management request completion timeout" },
	{ 0x72, "Watchdog timeout: package S-state, main" },
	{ 0x81, "Die too hot, recoverable" },
};

/* The same, what only 06_3FH and 06_4FH have. */
static const struct code_row haswell_pcu_errors[] = {
	{ 0x0d, "IMC: force self-refresh for S3 timeout" },
	{ 0x0e, "CPD/UNCPD timeout" },
	{ 0x39, "Package C-state: watchdog, hang in C3 up" },
	{ 0x45, "ICC maximum not supported" },
	{ 0x47, "Exclusive mode without power management completion" },
	{ 0x48, "SVID: reading ICC maximum failed" },
	{ 0x4c, "Boot VID timeout, DRAM 1" },
	{ 0x4d, "Boot VID timeout, DRAM 2" },
	{ 0x4e, "Boot VID timeout, DRAM 3" },
	{ 0x60, "Package S-state: invalid request from the PCH" },
	{ 0x61, "Package S-state: invalid request from QPI" },
	{ 0x63, "Package S-state: invalid response from the PCH" },
	{ 0x68, "IMC: SMBus read/write timeout" },
	{ 0x69, "HA: failover status changed" },
	{ 0x70, "Watchdog timeout: package C-state, secondary" },
	{ 0x71, "Watchdog timeout: package C-state, main" },
	{ 0x7c, "BIOS reset complete: invalid sequence" },
	{ 0x7d, "More than one TXT agent" },
};

/* The same, what only 06_56H has. */
static const struct code_row broadwell_de_pcu_errors[] = {
	{ 0x26, "Package C-state: direct wake ring timeout" },
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

static void refine_pcu(const struct decode_context *context, const struct code_row *own, size_t n,
		       struct decoded *decoded)
{
	uint64_t status = context->record->status;
	uint16_t code = (uint16_t)bits(status, 15, 0);
	uint16_t error = (uint16_t)bits(status, 31, 24);
	uint16_t internal = (uint16_t)bits(status, 19, 16);

	if (code_text(pcu_reporters, ARRAY_SIZE(pcu_reporters), code))
		fact_add_error(decoded, pcu_reporters, ARRAY_SIZE(pcu_reporters), code);
	if (code_text(own, n, error))
		fact_add_error(decoded, own, n, error);
	else if (error)
		fact_add_error(decoded, pcu_errors, ARRAY_SIZE(pcu_errors), error);
	if (internal)
		fact_add_error(decoded, pcu_internal_errors, ARRAY_SIZE(pcu_internal_errors),
			       internal);
}

static void refine_haswell_pcu(const struct decode_context *context, struct decoded *decoded)
{
	if (intel_is_pcu(context))
		refine_pcu(context, haswell_pcu_errors, ARRAY_SIZE(haswell_pcu_errors), decoded);
}

/* Table of 06_56H, bits 23:20. */
static const struct fact_row broadwell_de_ubox_error = INTEL_FLAG(22, "UBOX error");

static void refine_broadwell_de_pcu(const struct decode_context *context, struct decoded *decoded)
{
	if (!intel_is_pcu(context))
		return;
	refine_pcu(context, broadwell_de_pcu_errors, ARRAY_SIZE(broadwell_de_pcu_errors), decoded);
	facts_from_register(decoded, &broadwell_de_ubox_error, 1, context->record->status,
			    context->conditions);
}

/* Table "Intel QPI Machine Check Error Codes", IA32_MC5, MC20, MC21_STATUS bits 31:16. */
/* clang-format off */
static const struct code_row qpi_errors[] = {
	{ 0x02, "Physical layer drift buffer alarm" },
	{ 0x03, "Physical layer latency buffer rollover" },
	{ 0x10, "Link layer control error from R3QPI" },
	{ 0x11, "Receiver aborted link layer retry on a CRC error" },
	{ 0x12, "Unsupported or undefined packet" },
	{ 0x13, "Link layer control error" },
	{ 0x15, "Routeback table used an uninitialized value" },
	{ 0x20, "Physical layer in-band reset, initialization aborted" },
	{ 0x21, "Link failover: data self-healing" },
	{ 0x22, "Physical layer in-band reset, width unchanged" },
	{ 0x23, "Link failover: clock" },
	{ 0x30, "CRC error: retry worked after a physical layer reset" },
	{ 0x31, "CRC error: retry worked without a physical layer reset" },
};
/* clang-format on */

static void refine_qpi(const struct decode_context *context, struct decoded *decoded)
{
	if (intel_is_bus(context) && intel_mscod(context))
		fact_add_error(decoded, qpi_errors, ARRAY_SIZE(qpi_errors), intel_mscod(context));
}

/*
 * Tables "Intel IMC MC Error Codes for IA32_MCi_STATUS" (i = 9-16; 06_56H: 9, 10), which
 * list one bit for each error. 06_56H names two tables as its own; both count.
 */
/* clang-format off */
static const struct fact_row imc_errors[] = {
	INTEL_FLAG(16, "Address parity error"),
	INTEL_FLAG(17, "Uncorrected write data error"),
	INTEL_FLAG(18, "Uncorrected write byte enable error"),
	INTEL_FLAG(19, "Corrected patrol scrub error"),
	INTEL_FLAG(20, "Uncorrected patrol scrub error"),
	INTEL_FLAG(21, "Corrected spare error"),
	INTEL_FLAG(22, "Uncorrected spare error"),
	INTEL_FLAG(23, "Corrected read error"),
	INTEL_FLAG(24, "Write data buffer parity error"),
	INTEL_FLAG(25, "DDR4 command or address parity error"),
};
/* clang-format on */

/* MSCOD bits that the tables do not have; 06_4FH lacks STATUS bit 23. */
enum { IMC_RESERVED = 0xfc00, BROADWELL_EP_RESERVED = 0xfc80 };

enum { BANK_HA_FIRST = 7, BANK_IMC_FIRST = 9, CHANNELS = 4 };

/* SDM Vol. 4 (335592), MSRs of 06_3FH: a bank for each channel of both controllers. */
static void refine_imc(const struct decode_context *context, uint16_t reserved,
		       struct decoded *decoded)
{
	unsigned int index = context->record->bank - BANK_IMC_FIRST;

	intel_mscod_flags(context, imc_errors, ARRAY_SIZE(imc_errors), reserved, decoded);
	decoded->location.imc = (int32_t)(index / CHANNELS);
	decoded->location.channel = (int32_t)(index % CHANNELS);
}

/* The only one of the three whose MISC has a table. */
static void refine_haswell_imc(const struct decode_context *context, struct decoded *decoded)
{
	refine_imc(context, IMC_RESERVED, decoded);
	intel_imc_devices(context, decoded);
	intel_imc_write_buffer(context, decoded);
}

static void refine_broadwell_ep_imc(const struct decode_context *context, struct decoded *decoded)
{
	refine_imc(context, BROADWELL_EP_RESERVED, decoded);
}

static void refine_broadwell_de_imc(const struct decode_context *context, struct decoded *decoded)
{
	refine_imc(context, IMC_RESERVED, decoded);
}

/* The home agent takes the channel from the error code; it has the number of its controller. */
static void refine_home_agent(const struct decode_context *context, struct decoded *decoded)
{
	if (intel_is_memory(context))
		decoded->location.imc = context->record->bank - BANK_HA_FIRST;
}

/* Table "Intel HA MC Error Codes for IA32_MCi_MISC (i = 7, 8)" of 06_4FH. */
enum { MISC_FAILOVER = 41, MISC_REPAIRED = 42 };

static void refine_broadwell_home_agent(const struct decode_context *context,
					struct decoded *decoded)
{
	refine_home_agent(context, decoded);
	intel_mirroring(context, MISC_FAILOVER, MISC_REPAIRED, decoded);
}

/*
 * Sections "Incremental decoding information", and SDM Vol. 4 (335592), MSRs of the three,
 * which unit has which bank.
 */
/* clang-format off */
#define CORE_UNITS \
	{ 0,  0,  "IFU",  "Instruction fetch unit" }, \
	{ 1,  1,  "DCU",  "Data cache unit" }, \
	{ 2,  2,  "DTLB", "Data TLB" }, \
	{ 3,  3,  "MLC",  "Mid-level cache" }

static const struct intel_unit haswell_ep[] = {
	CORE_UNITS,
	{ 4,  4,  "PCU",  "Power control unit", refine_haswell_pcu },
	{ 5,  5,  "QPI",  "QuickPath Interconnect", refine_qpi },
	{ 6,  6,  "IIO",  "Integrated I/O" },
	{ 7,  8,  "HA",   "Home agent", refine_home_agent },
	{ 9,  16, "IMC",  "Integrated memory controller", refine_haswell_imc },
	{ 17, 19, "CBO",  "Last-level cache" },
	{ 20, 21, "QPI",  "QuickPath Interconnect", refine_qpi },
};

static const struct intel_unit broadwell_ep[] = {
	CORE_UNITS,
	{ 4,  4,  "PCU",  "Power control unit", refine_haswell_pcu },
	{ 5,  5,  "QPI",  "QuickPath Interconnect", refine_qpi },
	{ 6,  6,  "IIO",  "Integrated I/O" },
	{ 7,  8,  "HA",   "Home agent", refine_broadwell_home_agent },
	{ 9,  16, "IMC",  "Integrated memory controller", refine_broadwell_ep_imc },
	{ 17, 19, "CBO",  "Last-level cache" },
	{ 20, 21, "QPI",  "QuickPath Interconnect", refine_qpi },
};

static const struct intel_unit broadwell_de[] = {
	CORE_UNITS,
	{ 4,  4,  "PCU",  "Power control unit", refine_broadwell_de_pcu },
	{ 6,  6,  "IIO",  "Integrated I/O" },
	{ 7,  7,  "HA",   "Home agent", refine_home_agent },
	{ 9,  10, "IMC",  "Integrated memory controller", refine_broadwell_de_imc },
	{ 17, 19, "CBO",  "Last-level cache" },
};
/* clang-format on */

void refine_haswell_ep(const struct decode_context *context, struct decoded *decoded)
{
	intel_unit_refine(haswell_ep, ARRAY_SIZE(haswell_ep), context, decoded);
}

void refine_broadwell_ep(const struct decode_context *context, struct decoded *decoded)
{
	intel_unit_refine(broadwell_ep, ARRAY_SIZE(broadwell_ep), context, decoded);
}

void refine_broadwell_de(const struct decode_context *context, struct decoded *decoded)
{
	intel_unit_refine(broadwell_de, ARRAY_SIZE(broadwell_de), context, decoded);
}
