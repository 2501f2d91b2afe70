/* SPDX-License-Identifier: GPL-2.0-only */
/* clean: texts of firmware, drivers and files, which go to terminals, logs and the journal. */
#pragma once

#include <stddef.h>

#include "inventory/problems.h"
#include "util/bytes.h"
#include "util/root.h"

/*
 * Copies what can be printed: other bytes become blanks, blanks at both ends
 * are left out. to has size bytes; what does not fit is cut off.
 */
void clean_copy(struct bytes from, char *to, size_t size);

/*
 * The same from a small file. to becomes "" where there is no such file, and
 * where it cannot be read, which problems says.
 */
void clean_read(const struct root *root, const char *path, char *to, size_t size,
		struct problems *problems);
