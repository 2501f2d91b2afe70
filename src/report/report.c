// SPDX-License-Identifier: GPL-2.0-only
#include "report/report.h"

#include <stdio.h>
#include <string.h>

#include "decode/cper.h"
#include "decode/decode.h"

enum report_status report_failed(const struct query *query, int r)
{
	fprintf(stderr, "mce-report: reading the database failed: %s (%s)\n", query_error(query),
		strerror(-r));
	return REPORT_UNREACHABLE;
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
