/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pstore-keep: copies of pstore's live files in PSTORE_KEPT, for a boot in which
 * the state directory comes late: by then systemd-pstore may have moved,
 * deleted or only logged them. The directory lies in /run, so that the copies
 * go with the boot; the sources read it beside the archive.
 */
#pragma once

#include <stddef.h>

#include "util/root.h"

/*
 * Copies what panics left: each file whole, under its name, with its time. What
 * cannot be copied is logged and the rest goes on. Nothing is erased. Returns 0
 * with how many copies there are, or -errno with nothing copied, which is not
 * logged: PSTORE_LIVE cannot be read, or PSTORE_KEPT not be made.
 */
int pstore_keep(const struct root *root, size_t *ret_n);
