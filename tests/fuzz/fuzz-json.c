// SPDX-License-Identifier: GPL-2.0-only
/* Any bytes as event JSON: refused with a reason, or read, printed and read again the same. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "event/event.h"
#include "sources/json-record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What event_to_json() prints of a record must read back as that record. */
static void check_round_trip(struct json_reader *reader, const struct record *record)
{
	_cleanup_strbuf_ struct strbuf buffer = { 0 };
	struct event event = { .record = *record, .decoded = { .vendor = "", .count = 1 } };
	char why[JSON_WHY_MAX];
	struct record again;
	sd_id128_t id;

	memset(&event.decoded.location, 0xff, sizeof(event.decoded.location));
	event_to_json(&event, NULL, &buffer);
	if (json_reader_read(reader, buffer.text, buffer.length, &again, &id, why) < 0 ||
	    memcmp(&again, record, sizeof(again)) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct json_reader *reader;
	char why[JSON_WHY_MAX] = "";
	struct record record;
	sd_id128_t id;
	int r;

	if (!reader && json_reader_new(&reader) < 0)
		abort();
	r = json_reader_read(reader, (const char *)data, size, &record, &id, why);
	if (r == -EBADMSG && !why[0])
		abort();
	if (r == 0)
		check_round_trip(reader, &record);
	return 0;
}
