/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * edac: the memory controllers that EDAC drivers show below
 * /sys/devices/system/edac/mc.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "event/memory-detail.h"
#include "util/root.h"

/* Whether a driver runs for this machine's memory controllers. */
bool edac_is_here(const struct root *root);

/*
 * Fills in what is unknown of the location from the numbers of a driver's
 * layers, as far as sysfs names them: "channel" is the channel, "slot" the
 * DIMM. A chip select row (csrow) is a rank on one machine and a pair of DIMMs on
 * another and says nothing here; nor does a controller that is not there.
 */
void edac_locate(const struct root *root, int32_t mc, const int32_t layers[MEMORY_LAYERS],
		 struct location *location);
