/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The registers of a record as one table: name, place, width and the bit that
 * says whether the record has it. What prints or reads records by name walks
 * this table.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/record.h"

/* From STATUS to SYND2 in the order of the event JSON. */
enum register_id {
	REGISTER_STATUS,
	REGISTER_ADDR,
	REGISTER_MISC,
	REGISTER_MCGSTATUS,
	REGISTER_MCGCAP,
	REGISTER_SYND,
	REGISTER_IPID,
	REGISTER_PPIN,
	REGISTER_MICROCODE,
	REGISTER_TSC,
	REGISTER_IP,
	REGISTER_CS,
	REGISTER_SYND1,
	REGISTER_SYND2,
	REGISTER_CPUID,
	REGISTER_APICID,
	REGISTER_COUNT_,
};

struct register_info {
	const char *name; /* as in the event JSON, "status" */
	uint16_t offset;  /* in struct record */
	uint8_t size;	  /* in bytes: 1, 4 or 8 */
	uint32_t field;	  /* enum record_field bit; 0: every record has it */
};

extern const struct register_info record_registers[REGISTER_COUNT_];

/* Whether the record has the register. */
bool register_present(const struct record *record, enum register_id id);

/* Its value; 0 where the record does not have it. */
uint64_t register_get(const struct record *record, enum register_id id);

/* Stores the value and notes that the record has it. Errors: -ERANGE, it does not fit. */
int register_set(struct record *record, enum register_id id, uint64_t value);

enum { REGISTER_TEXT_MAX = 20 };

/* "0x" and the value: 16 digits for a 64-bit register, else as many as needed. Returns buffer. */
const char *register_to_text(const struct record *record, enum register_id id,
			     char buffer[REGISTER_TEXT_MAX]);
