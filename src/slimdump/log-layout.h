/* SPDX-License-Identifier: GPL-2.0-only */
/* log-layout: numbers that a layout needs, by their VMCOREINFO keys. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "sources/vmcoreinfo.h"

/* One number: kind is "SYMBOL", "SIZE", "OFFSET"; it goes to the uint64_t at place in the layout.
 */
struct layout_row {
	const char *kind;
	const char *name;
	size_t place;
};

enum { LAYOUT_NUMBER_MAX = 1 << 20 }; /* of a size or an offset: more is no structure's */

/*
 * Fills the layout. Returns NULL, or the name of the first row that VMCOREINFO does
 * not have or whose size or offset cannot be.
 */
const char *layout_fill(struct vmcoreinfo info, const struct layout_row *rows, size_t n_rows,
			void *layout);
