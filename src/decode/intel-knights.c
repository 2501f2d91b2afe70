// SPDX-License-Identifier: GPL-2.0-only
/*
 * Knights Landing and Mill, 06_57H and 06_85H. The SDM does not have their
 * banks: facts from Intel's patches to mcelog and rasdaemon.
 */
#include "decode/intel-units.h"
#include "decode/refine.h"
#include "event/bits.h"
#include "util/cleanup.h"

/* clang-format off */
static const struct fact_row controller_errors[] = {
	INTEL_FLAG(16, "Command or address parity error"),
	INTEL_FLAG(17, "Internal parity error outside of the write data buffer"),
	INTEL_FLAG(18, "Internal parity error of the write data buffer"),
	INTEL_FLAG(19, "Corrected patrol scrub error"),
	INTEL_FLAG(20, "Uncorrected patrol scrub error"),
	INTEL_FLAG(21, "Corrected spare error"),
	INTEL_FLAG(22, "Uncorrected spare error"),
};

static const struct fact_row chip_failure = INTEL_FLAG(23, "Corrected failure of a whole chip");
static const struct fact_row burst_error = INTEL_FLAG(23, "Corrected burst error of four bits");
/* clang-format on */

enum {
	MCACOD_PCU = 0x402,
	MCACOD_VCU = 0x403,
	MCACOD_UBOX = 0x407,
	BANK_UPPER_CHANNELS = 15,
	CHANNELS = 3,
	MISC_FIRST_VALID = 62,
	MISC_SECOND_VALID = 63,
};

static void refine_ubox(const struct decode_context *context, struct decoded *decoded)
{
	/* clang-format off */
	static const struct code_row units[] = {
		{ MCACOD_PCU,  "Internal error of the power control unit" },
		{ MCACOD_VCU,  "Internal error of the VCU" },
		{ MCACOD_UBOX, "Other internal error of the UBOX" },
	};
	/* clang-format on */
	const char *text =
		code_text(units, ARRAY_SIZE(units), (uint16_t)(context->record->status & 0xefff));

	if (text)
		fact_add(decoded, "error", text, intel_mscod(context));
}

static void add_ranks(const struct decode_context *context, struct decoded *decoded)
{
	uint64_t misc = context->record->misc;

	if (!intel_is_memory(context) || !intel_has_corrected_misc(context))
		return;
	if (misc & BIT64(MISC_FIRST_VALID))
		decoded->location.rank = (int32_t)bits(misc, 50, 46);
	if (misc & BIT64(MISC_SECOND_VALID))
		fact_add(decoded, "second_rank", "Rank of the second failed device",
			 bits(misc, 55, 51));
}

static void refine_controller(const struct decode_context *context,
			      const struct fact_row *last_error, struct decoded *decoded)
{
	facts_from_register(decoded, controller_errors, ARRAY_SIZE(controller_errors),
			    context->record->status, context->conditions);
	facts_from_register(decoded, last_error, 1, context->record->status, context->conditions);
	add_ranks(context, decoded);
}

/* EDAC's channels are DDR's; an MCDRAM error says channel 14 (Linux, sb_edac). */
static void refine_edc(const struct decode_context *context, struct decoded *decoded)
{
	refine_controller(context, &burst_error, decoded);
	decoded->location.channel = LOCATION_UNKNOWN;
}

/*
 * Each controller counts its channels from 0: bank 15 is MC0 with the socket's
 * channels 3 to 5, bank 16 is MC1 with 0 to 2 (Linux, sb_edac).
 */
static void refine_ddr(const struct decode_context *context, struct decoded *decoded)
{
	refine_controller(context, &chip_failure, decoded);
	if (decoded->location.channel >= CHANNELS)
		decoded->location.channel = LOCATION_UNKNOWN;
	else if (context->record->bank == BANK_UPPER_CHANNELS &&
		 decoded->location.channel != LOCATION_UNKNOWN)
		decoded->location.channel += CHANNELS;
}

static const struct intel_unit units[] = {
	{ 5, 5, "UBOX", "System configuration controller", refine_ubox },
	{ 7, 14, "EDC", "MCDRAM controller", refine_edc },
	{ 15, 16, "IMC", "Integrated memory controller", refine_ddr },
};

void refine_knights(const struct decode_context *context, struct decoded *decoded)
{
	intel_unit_refine(units, ARRAY_SIZE(units), context, decoded);
}
