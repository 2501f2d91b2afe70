/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * boot: what a system journal says about one boot of the machine. A plain value.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-id128.h>

struct boot {
	sd_id128_t id;
	sd_id128_t previous; /* the boot before it in the same journal; null: none, or not known */
	int64_t began_us;    /* when the kernel began, us since the epoch */
	int64_t first_us;    /* of its first and last entry, likewise */
	int64_t last_us;
	bool in_order; /* its last entries say that it was shut down; of the running boot: nothing
			*/
};
