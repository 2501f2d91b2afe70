/* SPDX-License-Identifier: GPL-2.0-only */
/* cause: what the hardware errors in a kernel's log mean, for the reader of a slim dump. */
#pragma once

#include <stddef.h>

#include "util/strbuf.h"

enum { CAUSE_RECORDS_MAX = 256 };

/*
 * Appends to text, as "mcelog --ascii" prints them, what the log's newest errors mean,
 * machine-check records and what firmware reported, CAUSE_RECORDS_MAX at most; and to
 * line, as a person would say it, the last one of the worst. Errors: -ENOMEM.
 */
int cause_decode(const char *log, size_t size, struct strbuf *text, struct strbuf *line);
