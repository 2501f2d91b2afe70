// SPDX-License-Identifier: GPL-2.0-only
#include "inventory/locator.h"

#include <string.h>
#include <strings.h>

#include "event/decoded.h"
#include "inventory/shape.h"
#include "util/cleanup.h"

enum { NODES_MAX = 64 };

struct locator_shape {
	const char *text;
	bool has_socket; /* else the node is the socket */
};

static const struct locator_shape shapes[] = {
	{ "P%_Node%_Channel%_Dimm%", true },
	{ "NODE % CHANNEL % DIMM %", false },
	{ "_Node%_Channel%_Dimm%", false },
	{ "Node%_Channel%_Dimm%", false },
};

/* What one locator says: the numbers as written, and in which shape. */
struct locator {
	size_t device; /* index in the table */
	const struct locator_shape *shape;
	int32_t socket;
	int32_t node;
	int32_t channel;
	int32_t dimm;
};

static bool parse_text(const char *text, struct locator *ret_locator)
{
	for (size_t i = 0; i < ARRAY_SIZE(shapes); i++) {
		int32_t numbers[4];
		const int32_t *last = shapes[i].has_socket ? numbers + 1 : numbers;

		if (!shape_match(text, shapes[i].text, numbers))
			continue;
		*ret_locator = (struct locator){ .shape = &shapes[i],
						 .socket = numbers[0],
						 .node = last[0],
						 .channel = last[1],
						 .dimm = last[2] };
		return true;
	}
	return false;
}

/* Also of a socket without a module: only all of them together show how they are numbered. */
static bool parse_device(const struct smbios_device *device, struct locator *ret_locator)
{
	return parse_text(device->bank_locator, ret_locator) ||
	       parse_text(device->locator, ret_locator);
}

/* One shape for all, and every number of it counted from 0. */
static bool are_alike(const struct locator *locators, size_t n)
{
	bool node = false, channel = false, dimm = false, socket = false;

	for (size_t i = 0; i < n; i++) {
		if (locators[i].shape != locators[0].shape)
			return false;
		socket |= locators[i].socket == 0;
		node |= locators[i].node == 0;
		channel |= locators[i].channel == 0;
		dimm |= locators[i].dimm == 0;
	}
	return socket && node && channel && dimm;
}

static bool same_numbers(const struct locator *a, const struct locator *b)
{
	return a->socket == b->socket && a->node == b->node && a->channel == b->channel &&
	       a->dimm == b->dimm;
}

/* The index of a locator that an earlier one has, too; n where there is none. */
static size_t find_double(const struct locator *locators, size_t n)
{
	for (size_t i = 1; i < n; i++)
		for (size_t j = 0; j < i; j++)
			if (same_numbers(&locators[i], &locators[j]))
				return i;
	return n;
}

enum node_meaning {
	NODE_MEANING_NOTHING, /* it is the socket once more, or always 0 */
	NODE_MEANING_IMC,
	NODE_MEANING_UNCLEAR,
};

/* Of locators that name the socket, too: what is its node? */
static enum node_meaning find_node_meaning(const struct locator *locators, size_t n)
{
	uint64_t nodes[NODES_MAX] = { 0 };
	bool socket_again = true, zero = true;

	for (size_t i = 0; i < n; i++) {
		const struct locator *locator = &locators[i];

		if (locator->socket >= NODES_MAX || locator->node >= NODES_MAX)
			return NODE_MEANING_UNCLEAR;
		nodes[locator->socket] |= 1ull << locator->node;
		socket_again &= locator->node == locator->socket;
		zero &= locator->node == 0;
	}
	if (socket_again || zero)
		return NODE_MEANING_NOTHING;
	/* controllers are counted anew in each socket; nodes of the whole machine are not */
	for (size_t i = 0; i < NODES_MAX; i++)
		if (nodes[i] && nodes[i] != nodes[0])
			return NODE_MEANING_UNCLEAR;
	return NODE_MEANING_IMC;
}

static bool have_sockets(const struct locator *locators, size_t n, unsigned int n_sockets)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned int)locators[i].socket >= n_sockets)
			return false;
	return true;
}

static bool are_clear(const struct smbios *smbios, const struct locator *locators, size_t n,
		      enum node_meaning *ret_meaning, struct problems *problems)
{
	size_t twice;

	if (!are_alike(locators, n) || !have_sockets(locators, n, smbios->machine.n_sockets))
		return false;
	twice = find_double(locators, n);
	if (twice < n) {
		const struct smbios_device *device = &smbios->devices[locators[twice].device];

		problem_add(problems, "SMBIOS: two memory devices claim to be \"%s\" \"%s\"",
			    device->bank_locator, device->locator);
		return false;
	}
	*ret_meaning = locators[0].shape->has_socket ? find_node_meaning(locators, n)
						     : NODE_MEANING_NOTHING;
	return *ret_meaning != NODE_MEANING_UNCLEAR;
}

static struct place place_of(const struct locator *locator, enum node_meaning meaning)
{
	return (struct place){
		.socket = locator->socket,
		.imc = meaning == NODE_MEANING_IMC ? locator->node : LOCATION_UNKNOWN,
		.channel = locator->channel,
		.slot = locator->dimm,
	};
}

/* The locators of all system memory; their number, or 0 where one of them says nothing. */
static size_t parse_all(const struct smbios *smbios, struct locator *locators)
{
	size_t n = 0;

	for (size_t i = 0; i < smbios->n_devices; i++) {
		if (!smbios_is_system_memory(smbios, &smbios->devices[i]))
			continue;
		if (!parse_device(&smbios->devices[i], &locators[n]))
			return 0;
		locators[n++].device = i;
	}
	return n;
}

bool locator_places(const struct smbios *smbios, struct place *places, struct problems *problems)
{
	_cleanup_free_ struct locator *locators = calloc(smbios->n_devices + 1, sizeof(*locators));
	enum node_meaning meaning;
	size_t n;

	for (size_t i = 0; i < smbios->n_devices; i++)
		places[i] = place_unknown();
	if (!locators || strncasecmp(smbios->machine.cpu_vendor, "Intel", 5) != 0)
		return false;
	n = parse_all(smbios, locators);
	if (n == 0 || !are_clear(smbios, locators, n, &meaning, problems))
		return false;
	for (size_t i = 0; i < n; i++)
		places[locators[i].device] = place_of(&locators[i], meaning);
	return true;
}
