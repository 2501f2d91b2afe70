// SPDX-License-Identifier: GPL-2.0-only
#include "sources/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/log.h"

static bool is_directory(DIR *directory, const struct dirent *entry)
{
	struct stat st;

	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type == DT_DIR;
	return fstatat(dirfd(directory), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISDIR(st.st_mode);
}

int tree_walk_some(const struct root *root, const char *path, int depth, const char *who,
		   bool (*enter)(void *context, const char *path),
		   int (*each)(void *context, const char *path, const char *name), void *context)
{
	_cleanup_closedir_ DIR *directory = NULL;
	struct dirent *entry;
	int r = root_opendir(root, path, &directory);

	while (r >= 0 && (entry = readdir(directory))) {
		_cleanup_free_ char *child = NULL;
		bool below;

		if (entry->d_name[0] == '.')
			continue;
		if (asprintf(&child, "%s/%s", path, entry->d_name) < 0)
			return -ENOMEM;
		below = is_directory(directory, entry);
		if (!below)
			r = each(context, child, entry->d_name);
		else if (depth > 0 && (!enter || enter(context, child)))
			r = tree_walk_some(root, child, depth - 1, who, enter, each, context);
		if (below && r < 0 && r != -ENOMEM && r != -E2BIG) {
			log_warning("%s: %s: cannot be read: %s", who, child, strerror(-r));
			r = 0;
		}
	}
	return r;
}

int tree_walk(const struct root *root, const char *path, int depth, const char *who,
	      int (*each)(void *context, const char *path, const char *name), void *context)
{
	return tree_walk_some(root, path, depth, who, NULL, each, context);
}

void tree_check(const struct root *root, const char *path, const char *who)
{
	_cleanup_closedir_ DIR *directory = NULL;
	int r = root_opendir(root, path, &directory);

	if (r < 0 && r != -ENOENT)
		log_warning("%s: %s: cannot be read: %s", who, path, strerror(-r));
}

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Not blocking: a pipe without a writer would hold us for ever. */
static int open_regular(const struct root *root, const char *path, struct stat *ret_st)
{
	_cleanup_close_ int fd = root_open(root, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0)
		return fd;
	if (fstat(fd, ret_st) < 0)
		return -errno;
	return S_ISREG(ret_st->st_mode) ? take_fd(fd) : -ENOTSUP;
}

static const char *explain(int error, size_t limit)
{
	static char text[64];

	if (error == -ENOTSUP)
		return "not a regular file";
	if (error == -ELOOP)
		return "a symbolic link";
	if (error != -EFBIG)
		return strerror(-error);
	snprintf(text, sizeof(text), "larger than %zu KiB", limit / 1024);
	return text;
}

int tree_open(const struct root *root, const char *path, struct stat *ret_st, const char **ret_why)
{
	int fd = open_regular(root, path, ret_st);

	if (fd < 0)
		*ret_why = explain(fd, 0);
	return fd;
}

bool tree_has_changed(int fd, const struct stat *before)
{
	struct stat after;

	return fstat(fd, &after) < 0 || !same_file(before, &after);
}

const char *tree_read(const struct root *root, const char *path, size_t limit, char **ret_text,
		      size_t *ret_size, struct stat *ret_st)
{
	struct stat before;
	_cleanup_close_ int fd = open_regular(root, path, &before);
	_cleanup_free_ char *text = NULL;
	size_t size = 0;
	int r = fd;

	if (r >= 0 && before.st_size > (off_t)limit)
		r = -EFBIG;
	if (r >= 0)
		r = read_all(fd, limit, &text, &size);
	if (r < 0)
		return explain(r, limit);
	if (tree_has_changed(fd, &before) || (uint64_t)before.st_size != size)
		return "changed while it was read";
	*ret_text = take_ptr(text);
	*ret_size = size;
	if (ret_st)
		*ret_st = before;
	return NULL;
}

int tree_peek(const struct root *root, const char *path, void *buffer, size_t size)
{
	struct stat st;
	_cleanup_close_ int fd = open_regular(root, path, &st);
	ssize_t n;

	if (fd < 0)
		return fd;
	n = pread(fd, buffer, size, 0);
	return n < 0 ? -errno : (int)n;
}
