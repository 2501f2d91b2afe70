// SPDX-License-Identifier: GPL-2.0-only
#include "slimdump/poison.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "event/bits.h"
#include "slimdump/log-records.h"
#include "sources/left-log.h"
#include "sources/text-prefix.h"

/* MODE_PHYSICAL: of MCi_MISC, SDM Vol. 3B 16.3.2.4. */
enum { PAGE_BITS = 12, LSB_MAX = 40, MODE_PHYSICAL = 2, BLOCKS_MAX = 16 };

/* The address of one block of firmware's lines, for the mask that comes behind it. */
struct block {
	bool open;
	bool numbered;
	uint32_t number;
	uint64_t address;
};

/* Blocks of several CPUs may interleave; their numbers are then near each other. */
struct reading {
	struct poison *poison;
	struct block blocks[BLOCKS_MAX];
};

static bool is_amd(const struct record *record)
{
	return record->vendor == VENDOR_AMD || record->vendor == VENDOR_HYGON;
}

/* No less than a page, and no more than what leaves something to be read. */
static unsigned int bounded(unsigned int lsb)
{
	if (lsb > LSB_MAX)
		return LSB_MAX;
	return lsb > PAGE_BITS ? lsb : PAGE_BITS;
}

/* The lowest valid bit of the address, where MISC has one; elsewhere it holds other things. */
static unsigned int extent_bits(const struct record *record)
{
	unsigned int mode = record->misc >> 6 & 7;

	if (is_amd(record) || !(record->status & STATUS_MISCV) || mode != MODE_PHYSICAL)
		return PAGE_BITS;
	return bounded(record->misc & 0x3f);
}

static bool is_within(struct poison_range range, struct poison_range other)
{
	return other.start <= range.start && other.last >= range.last;
}

static bool is_known(const struct poison *poison, struct poison_range range)
{
	for (size_t i = 0; i < poison->n_ranges; i++)
		if (is_within(range, poison->ranges[i]))
			return true;
	return false;
}

/* A page that its mask makes part of more takes no room of its own. */
static void drop_within(struct poison *poison, struct poison_range range)
{
	size_t n = 0;

	for (size_t i = 0; i < poison->n_ranges; i++)
		if (poison->ranges[i].is_bank || !is_within(poison->ranges[i], range))
			poison->ranges[n++] = poison->ranges[i];
	poison->n_ranges = n;
}

static void add_range(struct poison *poison, struct poison_range range, unsigned int bits)
{
	uint64_t mask = (1ull << bits) - 1;

	range.start = range.address & ~mask;
	range.last = range.address | mask;
	if (is_known(poison, range))
		return;
	drop_within(poison, range);
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
	const struct reading *reading = context;

	poison_add_record(reading->poison, record);
}

/* The number behind a key in a line; false: it is not there. */
static bool find_number(struct span line, const char *key, uint64_t *ret_number)
{
	const char *found = memmem(line.text, line.length, key, strlen(key));
	char digits[17] = "", *end;
	uint64_t number;
	size_t n;

	if (!found)
		return false;
	found += strlen(key);
	n = line.length - (size_t)(found - line.text);
	memcpy(digits, found, n < sizeof(digits) - 1 ? n : sizeof(digits) - 1);
	number = strtoull(digits, &end, 16);
	if (end == digits)
		return false;
	*ret_number = number;
	return true;
}

/* What lies below the mask's lowest bit is open; of a mask without any bit all is. */
static unsigned int mask_bits(uint64_t mask)
{
	return bounded(mask ? (unsigned int)__builtin_ctzll(mask) : LSB_MAX);
}

/*
 * A firmware's report of a memory error (GHES); it is still there where the crashed
 * kernel had no time to acknowledge it. Its severity is in another line: any will do.
 * The mask, which not every firmware gives, comes after the address.
 */
static void take_line(void *context, const char *line, size_t length)
{
	struct reading *reading = context;
	struct text_prefix prefix;
	struct span span = text_strip_prefix(line, length, &prefix);
	struct block *block = &reading->blocks[prefix.number % BLOCKS_MAX];
	uint64_t number;

	if (find_number(span, "physical_address: 0x", &number)) {
		*block = (struct block){ true, prefix.numbered, prefix.number, number };
		add_range(reading->poison, (struct poison_range){ .address = number }, PAGE_BITS);
	} else if (find_number(span, "physical_address_mask: 0x", &number)) {
		if (block->open && block->numbered == prefix.numbered &&
		    block->number == prefix.number)
			add_range(reading->poison,
				  (struct poison_range){ .address = block->address },
				  mask_bits(number));
	}
}

int poison_add_log(struct poison *poison, const char *text, size_t size)
{
	struct reading reading = { .poison = poison };

	return log_records(text, size, take_record, NULL, take_line, &reading);
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
