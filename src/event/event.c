// SPDX-License-Identifier: GPL-2.0-only
#include "event/event.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* What stands before the class and after the noun: "Uncorrected memory error, action required". */
struct severity_words {
	const char *before;
	const char *after;
};

static struct severity_words severity_words(enum severity severity)
{
	switch (severity) {
	case SEVERITY_CORRECTED:
		return (struct severity_words){ "Corrected", "" };
	case SEVERITY_DEFERRED:
		return (struct severity_words){ "Deferred", "" };
	case SEVERITY_UCNA:
		return (struct severity_words){ "Uncorrected", ", no action required" };
	case SEVERITY_ACTION_OPTIONAL:
		return (struct severity_words){ "Uncorrected", ", action optional" };
	case SEVERITY_ACTION_REQUIRED:
		return (struct severity_words){ "Uncorrected", ", action required" };
	case SEVERITY_UNCORRECTED:
		return (struct severity_words){ "Uncorrected", "" };
	case SEVERITY_FATAL:
		return (struct severity_words){ "Fatal", "" };
	case SEVERITY_UNKNOWN:
	case SEVERITY_COUNT_:
		break;
	}
	return (struct severity_words){ "Unrated", "" };
}

static const char *class_words(enum error_class class)
{
	switch (class) {
	case CLASS_MEMORY:
		return "memory error";
	case CLASS_CACHE:
		return "cache error";
	case CLASS_TLB:
		return "TLB error";
	case CLASS_BUS:
		return "bus error";
	case CLASS_IO:
		return "I/O error";
	case CLASS_INTERNAL:
		return "internal error";
	case CLASS_THERMAL:
		return "thermal event";
	case CLASS_UNKNOWN:
	case CLASS_COUNT_:
		break;
	}
	return "hardware error";
}

/* A line that grows in a caller's array and is cut at its end. */
struct line {
	char *text;
	size_t size;
	size_t length;
};

static void add(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct line *line, const char *format, ...)
{
	va_list arguments;
	int length;

	if (line->length + 1 >= line->size)
		return;
	va_start(arguments, format);
	length = vsnprintf(line->text + line->length, line->size - line->length, format, arguments);
	va_end(arguments);
	if (length > 0)
		line->length += (size_t)length;
	if (line->length >= line->size)
		line->length = line->size - 1;
}

/* The architectural text, unless it says no more than the class; "I/O", "TLB" keep their case. */
static void add_mca(struct line *line, const struct decoded *decoded)
{
	const char *mca = decoded->mca, *words = class_words(decoded->class);
	size_t start = line->length + 2, length = strlen(words);

	if (!mca[0] || strcasecmp(mca, words) == 0)
		return;
	if (strncasecmp(mca, words, length) == 0 && strncmp(mca + length, ", ", 2) == 0)
		mca += length + 2;
	add(line, ": %s", mca);
	if (start < line->length && isupper((unsigned char)mca[0]) &&
	    islower((unsigned char)mca[1]))
		line->text[start] = (char)tolower((unsigned char)mca[0]);
}

/* What the unit itself says went wrong: the first of its errors. */
static void add_error(struct line *line, const struct decoded *decoded)
{
	for (unsigned int i = 0; i < decoded->n_facts; i++) {
		if (strcmp(decoded->facts[i].name, "error") != 0)
			continue;
		add(line, "; %s", decoded->facts[i].text);
		return;
	}
}

/* A part of the location, unless the architectural text says it already. */
static void add_place(struct line *line, const struct event *event, const char *name, int32_t value)
{
	char word[16];

	if (value == LOCATION_UNKNOWN)
		return;
	snprintf(word, sizeof(word), "%s ", name);
	if (!strstr(event->decoded.mca, word))
		add(line, ", %s %" PRId32, name, value);
}

static void add_unit(struct line *line, const struct event *event)
{
	const struct record *record = &event->record;
	const struct decoded *decoded = &event->decoded;

	add(line, " (");
	if (record->cpu != RECORD_NO_CPU)
		add(line, "CPU %" PRIu32 ", ", record->cpu);
	else if (record->fields & RECORD_HAS_APICID)
		add(line, "APIC ID 0x%" PRIx32 ", ", record->apicid);
	if (record->fields & RECORD_HAS_SOCKETID)
		add(line, "socket %" PRIu32 ", ", record->socketid);
	else if (decoded->location.socket != LOCATION_UNKNOWN)
		add(line, "socket %" PRId32 ", ", decoded->location.socket);
	if (record->bank != RECORD_FIRMWARE_BANK)
		add(line, "bank %u", record->bank);
	else if (decoded->bank_type)
		add(line, "reported by");
	else
		add(line, "reported by firmware");
	if (decoded->bank_type)
		add(line, " %s", decoded->bank_type);
	add(line, ", %s%" PRIu32 " error%s)", decoded->overflow ? "at least " : "", decoded->count,
	    decoded->count == 1 ? "" : "s");
}

/* A file that the operator gave says nothing about this machine's boots. */
static bool from_earlier_boot(const struct record *record)
{
	return record->replayed && record->source != SOURCE_REPLAY && record->source != SOURCE_TEXT;
}

/* The text may come from a database or a file: it stays one line. */
static void keep_to_one_line(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = ' ';
}

const char *event_message(const struct event *event, char *buffer, size_t size)
{
	struct line line = { .text = buffer, .size = size };
	const struct decoded *decoded = &event->decoded;
	struct severity_words words = severity_words(decoded->severity);
	char fru[EVENT_FRU_TEXT_MAX];

	if (size == 0)
		return "";
	buffer[0] = '\0';
	add(&line, "%s %s%s", words.before, class_words(decoded->class), words.after);
	add_mca(&line, decoded);
	add_error(&line, decoded);
	add_place(&line, event, "imc", decoded->location.imc);
	add_place(&line, event, "channel", decoded->location.channel);
	add_place(&line, event, "dimm", decoded->location.dimm);
	add_place(&line, event, "rank", decoded->location.rank);
	if (decoded->label[0])
		add(&line, ", DIMM label %s", decoded->label);
	add_unit(&line, event);
	if (event_fru_text(event, fru)[0])
		add(&line, ", FRU %s", fru);
	if (from_earlier_boot(&event->record))
		add(&line, ", in an earlier boot");
	keep_to_one_line(buffer);
	return buffer;
}

enum { FRU_TEXT_SIZE = 16, FRU_TEXT_MIN = 3 };

/*
 * Firmware may put other syndrome bits into SYND1 and SYND2, and the record
 * does not say which it is (MCA_CONFIG has that bit). So only bytes that are a
 * text from the first to the last count as one.
 */
static const char *syndrome_text(const struct record *record, char buffer[FRU_TEXT_SIZE + 1])
{
	bool amd = record->vendor == VENDOR_AMD || record->vendor == VENDOR_HYGON;
	size_t length = 0;

	buffer[0] = buffer[FRU_TEXT_SIZE] = '\0';
	if (!amd || !(record->fields & RECORD_HAS_SYND12))
		return buffer;
	for (int i = 0; i < FRU_TEXT_SIZE; i++)
		buffer[i] = (char)((i < 8 ? record->synd1 : record->synd2) >> (i % 8 * 8));

	while (buffer[length] >= 0x20 && buffer[length] < 0x7f)
		length++;
	for (size_t i = length; i < FRU_TEXT_SIZE; i++)
		if (buffer[i])
			length = 0;
	while (length && buffer[length - 1] == ' ')
		length--;
	if (length < FRU_TEXT_MIN)
		length = 0;
	buffer[length] = '\0';
	return buffer;
}

const char *event_fru_text(const struct event *event, char buffer[EVENT_FRU_TEXT_MAX])
{
	if (!event->fru_text[0])
		return syndrome_text(&event->record, buffer);
	snprintf(buffer, EVENT_FRU_TEXT_MAX, "%s", event->fru_text);
	return buffer;
}

/*
 * Year, month and day of a day number since the epoch in the Gregorian
 * calendar. Counted from 1 March of the year 0, leap days come last.
 */
static void civil_date(int64_t day, int *ret_year, uint8_t *ret_month, uint8_t *ret_day)
{
	int64_t since = day + 719468;
	int64_t era = (since >= 0 ? since : since - 146096) / 146097;
	int64_t of_era = since - era * 146097;
	int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
	int64_t month = (5 * of_year + 2) / 153;

	*ret_day = (uint8_t)(of_year - (153 * month + 2) / 5 + 1);
	*ret_month = (uint8_t)(month < 10 ? month + 3 : month - 9);
	*ret_year = (int)(year + era * 400 + (*ret_month <= 2));
}

const char *time_to_text(int64_t time_us, char buffer[40])
{
	const int64_t second = 1000000, day = 86400 * second;
	int64_t days = time_us / day, rest = time_us % day;
	uint8_t month, month_day;
	uint32_t seconds;
	int year;

	if (rest < 0) {
		rest += day;
		days--;
	}
	seconds = (uint32_t)(rest / second);
	civil_date(days, &year, &month, &month_day);
	snprintf(buffer, 40, "%04d-%02u-%02uT%02u:%02u:%02u.%06uZ", year, month, month_day,
		 (uint8_t)(seconds / 3600), (uint8_t)(seconds / 60 % 60), (uint8_t)(seconds % 60),
		 (uint32_t)(rest % second));
	return buffer;
}
