/* SPDX-License-Identifier: GPL-2.0-only */
/* erst-command: --erst, for an operator whose firmware's error store is full, or who wants to see
 * it. */
#pragma once

#include "config.h"

/*
 * Operands: "list" (or none), "show [ID...]", "clear ID..." or "clear all". What
 * AMD's memory poison manager wrote is never erased; what others than Linux did
 * only with --force. Returns the exit status: 0 all was done.
 */
int erst_run(const struct config *config);
