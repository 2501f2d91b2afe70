// SPDX-License-Identifier: GPL-2.0-only
#include "report/json.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "event/event.h"

enum { ACTIONS_MAX = 32 }; /* of one event; it rarely has more than three */

struct writer {
	struct query *query;
	struct action actions[ACTIONS_MAX];
	size_t n_actions;
	struct host host;
	struct strbuf line;
	unsigned long printed;
	char machine_id[SD_ID128_STRING_MAX];
	char hostname[256];
};

/* The names of this machine go only to events that are of this machine. */
static void name_host(struct writer *writer, struct query *query,
		      const struct report_options *options)
{
	sd_id128_t machine;

	if (!report_is_ours(query, options))
		return;
	if (sd_id128_get_machine(&machine) == 0)
		writer->host.machine_id = sd_id128_to_string(machine, writer->machine_id);
	if (gethostname(writer->hostname, sizeof(writer->hostname) - 1) == 0)
		writer->host.hostname = writer->hostname;
}

static int keep_action(void *context, const struct action *action)
{
	struct writer *writer = context;

	if (writer->n_actions < ACTIONS_MAX)
		writer->actions[writer->n_actions++] = *action;
	return 0;
}

static int print_event(void *context, const struct event *stored)
{
	struct writer *writer = context;
	struct event event = *stored;
	int r;

	r = report_complete(writer->query, &event);
	writer->n_actions = 0;
	if (r == 0)
		r = query_actions(writer->query, event.seq, keep_action, writer);
	if (r < 0)
		return r;
	strbuf_reset(&writer->line);
	event_to_json_with(&event, &writer->host, writer->actions, writer->n_actions,
			   &writer->line);
	if (writer->line.error < 0)
		return writer->line.error;
	writer->printed++;
	/* Nobody listens any more: the end is reported by main(). */
	return puts(strbuf_text(&writer->line)) < 0 ? -EPIPE : 0;
}

enum report_status json_list(struct query *query, const struct report_options *options,
			     const struct query_filter *filter)
{
	struct writer writer = { .query = query };
	int r;

	name_host(&writer, query, options);
	r = query_events(query, filter, print_event, &writer);
	strbuf_free(&writer.line);
	if (r < 0 && !ferror(stdout))
		return report_failed(query, r);
	return writer.printed ? REPORT_PRINTED : REPORT_NOTHING;
}
