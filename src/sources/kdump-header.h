/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kdump-header: where makedumpfile's compressed format ("KDUMP", and "DISKDUMP"
 * before it) has its notes. Offsets: makedumpfile IMPLEMENTATION and diskdump_mod.h,
 * struct disk_dump_header and kdump_sub_header as x86-64 lays them out.
 */
#pragma once

#include <stdbool.h>

#include "sources/dump-reader.h"

struct kdump_header {
	bool x86_64;	      /* of such a kernel: of others the rest is not told */
	int64_t time;	      /* seconds since the epoch, 0 unknown */
	uint64_t info_offset; /* VMCOREINFO's text; size 0: none, as in versions before 3 */
	uint64_t info_size;
	uint64_t notes_offset; /* size 0: none, as in versions before 4 */
	uint64_t notes_size;
};

/* Errors: -ENOENT (not of this format), -errno of the reader. */
int kdump_header_read(const struct dump_reader *reader, struct kdump_header *ret_header);
