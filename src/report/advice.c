// SPDX-License-Identifier: GPL-2.0-only
#include "report/advice.h"

static const struct advice advices[] = {
	[SEVERITY_UNKNOWN] = {
		.verdict = "UNKNOWN",
		.meaning = "the record does not say how bad it was",
		.todo = "Keep the record (mce-report info ID) and show it to the vendor.",
	},
	[SEVERITY_CORRECTED] = {
		.verdict = "CORRECTED",
		.meaning = "the hardware corrected it, no data was lost",
		.todo = "A few are normal; where they keep coming from one place, replace that "
			"part at the next maintenance.",
	},
	[SEVERITY_DEFERRED] = {
		.verdict = "DEFERRED",
		.meaning = "data is damaged and marked, nothing has used it yet",
		.todo = "Plan to replace the part; a program that reads the damaged data will be "
			"killed.",
	},
	[SEVERITY_UCNA] = {
		.verdict = "UNCORRECTED, NO ACTION",
		.meaning = "data is damaged and marked, nothing has used it",
		.todo = "Watch it; when it comes again from the same place, replace the part.",
	},
	[SEVERITY_ACTION_OPTIONAL] = {
		.verdict = "ACTION OPTIONAL",
		.meaning = "damaged data was found before anything used it",
		.todo = "See in the kernel log that the page was taken out of use; replace the "
			"part at the next maintenance.",
	},
	[SEVERITY_ACTION_REQUIRED] = {
		.verdict = "ACTION REQUIRED",
		.meaning = "damaged data was used; the kernel kills the program, or stops",
		.todo = "See in the kernel log which program was killed, check its data, and "
			"replace the part soon.",
	},
	[SEVERITY_UNCORRECTED] = {
		.verdict = "UNCORRECTED",
		.meaning = "data was lost, nothing more is known",
		.todo = "Move the work to another machine, check its data, and replace the part.",
	},
	[SEVERITY_FATAL] = {
		.verdict = "FATAL",
		.meaning = "the error was not contained, the machine had to stop",
		.todo = "Take the machine out of service and replace the part before trusting it "
			"again.",
	},
};

static const char *const suspects[] = {
	[CLASS_UNKNOWN] = "unknown",
	[CLASS_MEMORY] = "the memory module, its slot, or the processor's memory controller",
	[CLASS_CACHE] = "the processor",
	[CLASS_TLB] = "the processor",
	[CLASS_BUS] = "the processor, the memory behind it, or the board between",
	[CLASS_IO] = "a PCIe device, its slot, or the board",
	[CLASS_INTERNAL] = "the processor, its firmware or its power supply",
	[CLASS_THERMAL] = "the cooling: fans, filters, heat sinks, room",
};

_Static_assert(sizeof(advices) / sizeof(advices[0]) == SEVERITY_COUNT_, "one for each severity");
_Static_assert(sizeof(suspects) / sizeof(suspects[0]) == CLASS_COUNT_, "one for each class");

const struct advice *advice_for(enum severity severity)
{
	return &advices[severity < SEVERITY_COUNT_ ? severity : SEVERITY_UNKNOWN];
}

const char *advice_suspect(enum error_class class)
{
	return suspects[class < CLASS_COUNT_ ? class : CLASS_UNKNOWN];
}
