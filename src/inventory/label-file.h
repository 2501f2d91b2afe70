/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * label-file: names of sockets on the board for the places that EDAC drivers
 * number, in the files that rasdaemon and edac-utils have.
 *
 *	Vendor: NAME
 *	  Model: NAME, NAME             the board's; "Board:" is the same
 *	    LABEL: MC.TOP.MID.LOW, ...;  LABEL: ...
 *	  Product: NAME                 or the machine's
 *	    ...
 *
 * Names are compared without regard to case. A place has one to three layers
 * behind the controller's number, all of a section the same number of them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "inventory/dimm.h"
#include "inventory/edac-place.h"
#include "inventory/problems.h"

/* What sections are chosen by; "" matches none. */
struct board {
	char board_vendor[DIMM_TEXT_SIZE];
	char board_name[DIMM_TEXT_SIZE];
	char system_vendor[DIMM_TEXT_SIZE];
	char product_name[DIMM_TEXT_SIZE];
};

struct label_row {
	int32_t mc;
	int32_t layers[EDAC_LAYERS_MAX];
	size_t n_layers;
	bool by_board; /* else by product, which counts where no section is for the board */
	char label[DIMM_TEXT_SIZE];
};

struct labels {
	struct label_row *rows;
	size_t n_rows;
};

/*
 * Adds what a file's text says of this board; path is for problems. Lines that
 * are wrong are left out. Errors: -ENOMEM. Labels start as {0} and are released
 * with labels_release().
 */
int labels_parse(struct labels *labels, const struct board *board, const char *path,
		 const char *text, struct problems *problems);

/*
 * The label of a place, owned by labels. NULL where there is none, and where
 * there are several, which problems says.
 */
const char *labels_find(const struct labels *labels, int32_t mc,
			const struct edac_location *location, struct problems *problems);

void labels_release(struct labels *labels);
