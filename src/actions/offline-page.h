/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Taking a page of memory out of use: /sys/devices/system/memory/
 * {soft,hard}_offline_page, and /proc/kpageflags for the proof. Of a hard offlining
 * the kernel also says what it did (memory-failure.h); of a soft one it gives no other sign.
 *
 * A child does it (worker.h). How many pages are under way at once, and in what
 * order, is the caller's affair; the kernel itself does one at a time.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "actions/memory-failure.h"
#include "actions/offline.h"
#include "util/root.h"

enum offline_how {
	OFFLINE_SOFT,
	OFFLINE_HARD,
	OFFLINE_SOFT_THEN_HARD, /* hard where soft failed; see offline_page_start() */
};

#define OFFLINE_PAGE_TIMEOUT_US (120 * 1000000ull)

struct offline_page_request {
	enum offline_how how;
	uint64_t address;    /* physical, in bytes; any in the page */
	bool dry_run;	     /* all but the write: what cannot be opened is still told */
	uint64_t timeout_us; /* for both methods together; 0: OFFLINE_PAGE_TIMEOUT_US */
};

/*
 * What came of it. A plain value. marked belongs to REFUSED: the kernel has marked
 * the page as poisoned all the same, and does not give it out again once its
 * present user lets go of it. A marked page of which the kernel says that it failed is REFUSED
 * (-EBUSY) even where the write succeeded; one whose recovery is delayed counts as DONE.
 */
struct offline_page_report {
	enum offline_result result;
	enum offline_method method; /* the one that the result is of */
	int error;		    /* negative errno of REFUSED and UNSUPPORTED, why UNPROVEN */
	bool marked;
	struct memory_failure said; /* of a hard offlining; UNASKED of a soft one */
};

struct offline_page;

/* Called once, from the loop. offline_page_free() is allowed in it. */
typedef void (*offline_page_done)(void *userdata, const struct offline_page_report *report);

/*
 * Starts. All problems of the page are told in the report; errors here are
 * those of starting a process: -ENOMEM, -EAGAIN, -errno. root is used before the
 * call returns.
 *
 * A page that is poisoned already is not written again, and counts as done
 * (OFFLINE_ALREADY); one page of a hugetlb page is, since the kernel keeps a
 * list of its bad parts. After the timeout the result is OFFLINE_REFUSED
 * with -ETIMEDOUT; the page may still go offline then, so asking again
 * later is right.
 *
 * OFFLINE_SOFT_THEN_HARD goes on to hard where soft was refused or has no file. It does
 * not where soft is disabled, or the kernel's settings leave the page out
 * (-EOPNOTSUPP): who forbids the gentle way did not ask for the other.
 */
int offline_page_start(sd_event *event, const struct root *root,
		       const struct offline_page_request *request, offline_page_done done,
		       void *userdata, struct offline_page **ret_page);

/* Kills what still runs; the callback is not called any more. NULL allowed. */
void offline_page_free(struct offline_page *page);

/*
 * The report in words: "soft offlining refused: the address is not memory", "hard offlining
 * done: the kernel recovered the free buddy page". Returns buffer.
 */
const char *offline_page_text(const struct offline_page_report *report, char *buffer, size_t size);
