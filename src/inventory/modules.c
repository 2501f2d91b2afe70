// SPDX-License-Identifier: GPL-2.0-only
#include "inventory/modules.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "event/decoded.h"
#include "inventory/append.h"
#include "inventory/locator.h"
#include "util/cleanup.h"

static void set_text(char to[static DIMM_TEXT_SIZE], const char *text)
{
	snprintf(to, DIMM_TEXT_SIZE, "%s", text ? text : "");
}

/* "BANK 0 DIMM_A1" */
static void join_locators(const struct dimm *dimm, char to[static DIMM_LABEL_SIZE])
{
	snprintf(to, DIMM_LABEL_SIZE, "%s%s%s", dimm->bank_locator,
		 dimm->bank_locator[0] && dimm->locator[0] ? " " : "", dimm->locator);
}

/* Type 19 says how many devices form one row of the addresses: more than one share them. */
static bool is_shared(const struct smbios *smbios, const struct smbios_range *range)
{
	for (size_t i = 0; i < smbios->n_array_ranges; i++) {
		const struct smbios_range *array = &smbios->array_ranges[i];

		if (array->width > 1 && array->start <= range->end && array->end >= range->start)
			return true;
	}
	return false;
}

static bool is_larger(const struct smbios_range *range, const struct smbios_device *device)
{
	return device->size_mib && (range->end - range->start) >> 20 >= device->size_mib;
}

/* A range larger than its module is shared, whatever it says of itself. */
static void add_ranges(struct dimm *dimm, const struct smbios *smbios,
		       const struct smbios_device *device)
{
	for (size_t i = 0; i < smbios->n_device_ranges && dimm->n_ranges < DIMM_RANGES_MAX; i++) {
		const struct smbios_range *range = &smbios->device_ranges[i];

		if (range->handle == device->handle)
			dimm->ranges[dimm->n_ranges++] = (struct dimm_range){
				.start = range->start,
				.end = range->end,
				.interleaved = range->interleave || is_shared(smbios, range) ||
					       is_larger(range, device),
			};
	}
}

static void fill_from_device(struct dimm *dimm, const struct smbios *smbios,
			     const struct smbios_device *device)
{
	dimm->in_smbios = true;
	dimm->handle = device->handle;
	dimm->size_mib = device->size_mib;
	dimm->speed = device->speed;
	dimm->configured_speed = device->configured_speed;
	dimm->ranks = device->ranks;
	set_text(dimm->type, device->type);
	set_text(dimm->form, device->form);
	set_text(dimm->locator, device->locator);
	set_text(dimm->bank_locator, device->bank_locator);
	set_text(dimm->manufacturer, device->manufacturer);
	set_text(dimm->serial, device->serial);
	set_text(dimm->asset, device->asset);
	set_text(dimm->part, device->part);
	add_ranges(dimm, smbios, device);
}

static int add_device(struct modules *modules, const struct smbios *smbios,
		      const struct smbios_device *device, struct place place)
{
	struct dimm dimm = { .place = place };
	char both[DIMM_LABEL_SIZE];
	int r;

	if (place.channel != LOCATION_UNKNOWN)
		dimm.place_source = PLACE_SOURCE_LOCATOR;
	fill_from_device(&dimm, smbios, device);
	join_locators(&dimm, both);
	r = names_add(&modules->names, dimm.locator, modules->n);
	if (r == 0)
		r = names_add(&modules->names, both, modules->n);
	return r < 0 ? r : append_row(modules->dimms, modules->n, dimm);
}

/* The locator alone where it is the only one, as it is what the board has beside the socket. */
static void label_by_locators(struct modules *modules)
{
	for (size_t i = 0; i < modules->n; i++) {
		struct dimm *dimm = &modules->dimms[i];

		if (names_find(&modules->names, dimm->locator) != NAME_NONE)
			snprintf(dimm->label, sizeof(dimm->label), "%s", dimm->locator);
		else if (!dimm_text_is_placeholder(dimm->locator))
			join_locators(dimm, dimm->label);
		if (dimm->label[0])
			dimm->label_source = LABEL_SOURCE_SMBIOS;
	}
}

int modules_from_smbios(struct modules *modules, const struct smbios *smbios,
			struct problems *problems)
{
	_cleanup_free_ struct place *places = calloc(smbios->n_devices + 1, sizeof(*places));

	if (!places)
		return -ENOMEM;
	locator_places(smbios, places, problems);
	for (size_t i = 0; i < smbios->n_devices; i++) {
		const struct smbios_device *device = &smbios->devices[i];
		int r;

		if (!device->installed || !smbios_is_system_memory(smbios, device))
			continue;
		r = add_device(modules, smbios, device, places[i]);
		if (r < 0)
			return r;
	}
	label_by_locators(modules);
	return 0;
}

/* Ranks of one channel can be of one module; its controller calls them chip select rows. */
static bool can_be_one(const struct edac_row *a, const struct edac_row *b)
{
	return a->mc == b->mc && a->location.csrows && b->location.csrows &&
	       a->location.layers[1] == b->location.layers[1];
}

/* Whether they are, by their labels, else by the slot that the driver's numbers say. */
static bool are_one(const struct edac_row *a, const char *label_a, const struct edac_row *b,
		    const char *label_b)
{
	if (!can_be_one(a, b))
		return false;
	if (label_a || label_b)
		return label_a && label_b && strcasecmp(label_a, label_b) == 0;
	return a->place.slot != LOCATION_UNKNOWN && a->place.slot == b->place.slot;
}

/* A label that a file gives to places of different modules is a mistake: it names none. */
static void drop_doubles(const struct edac *edac, const char **labels, struct problems *problems)
{
	for (size_t i = 0; i < edac->n_rows; i++) {
		const char *label = labels[i];
		bool twice = false;

		for (size_t j = i + 1; label && j < edac->n_rows; j++)
			twice |= labels[j] && strcasecmp(labels[j], label) == 0 &&
				 !can_be_one(&edac->rows[i], &edac->rows[j]);
		if (!twice)
			continue;
		problem_add(problems, "DIMM label files: \"%s\" is in several places: not used",
			    label);
		for (size_t j = i; j < edac->n_rows; j++)
			if (labels[j] && strcasecmp(labels[j], label) == 0)
				labels[j] = NULL;
	}
}

static void start_module(struct dimm *dimm, const struct edac_row *row, const char *label)
{
	dimm->in_edac = true;
	dimm->place = row->place;
	set_text(dimm->type, row->type);
	set_text(dimm->edac_label, row->label);
	snprintf(dimm->label, sizeof(dimm->label), "%s", label ? label : row->label);
	if (label)
		dimm->label_source = LABEL_SOURCE_FILE;
	else if (row->label[0])
		dimm->label_source = LABEL_SOURCE_EDAC;
}

/* One more rank. Where a label has ranks of two slots, the slot is not known. */
static void add_rank(struct dimm *dimm, const struct edac_row *row)
{
	dimm->size_mib += row->size_mib;
	if (dimm->place.slot != row->place.slot)
		dimm->place = place_unknown();
	dimm->place_source =
		dimm->place.slot == LOCATION_UNKNOWN ? PLACE_SOURCE_NONE : PLACE_SOURCE_EDAC;
}

static int add_row(struct modules *modules, const struct edac *edac, const char **labels,
		   size_t *owners, size_t row)
{
	struct dimm dimm = { 0 };
	size_t owner = modules->n;
	int r;

	for (size_t i = 0; i < row && owner == modules->n; i++)
		if (are_one(&edac->rows[i], labels[i], &edac->rows[row], labels[row]))
			owner = owners[i];
	owners[row] = owner;
	if (owner == modules->n) {
		start_module(&dimm, &edac->rows[row], labels[row]);
		r = append_row(modules->dimms, modules->n, dimm);
		if (r < 0)
			return r;
	}
	add_rank(&modules->dimms[owner], &edac->rows[row]);
	r = names_add(&modules->names, edac->rows[row].label, owner);
	return r == 0 && labels[row] ? names_add(&modules->names, labels[row], owner) : r;
}

int modules_from_edac(struct modules *modules, const struct edac *edac, const struct labels *labels,
		      struct problems *problems)
{
	_cleanup_free_ const char **found = calloc(edac->n_rows + 1, sizeof(*found));
	_cleanup_free_ size_t *owners = calloc(edac->n_rows + 1, sizeof(*owners));
	int r = 0;

	if (!found || !owners)
		return -ENOMEM;
	for (size_t i = 0; i < edac->n_rows; i++)
		found[i] = labels_find(labels, edac->rows[i].mc, &edac->rows[i].location, problems);
	drop_doubles(edac, found, problems);
	for (size_t i = 0; i < edac->n_rows && r == 0; i++)
		r = add_row(modules, edac, found, owners, i);
	return r;
}

void modules_release(struct modules *modules)
{
	free(modules->dimms);
	names_release(&modules->names);
	*modules = (struct modules){ 0 };
}
