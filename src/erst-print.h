/* SPDX-License-Identifier: GPL-2.0-only */
/* erst-print: records of ERST for a person: a line each, or with all that is in them. */
#pragma once

#include "printer.h"
#include "sources/erst-store.h"

enum { ERST_KIND_MAX = 96 };

/* What a record holds, in a few words: "machine check", "kernel log". Returns buffer. */
const char *erst_kind(const struct erst_item *item, char buffer[ERST_KIND_MAX]);

/* Whose it is: "Linux", or a name or GUID of another creator. Returns buffer. */
const char *erst_owner(const struct erst_item *item, char buffer[ERST_KIND_MAX]);

/*
 * When it was written, in UTC, by the record's header or else by its ID; "-" where neither
 * has a time. Returns buffer.
 */
const char *erst_time(const struct erst_item *item, char buffer[40]);

/*
 * Prints a record with its errors decoded, or the kernel log that it is a part of,
 * and what could not be read of it.
 */
void erst_show(struct printer *printer, const struct erst_item *item);
