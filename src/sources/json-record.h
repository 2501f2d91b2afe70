/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * json-record: event JSON ("mce-event/1", as event_to_json() prints it) back
 * to the record it was made from. SQLite's JSON functions do the parsing, on a
 * database in memory.
 *
 * Strict about what it takes: registers are strings "0x" and 1 to 16 hex
 * digits that fit the register, numbers are integers, null means absent;
 * status, bank and cpu must be there; a schema that is given must be
 * mce-event/1; no key twice. Keys it does not know, and those that decode()
 * works out again (severity, mca, location ...), are ignored.
 */
#pragma once

#include <stddef.h>
#include <systemd/sd-id128.h>

#include "event/record.h"

struct json_reader;

enum { JSON_WHY_MAX = 256 };

/* Errors: -ENOMEM, -EIO for anything else that SQLite refuses. */
int json_reader_new(struct json_reader **ret_reader);
void json_reader_free(struct json_reader *reader);

/*
 * Reads one object: registers, fields, time_us, ring_time_us and boot; source,
 * replayed and key are the caller's. ret_event_id is null when the object has
 * none. Errors: -EBADMSG with the key and what is wrong with it in why,
 * -ENOMEM.
 */
int json_reader_read(struct json_reader *reader, const char *text, size_t length,
		     struct record *ret_record, sd_id128_t *ret_event_id, char why[JSON_WHY_MAX]);
