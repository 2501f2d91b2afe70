// SPDX-License-Identifier: GPL-2.0-only
/* Sapphire and Emerald Rapids: SDM Vol. 3B (253669), 06_8FH and 06_CFH. */
#include "decode/intel-imc.h"
#include "decode/intel-units.h"
#include "decode/refine.h"
#include "event/bits.h"
#include "util/cleanup.h"

enum { PCU_DISPATCHER_BUSY = 0xc0 };

/* As Ice Lake's, and why a core shut down; C0h is this CPU's own. */
static void refine_pcu(const struct decode_context *context, struct decoded *decoded)
{
	if (intel_shutdown(context, decoded))
		return;
	if (bits(context->record->status, 31, 24) == PCU_DISPATCHER_BUSY)
		fact_add(decoded, "error", "Dispatcher busy timeout", PCU_DISPATCHER_BUSY);
	else
		intel_pcu(context, decoded);
}

/* UPI code that 06_55H does not have. */
static const struct code_row upi_errors[] = {
	{ 0x15, "Link layer message authentication error (SGX)" },
};

static void refine_upi(const struct decode_context *context, struct decoded *decoded)
{
	intel_upi(context, (uint16_t)bits(context->record->status, 21, 16), upi_errors,
		  ARRAY_SIZE(upi_errors), decoded);
	intel_upi_control(context, decoded);
}

/* Table "M2M Error Codes", bits 23:16. */
/* clang-format off */
static const struct code_row m2m_errors[] = {
	{ 0x01, "Read ECC error" },
	{ 0x02, "Bucket 1 error" },
	{ 0x03, "Read tracker parity error" },
	{ 0x05, "Prefetch channel mismatch" },
	{ 0x07, "Read completion parity error" },
	{ 0x08, "Response parity error" },
	{ 0x09, "Timeout" },
	{ 0x0a, "CMI: reserved credit pool error" },
	{ 0x0b, "CMI: total credit count error" },
	{ 0x0c, "CMI: credits oversubscribed" },
};
/* clang-format on */

enum { M2M_MEMORY_HBM = 1 };

static void refine_m2m(const struct decode_context *context, struct decoded *decoded)
{
	uint64_t status = context->record->status;
	uint16_t error = (uint16_t)bits(status, 23, 16);

	if (error)
		fact_add_error(decoded, m2m_errors, ARRAY_SIZE(m2m_errors), error);
	if (bits(status, 25, 24) == M2M_MEMORY_HBM)
		fact_add(decoded, "hbm", "High-bandwidth memory", 1);
}

/*
 * Table "Intel IMC MC Error Codes for IA32_MCi_MISC"; rank and DIMM as the
 * Linux driver i10nm_edac takes them.
 */
static const char *const ecc_modes[] = {
	"SDDC, 2LM memory mode",
	"SDDC",
	"SDDC+1, 2LM memory mode",
	"SDDC+1",
	"ADDDC, 2LM memory mode",
	"ADDDC",
	"ADDDC+1, 2LM memory mode",
	"ADDDC+1",
	"DDR-T read",
};

static const char *const hbm_ecc_modes[] = {
	[1] = "HBM 64-byte read",
	[9] = "HBM 32-byte read",
};

enum { ECC_MODE_DDRT = 8, BANK_IMC_FIRST = 13, CHANNELS = 2 };

static const struct intel_imc_layout ddr_layout = {
	.row = { 36, 19 },
	.group = { 38, 37 },
	.group_top = { 41, 41 },
	.bank = { 40, 39 },
	.device = { 48, 43 },
	.sub_rank = { 55, 52 },
	.rank = { 57, 57 },
	.dimm = { 58, 58 },
	.ecc_mode = { 62, 59 },
	.ecc_modes = ecc_modes,
	.n_ecc_modes = ARRAY_SIZE(ecc_modes),
};

/* High-bandwidth memory has no DIMMs, and two device fields. */
static const struct intel_imc_layout hbm_layout = {
	.row = { 36, 19 },
	.group = { 38, 37 },
	.group_top = { 41, 41 },
	.bank = { 40, 39 },
	.device = { 48, 43 },
	.rank = { 58, 56 },
	.ecc_mode = { 62, 59 },
	.ecc_modes = hbm_ecc_modes,
	.n_ecc_modes = ARRAY_SIZE(hbm_ecc_modes),
};

static void refine_imc(const struct decode_context *context, struct decoded *decoded)
{
	unsigned int index = context->record->bank - BANK_IMC_FIRST;

	intel_imc_error(intel_mscod(context), decoded);
	decoded->location.imc = (int32_t)(index / CHANNELS);
	decoded->location.channel = (int32_t)(index % CHANNELS);
	if (intel_imc_has_place(context) && bits(context->record->misc, 62, 59) != ECC_MODE_DDRT)
		intel_imc_place(&ddr_layout, context->record->misc,
				context->conditions & IF_CORRECTED, decoded);
}

/* Which of the HBM controllers it was, only the address says. */
static void refine_hbm(const struct decode_context *context, struct decoded *decoded)
{
	uint64_t misc = context->record->misc;
	bool corrected = context->conditions & IF_CORRECTED;

	intel_imc_error(intel_mscod(context), decoded);
	if (!intel_imc_has_place(context))
		return;
	intel_imc_place(&hbm_layout, misc, corrected, decoded);
	if (corrected && !(misc & BIT64(63)))
		fact_add(decoded, "second_device", "Second failed device", bits(misc, 55, 51));
}

/* Section "Incremental decoding information", which unit has which bank. */
/* clang-format off */
static const struct intel_unit units[] = {
	{ 0,  0,  "IFU",    "Instruction fetch unit" },
	{ 1,  1,  "DCU",    "Data cache unit" },
	{ 2,  2,  "DTLB",   "Data TLB" },
	{ 3,  3,  "MLC",    "Mid-level cache" },
	{ 4,  4,  "PCU",    "Power control unit", refine_pcu },
	{ 5,  5,  "UPI",    "Ultra Path Interconnect", refine_upi },
	{ 12, 12, "M2M",    "Mesh to memory", refine_m2m },
	{ 13, 20, "IMC",    "Integrated memory controller", refine_imc },
	{ 29, 29, "M2MHBM", "Mesh to high-bandwidth memory", refine_m2m },
	{ 30, 31, "HBM",    "High-bandwidth memory controller", refine_hbm },
};
/* clang-format on */

void refine_sapphire_rapids(const struct decode_context *context, struct decoded *decoded)
{
	intel_unit_refine(units, ARRAY_SIZE(units), context, decoded);
}
