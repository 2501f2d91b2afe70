/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memory-failure: what the kernel says of a page that it takes out of use by force.
 *
 * The tracepoint memory_failure_event (Linux 4.2 and later) tells of each try what kind of page it
 * was and what became of it. It is heard in a trace instance of our own, which exists as
 * long as one write to hard_offline_page takes: nobody else's tracing is touched.
 *
 * For a process that may block (worker.h): making and removing an instance takes the kernel a
 * moment, and memory of about 1.4 MiB for each CPU meanwhile.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "util/root.h"

enum memory_failure_result {
	MEMORY_FAILURE_UNASKED, /* this kernel has no such tracepoint, or nobody listened */
	MEMORY_FAILURE_UNHEARD, /* it has; error says why it could not be listened to */
	MEMORY_FAILURE_SILENT,	/* it said nothing of this page */
	MEMORY_FAILURE_OTHER,	/* a result that is not known here */
	MEMORY_FAILURE_IGNORED, /* it could or would not do anything */
	MEMORY_FAILURE_FAILED,
	MEMORY_FAILURE_DELAYED, /* nobody gets the page again, but it is not out of use yet */
	MEMORY_FAILURE_RECOVERED,
};

enum { MEMORY_FAILURE_PAGE_MAX = 48 };

/* A plain value. */
struct memory_failure {
	enum memory_failure_result result;
	int error;			    /* negative errno of UNHEARD */
	char page[MEMORY_FAILURE_PAGE_MAX]; /* the kernel's words: "free buddy page"; "" if none */
};

/* One try; the fields are memory-failure.c's own. */
struct memory_failure_listener {
	const struct root *root;
	const char *tracing; /* the tracing directory, below the root */
	const char *event;   /* the event's directory in it; NULL where there is none */
	int error;
};

/*
 * Makes the instance and turns the event on in it. What a killed process left behind is
 * removed first. Problems are told by memory_failure_hear(), which must follow. One at a
 * time in a process; root is borrowed until then.
 */
void memory_failure_listen(const struct root *root, struct memory_failure_listener *ret_listener);

/* What was said of the page with this number since then; removes the instance. */
void memory_failure_hear(const struct memory_failure_listener *listener, uint64_t pfn,
			 struct memory_failure *ret_said);

/*
 * The last word about the page in the text of a `trace` file: SILENT or one of those
 * after it.
 */
void memory_failure_parse(const char *text, uint64_t pfn, struct memory_failure *ret_said);

/*
 * In words: "the kernel recovered the free buddy page", "the kernel did not say what it did";
 * "" of UNASKED. Returns buffer.
 */
const char *memory_failure_text(const struct memory_failure *said, char *buffer, size_t size);
