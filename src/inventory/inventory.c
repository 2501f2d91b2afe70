// SPDX-License-Identifier: GPL-2.0-only
#include "inventory/inventory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inventory/append.h"
#include "inventory/clean.h"
#include "inventory/edac.h"
#include "inventory/label-file.h"
#include "inventory/modules.h"
#include "inventory/pair.h"
#include "inventory/smbios.h"
#include "util/cleanup.h"

#define DMI_ENTRY_PATH "/sys/firmware/dmi/tables/smbios_entry_point"
#define DMI_TABLE_PATH "/sys/firmware/dmi/tables/DMI"
#define LABELS_FILE    "/etc/ras/dimm_labels.db"
#define LABELS_PATH    "/etc/ras/dimm_labels.d"

enum { TABLE_SIZE_MAX = 16 << 20, LABEL_FILE_MAX = 1 << 20, LABEL_PATH_SIZE = 320 };

struct inventory {
	struct modules modules; /* SMBIOS's with what EDAC knows of them, then EDAC's others */
	bool addresses; /* all ranges are known: one that is missing may be another's, too */
	struct problems problems;
};

/* The inputs while they are put together. */
struct inputs {
	struct smbios *smbios; /* NULL without a table */
	struct edac edac;
	struct labels labels;
	struct modules modules; /* EDAC's */
};

DEFINE_CLEANUP(struct inventory *, inventory_free, inventory_free)

static void inputs_release(struct inputs *inputs)
{
	smbios_free(inputs->smbios);
	edac_release(&inputs->edac);
	labels_release(&inputs->labels);
	modules_release(&inputs->modules);
}

/* A file that is not there is no problem. Returns NULL then, and where it cannot be read. */
static char *read_file(const struct root *root, const char *path, size_t limit,
		       struct problems *problems, size_t *ret_size)
{
	char *text = NULL;
	int r = root_read(root, path, limit, &text, ret_size);

	if (r < 0 && r != -ENOENT)
		problem_add(problems, "%s: %s", path, strerror(-r));
	return r < 0 ? NULL : text;
}

static int load_smbios(const struct root *root, struct inputs *inputs, struct problems *problems)
{
	size_t entry_size = 0, table_size = 0;
	_cleanup_free_ char *table =
		read_file(root, DMI_TABLE_PATH, TABLE_SIZE_MAX, problems, &table_size);
	_cleanup_free_ char *entry = NULL;
	int r;

	if (!table)
		return 0;
	entry = read_file(root, DMI_ENTRY_PATH, 4096, problems, &entry_size);
	r = smbios_parse((struct bytes){ (uint8_t *)entry, entry ? entry_size : 0 },
			 (struct bytes){ (uint8_t *)table, table_size }, &inputs->smbios);
	if (r == 0 && inputs->smbios->problem[0])
		problem_add(problems, DMI_TABLE_PATH ": %s", inputs->smbios->problem);
	return r;
}

/* The kernel's file, which has read the same table, else the table's text. */
static void load_id(const struct root *root, const char *path, const char *text,
		    char to[static DIMM_TEXT_SIZE], struct problems *problems)
{
	clean_read(root, path, to, DIMM_TEXT_SIZE, problems);
	if (!to[0])
		snprintf(to, DIMM_TEXT_SIZE, "%s", text);
}

static void load_board(const struct root *root, const struct smbios *smbios, struct board *board,
		       struct problems *problems)
{
	static const struct smbios_machine nothing = { 0 };
	const struct smbios_machine *machine = smbios ? &smbios->machine : &nothing;

	load_id(root, "/sys/class/dmi/id/board_vendor", machine->board_vendor, board->board_vendor,
		problems);
	load_id(root, "/sys/class/dmi/id/board_name", machine->board_name, board->board_name,
		problems);
	load_id(root, "/sys/class/dmi/id/sys_vendor", machine->system_vendor, board->system_vendor,
		problems);
	load_id(root, "/sys/class/dmi/id/product_name", machine->product_name, board->product_name,
		problems);
}

static int load_label_file(const struct root *root, const char *path, const struct board *board,
			   struct labels *labels, struct problems *problems)
{
	_cleanup_free_ char *text = read_file(root, path, LABEL_FILE_MAX, problems, NULL);

	return text ? labels_parse(labels, board, path, text, problems) : 0;
}

/* Hidden files and an editor's copies are not for us. */
static bool is_label_file(const char *name)
{
	return name[0] != '.' && name[strlen(name) - 1] != '~';
}

static int load_labels(const struct root *root, struct inputs *inputs, struct problems *problems)
{
	_cleanup_closedir_ DIR *directory = NULL;
	struct board board;
	struct dirent *entry;
	int r;

	load_board(root, inputs->smbios, &board, problems);
	r = load_label_file(root, LABELS_FILE, &board, &inputs->labels, problems);
	if (r < 0)
		return r;
	r = root_opendir(root, LABELS_PATH, &directory);
	if (r < 0 && r != -ENOENT)
		problem_add(problems, LABELS_PATH ": %s", strerror(-r));
	for (r = 0; directory && r == 0 && (entry = readdir(directory));) {
		char path[LABEL_PATH_SIZE];

		if (!is_label_file(entry->d_name))
			continue;
		snprintf(path, sizeof(path), LABELS_PATH "/%s", entry->d_name);
		r = load_label_file(root, path, &board, &inputs->labels, problems);
	}
	return r;
}

/* What EDAC knows of a module of SMBIOS; a name that somebody gave it beats the locator. */
static void merge(struct dimm *dimm, const struct dimm *edac)
{
	dimm->in_edac = true;
	memcpy(dimm->edac_label, edac->edac_label, sizeof(dimm->edac_label));
	if (edac->place_source != PLACE_SOURCE_NONE) {
		dimm->place = edac->place;
		dimm->place_source = edac->place_source;
	}
	if (!dimm->size_mib)
		dimm->size_mib = edac->size_mib;
	if (!dimm->type[0])
		memcpy(dimm->type, edac->type, sizeof(dimm->type));
	if (edac->label_source == LABEL_SOURCE_NONE)
		return;
	if (edac->label_source == LABEL_SOURCE_EDAC && dimm->label[0] &&
	    edac_label_is_default(edac->label))
		return;
	memcpy(dimm->label, edac->label, sizeof(dimm->label));
	dimm->label_source = edac->label_source;
}

/* Adds EDAC's modules to SMBIOS's, each to its pair or behind them, with all their names. */
static int join(struct modules *modules, const struct modules *edac, ssize_t *pairs)
{
	int r = 0;

	for (size_t i = 0; i < edac->n && r == 0; i++) {
		if (pairs[i] != PAIR_NONE) {
			merge(&modules->dimms[pairs[i]], &edac->dimms[i]);
			continue;
		}
		pairs[i] = (ssize_t)modules->n;
		r = append_row(modules->dimms, modules->n, edac->dimms[i]);
	}
	for (size_t i = 0; i < edac->names.n && r == 0; i++) {
		const struct name *name = &edac->names.rows[i];

		r = names_add(&modules->names, name->text, (size_t)pairs[name->dimm]);
	}
	return r;
}

static bool is_same_place(const struct place *a, const struct place *b)
{
	return a->socket == b->socket && a->imc == b->imc && a->channel == b->channel &&
	       a->slot == b->slot;
}

static void report_doubles(struct inventory *inventory)
{
	const struct modules *modules = &inventory->modules;

	for (size_t i = 1; i < modules->n; i++)
		for (size_t j = 0; j < i; j++) {
			const struct dimm *a = &modules->dimms[j], *b = &modules->dimms[i];

			if (a->place_source != PLACE_SOURCE_NONE &&
			    b->place_source != PLACE_SOURCE_NONE &&
			    is_same_place(&a->place, &b->place))
				problem_add(&inventory->problems,
					    "\"%.64s\" and \"%.64s\" claim the same place",
					    a->label, b->label);
		}
}

/* Whether the ranges can be believed to be all there are. */
static bool have_all_ranges(const struct inputs *inputs, const struct modules *modules)
{
	if (!inputs->smbios || inputs->smbios->problem[0])
		return false;
	for (size_t i = 0; i < modules->n; i++)
		if (modules->dimms[i].n_ranges == DIMM_RANGES_MAX)
			return false;
	return true;
}

static int load_inputs(const struct root *root, struct inputs *inputs, struct inventory *inventory)
{
	struct problems *problems = &inventory->problems;
	int r = load_smbios(root, inputs, problems);

	if (r == 0)
		r = edac_load(root, &inputs->edac, problems);
	if (r == 0 && inputs->edac.n_rows) /* labels are for the numbers of its drivers */
		r = load_labels(root, inputs, problems);
	if (r == 0)
		r = modules_from_edac(&inputs->modules, &inputs->edac, &inputs->labels, problems);
	if (r == 0 && inputs->smbios)
		r = modules_from_smbios(&inventory->modules, inputs->smbios, problems);
	return r;
}

static int put_together(struct inventory *inventory, const struct inputs *inputs)
{
	const struct modules *edac = &inputs->modules;
	_cleanup_free_ ssize_t *pairs = calloc(edac->n + 1, sizeof(*pairs));
	int r;

	if (!pairs)
		return -ENOMEM;
	inventory->addresses = have_all_ranges(inputs, &inventory->modules);
	r = pair_modules(&inventory->modules, edac, pairs, &inventory->problems);
	if (r == 0)
		r = join(&inventory->modules, edac, pairs);
	if (r == 0)
		report_doubles(inventory);
	return r;
}

int inventory_load(const struct root *root, struct inventory **ret_inventory)
{
	_cleanup_(inventory_free_cleanup) struct inventory *inventory =
		calloc(1, sizeof(*inventory));
	_cleanup_(inputs_release) struct inputs inputs = { 0 };
	int r;

	if (!inventory)
		return -ENOMEM;
	r = load_inputs(root, &inputs, inventory);
	if (r == 0)
		r = put_together(inventory, &inputs);
	if (r < 0)
		return r;
	*ret_inventory = take_ptr(inventory);
	return 0;
}

void inventory_free(struct inventory *inventory)
{
	if (!inventory)
		return;
	modules_release(&inventory->modules);
	free(inventory);
}

const struct problems *inventory_problems(const struct inventory *inventory)
{
	return &inventory->problems;
}

size_t inventory_count(const struct inventory *inventory)
{
	return inventory->modules.n;
}

const struct dimm *inventory_get(const struct inventory *inventory, size_t index)
{
	return &inventory->modules.dimms[index];
}

const struct dimm *inventory_find(const struct inventory *inventory,
				  const struct location *location)
{
	struct place place = { location->socket, location->imc, location->channel, location->dimm };
	const struct dimm *found = NULL;

	if (place.socket < 0 || place.channel < 0 || place.slot < 0)
		return NULL;
	for (size_t i = 0; i < inventory->modules.n; i++) {
		const struct dimm *dimm = &inventory->modules.dimms[i];

		if (dimm->place_source == PLACE_SOURCE_NONE || !is_same_place(&dimm->place, &place))
			continue;
		if (found)
			return NULL;
		found = dimm;
	}
	return found;
}

const struct dimm *inventory_find_by_address(const struct inventory *inventory, uint64_t address)
{
	const struct dimm *found = NULL;

	for (size_t i = 0; inventory->addresses && i < inventory->modules.n; i++) {
		const struct dimm *dimm = &inventory->modules.dimms[i];

		for (size_t j = 0; j < dimm->n_ranges; j++) {
			const struct dimm_range *range = &dimm->ranges[j];

			if (address < range->start || address > range->end)
				continue;
			if (found || range->interleaved)
				return NULL;
			found = dimm;
		}
	}
	return found;
}

const struct dimm *inventory_find_by_handle(const struct inventory *inventory, uint16_t handle)
{
	const struct dimm *found = NULL;

	for (size_t i = 0; i < inventory_count(inventory); i++) {
		const struct dimm *dimm = inventory_get(inventory, i);

		if (!dimm->in_smbios || dimm->handle != handle)
			continue;
		if (found)
			return NULL;
		found = dimm;
	}
	return found;
}

const struct dimm *inventory_find_by_label(const struct inventory *inventory, const char *label)
{
	char clean[DIMM_LABEL_SIZE];
	ssize_t found;

	clean_copy((struct bytes){ (const uint8_t *)label, strlen(label) }, clean, sizeof(clean));
	found = names_find(&inventory->modules.names, clean);
	return found == NAME_NONE ? NULL : &inventory->modules.dimms[found];
}
