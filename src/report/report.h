/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * report: what the verbs of mce-report share.
 */
#pragma once

#include <stdbool.h>

#include "db/query.h"
#include "report/text.h"
#include "util/root.h"

/* The program's exit status (design: Contracts). */
enum report_status {
	REPORT_PRINTED = 0,
	REPORT_NOTHING = 1,	/* nothing matched */
	REPORT_USAGE = 2,
	REPORT_UNREACHABLE = 3,	/* the data cannot be read, or the output not written */
};

struct report_options {
	const char *db;
	bool db_given;		/* not the default: may be another machine's */
	bool json;
	unsigned int limit;	/* 0: all */
	const struct query_boot *boot; /* only what happened in it; NULL: all */
	char **arguments;	/* after the verb, ended by NULL */
};

/* A verb prints to stdout and reports its own failures on stderr. */
typedef enum report_status report_verb(struct query *query, const struct report_options *options);

report_verb report_summary;	/* text; with json the same as list */
report_verb report_list;
report_verb report_info;
report_verb report_boots;

/* Says on stderr that the database failed; returns REPORT_UNREACHABLE. */
enum report_status report_failed(const struct query *query, int r);

/* Whether the database is this machine's: the default one, or one that knows this boot. */
bool report_is_ours(struct query *query, const struct report_options *options);

/*
 * Whether this kernel keeps our trace ring over a reboot, by its command line
 * ("trace_instance=mcelog@MEMORY").
 */
bool report_keeps_ring(const struct root *root);

/* When it happened, as text_when() says it. Errors: of the query. */
int report_when(struct query *query, const struct event *event, char buffer[TEXT_WHEN_MAX]);

/*
 * Decodes the stored record again for what is not stored (facts, CPU name) and
 * keeps the stored judgement: the severity that was journaled does not change
 * with a newer program. Of what firmware reported without registers its own bytes
 * are read again. Errors: of the query; the event is then as it was.
 */
int report_complete(struct query *query, struct event *event);

/* What a section says, where it tells of an error: n_facts is 0 where it does not. */
void report_read_section(const struct section *section, struct decoded *ret_decoded);
