// SPDX-License-Identifier: GPL-2.0-only
#include "sources/wire.h"

#include <errno.h>
#include <string.h>

#include "event/bits.h"
#include "util/cleanup.h"

enum {
	WIRE_STATUS = 0,
	WIRE_MISC = 8,
	WIRE_ADDR = 16,
	WIRE_MCGSTATUS = 24,
	WIRE_IP = 32,
	WIRE_TSC = 40,
	WIRE_TIME = 48,
	WIRE_CPUVENDOR = 56,
	WIRE_CPUID = 60,
	WIRE_CS = 64,
	WIRE_BANK = 65,
	WIRE_EXTCPU = 68,
	WIRE_SOCKETID = 72,
	WIRE_APICID = 76,
	WIRE_MCGCAP = 80,
	WIRE_SYND = 88,
	WIRE_IPID = 96,
	WIRE_PPIN = 104,
	WIRE_MICROCODE = 112,
};

enum { BANKS_MAX = 64 }; /* that a CPU may have */

/* Vendors are numbered without a gap worth using; a new one must not cost evidence. */
enum { VENDORS_MAX = 16 };

/* Year 2242: what is later comes from bytes that are no time. A clock that begins in 1970 is one.
 */
#define TIME_MAX ((1ull << 33) - 1)

static bool software_bank(uint8_t bank)
{
	return bank >= RECORD_SOFTWARE_BANKS && bank != RECORD_FIRMWARE_BANK;
}

const char *wire_check(struct bytes bytes)
{
	uint8_t bank = bytes_u8(bytes, WIRE_BANK);
	uint8_t vendor = bytes_u8(bytes, WIRE_CPUVENDOR);

	if (bytes.size == 0)
		return "empty";
	if (bytes.size < WIRE_SIZE_MIN)
		return "too short: the smallest struct mce has 88 bytes";
	if (bytes.size > WIRE_SIZE_MAX)
		return "too long for a struct mce";
	if (bytes.size % 4)
		return "cut: the size of a struct mce is a multiple of 4";
	if (wire_empty(bytes))
		return "all bytes are zero";
	if (bank >= BANKS_MAX && bank < RECORD_SOFTWARE_BANKS)
		return "not a struct mce: no such bank";
	if (vendor >= VENDORS_MAX && vendor != VENDOR_UNKNOWN)
		return "not a struct mce: no such CPU vendor";
	if (bytes_u64(bytes, WIRE_TIME) > TIME_MAX)
		return "not a struct mce: its time is later than the year 2242";
	if (!(bytes_u64(bytes, WIRE_STATUS) & STATUS_VAL) && !software_bank(bank))
		return "not a valid record: MCi_STATUS.VAL is clear";
	return NULL;
}

/* What every struct mce since Linux 2.6.31 has. */
static void decode_base(struct bytes bytes, struct record *record)
{
	record->status = bytes_u64(bytes, WIRE_STATUS);
	record->misc = bytes_u64(bytes, WIRE_MISC);
	record->addr = bytes_u64(bytes, WIRE_ADDR);
	record->mcgstatus = bytes_u64(bytes, WIRE_MCGSTATUS);
	record->ip = bytes_u64(bytes, WIRE_IP);
	record->tsc = bytes_u64(bytes, WIRE_TSC);
	record->walltime = bytes_u64(bytes, WIRE_TIME);
	record->vendor = bytes_u8(bytes, WIRE_CPUVENDOR);
	record->cpuid = bytes_u32(bytes, WIRE_CPUID);
	record->cs = bytes_u8(bytes, WIRE_CS);
	record->bank = bytes_u8(bytes, WIRE_BANK);
	record->cpu = bytes_u32(bytes, WIRE_EXTCPU);
	record->socketid = bytes_u32(bytes, WIRE_SOCKETID);
	record->apicid = bytes_u32(bytes, WIRE_APICID);
	record->mcgcap = bytes_u64(bytes, WIRE_MCGCAP);
	record->fields = RECORD_HAS_ADDR | RECORD_HAS_MISC | RECORD_HAS_MCGSTATUS |
			 RECORD_HAS_MCGCAP | RECORD_HAS_TSC | RECORD_HAS_IP | RECORD_HAS_CPUID |
			 RECORD_HAS_APICID | RECORD_HAS_SOCKETID;
	if (record->walltime)
		record->fields |= RECORD_HAS_TIME;
}

static uint64_t appended(struct bytes bytes, size_t offset, size_t size, uint32_t has,
			 struct record *record)
{
	if (bytes_have(bytes, offset, size))
		record->fields |= has;
	return bytes_le(bytes, offset, size);
}

int wire_decode(struct bytes bytes, struct record *ret_record)
{
	struct record record = { 0 };

	if (wire_check(bytes))
		return -EBADMSG;
	decode_base(bytes, &record);
	record.synd = appended(bytes, WIRE_SYND, 8, RECORD_HAS_SYND, &record);
	record.ipid = appended(bytes, WIRE_IPID, 8, RECORD_HAS_IPID, &record);
	record.ppin = appended(bytes, WIRE_PPIN, 8, RECORD_HAS_PPIN, &record);
	record.microcode =
		(uint32_t)appended(bytes, WIRE_MICROCODE, 4, RECORD_HAS_MICROCODE, &record);
	record.time_us = (int64_t)record.walltime * 1000000;
	*ret_record = record;
	return 0;
}

bool wire_empty(struct bytes bytes)
{
	for (size_t i = 0; i < bytes.size; i++)
		if (bytes.data[i])
			return false;
	return true;
}

int wire_split(struct bytes block, size_t record_size,
	       int (*each)(void *context, unsigned int ordinal, struct bytes record), void *context)
{
	unsigned int ordinal = 0;
	int n = 0;

	if (!record_size)
		return 0;
	for (size_t at = 0; block.size - at >= record_size; at += record_size, ordinal++) {
		struct bytes record = { block.data + at, record_size };
		int r;

		if (wire_empty(record))
			continue;
		r = each(context, ordinal, record);
		if (r < 0)
			return r;
		n++;
	}
	return n;
}

/* How many bytes of the file lie in records that pass, taken apart by this size. */
static size_t bytes_that_pass(struct bytes file, size_t record_size)
{
	size_t passed = 0;

	for (size_t at = 0; at + record_size <= file.size; at += record_size)
		if (!wire_check((struct bytes){ file.data + at, record_size }))
			passed += record_size;
	return passed;
}

/* The size by which most of the file passes; whole: only one of which it is a multiple. */
static size_t best_size(struct bytes file, bool whole)
{
	static const size_t sizes[] = { 128, 120, 116, 112, 104, 88 };
	size_t best = 0, most = 0;

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		size_t passed;

		if (whole && file.size % sizes[i])
			continue;
		passed = bytes_that_pass(file, sizes[i]);
		if (passed <= most)
			continue;
		most = passed;
		best = sizes[i];
	}
	return best;
}

size_t wire_record_size(struct bytes file)
{
	size_t best = best_size(file, true);

	if (best)
		return best;
	if (!wire_check(file))
		return file.size;
	return best_size(file, false);
}

int wire_parse_erst_id(const char *digits, uint64_t *ret_id)
{
	uint64_t id = 0;

	if (!*digits)
		return -EINVAL;
	for (; *digits; digits++) {
		if (*digits < '0' || *digits > '9' || __builtin_mul_overflow(id, 10, &id) ||
		    __builtin_add_overflow(id, (uint64_t)(*digits - '0'), &id))
			return -EINVAL;
	}
	*ret_id = id;
	return 0;
}

int wire_parse_erst_name(const char *name, uint64_t *ret_id)
{
	static const char prefix[] = "mce-erst-";

	if (strncmp(name, prefix, strlen(prefix)) != 0)
		return -EINVAL;
	return wire_parse_erst_id(name + strlen(prefix), ret_id);
}

int64_t wire_erst_time_us(uint64_t id)
{
	uint64_t seconds = id >> 63 ? (id & ~(1ull << 63)) >> 24 : id >> 32;

	return seconds > TIME_MAX ? 0 : (int64_t)(seconds * 1000000);
}
