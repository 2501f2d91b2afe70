/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * boot-story: how a boot ended, in words.
 */
#pragma once

#include "report/report.h"
#include "util/strbuf.h"

/*
 * Appends what stopped the boot, in lines indented by so many spaces: the fatal
 * error in one sentence, and what a crash left. Nothing where nothing is known.
 */
int boot_story_add_cause(struct query *query, const struct query_boot *boot, unsigned int indent,
			 struct strbuf *text);

/*
 * Appends a fatal error: one sentence, with what is known of its time where it has none of its
 * own, and how many records tell of it, in lines.
 */
int boot_story_add_fatal(struct query *query, const struct event *fatal, unsigned int indent,
			 struct strbuf *text);

/* Appends what a crash was, one sentence in lines; and who tells of it, for query_crashes(). */
int boot_story_add_crash(const struct crash *crash, unsigned int indent, struct strbuf *text);
int boot_story_add_witness(void *text, const struct crash *crash);

/* Appends "3 corrected, 1 uncorrected": the errors in it, or before its fatal one. */
void boot_story_add_errors(const struct query_boot *boot, struct strbuf *text);

/*
 * Prints the head of a report about one boot: when it was, how it ended, what
 * stopped it or may have, what tells of that, and the errors before. keeps_ring: as
 * report_keeps_ring(), how to is not said then. Errors: of the query.
 */
int boot_story_print(struct query *query, const struct query_boot *boot, bool keeps_ring);
