/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * flattened: the beginning of a dump that makedumpfile -F wrote to a pipe, as
 * kdump-tools has it by default: a header of 4096 bytes, then pieces of the real
 * file, each behind its offset and size (64 bits, big-endian), until an offset of -1.
 *
 * Pieces lie where they may and later ones win; only the first ones are looked
 * at, which is where makedumpfile puts headers and notes.
 */
#pragma once

#include "sources/dump-reader.h"

enum { FLATTENED_PIECES_MAX = 1024 };

struct flattened;

/*
 * Looks at the pieces. What reader reads from must live as long as *ret_flattened,
 * which the caller frees. Errors: -ENOENT (not of this format), -ENOMEM, -errno.
 */
int flattened_open(const struct dump_reader *reader, struct flattened **ret_flattened);
void flattened_free(struct flattened *flattened);

/* The dump in it: bytes of a piece that was not looked at are past its end. */
struct dump_reader flattened_reader(struct flattened *flattened);
