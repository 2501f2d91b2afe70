/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sets of CPU numbers and the two texts in which the kernel gives them: lists
 * ("0-3,8") and masks ("ff,00000101"). Numbers from CPU_LIST_MAX on, which is
 * the most that x86 kernels can be built for, are refused.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "util/root.h"
#include "util/strbuf.h"

enum { CPU_LIST_MAX = 8192 };

/* {0} is the empty set. A plain value of 1 KiB. */
struct cpu_list {
	uint64_t words[CPU_LIST_MAX / 64];
};

/*
 * Reads a list: numbers and ascending ranges with commas between, one newline
 * at the end or none. An empty text is the empty set. Errors: -EINVAL,
 * -ERANGE for a number that is too large.
 */
int cpu_list_parse(const char *text, struct cpu_list *ret_list);

/*
 * Reads a mask: groups of at most eight hexadecimal digits with commas
 * between, the most significant first. Errors: -EINVAL, -ERANGE.
 */
int cpu_list_parse_mask(const char *text, struct cpu_list *ret_list);

/* The list in a file below the root. Errors: as cpu_list_parse(), -errno. */
int cpu_list_read(const struct root *root, const char *path, struct cpu_list *ret_list);

/* Adds a number, which must be below CPU_LIST_MAX. */
static inline void cpu_list_add(struct cpu_list *list, unsigned int cpu)
{
	list->words[cpu / 64] |= 1ull << cpu % 64;
}

/* Whether the number is in the list; any number may be asked for. */
static inline bool cpu_list_has(const struct cpu_list *list, unsigned int cpu)
{
	return cpu < CPU_LIST_MAX && list->words[cpu / 64] >> cpu % 64 & 1;
}

/* Appends the list as the kernel writes it: "2-3,8". */
void cpu_list_add_text(const struct cpu_list *list, struct strbuf *text);

/* How many numbers there are. */
unsigned int cpu_list_count(const struct cpu_list *list);

/* list = list with all of other, and list without any of other. */
void cpu_list_join(struct cpu_list *list, const struct cpu_list *other);
void cpu_list_remove(struct cpu_list *list, const struct cpu_list *other);
