// SPDX-License-Identifier: GPL-2.0-only
/*
 * erst: errors that firmware kept over the reboot. pstore shows fatal machine
 * checks as /sys/fs/pstore/mce-erst-ID, a bare struct mce each, and of other
 * errors, which patched kernels and tools put there, the section alone; and
 * systemd-pstore moves all of them from there to its archive. Reading them consumes
 * nothing: only unlinking the live file erases the record, and that is done
 * once it is durable. The archive is never touched.
 */
#include "sources/source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sources/erst-delivery.h"
#include "sources/erst-record.h"
#include "sources/tree.h"
#include "sources/wire.h"
#include "util/cleanup.h"
#include "util/log.h"

#define LIVE_DIRECTORY	  "/sys/fs/pstore"
#define ARCHIVE_DIRECTORY "/var/lib/systemd/pstore"
#define KEPT_DIRECTORY	  "/run/mcelog/harvest" /* copies of this boot, see pstore-keep.h */

enum {
	FILE_SIZE_MAX = 64 * 1024, /* an ERST slot has 8 KiB; what is larger is something else */
	ARCHIVE_DEPTH_MAX = 4,
	FILES_MAX = 65536,
};

struct erst_file {
	char *path; /* below the root */
	uint64_t id;
	bool live;
	struct stat st;		       /* as it was read */
	struct erst_delivery delivery; /* of a live one: to be erased after the commit */
};

struct erst {
	const struct source_env *env;
	const struct intake *intake;
	struct erst_file *files; /* by id, the live one of two copies first */
	size_t n_files;
	size_t n_kept; /* files in KEPT_DIRECTORY */
	size_t next;   /* first file not yet read */
	unsigned int n_new;
};

static struct erst *erst_of(struct source *source)
{
	return (struct erst *)source;
}

static void erst_free(struct erst *erst)
{
	for (size_t i = 0; i < erst->n_files; i++) {
		erst_delivery_free(&erst->files[i].delivery);
		free(erst->files[i].path);
	}
	free(erst->files);
	free(erst);
}

DEFINE_CLEANUP(struct erst *, erst_free, erst_free)

/* One of the two directories, as it is listed. */
struct listing {
	struct erst *erst;
	bool live;
};

/* Appends a file to the list, if it is a record; the number of files is bounded. */
static int add_file(void *context, const char *path, const char *name)
{
	const struct listing *listing = context;
	struct erst *erst = listing->erst;
	struct erst_file *grown;
	uint64_t id;
	char *copy;
	int r = erst_parse_name(name, &id);

	/* said when the source is opened, not when it is only asked what there is */
	if (r == -EBADMSG && erst->intake)
		log_warning("erst: %s: " ERST_NO_ID "; left where it is", path);
	if (r < 0)
		return 0;
	if (erst->n_files >= FILES_MAX)
		return -E2BIG;
	grown = reallocarray(erst->files, erst->n_files + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	erst->files = grown;
	copy = strdup(path);
	if (!copy)
		return -ENOMEM;
	grown[erst->n_files++] =
		(struct erst_file){ .path = copy, .id = id, .live = listing->live };
	return 0;
}

static int list_directory(struct erst *erst, const char *path, int depth, bool live)
{
	struct listing listing = { .erst = erst, .live = live };

	return tree_walk(erst->env->root, path, depth, "erst", add_file, &listing);
}

static int by_id(const void *a, const void *b)
{
	const struct erst_file *x = a, *y = b;

	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	if (x->live != y->live)
		return x->live ? -1 : 1;
	return strcmp(x->path, y->path);
}

static bool is_listed(int r)
{
	return r == 0 || r == -E2BIG;
}

static const char *directory_state(int r)
{
	return is_listed(r) ? "read" : strerror(-r);
}

/*
 * Lists all directories. Fails only when none can be read; why then, and
 * otherwise, says how each one is.
 */
static int list_files(struct erst *erst, char why[SOURCE_WHY_MAX])
{
	int live = list_directory(erst, LIVE_DIRECTORY, 0, true);
	size_t n_live = erst->n_files;
	int archive = list_directory(erst, ARCHIVE_DIRECTORY, ARCHIVE_DEPTH_MAX, false);
	size_t n_archived = erst->n_files - n_live;
	int kept = list_directory(erst, KEPT_DIRECTORY, 0, false);

	erst->n_kept = erst->n_files - n_archived - n_live;
	if (live == -ENOMEM || archive == -ENOMEM || kept == -ENOMEM) {
		snprintf(why, SOURCE_WHY_MAX, "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	if (erst->n_files)
		qsort(erst->files, erst->n_files, sizeof(*erst->files), by_id);
	if (is_listed(live) || is_listed(archive) || is_listed(kept)) {
		snprintf(why, SOURCE_WHY_MAX, "%zu record%s in %s (%s), %zu in %s (%s)", n_live,
			 n_live == 1 ? "" : "s", LIVE_DIRECTORY, directory_state(live), n_archived,
			 ARCHIVE_DIRECTORY, directory_state(archive));
		return 0;
	}
	snprintf(why, SOURCE_WHY_MAX, "%s: %s, %s: %s", LIVE_DIRECTORY, strerror(-live),
		 ARCHIVE_DIRECTORY, strerror(-archive));
	return live;
}

/* One line for what could not be listed whole; a directory that is not there is normal. */
static void log_unlisted(const struct erst *erst)
{
	tree_check(erst->env->root, LIVE_DIRECTORY, "erst");
	tree_check(erst->env->root, ARCHIVE_DIRECTORY, "erst");
	tree_check(erst->env->root, KEPT_DIRECTORY, "erst");
	if (erst->n_files >= FILES_MAX)
		log_warning("erst: more than %d records, the rest has to wait", FILES_MAX);
}

static int erst_probe(const struct source_env *env, char why[SOURCE_WHY_MAX])
{
	_cleanup_(erst_free_cleanup) struct erst *erst = calloc(1, sizeof(*erst));

	if (!erst) {
		snprintf(why, SOURCE_WHY_MAX, "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	erst->env = env;
	return list_files(erst, why);
}

static int erst_open(const struct source_env *env, const struct intake *intake,
		     struct source **ret_source, char why[SOURCE_WHY_MAX])
{
	_cleanup_(erst_free_cleanup) struct erst *erst = calloc(1, sizeof(*erst));
	int r;

	if (!erst) {
		snprintf(why, SOURCE_WHY_MAX, "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	erst->env = env;
	erst->intake = intake;
	r = list_files(erst, why);
	if (r < 0)
		return r;
	log_unlisted(erst);
	if (erst->n_kept)
		log_info("erst: %zu record%s in %s, copied early in this boot", erst->n_kept,
			 erst->n_kept == 1 ? "" : "s", KEPT_DIRECTORY);
	*ret_source = (struct source *)take_ptr(erst);
	return 0;
}

/* Hands a struct mce over, unless the store has it. */
static int take_struct_mce(struct erst *erst, struct erst_file *file, struct bytes content)
{
	const struct source_env *env = erst->env;
	struct record record;

	if (wire_decode(content, &record) < 0) {
		log_warning("erst: %s: %s; left where it is", file->path, wire_check(content));
		return 0;
	}
	record.source = SOURCE_ERST;
	if (!record.time_us)
		record.time_us = wire_erst_time_us(file->id);
	record.replayed = source_is_replayed(env, record.time_us);
	if (!record.replayed)
		record.boot = env->boot;
	firmware_key(SOURCE_ERST, file->id, content, 0, record.key);
	if (!env->known || !env->known(env->context, record.key)) {
		int r = erst->intake->record(erst->intake->context, &record);

		if (r < 0)
			return r;
		erst->n_new++;
	}
	return 1;
}

/* Of one that a later kernel wrote there is more to keep than the registers that are known. */
static bool is_longer(const struct erst *erst, struct bytes content)
{
	return content.size > WIRE_SIZE_KNOWN && erst->intake->firmware && !wire_check(content);
}

/* What makes the keys of a file: of a whole record its section, as /dev/erst_dbg has it. */
static struct bytes body_of(struct bytes content)
{
	struct erst_record record;

	if (erst_record_parse(content, &record) < 0 || !record.body.size)
		return content;
	return record.body;
}

/* Hands a section over, which has lost its headers, or a record that has them still. */
static int take_section(struct erst *erst, struct erst_file *file, struct bytes content)
{
	struct firmware firmware = erst_file_firmware(file->path, file->id, content);

	if (!erst->intake->firmware)
		return 0;
	return erst_hand_over(erst->env, erst->intake, &firmware, body_of(content), &erst->n_new);
}

/* Hands over what one file has. Only errors of the intake end the source. */
static int take_file(struct erst *erst, struct erst_file *file)
{
	_cleanup_free_ char *text = NULL;
	struct bytes content;
	uint64_t id;
	size_t size;
	const char *refused =
		tree_read(erst->env->root, file->path, FILE_SIZE_MAX, &text, &size, &file->st);
	int n;

	if (refused) {
		log_warning("erst: %s: %s; left where it is", file->path, refused);
		return 0;
	}
	content = (struct bytes){ (const uint8_t *)text, size };
	if (wire_parse_erst_name(strrchr(file->path, '/') + 1, &id) == 0 &&
	    !is_longer(erst, content))
		n = take_struct_mce(erst, file, content);
	else
		n = take_section(erst, file, content);
	if (n <= 0 || !file->live)
		return n < 0 ? n : 0;
	return erst_delivery_make(file->id, body_of(content), (unsigned int)n, &file->delivery);
}

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Erases a live record, if the store really has it and the file is still the one that was read. */
static void erase_file(const struct erst *erst, struct erst_file *file)
{
	char path[ROOT_PATH_MAX];
	struct stat st;

	if (!erst_delivery_is_stored(&file->delivery, erst->env))
		return;
	root_path(erst->env->root, file->path, path);
	if (lstat(path, &st) < 0 || !same_file(&st, &file->st))
		return;
	if (unlink(path) < 0)
		log_warning("erst: %s: cannot be erased: %s", file->path, strerror(errno));
}

static void erst_committed(struct source *source)
{
	struct erst *erst = erst_of(source);

	for (size_t i = 0; i < erst->next; i++) {
		if (!erst->files[i].delivery.n || !erst->env->erase)
			continue;
		erase_file(erst, &erst->files[i]);
		erst_delivery_free(&erst->files[i].delivery);
	}
}

static int erst_drain(struct source *source)
{
	struct erst *erst = erst_of(source);
	unsigned int before = erst->n_new;

	while (erst->next < erst->n_files) {
		int r;

		if (!erst->intake->has_room(erst->intake->context))
			return 1;
		r = take_file(erst, &erst->files[erst->next]);
		if (r < 0)
			return r;
		erst->next++;
	}
	/* With nothing handed over no commit will come: all that was read is in the store. */
	if (erst->n_new == before)
		erst_committed(source);
	return 0;
}

static int erst_fd(struct source *source)
{
	(void)source;
	return -1;
}

static void erst_describe(struct source *source, char *buffer, size_t size)
{
	struct erst *erst = erst_of(source);

	snprintf(buffer, size, "%zu record%s that firmware kept, %u new", erst->n_files,
		 erst->n_files == 1 ? "" : "s", erst->n_new);
}

static void erst_close(struct source *source)
{
	if (source)
		erst_free(erst_of(source));
}

const struct source_ops source_erst = {
	.name = "erst",
	.summary = "records that firmware kept over a reboot (pstore)",
	.probe = erst_probe,
	.open = erst_open,
	.fd = erst_fd,
	.drain = erst_drain,
	.committed = erst_committed,
	.describe = erst_describe,
	.close = erst_close,
};
