// SPDX-License-Identifier: GPL-2.0-only
/* Granite Rapids, Sierra Forest, Clearwater Forest: SDM Vol. 3B (253669), 06_ADH, 06_AEH, 06_AFH,
 * 06_DDH. */
#include "decode/intel-imc.h"
#include "decode/intel-units.h"
#include "decode/refine.h"
#include "event/bits.h"
#include "util/cleanup.h"

/* UPI codes that 06_55H does not have. */
/* clang-format off */
static const struct code_row upi_errors[] = {
	{ 0x14, "Link layer TDX failure" },
	{ 0x15, "Link layer SGX failure" },
	{ 0x16, "Link layer transmit SDC parity error" },
	{ 0x17, "Link layer receive SDC parity error" },
	{ 0x18, "Link layer FLE failure" },
};
/* clang-format on */

static void refine_upi(const struct decode_context *context, struct decoded *decoded)
{
	intel_upi(context, intel_mscod(context), upi_errors, ARRAY_SIZE(upi_errors), decoded);
}

/* Table "Punit Machine Check Error Codes", IA32_MC6_STATUS bits 23:16 and 31:24. */
/* clang-format off */
static const struct code_row punit_errors[] = {
	{ 0x02, "Power microcontroller double-bit ECC error", 0x03 },
	{ 0x08, "Power microcontroller error", 0x09 },
	{ 0x0a, "Power microcontroller patch load error" },
	{ 0x0b, "Power microcontroller POReqValid error" },
	{ 0x10, "Power microcontroller telemetry SRAM double-bit ECC error" },
	{ 0x20, "Power management agent signaled an error" },
	{ 0x80, "S3M signaled an error" },
	{ 0xa0, "HPM SRAM double-bit ECC error" },
	{ 0xb0, "TPMI SRAM double-bit ECC error" },
};

static const struct code_row punit_firmware_errors[] = {
	{ 0x09, "TSC download timeout" },
	{ 0x0b, "GPSB timeout" },
	{ 0x0c, "PMSB timeout" },
	{ 0x10, "PMAX calibration error" },
	{ 0x1a, "Dispatcher busy timeout" },
	{ 0x1d, "More than one LT agent" },
	{ 0x23, "SVID error" },
	{ 0x35, "SVID: invalid VCCIN load line" },
	{ 0x36, "SVID: invalid ICC maximum" },
	{ 0x40, "SVID: invalid VID maximum" },
	{ 0x41, "SVID: invalid VDD ramp voltage" },
	{ 0x48, "Invalid ITD fuses" },
	{ 0x49, "SVID: invalid DC load line" },
	{ 0x4a, "FIVR: power delivery fault" },
	{ 0x4c, "HPM SRAM double-bit error on a read" },
	{ 0x56, "SVID: invalid fuses of the active VID" },
};
/* clang-format on */

static void refine_punit(const struct decode_context *context, struct decoded *decoded)
{
	uint16_t hardware = (uint16_t)bits(context->record->status, 23, 16);
	uint16_t firmware = (uint16_t)bits(context->record->status, 31, 24);

	if (hardware)
		fact_add_error(decoded, punit_errors, ARRAY_SIZE(punit_errors), hardware);
	if (firmware)
		fact_add_error(decoded, punit_firmware_errors, ARRAY_SIZE(punit_firmware_errors),
			       firmware);
}

/* Table "B2CMI Machine Check Error Codes", IA32_MC12_STATUS bits 31:16. */
/* clang-format off */
static const struct code_row b2cmi_errors[] = {
	{ 0x01, "Read ECC error" },
	{ 0x02, "Bucket 1 error" },
	{ 0x03, "Tracker parity error" },
	{ 0x04, "Security mismatch" },
	{ 0x07, "Read completion parity error" },
	{ 0x08, "Response parity error" },
	{ 0x09, "Timeout" },
	{ 0x0a, "Address parity error" },
	{ 0x0c, "CMI: credits oversubscribed" },
	{ 0x0d, "SAI mismatch" },
};
/* clang-format on */

static void refine_b2cmi(const struct decode_context *context, struct decoded *decoded)
{
	if (intel_mscod(context))
		fact_add_error(decoded, b2cmi_errors, ARRAY_SIZE(b2cmi_errors),
			       intel_mscod(context));
}

/* Table "MCCHAN Machine Check Error Codes", IA32_MC13 to MC24_STATUS bits 31:16; 20xxh and 21xxh
 * are sub-channel 1. */
/* clang-format off */
static const struct code_row channel_errors[] = {
	{ 0x0001, "Address parity error" },
	{ 0x0002, "Write data parity error, sub-channel 0" },
	{ 0x0003, "Write data ECC error, sub-channel 0" },
	{ 0x0004, "Write byte enable parity error, sub-channel 0" },
	{ 0x0005, "Write MAC parity error, sub-channel 0" },
	{ 0x0008, "Corrected patrol scrub error" },
	{ 0x0010, "Uncorrected patrol scrub error" },
	{ 0x0020, "Corrected spare error" },
	{ 0x0040, "Uncorrected spare error" },
	{ 0x0080, "Transient or corrected error of a demand or underfill read" },
	{ 0x00a0, "Uncorrected error of a demand or underfill read" },
	{ 0x00b0, "Poison read while poison is disabled" },
	{ 0x00c0, "2LM metadata read error" },
	{ 0x0100, "Write data buffer read parity error, sub-channel 0" },
	{ 0x0102, "Write data buffer read ECC error, sub-channel 0" },
	{ 0x0104, "Write data buffer byte enable parity error, sub-channel 0" },
	{ 0x0106, "Write data buffer persistent corrected ECC error, sub-channel 0" },
	{ 0x0108, "DDR link failure" },
	{ 0x0109, "Illegal incoming opcode" },
	{ 0x0200, "DDR command or address parity or write CRC error" },
	{ 0x0400, "Scheduler address parity error" },
	{ 0x0832, "Internal error" },
	{ 0x0833, "Tracker address register file parity error" },
	{ 0x2002, "Write data parity error, sub-channel 1" },
	{ 0x2003, "Write data ECC error, sub-channel 1" },
	{ 0x2004, "Write byte enable parity error, sub-channel 1" },
	{ 0x2005, "Write MAC parity error, sub-channel 1" },
	{ 0x2100, "Write data buffer read parity error, sub-channel 1" },
	{ 0x2102, "Write data buffer read ECC error, sub-channel 1" },
	{ 0x2104, "Write data buffer byte enable parity error, sub-channel 1" },
	{ 0x2106, "Write data buffer persistent corrected ECC error, sub-channel 1" },
};
/* clang-format on */

/* Table "MCCHAN Machine Check Error Codes for IA32_MCi_MISC". */
static const char *const ecc_modes[] = {
	[1] = "SDDC 128b 1LM", [2] = "SDDC 125b 1LM", [3] = "SDDC 96b 1LM",  [4] = "SDDC 96b 2LM",
	[5] = "ADDDC 80b 1LM", [6] = "ADDDC 80b 2LM", [7] = "ADDDC 64b 1LM", [8] = "9x4 61b 1LM",
	[9] = "9x4 32b 1LM",   [10] = "9x4 32b 2LM",
};

static const struct intel_imc_layout layout = {
	.row = { 36, 19 },
	.group = { 41, 39 },
	.bank = { 38, 37 },
	.device = { 48, 43 },
	.sub_rank = { 54, 51 },
	.chip_select = { 57, 55 },
	.ecc_mode = { 61, 58 },
	.ecc_modes = ecc_modes,
	.n_ecc_modes = ARRAY_SIZE(ecc_modes),
};

enum {
	BANK_CHANNEL_FIRST = 13,
	STATUS_HAS_PLACE = 33, /* OTHER_INFO[1] */
	MSCOD_PROPRIETARY_LAST = 0x82f,
};

static bool has_place(const struct decode_context *context)
{
	uint16_t mscod = intel_mscod(context);

	return context->conditions & IF_MISC && context->record->status & BIT64(STATUS_HAS_PLACE) &&
	       (mscod < INTEL_MSCOD_PROPRIETARY || mscod > MSCOD_PROPRIETARY_LAST);
}

/* Each controller has one channel. */
static void refine_channel(const struct decode_context *context, struct decoded *decoded)
{
	if (intel_mscod(context))
		fact_add_error(decoded, channel_errors, ARRAY_SIZE(channel_errors),
			       intel_mscod(context));
	decoded->location.imc = context->record->bank - BANK_CHANNEL_FIRST;
	decoded->location.channel = 0;
	if (has_place(context))
		intel_imc_place(&layout, context->record->misc, true, decoded);
}

/* Section "Incremental decoding information", which unit has which bank. */
/* clang-format off */
static const struct intel_unit units[] = {
	{ 5,  5,  "UPI",    "Ultra Path Interconnect", refine_upi },
	{ 6,  6,  "PUNIT",  "Power management unit", refine_punit },
	{ 12, 12, "B2CMI",  "Mesh to memory controller", refine_b2cmi },
	{ 13, 24, "MCCHAN", "Memory controller channel", refine_channel },
};
/* clang-format on */

void refine_granite_rapids(const struct decode_context *context, struct decoded *decoded)
{
	intel_unit_refine(units, ARRAY_SIZE(units), context, decoded);
}
