// SPDX-License-Identifier: GPL-2.0-only
#include "slimdump/cause.h"

#include "decode/decode.h"
#include "event/event.h"
#include "slimdump/log-records.h"

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
