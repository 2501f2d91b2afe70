// SPDX-License-Identifier: GPL-2.0-only
#include "db/row.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/sql.h"
#include "util/cleanup.h"

/* Columns as sqlite3_column_*() counts them; parameters are one more. */
enum column {
	COLUMN_ID,
	COLUMN_INCIDENT,
	COLUMN_BOOT,
	COLUMN_TIME,
	COLUMN_RING_TIME,
	COLUMN_REPLAYED,
	COLUMN_BOOT_TIME,
	COLUMN_SOURCE,
	COLUMN_SOURCES,
	COLUMN_SEVERITY,
	COLUMN_CLASS,
	COLUMN_COUNT,
	COLUMN_OVERFLOW,
	COLUMN_BANK_TYPE,
	COLUMN_MCA,
	COLUMN_VENDOR,
	COLUMN_CPU,
	COLUMN_BANK,
	COLUMN_FIELDS,
	COLUMN_CS,
	COLUMN_REGISTERS, /* wide[], then narrow[], then locations[], then the label */
};

/* 64-bit registers and the bit that says they were there; 0: always. */
static const struct {
	size_t offset;
	uint32_t field;
} wide[] = {
	{ offsetof(struct record, status), 0 },
	{ offsetof(struct record, addr), RECORD_HAS_ADDR },
	{ offsetof(struct record, misc), RECORD_HAS_MISC },
	{ offsetof(struct record, mcgstatus), RECORD_HAS_MCGSTATUS },
	{ offsetof(struct record, mcgcap), RECORD_HAS_MCGCAP },
	{ offsetof(struct record, synd), RECORD_HAS_SYND },
	{ offsetof(struct record, ipid), RECORD_HAS_IPID },
	{ offsetof(struct record, synd1), RECORD_HAS_SYND12 },
	{ offsetof(struct record, synd2), RECORD_HAS_SYND12 },
	{ offsetof(struct record, ppin), RECORD_HAS_PPIN },
	{ offsetof(struct record, tsc), RECORD_HAS_TSC },
	{ offsetof(struct record, ip), RECORD_HAS_IP },
	{ offsetof(struct record, walltime), RECORD_HAS_TIME },
};

/* 32-bit ones. */
static const struct {
	size_t offset;
	uint32_t field;
} narrow[] = {
	{ offsetof(struct record, apicid), RECORD_HAS_APICID },
	{ offsetof(struct record, socketid), RECORD_HAS_SOCKETID },
	{ offsetof(struct record, cpuid), RECORD_HAS_CPUID },
	{ offsetof(struct record, microcode), RECORD_HAS_MICROCODE },
};

static const size_t locations[] = {
	offsetof(struct location, socket),     offsetof(struct location, imc),
	offsetof(struct location, channel),    offsetof(struct location, dimm),
	offsetof(struct location, rank),       offsetof(struct location, device),
	offsetof(struct location, bank_group), offsetof(struct location, bank),
	offsetof(struct location, row),	       offsetof(struct location, column),
};

enum {
	COLUMN_NARROW = COLUMN_REGISTERS + ARRAY_SIZE(wide),
	COLUMN_LOCATION = COLUMN_NARROW + ARRAY_SIZE(narrow),
	COLUMN_LABEL = COLUMN_LOCATION + ARRAY_SIZE(locations),
	COLUMN_FRU_TEXT,
	COLUMN_SEQ,
	COLUMN_KEY,
};

_Static_assert(COLUMN_SEQ + 1 == ROW_PARAMETER_MESSAGE, "one parameter for each of ROW_COLUMNS");

void row_names_free(struct row_names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->names[i]);
	free(names->names);
	*names = (struct row_names){ 0 };
}

const char *row_name(struct row_names *names, const char *text)
{
	_cleanup_free_ char *copy = NULL;
	char **grown;

	if (!*text)
		return NULL;
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->names[i], text) == 0)
			return names->names[i];

	copy = strdup(text);
	grown = copy ? realloc(names->names, (names->count + 1) * sizeof(*grown)) : NULL;
	if (!grown)
		return NULL;
	names->names = grown;
	names->names[names->count] = take_ptr(copy);
	return names->names[names->count++];
}

const char *row_sources_text(uint32_t sources, char buffer[ROW_SOURCES_MAX])
{
	size_t used = 0;

	buffer[0] = '\0';
	for (unsigned int id = 0; id < SOURCE_COUNT_; id++)
		if (sources & 1u << id && used < ROW_SOURCES_MAX)
			used += (size_t)snprintf(buffer + used, ROW_SOURCES_MAX - used, "%s%s",
						 used ? "," : "",
						 source_id_name((enum source_id)id));
	return buffer;
}

uint32_t row_sources_parse(const char *text)
{
	uint32_t sources = 0;

	while (*text) {
		size_t length = strcspn(text, ",");
		enum source_id id;
		char name[32];

		snprintf(name, sizeof(name), "%.*s", (int)length, text);
		if (source_id_parse(name, &id) == 0)
			sources |= 1u << id;
		text += length + (text[length] == ',');
	}
	return sources;
}

static void bind_registers(sqlite3_stmt *statement, const struct record *record)
{
	const char *base = (const char *)record;

	for (size_t i = 0; i < ARRAY_SIZE(wide); i++) {
		int index = COLUMN_REGISTERS + (int)i + 1;
		uint64_t value;

		memcpy(&value, base + wide[i].offset, sizeof(value));
		if (wide[i].field && !(record->fields & wide[i].field))
			sqlite3_bind_null(statement, index);
		else
			sqlite3_bind_int64(statement, index, (int64_t)value);
	}
	for (size_t i = 0; i < ARRAY_SIZE(narrow); i++) {
		int index = COLUMN_NARROW + (int)i + 1;
		uint32_t value;

		memcpy(&value, base + narrow[i].offset, sizeof(value));
		if (record->fields & narrow[i].field)
			sqlite3_bind_int64(statement, index, value);
		else
			sqlite3_bind_null(statement, index);
	}
	if (record->fields & RECORD_HAS_IP)
		sqlite3_bind_int(statement, COLUMN_CS + 1, record->cs);
	else
		sqlite3_bind_null(statement, COLUMN_CS + 1);
}

void row_bind_location(sqlite3_stmt *statement, int first, const struct location *location,
		       const char *label)
{
	for (size_t i = 0; i < ARRAY_SIZE(locations); i++) {
		int index = first + (int)i;
		int32_t value;

		memcpy(&value, (const char *)location + locations[i], sizeof(value));
		if (value == LOCATION_UNKNOWN)
			sqlite3_bind_null(statement, index);
		else
			sqlite3_bind_int(statement, index, value);
	}
	sql_bind_text(statement, first + (int)ARRAY_SIZE(locations), label[0] ? label : NULL);
}

static void bind_decoded(sqlite3_stmt *statement, const struct decoded *decoded)
{
	sql_bind_text(statement, COLUMN_SEVERITY + 1, severity_name(decoded->severity));
	sql_bind_text(statement, COLUMN_CLASS + 1, class_name(decoded->class));
	sqlite3_bind_int64(statement, COLUMN_COUNT + 1, decoded->count);
	sqlite3_bind_int(statement, COLUMN_OVERFLOW + 1, decoded->overflow);
	sql_bind_text(statement, COLUMN_BANK_TYPE + 1, decoded->bank_type);
	sql_bind_text(statement, COLUMN_MCA + 1, decoded->mca);
	row_bind_location(statement, COLUMN_LOCATION + 1, &decoded->location, decoded->label);
}

void row_bind_event(sqlite3_stmt *statement, const struct event *event,
		    const char sources[ROW_SOURCES_MAX])
{
	const struct record *record = &event->record;

	sql_bind_id(statement, COLUMN_ID + 1, event->id);
	sql_bind_id(statement, COLUMN_INCIDENT + 1, event->incident);
	sql_bind_id(statement, COLUMN_BOOT + 1, record->boot);
	sqlite3_bind_int64(statement, COLUMN_TIME + 1, record->time_us);
	sqlite3_bind_int64(statement, COLUMN_RING_TIME + 1, record->ring_time_us);
	sqlite3_bind_int(statement, COLUMN_REPLAYED + 1, record->replayed);
	sqlite3_bind_int(statement, COLUMN_BOOT_TIME + 1, record->boot_time);
	sql_bind_text(statement, COLUMN_SOURCE + 1, source_id_name(record->source));
	sql_bind_text(statement, COLUMN_SOURCES + 1, sources);
	sqlite3_bind_int(statement, COLUMN_VENDOR + 1, record->vendor);
	sqlite3_bind_int64(statement, COLUMN_CPU + 1, record->cpu);
	sqlite3_bind_int(statement, COLUMN_BANK + 1, record->bank);
	sqlite3_bind_int64(statement, COLUMN_FIELDS + 1, record->fields);
	bind_decoded(statement, &event->decoded);
	sql_bind_text(statement, COLUMN_FRU_TEXT + 1, event->fru_text[0] ? event->fru_text : NULL);
	bind_registers(statement, record);
}

static void read_registers(sqlite3_stmt *statement, struct record *record)
{
	char *base = (char *)record;

	for (size_t i = 0; i < ARRAY_SIZE(wide); i++) {
		int column = COLUMN_REGISTERS + (int)i;
		uint64_t value = (uint64_t)sqlite3_column_int64(statement, column);

		memcpy(base + wide[i].offset, &value, sizeof(value));
	}
	for (size_t i = 0; i < ARRAY_SIZE(narrow); i++) {
		int column = COLUMN_NARROW + (int)i;
		uint32_t value = (uint32_t)sqlite3_column_int64(statement, column);

		memcpy(base + narrow[i].offset, &value, sizeof(value));
	}
	record->cs = (uint8_t)sqlite3_column_int(statement, COLUMN_CS);
}

static void read_record(sqlite3_stmt *statement, struct record *record)
{
	read_registers(statement, record);
	record->boot = sql_column_id(statement, COLUMN_BOOT);
	record->time_us = sqlite3_column_int64(statement, COLUMN_TIME);
	record->ring_time_us = sqlite3_column_int64(statement, COLUMN_RING_TIME);
	record->replayed = sqlite3_column_int(statement, COLUMN_REPLAYED) != 0;
	record->boot_time = sqlite3_column_int(statement, COLUMN_BOOT_TIME) != 0;
	source_id_parse(sql_column_text(statement, COLUMN_SOURCE), &record->source);
	record->vendor = (uint8_t)sqlite3_column_int(statement, COLUMN_VENDOR);
	record->cpu = (uint32_t)sqlite3_column_int64(statement, COLUMN_CPU);
	record->bank = (uint8_t)sqlite3_column_int(statement, COLUMN_BANK);
	record->fields = (uint32_t)sqlite3_column_int64(statement, COLUMN_FIELDS);
	snprintf(record->key, sizeof(record->key), "%s", sql_column_text(statement, COLUMN_KEY));
}

static void read_location(sqlite3_stmt *statement, struct location *location)
{
	for (size_t i = 0; i < ARRAY_SIZE(locations); i++) {
		int column = COLUMN_LOCATION + (int)i;
		int32_t value = LOCATION_UNKNOWN;

		if (sqlite3_column_type(statement, column) != SQLITE_NULL)
			value = sqlite3_column_int(statement, column);
		memcpy((char *)location + locations[i], &value, sizeof(value));
	}
}

static void read_decoded(sqlite3_stmt *statement, struct row_names *names,
			 const struct record *record, struct decoded *decoded)
{
	severity_parse(sql_column_text(statement, COLUMN_SEVERITY), &decoded->severity);
	class_parse(sql_column_text(statement, COLUMN_CLASS), &decoded->class);
	decoded->vendor = vendor_name(record->vendor);
	if (record->fields & RECORD_HAS_CPUID) {
		decoded->family = cpuid_family(record->cpuid);
		decoded->model = cpuid_model(record->cpuid);
		decoded->stepping = cpuid_stepping(record->cpuid);
	}
	decoded->bank_type = row_name(names, sql_column_text(statement, COLUMN_BANK_TYPE));
	decoded->count = (uint32_t)sqlite3_column_int64(statement, COLUMN_COUNT);
	decoded->overflow = sqlite3_column_int(statement, COLUMN_OVERFLOW) != 0;
	read_location(statement, &decoded->location);
	snprintf(decoded->label, sizeof(decoded->label), "%s",
		 sql_column_text(statement, COLUMN_LABEL));
	snprintf(decoded->mca, sizeof(decoded->mca), "%s", sql_column_text(statement, COLUMN_MCA));
}

void row_read_event(sqlite3_stmt *statement, struct row_names *names, struct event *ret_event)
{
	struct event event = { 0 };

	event.id = sql_column_id(statement, COLUMN_ID);
	event.incident = sql_column_id(statement, COLUMN_INCIDENT);
	event.seq = (uint64_t)sqlite3_column_int64(statement, COLUMN_SEQ);
	event.sources = row_sources_parse(sql_column_text(statement, COLUMN_SOURCES));
	read_record(statement, &event.record);
	read_decoded(statement, names, &event.record, &event.decoded);
	snprintf(event.fru_text, sizeof(event.fru_text), "%s",
		 sql_column_text(statement, COLUMN_FRU_TEXT));
	*ret_event = event;
}
