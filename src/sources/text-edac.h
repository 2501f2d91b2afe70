/* SPDX-License-Identifier: GPL-2.0-only */
/* text-edac: the lines that EDAC's decoder for AMD prints. For text.c. */
#pragma once

#include "event/record.h"
#include "sources/text-fields.h"

/*
 * "CPU:0 (17:1:2) MC4_STATUS[-|CE|...]: 0x9c...", before Linux 3.7 without the
 * parentheses: CPU, CPUID, bank and status of the record.
 */
enum verdict text_take_edac_status(struct span span, struct record *record);

/* The lines after it, each with its own way to name a register. */
enum verdict text_take_edac_line(struct span span, struct record *record);
