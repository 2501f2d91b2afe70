// SPDX-License-Identifier: GPL-2.0-only
#include "report/report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "report/json.h"
#include "report/text.h"

struct table {
	struct query *query;
	struct strbuf line;
	unsigned long printed;
};

static void add_padded(struct strbuf *line, size_t start, size_t width)
{
	do {
		strbuf_add(line, " ");
	} while (!line->error && line->length < start + width);
}

static void print_head(struct table *table)
{
	strbuf_addf(&table->line, "%-25s %-8s %-15s %5s %-9s %-12s %s\n", "TIME", "ID", "SEVERITY",
		    "CPU", "BANK", "SOURCES", "MESSAGE");
	text_print(&table->line);
}

static int print_row(void *context, const struct event *stored)
{
	struct table *table = context;
	struct strbuf *line = &table->line;
	struct event event = *stored;
	char when[TEXT_WHEN_MAX], id[9], cpu[16], bank[32], message[EVENT_MESSAGE_MAX];
	size_t start;
	int r = report_complete(table->query, &event);

	if (r == 0)
		r = report_when(table->query, &event, when);
	if (r < 0)
		return r;
	if (table->printed++ == 0)
		print_head(table);
	if (record_has_bank(&event.record))
		snprintf(bank, sizeof(bank), "%u%s%s", event.record.bank,
			 event.decoded.bank_type ? " " : "",
			 event.decoded.bank_type ? event.decoded.bank_type : "");
	else
		snprintf(bank, sizeof(bank), "-");
	if (event.record.cpu != RECORD_NO_CPU)
		snprintf(cpu, sizeof(cpu), "%" PRIu32, event.record.cpu);
	else
		snprintf(cpu, sizeof(cpu), "-");
	strbuf_addf(line, "%-25s %-8s %-15s %5s %-9s ", when, text_short_id(event.id, id),
		    severity_name(event.decoded.severity), cpu, bank);
	start = line->length;
	text_add_sources(line, event.sources);
	add_padded(line, start, 13);
	strbuf_addf(line, "%s\n", event_message(&event, message, sizeof(message)));
	text_print(line);
	return ferror(stdout) ? -EPIPE : 0;
}

enum report_status report_list(struct query *query, const struct report_options *options)
{
	struct query_filter filter = {
		.limit = options->limit,
		.boot = options->boot ? options->boot->id : SD_ID128_NULL,
	};
	struct table table = { .query = query };
	int r;

	if (options->json)
		return json_list(query, options, &filter);
	r = query_events(query, &filter, print_row, &table);
	strbuf_free(&table.line);
	if (r < 0 && !ferror(stdout))
		return report_failed(query, r);
	if (table.printed == 0)
		fprintf(stderr, "mce-report: no events recorded\n");
	return table.printed ? REPORT_PRINTED : REPORT_NOTHING;
}
