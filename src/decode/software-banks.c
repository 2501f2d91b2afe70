// SPDX-License-Identifier: GPL-2.0-only
#include "decode/software-banks.h"

#include <stddef.h>

#include "decode/bits.h"
#include "decode/facts.h"
#include "decode/phrase.h"
#include "util/cleanup.h"

/*
 * Linux, arch/x86/include/asm/mce.h: software banks begin at 128. 128 is
 * thermal; 129 onwards were AMD threshold banks (6 banks of 9 blocks each,
 * kernels before 4.x); 128 + 90 was the exception's rendezvous timeout.
 */
enum {
	BANK_THERMAL = 128,
	BANK_AMD_THRESHOLD_FIRST = 129,
	BANK_AMD_THRESHOLD_LAST = 129 + 6 * 9 - 1,
	BANK_TIMEOUT = 128 + 90,
};

/* Here status is IA32_THERM_STATUS: SDM Vol. 3B (253669), 15.8.5.2. */
/* clang-format off */
static const struct fact_row thermal_rows[] = {
	{ .name = "thermal_status", .high = 0, .low = 0, .zero = true,
	  .text = "The thermal sensor's high-temperature output is active" },
	{ .name = "thermal_log", .high = 1, .low = 1,
	  .text = "The high-temperature output was active since the log was cleared" },
};
/* clang-format on */

/* Here status is an MCi_MISC of family 10h: BKDG (31116), "MCi_MISC". */
/* clang-format off */
static const struct fact_row threshold_rows[] = {
	{ .name = "threshold_count", .high = 43, .low = 32, .zero = true,
	  .text = "Error counter of the threshold register" },
	{ .name = "threshold_overflow", .high = 48, .low = 48,
	  .text = "The error counter reached its threshold" },
};
/* clang-format on */

static void say(struct decoded *decoded, enum error_class class, enum severity severity,
		const char *text)
{
	struct phrase phrase;

	decoded->class = class;
	decoded->severity = severity;
	phrase_start(&phrase, decoded->mca, sizeof(decoded->mca));
	phrase_add(&phrase, text);
}

/* The hardware handles the heat by itself by throttling: corrected. */
static void decode_thermal(const struct record *record, struct decoded *decoded)
{
	say(decoded, CLASS_THERMAL, SEVERITY_CORRECTED,
	    bits(record->status, 0, 0) ? "Processor above its trip temperature, throttled"
				       : "Processor below its trip temperature, not throttled");
	facts_from_register(decoded, thermal_rows, ARRAY_SIZE(thermal_rows), record->status, 0);
}

bool software_bank_decode(const struct decode_context *context, struct decoded *decoded)
{
	const struct record *record = context->record;

	if (record->bank == BANK_THERMAL) {
		decode_thermal(record, decoded);
		return true;
	}
	if (record->bank == BANK_TIMEOUT) {
		say(decoded, CLASS_INTERNAL, SEVERITY_UNCORRECTED,
		    "Processors did not all answer a machine-check exception in time");
		return true;
	}
	if (context->rules == RULES_AMD && record->bank >= BANK_AMD_THRESHOLD_FIRST &&
	    record->bank <= BANK_AMD_THRESHOLD_LAST) {
		say(decoded, CLASS_UNKNOWN, SEVERITY_CORRECTED, "Corrected error threshold event");
		facts_from_register(decoded, threshold_rows, ARRAY_SIZE(threshold_rows),
				    record->status, 0);
		return true;
	}
	return false;
}

void apei_bank_decode(struct decoded *decoded)
{
	struct phrase phrase;

	decoded->class = CLASS_MEMORY;
	phrase_start(&phrase, decoded->mca, sizeof(decoded->mca));
	phrase_add(&phrase, "Memory error reported by firmware (APEI)");
}
