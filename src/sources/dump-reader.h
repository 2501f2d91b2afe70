/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dump-reader: bytes of a crash dump by their offset, from a file or from what
 * stands for one. Nothing is read but what is asked for, so that /proc/vmcore
 * touches no other page of the crashed kernel's memory.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct dump_reader {
	/* As pread(2): how many bytes, fewer only at the end of the file, or -errno. */
	ssize_t (*read)(void *context, void *buffer, size_t size, uint64_t offset);
	void *context;
};

/* Reads *fd, which is borrowed and stays where it is. */
struct dump_reader dump_reader_of_fd(int *fd);

/* A file that is read with an end to it, whatever it claims. */
struct dump_bounded {
	struct dump_reader file;
	size_t pages_left; /* of 4096 bytes; a read of less counts as one */
};

/* bounded stays the caller's. Errors: as file, -E2BIG where it would be more. */
struct dump_reader dump_reader_bounded(struct dump_bounded *bounded);

/* How many pages a read of that size counts as. */
size_t dump_pages(size_t size);

/* All of size bytes. Errors: -ENODATA where the file ends before, -errno. */
int dump_read(const struct dump_reader *reader, void *buffer, size_t size, uint64_t offset);

/*
 * The same into memory that the caller frees, with a NUL behind it. At most limit
 * bytes. Errors: -EFBIG, -ENOMEM, as dump_read().
 */
int dump_read_block(const struct dump_reader *reader, uint64_t offset, uint64_t size,
		    uint64_t limit, uint8_t **ret_block);
