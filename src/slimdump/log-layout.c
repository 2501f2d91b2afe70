// SPDX-License-Identifier: GPL-2.0-only
#include "slimdump/log-layout.h"

#include <string.h>

const char *layout_fill(struct vmcoreinfo info, const struct layout_row *rows, size_t n_rows,
			void *layout)
{
	for (size_t i = 0; i < n_rows; i++) {
		uint64_t number;

		if (vmcoreinfo_of(info, rows[i].kind, rows[i].name, &number) < 0)
			return rows[i].name;
		if (strcmp(rows[i].kind, "SYMBOL") != 0 && number > LAYOUT_NUMBER_MAX)
			return rows[i].name;
		memcpy((char *)layout + rows[i].place, &number, sizeof(number));
	}
	return NULL;
}
