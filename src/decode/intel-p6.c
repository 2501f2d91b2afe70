// SPDX-License-Identifier: GPL-2.0-only
/*
 * P6 family, Core 2 and Xeon 7400 (Dunnington): SDM Vol. 3B (253669),
 * "Incremental decoding information: processor family 06H", and 06_1DH.
 */
#include "decode/intel-units.h"
#include "decode/refine.h"
#include "event/bits.h"
#include "util/cleanup.h"

/* Table "Incremental Decoding Information: Processor Family 06H", bits 24:19. */
/* clang-format off */
static const struct code_row request_types[] = {
	{ 0x00, "BQ_DCU_READ_TYPE" },
	{ 0x02, "BQ_IFU_DEMAND_TYPE" },
	{ 0x03, "BQ_IFU_DEMAND_NC_TYPE" },
	{ 0x04, "BQ_DCU_RFO_TYPE" },
	{ 0x05, "BQ_DCU_RFO_LOCK_TYPE" },
	{ 0x06, "BQ_DCU_ITOM_TYPE" },
	{ 0x08, "BQ_DCU_WB_TYPE" },
	{ 0x0a, "BQ_DCU_WCEVICT_TYPE" },
	{ 0x0b, "BQ_DCU_WCLINE_TYPE" },
	{ 0x0c, "BQ_DCU_BTM_TYPE" },
	{ 0x0d, "BQ_DCU_INTACK_TYPE" },
	{ 0x0e, "BQ_DCU_INVALL2_TYPE" },
	{ 0x0f, "BQ_DCU_FLUSHL2_TYPE" },
	{ 0x10, "BQ_DCU_PART_RD_TYPE" },
	{ 0x12, "BQ_DCU_PART_WR_TYPE" },
	{ 0x14, "BQ_DCU_SPEC_CYC_TYPE" },
	{ 0x18, "BQ_DCU_IO_RD_TYPE" },
	{ 0x19, "BQ_DCU_IO_WR_TYPE" },
	{ 0x1c, "BQ_DCU_LOCK_RD_TYPE" },
	{ 0x1d, "BQ_DCU_LOCK_WR_TYPE" },
	{ 0x1e, "BQ_DCU_SPLOCK_RD_TYPE" },
};

/* Table "Incremental Bus Error Codes ... Intel Core Microarchitecture": what it adds. */
static const struct code_row core2_request_types[] = {
	{ 0x01, "BQ_PREF_READ_TYPE" },
	{ 0x24, "BQ_L2_WI_RFO_TYPE" },
	{ 0x26, "BQ_L2_WI_ITOM_TYPE" },
};

/* The table of family 06H, bits 27:25. */
static const struct code_row p6_queue_errors[] = {
	{ 0x0, "Bus queue: hard error" },
	{ 0x1, "Bus queue: double-bit error" },
	{ 0x2, "Bus queue: second address parity error" },
	{ 0x4, "Bus queue: single-bit error" },
	{ 0x5, "Bus queue: first address parity error" },
};

/*
 * The table of Core 2, bits 27:25; 0 is no error. Older revisions of the SDM, and
 * mcelog after them, have the codes of family 06H here.
 */
static const struct code_row core2_queue_errors[] = {
	{ 0x1, "Bus queue: address parity error" },
	{ 0x2, "Bus queue: hard error response" },
	{ 0x3, "Bus queue: response parity error" },
};

/* Both tables. */
static const struct fact_row bus_errors[] = {
	INTEL_FLAG(30, "Internal BINIT"),
	INTEL_FLAG(36, "Response parity error"),
	INTEL_FLAG(38, "Retirement timeout (BINIT)"),
	INTEL_FLAG(42, "Hard error response"),
	INTEL_FLAG(43, "Failure that caused IERR"),
};

/* The table of family 06H; 44 to 46 and the syndrome are reserved in Core 2. */
static const struct fact_row p6_errors[] = {
	INTEL_FLAG(28, "Functional redundancy check error"),
	INTEL_FLAG(29, "BERR by this processor"),
	INTEL_FLAG(35, "BINIT from the external bus"),
	INTEL_FLAG(37, "Hard error response to a split transaction (bus BINIT)"),
	INTEL_FLAG(44, "Two transactions failed with address parity errors"),
	INTEL_FLAG(45, "Uncorrectable ECC error"),
	INTEL_FLAG(46, "Corrected ECC error"),
};

/* The table of Core 2. */
static const struct fact_row core2_errors[] = {
	INTEL_FLAG(28, "Machine check driven"),
	INTEL_FLAG(29, "Machine check observed"),
	INTEL_FLAG(31, "BINIT observed"),
	INTEL_FLAG(34, "PIC or front-side bus data parity error"),
	INTEL_FLAG(37, "Front-side bus address parity error"),
};
/* clang-format on */

enum { MODEL_CORE2_FIRST = 0x0f };

static void add_request(const char *text, uint16_t type, struct decoded *decoded)
{
	if (!text)
		text = code_text(request_types, ARRAY_SIZE(request_types), type);
	fact_add(decoded, "bus_request", text ? text : "Unknown request type", type);
}

static void refine_core2_bus(const struct decode_context *context, struct decoded *decoded)
{
	uint64_t status = context->record->status;
	uint16_t type = (uint16_t)bits(status, 24, 19), error = (uint16_t)bits(status, 27, 25);

	if (error)
		fact_add_error(decoded, core2_queue_errors, ARRAY_SIZE(core2_queue_errors), error);
	add_request(code_text(core2_request_types, ARRAY_SIZE(core2_request_types), type), type,
		    decoded);
	facts_from_register(decoded, bus_errors, ARRAY_SIZE(bus_errors), status,
			    context->conditions);
	facts_from_register(decoded, core2_errors, ARRAY_SIZE(core2_errors), status,
			    context->conditions);
}

static void refine_p6_bus(const struct decode_context *context, struct decoded *decoded)
{
	uint64_t status = context->record->status;

	fact_add_error(decoded, p6_queue_errors, ARRAY_SIZE(p6_queue_errors),
		       (uint16_t)bits(status, 27, 25));
	add_request(NULL, (uint16_t)bits(status, 24, 19), decoded);
	facts_from_register(decoded, bus_errors, ARRAY_SIZE(bus_errors), status,
			    context->conditions);
	facts_from_register(decoded, p6_errors, ARRAY_SIZE(p6_errors), status, context->conditions);
	/* the table has a syndrome with an ECC error only */
	if (status & (BIT64(45) | BIT64(46)))
		fact_add(decoded, "syndrome", "ECC syndrome", bits(status, 54, 47));
}

void refine_p6(const struct decode_context *context, struct decoded *decoded)
{
	if (!intel_is_bus(context))
		return;
	if (cpuid_model(context->record->cpuid) >= MODEL_CORE2_FIRST)
		refine_core2_bus(context, decoded);
	else
		refine_p6_bus(context, decoded);
}

/* Table "Incremental Bus Error Codes of Machine Check for Processors 06_1DH", bits 31:16. */
/* clang-format off */
static const struct fact_row dunnington_bus_errors[] = {
	INTEL_FLAG(16, "Front-side bus request phase parity error"),
	INTEL_FLAG(20, "Hard failure response to a local transaction"),
	INTEL_FLAG(21, "Front-side bus response parity error"),
	INTEL_FLAG(22, "Inbound data parity error"),
};

/* Table "Type B Bus and Interconnect Error Codes", bits 31:16, MCACOD 0400H. */
static const struct code_row dunnington_internal_errors[] = {
	{ 0x0001, "Inclusion error from core 0" },
	{ 0x0002, "Inclusion error from core 1" },
	{ 0x0003, "Write exclusive error from core 0" },
	{ 0x0004, "Write exclusive error from core 1" },
	{ 0x0005, "Inclusion error from the front-side bus" },
	{ 0x0006, "Snoop stall error from the front-side bus" },
	{ 0x0007, "Write stall error from the front-side bus" },
	{ 0x0008, "Front-side bus arbiter timeout" },
	{ 0x000a, "Inclusion error from core 2" },
	{ 0x000b, "Write exclusive error from core 2" },
	{ 0x0200, "Internal timeout" },
	{ 0x0300, "Internal timeout" },
	{ 0x0400, "Cache Safe Technology queue full, or disabled ways in a set overflow" },
	{ 0x0500, "Quiet cycle timeout, corrected" },
	{ 0xc002, "Corrected ECC event on outgoing data of core 0" },
	{ 0xc004, "Corrected ECC event on outgoing data of core 1" },
	{ 0xc008, "Corrected ECC event on outgoing data of core 2" },
	{ 0xe002, "Uncorrectable ECC event on outgoing data of core 0" },
	{ 0xe004, "Uncorrectable ECC event on outgoing data of core 1" },
	{ 0xe008, "Uncorrectable ECC event on outgoing data of core 2" },
};
/* clang-format on */

enum { BANK_CACHE = 6, MCACOD_BUS_QUEUE = 0x0e0f, MCACOD_INTERNAL = 0x0400 };

static void refine_dunnington_cache(const struct decode_context *context, struct decoded *decoded)
{
	uint64_t status = context->record->status;

	decoded->bank_type = "L3";
	fact_add(decoded, "unit", "L3 cache and bus controller", BANK_CACHE);
	if ((status & 0xffff) == MCACOD_BUS_QUEUE)
		facts_from_register(decoded, dunnington_bus_errors,
				    ARRAY_SIZE(dunnington_bus_errors), status, context->conditions);
	else if ((status & 0xffff) == MCACOD_INTERNAL)
		fact_add_error(decoded, dunnington_internal_errors,
			       ARRAY_SIZE(dunnington_internal_errors), intel_mscod(context));
}

/* The tables are IA32_MC6_STATUS's (one heading has MC4); a core's banks are as in Core 2. */
void refine_dunnington(const struct decode_context *context, struct decoded *decoded)
{
	if (context->record->bank == BANK_CACHE)
		refine_dunnington_cache(context, decoded);
	else
		refine_p6(context, decoded);
}
