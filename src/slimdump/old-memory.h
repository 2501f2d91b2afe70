/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * old-memory: the crashed kernel's memory by its own virtual addresses, through the
 * program headers of its dump. Only the bytes asked for are read, and none of them
 * when one of them lies in a page that may be poisoned.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "slimdump/poison.h"
#include "sources/crash-dump.h"

struct old_memory {
	const struct crash_dump *dump;
	struct poison *poison; /* says what was hit */
};

/*
 * Reads size bytes at a virtual address. Errors: -EFAULT (the dump does not have
 * them), -EHWPOISON (not read: poison), -ENODATA (the file ends before), -errno.
 */
int old_memory_read(const struct old_memory *memory, uint64_t vaddr, void *buffer, size_t size);

/* The same into memory that the caller frees. Errors: also -EFBIG (size over limit), -ENOMEM. */
int old_memory_read_block(const struct old_memory *memory, uint64_t vaddr, uint64_t size,
			  uint64_t limit, uint8_t **ret_block);
