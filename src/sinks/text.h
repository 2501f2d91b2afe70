/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * text: event text for people and for scripts, to standard output or to the
 * log file. The store is what counts; here a failure is reported once, counted,
 * and never stops anything.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "util/root.h"

struct text_sink;

/*
 * Opens the log file at path below the root for appending (mode 0640 if it is
 * new), or standard output for a NULL path. root and path are borrowed.
 *
 * wait_ms is how long a reader that does not read (a full pipe) may hold us:
 * -1 for ever (one-shot modes), else the text is given up and counted.
 * SIGPIPE must be ignored. Errors: -ENOMEM, -errno; nothing is logged.
 */
int text_sink_open(const struct root *root, const char *path, int wait_ms,
		   struct text_sink **ret_sink);

/* NULL allowed. */
void text_sink_close(struct text_sink *sink);

/*
 * Writes one event's text. The first failure is logged, as is the first
 * success after it, with how many texts are missing. A reader that has gone
 * away (EPIPE) is final.
 */
void text_sink_write(struct text_sink *sink, const char *text, size_t length);

/* Closes the log file and opens it anew, for logrotate. Errors: -errno; the old one stays open. */
int text_sink_reopen(struct text_sink *sink);

/* Texts that could not be written since the start: a one-shot run that has some failed. */
uint64_t text_sink_missing(const struct text_sink *sink);
