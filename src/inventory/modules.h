/* SPDX-License-Identifier: GPL-2.0-only */
/* modules: the DIMMs that one input knows, with all the names they have there. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "inventory/dimm.h"
#include "inventory/edac.h"
#include "inventory/label-file.h"
#include "inventory/names.h"
#include "inventory/problems.h"
#include "inventory/smbios.h"

/* Starts as {0}. */
struct modules {
	struct dimm *dimms;
	size_t n;
	struct names names; /* of dimms by index */
};

/*
 * The installed modules of system memory in an SMBIOS table, in its order.
 * Errors: -ENOMEM, with what was made so far.
 */
int modules_from_smbios(struct modules *modules, const struct smbios *smbios,
			struct problems *problems);

/*
 * The modules of the memory controllers, where the ranks of one slot are one
 * module, with their labels from files. Errors: as above.
 */
int modules_from_edac(struct modules *modules, const struct edac *edac, const struct labels *labels,
		      struct problems *problems);

void modules_release(struct modules *modules);
