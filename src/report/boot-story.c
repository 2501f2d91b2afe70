// SPDX-License-Identifier: GPL-2.0-only
#include "report/boot-story.h"

#include <inttypes.h>
#include <stdio.h>

#include "report/text.h"

enum { INDENT = 4 };

#define CUT                                                                                        \
	"It ended in a power loss or a hang, as far as evidence says: nothing tells of a "         \
	"shutdown, and nothing of a crash."

static const char *const ends[] = {
	[BOOT_RUNNING] = "It is running.",
	[BOOT_CLEAN] = "It was shut down.",
	[BOOT_MACHINE_CHECK] = "It ended in a machine check:",
	[BOOT_PANIC] = "It ended in a panic:",
	[BOOT_CUT] = CUT,
	[BOOT_UNKNOWN] = "How it ended is not known.",
};

int boot_story_add_fatal(struct query *query, const struct event *fatal, unsigned int indent,
			 struct strbuf *text)
{
	_cleanup_strbuf_ struct strbuf sentence = { 0 };
	struct event event = *fatal;
	char message[EVENT_MESSAGE_MAX];
	uint64_t records = 0;
	int r = query_count_incident(query, event.incident, &records);

	if (r == 0)
		r = report_complete(query, &event);
	if (r < 0)
		return r;
	strbuf_add(&sentence, event_message(&event, message, sizeof(message)));
	if (records > 1)
		strbuf_addf(&sentence, ", one of %" PRIu64 " records of the same stop", records);
	text_add_wrapped(text, indent, strbuf_text(&sentence));
	return sentence.error;
}

int boot_story_add_crash(const struct crash *crash, unsigned int indent, struct strbuf *text)
{
	_cleanup_strbuf_ struct strbuf sentence = { 0 };

	if (crash->is_slim)
		strbuf_add(&sentence, "crashed by a hardware error, no memory dump kept");
	else
		strbuf_add(&sentence, crash->by_hardware ? "crashed by a hardware error" : "panic");
	if (crash->reason[0])
		strbuf_addf(&sentence, ": %s", crash->reason);
	text_add_wrapped(text, indent, strbuf_text(&sentence));
	return sentence.error;
}

int boot_story_add_cause(struct query *query, const struct query_boot *boot, unsigned int indent,
			 struct strbuf *text)
{
	int r = 0;

	if (boot->has_fatal)
		r = boot_story_add_fatal(query, &boot->fatal, indent, text);
	else if (boot->stopped[0])
		text_add_wrapped(text, indent, boot->stopped);
	/* the error itself says more than that there was one */
	if (r == 0 && boot->has_crash && (boot->crash.is_slim || !boot->stopped[0]))
		r = boot_story_add_crash(&boot->crash, indent, text);
	return r;
}

void boot_story_add_errors(const struct query_boot *boot, struct strbuf *text)
{
	strbuf_addf(text, "%" PRIu64 " corrected, %" PRIu64 " uncorrected", boot->corrected,
		    boot->uncorrected);
	if (boot->unknown)
		strbuf_addf(text, ", %" PRIu64 " of unknown severity", boot->unknown);
}

static bool has_errors(const struct query_boot *boot)
{
	return boot->corrected || boot->uncorrected || boot->unknown;
}

int boot_story_add_witness(void *text, const struct crash *crash)
{
	char when[40];

	strbuf_addf(text, "%*stold by %s: %s, %s\n", INDENT, "", source_id_name(crash->source),
		    crash->place[0] ? crash->place : crash->key, text_time(crash->time_us, when));
	return 0;
}

static void add_head(const struct query_boot *boot, struct strbuf *text)
{
	char id[SD_ID128_STRING_MAX], began[40], ended[40];

	strbuf_addf(text, "Boot %d, %s\n", boot->offset, sd_id128_to_string(boot->id, id));
	strbuf_addf(text, "    began  %s\n", text_time(boot->began_us, began));
	if (boot->end != BOOT_RUNNING)
		strbuf_addf(text, "    ended  %s\n", text_time(boot->last_us, ended));
	text_add_wrapped(text, 0, ends[boot->end]);
}

/* Seconds between the newest of the errors and the fatal one. */
static void add_distance(const struct query_boot *boot, struct strbuf *text)
{
	int64_t us = boot->fatal.record.time_us - boot->last_error_us;

	if (boot->fatal.record.time_us && boot->last_error_us && us >= 0)
		strbuf_addf(text, ", the last %" PRId64 " s before", us / 1000000);
}

static void add_errors_before(const struct query_boot *boot, struct strbuf *text)
{
	if (has_errors(boot)) {
		strbuf_add(text, boot->has_fatal ? "Errors before it: " : "Errors: ");
		boot_story_add_errors(boot, text);
		if (boot->has_fatal)
			add_distance(boot, text);
		strbuf_add(text, "\n");
	} else if (boot->end == BOOT_MACHINE_CHECK) {
		strbuf_add(text, "No errors before it are on record.\n"
				 "Errors shortly before may be missing: see EARLIER ERRORS in "
				 "mcelog(8)\n"
				 "Linux 6.12 and later keep them with these boot options:\n"
				 "    reserve_mem=4M:4096:trace trace_instance=mcelog@trace\n");
	}
}

int boot_story_print(struct query *query, const struct query_boot *boot)
{
	_cleanup_strbuf_ struct strbuf text = { 0 };
	int r;

	add_head(boot, &text);
	r = boot_story_add_cause(query, boot, INDENT, &text);
	if (r == 0)
		r = query_crashes(query, boot->id, boot_story_add_witness, &text);
	if (r == 0)
		add_errors_before(boot, &text);
	strbuf_add(&text, "\n");
	if (r == 0)
		r = text.error;
	if (r == 0)
		text_print(&text);
	return r;
}
