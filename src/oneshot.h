/* SPDX-License-Identifier: GPL-2.0-only */
/* The modes that do one thing and end. Each returns the exit status. */
#pragma once

#include "config.h"

/* Reads the device once and prints what it had; cron and the kernel's trigger run this. */
int oneshot_device(const struct config *config);

/* Stores what the previous boot left behind. */
int oneshot_harvest(const struct config *config);

/* Stores the records of the files named. 1 when a file could not be read at all. */
int oneshot_replay(const struct config *config);

int oneshot_list_sources(const struct config *config);
