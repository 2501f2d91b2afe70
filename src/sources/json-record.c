// SPDX-License-Identifier: GPL-2.0-only
#include "sources/json-record.h"

#include <errno.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event/registers.h"
#include "util/cleanup.h"

#define SCHEMA "mce-event/1"

/* Year 2242, as for a record's own stamp. */
#define TIME_MAX_US (((int64_t)1 << 33) * 1000000)

struct json_reader {
	sqlite3 *database;
	sqlite3_stmt *shape; /* the type of the whole text, NULL when it is no JSON */
	sqlite3_stmt *each;  /* key, type, value of its members */
};

enum value_type { VALUE_NULL, VALUE_INTEGER, VALUE_TEXT, VALUE_OTHER };

/* One member of the object; text points into the statement's row. */
struct member {
	enum value_type type;
	int64_t number;
	const char *text;
	size_t length;
};

/* What has been read of one object. */
struct object {
	struct record record;
	sd_id128_t event_id;
	uint32_t keys_seen;	 /* bits of key_rows */
	uint32_t registers_seen; /* bits of record_registers */
};

/* Takes a member that is not null. Returns NULL, or what is wrong with it. */
typedef const char *(*take_member)(struct object *object, const struct member *member);

static const char *take_schema(struct object *object, const struct member *member)
{
	(void)object;
	if (member->type != VALUE_TEXT || strcmp(member->text, SCHEMA) != 0)
		return "not \"" SCHEMA "\"";
	return NULL;
}

static const char *take_id(const struct member *member, sd_id128_t *ret_id)
{
	if (member->type != VALUE_TEXT || strlen(member->text) != member->length ||
	    sd_id128_from_string(member->text, ret_id) < 0)
		return "not a string of 32 hex digits";
	return NULL;
}

static const char *take_event_id(struct object *object, const struct member *member)
{
	return take_id(member, &object->event_id);
}

static const char *take_boot_id(struct object *object, const struct member *member)
{
	return take_id(member, &object->record.boot);
}

static const char *take_time(const struct member *member, int64_t *ret_time_us)
{
	if (member->type != VALUE_INTEGER || member->number < 0 || member->number > TIME_MAX_US)
		return "not an integer of microseconds since the epoch";
	*ret_time_us = member->number;
	return NULL;
}

static const char *take_time_us(struct object *object, const struct member *member)
{
	return take_time(member, &object->record.time_us);
}

static const char *take_ring_time_us(struct object *object, const struct member *member)
{
	return take_time(member, &object->record.ring_time_us);
}

static const char *take_u32(const struct member *member, uint32_t *ret_number)
{
	if (member->type != VALUE_INTEGER || member->number < 0 || member->number > UINT32_MAX)
		return "not an integer from 0 to 4294967295";
	*ret_number = (uint32_t)member->number;
	return NULL;
}

static const char *take_cpu(struct object *object, const struct member *member)
{
	return take_u32(member, &object->record.cpu);
}

static const char *take_socket(struct object *object, const struct member *member)
{
	object->record.fields |= RECORD_HAS_SOCKETID;
	return take_u32(member, &object->record.socketid);
}

static const char *take_bank(struct object *object, const struct member *member)
{
	if (member->type != VALUE_INTEGER || member->number < 0 || member->number > UINT8_MAX)
		return "not an integer from 0 to 255";
	object->record.bank = (uint8_t)member->number;
	return NULL;
}

static const char *take_vendor(struct object *object, const struct member *member)
{
	if (member->type != VALUE_TEXT || vendor_parse(member->text, &object->record.vendor) < 0)
		return "not the name of a CPU vendor";
	return NULL;
}

static const struct {
	const char *name;
	take_member take;
	bool required;
} key_rows[] = {
	{ "schema", take_schema, false },
	{ "event_id", take_event_id, false },
	{ "boot_id", take_boot_id, false },
	{ "time_us", take_time_us, false },
	{ "ring_time_us", take_ring_time_us, false },
	{ "cpu", take_cpu, true },
	{ "socket", take_socket, false },
	{ "bank", take_bank, true },
	{ "vendor", take_vendor, false },
};

/* "0x" and 1 to 16 hex digits. */
static bool parse_hex(const struct member *member, uint64_t *ret_value)
{
	static const char digits[] = "0123456789abcdefABCDEF";
	const char *text = member->text;

	if (member->type != VALUE_TEXT || member->length < 3 || member->length > 18 ||
	    text[0] != '0' || text[1] != 'x' || strspn(text + 2, digits) != member->length - 2)
		return false;
	*ret_value = strtoull(text + 2, NULL, 16);
	return true;
}

static const char *take_register(struct object *object, enum register_id id,
				 const struct member *member)
{
	uint64_t value;

	if (!parse_hex(member, &value))
		return "not a string \"0x\" and up to 16 hex digits";
	if (register_set(&object->record, id, value) < 0)
		return "does not fit the register";
	return NULL;
}

/* Takes one member into the object; an unknown key is fine. */
static const char *take(struct object *object, const char *key, const struct member *member)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(key_rows); i++) {
		if (strcmp(key, key_rows[i].name) != 0)
			continue;
		if (object->keys_seen & 1u << i)
			return "there twice";
		object->keys_seen |= 1u << i;
		if (member->type != VALUE_NULL)
			return key_rows[i].take(object, member);
		return key_rows[i].required ? "must not be null" : NULL;
	}
	for (unsigned int i = 0; i < REGISTER_COUNT_; i++) {
		if (strcmp(key, record_registers[i].name) != 0)
			continue;
		if (object->registers_seen & 1u << i)
			return "there twice";
		object->registers_seen |= 1u << i;
		if (member->type != VALUE_NULL)
			return take_register(object, (enum register_id)i, member);
		return i == REGISTER_STATUS ? "must not be null" : NULL;
	}
	return NULL;
}

/* The first required key that was not there, or NULL. */
static const char *missing_key(const struct object *object)
{
	if (!(object->registers_seen & 1u << REGISTER_STATUS))
		return record_registers[REGISTER_STATUS].name;
	for (unsigned int i = 0; i < ARRAY_SIZE(key_rows); i++)
		if (key_rows[i].required && !(object->keys_seen & 1u << i))
			return key_rows[i].name;
	return NULL;
}

/* A number that SQLite had to make a double of is none of ours. */
static struct member member_of_row(sqlite3_stmt *row)
{
	const char *type = (const char *)sqlite3_column_text(row, 1);
	struct member member = { .type = VALUE_OTHER };

	if (!type)
		return member;
	if (strcmp(type, "null") == 0) {
		member.type = VALUE_NULL;
	} else if (strcmp(type, "integer") == 0 && sqlite3_column_type(row, 2) == SQLITE_INTEGER) {
		member.type = VALUE_INTEGER;
		member.number = sqlite3_column_int64(row, 2);
	} else if (strcmp(type, "text") == 0 && sqlite3_column_text(row, 2)) {
		member.type = VALUE_TEXT;
		member.text = (const char *)sqlite3_column_text(row, 2);
		member.length = (size_t)sqlite3_column_bytes(row, 2);
	}
	return member;
}

static int sqlite_error(int result)
{
	return result == SQLITE_NOMEM ? -ENOMEM : -EBADMSG;
}

/* Steps through the members. why is set for -EBADMSG. */
static int read_members(sqlite3_stmt *each, struct object *object, char *why)
{
	int result;

	while ((result = sqlite3_step(each)) == SQLITE_ROW) {
		const char *key = (const char *)sqlite3_column_text(each, 0);
		struct member member = member_of_row(each);
		const char *wrong;

		if (!key)
			return -ENOMEM;
		wrong = take(object, key, &member);
		if (!wrong)
			continue;
		snprintf(why, JSON_WHY_MAX, "%s: %s", key, wrong);
		return -EBADMSG;
	}
	snprintf(why, JSON_WHY_MAX, "not JSON");
	return result == SQLITE_DONE ? 0 : sqlite_error(result);
}

static void reset_statement(sqlite3_stmt **statement)
{
	sqlite3_reset(*statement);
	sqlite3_clear_bindings(*statement);
}

/* Whether the text is one whole JSON object. */
static int check_shape(sqlite3_stmt *statement, const char *text, size_t length, char *why)
{
	_cleanup_(reset_statement) sqlite3_stmt *shape = statement;
	const char *type;
	int result;

	snprintf(why, JSON_WHY_MAX, "not JSON, or cut off");
	if (length > INT32_MAX || memchr(text, '\0', length))
		return -EBADMSG;
	result = sqlite3_bind_text(shape, 1, text, (int)length, SQLITE_STATIC);
	if (result != SQLITE_OK)
		return sqlite_error(result);
	result = sqlite3_step(shape);
	if (result != SQLITE_ROW)
		return sqlite_error(result);
	type = (const char *)sqlite3_column_text(shape, 0);
	if (!type)
		return -EBADMSG;
	snprintf(why, JSON_WHY_MAX, "not a JSON object but %s", type);
	return strcmp(type, "object") == 0 ? 0 : -EBADMSG;
}

static int read_object(sqlite3_stmt *statement, const char *text, size_t length,
		       struct object *object, char *why)
{
	_cleanup_(reset_statement) sqlite3_stmt *each = statement;
	int result = sqlite3_bind_text(each, 1, text, (int)length, SQLITE_STATIC);
	const char *missing;
	int r;

	if (result != SQLITE_OK)
		return sqlite_error(result);
	r = read_members(each, object, why);
	if (r < 0)
		return r;
	missing = missing_key(object);
	if (missing)
		snprintf(why, JSON_WHY_MAX, "%s: missing", missing);
	return missing ? -EBADMSG : 0;
}

int json_reader_read(struct json_reader *reader, const char *text, size_t length,
		     struct record *ret_record, sd_id128_t *ret_event_id, char why[JSON_WHY_MAX])
{
	struct object object = { .record.vendor = VENDOR_UNKNOWN };
	int r = check_shape(reader->shape, text, length, why);

	if (r < 0)
		return r;
	r = read_object(reader->each, text, length, &object, why);
	if (r < 0)
		return r;
	if (object.record.time_us) {
		object.record.walltime = (uint64_t)object.record.time_us / 1000000;
		object.record.fields |= RECORD_HAS_TIME;
	}
	*ret_record = object.record;
	*ret_event_id = object.event_id;
	return 0;
}

void json_reader_free(struct json_reader *reader)
{
	if (!reader)
		return;
	sqlite3_finalize(reader->shape);
	sqlite3_finalize(reader->each);
	sqlite3_close(reader->database);
	free(reader);
}

DEFINE_CLEANUP(struct json_reader *, json_reader_free, json_reader_free)

int json_reader_new(struct json_reader **ret_reader)
{
	static const char shape[] = "SELECT CASE WHEN json_valid(?1) THEN json_type(?1) END";
	static const char each[] = "SELECT key, type, atom FROM json_each(?1)";
	_cleanup_(json_reader_free_cleanup) struct json_reader *reader = calloc(1, sizeof(*reader));
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY;

	if (!reader)
		return -ENOMEM;
	if (sqlite3_open_v2(":memory:", &reader->database, flags, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(reader->database, shape, -1, &reader->shape, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(reader->database, each, -1, &reader->each, NULL) != SQLITE_OK)
		return sqlite3_errcode(reader->database) == SQLITE_NOMEM ? -ENOMEM : -EIO;
	*ret_reader = take_ptr(reader);
	return 0;
}
