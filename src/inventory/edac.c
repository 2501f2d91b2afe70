// SPDX-License-Identifier: GPL-2.0-only
#include "inventory/edac.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "event/decoded.h"
#include "inventory/append.h"
#include "inventory/clean.h"
#include "inventory/shape.h"
#include "util/cleanup.h"

#define EDAC_PATH "/sys/devices/system/edac/mc"

enum { ROWS_MAX = 4096, CONTROLLERS_MAX = 256, PATH_SIZE = 128 };

struct loader {
	const struct root *root;
	struct problems *problems;
	struct edac *edac;
	struct edac_controller controllers[CONTROLLERS_MAX];
	size_t n_controllers;
};

static void read_text(struct loader *loader, const char *directory, const char *name, char *to,
		      size_t size)
{
	char path[PATH_SIZE + 32];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	clean_read(loader->root, path, to, size, loader->problems);
}

static int load_row(struct loader *loader, const struct edac_controller *controller,
		    const char *directory)
{
	char location[DIMM_TEXT_SIZE], size[DIMM_TEXT_SIZE];
	struct edac_row row = { .mc = controller->number };

	read_text(loader, directory, "dimm_location", location, sizeof(location));
	read_text(loader, directory, "dimm_label", row.label, sizeof(row.label));
	read_text(loader, directory, "dimm_mem_type", row.type, sizeof(row.type));
	read_text(loader, directory, "size", size, sizeof(size));
	row.size_mib = strtoull(size, NULL, 10);
	row.location = edac_location_parse(location);
	row.place = edac_place(controller, &row.location, row.label);
	if (loader->edac->n_rows == ROWS_MAX)
		return 0;
	return append_row(loader->edac->rows, loader->edac->n_rows, row);
}

static int load_controller(struct loader *loader, const struct edac_controller *controller)
{
	_cleanup_closedir_ DIR *directory = NULL;
	char path[PATH_SIZE], row_path[PATH_SIZE];
	struct dirent *entry;
	int32_t number;
	int r;

	snprintf(path, sizeof(path), EDAC_PATH "/mc%d", controller->number);
	if (root_opendir(loader->root, path, &directory) < 0)
		return 0;
	while ((entry = readdir(directory))) {
		bool dimm = shape_match(entry->d_name, "dimm%", &number);

		if (!dimm && !shape_match(entry->d_name, "rank%", &number))
			continue;
		snprintf(row_path, sizeof(row_path), EDAC_PATH "/mc%d/%s%d", controller->number,
			 dimm ? "dimm" : "rank", number);
		r = load_row(loader, controller, row_path);
		if (r < 0)
			return r;
	}
	return 0;
}

static void find_controllers(struct loader *loader)
{
	_cleanup_closedir_ DIR *directory = NULL;
	struct dirent *entry;
	int32_t number;
	int r = root_opendir(loader->root, EDAC_PATH, &directory);

	if (r < 0 && r != -ENOENT)
		problem_add(loader->problems, EDAC_PATH ": cannot be read");
	while (r == 0 && (entry = readdir(directory))) {
		char path[PATH_SIZE], name[DIMM_TEXT_SIZE];

		if (!shape_match(entry->d_name, "mc%", &number) ||
		    loader->n_controllers == CONTROLLERS_MAX)
			continue;
		snprintf(path, sizeof(path), EDAC_PATH "/mc%d", number);
		read_text(loader, path, "mc_name", name, sizeof(name));
		loader->controllers[loader->n_controllers++] = edac_controller_parse(number, name);
	}
}

/*
 * i10nm_edac numbers the controllers that there are, records those that there
 * could be. The two are the same where none is absent: four are all that Ice
 * Lake to Emerald Rapids have, twelve all of Granite Rapids.
 */
static void forget_moved(struct loader *loader)
{
	for (size_t i = 0; i < loader->n_controllers; i++) {
		const struct edac_controller *controller = &loader->controllers[i];
		unsigned int n = 0;

		for (size_t j = 0; j < loader->n_controllers; j++)
			n += loader->controllers[j].numbers_moved &&
			     loader->controllers[j].socket == controller->socket;
		if (controller->numbers_moved && n != 4 && n != 12)
			loader->controllers[i].imc = LOCATION_UNKNOWN;
	}
	/* after the count, which needs the sockets */
	for (size_t i = 0; i < loader->n_controllers; i++)
		if (loader->controllers[i].numbers_moved &&
		    loader->controllers[i].imc == LOCATION_UNKNOWN)
			loader->controllers[i].socket = LOCATION_UNKNOWN;
}

static int compare_rows(const void *left, const void *right)
{
	const struct edac_row *a = left, *b = right;

	if (a->mc != b->mc)
		return a->mc < b->mc ? -1 : 1;
	for (size_t i = 0; i < EDAC_LAYERS_MAX; i++)
		if (a->location.layers[i] != b->location.layers[i])
			return a->location.layers[i] < b->location.layers[i] ? -1 : 1;
	return 0;
}

int edac_load(const struct root *root, struct edac *edac, struct problems *problems)
{
	struct loader loader = { .root = root, .problems = problems, .edac = edac };
	int r;

	find_controllers(&loader);
	forget_moved(&loader);
	for (size_t i = 0; i < loader.n_controllers; i++) {
		r = load_controller(&loader, &loader.controllers[i]);
		if (r < 0)
			return r;
	}
	if (edac->n_rows)
		qsort(edac->rows, edac->n_rows, sizeof(*edac->rows), compare_rows);
	return 0;
}

void edac_release(struct edac *edac)
{
	free(edac->rows);
	*edac = (struct edac){ 0 };
}
