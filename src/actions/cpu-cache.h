/* SPDX-License-Identifier: GPL-2.0-only */
/* Which CPUs share a cache: /sys/devices/system/cpu/cpuN/cache/indexM. */
#pragma once

#include "util/cpu-list.h"
#include "util/root.h"

/* What the error was in: the transaction type of a cache hierarchy error code. */
enum cpu_cache_type {
	CPU_CACHE_INSTRUCTION, /* an instruction cache, or one for both */
	CPU_CACHE_DATA,	       /* a data cache, or one for both */
	CPU_CACHE_GENERIC,     /* any cache of the level */
};

/*
 * The CPUs that share the cache of this level (1 for L1) with cpu, and cpu itself. Where
 * the type fits several caches (a generic error in L1) they are all meant.
 * CPUs that are offline have no cache files and are in nobody's list.
 * Errors: -ENXIO for a CPU that is not possible on this machine, -ENOENT where it has no
 * such cache, -EBADMSG where the files make no sense, -errno.
 */
int cpu_cache_sharing(const struct root *root, unsigned int cpu, unsigned int level,
		      enum cpu_cache_type type, struct cpu_list *ret_cpus);
