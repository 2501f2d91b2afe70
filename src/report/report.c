// SPDX-License-Identifier: GPL-2.0-only
#include "report/report.h"

#include <stdio.h>
#include <string.h>

#include "decode/decode.h"

enum report_status report_failed(const struct query *query, int r)
{
	fprintf(stderr, "mce-report: reading the database failed: %s (%s)\n", query_error(query),
		strerror(-r));
	return REPORT_UNREACHABLE;
}

void report_complete(struct event *event)
{
	struct decoded *stored = &event->decoded, decoded;

	decode(&event->record, &decoded);
	decoded.severity = stored->severity;
	decoded.class = stored->class;
	decoded.bank_type = stored->bank_type;
	decoded.count = stored->count;
	decoded.overflow = stored->overflow;
	decoded.location = stored->location;
	memcpy(decoded.label, stored->label, sizeof(decoded.label));
	memcpy(decoded.mca, stored->mca, sizeof(decoded.mca));
	*stored = decoded;
}
