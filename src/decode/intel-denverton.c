// SPDX-License-Identifier: GPL-2.0-only
/* Denverton: SDM Vol. 3B (253669), 06_5FH. */
#include "decode/intel-units.h"
#include "decode/refine.h"
#include "util/cleanup.h"

/*
 * Table "Intel MC Error Codes for IA32_MC6 and MC7_STATUS", which lists one bit for each
 * error; here from mcelog's denverton.c. MISC has no table.
 */
/* clang-format off */
static const struct fact_row imc_errors[] = {
	INTEL_FLAG(16, "Command or address parity error"),
	INTEL_FLAG(17, "Corrected demand read or patrol scrub error"),
	INTEL_FLAG(18, "Uncorrected patrol scrub error"),
	INTEL_FLAG(19, "Uncorrected demand read error"),
	INTEL_FLAG(20, "Write data buffer read ECC error"),
};
/* clang-format on */

enum { IMC_RESERVED = 0xffe0 };

/* Two channels of one controller: Linux pnd2_edac. Only the error code says which. */
static void refine_imc(const struct decode_context *context, struct decoded *decoded)
{
	intel_mscod_flags(context, imc_errors, ARRAY_SIZE(imc_errors), IMC_RESERVED, decoded);
	if (intel_is_memory(context))
		decoded->location.imc = 0;
}

static const struct intel_unit units[] = {
	{ 6, 7, "IMC", "Integrated memory controller", refine_imc },
};

void refine_denverton(const struct decode_context *context, struct decoded *decoded)
{
	intel_unit_refine(units, ARRAY_SIZE(units), context, decoded);
}
