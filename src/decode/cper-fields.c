// SPDX-License-Identifier: GPL-2.0-only
#include "decode/cper-fields.h"

#include "decode/facts.h"
#include "event/bits.h"
#include "util/cleanup.h"

enum { GUID_SIZE = 16, ERROR_STATUS_OVERFLOW = 1 << 22 };

/* A time outside these years comes from bytes that are no time. */
enum { YEAR_FIRST = 1970, YEAR_LAST = 2242 };

/*
 * UEFI 2.10, N.2.11, table "Error Status Fields": bits 15:8, the error type.
 * NULL: reserved.
 */
/* clang-format off */
static const char *const status_types[] = {
	[1] = "Error internal to the component",
	[4] = "Storage error in DRAM",
	[5] = "Storage error in a TLB",
	[6] = "Storage error in a cache",
	[7] = "Error in a functional unit",
	[8] = "The component failed its self test",
	[9] = "Overflow or underflow of an internal queue",
	[16] = "Error on the bus",
	[17] = "No translation for a virtual address of I/O",
	[18] = "Improper access",
	[19] = "Access to an address that is not mapped",
	[20] = "Loss of lockstep",
	[21] = "Response without a request",
	[22] = "Bus parity error",
	[23] = "Protocol error",
	[24] = "Path error",
	[25] = "Timeout on the bus",
	[26] = "Poisoned data was read",
};

static const struct fact_row status_rows[] = {
	{ .name = "status_address",   .high = 16, .low = 16, .text = "Error on the address signals" },
	{ .name = "status_control",   .high = 17, .low = 17, .text = "Error on the control signals" },
	{ .name = "status_data",      .high = 18, .low = 18, .text = "Error on the data signals" },
	{ .name = "status_responder", .high = 19, .low = 19, .text = "Found by the responder" },
	{ .name = "status_requester", .high = 20, .low = 20, .text = "Found by the requester" },
	{ .name = "status_first",     .high = 21, .low = 21, .text = "First error of several" },
	{ .name = "status_overflow",  .high = 22, .low = 22, .text = "More errors than are described" },
};
/* clang-format on */

bool cper_has(struct bytes section, uint64_t valid, unsigned int bit, size_t offset, size_t size)
{
	return (bit >= CPER_ALWAYS || valid & BIT64(bit)) && bytes_have(section, offset, size);
}

static const char *row_text(const struct cper_row *row, uint64_t value)
{
	if (value < row->n_texts && row->texts[value])
		return row->texts[value];
	return row->text;
}

/* A number beyond an int32_t is no place, but stays a fact. */
static void set_place(const struct cper_row *row, uint64_t value, struct location *location)
{
	if (row->place && value <= INT32_MAX)
		*(int32_t *)((char *)location + row->place - 1) = (int32_t)value;
}

void cper_facts(struct bytes section, uint64_t valid, const struct cper_row *rows, size_t n,
		struct decoded *decoded)
{
	for (size_t i = 0; i < n; i++) {
		const struct cper_row *row = &rows[i];
		uint64_t value = bytes_le(section, row->offset, row->size);

		if (!cper_has(section, valid, row->valid, row->offset, row->size))
			continue;
		if (row->high)
			value = bits(value, row->high, row->low);
		if (row->not_zero && !value)
			continue;
		fact_add(decoded, row->name, row_text(row, value), value);
		set_place(row, value, &decoded->location);
	}
}

struct bytes cper_part(struct bytes bytes, size_t offset, size_t size)
{
	size_t room = offset < bytes.size ? bytes.size - offset : 0;

	if (!room)
		return (struct bytes){ 0 };
	return (struct bytes){ bytes.data + offset, size < room ? size : room };
}

sd_id128_t cper_guid(struct bytes bytes, size_t offset)
{
	static const uint8_t order[GUID_SIZE] = { 3, 2, 1,  0,	5,  4,	7,  6,
						  8, 9, 10, 11, 12, 13, 14, 15 };
	sd_id128_t guid = SD_ID128_NULL;

	if (!bytes_have(bytes, offset, GUID_SIZE))
		return guid;
	for (size_t i = 0; i < GUID_SIZE; i++)
		guid.bytes[i] = bytes.data[offset + order[i]];
	return guid;
}

/* -1: the byte is no BCD number. */
static int from_bcd(uint8_t byte)
{
	if ((byte & 0xf) > 9 || byte >> 4 > 9)
		return -1;
	return (byte >> 4) * 10 + (byte & 0xf);
}

/* Days from 1970-01-01 to a day of the Gregorian calendar; years begin in March here. */
static int64_t days_since_epoch(int year, int month, int day)
{
	int shifted = month > 2 ? month - 3 : month + 9;
	int64_t y = month > 2 ? year : year - 1;

	return y * 365 + y / 4 - y / 100 + y / 400 + (shifted * 153 + 2) / 5 + day - 1 - 719468;
}

/* UEFI N.2.1, "Timestamp": seconds, minutes, hours, flags, day, month, year, century. */
int64_t cper_time_us(struct bytes bytes, size_t offset, bool *ret_imprecise)
{
	enum { SECOND, MINUTE, HOUR, FLAGS, DAY, MONTH, YEAR, CENTURY, FIELDS };
	static const int8_t most[FIELDS] = { 59, 59, 23, 99, 31, 12, 99, 99 };
	int v[FIELDS], year;
	int64_t day;

	if (!bytes_have(bytes, offset, FIELDS))
		return 0;
	for (size_t i = 0; i < FIELDS; i++) {
		v[i] = i == FLAGS ? 0 : from_bcd(bytes.data[offset + i]);
		if (v[i] < 0 || v[i] > most[i])
			return 0;
	}
	year = v[CENTURY] * 100 + v[YEAR];
	if (!v[DAY] || !v[MONTH] || year < YEAR_FIRST || year > YEAR_LAST)
		return 0;
	day = days_since_epoch(year, v[MONTH], v[DAY]);
	*ret_imprecise = !(bytes.data[offset + FLAGS] & 1);
	return (((day * 24 + v[HOUR]) * 60 + v[MINUTE]) * 60 + v[SECOND]) * 1000000;
}

void cper_error_status(uint64_t status, struct decoded *decoded)
{
	uint64_t type = bits(status, 15, 8);
	const char *text = type < ARRAY_SIZE(status_types) ? status_types[type] : NULL;

	if (type)
		fact_add(decoded, "error", text ? text : "Unknown type of error", type);
	facts_from_register(decoded, status_rows, ARRAY_SIZE(status_rows), status, 0);
	decoded->overflow |= status & ERROR_STATUS_OVERFLOW;
}

void cper_add_place(struct phrase *phrase, const char *text, uint64_t value, bool *first)
{
	phrase_add(phrase, *first ? ", " : " ");
	phrase_add(phrase, text);
	phrase_add(phrase, " ");
	phrase_add_number(phrase, value);
	*first = false;
}

void cper_add_digits(struct phrase *phrase, uint64_t value, unsigned int digits)
{
	while (digits--) {
		char digit[2] = { "0123456789abcdef"[value >> digits * 4 & 0xf], '\0' };

		phrase_add(phrase, digit);
	}
}

void cper_add_pci(struct phrase *phrase, uint16_t segment, uint8_t bus, uint8_t device,
		  uint8_t function)
{
	cper_add_digits(phrase, segment, 4);
	phrase_add(phrase, ":");
	cper_add_digits(phrase, bus, 2);
	phrase_add(phrase, ":");
	cper_add_digits(phrase, device, 2);
	phrase_add(phrase, ".");
	phrase_add_number(phrase, function);
}

void cper_add_guid(struct phrase *phrase, sd_id128_t guid)
{
	for (size_t i = 0; i < GUID_SIZE; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			phrase_add(phrase, "-");
		cper_add_digits(phrase, guid.bytes[i], 2);
	}
}
