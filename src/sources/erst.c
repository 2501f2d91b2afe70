// SPDX-License-Identifier: GPL-2.0-only
/*
 * erst: fatal machine checks that firmware kept over the reboot. pstore shows
 * them as /sys/fs/pstore/mce-erst-ID, and systemd-pstore moves them from there
 * to its archive; the content is a bare struct mce. Reading them consumes
 * nothing: only unlinking the live file erases the record, and that is done
 * once it is durable. The archive is never touched.
 */
#include "sources/source.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sources/wire.h"
#include "util/cleanup.h"
#include "util/log.h"

#define LIVE_DIRECTORY	  "/sys/fs/pstore"
#define ARCHIVE_DIRECTORY "/var/lib/systemd/pstore"

enum {
	FILE_SIZE_MAX = 64 * 1024, /* an ERST slot has 8 KiB; what is larger is something else */
	ARCHIVE_DEPTH_MAX = 4,
	FILES_MAX = 65536,
};

struct erst_file {
	char *path; /* below the root */
	uint64_t id;
	bool live;
	bool durable_next; /* handed over or known: to be erased after the commit */
	struct stat st;	   /* as it was read */
	char key[RECORD_KEY_MAX];
};

struct erst {
	const struct source_env *env;
	const struct intake *intake;
	struct erst_file *files; /* by id, the live one of two copies first */
	size_t n_files;
	size_t next; /* first file not yet read */
	unsigned int n_records;
};

static struct erst *erst_of(struct source *source)
{
	return (struct erst *)source;
}

static void erst_free(struct erst *erst)
{
	for (size_t i = 0; i < erst->n_files; i++)
		free(erst->files[i].path);
	free(erst->files);
	free(erst);
}

DEFINE_CLEANUP(struct erst *, erst_free, erst_free)

/* Appends a file to the list; the number of files is bounded. */
static int add_file(struct erst *erst, const char *path, uint64_t id, bool live)
{
	struct erst_file *grown;
	char *copy;

	if (erst->n_files >= FILES_MAX)
		return -E2BIG;
	grown = reallocarray(erst->files, erst->n_files + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	erst->files = grown;
	copy = strdup(path);
	if (!copy)
		return -ENOMEM;
	grown[erst->n_files++] = (struct erst_file){ .path = copy, .id = id, .live = live };
	return 0;
}

static bool is_directory(DIR *directory, const struct dirent *entry)
{
	struct stat st;

	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type == DT_DIR;
	return fstatat(dirfd(directory), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISDIR(st.st_mode);
}

/*
 * Lists the records in a directory and in those below it, depth levels deep.
 * Trouble below the first level is logged and the rest goes on.
 */
static int list_directory(struct erst *erst, const char *path, int depth, bool live)
{
	_cleanup_closedir_ DIR *directory = NULL;
	struct dirent *entry;
	int r = root_opendir(erst->env->root, path, &directory);

	if (r < 0)
		return r;
	while ((entry = readdir(directory))) {
		_cleanup_free_ char *child = NULL;
		uint64_t id;

		if (entry->d_name[0] == '.')
			continue;
		if (asprintf(&child, "%s/%s", path, entry->d_name) < 0)
			return -ENOMEM;
		if (depth > 0 && is_directory(directory, entry)) {
			r = list_directory(erst, child, depth - 1, live);
			if (r == -ENOMEM || r == -E2BIG)
				return r;
			if (r < 0)
				log_warning("erst: %s: cannot be read: %s", child, strerror(-r));
		} else if (wire_parse_erst_name(entry->d_name, &id) == 0) {
			r = add_file(erst, child, id, live);
			if (r < 0)
				return r;
		}
	}
	return 0;
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
 * Lists both directories. Fails only when neither can be read; why then, and
 * otherwise, says how each one is.
 */
static int list_files(struct erst *erst, char why[SOURCE_WHY_MAX])
{
	int live = list_directory(erst, LIVE_DIRECTORY, 0, true);
	size_t n_live = erst->n_files;
	int archive = list_directory(erst, ARCHIVE_DIRECTORY, ARCHIVE_DEPTH_MAX, false);

	if (live == -ENOMEM || archive == -ENOMEM) {
		snprintf(why, SOURCE_WHY_MAX, "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	if (erst->n_files)
		qsort(erst->files, erst->n_files, sizeof(*erst->files), by_id);
	if (is_listed(live) || is_listed(archive)) {
		snprintf(why, SOURCE_WHY_MAX, "%zu records in %s (%s), %zu in %s (%s)", n_live,
			 LIVE_DIRECTORY, directory_state(live), erst->n_files - n_live,
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
	static const char *const directories[] = { LIVE_DIRECTORY, ARCHIVE_DIRECTORY };

	for (size_t i = 0; i < ARRAY_SIZE(directories); i++) {
		_cleanup_closedir_ DIR *directory = NULL;
		int r = root_opendir(erst->env->root, directories[i], &directory);

		if (r < 0 && r != -ENOENT)
			log_warning("erst: %s: cannot be read: %s", directories[i], strerror(-r));
	}
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
	*ret_source = (struct source *)take_ptr(erst);
	return 0;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/*
 * Reads a record file whole. Returns NULL with the content, which the caller
 * frees, or the reason why it cannot be taken; st is set in both cases.
 */
static const char *read_file(const struct root *root, const char *path, char **ret_content,
			     size_t *ret_size, struct stat *st)
{
	_cleanup_close_ int fd = root_open(root, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
	_cleanup_free_ char *content = NULL;
	struct stat after;
	size_t size;
	int r;

	if (fd < 0)
		return strerror(-fd);
	if (fstat(fd, st) < 0)
		return strerror(errno);
	if (!S_ISREG(st->st_mode))
		return "not a regular file";
	r = read_all(fd, FILE_SIZE_MAX, &content, &size);
	if (r == -EFBIG)
		return "larger than 64 KiB";
	if (r < 0)
		return strerror(-r);
	if (fstat(fd, &after) < 0 || !same_file(st, &after) || (uint64_t)st->st_size != size)
		return "changed while it was read";
	*ret_content = take_ptr(content);
	*ret_size = size;
	return NULL;
}

/* Everything about the delivery; a record written in this very boot is no leftover. */
static void fill_delivery(const struct source_env *env, const struct erst_file *file,
			  struct bytes content, struct record *record)
{
	record->source = SOURCE_ERST;
	if (!record->time_us)
		record->time_us = wire_erst_time_us(file->id);
	record->replayed = !env->boot_time_us || record->time_us < env->boot_time_us;
	if (!record->replayed)
		record->boot = env->boot;
	snprintf(record->key, sizeof(record->key), "erst:%" PRIu64 ":%016" PRIx64, file->id,
		 bytes_hash(content));
}

/* Hands one file's record over, unless the store has it. Only -ENOMEM ends the source. */
static int take_file(struct erst *erst, struct erst_file *file)
{
	const struct source_env *env = erst->env;
	_cleanup_free_ char *content = NULL;
	struct bytes bytes = { 0 };
	struct record record;
	size_t size = 0;
	const char *refused = read_file(env->root, file->path, &content, &size, &file->st);
	int r;

	if (!refused) {
		bytes = (struct bytes){ (const uint8_t *)content, size };
		refused = wire_check(bytes);
	}
	if (refused || wire_decode(bytes, &record) < 0) {
		log_warning("erst: %s: %s; left where it is", file->path, refused);
		return 0;
	}
	fill_delivery(env, file, bytes, &record);
	memcpy(file->key, record.key, sizeof(file->key));
	if (!env->known || !env->known(env->context, record.key)) {
		r = erst->intake->record(erst->intake->context, &record);
		if (r < 0)
			return r;
		erst->n_records++;
	}
	file->durable_next = file->live;
	return 0;
}

/* Erases a live record, if the store really has it and the file is still the one that was read. */
static void erase_file(const struct erst *erst, struct erst_file *file)
{
	const struct source_env *env = erst->env;
	char path[ROOT_PATH_MAX];
	struct stat st;

	file->durable_next = false;
	if (env->known && !env->known(env->context, file->key))
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

	for (size_t i = 0; i < erst->next; i++)
		if (erst->files[i].durable_next && erst->env->erase)
			erase_file(erst, &erst->files[i]);
}

static int erst_drain(struct source *source)
{
	struct erst *erst = erst_of(source);
	unsigned int before = erst->n_records;

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
	if (erst->n_records == before)
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

	snprintf(buffer, size, "%zu records that firmware kept, %u new", erst->n_files,
		 erst->n_records);
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
