// SPDX-License-Identifier: GPL-2.0-only
/* Any bytes as a file of DIMM labels, for a board that it names and for one that it does not. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "inventory/label-file.h"
#include "util/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void parse(const struct board *board, const char *text)
{
	struct problems problems = { 0 };
	struct labels labels = { 0 };

	if (labels_parse(&labels, board, "input", text, &problems) < 0)
		abort();
	for (size_t i = 0; i < labels.n_rows; i++) {
		const struct label_row *row = &labels.rows[i];
		struct edac_location location = { .n_layers = row->n_layers };

		if (!row->label[0] || row->n_layers < 1 || row->n_layers > EDAC_LAYERS_MAX)
			abort();
		memcpy(location.layers, row->layers, sizeof(location.layers));
		labels_find(&labels, row->mc, &location, &problems);
	}
	labels_release(&labels);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct board boards[] = {
		{ "Acme Boards", "Board-1", "Acme", "Server 1" },
		{ "a", "b", "a", "b" },
		{ "", "", "", "" },
	};
	_cleanup_free_ char *text = strndup(size ? (const char *)data : "", size);

	if (!text)
		abort();
	for (size_t i = 0; i < ARRAY_SIZE(boards); i++)
		parse(&boards[i], text);
	return 0;
}
