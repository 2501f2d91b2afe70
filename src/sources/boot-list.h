/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * boot-list: the boots of which a system journal knows, as journalctl
 * --list-boots shows them, and whether each of them was shut down.
 */
#pragma once

#include <stddef.h>
#include <systemd/sd-id128.h>

#include "event/boot.h"
#include "util/root.h"

enum { BOOT_LIST_MAX = 64 };

/*
 * Reads the newest boots, oldest first. A root that is not the machine's own has
 * its journal in /var/log/journal, below the machine's ID where there is such a
 * directory.
 *
 * A boot was shut down where its last entry is journald's own that it stops, or
 * where at most 5 minutes before the last one logind announced it, or systemd
 * stopped sysinit.target.
 *
 * Blocks: for the start of the program. After 3 s the list ends with what there
 * is; what is damaged ends it, too. A boot that is in the list has all younger
 * ones in it. Errors: -ENOENT no journal there, -EACCES, -ENOMEM, -errno.
 */
int boot_list_read(const struct root *root, sd_id128_t machine, struct boot boots[BOOT_LIST_MAX],
		   size_t *ret_n);
