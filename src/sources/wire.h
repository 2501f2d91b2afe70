/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * wire: struct mce as bytes, the way /dev/mcelog, ERST and pstore hand it out.
 *
 * Linux arch/x86/include/uapi/asm/mce.h: fields are only ever appended, so the
 * size says which ones there are: 88 up to mcgcap, 104 with synd and ipid, 112
 * with ppin, 120 (116 on 32 bits) with microcode, 128 with the kernel's own
 * flags. Vendor kernels take fields over early: the size counts, not the
 * version. Xen's record is the same one, cut after mcgcap, ipid or ppin. What
 * is longer than 128 bytes has fields of the future, which are skipped.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/record.h"
#include "util/bytes.h"

enum {
	WIRE_SIZE_MIN = 88,
	WIRE_SIZE_KNOWN = 128,
	WIRE_SIZE_MAX = 4096, /* longer than any record will be: something else */
};

/*
 * Why the bytes are no machine-check record that a kernel wrote: too short,
 * not valid, a time or a vendor that cannot be. Static; NULL when they are one.
 */
const char *wire_check(struct bytes bytes);

/*
 * The record's registers, fields, walltime, and time_us from it; the other
 * delivery fields are zero. Errors: -EBADMSG, wire_check() says why.
 */
int wire_decode(struct bytes bytes, struct record *ret_record);

/* Whether every byte is zero. */
bool wire_empty(struct bytes bytes);

/*
 * Takes a block apart into records of record_size bytes each and calls each()
 * for those that are not all zero, with their position from 0; bytes at the
 * end that make no whole record are left out. A negative result ends the walk
 * and is returned. Returns the number of records that each() got.
 */
int wire_split(struct bytes block, size_t record_size,
	       int (*each)(void *context, unsigned int ordinal, struct bytes record),
	       void *context);

/*
 * The record size of a file of one or more records: the known size of which
 * the file is a multiple and that lets the most of it pass wire_check(), the
 * greater of equals; failing that the file's own, as one record; failing that
 * a known size that leaves a rest. 0 when nothing in it passes; wire_check()
 * of the file says why.
 */
size_t wire_record_size(struct bytes file);

/* An ERST record id: decimal digits and nothing else. Errors: -EINVAL. */
int wire_parse_erst_id(const char *digits, uint64_t *ret_id);

/* pstore's name of a record that ERST kept, "mce-erst-<record id>". Errors: -EINVAL. */
int wire_parse_erst_name(const char *name, uint64_t *ret_id);

/*
 * When the kernel made this ERST record id, us since the epoch: the first id
 * of a boot is its clock (drivers/firmware/efi/cper.c cper_next_record_id). 0: it
 * has no time that can be, and is not the kernel's.
 */
int64_t wire_erst_time_us(uint64_t id);
