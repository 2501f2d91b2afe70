/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cpu-models: the one table of CPU models.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/decoded.h"
#include "event/record.h"

struct decode_context;

struct cpu_model {
	const char *name;
	uint8_t vendor;	      /* enum cpu_vendor */
	uint16_t family;      /* CPUID display family */
	uint16_t model_first; /* CPUID display models, inclusive */
	uint16_t model_last;
	/*
	 * Channels of a memory controller as mcelog numbers them through a socket: the
	 * second controller's first channel has this number. 0: nobody has said so.
	 */
	uint8_t imc_channels;
	bool imc_log; /* MSR_ERROR_CONTROL turns on what the memory controllers say in MCi_MISC */

	/*
	 * Adds what only this model's registers say (units, model-specific
	 * codes, location) after the architectural part is filled. As total
	 * and pure as decode(). NULL: architectural only.
	 */
	void (*refine)(const struct decode_context *context, struct decoded *decoded);
};

/*
 * The row for a vendor and a CPUID(1).EAX value; NULL for a CPU that the table
 * does not have. The first row that matches wins.
 */
const struct cpu_model *cpu_model_find(uint8_t vendor, uint32_t cpuid);

/* The whole table, for tests and lists. */
const struct cpu_model *cpu_models(size_t *ret_count);
