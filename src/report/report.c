// SPDX-License-Identifier: GPL-2.0-only
#include "report/report.h"

#include <stdio.h>
#include <string.h>

#include "decode/cper.h"
#include "decode/decode.h"
#include "util/cleanup.h"

enum { CMDLINE_MAX = 65536 };

enum report_status report_failed(const struct query *query, int r)
{
	fprintf(stderr, "mce-report: reading the database failed: %s (%s)\n", query_error(query),
		strerror(-r));
	return REPORT_UNREACHABLE;
}

bool report_is_ours(struct query *query, const struct report_options *options)
{
	sd_id128_t boot;

	return !options->db_given || (sd_id128_get_boot(&boot) == 0 && query_has_boot(query, boot));
}

/* "trace_instance=mcelog^traceoff@trace,mce:mce_record": flags and events may stand with it. */
static bool is_lasting_ring(const char *word)
{
	static const char ours[] = "trace_instance=mcelog";

	if (strncmp(word, ours, strlen(ours)) != 0)
		return false;
	word += strlen(ours);
	if (*word == '^')
		word += strcspn(word, "@,");
	return *word == '@';
}

bool report_keeps_ring(const struct root *root)
{
	_cleanup_free_ char *text = NULL;
	char *rest;

	if (root_read(root, "/proc/cmdline", CMDLINE_MAX, &text, NULL) < 0)
		return false;
	rest = text;
	for (char *word; (word = strsep(&rest, " \t\n"));)
		if (is_lasting_ring(word))
			return true;
	return false;
}

int report_when(struct query *query, const struct event *event, char buffer[TEXT_WHEN_MAX])
{
	int64_t time_us = event->record.time_us, found_us = 0;
	int r = time_us ? 0 : query_found(query, event->seq, &found_us);

	if (r < 0)
		return r;
	text_when(time_us, event_is_of_boot_before(event), found_us, buffer);
	return 0;
}

static int take_error(void *context, const struct cper_error *error)
{
	struct decoded *decoded = context;

	if (error->kind == CPER_ERROR && !decoded->n_facts)
		*decoded = error->decoded;
	return 0;
}

void report_read_section(const struct section *section, struct decoded *ret_decoded)
{
	char problem[CPER_PROBLEM_MAX];

	ret_decoded->n_facts = 0;
	cper_parse_section(section->type, section->severity, section->body, take_error, ret_decoded,
			   problem);
}

static int read_first(void *context, const struct section *section)
{
	report_read_section(section, context);
	return 1;
}

int report_complete(struct query *query, struct event *event)
{
	struct decoded *stored = &event->decoded, decoded = { .vendor = stored->vendor };

	if (!record_has_bank(&event->record)) {
		int r = query_sections(query, event->seq, read_first, &decoded);

		if (r < 0)
			return r;
	} else {
		decode(&event->record, &decoded);
	}
	decoded.severity = stored->severity;
	decoded.class = stored->class;
	decoded.bank_type = stored->bank_type;
	decoded.count = stored->count;
	decoded.overflow = stored->overflow;
	decoded.location = stored->location;
	memcpy(decoded.label, stored->label, sizeof(decoded.label));
	memcpy(decoded.mca, stored->mca, sizeof(decoded.mca));
	*stored = decoded;
	return 0;
}
