/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * poison: memory that must not be read, because the machine check may be about
 * it: reading it once more would be the end of the capture kernel, too. From what
 * the capture kernel's own log shows of the crash: banks that were left over, and
 * memory errors that firmware still reports.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/record.h"
#include "util/strbuf.h"

struct poison_range {
	uint64_t start; /* physical */
	uint64_t last;	/* inclusive */
	bool is_bank;	/* of a bank; else firmware reported it, and address is all that is known */
	uint8_t bank;
	uint32_t fields; /* which of the next two there are, as in struct record */
	uint32_t apicid;
	uint32_t socketid;
	uint64_t status;
	uint64_t address; /* as it was given */
};

enum { POISON_RANGES_MAX = 256 };

struct poison {
	size_t n_ranges;
	struct poison_range ranges[POISON_RANGES_MAX];
	unsigned int n_unkept; /* ranges there was no room for: nothing must be read then */
	const struct poison_range *hit; /* what poison_hits() found last; NULL none */
};

/*
 * Adds what a record names: whole pages, or more where MISC says so. Records of
 * corrected errors and without a valid address add nothing.
 */
void poison_add_record(struct poison *poison, const struct record *record);

/*
 * Adds what the records and reports in a kernel log name; any text. Of a report the page, or
 * as much as its physical_address_mask leaves open, up to 1 TiB. Errors: -ENOMEM.
 */
int poison_add_log(struct poison *poison, const char *text, size_t size);

/* Whether any of size bytes from a physical address on must not be read. */
bool poison_hits(struct poison *poison, uint64_t address, uint64_t size);

/* Appends what is known of the error whose memory was hit: "bank 3, status 0x…"; or nothing. */
void poison_describe_hit(const struct poison *poison, struct strbuf *text);
