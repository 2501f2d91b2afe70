// SPDX-License-Identifier: GPL-2.0-only
#include "report/report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/advice.h"
#include "report/boot-story.h"
#include "report/json.h"
#include "report/text.h"

/* What the database holds, added up in one pass. */
struct summary {
	struct strbuf text; /* the table's lines */
	unsigned int limit;
	unsigned int lines; /* groups in text */
	unsigned int more;  /* groups and crashes left out */
	uint64_t events[SEVERITY_COUNT_];
	uint64_t errors[SEVERITY_COUNT_];
	struct query_group worst; /* the newest group of the worst severity */
	unsigned int suspects;	  /* bits of the classes of that severity */
	bool any;
	bool of_boot; /* not of all, but of one boot */
	uint64_t replayed;
	struct strbuf losses;
	struct strbuf crash_text; /* of crashes by hardware that no event tells of */
	unsigned int crashes;
	struct crash crash; /* the last of them, where several tell of it, the one that says most */
};

enum { MINUTE_US = 60 * 1000000 };

static bool has_location(const struct query_group *group)
{
	return group->location.socket != LOCATION_UNKNOWN ||
	       group->location.imc != LOCATION_UNKNOWN ||
	       group->location.channel != LOCATION_UNKNOWN ||
	       group->location.dimm != LOCATION_UNKNOWN;
}

static void add_where(struct strbuf *text, const struct query_group *group)
{
	bool has_place = has_location(group) || group->label || group->fru;

	if (group->first_cpu != RECORD_NO_CPU && group->first_cpu == group->last_cpu)
		strbuf_addf(text, "CPU %" PRIu32 ", ", group->first_cpu);
	else if (group->first_cpu != RECORD_NO_CPU)
		strbuf_addf(text, "CPUs %" PRIu32 "-%" PRIu32 ", ", group->first_cpu,
			    group->last_cpu);
	else if (!has_place && group->bank != RECORD_FIRMWARE_BANK)
		strbuf_add(text, "CPU unknown, ");
	if (group->bank == RECORD_FIRMWARE_BANK)
		strbuf_addf(text, "reported by %s",
			    group->bank_type ? group->bank_type : "firmware");
	else
		strbuf_addf(text, "bank %" PRIu32, group->bank);
	if (group->bank != RECORD_FIRMWARE_BANK && group->bank_type)
		strbuf_addf(text, " (%s)", group->bank_type);
	if (has_location(group)) {
		strbuf_add(text, ", ");
		text_add_location(text, &group->location);
	}
	if (group->label)
		strbuf_addf(text, ", DIMM label %s", group->label);
	if (group->fru)
		strbuf_addf(text, ", FRU %s", group->fru);
}

static void add_times(struct strbuf *text, const struct query_group *group)
{
	char when[TEXT_WHEN_MAX];

	if (group->first_us)
		strbuf_addf(text, "    first  %s\n",
			    text_when(group->first_us, group->first_is_before, 0, when));
	if (group->last_us != group->first_us)
		strbuf_addf(text, "    last   %s\n",
			    text_when(group->last_us, group->last_is_before, 0, when));
	if (group->found_us)
		strbuf_addf(text, "    found  %s, time unknown\n",
			    text_time(group->found_us, when));
	else if (!group->first_us)
		strbuf_add(text, "    first  unknown\n");
}

static void add_group(struct strbuf *text, const struct query_group *group)
{
	strbuf_addf(text, "\n%s: %s\n", severity_name(group->severity), group->mca);
	strbuf_add(text, "    where  ");
	add_where(text, group);
	strbuf_add(text, "\n    count  ");
	text_add_count(text, group->events, "event");
	if (group->errors != group->events) {
		strbuf_add(text, ", ");
		text_add_count(text, group->errors, "error");
	}
	strbuf_add(text, "\n");
	add_times(text, group);
}

static int take_group(void *context, const struct query_group *group)
{
	struct summary *summary = context;

	if (!summary->any)
		summary->worst = *group;
	summary->any = true;
	if (group->severity == summary->worst.severity)
		summary->suspects |= 1u << group->class;
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

/* What tells of one crash lies within a minute; it may not know the boot. */
static bool is_same_crash(const struct crash *a, const struct crash *b)
{
	if (a->time_us && b->time_us && llabs(a->time_us - b->time_us) <= MINUTE_US)
		return true;
	return !sd_id128_is_null(a->boot) && sd_id128_equal(a->boot, b->boot);
}

static void add_crash(struct summary *summary, const struct crash *crash)
{
	struct strbuf *text = &summary->crash_text, sentence = { 0 };
	char id[SD_ID128_STRING_MAX], when[40];

	strbuf_add(text, text->length ? "\n" : "");
	strbuf_add(&sentence, "FATAL: crashed by a hardware error, no record of it");
	if (crash->reason[0])
		strbuf_addf(&sentence, ": %s", crash->reason);
	text_add_wrapped(text, 0, strbuf_text(&sentence));
	strbuf_free(&sentence);
	strbuf_addf(text, "    when   %s\n", text_time(crash->time_us, when));
	strbuf_addf(text, "    boot   %s\n",
		    sd_id128_is_null(crash->boot) ? "unknown"
						  : sd_id128_to_string(crash->boot, id));
	strbuf_addf(text, "    from   %s: %s\n", source_id_name(crash->source),
		    crash->place[0] ? crash->place : crash->key);
}

static void end_crash(struct summary *summary)
{
	if (summary->crashes && summary->limit && summary->crashes > summary->limit)
		summary->more++;
	else if (summary->crashes)
		add_crash(summary, &summary->crash);
}

static int take_unexplained(void *context, const struct crash *crash)
{
	struct summary *summary = context;

	if (summary->crashes && is_same_crash(crash, &summary->crash)) {
		if (crash->is_slim > summary->crash.is_slim || !summary->crash.reason[0])
			summary->crash = *crash;
		return 0;
	}
	end_crash(summary);
	summary->crash = *crash;
	summary->crashes++;
	return 0;
}

/* Of one boot, what its story says already. */
static int add_crashes(struct query *query, const struct query_boot *boot, struct summary *summary)
{
	int r = 0;

	if (!boot)
		r = query_unexplained_crashes(query, take_unexplained, summary);
	else if (boot->has_crash && boot->crash.by_hardware && !boot->has_fatal &&
		 !boot->stopped[0])
		r = take_unexplained(summary, &boot->crash);
	end_crash(summary);
	return r;
}

/* "the last 2026-11-20 ... on CPU 0, bank 4"; what firmware reported is known by its name. */
static void add_last(struct strbuf *text, const struct query_group *group)
{
	char when[TEXT_WHEN_MAX];

	if (group->found_us > group->last_us)
		strbuf_addf(text, "the last of unknown time, found %s",
			    text_time(group->found_us, when));
	else
		strbuf_addf(text, "the last %s",
			    text_when(group->last_us, group->last_is_before, 0, when));
	if (group->first_cpu != RECORD_NO_CPU || group->bank != RECORD_FIRMWARE_BANK)
		strbuf_add(text, " on ");
	else
		strbuf_addf(text, ": %s, ", group->mca[0] ? group->mca : class_name(group->class));
	add_where(text, group);
}

static void print_verdict(const struct summary *summary)
{
	const struct query_group *worst = &summary->worst;
	const struct advice *advice = advice_for(worst->severity);
	struct strbuf text = { 0 };

	strbuf_addf(&text, "%s: ", advice->verdict);
	text_add_count(&text, summary->errors[worst->severity], "error");
	strbuf_addf(&text, " (%s), ", advice->meaning);
	add_last(&text, worst);
	strbuf_add(&text, "\n");
	text_print(&text);
	strbuf_free(&text);
}

/* Each once; that one is not known says nothing beside others. */
static void add_suspects(struct strbuf *text, unsigned int classes)
{
	if (classes & ~(1u << CLASS_UNKNOWN))
		classes &= ~(1u << CLASS_UNKNOWN);
	for (unsigned int i = 0; i < CLASS_COUNT_; i++) {
		const char *suspect = advice_suspect((enum error_class)i);
		bool is_named = false;

		for (unsigned int j = 0; j < i; j++)
			is_named |= classes & 1u << j &&
				    strcmp(advice_suspect((enum error_class)j), suspect) == 0;
		if (classes & 1u << i && !is_named)
			strbuf_addf(text, "    Suspect%10s%s\n", "", suspect);
	}
}

static void print_advice(const struct summary *summary)
{
	struct strbuf text = { 0 };

	strbuf_add(&text, "\nWhat to do\n");
	for (unsigned int i = SEVERITY_COUNT_; i-- > 0;)
		if (summary->events[i] || (i == SEVERITY_FATAL && summary->crashes))
			strbuf_addf(&text, "    %-15s  %s\n", severity_name((enum severity)i),
				    advice_for((enum severity)i)->todo);
	/* of the worst alone, and not where a crash is worse than they are */
	if (!summary->crashes || summary->worst.severity == SEVERITY_FATAL)
		add_suspects(&text, summary->suspects);
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

static void print_events(struct summary *summary)
{
	print_verdict(summary);
	text_print(&summary->text);
}

static void print_summary(struct summary *summary)
{
	/* the worst comes first */
	bool events_first = summary->any && summary->worst.severity == SEVERITY_FATAL;

	if (events_first)
		print_events(summary);
	if (events_first && summary->crashes)
		puts("");
	text_print(&summary->crash_text);
	if (summary->any && !events_first) {
		fputs(summary->crashes ? "\n" : "", stdout);
		print_events(summary);
	}
	print_notes(summary);
	if (summary->any || summary->crashes)
		print_advice(summary);
	else
		puts(summary->of_boot ? "No hardware errors are on record in it."
				      : "OK: no hardware errors recorded");
	if (summary->losses.length) {
		puts("\nRecords lost before they could be read");
		text_print(&summary->losses);
	}
}

static bool keeps_ring(struct query *query, const struct report_options *options)
{
	struct root root;

	return report_is_ours(query, options) && root_init(&root, NULL) == 0 &&
	       report_keeps_ring(&root);
}

enum report_status report_summary(struct query *query, const struct report_options *options)
{
	const struct query_boot *boot = options->boot;
	struct summary summary = { .limit = options->limit, .of_boot = boot };
	sd_id128_t id = boot ? boot->id : SD_ID128_NULL;
	bool is_printed;
	int r;

	if (options->json)
		return report_list(query, options);
	r = query_groups(query, id, take_group, &summary);
	if (r == 0)
		r = query_lost(query, id, take_lost, &summary);
	if (r == 0)
		r = add_crashes(query, boot, &summary);
	if (r == 0)
		r = summary.text.error ? summary.text.error : summary.losses.error;
	if (r == 0)
		r = summary.crash_text.error;
	if (r == 0 && boot)
		r = boot_story_print(query, boot, keeps_ring(query, options));
	if (r == 0)
		print_summary(&summary);
	is_printed = boot || summary.any || summary.losses.length || summary.crashes;
	strbuf_free(&summary.text);
	strbuf_free(&summary.losses);
	strbuf_free(&summary.crash_text);
	if (r < 0)
		return report_failed(query, r);
	return is_printed ? REPORT_PRINTED : REPORT_NOTHING;
}
