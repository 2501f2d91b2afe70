// SPDX-License-Identifier: GPL-2.0-only
/* Ice Lake-SP, Ice Lake-D, Snow Ridge: SDM Vol. 3B (253669), 06_6AH, 06_6CH, 06_86H. */
#include "decode/intel-imc.h"
#include "decode/intel-units.h"
#include "decode/refine.h"
#include "event/bits.h"
#include "util/cleanup.h"

/* UPI code that 06_55H does not have. */
static const struct code_row upi_errors[] = {
	{ 0x32, "Link layer transmitter was asked to retry" },
};

static void refine_upi(const struct decode_context *context, struct decoded *decoded)
{
	intel_upi(context, (uint16_t)bits(context->record->status, 21, 16), upi_errors,
		  ARRAY_SIZE(upi_errors), decoded);
	intel_upi_control(context, decoded);
}

/* Table "M2M Error Codes", IA32_MC12, MC16, MC20, MC24_STATUS. */
/* clang-format off */
static const struct fact_row m2m_errors[] = {
	INTEL_FLAG(16, "Read data error"),
	INTEL_FLAG(18, "Partial write data error"),
	INTEL_FLAG(19, "Full write data error"),
	INTEL_FLAG(20, "Clock domain crossing buffer error"),
	INTEL_FLAG(21, "Timeout"),
	INTEL_FLAG(22, "Tracker parity error"),
	INTEL_FLAG(23, "Fatal bucket 1 error"),
	{ .name = "ddr_type",	.high = 25, .low = 24, .text = "Type of memory (MSCOD bits 9:8)" },
	{ .name = "m2m_errors", .high = 31, .low = 26, .text = "Further errors (MSCOD bits 15:10)" },
};
/* clang-format on */

enum {
	BANK_M2M_FIRST = 12,
	BANKS_OF_IMC = 4,
	MISC_FAILOVER = 63,
	MISC_REPAIRED = 62,
	M2M_RESERVED = 0x0002, /* MSCOD bit that the table does not have */
};

static void refine_m2m(const struct decode_context *context, struct decoded *decoded)
{
	facts_from_register(decoded, m2m_errors, ARRAY_SIZE(m2m_errors), context->record->status,
			    context->conditions);
	if (intel_mscod(context) & M2M_RESERVED)
		fact_add_error(decoded, NULL, 0, M2M_RESERVED);
	intel_mirroring(context, MISC_FAILOVER, MISC_REPAIRED, decoded);
	decoded->location.imc = (context->record->bank - BANK_M2M_FIRST) / BANKS_OF_IMC;
}

/* Table "Intel IMC MC Error Codes for IA32_MCi_STATUS", what Sapphire Rapids does not have. */
/* clang-format off */
static const struct code_row imc_errors[] = {
	{ 0x0103, "RPA parity error" },
	{ 0x0106, "DDR-T data byte enable error" },
	{ 0x0107, "DDR-T data error" },
	{ 0x0111, "PCLS CAM error" },
	{ 0x0112, "PCLS data error" },
};
/* clang-format on */

/* Table "Intel IMC MC Error Codes for IA32_MCi_MISC"; DIMM and rank as the Linux driver i10nm_edac
 * takes them. */
static const char *const ecc_modes[] = {
	[0] = "SDDC, memory mode", [1] = "SDDC", [4] = "ADDDC, memory mode", [5] = "ADDDC",
	[8] = "DDR-T read",
};

enum {
	ECC_MODE_DDRT = 8,
	MSCOD_DDRT_BYTE_ENABLE = 0x0106,
	MSCOD_DDRT_DATA = 0x0107,
};

static const struct intel_imc_layout layout = {
	.row = { 39, 19 },
	.group = { 41, 40 },
	.group_top = { 44, 44 },
	.bank = { 43, 42 },
	.device = { 51, 46 },
	.sub_rank = { 55, 52 },
	.rank = { 57, 56 },
	.dimm = { 58, 58 },
	.ecc_mode = { 62, 59 },
	.ecc_modes = ecc_modes,
	.n_ecc_modes = ARRAY_SIZE(ecc_modes),
};

/* Of a non-volatile DIMM MISC has no place; the Linux driver i10nm_edac tells them so. */
static bool is_ddrt(const struct decode_context *context)
{
	uint16_t mscod = intel_mscod(context);

	return mscod == MSCOD_DDRT_BYTE_ENABLE || mscod == MSCOD_DDRT_DATA ||
	       bits(context->record->misc, 62, 59) == ECC_MODE_DDRT;
}

static void refine_imc(const struct decode_context *context, struct decoded *decoded)
{
	unsigned int index = context->record->bank - BANK_M2M_FIRST;
	uint16_t mscod = intel_mscod(context);

	if (code_text(imc_errors, ARRAY_SIZE(imc_errors), mscod))
		fact_add_error(decoded, imc_errors, ARRAY_SIZE(imc_errors), mscod);
	else
		intel_imc_error(mscod, decoded);
	decoded->location.imc = (int32_t)(index / BANKS_OF_IMC);
	decoded->location.channel = (int32_t)(index % BANKS_OF_IMC) - 1;
	if (intel_imc_has_place(context) && !is_ddrt(context))
		intel_imc_place(&layout, context->record->misc, context->conditions & IF_CORRECTED,
				decoded);
}

/* Section "Incremental decoding information", which unit has which bank. */
/* clang-format off */
#define CORE_UNITS \
	{ 0,  0,  "IFU",  "Instruction fetch unit" }, \
	{ 1,  1,  "DCU",  "Data cache unit" }, \
	{ 2,  2,  "DTLB", "Data TLB" }, \
	{ 3,  3,  "MLC",  "Mid-level cache" }, \
	{ 4,  4,  "PCU",  "Power control unit", intel_pcu }

static const struct intel_unit icelake_sp[] = {
	CORE_UNITS,
	{ 5,  5,  "UPI",  "Ultra Path Interconnect", refine_upi },
	{ 7,  8,  "UPI",  "Ultra Path Interconnect", refine_upi },
	{ 12, 12, "M2M",  "Mesh to memory", refine_m2m },
	{ 13, 15, "IMC",  "Integrated memory controller", refine_imc },
	{ 16, 16, "M2M",  "Mesh to memory", refine_m2m },
	{ 17, 19, "IMC",  "Integrated memory controller", refine_imc },
	{ 20, 20, "M2M",  "Mesh to memory", refine_m2m },
	{ 21, 23, "IMC",  "Integrated memory controller", refine_imc },
	{ 24, 24, "M2M",  "Mesh to memory", refine_m2m },
	{ 25, 27, "IMC",  "Integrated memory controller", refine_imc },
};

static const struct intel_unit icelake_d[] = {
	CORE_UNITS,
	{ 12, 12, "M2M",  "Mesh to memory", refine_m2m },
	{ 13, 15, "IMC",  "Integrated memory controller", refine_imc },
	{ 16, 16, "M2M",  "Mesh to memory", refine_m2m },
	{ 17, 19, "IMC",  "Integrated memory controller", refine_imc },
};

/* Atom cores: their own banks are not documented. */
static const struct intel_unit snow_ridge[] = {
	{ 4,  4,  "PCU",  "Power control unit", intel_pcu },
	{ 12, 12, "M2M",  "Mesh to memory", refine_m2m },
	{ 13, 15, "IMC",  "Integrated memory controller", refine_imc },
};
/* clang-format on */

void refine_icelake_sp(const struct decode_context *context, struct decoded *decoded)
{
	intel_unit_refine(icelake_sp, ARRAY_SIZE(icelake_sp), context, decoded);
}

void refine_icelake_d(const struct decode_context *context, struct decoded *decoded)
{
	intel_unit_refine(icelake_d, ARRAY_SIZE(icelake_d), context, decoded);
}

void refine_snow_ridge(const struct decode_context *context, struct decoded *decoded)
{
	intel_unit_refine(snow_ridge, ARRAY_SIZE(snow_ridge), context, decoded);
}
