/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ring: from a sub-buffer of the kernel's trace ring, as read(2) gives it on
 * trace_pipe_raw, to records and to what EDAC drivers add to them. Field
 * positions come from the event's format file by name, through libtraceevent;
 * nothing is formatted as text.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "event/memory-detail.h"
#include "event/record.h"

struct ring;

enum { RING_WHY_MAX = 256 };

/*
 * A reader for the mce_record event that format_text describes (the kernel's
 * events/mce/mce_record/format) in sub-buffers that header_page_text describes
 * (events/header_page). Every field up to cpuvendor but synd and ipid is
 * needed. Errors: -EPROTO with the missing part named in why, -ENOMEM.
 */
int ring_new(const char *format_text, size_t format_size, const char *header_page_text,
	     size_t header_page_size, struct ring **ret_ring, char why[RING_WHY_MAX]);
void ring_free(struct ring *ring);

/*
 * Has the reader also take ras:mc_event, which format_text describes (the
 * kernel's events/ras/mc_event/format). Errors: -EPROTO with the reason in why,
 * -ENOMEM; the reader is then as it was.
 */
int ring_add_detail(struct ring *ring, const char *format_text, size_t format_size,
		    char why[RING_WHY_MAX]);

/* Bytes of a whole sub-buffer: what a read should ask for. */
size_t ring_page_size(const struct ring *ring);

/*
 * The position in one CPU's ring: the last event's time and which of the
 * events with that very time it was, from 0. Zero before the first.
 */
struct ring_cursor {
	uint64_t time; /* the ring's clock, usually ns */
	uint32_t ordinal;
};

struct ring_sink {
	/*
	 * One record: its registers, cpu, bank and walltime; delivery fields are
	 * still zero, but for ring.pid. at is its position, unique in this CPU's
	 * ring. A negative result ends the page and is returned.
	 */
	int (*record)(void *context, struct record *record, const struct ring_cursor *at);
	/* An ras:mc_event, in the same way; NULL: not wanted. */
	int (*detail)(void *context, struct memory_detail *detail, const struct ring_cursor *at);
	/* Records were overwritten before this page; count 0: how many is unknown. */
	int (*missed)(void *context, uint64_t count);
	void *context;
};

/*
 * Takes a page apart and moves the cursor. Errors: -EBADMSG with the reason in
 * why, after the records that stood before the damage were given; what the
 * sink returned.
 */
int ring_page(struct ring *ring, const uint8_t *page, size_t size, struct ring_cursor *cursor,
	      const struct ring_sink *sink, char why[RING_WHY_MAX]);

/* Whether a page that was zero before the read holds events now. */
bool ring_page_filled(const uint8_t *page, size_t size);
