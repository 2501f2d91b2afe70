// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nehalem, Westmere, and their EX: SDM Vol. 3B (253669), "Incremental decoding
 * information: 06_1AH". Banks 0 and 1 are the QPI links, 7 has internal
 * errors, 8 is the memory controller; in other banks the tables do not hold.
 */
#include "decode/intel-units.h"
#include "decode/refine.h"
#include "event/bits.h"
#include "util/cleanup.h"

/* Table "Intel QPI Machine Check Error Codes for IA32_MC0 and MC1_STATUS". */
/* clang-format off */
static const struct fact_row qpi_errors[] = {
	INTEL_FLAG(16, "Packet header parity error"),
	INTEL_FLAG(17, "Data packet parity error"),
	INTEL_FLAG(18, "Retries exceeded"),
	INTEL_FLAG(19, "Data packet poisoned by its sender"),
	INTEL_FLAG(22, "Unsupported message encoding"),
	INTEL_FLAG(23, "Unsupported credit type"),
	INTEL_FLAG(24, "Receiver buffer overrun: too many flits"),
	INTEL_FLAG(25, "Failed response from the sender"),
	INTEL_FLAG(26, "Clock jitter"),
};

/* Table "Intel QPI Machine Check Error Codes for IA32_MC0 and MC1_MISC". */
static const struct fact_row qpi_misc[] = {
	{ .name = "qpi_opcode",	     .high = 7,  .low = 0,  .zero = true,
	  .text = "Class and opcode of the packet" },
	{ .name = "qpi_transaction", .high = 13, .low = 8,  .zero = true,
	  .text = "Request transaction ID" },
	{ .name = "qpi_node",	     .high = 18, .low = 16, .zero = true,
	  .text = "Requester or home node" },
	{ .name = "qpi_interleave",  .high = 24, .low = 24, .text = "Interleave or head indication" },
};

/* Table "Machine Check Error Codes for IA32_MC7_STATUS", bits 31:24. */
static const struct code_row internal_errors[] = {
	{ 0x03, "Reset firmware did not complete" },
	{ 0x08, "Invalid CMPD received" },
	{ 0x0a, "Invalid power management request" },
	{ 0x0d, "Invalid S-state transition" },
	{ 0x11, "VID controller does not match the one selected by POC" },
	{ 0x1a, "MSID of POC does not match the CPU's" },
};

/* Table "Incremental Memory Controller Error Codes of Machine Check for IA32_MC8_STATUS". */
static const struct fact_row memory_errors[] = {
	INTEL_FLAG(16, "Read ECC error"),
	INTEL_FLAG(17, "ECC error found by the scrubber"),
	INTEL_FLAG(18, "Write parity error"),
	INTEL_FLAG(19, "Error in one half of redundant memory"),
	INTEL_FLAG(21, "Access outside of memory"),
	INTEL_FLAG(22, "Invalid transaction ID"),
	INTEL_FLAG(23, "Address parity error"),
	INTEL_FLAG(24, "Byte enable parity error"),
};

/* Table "Incremental Memory Controller Error Codes of Machine Check for IA32_MC8_MISC". */
static const struct fact_row memory_misc[] = {
	{ .name = "memory_transaction", .high = 7,  .low = 0,  .zero = true,
	  .text = "Memory transaction ID" },
	{ .name = "syndrome",		.high = 63, .low = 32, .zero = true, .text = "ECC syndrome" },
};
/* clang-format on */

enum { BANK_INTERNAL = 7, MCACOD_UNCLASSIFIED = 0x0001 };

static void refine_qpi(const struct decode_context *context, struct decoded *decoded)
{
	if (!intel_is_bus(context))
		return;
	facts_from_register(decoded, qpi_errors, ARRAY_SIZE(qpi_errors), context->record->status,
			    context->conditions);
	if (context->conditions & IF_MISC)
		facts_from_register(decoded, qpi_misc, ARRAY_SIZE(qpi_misc), context->record->misc,
				    context->conditions);
}

static void refine_memory(const struct decode_context *context, struct decoded *decoded)
{
	uint64_t misc = context->record->misc;

	if (!intel_is_memory(context))
		return;
	facts_from_register(decoded, memory_errors, ARRAY_SIZE(memory_errors),
			    context->record->status, context->conditions);
	if (!(context->conditions & IF_MISC))
		return;
	decoded->location.dimm = (int32_t)bits(misc, 17, 16);
	decoded->location.channel = (int32_t)bits(misc, 19, 18);
	facts_from_register(decoded, memory_misc, ARRAY_SIZE(memory_misc), misc,
			    context->conditions);
}

static void refine_internal(const struct decode_context *context, struct decoded *decoded)
{
	uint16_t error = (uint16_t)bits(context->record->status, 31, 24);

	if ((context->record->status & 0xffff) == MCACOD_UNCLASSIFIED && error)
		fact_add_error(decoded, internal_errors, ARRAY_SIZE(internal_errors), error);
}

static const struct intel_unit units[] = {
	{ 0, 1, "QPI", "QuickPath Interconnect", refine_qpi },
	{ 8, 8, "IMC", "Integrated memory controller", refine_memory },
};

void refine_nehalem(const struct decode_context *context, struct decoded *decoded)
{
	intel_unit_refine(units, ARRAY_SIZE(units), context, decoded);
	if (context->record->bank == BANK_INTERNAL)
		refine_internal(context, decoded);
}

/*
 * The SDM has no tables for 06_2EH and 06_2FH and no bank numbers. That their
 * internal errors are Nehalem's is a fact from mcelog.
 */
void refine_nehalem_ex(const struct decode_context *context, struct decoded *decoded)
{
	refine_internal(context, decoded);
}
