/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * inventory: which DIMMs this machine has, and which of them an error means.
 *
 * Put together from SMBIOS (/sys/firmware/dmi/tables), from the drivers of the
 * memory controllers (/sys/devices/system/edac/mc) and from label files
 * (/etc/ras/dimm_labels.db, /etc/ras/dimm_labels.d). Each may be missing, each
 * may be wrong; what contradicts itself names no DIMM. It is a snapshot:
 * loaded again after a boot, and after memory or drivers came or went.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "event/decoded.h"
#include "inventory/dimm.h"
#include "inventory/problems.h"
#include "util/root.h"

struct inventory;

/*
 * What is there below root; an inventory without a DIMM where nothing is.
 * Errors: -ENOMEM. The caller frees with inventory_free().
 */
int inventory_load(const struct root *root, struct inventory **ret_inventory);

void inventory_free(struct inventory *inventory);

/* What was wrong with the inputs, for the caller to log. Valid as long as the inventory. */
const struct problems *inventory_problems(const struct inventory *inventory);

/* The DIMMs that are installed, SMBIOS's first. Index from 0 to inventory_count() - 1. */
size_t inventory_count(const struct inventory *inventory);
const struct dimm *inventory_get(const struct inventory *inventory, size_t index);

/*
 * The finders return the one DIMM that there is evidence for, or NULL: none,
 * or more than one.
 *
 * By place: socket, channel and slot must be known and equal, and so must be
 * the controller; a controller that is not known equals only one that is not.
 */
const struct dimm *inventory_find(const struct inventory *inventory,
				  const struct location *location);

/* By physical address: in the range of one module that does not share it. */
const struct dimm *inventory_find_by_address(const struct inventory *inventory, uint64_t address);

/* By the handle of its SMBIOS structure, type 17. */
const struct dimm *inventory_find_by_handle(const struct inventory *inventory, uint16_t handle);

/* By a name: ras:mc_event's label, a label from a file, or a locator. Case does not matter. */
const struct dimm *inventory_find_by_label(const struct inventory *inventory, const char *label);
