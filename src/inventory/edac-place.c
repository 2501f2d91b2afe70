// SPDX-License-Identifier: GPL-2.0-only
#include "inventory/edac-place.h"

#include <string.h>
#include <strings.h>

#include "event/decoded.h"
#include "inventory/shape.h"
#include "util/cleanup.h"

enum {
	CHIP_SELECTS = 4, /* of a channel */
	RANKS_OF_DIMM = 2,
};

/* What the drivers give to edac_mc_add_mc() as ctl_name; the numbers are socket and controller. */
static const struct {
	const char *shape;
	bool has_imc;
	bool numbers_moved;
} intel_names[] = {
	{ "Intel_10nm Socket#% IMC#%", true, true }, /* i10nm_edac */
	{ "*Socket#% IMC#%", true, false },	     /* skx_edac */
	{ "*SrcID#%_Ha#%", true, false },	     /* sb_edac */
	{ "i7 core #%", false, false },		     /* i7core_edac */
};

/* amd64_edac's names of CPUs whose sockets are one node each: then mcN is of socket N. */
static const char *const amd_names[] = {
	"F17h_M30h", "F17h_M60h", "F17h_M70h", "F19h",	    "F19h_M10h", "F19h_M20h", "F19h_M40h",
	"F19h_M50h", "F19h_M60h", "F19h_M70h", "F19h_MA0h", "F1Ah",	 "F1Ah_M40h",
};

/* The drivers' own labels, with socket, controller, channel and slot. */
static const struct {
	const char *shape;
	bool has_imc;
} intel_labels[] = {
	{ "CPU_SrcID#%_MC#%_Chan#%_DIMM#%", true },
	{ "CPU_SrcID#%_Ha#%_Chan#%_DIMM#%", true },
	{ "CPU#%Channel#%_DIMM#%", false },
};

struct edac_controller edac_controller_parse(int32_t number, const char *name)
{
	struct edac_controller controller = { .number = number,
					      .socket = LOCATION_UNKNOWN,
					      .imc = LOCATION_UNKNOWN };
	int32_t numbers[2];

	for (size_t i = 0; i < ARRAY_SIZE(intel_names); i++) {
		if (!shape_match(name, intel_names[i].shape, numbers))
			continue;
		controller.socket = numbers[0];
		if (intel_names[i].has_imc)
			controller.imc = numbers[1];
		controller.numbers_moved = intel_names[i].numbers_moved;
		return controller;
	}
	for (size_t i = 0; i < ARRAY_SIZE(amd_names); i++)
		if (strcasecmp(name, amd_names[i]) == 0) {
			controller.socket = number;
			controller.chip_selects = true;
		}
	return controller;
}

struct edac_location edac_location_parse(const char *text)
{
	static const struct {
		const char *shape;
		size_t n_layers;
		bool slots;
		bool csrows;
	} shapes[] = {
		{ "channel % slot %", 2, true, false },
		{ "csrow % channel %", 2, false, true },
		{ "branch % channel % slot %", 3, false, false },
		{ "memory %", 1, false, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(shapes); i++) {
		struct edac_location location = { .n_layers = shapes[i].n_layers,
						  .slots = shapes[i].slots,
						  .csrows = shapes[i].csrows };

		if (shape_match(text, shapes[i].shape, location.layers))
			return location;
	}
	return (struct edac_location){ 0 };
}

/* All the kernel's own labels number things with '#', but for igen6_edac's. */
bool edac_label_is_default(const char *label)
{
	int32_t numbers[3];

	return strchr(label, '#') || shape_match(label, "MC_%_CHAN_%_DIMM_%", numbers);
}

/* After registration of other labels the driver's own are gone: then nothing contradicts. */
static bool contradicts(const char *label, const struct place *place)
{
	for (size_t i = 0; i < ARRAY_SIZE(intel_labels); i++) {
		int32_t numbers[4];
		const int32_t *last = intel_labels[i].has_imc ? numbers + 1 : numbers;

		if (!shape_match(label, intel_labels[i].shape, numbers))
			continue;
		return numbers[0] != place->socket || last[1] != place->channel ||
		       last[2] != place->slot ||
		       (intel_labels[i].has_imc && numbers[1] != place->imc);
	}
	return false;
}

struct place edac_place(const struct edac_controller *controller,
			const struct edac_location *location, const char *label)
{
	struct place place = { .socket = controller->socket, .imc = controller->imc };

	if (controller->socket == LOCATION_UNKNOWN)
		return place_unknown();
	if (!controller->chip_selects && location->slots) {
		place.channel = location->layers[0];
		place.slot = location->layers[1];
	} else if (controller->chip_selects && location->csrows &&
		   location->layers[0] < CHIP_SELECTS) {
		place.channel = location->layers[1];
		place.slot = location->layers[0] / RANKS_OF_DIMM;
	} else {
		return place_unknown();
	}
	return contradicts(label, &place) ? place_unknown() : place;
}
