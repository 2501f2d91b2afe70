// SPDX-License-Identifier: GPL-2.0-only
/* Any bytes as struct mce: alone, as a file of records, and as a device's block. */
#include <stdint.h>
#include <stdlib.h>

#include "event/event.h"
#include "sources/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int take_record(void *context, unsigned int ordinal, struct bytes bytes)
{
	struct strbuf *buffer = context;
	struct event event = { .decoded = { .vendor = "", .count = 1 } };

	(void)ordinal;
	if ((wire_decode(bytes, &event.record) < 0) != !!wire_check(bytes))
		abort();
	strbuf_reset(buffer);
	event_to_json(&event, NULL, buffer);
	event_to_text(&event, buffer);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_strbuf_ struct strbuf buffer = { 0 };
	struct bytes bytes = { data, size };
	size_t record_size = wire_record_size(bytes);

	take_record(&buffer, 0, bytes);
	if (record_size)
		wire_split(bytes, record_size, take_record, &buffer);
	if (size)
		wire_split(bytes, WIRE_SIZE_MIN + data[0], take_record, &buffer);
	return 0;
}
