// SPDX-License-Identifier: GPL-2.0-only
#include "sources/replay.h"

#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/log.h"

struct seen {
	uint64_t hash;
	int count;
};

static int by_hash(const void *a, const void *b)
{
	const struct seen *x = a, *y = b;

	return x->hash < y->hash ? -1 : x->hash > y->hash;
}

int replay_nth(struct replay *replay, uint64_t hash)
{
	struct seen *fresh = malloc(sizeof(*fresh));
	struct seen **found;

	if (!fresh)
		return -ENOMEM;
	*fresh = (struct seen){ .hash = hash };
	found = tsearch(fresh, &replay->seen, by_hash);
	if (!found || *found != fresh)
		free(fresh);
	return found ? ++(*found)->count : -ENOMEM;
}

void replay_next_file(struct replay *replay)
{
	tdestroy(replay->seen, free);
	replay->seen = NULL;
}

bool replay_has_room(const struct replay *replay)
{
	return replay->intake->has_room(replay->intake->context);
}

int replay_give(struct replay *replay, struct record *record)
{
	record->source = SOURCE_REPLAY;
	record->replayed = true;
	replay->n_records++;
	return replay->intake->record(replay->intake->context, record);
}

void replay_refuse(struct replay *replay, const char *why, const char *name_format, ...)
{
	char name[ROOT_PATH_MAX];
	va_list arguments;

	va_start(arguments, name_format);
	vsnprintf(name, sizeof(name), name_format, arguments);
	va_end(arguments);
	log_warning("replay: %s: %s", name, why);
	replay->n_refused++;
}

int replay_read_file(const char *path, char **ret_content, size_t *ret_size)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	return fd < 0 ? -errno : read_all(fd, REPLAY_FILE_MAX, ret_content, ret_size);
}

void replay_list_free(char **paths, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(paths[i]);
	free(paths);
}

static int add_path(const char *directory, const char *name, char ***paths, size_t *n)
{
	char **grown = reallocarray(*paths, *n + 1, sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	*paths = grown;
	if (asprintf(&grown[*n], "%s/%s", directory, name) < 0)
		return -ENOMEM;
	(*n)++;
	return 0;
}

static int by_version(const void *a, const void *b)
{
	return strverscmp(*(char *const *)a, *(char *const *)b);
}

int replay_list(const char *directory, bool (*wanted)(const char *name), char ***ret_paths,
		size_t *ret_n)
{
	_cleanup_closedir_ DIR *open_directory = opendir(directory);
	char **paths = NULL;
	struct dirent *entry;
	size_t n = 0;

	if (!open_directory)
		return -errno;
	while ((entry = readdir(open_directory))) {
		int r = wanted(entry->d_name) ? add_path(directory, entry->d_name, &paths, &n) : 0;

		if (r < 0) {
			replay_list_free(paths, n);
			return r;
		}
	}
	if (n)
		qsort(paths, n, sizeof(*paths), by_version);
	*ret_paths = paths;
	*ret_n = n;
	return 0;
}
