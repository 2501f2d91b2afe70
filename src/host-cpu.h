/* SPDX-License-Identifier: GPL-2.0-only */
/* host-cpu: the processor that this machine has, and whether its records are understood. */
#pragma once

#include <stdint.h>

#include "config.h"
#include "util/root.h"

struct host_cpu {
	uint8_t vendor; /* enum cpu_vendor */
	uint32_t cpuid; /* CPUID(1).EAX, without what /proc does not tell */
	char name[16];	/* vendor_id, as /proc/cpuinfo has it */
};

/*
 * Reads the first processor in /proc/cpuinfo below the root. Errors: -ENODATA
 * when it does not say vendor, family and model (another architecture), -errno.
 */
int host_cpu_read(const struct root *root, struct host_cpu *ret_cpu);

/*
 * --is-cpu-supported: silent with status 0 where the vendor's codes are decoded,
 * a warning with them where it is an unknown model of it, so that only the
 * architectural codes are; else what is wrong. Returns the exit status.
 */
int host_cpu_is_supported(const struct config *config);
