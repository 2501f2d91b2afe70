/* SPDX-License-Identifier: GPL-2.0-only */
/* log-records: the errors in the text of a kernel log. */
#pragma once

#include <stddef.h>

#include "event/firmware.h"
#include "event/record.h"

/*
 * Calls each() for every machine-check record, in the log's order; firmware() for each
 * error that firmware reported, valid during the call, and some lines late, as a block of
 * them has no end of its own; and other(), which may be NULL, for each line that belongs
 * to none. Without firmware() its lines are other()'s. Errors: -ENOMEM.
 */
int log_records(const char *text, size_t size,
		void (*each)(void *context, const struct record *record),
		void (*firmware)(void *context, const struct firmware *firmware),
		void (*other)(void *context, const char *line, size_t length), void *context);
