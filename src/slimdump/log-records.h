/* SPDX-License-Identifier: GPL-2.0-only */
/* log-records: the machine-check records in the text of a kernel log. */
#pragma once

#include <stddef.h>

#include "event/record.h"

/*
 * Calls each() for every record, in the log's order, and other(), which may be NULL, for
 * each line that belongs to none. Errors: -ENOMEM.
 */
int log_records(const char *text, size_t size,
		void (*each)(void *context, const struct record *record),
		void (*other)(void *context, const char *line, size_t length), void *context);
