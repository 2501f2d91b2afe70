/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * edac-place: what the names and numbers of Linux's EDAC drivers say about
 * where a module is, in the numbers that machine check records have.
 *
 * Known are the drivers whose numbers are those of the records: i7core_edac,
 * sb_edac, skx_edac, i10nm_edac, and amd64_edac on CPUs with one node for each
 * socket. All others leave the place unknown.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "inventory/dimm.h"

enum { EDAC_LAYERS_MAX = 3 };

/* A memory controller as its driver names it. */
struct edac_controller {
	int32_t number;	    /* of mcN */
	int32_t socket;	    /* LOCATION_UNKNOWN where the name does not say it */
	int32_t imc;	    /* of the socket, likewise */
	bool chip_selects;  /* it counts ranks, two for each slot, instead of slots */
	bool numbers_moved; /* its driver renumbers where controllers are absent */
};

/* dimm_location: which of the driver's layers are there, and the numbers in them. */
struct edac_location {
	int32_t layers[EDAC_LAYERS_MAX];
	size_t n_layers; /* 0: it could not be read */
	bool slots;	 /* layers are channel and slot */
	bool csrows;	 /* layers are chip select row and channel */
};

/* From the text of mc_name. */
struct edac_controller edac_controller_parse(int32_t number, const char *name);

/* From the text of dimm_location: "channel 0 slot 1", "csrow 2 channel 3", "memory 5". */
struct edac_location edac_location_parse(const char *text);

/* Whether a dimm_label is the driver's own and nobody's name for a socket on the board. */
bool edac_label_is_default(const char *label);

/* All of the place, or nothing; a driver's own label that contradicts it makes it unknown. */
struct place edac_place(const struct edac_controller *controller,
			const struct edac_location *location, const char *label);
