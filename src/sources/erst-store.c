// SPDX-License-Identifier: GPL-2.0-only
#include "sources/erst-store.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sources/erst-device.h"
#include "sources/pstore-name.h"
#include "sources/tree.h"
#include "util/cleanup.h"
#include "util/log.h"

enum {
	FILE_SIZE_MAX = 64 * 1024, /* pstore inflates kernel logs */
	FILES_MAX = 65536,
};

/* --- whose records pstore shows --- */

struct seen {
	bool erst;
	char other[NAME_MAX + 1]; /* a file of another backend; "" none */
};

static int see_file(void *context, const char *path, const char *name)
{
	struct seen *seen = context;
	struct pstore_name log;
	uint64_t id;

	(void)path;
	if (erst_parse_name(name, &id) != -EINVAL)
		seen->erst = true;
	else if (pstore_parse_name(name, &log) < 0 || log.backend == PSTORE_CONSOLE ||
		 log.backend == PSTORE_JOINED)
		return 0;
	else if (log.backend == PSTORE_ERST)
		seen->erst = true;
	else
		snprintf(seen->other, sizeof(seen->other), "a file %s", name);
	return 0;
}

/* As the kernel says it: "erst", "efi_pstore", "ramoops"; "" unknown. */
static void read_backend(const struct root *root, char backend[64])
{
	_cleanup_free_ char *text = NULL;

	backend[0] = '\0';
	if (root_read(root, "/sys/module/pstore/parameters/backend", 4096, &text, NULL) < 0)
		return;
	text[strcspn(text, "\n")] = '\0';
	if (*text && strcmp(text, "(null)") != 0)
		snprintf(backend, 64, "%s", text);
}

/*
 * pstore has one backend at a time. Records of ERST that are there are of ERST, whatever
 * else may be; without any an empty list would say that ERST is empty. Errors: -ENOTSUP.
 */
static int check_backend(const struct root *root, int device_error, char why[ERST_WHY_MAX])
{
	struct seen seen = { 0 };
	char backend[64];

	read_backend(root, backend);
	tree_walk(root, ERST_PSTORE, 0, "erst", see_file, &seen);
	if (*backend && strcmp(backend, "erst") != 0)
		snprintf(seen.other, sizeof(seen.other), "the backend %s", backend);
	if (seen.erst || !seen.other[0] || strcmp(backend, "erst") == 0)
		return 0;
	snprintf(why, ERST_WHY_MAX,
		 "ERST cannot be read here: " ERST_PSTORE " has %.80s, which is not ERST's, and "
		 "%s: %s",
		 seen.other, ERST_DEVICE, strerror(-device_error));
	return -ENOTSUP;
}

int erst_store_open(const struct root *root, struct erst_store *ret_store, char why[ERST_WHY_MAX])
{
	_cleanup_closedir_ DIR *directory = NULL;
	int fd = erst_device_open(root), r;

	if (fd >= 0) {
		*ret_store = (struct erst_store){ .root = root, .place = ERST_DEVICE, .fd = fd };
		return 0;
	}
	r = root_opendir(root, ERST_PSTORE, &directory);
	if (r < 0) {
		snprintf(why, ERST_WHY_MAX, "%s: %s, %s: %s", ERST_DEVICE, strerror(-fd),
			 ERST_PSTORE, strerror(-r));
		return r;
	}
	r = check_backend(root, fd, why);
	if (r < 0)
		return r;
	*ret_store = (struct erst_store){ .root = root, .place = ERST_PSTORE, .fd = -1 };
	return 0;
}

void erst_store_close(struct erst_store *store)
{
	if (store->fd >= 0)
		close(store->fd);
	store->fd = -1;
}

/* A walk under way. */
struct walk {
	const struct erst_store *store;
	int (*each)(void *context, const struct erst_item *item);
	void *context;
	unsigned int n_bad;
};

/* --- the device --- */

static int give_record(struct walk *walk, unsigned int number, struct bytes bytes)
{
	struct erst_record record;
	struct erst_item item = { .bytes = bytes };

	if (erst_record_parse(bytes, &record) < 0) {
		log_warning("%s: record %u, %zu bytes: not a CPER record", ERST_DEVICE, number,
			    bytes.size);
		walk->n_bad++;
		return 0;
	}
	item.id = record.id;
	item.creator = record.creator;
	item.is_log = record.is_log;
	item.is_compressed = record.is_compressed;
	item.body = record.body;
	return walk->each(walk->context, &item);
}

static int walk_device(struct walk *walk)
{
	_cleanup_free_ uint8_t *buffer = malloc(ERST_RECORD_MAX);
	int r = buffer ? 0 : -ENOMEM;

	for (unsigned int i = 1; r >= 0 && i <= ERST_READS_MAX; i++) {
		ssize_t n = erst_device_read(walk->store->fd, buffer);

		if (n == 0)
			return 0;
		if (n == -EINVAL || n == -EIO) {
			log_warning("%s: record %u: %s", ERST_DEVICE, i,
				    n == -EINVAL ? "larger than 16 KiB" : strerror(EIO));
			walk->n_bad++;
		} else {
			r = n < 0 ? (int)n
				  : give_record(walk, i, (struct bytes){ buffer, (size_t)n });
		}
	}
	return r;
}

/* --- pstore --- */

struct file {
	uint64_t id;
	bool is_log;
	bool is_compressed;
	char *path;
};

struct files {
	struct file *files;
	size_t n;
	unsigned int n_bad; /* of names that are none */
};

static void files_free(struct files *files)
{
	for (size_t i = 0; i < files->n; i++)
		free(files->files[i].path);
	free(files->files);
}

static int add_file(void *context, const char *path, const char *name)
{
	struct files *files = context;
	struct pstore_name log = { 0 };
	struct file file = { 0 }, *grown;

	int r = erst_parse_name(name, &file.id);

	if (r == -EBADMSG) {
		log_warning("%s: " ERST_NO_ID, path);
		files->n_bad++;
		return 0;
	}
	if (r < 0) {
		if (pstore_parse_name(name, &log) < 0 || log.backend != PSTORE_ERST)
			return 0;
		file.id = log.id;
		file.is_log = true;
		file.is_compressed = log.compressed;
	}
	if (files->n == FILES_MAX)
		return -E2BIG;
	grown = reallocarray(files->files, files->n + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	files->files = grown;
	file.path = strdup(path);
	if (!file.path)
		return -ENOMEM;
	grown[files->n++] = file;
	return 0;
}

static int by_id(const void *a, const void *b)
{
	const struct file *x = a, *y = b;

	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	return strcmp(x->path, y->path);
}

static int give_file(struct walk *walk, const struct file *file)
{
	struct erst_item item = {
		.id = file->id,
		.creator = ERST_LINUX,
		.is_log = file->is_log,
		.is_compressed = file->is_compressed,
		.path = file->path,
	};
	_cleanup_free_ char *text = NULL;
	size_t size;
	const char *refused =
		tree_read(walk->store->root, file->path, FILE_SIZE_MAX, &text, &size, NULL);

	if (refused) {
		log_warning("%s: %s", file->path, refused);
		walk->n_bad++;
		return 0;
	}
	item.bytes = item.body = (struct bytes){ (const uint8_t *)text, size };
	return walk->each(walk->context, &item);
}

static int walk_pstore(struct walk *walk)
{
	_cleanup_(files_free) struct files files = { 0 };
	int r = tree_walk(walk->store->root, ERST_PSTORE, 0, "erst", add_file, &files);

	walk->n_bad += files.n_bad;
	if (files.n)
		qsort(files.files, files.n, sizeof(*files.files), by_id);
	for (size_t i = 0; r >= 0 && i < files.n; i++)
		r = give_file(walk, &files.files[i]);
	return r;
}

int erst_store_walk(const struct erst_store *store,
		    int (*each)(void *context, const struct erst_item *item), void *context,
		    unsigned int *ret_n_bad)
{
	struct walk walk = { .store = store, .each = each, .context = context };
	int r = store->fd >= 0 ? walk_device(&walk) : walk_pstore(&walk);

	if (r < 0)
		return r;
	*ret_n_bad = walk.n_bad;
	return 0;
}

int erst_store_clear(const struct erst_store *store, const struct erst_item *item)
{
	char path[ROOT_PATH_MAX];

	if (store->fd >= 0)
		return erst_device_clear(store->fd, item->id);
	return unlink(root_path(store->root, item->path, path)) < 0 ? -errno : 0;
}
