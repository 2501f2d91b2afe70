/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pstore-files: the kernel logs that pstore has, live in /sys/fs/pstore, in
 * systemd-pstore's archive or as copies of our own, as dumps: the files that belong to one panic or
 * oops, in the order of their text. Only reads; nothing is kept open.
 *
 * A kernel writes the parts of a dump one after the other, the end of the log
 * first, so their numbers ascend while the text goes backwards. ERST numbers
 * on through all dumps of a boot, so only the parts' first lines tell where
 * one ends and the next begins. A part that is missing leaves a gap. Of a
 * record that is live and archived the live one counts; slots (ramoops) are
 * used again, so there two files of one name are two dumps. A console's text is a
 * dump of its own, whether that boot crashed or not.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sources/pstore-name.h"
#include "util/root.h"

#define PSTORE_LIVE    "/sys/fs/pstore"
#define PSTORE_ARCHIVE "/var/lib/systemd/pstore"
#define PSTORE_KEPT    "/run/mcelog/harvest" /* copies of this boot, see pstore-keep.h */

enum {
	PSTORE_PART_MAX = 16 << 20, /* bytes of a file, and of the text that is in it */
	PSTORE_PARTS_MAX = 65536,
	PSTORE_WHY_MAX = 256,
};

struct pstore_part {
	struct pstore_name name;
	struct pstore_header header; /* all zero where the file has none */
	char *path;		     /* below the root; owned */
	int64_t mtime_us;
	bool live;
	bool is_whole; /* the reader's: all of it was read */
};

struct pstore_dump {
	size_t first; /* in pstore_list.parts, the oldest text first */
	size_t n;
	const struct pstore_header *header; /* of its last part: why it was written, "" unknown */
	int64_t time_us;		    /* when it was written, 0 unknown */
};

struct pstore_list {
	struct pstore_part *parts;
	size_t n_parts;
	struct pstore_dump *dumps; /* by time, those without one first */
	size_t n_dumps;
	size_t n_live; /* parts found in PSTORE_LIVE and in PSTORE_ARCHIVE, copies counted */
	size_t n_archived;
	size_t n_kept; /* and in PSTORE_KEPT */
	bool is_cut;   /* there are more than PSTORE_PARTS_MAX */
};

/*
 * Lists all dumps. boot_time_us: when this boot began, 0 unknown; a file's time
 * that is later is only that of a copy. Trouble with one file is logged and the
 * rest goes on. Returns 0 with what was found in why, or -errno of PSTORE_LIVE
 * with the reason when neither directory can be read, or -ENOMEM.
 */
int pstore_list_files(const struct root *root, int64_t boot_time_us, struct pstore_list *ret_list,
		      char why[PSTORE_WHY_MAX]);
void pstore_list_free(struct pstore_list *list);

/*
 * A part's text, decompressed, with a NUL behind it; the caller frees it. Returns
 * NULL, or what is wrong with the file: then *ret_text is NULL, or what there is
 * of a compressed text that was cut off. The reason is valid until the next call.
 */
const char *pstore_read_part(const struct root *root, const struct pstore_part *part,
			     char **ret_text, size_t *ret_size);
