// SPDX-License-Identifier: GPL-2.0-only
/* decode() is total, and what it says can be written down: the input is a struct record. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "decode/decode.h"
#include "event/event.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The parts that are not numbers hold what a source could put there. */
static void tame(struct record *record)
{
	record->source = (enum source_id)((unsigned int)record->source % SOURCE_COUNT_);
	record->key[RECORD_KEY_MAX - 1] = '\0';
	record->replayed = record->cs & 1;
	record->boot_time = record->cs & 2;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_strbuf_ struct strbuf text = { 0 };
	struct event event = { 0 };
	char message[EVENT_MESSAGE_MAX];

	memcpy(&event.record, data ? (const void *)data : "",
	       size < sizeof(event.record) ? size : sizeof(event.record));
	/* a bool of any other byte than 0 and 1 is not to be read at all */
	memset(&event.record.replayed, 0, sizeof(event.record.replayed));
	memset(&event.record.boot_time, 0, sizeof(event.record.boot_time));
	tame(&event.record);

	decode(&event.record, &event.decoded);
	if (event.decoded.severity >= SEVERITY_COUNT_ || event.decoded.class >= CLASS_COUNT_ ||
	    !event.decoded.vendor || !event.decoded.mca[0] || !event.decoded.count ||
	    event.decoded.n_facts > DECODED_FACTS_MAX)
		abort();
	if (!event_message(&event, message, sizeof(message))[0])
		abort();
	event_to_json(&event, NULL, &text);
	strbuf_add(&text, "\n");
	event_to_text(&event, &text);
	if (text.error || !text.length)
		abort();
	return 0;
}
