/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

#include "config.h"

/*
 * Watches until it is told to end. Returns the exit status: 0 after SIGTERM or
 * SIGINT with everything committed, 1 for what a restart may mend.
 */
int daemon_run(struct config *config, int argc, char **argv);
