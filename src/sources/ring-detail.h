/* SPDX-License-Identifier: GPL-2.0-only */
/* ring-detail: the ras:mc_event event of a trace ring; for ring.c only. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/memory-detail.h"
#include "util/bytes.h"

struct ring_detail;
struct tep_handle;

enum { RING_DETAIL_WHY_MAX = 128 };

/*
 * A reader for the event that format_text describes (the kernel's
 * events/ras/mc_event/format); tep keeps what was parsed and must outlive it.
 * Errors: -EPROTO with the reason in why, -ENOMEM.
 */
int ring_detail_new(struct tep_handle *tep, const char *format_text, size_t size,
		    struct ring_detail **ret_detail, char why[RING_DETAIL_WHY_MAX]);

/* NULL allowed. */
void ring_detail_free(struct ring_detail *detail);

/* Whether the event's head says that it is one of these. */
bool ring_detail_is(const struct ring_detail *detail, struct bytes event);

/*
 * All that the event says, and the pid; delivery fields are else zero. Errors:
 * -EBADMSG with the reason in why.
 */
int ring_detail_read(const struct ring_detail *detail, struct bytes event,
		     struct memory_detail *ret_detail, char why[RING_DETAIL_WHY_MAX]);
