// SPDX-License-Identifier: GPL-2.0-only
/*
 * Diamond Rapids, 13_01H. The SDM does not have it yet: facts from Intel's
 * patches to mcelog and to the Linux driver imh_edac.
 */
#include "decode/intel-imc.h"
#include "decode/intel-units.h"
#include "decode/refine.h"
#include "event/bits.h"
#include "util/cleanup.h"

enum { MCACOD_SCAN = 0x040b };

/* IA32_MC4_STATUS MSCOD: the compute block's power unit. */
/* clang-format off */
static const struct code_row cbb_errors[] = {
	{ 0x0001, "Machine check while CR4.MCE was clear" },
	{ 0x0002, "Machine check while another was in progress" },
	{ 0x0003, "Machine check under WPS" },
	{ 0x0004, "Unrecoverable error in a security flow" },
	{ 0x0005, "Triple fault" },
	{ 0x0006, "VMX exit consistency check failed" },
	{ 0x0007, "RSM consistency check failed" },
	{ 0x0008, "Invalid conditions on entry to protected-mode SMM" },
	{ 0x0009, "Unrecoverable error in a security flow, patch load" },
	{ 0x0816, "DVFS counter expired" },
	{ 0x0823, "Unsupported response" },
	{ 0x0825, "Functional safety: memory self-test" },
	{ 0x0826, "System agent PLL lock error" },
	{ 0x0827, "Crystal frequency monitor error" },
	{ 0x0828, "PMSB fuse puller error" },
	{ 0x0829, "GPSB fuse puller error" },
	{ 0x0830, "Firmware watchdog" },
	{ 0x0831, "Functional safety: bandgap reference error" },
	{ 0x0832, "FIVR error: core" },
	{ 0x0833, "FIVR error: die-to-die link" },
	{ 0x0834, "FIVR error: mid-level cache" },
	{ 0x0835, "FIVR error: ring" },
	{ 0x0836, "Functional safety: die-to-die PLL monitor 0" },
	{ 0x0837, "Functional safety: die-to-die PLL monitor 1" },
	{ 0x0838, "Functional safety: top die 0 PLL error" },
	{ 0x0839, "Functional safety: base die PLL error" },
	{ 0x0840, "UCIe reset bus stopped on an error" },
	{ 0x0841, "Resource adapter 0 error" },
	{ 0x0842, "Resource adapter 1 error" },
	{ 0x0845, "Functional safety: top die 1 PLL error" },
	{ 0x0846, "Functional safety: top die 2 PLL error" },
	{ 0x0847, "Functional safety: top die 3 PLL error" },
	{ 0x0848, "Patch load acknowledge error" },
	{ 0x0c01, "Microcontroller instruction RAM double error" },
	{ 0x0c02, "Microcontroller double exception" },
	{ 0x0c03, "Microcontroller telemetry SRAM error" },
	{ 0x0c04, "Microcontroller data RAM double error" },
	{ 0x0c05, "Microcontroller TPMI SRAM error" },
	{ 0x1401, "FIVR high, yellow" },
	{ 0x1402, "FIVR high, red" },
};
/* clang-format on */

static void refine_cbb(const struct decode_context *context, struct decoded *decoded)
{
	uint16_t mscod = intel_mscod(context);

	if ((context->record->status & 0xffff) == MCACOD_SCAN)
		fact_add(decoded, "error", "Scan at field failed", mscod);
	else if (mscod)
		fact_add_error(decoded, cbb_errors, ARRAY_SIZE(cbb_errors), mscod);
}

/* IA32_MC11_STATUS: the memory and I/O block's power unit, bits 31:24, where 0 bits 23:16. */
/* clang-format off */
static const struct code_row imh_hardware_errors[] = {
	{ 0x02, "Power microcontroller double-bit ECC error", 0x03 },
	{ 0x08, "Power microcontroller error", 0x09 },
	{ 0x0a, "Power microcontroller patch load error" },
	{ 0x0b, "Power microcontroller POReqValid error" },
	{ 0x0c, "Power microcontroller RAM address error" },
	{ 0x0d, "Power microcontroller RAM access error" },
	{ 0x10, "Power firmware watchdog, or telemetry SRAM double-bit ECC error" },
	{ 0x20, "Power management agent signaled an error" },
	{ 0x30, "Power microcontroller error" },
	{ 0xa0, "HPM SRAM double-bit ECC error" },
	{ 0xb0, "TPMI SRAM double-bit ECC error" },
};

static const struct code_row imh_firmware_errors[] = {
	{ 0x09, "TSC download timeout" },
	{ 0x0a, "Invalid crystal frequency range" },
	{ 0x0b, "GPSB timeout" },
	{ 0x0c, "PMSB timeout" },
	{ 0x0d, "Configuration acknowledge timeout" },
	{ 0x23, "SVID error" },
	{ 0x35, "SVID: invalid load line" },
	{ 0x36, "SVID: invalid ICC maximum" },
	{ 0x4a, "FIVR: power delivery fault" },
	{ 0x4c, "HPM SRAM double-bit error on a read" },
	{ 0x58, "Invalid memory frequency" },
	{ 0x63, "SVID: VCCIN protocol error" },
	{ 0x6a, "Soft post-package repair timeout" },
	{ 0x6f, "Invalid socket ID" },
	{ 0x70, "Invalid remote legacy agent" },
	{ 0x71, "Invalid remote LT agent" },
	{ 0x7b, "Invalid thermal sensor" },
	{ 0x7c, "CXL device without credits" },
	{ 0x7e, "Die too hot, recoverable" },
	{ 0x83, "Package S-state: reset preparation acknowledge timeout, recoverable" },
};
/* clang-format on */

/* The block that a bank of the memory and I/O blocks belongs to; -1 where the record has no APIC
 * ID. */
static int block(const struct decode_context *context)
{
	if (!(context->record->fields & RECORD_HAS_APICID))
		return -1;
	return context->record->apicid >> 2 & 1;
}

static void add_block(const struct decode_context *context, struct decoded *decoded)
{
	int number = block(context);

	if (number >= 0)
		fact_add(decoded, "imh", "Memory and I/O block", (uint64_t)number);
}

static void refine_imh(const struct decode_context *context, struct decoded *decoded)
{
	uint16_t hardware = (uint16_t)bits(context->record->status, 23, 16);
	uint16_t firmware = (uint16_t)bits(context->record->status, 31, 24);

	add_block(context, decoded);
	if (firmware)
		fact_add_error(decoded, imh_firmware_errors, ARRAY_SIZE(imh_firmware_errors),
			       firmware);
	else if (hardware)
		fact_add_error(decoded, imh_hardware_errors, ARRAY_SIZE(imh_hardware_errors),
			       hardware);
}

/* IA32_MC18_STATUS MSCOD. */
/* clang-format off */
static const struct code_row upi_errors[] = {
	{ 0x0000, "Internal parity error", 0x0002 },
	{ 0x0005, "Internal parity error" },
	{ 0x0008, "Internal queue overflow" },
	{ 0x0009, "Link layer buffer overflow" },
	{ 0x000a, "Internal queue underflow" },
	{ 0x000b, "Link layer buffer underflow" },
	{ 0x000c, "Link layer or internal credit overflow" },
	{ 0x0011, "Internal queue overflow", 0x0012 },
	{ 0x0013, "Internal queue underflow", 0x0014 },
	{ 0x0021, "Internal interface error" },
	{ 0x0023, "Invalid message" },
	{ 0x0024, "Protocol error" },
	{ 0x0025, "Interleave error" },
	{ 0x0028, "Internal interface error" },
	{ 0x0029, "Link integrity or initialization error" },
	{ 0x002a, "Power management transition timeout", 0x002d },
	{ 0x0030, "Poison received while poison is disabled" },
	{ 0x0031, "Internal interface error" },
	{ 0x0200, "Link integrity or initialization error" },
	{ 0x0203, "Link degraded" },
	{ 0x0204, "Power management transition timeout", 0x0207 },
};
/* clang-format on */

static void refine_upi(const struct decode_context *context, struct decoded *decoded)
{
	fact_add_error(decoded, upi_errors, ARRAY_SIZE(upi_errors), intel_mscod(context));
}

/* IA32_MC19 to MC26_STATUS MSCOD. */
/* clang-format off */
static const struct code_row channel_errors[] = {
	{ 0x0001, "Address parity error" },
	{ 0x0002, "Write data parity error" },
	{ 0x0004, "Write byte enable parity error" },
	{ 0x0008, "Transient or corrected error of a patrol read" },
	{ 0x0010, "Uncorrected patrol scrub error" },
	{ 0x0020, "Transient or corrected error of a spare read" },
	{ 0x0040, "Uncorrected spare error" },
	{ 0x0080, "Transient or corrected error of a demand or underfill read" },
	{ 0x00a0, "Uncorrected error of a demand or underfill read" },
	{ 0x00b0, "Poison read while poison is disabled" },
	{ 0x00c0, "2LM metadata read error" },
	{ 0x0102, "Write data buffer read ECC error" },
	{ 0x0104, "Write data buffer byte enable parity error" },
	{ 0x0106, "Write data buffer persistent ECC error" },
	{ 0x0108, "DDR link failure" },
	{ 0x0109, "Illegal incoming opcode" },
	{ 0x0200, "DDR command or address parity or write CRC error" },
	{ 0x0240, "Decoder structure error" },
	{ 0x0400, "Internal address parity error" },
	{ 0x0813, "CMI: credits oversubscribed" },
	{ 0x0814, "CMI: total credit count error" },
	{ 0x0815, "CMI: reserved credit pool error" },
	{ 0x0832, "Internal error" },
	{ 0x0834, "Tracker read completion register file parity error" },
	{ 0x0836, "Tracker write completion register file parity error" },
};
/* clang-format on */

static const char *const ecc_modes[] = {
	[1] = "SDDC 128b 1LM", [2] = "SDDC 125b 1LM", [3] = "SDDC 125b 2LM", [4] = "ADDDC 80b 1LM",
	[5] = "ADDDC 80b 2LM", [9] = "5x8 128b 1LM",  [10] = "5x8 125b 1LM", [11] = "5x8 125b 2LM",
};

static const struct intel_imc_layout layout = {
	.row = { 36, 19 },
	.group = { 41, 39 },
	.bank = { 38, 37 },
	.device = { 48, 44 },
	.device_valid = { 42, 42 },
	.sub_channel = { 49, 49 },
	.sub_rank = { 54, 51 },
	.chip_select = { 56, 55 },
	.ecc_mode = { 61, 58 },
	.ecc_modes = ecc_modes,
	.n_ecc_modes = ARRAY_SIZE(ecc_modes),
};

enum { BANK_CHANNEL_FIRST = 19, CHANNELS_OF_BLOCK = 8, STATUS_HAS_PLACE = 33 };

/* Each controller has one channel, each block eight controllers. */
static void refine_channel(const struct decode_context *context, struct decoded *decoded)
{
	uint16_t mscod = intel_mscod(context);
	int number = block(context);

	if (mscod)
		fact_add_error(decoded, channel_errors, ARRAY_SIZE(channel_errors), mscod);
	add_block(context, decoded);
	decoded->location.channel = 0;
	if (number >= 0)
		decoded->location.imc =
			context->record->bank - BANK_CHANNEL_FIRST + number * CHANNELS_OF_BLOCK;
	if (context->conditions & IF_MISC && mscod < INTEL_MSCOD_PROPRIETARY &&
	    context->record->status & BIT64(STATUS_HAS_PLACE))
		intel_imc_place(&layout, context->record->misc, true, decoded);
}

/* clang-format off */
static const struct intel_unit units[] = {
	{ 4,  4,  "PUNIT",  "Power unit of a compute block", refine_cbb },
	{ 11, 11, "PUNIT",  "Power unit of a memory and I/O block", refine_imh },
	{ 18, 18, "UPI",    "Ultra Path Interconnect", refine_upi },
	{ 19, 26, "MCCHAN", "Memory controller channel", refine_channel },
};
/* clang-format on */

void refine_diamond_rapids(const struct decode_context *context, struct decoded *decoded)
{
	intel_unit_refine(units, ARRAY_SIZE(units), context, decoded);
}
