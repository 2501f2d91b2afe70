// SPDX-License-Identifier: GPL-2.0-only
#include "event/counter.h"

#include <string.h>

#include "event/location.h"
#include "util/cleanup.h"
#include "util/names.h"

enum { PAGE_SIZE_ = 4096 };

struct counter_key counter_key_page(uint64_t address)
{
	return (struct counter_key){ .kind = COUNTER_PAGE,
				     .page = address & ~(uint64_t)(PAGE_SIZE_ - 1),
				     .location = location_nowhere };
}

struct counter_key counter_key_cpu(uint32_t cpu)
{
	return (struct counter_key){ .kind = COUNTER_CPU,
				     .cpu = cpu,
				     .location = location_nowhere };
}

struct counter_key counter_key_replacement(void)
{
	return (struct counter_key){ .kind = COUNTER_REPLACEMENT, .location = location_nowhere };
}

struct counter_key counter_key_place(enum counter_kind kind, const struct location *location)
{
	struct counter_key key = { .kind = kind, .location = location_nowhere };

	key.location.socket = location->socket;
	if (kind == COUNTER_SOCKET)
		return key;
	key.location.imc = location->imc;
	key.location.channel = location->channel;
	if (kind == COUNTER_CHANNEL)
		return key;
	key.location.dimm = location->dimm;
	if (kind == COUNTER_DIMM)
		return key;
	key.location.rank = location->rank;
	key.location.bank_group = location->bank_group;
	key.location.bank = location->bank;
	key.location.row = location->row;
	return key;
}

bool counter_key_equal(const struct counter_key *a, const struct counter_key *b)
{
	return a->kind == b->kind && a->page == b->page && a->cpu == b->cpu &&
	       memcmp(&a->location, &b->location, sizeof(a->location)) == 0;
}

/* FNV-1a, 64 bits at a time, and a last mix: the low bits choose the chain. */
static uint64_t mix(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * 0x100000001b3;
	return hash ^ hash >> 32;
}

uint64_t counter_key_hash(const struct counter_key *key)
{
	uint64_t hash = mix(0xcbf29ce484222325, key->kind);

	hash = mix(mix(hash, key->page >> 12), key->cpu);
	for (unsigned int i = 0; i < LOCATION_FIELDS; i++)
		hash = mix(hash, (uint32_t)location_get(&key->location, i));
	return hash;
}

static const char *const kind_names[] = {
	[COUNTER_PAGE] = "page",
	[COUNTER_ROW] = "row",
	[COUNTER_DIMM] = "dimm",
	[COUNTER_CHANNEL] = "channel",
	[COUNTER_SOCKET] = "socket",
	[COUNTER_CPU] = "cpu",
	[COUNTER_REPLACEMENT] = "replacement",
};

static const char *const state_names[] = {
	[PAGE_ONLINE] = "online",
	[PAGE_OFFLINE_WANTED] = "offline-wanted",
	[PAGE_OFFLINE] = "offline",
	[PAGE_OFFLINE_FAILED] = "offline-failed",
};

const char *counter_kind_name(enum counter_kind kind)
{
	return (size_t)kind < ARRAY_SIZE(kind_names) ? kind_names[kind] : "unknown";
}

const char *page_state_name(enum page_state state)
{
	return (size_t)state < ARRAY_SIZE(state_names) ? state_names[state] : "unknown";
}

int counter_kind_parse(const char *name, enum counter_kind *ret_kind)
{
	int found = names_find(kind_names, ARRAY_SIZE(kind_names), name);

	if (found < 0)
		return found;
	*ret_kind = (enum counter_kind)found;
	return 0;
}

int page_state_parse(const char *name, enum page_state *ret_state)
{
	int found = names_find(state_names, ARRAY_SIZE(state_names), name);

	if (found < 0)
		return found;
	*ret_state = (enum page_state)found;
	return 0;
}
