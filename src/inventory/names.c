// SPDX-License-Identifier: GPL-2.0-only
#include "inventory/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "inventory/append.h"

int names_add(struct names *names, const char *text, size_t dimm)
{
	struct name name = { .dimm = dimm };

	if (dimm_text_is_placeholder(text))
		return 0;
	snprintf(name.text, sizeof(name.text), "%s", text);
	return append_row(names->rows, names->n, name);
}

ssize_t names_find(const struct names *names, const char *text)
{
	ssize_t found = NAME_NONE;

	for (size_t i = 0; i < names->n; i++) {
		if (strcasecmp(names->rows[i].text, text) != 0)
			continue;
		if (found != NAME_NONE && (size_t)found != names->rows[i].dimm)
			return NAME_NONE;
		found = (ssize_t)names->rows[i].dimm;
	}
	return found;
}

void names_release(struct names *names)
{
	free(names->rows);
	*names = (struct names){ 0 };
}
