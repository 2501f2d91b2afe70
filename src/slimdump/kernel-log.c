// SPDX-License-Identifier: GPL-2.0-only
#include "slimdump/kernel-log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "slimdump/log-buffer.h"
#include "slimdump/log-ring.h"

static bool has(const struct old_memory *memory, const char *key)
{
	uint64_t number;

	return vmcoreinfo_number(memory->dump->info, key, &number) == 0;
}

static int read_any(const struct old_memory *memory, struct strbuf *text,
		    char problem[KERNEL_LOG_PROBLEM_MAX])
{
	if (has(memory, "SYMBOL(prb)"))
		return log_ring_read(memory, text, problem);
	if (has(memory, "SYMBOL(log_first_idx)"))
		return log_buffer_read(memory, text, problem);
	return -ENOENT;
}

static const char *reason_of(int error)
{
	switch (error) {
	case -EHWPOISON:
		return "it lies in memory that a machine check names";
	case -ENOENT:
		return "VMCOREINFO does not tell where it is";
	case -EFAULT:
		return "the dump does not have its memory";
	case -ENODATA:
		return "the dump ends before it";
	}
	return strerror(-error);
}

int kernel_log_read(const struct old_memory *memory, struct strbuf *text,
		    char problem[KERNEL_LOG_PROBLEM_MAX])
{
	int r;

	problem[0] = '\0';
	r = read_any(memory, text, problem);
	if (r < 0 && !problem[0])
		snprintf(problem, KERNEL_LOG_PROBLEM_MAX, "%s", reason_of(r));
	return r;
}
