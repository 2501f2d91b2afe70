// SPDX-License-Identifier: GPL-2.0-only
#include "event/decoded.h"

#include <errno.h>
#include <string.h>

/* Design, section 4, "Event JSON": these words are the contract. */
/* clang-format off */
static const char *const severity_names[SEVERITY_COUNT_] = {
	[SEVERITY_UNKNOWN] = "unknown",
	[SEVERITY_CORRECTED] = "corrected",
	[SEVERITY_DEFERRED] = "deferred",
	[SEVERITY_UCNA] = "ucna",
	[SEVERITY_ACTION_OPTIONAL] = "action_optional",
	[SEVERITY_ACTION_REQUIRED] = "action_required",
	[SEVERITY_UNCORRECTED] = "uncorrected",
	[SEVERITY_FATAL] = "fatal",
};
/* clang-format on */

/* clang-format off */
static const char *const class_names[CLASS_COUNT_] = {
	[CLASS_UNKNOWN] = "unknown",
	[CLASS_MEMORY] = "memory",
	[CLASS_CACHE] = "cache",
	[CLASS_TLB] = "tlb",
	[CLASS_BUS] = "bus",
	[CLASS_IO] = "io",
	[CLASS_INTERNAL] = "internal",
	[CLASS_THERMAL] = "thermal",
};
/* clang-format on */

const char *severity_name(enum severity severity)
{
	return (unsigned int)severity < SEVERITY_COUNT_ ? severity_names[severity] : "unknown";
}

const char *class_name(enum error_class class)
{
	return (unsigned int)class < CLASS_COUNT_ ? class_names[class] : "unknown";
}

/* The index of name in a table of n names, or -EINVAL. */
static int find_name(const char *const *names, int n, const char *name)
{
	for (int i = 0; name && i < n; i++) {
		if (strcmp(names[i], name) == 0)
			return i;
	}
	return -EINVAL;
}

int severity_parse(const char *name, enum severity *ret_severity)
{
	int found = find_name(severity_names, SEVERITY_COUNT_, name);

	if (found < 0)
		return found;
	*ret_severity = (enum severity)found;
	return 0;
}

int class_parse(const char *name, enum error_class *ret_class)
{
	int found = find_name(class_names, CLASS_COUNT_, name);

	if (found < 0)
		return found;
	*ret_class = (enum error_class)found;
	return 0;
}
