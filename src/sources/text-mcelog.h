/* SPDX-License-Identifier: GPL-2.0-only */
/* text-mcelog: what only mcelog writes. For text-message.c and text-keywords.c. */
#pragma once

#include <stdbool.h>

#include "event/record.h"
#include "sources/text-fields.h"

/*
 * mcelog's old CPU lines name the bank of an AMD CPU, and those of events that are
 * no bank's: "4 northbridge", "THERMAL EVENT". Takes the name off and sets the
 * bank; nothing is FOREIGN but a number with other words behind it.
 */
enum verdict text_take_bank_name(struct span *span, struct record *record);

/* "Vendor Intel Family 6 Model 85 Step 4", behind the CPUID of mcelog's own line. */
enum verdict text_take_cpuid_line(struct span rest, struct record *record);

/*
 * Whether the rest behind a keyword's value is the same in words: "TIME 1500000000
 * Fri Jul 14 04:40:00 2017", "TSC 1234 [at 2400 Mhz 1 days 2:3:4 uptime (unreliable)]".
 */
bool text_are_mcelog_words(const struct keyword *keyword, struct span span);
