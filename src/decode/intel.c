// SPDX-License-Identifier: GPL-2.0-only
#include "decode/intel.h"

#include "decode/facts.h"
#include "decode/mca.h"
#include "event/bits.h"
#include "util/cleanup.h"

/* SDM Vol. 3B (253669), 16.4 and the table of bits 54:53 of IA32_MCi_STATUS. */
static const char *const threshold_texts[] = {
	[1] = "Green: the tracked structure is below its error threshold",
	[2] = "Yellow: the tracked structure is above its error threshold",
};

/*
 * SDM Vol. 3B (253669), 16.3.2.2 "IA32_MCi_STATUS MSRs" and 16.9.2.1 for bit
 * 12. Bits 56:55 need MCG_SER_P and mean something for uncorrected errors only;
 * bits 54:53 need MCG_TES_P and are undefined with UC; bits 52:38 need
 * MCG_CMCI_P, the topmost of them sticks when the count overflows.
 */
/* clang-format off */
static const struct fact_row status_rows[] = {
	{ .name = "signaled",		.high = 56, .low = 56, .needs = IF_SER | IF_UC,
	  .text = "Signaled by a machine-check exception" },
	{ .name = "action_required",	.high = 55, .low = 55, .needs = IF_SER | IF_UC,
	  .text = "Software must act before execution goes on" },
	{ .name = "threshold_status",	.high = 54, .low = 53, .needs = IF_TES | IF_CORRECTED,
	  .text = "Reserved threshold-based error status",
	  .texts = threshold_texts, .n_texts = ARRAY_SIZE(threshold_texts) },
	{ .name = "corrected_count",	.high = 52, .low = 38, .needs = IF_CMCI | IF_CORRECTED,
	  .text = "Corrected errors that this bank has counted" },
	{ .name = "corrected_count_overflow", .high = 52, .low = 52,
	  .needs = IF_CMCI | IF_CORRECTED,
	  .text = "The corrected error count overflowed" },
	{ .name = "firmware_updated",	.high = 37, .low = 37, .needs = IF_SER,
	  .text = "Firmware has changed the contents of this register" },
	{ .name = "mscod",		.high = 31, .low = 16, .zero = true,
	  .text = "Model-specific error code" },
	{ .name = "filtered",		.high = 12, .low = 12, .needs = IF_FILTER,
	  .text = "Correction report filtering: further corrections may not be reported" },
};
/* clang-format on */

/* SDM Vol. 3B (253669), 16.3.2.4, the table of address modes. */
/* clang-format off */
static const char *const address_modes[] = {
	[0] = "Segment offset",
	[1] = "Linear address",
	[2] = "Physical address",
	[3] = "Memory address",
	[7] = "Generic address",
};
/* clang-format on */

/*
 * SDM Vol. 3B (253669), 16.3.2.4 "IA32_MCi_MISC MSRs", layout with MCG_SER_P;
 * 16.3.2.4.2 "IOMCA", layout behind an I/O error.
 */
/* clang-format off */
static const struct fact_row misc_rows[] = {
	{ .name = "address_lsb",	.high = 5,  .low = 0,  .zero = true,
	  .needs = IF_SER | IF_MISC | IF_NOT_IO_MCA,
	  .text = "Lowest valid bit of the address" },
	{ .name = "address_mode",	.high = 8,  .low = 6,  .zero = true,
	  .needs = IF_SER | IF_MISC | IF_NOT_IO_MCA,
	  .text = "Reserved address mode",
	  .texts = address_modes, .n_texts = ARRAY_SIZE(address_modes) },
	{ .name = "pci_segment",	.high = 39, .low = 32, .zero = true, .needs = IF_IO_MCA,
	  .text = "PCI segment of the requester" },
	{ .name = "pci_bus",		.high = 31, .low = 24, .zero = true, .needs = IF_IO_MCA,
	  .text = "PCI bus of the requester" },
	{ .name = "pci_device",		.high = 23, .low = 19, .zero = true, .needs = IF_IO_MCA,
	  .text = "PCI device of the requester" },
	{ .name = "pci_function",	.high = 18, .low = 16, .zero = true, .needs = IF_IO_MCA,
	  .text = "PCI function of the requester" },
};
/* clang-format on */

/* SDM Vol. 3B (253669), 16.3.1.2 "IA32_MCG_STATUS MSR"; the first three are everybody's. */
/* clang-format off */
static const struct fact_row mcgstatus_rows[] = {
	{ .name = "mcg_lmce",		.high = 3,  .low = 3,  .needs = IF_MCGSTATUS,
	  .text = "Local machine-check exception: only this logical processor was told" },
	{ .name = "mcg_seam_nr",	.high = 12, .low = 12, .needs = IF_MCGSTATUS,
	  .text = "The exception hit in SEAM non-root mode (a trust domain)" },
};
/* clang-format on */

enum { MODEL_CORE_DUO = 0x0e, MODEL_TULSA = 0x06 };

/*
 * What a CPU of this model can have at most. Before Core Duo bits 54:53 are
 * part of a syndrome or reserved. Nehalem has brought CMCI, its EX
 * recovery (MCG_SER_P), and all since Sandy Bridge have both.
 */
static unsigned int capabilities_of_model(const struct record *record)
{
	unsigned int family = cpuid_family(record->cpuid), model = cpuid_model(record->cpuid);

	if (!(record->fields & RECORD_HAS_CPUID) || record->vendor != VENDOR_INTEL)
		return IF_SER | IF_TES | IF_CMCI;
	if (family == 0x06 && model < MODEL_CORE_DUO)
		return 0;
	if (family == 0x0f)
		return model == MODEL_TULSA ? IF_TES : 0;
	if (family == 0x06 && (model < 0x1a || model == 0x1d))
		return IF_TES;
	if (family == 0x06 &&
	    (model == 0x1a || model == 0x1e || model == 0x1f || model == 0x25 || model == 0x2c))
		return IF_TES | IF_CMCI;
	return IF_SER | IF_TES | IF_CMCI;
}

/* mcgcap 0 or absent is unknown: taken as having what such a CPU can have (design, rule 7). */
static unsigned int capabilities(const struct record *record)
{
	unsigned int found = 0;

	if (!(record->fields & RECORD_HAS_MCGCAP) || !record->mcgcap)
		return capabilities_of_model(record);
	if (record->mcgcap & MCG_SER_P)
		found |= IF_SER;
	if (record->mcgcap & MCG_TES_P)
		found |= IF_TES;
	if (record->mcgcap & MCG_CMCI_P)
		found |= IF_CMCI;
	return found;
}

unsigned int intel_conditions(const struct record *record)
{
	bool misc = record->status & STATUS_MISCV && record->fields & RECORD_HAS_MISC;
	uint16_t code = (uint16_t)record->status;
	unsigned int found = capabilities(record);

	if (mca_intel_is_compound(code))
		found |= IF_FILTER;
	if (misc && mca_intel_is_io(code))
		found |= IF_IO_MCA;
	else
		found |= IF_NOT_IO_MCA;
	return found;
}

/* The bank's own count stands for the errors since it was last read; 0 says nothing. */
static uint32_t error_count(const struct decode_context *context)
{
	uint64_t count = bits(context->record->status, 52, 38);

	if (!(context->conditions & IF_CORRECTED) || !(context->conditions & IF_CMCI))
		return 1;
	return count ? (uint32_t)count : 1;
}

void intel_decode(const struct decode_context *context, struct decoded *decoded)
{
	const struct record *record = context->record;

	mca_describe(RULES_INTEL, (uint16_t)record->status, decoded);
	decoded->count = error_count(context);
	facts_from_register(decoded, status_rows, ARRAY_SIZE(status_rows), record->status,
			    context->conditions);
	facts_from_register(decoded, misc_rows, ARRAY_SIZE(misc_rows), record->misc,
			    context->conditions);
	facts_from_register(decoded, mcgstatus_rows, ARRAY_SIZE(mcgstatus_rows), record->mcgstatus,
			    context->conditions);
}
