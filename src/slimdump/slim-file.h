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

/*
 * Writes a file with all notes of a dump but those over ELF_NOTE_DATA_MAX, and then
 * those given: under a temporary name in the same directory, to disk, then renamed
 * over path. Mode 0600. Errors: -EFBIG (more than 4 GiB of notes), -ENOMEM, -errno; nothing is left
 * behind then.
 */
int slim_file_write(const char *path, const struct crash_dump *dump, const struct slim_note *notes,
		    size_t n_notes, uint64_t *ret_size);
