/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * intel-imc: memory controller banks of Ice Lake and later, which have one
 * list of error codes and put the failing place into IA32_MCi_MISC.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "decode/context.h"
#include "event/decoded.h"

/* Bits of MISC; both 0: this generation does not have the field. */
struct intel_bits {
	uint8_t high;
	uint8_t low;
};

/* Where one generation's IA32_MCi_MISC has what. Column: without its two lowest bits. */
struct intel_imc_layout {
	struct intel_bits row;
	struct intel_bits group;
	struct intel_bits group_top; /* bit 2 of the bank group, where it stands apart */
	struct intel_bits bank;
	struct intel_bits device;
	struct intel_bits device_valid; /* not there: always valid; a transient error has none */
	struct intel_bits sub_rank;
	struct intel_bits rank;
	struct intel_bits dimm;
	struct intel_bits chip_select;
	struct intel_bits sub_channel;
	struct intel_bits ecc_mode;
	const char *const *ecc_modes; /* texts by value */
	uint8_t n_ecc_modes;
};

/* MSCOD from here on, and on Ice Lake and Sapphire Rapids up to 08ffh: MISC is no place. */
enum { INTEL_MSCOD_PROPRIETARY = 0x800 };

/* Ice Lake and Sapphire Rapids: MISC is there, and has the place of a memory error. */
bool intel_imc_has_place(const struct decode_context *context);

/* The error code, MSCOD, of both Ice Lake and Sapphire Rapids; 0 says nothing. */
void intel_imc_error(uint16_t mscod, struct decoded *decoded);

/* Sets what MISC says of the place of a memory error; the caller knows that MISC has it. */
void intel_imc_place(const struct intel_imc_layout *layout, uint64_t misc, bool corrected,
		     struct decoded *decoded);
