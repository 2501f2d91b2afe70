/* SPDX-License-Identifier: GPL-2.0-only */
/* cpu-names: the names that --cpu takes, those of mcelog and of the CPUs since. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct cpu_alias {
	const char *name;
	uint8_t vendor;	 /* enum cpu_vendor */
	uint32_t cpuid;	 /* CPUID(1).EAX of a CPU of that name, stepping 0 */
};

/* The row of a name, case ignored; NULL for one that is none. */
const struct cpu_alias *cpu_alias_find(const char *name);

/* The whole table, for lists and tests. */
const struct cpu_alias *cpu_aliases(size_t *ret_count);
