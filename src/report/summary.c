// SPDX-License-Identifier: GPL-2.0-only
#include "report/report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "report/advice.h"
#include "report/boot-story.h"
#include "report/json.h"
#include "report/text.h"

/* What the database holds, added up in one pass. */
struct summary {
	struct strbuf text; /* the table's lines */
	unsigned int limit;
	unsigned int lines; /* groups in text */
	unsigned int more;  /* groups left out */
	uint64_t events[SEVERITY_COUNT_];
	uint64_t errors[SEVERITY_COUNT_];
	struct query_group worst; /* the newest group of the worst severity */
	bool any;
	bool of_boot; /* not of all, but of one boot */
	uint64_t replayed;
	struct strbuf losses;
};

static void add_where(struct strbuf *text, const struct query_group *group)
{
	if (group->first_cpu == RECORD_NO_CPU)
		strbuf_add(text, "CPU unknown");
	else if (group->first_cpu == group->last_cpu)
		strbuf_addf(text, "CPU %" PRIu32, group->first_cpu);
	else
		strbuf_addf(text, "CPUs %" PRIu32 "-%" PRIu32, group->first_cpu, group->last_cpu);
	if (group->bank == RECORD_FIRMWARE_BANK)
		strbuf_add(text, ", reported by firmware");
	else
		strbuf_addf(text, ", bank %" PRIu32, group->bank);
	if (group->bank_type)
		strbuf_addf(text, " (%s)", group->bank_type);
	if (group->location.socket != LOCATION_UNKNOWN || group->location.imc != LOCATION_UNKNOWN ||
	    group->location.channel != LOCATION_UNKNOWN ||
	    group->location.dimm != LOCATION_UNKNOWN) {
		strbuf_add(text, ", ");
		text_add_location(text, &group->location);
	}
}

static void add_group(struct strbuf *text, const struct query_group *group)
{
	char first[40], last[40];

	strbuf_addf(text, "\n%s: %s\n", severity_name(group->severity), group->mca);
	strbuf_add(text, "    where  ");
	add_where(text, group);
	strbuf_add(text, "\n    count  ");
	text_add_count(text, group->events, "event");
	if (group->errors != group->events) {
		strbuf_add(text, ", ");
		text_add_count(text, group->errors, "error");
	}
	if (group->replayed) {
		strbuf_addf(text, ", %" PRIu64, group->replayed);
		strbuf_add(text, " found after a reboot");
	}
	strbuf_addf(text, "\n    first  %s\n", text_time(group->first_us, first));
	if (group->last_us != group->first_us)
		strbuf_addf(text, "    last   %s\n", text_time(group->last_us, last));
}

static int take_group(void *context, const struct query_group *group)
{
	struct summary *summary = context;

	if (!summary->any)
		summary->worst = *group;
	summary->any = true;
	summary->events[group->severity] += group->events;
	summary->errors[group->severity] += group->errors;
	summary->replayed += group->replayed;
	if (summary->limit && summary->lines >= summary->limit) {
		summary->more++;
		return 0;
	}
	summary->lines++;
	add_group(&summary->text, group);
	return 0;
}

static int take_lost(void *context, const struct lost *lost)
{
	struct summary *summary = context;
	struct strbuf *text = &summary->losses;
	char when[40];

	if (lost->count)
		strbuf_addf(text, "    %" PRIu64, lost->count);
	else
		strbuf_add(text, "    an unknown number");
	strbuf_addf(text, " from %s (%s), last noticed %s\n", source_id_name(lost->source),
		    lost->where, text_time(lost->time_us, when));
	return 0;
}

static void print_verdict(const struct summary *summary)
{
	const struct query_group *worst = &summary->worst;
	const struct advice *advice = advice_for(worst->severity);
	struct strbuf text = { 0 };
	char when[40];

	strbuf_addf(&text, "%s: ", advice->verdict);
	text_add_count(&text, summary->errors[worst->severity], "error");
	strbuf_addf(&text, " (%s), the last %s on ", advice->meaning,
		    text_time(worst->last_us, when));
	add_where(&text, worst);
	strbuf_add(&text, "\n");
	text_print(&text);
	strbuf_free(&text);
}

static void print_advice(const struct summary *summary)
{
	struct strbuf text = { 0 };

	strbuf_add(&text, "\nWhat to do\n");
	for (unsigned int i = SEVERITY_COUNT_; i-- > 0;)
		if (summary->events[i])
			strbuf_addf(&text, "    %-15s  %s\n", severity_name((enum severity)i),
				    advice_for((enum severity)i)->todo);
	strbuf_addf(&text, "    Suspect%10s%s\n", "", advice_suspect(summary->worst.class));
	text_print(&text);
	strbuf_free(&text);
}

static void print_notes(struct summary *summary)
{
	struct strbuf text = { 0 };

	if (summary->more)
		strbuf_addf(&text, "\nand %u more; leave out -n to see them\n", summary->more);
	if (summary->replayed) {
		strbuf_add(&text, "\n");
		text_add_count(&text, summary->replayed, "event");
		strbuf_addf(&text, " happened before a reboot and %s found after it.\n",
			    summary->replayed == 1 ? "was" : "were");
	}
	text_print(&text);
	strbuf_free(&text);
}

static void print_summary(struct summary *summary)
{
	if (summary->any) {
		print_verdict(summary);
		text_print(&summary->text);
		print_notes(summary);
		print_advice(summary);
	} else {
		puts(summary->of_boot ? "No hardware errors are on record in it."
				      : "OK: no hardware errors recorded");
	}
	if (summary->losses.length) {
		puts("\nRecords lost before they could be read");
		text_print(&summary->losses);
	}
}

enum report_status report_summary(struct query *query, const struct report_options *options)
{
	const struct query_boot *boot = options->boot;
	struct summary summary = { .limit = options->limit, .of_boot = boot };
	sd_id128_t id = boot ? boot->id : SD_ID128_NULL;
	bool any;
	int r;

	if (options->json)
		return report_list(query, options);
	r = query_groups(query, id, take_group, &summary);
	if (r == 0)
		r = query_lost(query, id, take_lost, &summary);
	if (r == 0)
		r = summary.text.error ? summary.text.error : summary.losses.error;
	if (r == 0 && boot)
		r = boot_story_print(query, boot);
	if (r == 0)
		print_summary(&summary);
	any = summary.any || summary.losses.length || (boot && boot->has_crash);
	strbuf_free(&summary.text);
	strbuf_free(&summary.losses);
	if (r < 0)
		return report_failed(query, r);
	return any ? REPORT_PRINTED : REPORT_NOTHING;
}
