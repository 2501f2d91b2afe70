/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slim-file: the slim dump as a file: an ELF core of headers and notes. The
 * segments keep their addresses and have no bytes.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "sources/crash-dump.h"

struct slim_note {
	const char *owner;
	uint32_t type;
	const void *data;
	size_t size; /* at most ELF_NOTE_DATA_MAX */
};

enum { SLIM_PROBLEM_MAX = 160 };

/*
 * Writes a file with the notes of a dump, and then those given: under a temporary name in
 * the same directory, to disk, then named path. Mode 0600. What is at path already stays.
 *
 * Notes over ELF_NOTE_DATA_MAX are left out; and those that cannot be read whole, the
 * first of which problem tells, and how many; else "".
 *
 * Errors: -EEXIST (there is something at path, if only a link to nothing), -EFBIG (more than
 * 4 GiB of notes), -ENAMETOOLONG, -ENOMEM, -errno; nothing is left behind then.
 */
int slim_file_write(const char *path, const struct crash_dump *dump, const struct slim_note *notes,
		    size_t n_notes, uint64_t *ret_size, char problem[SLIM_PROBLEM_MAX]);
