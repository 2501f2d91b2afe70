// SPDX-License-Identifier: GPL-2.0-only
#include "inventory/pair.h"

#include <errno.h>
#include <stdlib.h>

#include "event/decoded.h"
#include "util/cleanup.h"

struct pairing {
	const struct modules *smbios;
	const struct modules *edac;
	ssize_t *wanted; /* for each of edac, before it is checked */
	bool one_imc;	 /* EDAC knows of one controller in each socket only */
};

static bool have_one_imc(const struct modules *edac)
{
	for (size_t i = 0; i < edac->n; i++)
		if (edac->dimms[i].place.imc > 0)
			return false;
	return true;
}

/* A locator without the controller counts a socket's channels, as EDAC does where it has one. */
static bool are_comparable(const struct pairing *pairing, const struct place *smbios,
			   const struct place *edac)
{
	return smbios->imc == edac->imc || (smbios->imc == LOCATION_UNKNOWN && pairing->one_imc);
}

static bool is_same_place(const struct pairing *pairing, const struct place *smbios,
			  const struct place *edac)
{
	return are_comparable(pairing, smbios, edac) && smbios->socket == edac->socket &&
	       smbios->channel == edac->channel && smbios->slot == edac->slot;
}

static bool have_places(const struct dimm *a, const struct dimm *b)
{
	return a->place_source != PLACE_SOURCE_NONE && b->place_source != PLACE_SOURCE_NONE;
}

/* Why they cannot be the same module, or NULL. */
static const char *find_contradiction(const struct pairing *pairing, const struct dimm *smbios,
				      const struct dimm *edac)
{
	if (smbios->size_mib && edac->size_mib && smbios->size_mib != edac->size_mib)
		return "their sizes differ";
	if (have_places(smbios, edac) && are_comparable(pairing, &smbios->place, &edac->place) &&
	    !is_same_place(pairing, &smbios->place, &edac->place))
		return "their places differ";
	return NULL;
}

/* Whether another module wants the same one. */
static bool is_wanted_twice(const ssize_t *wanted, size_t n, size_t self, ssize_t smbios)
{
	for (size_t i = 0; i < n; i++)
		if (i != self && wanted[i] == smbios)
			return true;
	return false;
}

/* The module of SMBIOS that one of the names belongs to; none where two names disagree. */
static ssize_t find_by_names(const struct pairing *pairing, size_t edac)
{
	const struct names *names = &pairing->edac->names;
	ssize_t found = PAIR_NONE;

	for (size_t i = 0; i < names->n; i++) {
		ssize_t other;

		if (names->rows[i].dimm != edac ||
		    names_find(names, names->rows[i].text) == NAME_NONE)
			continue;
		other = names_find(&pairing->smbios->names, names->rows[i].text);
		if (other == NAME_NONE)
			continue;
		if (found != PAIR_NONE && found != other)
			return PAIR_NONE;
		found = other;
	}
	return found;
}

static const char *refuse_name(const struct pairing *pairing, size_t edac)
{
	ssize_t smbios = pairing->wanted[edac];

	if (is_wanted_twice(pairing->wanted, pairing->edac->n, edac, smbios))
		return "another one has that name, too";
	return find_contradiction(pairing, &pairing->smbios->dimms[smbios],
				  &pairing->edac->dimms[edac]);
}

/* Whether names say anything at all. */
static bool pair_by_names(struct pairing *pairing, ssize_t *pairs, struct problems *problems)
{
	bool any = false;

	for (size_t i = 0; i < pairing->edac->n; i++)
		pairing->wanted[i] = find_by_names(pairing, i);
	for (size_t i = 0; i < pairing->edac->n; i++) {
		ssize_t smbios = pairing->wanted[i];
		const char *reason;

		if (smbios == PAIR_NONE)
			continue;
		any = true;
		reason = refuse_name(pairing, i);
		if (!reason)
			pairs[i] = smbios;
		else
			problem_add(problems,
				    "SMBIOS's \"%.64s\" is not EDAC's \"%.64s\" by that name: %s",
				    pairing->smbios->dimms[smbios].label,
				    pairing->edac->dimms[i].label, reason);
	}
	return any;
}

static ssize_t find_by_place(const struct pairing *pairing, const struct dimm *edac)
{
	ssize_t found = PAIR_NONE;

	for (size_t i = 0; i < pairing->smbios->n; i++) {
		const struct dimm *smbios = &pairing->smbios->dimms[i];

		if (!have_places(smbios, edac) ||
		    !is_same_place(pairing, &smbios->place, &edac->place))
			continue;
		if (found != PAIR_NONE || find_contradiction(pairing, smbios, edac))
			return PAIR_NONE;
		found = (ssize_t)i;
	}
	return found;
}

/* All or none: numbers that are wrong for one module are not to be believed for the others. */
static void pair_by_places(struct pairing *pairing, ssize_t *pairs)
{
	size_t n = pairing->edac->n;

	if (n != pairing->smbios->n)
		return;
	for (size_t i = 0; i < n; i++)
		pairing->wanted[i] = find_by_place(pairing, &pairing->edac->dimms[i]);
	for (size_t i = 0; i < n; i++)
		if (pairing->wanted[i] == PAIR_NONE ||
		    is_wanted_twice(pairing->wanted, n, i, pairing->wanted[i]))
			return;
	for (size_t i = 0; i < n; i++)
		pairs[i] = pairing->wanted[i];
}

int pair_modules(const struct modules *smbios, const struct modules *edac, ssize_t *pairs,
		 struct problems *problems)
{
	_cleanup_free_ ssize_t *wanted = calloc(edac->n + 1, sizeof(*wanted));
	struct pairing pairing = {
		.smbios = smbios, .edac = edac, .wanted = wanted, .one_imc = have_one_imc(edac)
	};

	if (!wanted)
		return -ENOMEM;
	for (size_t i = 0; i < edac->n; i++)
		pairs[i] = PAIR_NONE;
	if (!pair_by_names(&pairing, pairs, problems))
		pair_by_places(&pairing, pairs);
	return 0;
}
