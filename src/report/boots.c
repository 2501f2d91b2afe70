// SPDX-License-Identifier: GPL-2.0-only
#include "report/report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "report/boot-story.h"
#include "report/lone-crashes.h"
#include "report/text.h"

/* Where the table's second lines begin, and what fits into its last column. */
enum { INDENT = 5, END_WIDTH = 34 };

struct table {
	struct query *query;
	struct strbuf text;
	unsigned long printed;
};

static void print_head(struct table *table)
{
	strbuf_addf(&table->text, "%4s %-8s %-25s %-25s %s\n", "#", "BOOT", "BEGAN", "ENDED",
		    "HOW IT ENDED");
	text_print(&table->text);
}

/* "panic: REASON" where there is room. */
static bool has_room_for_reason(const struct query_boot *boot)
{
	return boot->end == BOOT_PANIC && boot->crash.reason[0] &&
	       strlen("panic: ") + strlen(boot->crash.reason) <= END_WIDTH;
}

static int add_details(struct table *table, const struct query_boot *boot)
{
	struct strbuf *text = &table->text;
	int r = 0;

	if (!has_room_for_reason(boot))
		r = boot_story_add_cause(table->query, boot, INDENT, text);
	if (boot->corrected || boot->uncorrected || boot->unknown) {
		strbuf_addf(text, "%*serrors%s: ", INDENT, "", boot->has_fatal ? " before it" : "");
		boot_story_add_errors(boot, text);
		strbuf_add(text, "\n");
	}
	return r;
}

static int print_row(void *context, const struct query_boot *boot)
{
	struct table *table = context;
	struct strbuf *text = &table->text;
	char id[9], began[40], ended[40];
	int r;

	if (table->printed++ == 0)
		print_head(table);
	strbuf_addf(text, "%4d %-8s %-25s %-25s %s", boot->offset, text_short_id(boot->id, id),
		    text_time(boot->began_us, began),
		    boot->end == BOOT_RUNNING ? "" : text_time(boot->last_us, ended),
		    boot_end_name(boot->end));
	if (has_room_for_reason(boot))
		strbuf_addf(text, ": %s", boot->crash.reason);
	strbuf_add(text, "\n");
	r = add_details(table, boot);
	if (r == 0)
		r = text->error;
	text_print(text);
	return r < 0 ? r : ferror(stdout) ? -EPIPE : 0;
}

static void add_time(struct strbuf *text, const char *key, int64_t time_us)
{
	char time[40];

	strbuf_addf(text, ",\"%s_us\":", key);
	if (time_us)
		strbuf_addf(text, "%" PRId64, time_us);
	else
		strbuf_add(text, "null");
	strbuf_addf(text, ",\"%s\":", key);
	strbuf_add_json(text, time_us ? time_to_text(time_us, time) : NULL);
}

/* Its event is gone: what is known of it all the same. */
static void add_stopped(struct strbuf *text, const struct query_boot *boot)
{
	strbuf_add(text, "{\"event_id\":null,\"incident_id\":null");
	add_time(text, "time", boot->stopped_us);
	strbuf_add(text, ",\"message\":");
	strbuf_add_json(text, boot->stopped);
	strbuf_add(text, "}");
}

static int add_fatal(struct table *table, const struct query_boot *boot)
{
	struct strbuf *text = &table->text;
	struct event event = boot->fatal;
	char message[EVENT_MESSAGE_MAX], id[SD_ID128_STRING_MAX];
	int r;

	strbuf_add(text, ",\"fatal\":");
	if (!boot->has_fatal) {
		if (boot->stopped[0])
			add_stopped(text, boot);
		else
			strbuf_add(text, "null");
		return 0;
	}
	r = report_complete(table->query, &event);
	if (r < 0)
		return r;
	strbuf_addf(text, "{\"event_id\":\"%s\"", sd_id128_to_string(event.id, id));
	strbuf_addf(text, ",\"incident_id\":\"%s\"", sd_id128_to_string(event.incident, id));
	add_time(text, "time", event.record.time_us);
	strbuf_add(text, ",\"message\":");
	strbuf_add_json(text, event_message(&event, message, sizeof(message)));
	strbuf_add(text, "}");
	return 0;
}

static int add_crash(void *context, const struct crash *crash)
{
	struct strbuf *text = context;
	bool first = strbuf_text(text)[text->length - 1] == '[';

	strbuf_addf(text, "%s{\"source\":\"%s\"", first ? "" : ",", source_id_name(crash->source));
	add_time(text, "time", crash->time_us);
	strbuf_addf(text, ",\"by_hardware\":%s,\"slim\":%s,\"reason\":",
		    crash->by_hardware ? "true" : "false", crash->is_slim ? "true" : "false");
	strbuf_add_json(text, crash->reason[0] ? crash->reason : NULL);
	strbuf_add(text, ",\"place\":");
	strbuf_add_json(text, crash->place[0] ? crash->place : NULL);
	strbuf_add(text, "}");
	return 0;
}

static void add_number(struct strbuf *text, const char *key, bool is_known, int64_t number)
{
	strbuf_addf(text, ",\"%s\":", key);
	if (is_known)
		strbuf_addf(text, "%" PRId64, number);
	else
		strbuf_add(text, "null");
}

/* All up to what stopped it; boot with a null ID: one that is not known. */
static void add_boot(struct strbuf *text, const struct query_boot *boot)
{
	bool is_known = !sd_id128_is_null(boot->id);
	char id[SD_ID128_STRING_MAX];

	strbuf_add(text, "{\"schema\":\"mce-boot/1\"");
	add_number(text, "index", is_known, boot->offset);
	strbuf_add(text, ",\"boot_id\":");
	strbuf_add_json(text, is_known ? sd_id128_to_string(boot->id, id) : NULL);
	add_time(text, "began", boot->began_us);
	add_time(text, "ended", boot->last_us);
	strbuf_add(text, ",\"end\":");
	strbuf_add_json(text, is_known ? boot_end_name(boot->end) : NULL);
	strbuf_add(text, ",\"reason\":");
	strbuf_add_json(text, boot->has_crash && boot->crash.reason[0] ? boot->crash.reason : NULL);
	add_number(text, "corrected", is_known, (int64_t)boot->corrected);
	add_number(text, "uncorrected", is_known, (int64_t)boot->uncorrected);
	add_number(text, "unknown", is_known, (int64_t)boot->unknown);
}

static int end_object(struct table *table, int r)
{
	struct strbuf *text = &table->text;

	strbuf_add(text, "]}\n");
	if (r == 0)
		r = text->error;
	if (r == 0 && fputs(strbuf_text(text), stdout) < 0)
		r = -EPIPE;
	strbuf_reset(text);
	table->printed++;
	return r;
}

static int print_object(void *context, const struct query_boot *boot)
{
	struct table *table = context;
	int r;

	add_boot(&table->text, boot);
	r = add_fatal(table, boot);
	strbuf_add(&table->text, ",\"crashes\":[");
	if (r == 0)
		r = query_crashes(table->query, boot->id, add_crash, &table->text);
	return end_object(table, r);
}

static int print_lone_object(void *context, const struct crash *crash)
{
	const struct query_boot boot = { .has_crash = true, .crash = *crash };
	struct table *table = context;
	int r;

	add_boot(&table->text, &boot);
	r = add_fatal(table, &boot);
	strbuf_add(&table->text, ",\"crashes\":[");
	add_crash(&table->text, crash);
	return end_object(table, r);
}

static int print_lone_fatal_object(void *context, const struct event *fatal)
{
	const struct query_boot boot = { .has_fatal = true, .fatal = *fatal };
	struct table *table = context;
	int r;

	add_boot(&table->text, &boot);
	r = add_fatal(table, &boot);
	strbuf_add(&table->text, ",\"crashes\":[");
	return end_object(table, r);
}

static int print_all(struct table *table, const struct report_options *options, sd_id128_t running)
{
	int r = query_boots(table->query, running, options->limit,
			    options->json ? print_object : print_row, table);

	if (r != 0 || options->limit)
		return r;
	if (!options->json)
		return lone_crashes_print(table->query, &table->printed);
	r = query_crashes(table->query, SD_ID128_NULL, print_lone_object, table);
	if (r == 0)
		r = query_lone_fatals(table->query, print_lone_fatal_object, table);
	return r;
}

enum report_status report_boots(struct query *query, const struct report_options *options)
{
	struct table table = { .query = query };
	sd_id128_t running = SD_ID128_NULL;
	int r;

	sd_id128_get_boot(&running);
	r = print_all(&table, options, running);
	strbuf_free(&table.text);
	if (r < 0 && !ferror(stdout))
		return report_failed(query, r);
	if (table.printed == 0)
		fprintf(stderr, "mce-report: no boots recorded\n");
	return table.printed ? REPORT_PRINTED : REPORT_NOTHING;
}
