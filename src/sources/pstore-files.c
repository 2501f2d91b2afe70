// SPDX-License-Identifier: GPL-2.0-only
#include "sources/pstore-files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sources/inflate.h"
#include "sources/tree.h"
#include "sources/wire.h"
#include "util/cleanup.h"
#include "util/log.h"

#define SECOND_US 1000000

enum {
	ARCHIVE_DEPTH_MAX = 4,
	FIRST_LINE_MAX = 512,	    /* bytes of a file that have its first line for sure */
	DUMP_SECONDS_MAX = 10 * 60, /* from its first part to its last: flash may be slow */
};

struct listing {
	const struct root *root;
	struct pstore_list *list;
	bool live;
};

void pstore_list_free(struct pstore_list *list)
{
	for (size_t i = 0; i < list->n_parts; i++)
		free(list->parts[i].path);
	free(list->parts);
	free(list->dumps);
	*list = (struct pstore_list){ 0 };
}

/* --- finding the parts --- */

/* The header from a file's first bytes; all zero where there is none. */
static void read_header(const struct root *root, struct pstore_part *part)
{
	char start[FIRST_LINE_MAX];
	_cleanup_free_ char *inflated = NULL;
	const char *text = start, *end;
	size_t size;
	int r = tree_peek(root, part->path, start, sizeof(start));

	if (r <= 0)
		return;
	size = (size_t)r;
	if (part->name.compressed) {
		/* what is cut off is no surprise here; the first bytes suffice */
		inflate_raw(start, size, PSTORE_PART_MAX, &inflated, &size);
		text = inflated;
	}
	while (text && (end = memchr(text, '\n', size))) {
		if (pstore_parse_header(text, (size_t)(end - text), &part->header) == 0)
			return;
		if (!pstore_is_added(text, (size_t)(end - text)))
			return;
		size -= (size_t)(end + 1 - text);
		text = end + 1;
	}
}

static int add_part(struct listing *listing, const char *path, const struct pstore_name *name)
{
	struct pstore_list *list = listing->list;
	struct pstore_part part = { .name = *name, .live = listing->live };
	struct pstore_part *grown;
	char buffer[ROOT_PATH_MAX];
	struct stat st;

	if (list->n_parts >= PSTORE_PARTS_MAX)
		return -E2BIG;
	/* a power of two is full */
	if ((list->n_parts & (list->n_parts - 1)) == 0) {
		size_t capacity = list->n_parts ? list->n_parts * 2 : 1;

		grown = reallocarray(list->parts, capacity, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		list->parts = grown;
	}
	part.path = strdup(path);
	if (!part.path)
		return -ENOMEM;
	if (lstat(root_path(listing->root, path, buffer), &st) == 0)
		part.mtime_us = (int64_t)st.st_mtim.tv_sec * SECOND_US;
	read_header(listing->root, &part);
	list->parts[list->n_parts++] = part;
	return 0;
}

static int take_entry(void *context, const char *path, const char *name)
{
	struct pstore_name parsed;

	if (pstore_parse_name(name, &parsed) < 0)
		return 0;
	return add_part(context, path, &parsed);
}

/* --- which belong together --- */

static bool is_numbered(const struct pstore_part *part)
{
	return part->name.backend == PSTORE_ERST || part->name.backend == PSTORE_EFI;
}

static int compare(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

/*
 * Parts of a dump side by side and in the order in which they were written. EFI's
 * numbers begin with the time, so that dumps of one second are told by their count.
 */
static int by_number(const void *a, const void *b)
{
	const struct pstore_part *x = a, *y = b;
	int r = compare(x->name.backend, y->name.backend);

	if (r == 0)
		r = compare(x->name.count, y->name.count);
	if (r == 0)
		r = compare(x->name.id, y->name.id);
	if (r == 0)
		r = compare(y->live, x->live);
	return r ? r : strcmp(x->path, y->path);
}

static bool same_number(const struct pstore_part *a, const struct pstore_part *b)
{
	return is_numbered(a) && a->name.backend == b->name.backend && a->name.id == b->name.id;
}

/* The archive's copies of what is live. */
static void drop_copies(struct pstore_list *list)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n_parts; i++) {
		if (n && same_number(&list->parts[n - 1], &list->parts[i]))
			free(list->parts[i].path);
		else
			list->parts[n++] = list->parts[i];
	}
	list->n_parts = n;
}

static size_t directory_length(const struct pstore_part *part)
{
	return (size_t)(strrchr(part->path, '/') - part->path);
}

/* What lies in one directory side by side, dmesg.txt last. */
static int by_directory(const void *a, const void *b)
{
	const struct pstore_part *x = *(const struct pstore_part *const *)a;
	const struct pstore_part *y = *(const struct pstore_part *const *)b;
	size_t n = directory_length(x), m = directory_length(y);
	int r = memcmp(x->path, y->path, n < m ? n : m);

	if (r == 0)
		r = compare(n, m);
	return r ? r : compare(x->name.backend, y->name.backend);
}

static bool same_directory(const struct pstore_part *a, const struct pstore_part *b)
{
	return directory_length(a) == directory_length(b) &&
	       memcmp(a->path, b->path, directory_length(a)) == 0;
}

/* sorted: by_directory, so that a dmesg.txt comes behind the parts beside it. */
static void drop_repetitions(const struct pstore_part **sorted, struct pstore_list *list)
{
	const struct pstore_part *last = NULL;
	size_t n = 0;

	for (size_t i = 0; i < list->n_parts; i++) {
		struct pstore_part *part = &list->parts[sorted[i] - list->parts];

		if (part->name.backend == PSTORE_JOINED && last && same_directory(last, part))
			free(take_ptr(part->path));
		else if (part->name.backend != PSTORE_CONSOLE) /* whose text it does not have */
			last = part;
	}
	for (size_t i = 0; i < list->n_parts; i++)
		if (list->parts[i].path)
			list->parts[n++] = list->parts[i];
	list->n_parts = n;
}

/* dmesg.txt repeats what lies beside it; it counts only where that is gone. */
static int drop_joined(struct pstore_list *list)
{
	const struct pstore_part **sorted = reallocarray(NULL, list->n_parts, sizeof(*sorted));

	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < list->n_parts; i++)
		sorted[i] = &list->parts[i];
	qsort(sorted, list->n_parts, sizeof(const struct pstore_part *), by_directory);
	drop_repetitions(sorted, list);
	free(sorted);
	return 0;
}

/* Whether the kernel wrote next right after part, in one go. */
static bool belongs_to(const struct pstore_part *part, const struct pstore_part *next)
{
	if (!is_numbered(part) || part->name.backend != next->name.backend || !part->header.part)
		return false;
	if (strcmp(part->header.reason, next->header.reason) != 0 ||
	    part->header.count != next->header.count || next->header.part <= part->header.part)
		return false;
	return next->name.time_us - part->name.time_us <=
	       (part->name.backend == PSTORE_EFI ? DUMP_SECONDS_MAX * (int64_t)SECOND_US : 0);
}

/*
 * The number has the time of ERST's first record of that boot, or of an EFI part;
 * the file has that of the text, if it is not that of a copy.
 */
static int64_t time_of(const struct pstore_part *part, int64_t boot_time_us)
{
	bool is_copy = (boot_time_us && part->mtime_us >= boot_time_us) ||
		       part->name.backend == PSTORE_JOINED || part->name.backend == PSTORE_CONSOLE;

	if (part->name.backend != PSTORE_EFI && !is_copy && part->mtime_us >= part->name.time_us)
		return part->mtime_us;
	return part->name.time_us;
}

static void turn_round(struct pstore_part *parts, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		struct pstore_part part = parts[i];

		parts[i] = parts[n - 1 - i];
		parts[n - 1 - i] = part;
	}
}

static int by_time(const void *a, const void *b)
{
	const struct pstore_dump *x = a, *y = b;

	if (x->time_us != y->time_us)
		return x->time_us < y->time_us ? -1 : 1;
	return compare(x->first, y->first);
}

static int group(struct pstore_list *list, int64_t boot_time_us)
{
	list->dumps = reallocarray(NULL, list->n_parts, sizeof(*list->dumps));
	if (!list->dumps)
		return -ENOMEM;
	for (size_t first = 0, n; first < list->n_parts; first += n) {
		struct pstore_part *parts = &list->parts[first];

		for (n = 1; first + n < list->n_parts; n++)
			if (!belongs_to(&parts[n - 1], &parts[n]))
				break;
		list->dumps[list->n_dumps++] =
			(struct pstore_dump){ .first = first,
					      .n = n,
					      .header = &parts[n - 1].header,
					      .time_us = time_of(parts, boot_time_us) };
		turn_round(parts, n);
	}
	qsort(list->dumps, list->n_dumps, sizeof(*list->dumps), by_time);
	return 0;
}

static int order(struct pstore_list *list, int64_t boot_time_us)
{
	int r;

	if (!list->n_parts)
		return 0;
	/* before the copies are gone that it may lie beside */
	r = drop_joined(list);
	if (r < 0)
		return r;
	qsort(list->parts, list->n_parts, sizeof(*list->parts), by_number);
	drop_copies(list);
	return group(list, boot_time_us);
}

/* --- all directories --- */

static bool is_listed(int r)
{
	return r == 0 || r == -E2BIG;
}

static const char *state(int r)
{
	return is_listed(r) ? "read" : strerror(-r);
}

static int list_all(const struct root *root, struct pstore_list *list, char why[PSTORE_WHY_MAX])
{
	struct listing listing = { .root = root, .list = list, .live = true };
	int live = tree_walk(root, PSTORE_LIVE, 0, "pstore", take_entry, &listing);
	int archive, kept;

	list->n_live = list->n_parts;
	listing.live = false;
	archive =
		tree_walk(root, PSTORE_ARCHIVE, ARCHIVE_DEPTH_MAX, "pstore", take_entry, &listing);
	list->n_archived = list->n_parts - list->n_live;
	kept = tree_walk(root, PSTORE_KEPT, 0, "pstore", take_entry, &listing);
	list->n_kept = list->n_parts - list->n_archived - list->n_live;
	list->is_cut = live == -E2BIG || archive == -E2BIG || kept == -E2BIG;
	if (live == -ENOMEM || archive == -ENOMEM || kept == -ENOMEM)
		return -ENOMEM;
	if (!is_listed(live) && !is_listed(archive) && !is_listed(kept)) {
		snprintf(why, PSTORE_WHY_MAX, PSTORE_LIVE ": %s, " PSTORE_ARCHIVE ": %s",
			 strerror(-live), strerror(-archive));
		return live;
	}
	snprintf(why, PSTORE_WHY_MAX,
		 "%zu log part%s in " PSTORE_LIVE " (%s), %zu in " PSTORE_ARCHIVE " (%s)",
		 list->n_live, list->n_live == 1 ? "" : "s", state(live), list->n_archived,
		 state(archive));
	if (list->n_kept)
		snprintf(why + strlen(why), PSTORE_WHY_MAX - strlen(why), ", %zu in " PSTORE_KEPT,
			 list->n_kept);
	return 0;
}

int pstore_list_files(const struct root *root, int64_t boot_time_us, struct pstore_list *ret_list,
		      char why[PSTORE_WHY_MAX])
{
	struct pstore_list list = { 0 };
	int r = list_all(root, &list, why);

	if (r == 0)
		r = order(&list, boot_time_us);
	if (r == -ENOMEM)
		snprintf(why, PSTORE_WHY_MAX, "%s", strerror(ENOMEM));
	if (r < 0) {
		pstore_list_free(&list);
		return r;
	}
	*ret_list = list;
	return 0;
}

/* --- the text --- */

static const char *explain(int error)
{
	switch (error) {
	case -ENODATA:
		return "compressed and cut off";
	case -EBADMSG:
		return "not compressed with deflate";
	case -EFBIG:
		return "more than 16 MiB when decompressed";
	case -ENOTSUP:
		return "compressed, and this mcelog was built without zlib";
	}
	return strerror(-error);
}

const char *pstore_read_part(const struct root *root, const struct pstore_part *part,
			     char **ret_text, size_t *ret_size)
{
	_cleanup_free_ char *content = NULL;
	const char *refused;
	size_t size;
	int r;

	*ret_text = NULL;
	*ret_size = 0;
	refused = tree_read(root, part->path, PSTORE_PART_MAX, &content, &size, NULL);
	if (refused)
		return refused;
	if (!size)
		return "empty";
	if (!part->name.compressed) {
		*ret_text = take_ptr(content);
		*ret_size = size;
		return NULL;
	}
	r = inflate_raw(content, size, PSTORE_PART_MAX, ret_text, ret_size);
	return r < 0 ? explain(r) : NULL;
}
