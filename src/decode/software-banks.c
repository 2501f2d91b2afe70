// SPDX-License-Identifier: GPL-2.0-only
#include "decode/software-banks.h"

#include <stddef.h>

#include "decode/facts.h"
#include "decode/phrase.h"
#include "event/bits.h"
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
	AMD_THRESHOLD_BLOCKS = 9,
	BANK_NORTHBRIDGE = 4,
	BANK_TIMEOUT = 128 + 90,
};

/* Here status is IA32_THERM_STATUS: SDM Vol. 3B (253669), 15.8.5.2. */
/* clang-format off */
static const struct fact_row thermal_rows[] = {
	{ .name = "thermal_status", .high = 0, .low = 0, .zero = true,
	  .text = "The thermal sensor's high-temperature output is active" },
	{ .name = "thermal_log", .high = 1, .low = 1,
	  .text = "The high-temperature output was active since the log was cleared" },
	{ .name = "prochot", .high = 2, .low = 2,
	  .text = "PROCHOT# or FORCEPR# is asserted by another agent" },
	{ .name = "critical_temperature", .high = 4, .low = 4,
	  .text = "The critical temperature sensor's output is active" },
};
/* clang-format on */

/*
 * Here misc is the threshold register of a block and status its bank's MCi_STATUS
 * (Linux, arch/x86/kernel/cpu/mcheck/mce_amd.c): BKDG for family 10h (31116), MCi_MISC.
 */
/* clang-format off */
static const struct fact_row threshold_rows[] = {
	{ .name = "threshold_count", .high = 43, .low = 32, .zero = true,
	  .text = "Error counter of the threshold register" },
	{ .name = "threshold_overflow", .high = 48, .low = 48,
	  .text = "The error counter reached its threshold" },
};

/* Blocks of bank 4, the northbridge. */
static const char *const threshold_units[] = {
	[0] = "DRAM errors",
	[1] = "Link errors",
	[2] = "L3 cache errors",
	[3] = "FB-DIMM errors",
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

static void decode_threshold(const struct record *record, struct decoded *decoded)
{
	unsigned int number = record->bank - BANK_AMD_THRESHOLD_FIRST;
	unsigned int block = number % AMD_THRESHOLD_BLOCKS;
	bool known = number / AMD_THRESHOLD_BLOCKS == BANK_NORTHBRIDGE &&
		     block < ARRAY_SIZE(threshold_units);

	say(decoded, CLASS_UNKNOWN, SEVERITY_CORRECTED, "Corrected error threshold event");
	fact_add(decoded, "threshold_bank", "Bank whose errors are counted",
		 number / AMD_THRESHOLD_BLOCKS);
	fact_add(decoded, "threshold_block", known ? threshold_units[block] : "Block of the bank",
		 block);
	if (record->fields & RECORD_HAS_MISC)
		facts_from_register(decoded, threshold_rows, ARRAY_SIZE(threshold_rows),
				    record->misc, 0);
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
		decode_threshold(record, decoded);
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
