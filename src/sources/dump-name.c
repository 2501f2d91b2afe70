// SPDX-License-Identifier: GPL-2.0-only
#include "sources/dump-name.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "util/cleanup.h"

static bool is_compression(const char *suffix)
{
	static const char *const suffixes[] = { "bz2", "gz", "lz4", "lzo", "xz", "zst" };

	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++)
		if (strcmp(suffix, suffixes[i]) == 0)
			return true;
	return false;
}

/* "202611212203", "202611212203.gz" */
static enum dump_kind kind_of_stamped(const char *name)
{
	size_t digits = strspn(name, "0123456789");

	if (!digits)
		return DUMP_NOT;
	if (!name[digits])
		return DUMP_WHOLE;
	return name[digits] == '.' && is_compression(name + digits + 1) ? DUMP_COMPRESSED
									: DUMP_NOT;
}

enum dump_kind dump_kind_of(const char *name)
{
	if (strcmp(name, "vmcore") == 0 || strcmp(name, "vmcore.flat") == 0)
		return DUMP_WHOLE;
	if (strncmp(name, "vmcore.", strlen("vmcore.")) == 0 &&
	    is_compression(name + strlen("vmcore.")))
		return DUMP_COMPRESSED;
	if (strncmp(name, "vmcore.", strlen("vmcore.")) == 0)
		return kind_of_stamped(name + strlen("vmcore."));
	if (strncmp(name, "dump.", strlen("dump.")) == 0)
		return kind_of_stamped(name + strlen("dump."));
	return DUMP_NOT;
}
