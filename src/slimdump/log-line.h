/* SPDX-License-Identifier: GPL-2.0-only */
/* log-line: one record of a kernel log as lines of text. */
#pragma once

#include <stdint.h>

#include "util/bytes.h"
#include "util/strbuf.h"

/*
 * Appends the record's text, its time before each of its lines; bytes that are not
 * printable become "\xNN", as dmesg writes them.
 */
void log_line_add(struct strbuf *text, uint64_t time_ns, struct bytes message);
