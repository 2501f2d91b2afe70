// SPDX-License-Identifier: GPL-2.0-only
#include "report/boot-story.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/text.h"

enum { INDENT = 4 };

enum { MINUTE_US = 60 * 1000000 };

/* Until a boot that comes up has asked all banks. */
enum { COMING_UP_MINUTES = 10 };

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

static bool has_own_time(const struct event *event)
{
	return event->record.time_us && !event_is_of_boot_before(event);
}

int boot_story_add_fatal(struct query *query, const struct event *fatal, unsigned int indent,
			 struct strbuf *text)
{
	_cleanup_strbuf_ struct strbuf sentence = { 0 };
	struct event event = *fatal;
	char message[EVENT_MESSAGE_MAX], when[TEXT_WHEN_MAX];
	uint64_t records = 0;
	int r = query_count_incident(query, event.incident, &records);

	if (r == 0)
		r = report_complete(query, &event);
	if (r == 0)
		r = report_when(query, &event, when);
	if (r < 0)
		return r;
	event.record.replayed = false; /* in which boot it was is said around this */
	strbuf_add(&sentence, event_message(&event, message, sizeof(message)));
	if (!has_own_time(&event))
		strbuf_addf(&sentence, ", %s%s", event.record.time_us ? "" : "time ", when);
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

/* The sentence was made for those who do not see in which boot it was. */
static void add_stopped(const char *stopped, unsigned int indent, struct strbuf *text)
{
	static const char ending[] = ", in an earlier boot";
	char sentence[EVENT_MESSAGE_MAX];
	char *end;

	snprintf(sentence, sizeof(sentence), "%s", stopped);
	end = strstr(sentence, ending);
	if (end && !end[strlen(ending)])
		*end = '\0';
	text_add_wrapped(text, indent, sentence);
}

int boot_story_add_cause(struct query *query, const struct query_boot *boot, unsigned int indent,
			 struct strbuf *text)
{
	int r = 0;

	if (boot->has_fatal)
		r = boot_story_add_fatal(query, &boot->fatal, indent, text);
	else if (boot->stopped[0])
		add_stopped(boot->stopped, indent, text);
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
}

/* What may have stopped a boot that nothing else tells of. */
struct candidates {
	struct query *query;
	const struct query_boot *boot;
	struct strbuf text;
	unsigned int n;
	int64_t crash_us; /* of the last crash */
};

static bool is_behind(const struct query_boot *boot, int64_t time_us)
{
	return time_us + MINUTE_US >= (boot->last_us ? boot->last_us : boot->began_us);
}

/* Whether that is between its end and the next boot's begin, and so much later. */
static bool is_between(const struct query_boot *boot, int64_t time_us, int64_t minutes)
{
	return is_behind(boot, time_us) &&
	       (!boot->next_us || time_us <= boot->next_us + minutes * MINUTE_US);
}

static int take_crash(void *context, const struct crash *crash)
{
	struct candidates *candidates = context;
	bool is_same = candidates->crash_us && crash->time_us - candidates->crash_us <= MINUTE_US;
	int r = 0;

	if (crash->time_us && !is_between(candidates->boot, crash->time_us, 1))
		return 0;
	candidates->crash_us = crash->time_us;
	if (!is_same) {
		candidates->n++;
		r = boot_story_add_crash(crash, INDENT, &candidates->text);
	}
	return r < 0 ? r : boot_story_add_witness(&candidates->text, crash);
}

/* One of unknown time may be of any boot before it was found. */
static int may_have_stopped(struct candidates *candidates, const struct event *fatal)
{
	int64_t time_us = fatal->record.time_us;
	int r;

	if (time_us)
		return is_between(candidates->boot, time_us,
				  event_is_of_boot_before(fatal) ? COMING_UP_MINUTES : 1);
	r = query_found(candidates->query, fatal->seq, &time_us);
	return r < 0 ? r : is_behind(candidates->boot, time_us);
}

static int take_fatal(void *context, const struct event *fatal)
{
	struct candidates *candidates = context;
	struct strbuf *text = &candidates->text;
	char when[40];
	int r = may_have_stopped(candidates, fatal);

	if (r <= 0)
		return r;
	if (!candidates->crash_us ||
	    llabs(fatal->record.time_us - candidates->crash_us) > MINUTE_US)
		candidates->n++;
	r = boot_story_add_fatal(candidates->query, fatal, INDENT, text);
	strbuf_addf(text, "%*stold by ", INDENT, "");
	text_add_sources(text, fatal->sources);
	if (has_own_time(fatal))
		strbuf_addf(text, ", %s", text_time(fatal->record.time_us, when));
	strbuf_add(text, "\n");
	return r;
}

static int add_candidates(struct query *query, const struct query_boot *boot, struct strbuf *text)
{
	struct candidates candidates = { .query = query, .boot = boot };
	int r = query_crashes(query, SD_ID128_NULL, take_crash, &candidates);

	if (r == 0)
		r = query_lone_fatals(query, take_fatal, &candidates);
	if (r == 0)
		r = candidates.text.error;
	if (candidates.n == 0)
		text_add_wrapped(text, 0, ends[BOOT_CUT]);
	else
		strbuf_addf(text, "It ended in a power loss, a hang or %s not known:\n",
			    candidates.n == 1 ? "the crash below, whose boot is"
					      : "one of the crashes below, whose boots are");
	strbuf_add(text, strbuf_text(&candidates.text));
	strbuf_free(&candidates.text);
	return r;
}

static int add_end(struct query *query, const struct query_boot *boot, struct strbuf *text)
{
	if (boot->end == BOOT_CUT)
		return add_candidates(query, boot, text);
	text_add_wrapped(text, 0, ends[boot->end]);
	return 0;
}

/* Seconds between the newest of the errors and the fatal one. */
static void add_distance(const struct query_boot *boot, struct strbuf *text)
{
	int64_t us = boot->fatal.record.time_us - boot->last_error_us;

	if (has_own_time(&boot->fatal) && boot->last_error_us && us >= 0)
		strbuf_addf(text, ", the last %" PRId64 " s before", us / 1000000);
}

static void add_errors_before(const struct query_boot *boot, bool keeps_ring, struct strbuf *text)
{
	if (has_errors(boot)) {
		strbuf_add(text, boot->has_fatal ? "Errors before it: " : "Errors: ");
		boot_story_add_errors(boot, text);
		if (boot->has_fatal)
			add_distance(boot, text);
		strbuf_add(text, "\n");
	} else if (boot->end == BOOT_MACHINE_CHECK) {
		strbuf_add(text, "No errors before it are on record.\n");
		if (!keeps_ring)
			strbuf_add(text,
				   "Errors shortly before may be missing: see EARLIER ERRORS in "
				   "mcelog(8)\n"
				   "Linux 6.12 and later keep them with these boot options:\n"
				   "    reserve_mem=4M:4096:trace trace_instance=mcelog@trace\n");
	}
}

int boot_story_print(struct query *query, const struct query_boot *boot, bool keeps_ring)
{
	_cleanup_strbuf_ struct strbuf text = { 0 };
	int r;

	add_head(boot, &text);
	r = add_end(query, boot, &text);
	if (r == 0)
		r = boot_story_add_cause(query, boot, INDENT, &text);
	if (r == 0)
		r = query_crashes(query, boot->id, boot_story_add_witness, &text);
	if (r == 0)
		add_errors_before(boot, keeps_ring, &text);
	strbuf_add(&text, "\n");
	if (r == 0)
		r = text.error;
	if (r == 0)
		text_print(&text);
	return r;
}
