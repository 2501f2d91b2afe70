// SPDX-License-Identifier: GPL-2.0-only
/* Pentium 4 and Xeon 7100 (Tulsa): SDM Vol. 3B (253669), family 0FH and 0F_06H. */
#include "decode/intel-units.h"
#include "decode/refine.h"
#include "event/bits.h"
#include "util/cleanup.h"

/* Table "Incremental Decoding Information: Processor Family 0FH", bus errors. */
/* clang-format off */
static const struct fact_row bus_errors[] = {
	INTEL_FLAG(16, "Front-side bus address parity error"),
	INTEL_FLAG(17, "Hard failure response"),
	INTEL_FLAG(18, "Response parity error"),
	INTEL_FLAG(19, "PIC and front-side bus data parity error"),
	INTEL_FLAG(21, "Pad state machine error"),
	INTEL_FLAG(22, "Pad strobe glitch"),
	INTEL_FLAG(23, "Pad address glitch"),
};

/* The same: bit 20 is "processor signature 00000F04H" only, else reserved. */
static const struct fact_row signature_f04_error = INTEL_FLAG(20, "Invalid PIC request");

/* Table "Decoding Family 0FH Machine Check Codes for Cache Hierarchy Errors". */
static const char *const tag_errors[] = {
	[1] = "Tag parity error: miss, clean line",
	[2] = "Tag parity error or several matching tags: hit",
	[3] = "Tag parity error or several matching tags: miss",
};

static const char *const data_errors[] = {
	[1] = "Single-bit data error",
	[2] = "Double-bit data error, clean line",
	[3] = "Double-bit data error, modified line",
};

static const struct fact_row cache_errors[] = {
	{ .name = "error",	.high = 17, .low = 16,
	  .texts = tag_errors,	.n_texts = ARRAY_SIZE(tag_errors) },
	{ .name = "error",	.high = 19, .low = 18,
	  .texts = data_errors,	.n_texts = ARRAY_SIZE(data_errors) },
	{ .name = "l3_cache",	.high = 20, .low = 20,
	  .text = "The error began in the L3 cache" },
	{ .name = "error",	.high = 21, .low = 21,
	  .text = "Invalid PIC request" },
	{ .name = "earlier_errors", .high = 39, .low = 32,
	  .text = "Errors since reset before this one; stops at 255" },
};
/* clang-format on */

enum { SIGNATURE_F04 = 0xf04, MODEL_F04 = 4 };

/* F04H can be a whole CPUID value or a family and model; neither is excluded. */
static bool is_signature_f04(const struct record *record)
{
	return record->cpuid == SIGNATURE_F04 || cpuid_model(record->cpuid) == MODEL_F04;
}

/* Compound code 000F 0001 RRRR TTLL. */
static bool is_cache(const struct decode_context *context)
{
	return (context->record->status & 0xef00) == 0x0100;
}

void refine_p4(const struct decode_context *context, struct decoded *decoded)
{
	uint64_t status = context->record->status;

	if (is_cache(context))
		facts_from_register(decoded, cache_errors, ARRAY_SIZE(cache_errors), status,
				    context->conditions);
	if (!intel_is_bus(context))
		return;
	facts_from_register(decoded, bus_errors, ARRAY_SIZE(bus_errors), status,
			    context->conditions);
	if (is_signature_f04(context->record))
		facts_from_register(decoded, &signature_f04_error, 1, status, context->conditions);
}

/* Table "Incremental MCA Error Codes for 0F_06H": IA32_MC4_STATUS, the last-level cache and bus. */
/* clang-format off */
static const struct fact_row tulsa_bus_errors[] = {
	INTEL_FLAG(16, "Front-side bus request phase parity error"),
	INTEL_FLAG(17, "Address parity error of a request of core 0"),
	INTEL_FLAG(18, "Address parity error of a request of core 1"),
	INTEL_FLAG(20, "Front-side bus response parity error"),
	INTEL_FLAG(21, "Inbound data parity error"),
	INTEL_FLAG(22, "Parity error of data from core 0"),
	INTEL_FLAG(23, "Parity error of data from core 1"),
	INTEL_FLAG(24, "Enhanced defer parity error, phase A or B"),
	INTEL_FLAG(25, "Inbound data ECC event"),
	INTEL_FLAG(26, "Data strobe glitch or sequencing error"),
	INTEL_FLAG(27, "Request strobe glitch or sequencing error"),
};

/* Table "Type C Cache Bus Controller Error Codes", bits 31:16, MCACOD 0400H. */
static const struct code_row tulsa_internal_errors[] = {
	{ 0x0001, "Inclusion error from core 0" },
	{ 0x0002, "Inclusion error from core 1" },
	{ 0x0003, "Write exclusive error from core 0" },
	{ 0x0004, "Write exclusive error from core 1" },
	{ 0x0005, "Inclusion error from the front-side bus" },
	{ 0x0006, "Snoop stall error from the front-side bus" },
	{ 0x0007, "Write stall error from the front-side bus" },
	{ 0x0008, "Front-side bus arbiter timeout" },
	{ 0x0009, "Out-of-order queue underflow or overflow" },
	{ 0x0100, "Enhanced SpeedStep or thermal monitor error" },
	{ 0x0200, "Internal timeout" },
	{ 0x0300, "Internal timeout" },
	{ 0x0400, "Cache Safe Technology queue full, or disabled ways in a set overflow" },
	{ 0xc001, "Corrected ECC event on outgoing front-side bus data" },
	{ 0xc002, "Corrected ECC event on outgoing data of core 0" },
	{ 0xc004, "Corrected ECC event on outgoing data of core 1" },
	{ 0xe001, "Uncorrectable ECC event on outgoing front-side bus data" },
	{ 0xe002, "Uncorrectable ECC event on outgoing data of core 0" },
	{ 0xe004, "Uncorrectable ECC event on outgoing data of core 1" },
};

/* Table "Type A L3 Error Codes", bits 18:16, MCACOD 010BH; 0 and 4 are no error. */
static const char *const tulsa_cache_texts[] = {
	[1] = "Corrected events in several ways",
	[2] = "Uncorrectable errors in several ways",
	[3] = "Tag hits in several ways",
	[5] = "Corrected event in one way",
	[6] = "Uncorrectable error in one way",
	[7] = "Corrected events and uncorrectable errors in some ways",
};

/* Table "Other Information Field Bit Definition"; not the errors of this record alone. */
static const struct fact_row tulsa_events = {
	.name = "corrected_events", .high = 39, .low = 32,
	.text = "Corrected events since cold reset; stops at 255",
};
/* clang-format on */

enum {
	BANK_CACHE = 4,
	MCACOD_CACHE = 0x010b,
	MCACOD_INTERNAL = 0x0400,
	MCACOD_BUS_QUEUE = 0x0e0f,
	ECC_VALID = 52,
};

static void refine_tag(uint64_t status, struct decoded *decoded)
{
	uint64_t code = bits(status, 18, 16);

	if (tulsa_cache_texts[code])
		fact_add(decoded, "error", tulsa_cache_texts[code], code);
}

static void refine_cache(const struct decode_context *context, struct decoded *decoded)
{
	uint64_t status = context->record->status;

	decoded->bank_type = "L3";
	fact_add(decoded, "unit", "L3 cache and bus controller", BANK_CACHE);
	facts_from_register(decoded, &tulsa_events, 1, status, context->conditions);
	if (status & BIT64(ECC_VALID))
		fact_add(decoded, "syndrome", "ECC syndrome", bits(status, 51, 44));
	if ((status & 0xffff) == MCACOD_CACHE)
		refine_tag(status, decoded);
	else if ((status & 0xffff) == MCACOD_BUS_QUEUE)
		facts_from_register(decoded, tulsa_bus_errors, ARRAY_SIZE(tulsa_bus_errors), status,
				    context->conditions);
	else if ((status & 0xffff) == MCACOD_INTERNAL)
		fact_add_error(decoded, tulsa_internal_errors, ARRAY_SIZE(tulsa_internal_errors),
			       intel_mscod(context));
}

/* Other parts are model 6 too; bank 4 is Tulsa's only. */
void refine_tulsa(const struct decode_context *context, struct decoded *decoded)
{
	if (context->record->bank == BANK_CACHE)
		refine_cache(context, decoded);
	else
		refine_p4(context, decoded);
}
