/* SPDX-License-Identifier: GPL-2.0-only */
/* names: what modules are called; a name can belong to several of them. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

#include "inventory/dimm.h"

enum { NAME_NONE = -1 };

struct name {
	char text[DIMM_LABEL_SIZE];
	size_t dimm; /* index of the module */
};

/* Starts as {0}. */
struct names {
	struct name *rows;
	size_t n;
};

/* Adds a name, unless it says nothing. Errors: -ENOMEM. */
int names_add(struct names *names, const char *text, size_t dimm);

/* The only module of that name (but for case), NAME_NONE where there is none or another one. */
ssize_t names_find(const struct names *names, const char *text);

void names_release(struct names *names);
