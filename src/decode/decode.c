// SPDX-License-Identifier: GPL-2.0-only
#include "decode/decode.h"

#include "decode/address.h"
#include "decode/amd.h"
#include "decode/context.h"
#include "decode/cpu-models.h"
#include "decode/facts.h"
#include "decode/false-alarm.h"
#include "decode/intel.h"
#include "decode/mca.h"
#include "decode/severity.h"
#include "decode/software-banks.h"
#include "event/bits.h"
#include "event/location.h"
#include "util/cleanup.h"

/*
 * MCi_STATUS bits that mean the same to all vendors: SDM Vol. 3B (253669),
 * 16.3.2.2; AMD64 APM Vol. 2 (24593), 9.3.2.1.
 */
/* clang-format off */
static const struct fact_row status_rows[] = {
	{ .name = "overflow",		.high = 62, .low = 62,
	  .text = "Error overflow: another error came before this one was read" },
	{ .name = "uncorrected",	.high = 61, .low = 61,
	  .text = "Uncorrected error" },
	{ .name = "enabled",		.high = 60, .low = 60,
	  .text = "Error reporting was enabled" },
	{ .name = "misc_valid",		.high = 59, .low = 59,
	  .text = "MCi_MISC is valid" },
	{ .name = "addr_valid",		.high = 58, .low = 58,
	  .text = "MCi_ADDR is valid" },
	{ .name = "context_corrupt",	.high = 57, .low = 57,
	  .text = "Processor context corrupt" },
	{ .name = "mca_code",		.high = 15, .low = 0, .zero = true,
	  .text = "MCA error code" },
};
/* clang-format on */

/* MCG_STATUS likewise. */
/* clang-format off */
static const struct fact_row mcgstatus_rows[] = {
	{ .name = "mcg_ripv",		.high = 0, .low = 0, .needs = IF_MCGSTATUS,
	  .text = "Restart instruction pointer valid" },
	{ .name = "mcg_eipv",		.high = 1, .low = 1, .needs = IF_MCGSTATUS,
	  .text = "Error instruction pointer valid" },
	{ .name = "mcg_mcip",		.high = 2, .low = 2, .needs = IF_MCGSTATUS,
	  .text = "Machine check in progress" },
};
/* clang-format on */

static enum mca_rules find_rules(const struct record *record, unsigned int family)
{
	if (record->bank == RECORD_FIRMWARE_BANK)
		return RULES_COMMON;
	/* a vendor's number is data from outside, so it is no enum here */
	switch ((unsigned int)record->vendor) {
	case VENDOR_INTEL:
	case VENDOR_CENTAUR:
	case VENDOR_ZHAOXIN:
		return RULES_INTEL;
	case VENDOR_AMD:
	case VENDOR_HYGON:
		return amd_is_smca(record, family) ? RULES_SMCA : RULES_AMD;
	}
	return RULES_COMMON;
}

static unsigned int find_conditions(const struct record *record, enum mca_rules rules,
				    unsigned int family)
{
	unsigned int found = record->status & STATUS_UC ? IF_UC : IF_CORRECTED;

	if (record->status & STATUS_MISCV && record->fields & RECORD_HAS_MISC)
		found |= IF_MISC;
	if (record->fields & RECORD_HAS_MCGSTATUS)
		found |= IF_MCGSTATUS | (record->mcgstatus & MCG_MCIP ? IF_MCIP : 0);

	switch (rules) {
	case RULES_INTEL:
		return found | intel_conditions(record);
	case RULES_AMD:
		return found | amd_conditions(record, family, false);
	case RULES_SMCA:
		return found | amd_conditions(record, family, true);
	case RULES_COMMON:
		break;
	}
	return found;
}

static void find_context(const struct record *record, struct decode_context *ret_context)
{
	bool cpuid = record->fields & RECORD_HAS_CPUID;
	unsigned int family = cpuid ? cpuid_family(record->cpuid) : 0;
	enum mca_rules rules = find_rules(record, family);

	*ret_context = (struct decode_context){
		.record = record,
		.model = cpuid ? cpu_model_find(record->vendor, record->cpuid) : NULL,
		.rules = rules,
		.conditions = find_conditions(record, rules, family),
		.family = family,
	};
}

static struct location find_location(const struct record *record)
{
	struct location location = location_nowhere;

	/* the kernel's "unknown" is all ones */
	if (record->fields & RECORD_HAS_SOCKETID && record->socketid <= INT32_MAX)
		location.socket = (int32_t)record->socketid;
	return location;
}

static void start(const struct decode_context *context, struct decoded *decoded)
{
	const struct record *record = context->record;
	bool cpuid = record->fields & RECORD_HAS_CPUID;

	*decoded = (struct decoded){
		.severity = SEVERITY_UNKNOWN,
		.class = CLASS_UNKNOWN,
		.vendor = vendor_name(record->vendor),
		.cpu_name = context->model ? context->model->name : NULL,
		.imc_channels = context->model ? context->model->imc_channels : 0,
		.family = context->family,
		.model = cpuid ? cpuid_model(record->cpuid) : 0,
		.stepping = cpuid ? cpuid_stepping(record->cpuid) : 0,
		.count = 1,
		.location = find_location(record),
	};
}

static void decode_vendor(const struct decode_context *context, struct decoded *decoded)
{
	switch (context->rules) {
	case RULES_INTEL:
		intel_decode(context, decoded);
		return;
	case RULES_AMD:
	case RULES_SMCA:
		amd_decode(context, decoded);
		return;
	case RULES_COMMON:
		break;
	}
	if (context->record->bank == RECORD_FIRMWARE_BANK)
		apei_bank_decode(decoded);
	else
		mca_describe(RULES_COMMON, (uint16_t)context->record->status, decoded);
}

static void decode_bank(const struct decode_context *context, struct decoded *decoded)
{
	const struct record *record = context->record;

	decoded->overflow = record->status & STATUS_OVER;
	facts_from_register(decoded, status_rows, ARRAY_SIZE(status_rows), record->status,
			    context->conditions);
	facts_from_register(decoded, mcgstatus_rows, ARRAY_SIZE(mcgstatus_rows), record->mcgstatus,
			    context->conditions);
	decode_vendor(context, decoded);
	decoded->severity = severity_match(context)->severity;
	decoded->address_usable = decode_address_is_usable(context, decoded);
}

static void add_false_alarm(const struct record *record, struct decoded *decoded)
{
	const char *text = decode_false_alarm(record);

	if (text)
		fact_add(decoded, "false_alarm", text, 1);
}

void decode(const struct record *record, struct decoded *ret_decoded)
{
	struct decode_context context;

	find_context(record, &context);
	start(&context, ret_decoded);
	if (software_bank_decode(&context, ret_decoded))
		return;
	add_false_alarm(record, ret_decoded);
	decode_bank(&context, ret_decoded);
	if (context.model && context.model->refine && context.rules != RULES_COMMON)
		context.model->refine(&context, ret_decoded);
}
