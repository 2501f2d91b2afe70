/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * text: pieces of lines for a person.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/event.h"
#include "util/strbuf.h"

/* "2026-11-20 23:55:01 +0100" in the local time zone, "unknown" for 0. */
const char *text_time(int64_t time_us, char buffer[40]);

/*
 * When an event happened: as above, "before ..." where its time is that of its discovery,
 * "unknown, found ..." where it has none and found_us is known.
 */
enum { TEXT_WHEN_MAX = 64 };
const char *text_when(int64_t time_us, bool is_before, int64_t found_us,
		      char buffer[TEXT_WHEN_MAX]);

/* The first 8 digits of an event_id: enough to name one. */
const char *text_short_id(sd_id128_t id, char buffer[9]);

/* "trace,erst" for source bits. */
void text_add_sources(struct strbuf *buffer, uint32_t sources);

/* "socket 0, channel 2, DIMM 1": what is known of the location; nothing when nothing is. */
void text_add_location(struct strbuf *buffer, const struct location *location);

/*
 * The text in lines of at most 100 columns, each indented by so many spaces and ended. A word
 * that is longer is cut in pieces.
 */
void text_add_wrapped(struct strbuf *buffer, unsigned int indent, const char *text);

/* "1 error", "2 errors". */
void text_add_count(struct strbuf *buffer, uint64_t count, const char *noun);

/*
 * Prints the text to stdout and forgets it. A database may be anybody's:
 * control characters other than the line end become "?".
 */
void text_print(struct strbuf *buffer);
