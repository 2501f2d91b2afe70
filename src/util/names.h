/* SPDX-License-Identifier: GPL-2.0-only */
/* names: values of an enum by their names in files and databases. */
#pragma once

#include <errno.h>
#include <stddef.h>
#include <string.h>

/* The index of a name among n. Errors: -EINVAL, it is none of them. */
static inline int names_find(const char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return (int)i;
	return -EINVAL;
}
