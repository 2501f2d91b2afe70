// SPDX-License-Identifier: GPL-2.0-only
#include "edac.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"

#define EDAC_DIR "/sys/devices/system/edac/mc"

enum { LOCATION_TEXT_MAX = 256, NAME_MAX_ = 16 };

bool edac_is_here(const struct root *root)
{
	return root_exists(root, EDAC_DIR "/mc0");
}

/*
 * dimm_location of the controller's first DIMM, "channel 0 slot 1", for
 * free(); all of its DIMMs have the same layers. NULL: there is none.
 */
static char *read_dimm_location(const struct root *root, int32_t mc)
{
	_cleanup_closedir_ DIR *directory = NULL;
	char path[ROOT_PATH_MAX], *text = NULL;
	struct dirent *entry;

	snprintf(path, sizeof(path), EDAC_DIR "/mc%" PRId32, mc);
	if (root_opendir(root, path, &directory) < 0)
		return NULL;
	while (!text && (entry = readdir(directory))) {
		unsigned int number;

		/* controllers that count chip selects call their DIMMs ranks */
		if (sscanf(entry->d_name, "dimm%u", &number) != 1 &&
		    sscanf(entry->d_name, "rank%u", &number) != 1)
			continue;
		snprintf(path, sizeof(path), EDAC_DIR "/mc%" PRId32 "/%.32s/dimm_location", mc,
			 entry->d_name);
		if (root_read(root, path, LOCATION_TEXT_MAX, &text, NULL) < 0)
			text = NULL;
	}
	return text;
}

static void take_layer(const char *name, int32_t value, struct location *location)
{
	int32_t *field = strcmp(name, "channel") == 0 ? &location->channel
			 : strcmp(name, "slot") == 0  ? &location->dimm
						      : NULL;

	if (field && value >= 0 && *field == LOCATION_UNKNOWN)
		*field = value;
}

void edac_locate(const struct root *root, int32_t mc, const int32_t layers[MEMORY_LAYERS],
		 struct location *location)
{
	_cleanup_free_ char *text = read_dimm_location(root, mc);
	const char *at = text;

	for (unsigned int i = 0; at && i < MEMORY_LAYERS; i++) {
		char name[NAME_MAX_];
		int32_t number;
		int used = 0;

		if (sscanf(at, "%15s %" SCNd32 "%n", name, &number, &used) != 2)
			return;
		take_layer(name, layers[i], location);
		at += used;
	}
}
