/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dimms: the memory modules of this machine, for the names of counters; and
 * compared with those of earlier boots.
 */
#pragma once

#include "account/account.h"
#include "session.h"
#include "util/root.h"

struct dimms;

/* What is wrong with the firmware's tables is logged. Errors: -ENOMEM. */
int dimms_load(const struct root *root, struct dimms **ret_dimms);

/* NULL allowed. */
void dimms_free(struct dimms *dimms);

/* For struct account_env. */
struct account_dimm dimms_name(void *dimms, const struct location *location);

/* For struct pipeline_params. */
void dimms_locate(void *dimms, const char *label, struct location *location);
const char *dimms_label(void *dimms, uint16_t handle);

/*
 * Stores which modules this boot has. One whose serial number is not that of
 * the last one in its slot begins its counters at zero, and that is told.
 * Trouble is logged.
 */
void dimms_remember(struct dimms *dimms, struct session *session);
