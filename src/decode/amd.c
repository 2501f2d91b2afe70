// SPDX-License-Identifier: GPL-2.0-only
#include "decode/amd.h"

#include "decode/amd-umc.h"
#include "decode/facts.h"
#include "decode/mca.h"
#include "decode/smca-errors.h"
#include "decode/smca.h"
#include "event/bits.h"
#include "util/cleanup.h"

enum {
	FAMILY_K8 = 0x0f,
	FAMILY_WITHOUT_ECC = 0x11,
	FAMILY_POISON = 0x15, /* first with MCi_STATUS Deferred and Poison */
	FAMILY_SMCA = 0x17,
	BANK_NORTHBRIDGE = 4,
	NORTHBRIDGE_K8_ECC = 0x0, /* extended error codes of a DRAM ECC error */
	NORTHBRIDGE_ECC = 0x8,
	HWID_UMC = 0x96,
};

/*
 * Scalable MCA: PPR for family 17h (54945), MCA_STATUS. Before it: BKDG for
 * family 10h (31116) and 15h (42301), MCi_STATUS and NB MCA status high. The
 * extended error code has at most 6 bits; what is above it is reserved where it has less.
 */
/* clang-format off */
static const struct fact_row status_rows[] = {
	{ .name = "task_context_corrupt", .high = 55, .low = 55, .needs = IF_SMCA,
	  .text = "The context of the thread may be corrupt" },
	{ .name = "synd_valid",		.high = 53, .low = 53, .needs = IF_SMCA,
	  .text = "MCA_SYND is valid" },
	{ .name = "corrected_ecc",	.high = 46, .low = 46,
	  .text = "Corrected ECC error" },
	{ .name = "uncorrected_ecc",	.high = 45, .low = 45,
	  .text = "Uncorrectable ECC error" },
	{ .name = "deferred",		.high = 44, .low = 44, .needs = IF_POISON,
	  .text = "Deferred error: found, not consumed" },
	{ .name = "poison",		.high = 43, .low = 43, .needs = IF_POISON,
	  .text = "Poisoned data was consumed" },
	{ .name = "scrub",		.high = 40, .low = 40,
	  .text = "Found by the scrubber" },
	{ .name = "error_core_id",	.high = 37, .low = 32, .zero = true, .needs = IF_CORE_ID,
	  .text = "Core that the error belongs to" },
	{ .name = "extended_error_code", .high = 21, .low = 16, .zero = true,
	  .text = "Extended error code" },
};
/* clang-format on */

/* PPR for family 17h (54945), MCA_IPID; InstanceIdHi: PPR for family 19h (55898). */
/* clang-format off */
static const struct fact_row ipid_rows[] = {
	{ .name = "smca_mcatype",	.high = 63, .low = 48, .zero = true, .needs = IF_IPID,
	  .text = "MCA_IPID McaType" },
	{ .name = "smca_instance_hi",	.high = 47, .low = 44, .needs = IF_IPID,
	  .text = "MCA_IPID InstanceIdHi" },
	{ .name = "smca_hwid",		.high = 43, .low = 32, .zero = true, .needs = IF_IPID,
	  .text = "MCA_IPID HardwareID" },
	{ .name = "smca_instance",	.high = 31, .low = 0,  .zero = true, .needs = IF_IPID,
	  .text = "MCA_IPID InstanceId" },
};
/* clang-format on */

static bool has_ipid(const struct record *record)
{
	return record->fields & RECORD_HAS_IPID && record->ipid;
}

/*
 * Without CPUID: a bank or a register that came with Scalable MCA. With neither
 * it could be both, and the newer one is what is in use.
 */
bool amd_is_smca(const struct record *record, unsigned int family)
{
	return has_ipid(record) || family >= FAMILY_SMCA || !family;
}

unsigned int amd_conditions(const struct record *record, unsigned int family, bool smca)
{
	unsigned int found = smca ? IF_SMCA : 0;

	if (smca || family >= FAMILY_POISON)
		found |= IF_POISON;
	if (smca && record->status & STATUS_CORE_ID_VALID)
		found |= IF_CORE_ID;
	if (has_ipid(record))
		found |= IF_IPID;
	return found;
}

/* BKDGs, "NB Error Signatures": which northbridge errors are DRAM ECC errors. */
static bool is_northbridge_ecc(const struct decode_context *context)
{
	unsigned int extended = bits(context->record->status, 20, 16);

	if (context->record->bank != BANK_NORTHBRIDGE || context->family < FAMILY_K8 ||
	    context->family == FAMILY_WITHOUT_ECC)
		return false;
	if (extended == NORTHBRIDGE_K8_ECC)
		return context->record->status & (BIT64(46) | BIT64(45));
	return extended == NORTHBRIDGE_ECC;
}

static void decode_legacy(const struct decode_context *context, struct decoded *decoded)
{
	decoded->bank_type = amd_legacy_bank_type(context->family, context->record->bank);
	if (is_northbridge_ecc(context))
		decoded->class = CLASS_MEMORY;
	mca_describe(RULES_AMD, (uint16_t)context->record->status, decoded);
}

/*
 * Memory code at the generic level: DRAM from a memory controller, L3 from a
 * cache. Only the unit tells, and where it is not known nothing does.
 */
static bool is_generic_memory(uint64_t status)
{
	return bits(status, 15, 8) == 1 && bits(status, 1, 0) == 3;
}

static void decode_unknown_unit(uint64_t status, struct decoded *decoded)
{
	bool generic = is_generic_memory(status);

	if (generic)
		decoded->class = CLASS_MEMORY; /* for the wording only */
	mca_describe(RULES_SMCA, (uint16_t)status, decoded);
	if (generic)
		decoded->class = CLASS_UNKNOWN;
}

/* A unit without a name is named by its numbers: HardwareID and McaType. */
static void decode_unknown_type(const struct decode_context *context, struct decoded *decoded)
{
	decode_unknown_unit(context->record->status, decoded);
	if (context->conditions & IF_IPID)
		fact_add(decoded, "unit", "Unknown unit",
			 bits(context->record->ipid, 43, 32) << 16 |
				 bits(context->record->ipid, 63, 48));
}

static void decode_smca(const struct decode_context *context, struct decoded *decoded)
{
	const struct record *record = context->record;
	unsigned int error = (unsigned int)bits(record->status, 21, 16);
	const struct smca_bank_type *type = NULL;
	const char *text;

	if (context->conditions & IF_IPID)
		type = smca_find(record->ipid);
	if (!type) {
		decode_unknown_type(context, decoded);
		return;
	}
	decoded->bank_type = type->type;
	decoded->class = type->class;
	mca_describe(RULES_SMCA, (uint16_t)record->status, decoded);
	if (type->class != CLASS_UNKNOWN)
		decoded->class = type->class;
	fact_add(decoded, "unit", type->text, record->bank);
	text = smca_error_text(record->ipid, context->family, cpuid_model(record->cpuid), error);
	fact_add(decoded, "error", text ? text : "Unknown model-specific error", error);
	if (type->hwid == HWID_UMC)
		amd_umc_locate(context, error, decoded);
}

void amd_decode(const struct decode_context *context, struct decoded *decoded)
{
	if (context->rules == RULES_SMCA)
		decode_smca(context, decoded);
	else
		decode_legacy(context, decoded);
	facts_from_register(decoded, status_rows, ARRAY_SIZE(status_rows), context->record->status,
			    context->conditions);
	facts_from_register(decoded, ipid_rows, ARRAY_SIZE(ipid_rows), context->record->ipid,
			    context->conditions);
}
