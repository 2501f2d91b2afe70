/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * intel-units: which unit of an Intel CPU a bank belongs to, and what several
 * generations of these units have in common. For the intel-*.c files.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "decode/context.h"
#include "decode/facts.h"
#include "event/decoded.h"

/* The banks of one kind of unit. */
struct intel_unit {
	uint8_t first;
	uint8_t last;	  /* bank, inclusive */
	const char *type; /* short, as decoded.bank_type */
	const char *text; /* for a person */

	/* What the unit's own fields say; NULL: nothing more is known. */
	void (*refine)(const struct decode_context *context, struct decoded *decoded);
};

/*
 * Names the unit of the record's bank by a table of n rows, then asks it. A
 * bank that is not in the table stays unnamed.
 */
void intel_unit_refine(const struct intel_unit *units, size_t n,
		       const struct decode_context *context, struct decoded *decoded);

/* Errors by flag: a row of facts_from_register() for one bit of a register. */
#define INTEL_FLAG(bit, words)                                                                     \
	{                                                                                          \
		.name = "error", .high = (bit), .low = (bit), .text = (words)                      \
	}

/* MSCOD, IA32_MCi_STATUS[31:16]. */
uint16_t intel_mscod(const struct decode_context *context);

/* The error code is a memory controller's (SDM Vol. 3B, compound codes, 000F 0000 1MMM CCCC). */
bool intel_is_memory(const struct decode_context *context);

/* The error code is a bus or interconnect one (000F 1PPT RRRR IILL). */
bool intel_is_bus(const struct decode_context *context);

/*
 * The error code is an internal one of the power control unit. Where it is not,
 * IA32_MC4_STATUS is a copy of a core's IA32_MC3_STATUS (SDM Vol. 3B, 06_3FH and later,
 * MCACOD), and MSCOD is not this unit's.
 */
bool intel_is_pcu(const struct decode_context *context);

/* Errors by flag in MSCOD; the bits in reserved, which no row has, are unknown errors. */
void intel_mscod_flags(const struct decode_context *context, const struct fact_row *rows, size_t n,
		       uint16_t reserved, struct decoded *decoded);

/*
 * Memory controllers from Sandy Bridge-EP to Haswell-EP: rank and device of a corrected
 * error. Nothing where MISC does not have them.
 */
void intel_imc_devices(const struct decode_context *context, struct decoded *decoded);

/* Ivy Bridge-EP and Haswell-EP: the write data buffer of a write parity error. */
void intel_imc_write_buffer(const struct decode_context *context, struct decoded *decoded);

/* The error was corrected and MISC is there. */
bool intel_has_corrected_misc(const struct decode_context *context);

/*
 * A read that the mirror of the channel corrected: failover is the bit of MISC for
 * "the channel failed over to its mirror", corrected the one for "the first copy
 * was repaired".
 */
void intel_mirroring(const struct decode_context *context, unsigned int failover,
		     unsigned int repaired, struct decoded *decoded);

/*
 * An Ultra Path Interconnect bank's error code: what all generations have, and n
 * rows that only this one has. Nothing where MCACOD is no bus error.
 */
void intel_upi(const struct decode_context *context, uint16_t code, const struct code_row *own,
	       size_t n, struct decoded *decoded);

/* Bits 31:22 of a UPI bank's IA32_MCi_STATUS, up to Sapphire Rapids. */
void intel_upi_control(const struct decode_context *context, struct decoded *decoded);

/* The power control unit of Ice Lake, and of Sapphire Rapids: the three fields of MSCOD. */
void intel_pcu(const struct decode_context *context, struct decoded *decoded);

/* MCACOD 040CH, Sapphire Rapids and later: why the core shut down. False for another code. */
bool intel_shutdown(const struct decode_context *context, struct decoded *decoded);
