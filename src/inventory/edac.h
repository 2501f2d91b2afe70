/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * edac: what the kernel's memory controller drivers show in
 * /sys/devices/system/edac/mc (Documentation/ABI/testing/sysfs-devices-edac).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "inventory/dimm.h"
#include "inventory/edac-place.h"
#include "inventory/problems.h"
#include "util/root.h"

/* mcN/dimmN or mcN/rankN: a module, or one rank of it. */
struct edac_row {
	int32_t mc;
	struct edac_location location;
	struct place place;
	uint64_t size_mib; /* 0 unknown */
	char label[DIMM_TEXT_SIZE];
	char type[DIMM_TEXT_SIZE];
};

struct edac {
	struct edac_row *rows; /* by controller and location */
	size_t n_rows;
};

/*
 * No driver, no rows. Errors: -ENOMEM. The caller releases with edac_release(),
 * also after an error; edac starts as {0}.
 */
int edac_load(const struct root *root, struct edac *edac, struct problems *problems);

void edac_release(struct edac *edac);
