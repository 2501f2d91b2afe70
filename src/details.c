// SPDX-License-Identifier: GPL-2.0-only
#include "details.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event/location.h"

enum { PAGE_BITS = 12, ADDRESS_BITS = 64 };

struct entry {
	struct details_partner partner;
	sd_id128_t boot;
	struct ring_place ring;
	uint64_t address;
	bool has_address; /* a system physical one */
	bool open;	  /* a memory record that has no detail yet */
	bool paired;
};

struct details {
	struct entry entries[DETAILS_KEPT];
	size_t n; /* ever; the newest is entries[(n - 1) % DETAILS_KEPT] */
};

int details_new(struct details **ret_details)
{
	struct details *details = calloc(1, sizeof(*details));

	if (!details)
		return -ENOMEM;
	*ret_details = details;
	return 0;
}

void details_free(struct details *details)
{
	free(details);
}

static struct entry *add_entry(struct details *details)
{
	return &details->entries[details->n++ % DETAILS_KEPT];
}

/* The entry that is back places behind the newest; NULL: none is kept any more. */
static struct entry *entry_back(const struct details *details, size_t back)
{
	if (back >= details->n || back >= DETAILS_KEPT)
		return NULL;
	return (struct entry *)&details->entries[(details->n - 1 - back) % DETAILS_KEPT];
}

static struct entry *find_key(const struct details *details, const char *key)
{
	struct entry *entry;

	for (size_t back = 0; (entry = entry_back(details, back)); back++)
		if (strcmp(entry->partner.key, key) == 0)
			return entry;
	return NULL;
}

void details_note(struct details *details, const struct event *event)
{
	const struct record *record = &event->record;
	struct entry *entry;

	if (!record->ring.pid)
		return;
	entry = add_entry(details);
	*entry = (struct entry){
		.boot = record->boot,
		.ring = record->ring,
		.address = record->addr,
		.has_address = event->decoded.address_usable,
		.open = event->decoded.class == CLASS_MEMORY,
	};
	snprintf(entry->partner.key, sizeof(entry->partner.key), "%s", record->key);
}

static bool same_ring(const struct entry *entry, const struct memory_detail *detail)
{
	return sd_id128_equal(entry->boot, detail->boot) && entry->ring.cpu == detail->ring.cpu;
}

static bool in_window(const struct entry *entry, const struct memory_detail *detail)
{
	return entry->ring.time <= detail->ring.time &&
	       detail->ring.time - entry->ring.time <= DETAILS_WINDOW_NS;
}

static bool same_place(const struct entry *entry, const struct memory_detail *detail)
{
	unsigned int bits = detail->grain_bits > PAGE_BITS ? detail->grain_bits : PAGE_BITS;

	return detail->address && bits < ADDRESS_BITS &&
	       entry->address >> bits == detail->address >> bits;
}

/* nothing_between: it is the newest entry of its ring. */
static bool belongs(const struct entry *entry, const struct memory_detail *detail,
		    bool nothing_between)
{
	if (!entry->open || !in_window(entry, detail))
		return false;
	if (entry->has_address)
		return same_place(entry, detail);
	return nothing_between && entry->ring.pid == detail->ring.pid;
}

static struct entry *find_partner(const struct details *details, const struct memory_detail *detail)
{
	bool nothing_between = true;
	struct entry *entry;

	for (size_t back = 0; (entry = entry_back(details, back)); back++) {
		if (!same_ring(entry, detail))
			continue;
		if (belongs(entry, detail, nothing_between))
			return entry;
		nothing_between = false;
	}
	return NULL;
}

const struct details_partner *details_pair(struct details *details,
					   const struct memory_detail *detail)
{
	struct entry *partner = find_partner(details, detail);

	if (partner) {
		partner->open = false;
		partner->paired = true;
		return &partner->partner;
	}
	/* it stands between the records before it and the details after it */
	*add_entry(details) = (struct entry){ .boot = detail->boot, .ring = detail->ring };
	return NULL;
}

bool details_has(const struct details *details, const char *key)
{
	const struct entry *entry = find_key(details, key);

	return entry && entry->paired;
}

void details_stored(struct details *details, const char *key, uint64_t seq)
{
	struct entry *entry = find_key(details, key);

	if (entry)
		entry->partner.seq = seq;
}

void details_forget(struct details *details)
{
	struct entry *entry;

	for (size_t back = 0; (entry = entry_back(details, back)); back++) {
		if (!entry->partner.seq)
			continue;
		entry->partner.seq = 0;
		entry->open = false;
	}
}

void details_apply(const struct memory_detail *detail, struct decoded *decoded)
{
	for (unsigned int i = 0; i < LOCATION_FIELDS; i++) {
		int32_t *field =
			(int32_t *)((char *)&decoded->location + location_fields[i].offset);

		if (*field == LOCATION_UNKNOWN)
			*field = location_get(&detail->location, i);
	}
	if (!decoded->label[0])
		memcpy(decoded->label, detail->label, sizeof(decoded->label));
}
