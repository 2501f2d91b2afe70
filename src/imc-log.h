/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * imc-log: the memory controller's own error log of some Xeons. With it on,
 * MCi_MISC says which ranks an error was in.
 */
#pragma once

#include "config.h"

/*
 * --enable-imc-log: sets bit 1 of MSR_ERROR_CONTROL (17fh) on every CPU through
 * /dev/cpu/N/msr below the root, where the processor is one that has the log
 * (cpu_model.imc_log) and --no-imc-log does not say otherwise. Says in one line
 * what was done. Needs CAP_SYS_RAWIO. Returns the exit status: 1 when a CPU that
 * should have it has it not.
 */
int imc_log_run(const struct config *config);
