/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trace-format: what the kernel says about its trace ring, as one text that a
 * spool file can carry: a later life, maybe under another kernel, makes the
 * same reader from it.
 */
#pragma once

#include <stdbool.h>

#include "sources/ring.h"

/*
 * The text for an instance of that name, from the kernel's format files; for
 * free(). with_detail: ras:mc_event, too, where the kernel has it. Errors:
 * -errno of a file that cannot be read, -ENOMEM.
 */
int trace_format_read(const char *instance, bool with_detail, char **ret_text);

/*
 * The reader that such a text describes, and the instance's name, for free().
 * A part about ras:mc_event that cannot be used is logged and left out.
 * Errors: -EBADMSG it makes no sense, -EPROTO as ring_new(), -ENOMEM; why says
 * what and is "" for a text without sense.
 */
int trace_format_ring(const char *text, struct ring **ret_ring, char **ret_instance,
		      char why[RING_WHY_MAX]);
