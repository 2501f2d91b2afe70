// SPDX-License-Identifier: GPL-2.0-only
/* Pentium 4 and Xeon 7100 (Tulsa): SDM Vol. 3B (253669), family 0FH and 0F_06H. */
#include "decode/bits.h"
#include "decode/intel-units.h"
#include "decode/refine.h"
#include "util/cleanup.h"

/* Table "Incremental Decoding Information: Processor Family 0FH", bus errors. */
/* clang-format off */
static const struct fact_row bus_errors[] = {
	INTEL_FLAG(16, "Front-side bus address parity error"),
	INTEL_FLAG(17, "Hard failure response"),
	INTEL_FLAG(18, "Response parity error"),
	INTEL_FLAG(19, "PIC and front-side bus data parity error"),
	INTEL_FLAG(20, "Invalid PIC request"),
	INTEL_FLAG(21, "Pad state machine error"),
	INTEL_FLAG(22, "Pad strobe glitch"),
	INTEL_FLAG(23, "Pad address glitch"),
};
/* clang-format on */

void refine_p4(const struct decode_context *context, struct decoded *decoded)
{
	if (intel_is_bus(context))
		facts_from_register(decoded, bus_errors, ARRAY_SIZE(bus_errors),
				    context->record->status, context->conditions);
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
/* clang-format on */

enum { BANK_CACHE = 4, MCACOD_BUS_QUEUE = 0x0e0f, MCACOD_INTERNAL = 0x0400, ECC_VALID = 52 };

static void refine_cache(const struct decode_context *context, struct decoded *decoded)
{
	uint64_t status = context->record->status;

	decoded->bank_type = "L3";
	fact_add(decoded, "unit", "L3 cache and bus controller", BANK_CACHE);
	if (bits(status, 39, 32)) {
		decoded->count = (uint32_t)bits(status, 39, 32);
		fact_add(decoded, "corrected_events", "Corrected events", bits(status, 39, 32));
	}
	if (status & BIT64(ECC_VALID))
		fact_add(decoded, "syndrome", "ECC syndrome", bits(status, 51, 44));
	if ((status & 0xffff) == MCACOD_BUS_QUEUE)
		facts_from_register(decoded, tulsa_bus_errors, ARRAY_SIZE(tulsa_bus_errors), status,
				    context->conditions);
	else if ((status & 0xffff) == MCACOD_INTERNAL)
		fact_add_error(decoded, tulsa_internal_errors, ARRAY_SIZE(tulsa_internal_errors),
			       intel_mscod(context));
}

/* The row of cpu-models.c is model 6, which Pentium 4 parts have too: only the L3 has bank 4
 * tables. */
void refine_tulsa(const struct decode_context *context, struct decoded *decoded)
{
	if (context->record->bank == BANK_CACHE)
		refine_cache(context, decoded);
	else
		refine_p4(context, decoded);
}
