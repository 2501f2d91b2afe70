// SPDX-License-Identifier: GPL-2.0-only
#include "actions/offline.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "util/cleanup.h"

static const char *const result_names[OFFLINE_RESULT_COUNT_] = {
	[OFFLINE_DONE] = "done",
	[OFFLINE_ALREADY] = "already",
	[OFFLINE_UNPROVEN] = "unproven",
	[OFFLINE_DISBELIEVED] = "disbelieved",
	[OFFLINE_REFUSED] = "refused",
	[OFFLINE_DISABLED] = "disabled",
	[OFFLINE_UNSUPPORTED] = "unsupported",
	[OFFLINE_DRY_RUN] = "dry-run",
};

const char *offline_result_name(enum offline_result result)
{
	return (unsigned int)result < OFFLINE_RESULT_COUNT_ ? result_names[result] : "unknown";
}

bool offline_succeeded(enum offline_result result)
{
	return result == OFFLINE_DONE || result == OFFLINE_ALREADY || result == OFFLINE_UNPROVEN;
}

struct error_text {
	int error; /* negative */
	const char *text;
};

/* clang-format off */
static const struct error_text common_texts[] = {
	{ -EPERM,     "not permitted (it takes CAP_SYS_ADMIN)" },
	{ -EACCES,    "not permitted (file permissions or a security policy)" },
	{ -EROFS,     "/sys is read-only for this process" },
	{ -ETIMEDOUT, "the kernel did not answer in time" },
	{ -ECHILD,    "the process that did it died" },
	{ -EBADMSG,   "the kernel's files about it make no sense" },
};

/* What mm/memory-failure.c (Linux 5.10 to 6.18) returns. */
static const struct error_text page_texts[] = {
	{ -ENXIO,      "the address is not memory" },
	{ -EIO,        "the page is the kernel's own, not online, or could not be isolated" },
	{ -EBUSY,      "the page is in use by the kernel, or cannot be moved" },
	{ -EAGAIN,     "the page could not be moved now" },
	{ -ENOMEM,     "no free memory to move the page to" },
	{ -EOPNOTSUPP, "the kernel's settings leave this page out" },
};

/* What kernel/cpu.c and the vector check of arch/x86 return. */
static const struct error_text cpu_texts[] = {
	{ -EBUSY,  "the kernel needs the CPU, or holds CPUs as they are now" },
	{ -ENOSPC, "the other CPUs have no interrupt vectors left" },
	{ -EPERM,  "not permitted" },
};
/* clang-format on */

static const char *find_text(const struct error_text *texts, size_t n, int error)
{
	for (size_t i = 0; i < n; i++)
		if (texts[i].error == error)
			return texts[i].text;
	return NULL;
}

const char *offline_error_text(enum offline_method method, int error)
{
	const char *text = method == OFFLINE_METHOD_CPU
				   ? find_text(cpu_texts, ARRAY_SIZE(cpu_texts), error)
				   : find_text(page_texts, ARRAY_SIZE(page_texts), error);

	if (!text)
		text = find_text(common_texts, ARRAY_SIZE(common_texts), error);
	return text ? text : strerror(-error);
}
