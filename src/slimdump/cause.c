// SPDX-License-Identifier: GPL-2.0-only
#include "slimdump/cause.h"

#include "decode/decode.h"
#include "event/event.h"
#include "firmware.h"
#include "slimdump/log-records.h"

struct decoding {
	size_t skip; /* older errors than are wanted */
	struct strbuf *text;
	struct event worst;
	bool any;
};

static void take_event(struct decoding *decoding, const struct event *event)
{
	if (decoding->skip > 0) {
		decoding->skip--;
		return;
	}
	event_to_text(event, decoding->text);
	if (decoding->any && event->decoded.severity < decoding->worst.decoded.severity)
		return;
	decoding->worst = *event;
	decoding->any = true;
}

static void take_record(void *context, const struct record *record)
{
	struct event event = { .record = *record };

	decode(record, &event.decoded);
	take_event(context, &event);
}

static int take_reported(void *context, const struct event *event, const struct section *section)
{
	(void)section;
	take_event(context, event);
	return 0;
}

/* Of a block that was cut off what there is; that it was is to be seen in the log beside. */
static void take_firmware(void *context, const struct firmware *firmware)
{
	char problem[FIRMWARE_PROBLEM_MAX];

	firmware_events(firmware, take_reported, context, problem);
}

static int walk(const char *log, size_t size, struct decoding *decoding)
{
	return log_records(log, size, take_record, take_firmware, NULL, decoding);
}

int cause_decode(const char *log, size_t size, struct strbuf *text, struct strbuf *line)
{
	struct decoding counting = { .skip = SIZE_MAX };
	struct decoding decoding = { .text = text };
	char message[EVENT_MESSAGE_MAX];
	size_t n;
	int r = walk(log, size, &counting);

	if (r < 0)
		return r;
	n = SIZE_MAX - counting.skip;
	if (n > CAUSE_RECORDS_MAX)
		decoding.skip = n - CAUSE_RECORDS_MAX;
	r = walk(log, size, &decoding);
	if (r < 0)
		return r;
	if (decoding.any)
		strbuf_add(line, event_message(&decoding.worst, message, sizeof(message)));
	return text->error ? text->error : line->error;
}
