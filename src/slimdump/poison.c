// SPDX-License-Identifier: GPL-2.0-only
#include "slimdump/poison.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "event/bits.h"
#include "slimdump/log-records.h"
#include "sources/left-log.h"

/* MCi_MISC: SDM Vol. 3B 16.3.2.4. */

enum { PAGE_BITS = 12, LSB_MAX = 40, MODE_PHYSICAL = 2 };

static bool is_amd(const struct record *record)
{
	return record->vendor == VENDOR_AMD || record->vendor == VENDOR_HYGON;
}

/* The lowest valid bit of the address, where MISC has one; elsewhere it holds other things. */
static unsigned int extent_bits(const struct record *record)
{
	unsigned int lsb = record->misc & 0x3f;
	unsigned int mode = record->misc >> 6 & 7;

	if (is_amd(record) || !(record->status & STATUS_MISCV) || mode != MODE_PHYSICAL)
		return PAGE_BITS;
	if (lsb > LSB_MAX)
		return LSB_MAX;
	return lsb > PAGE_BITS ? lsb : PAGE_BITS;
}

static bool is_known(const struct poison *poison, struct poison_range range)
{
	for (size_t i = 0; i < poison->n_ranges; i++)
		if (poison->ranges[i].start <= range.start && poison->ranges[i].last >= range.last)
			return true;
	return false;
}

static void add_range(struct poison *poison, struct poison_range range, unsigned int bits)
{
	uint64_t mask = (1ull << bits) - 1;

	range.start = range.address & ~mask;
	range.last = range.address | mask;
	if (is_known(poison, range))
		return;
	if (poison->n_ranges < POISON_RANGES_MAX)
		poison->ranges[poison->n_ranges++] = range;
	else
		poison->n_unkept++;
}

/*
 * An address that is no physical one (a linear one, or one that AMD's memory
 * controllers count from their own start) only keeps an innocent page from being read.
 */
void poison_add_record(struct poison *poison, const struct record *record)
{
	uint64_t wanted = STATUS_VAL | STATUS_ADDRV;
	struct poison_range range = {
		.is_bank = true,
		.bank = record->bank,
		.fields = record->fields,
		.apicid = record->apicid,
		.socketid = record->socketid,
		.status = record->status,
		.address = record->addr,
	};

	if ((record->status & wanted) == wanted && left_bank_is_bad(record))
		add_range(poison, range, extent_bits(record));
}

static void take_record(void *context, const struct record *record)
{
	poison_add_record(context, record);
}

/*
 * A firmware's report of a memory error (GHES); it is still there where the crashed
 * kernel had no time to acknowledge it. Its severity is in another line: any will do.
 */
static void take_line(void *context, const char *line, size_t length)
{
	static const char key[] = "physical_address: 0x";
	const char *found = memmem(line, length, key, sizeof(key) - 1);
	char digits[17] = "";
	size_t n;

	if (!found)
		return;
	found += sizeof(key) - 1;
	n = length - (size_t)(found - line);
	memcpy(digits, found, n < sizeof(digits) - 1 ? n : sizeof(digits) - 1);
	add_range(context, (struct poison_range){ .address = strtoull(digits, NULL, 16) },
		  PAGE_BITS);
}

int poison_add_log(struct poison *poison, const char *text, size_t size)
{
	return log_records(text, size, take_record, take_line, poison);
}

bool poison_hits(struct poison *poison, uint64_t address, uint64_t size)
{
	uint64_t last = size ? address + size - 1 : address;

	poison->hit = NULL;
	for (size_t i = 0; i < poison->n_ranges && !poison->hit; i++)
		if (address <= poison->ranges[i].last && last >= poison->ranges[i].start)
			poison->hit = &poison->ranges[i];
	return poison->hit || poison->n_unkept > 0;
}

void poison_describe_hit(const struct poison *poison, struct strbuf *text)
{
	const struct poison_range *hit = poison->hit;

	if (!hit)
		return;
	if (hit->is_bank)
		strbuf_addf(text, "bank %u, status 0x%016" PRIx64, hit->bank, hit->status);
	else
		strbuf_add(text, "a memory error that firmware reported");
	strbuf_addf(text, ", address 0x%" PRIx64, hit->address);
	if (hit->fields & RECORD_HAS_SOCKETID)
		strbuf_addf(text, ", socket %" PRIu32, hit->socketid);
	if (hit->fields & RECORD_HAS_APICID)
		strbuf_addf(text, ", APIC ID %" PRIu32, hit->apicid);
}
