/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * erst-store: what lies in ERST now, for an operator: through /dev/erst_dbg, which
 * shows all of it, or else through pstore, which shows what Linux wrote.
 */
#pragma once

#include "sources/erst-record.h"
#include "util/root.h"

#define ERST_PSTORE "/sys/fs/pstore"

enum { ERST_WHY_MAX = 256 };

struct erst_store {
	const struct root *root; /* borrowed */
	const char *place;	 /* the device or the directory; static */
	int fd;			 /* of the device; -1: pstore */
};

/* One record. */
struct erst_item {
	uint64_t id;
	enum erst_creator creator;
	bool is_log;
	bool is_compressed; /* a log whose body is raw deflate */
	const char *path;   /* of pstore's file, below the root; NULL: from the device */
	struct bytes bytes; /* the whole record; of pstore the file, which is the body */
	struct bytes body;  /* as struct erst_record has it */
};

/* Errors: -ENOTSUP (pstore has another backend), -errno, with the reason in why. */
int erst_store_open(const struct root *root, struct erst_store *ret_store, char why[ERST_WHY_MAX]);

void erst_store_close(struct erst_store *store);

/*
 * Calls each for every record: in the store's order, or that of pstore's IDs. The
 * item is valid during the call, which may erase it; a negative result ends the walk
 * and is returned. What cannot be read is logged; *ret_n_bad says how many that are.
 * Errors: -ENOMEM, -errno of the device.
 */
int erst_store_walk(const struct erst_store *store,
		    int (*each)(void *context, const struct erst_item *item), void *context,
		    unsigned int *ret_n_bad);

/* Erases a record for ever. Errors: -errno. */
int erst_store_clear(const struct erst_store *store, const struct erst_item *item);
