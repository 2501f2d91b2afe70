// SPDX-License-Identifier: GPL-2.0-only
#include "slimdump/cause.h"

#include <stdio.h>
#include <string.h>

#include "decode/decode.h"
#include "event/event.h"
#include "slimdump/log-records.h"
#include "sources/text-prefix.h"
#include "util/cleanup.h"

/* How the panics of the machine-check code begin, from Linux 2.6.30 to 6.12. */
static const char *const machine_checks[] = {
	"Consecutive machine checks",
	"Failed kernel mode recovery",
	"Fatal Machine check",
	"Fatal local machine check",
	"Fatal machine check",
	"Local fatal machine check",
	"Machine check",
	"Memory error not recovered",
	"Panicing machine check CPU died",
	"Timeout synchronizing machine check over CPUs",
	"Timeout: Monarch CPU did not finish machine check processing",
	"Timeout: Monarch CPU unable to finish machine check processing",
	"Timeout: Not all CPUs entered broadcast exception handler",
	"Timeout: Subject CPUs unable to finish machine check processing",
	"Too many consecutive machine checks",
};

/* Of firmware's reports, which may be about anything: a memory error is told apart below. */
static const char *const firmware_errors[] = {
	"Fatal hardware error",
	"GHES: Fatal hardware error",
};

static bool begins_with(struct span span, const char *text)
{
	size_t length = strlen(text);

	return span.length >= length && memcmp(span.text, text, length) == 0;
}

static bool begins_with_any(struct span span, const char *const *texts, size_t n_texts)
{
	for (size_t i = 0; i < n_texts; i++)
		if (begins_with(span, texts[i]))
			return true;
	return false;
}

static struct span without_blanks(struct span span)
{
	while (span.length > 0 && span.text[0] == ' ')
		span = (struct span){ span.text + 1, span.length - 1 };
	return span;
}

static struct span behind(struct span span, const char *text)
{
	size_t length = strlen(text);

	return without_blanks((struct span){ span.text + length, span.length - length });
}

static void copy(char to[CAUSE_TEXT_MAX], struct span from)
{
	size_t length = from.length < CAUSE_TEXT_MAX ? from.length : CAUSE_TEXT_MAX - 1;

	memcpy(to, from.text, length);
	to[length] = '\0';
}

static enum cause_kind kind_of(struct span panic, bool memory)
{
	if (begins_with_any(panic, machine_checks, ARRAY_SIZE(machine_checks)))
		return CAUSE_MACHINE_CHECK;
	if (memory && begins_with_any(panic, firmware_errors, ARRAY_SIZE(firmware_errors)))
		return CAUSE_MEMORY_ERROR;
	return CAUSE_OTHER;
}

/* memory: whether the last report of firmware that the log has is about memory. */
static void take_line(struct span line, bool *memory, struct cause *cause)
{
	static const char panic[] = "Kernel panic - not syncing:";
	static const char reason[] = "Machine check:";
	static const char report[] = "Hardware error from APEI";
	static const char memory_section[] = "section_type: memory error";
	struct text_prefix prefix;
	struct span message = text_strip_prefix(line.text, line.length, &prefix);

	message = without_blanks(message);
	if (begins_with(message, report)) {
		*memory = false;
	} else if (begins_with(message, memory_section)) {
		*memory = true;
	} else if (prefix.hardware_error && begins_with(message, reason)) {
		copy(cause->reason, behind(message, reason));
	} else if (begins_with(message, panic)) {
		copy(cause->panic, behind(message, panic));
		cause->kind = kind_of(behind(message, panic), *memory);
	}
}

void cause_find(const char *log, size_t size, struct cause *ret_cause)
{
	struct cause cause = { 0 };
	bool memory = false;

	while (size > 0 && cause.kind == CAUSE_NONE) {
		const char *end = memchr(log, '\n', size);
		size_t length = end ? (size_t)(end - log) : size;

		take_line((struct span){ log, length }, &memory, &cause);
		length += end != NULL;
		log += length;
		size -= length;
	}
	if (cause.kind != CAUSE_MACHINE_CHECK)
		cause.reason[0] = '\0';
	*ret_cause = cause;
}

struct decoding {
	size_t skip; /* older records than are wanted */
	struct strbuf *text;
	struct event worst;
	bool any;
};

static void count_record(void *context, const struct record *record)
{
	(void)record;
	*(size_t *)context += 1;
}

static void decode_record(void *context, const struct record *record)
{
	struct decoding *decoding = context;
	struct event event = { .record = *record, .sources = 1u << record->source };

	if (decoding->skip > 0) {
		decoding->skip--;
		return;
	}
	decode(record, &event.decoded);
	event_to_text(&event, decoding->text);
	if (decoding->any && event.decoded.severity < decoding->worst.decoded.severity)
		return;
	decoding->worst = event;
	decoding->any = true;
}

int cause_decode(const char *log, size_t size, struct strbuf *text, struct strbuf *line)
{
	struct decoding decoding = { .text = text };
	char message[EVENT_MESSAGE_MAX];
	size_t n_records = 0;
	int r = log_records(log, size, count_record, NULL, &n_records);

	if (r < 0)
		return r;
	if (n_records > CAUSE_RECORDS_MAX)
		decoding.skip = n_records - CAUSE_RECORDS_MAX;
	r = log_records(log, size, decode_record, NULL, &decoding);
	if (r < 0)
		return r;
	if (decoding.any)
		strbuf_add(line, event_message(&decoding.worst, message, sizeof(message)));
	return text->error ? text->error : line->error;
}
