// SPDX-License-Identifier: GPL-2.0-only
#include "util/root.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/cleanup.h"

int root_init(struct root *root, const char *directory)
{
	char resolved[ROOT_PATH_MAX];
	struct stat st;

	root->prefix[0] = '\0';
	if (!directory || strcmp(directory, "/") == 0)
		return 0;
	if (!realpath(directory, resolved))
		return -errno;
	if (stat(resolved, &st) < 0)
		return -errno;
	if (!S_ISDIR(st.st_mode))
		return -ENOTDIR;
	if (strcmp(resolved, "/") != 0)
		memcpy(root->prefix, resolved, strlen(resolved) + 1);
	return 0;
}

bool root_is_real(const struct root *root)
{
	return root->prefix[0] == '\0';
}

const char *root_path(const struct root *root, const char *path, char *buffer)
{
	int length = snprintf(buffer, ROOT_PATH_MAX, "%s%s", root->prefix, path);

	if (length < 0 || length >= ROOT_PATH_MAX)
		buffer[0] = '\0'; /* the beginning of a path may be another file */
	return buffer;
}

int root_open(const struct root *root, const char *path, int flags)
{
	char buffer[ROOT_PATH_MAX];
	int fd = open(root_path(root, path, buffer), flags | O_CLOEXEC, 0640);

	return fd < 0 ? -errno : fd;
}

int root_opendir(const struct root *root, const char *path, DIR **ret_directory)
{
	char buffer[ROOT_PATH_MAX];
	DIR *directory = opendir(root_path(root, path, buffer));

	if (!directory)
		return -errno;
	*ret_directory = directory;
	return 0;
}

int read_all(int fd, size_t limit, char **ret_text, size_t *ret_size)
{
	_cleanup_free_ char *text = NULL;
	size_t size = 0, capacity = 0;

	for (;;) {
		ssize_t n;

		if (size + 1 >= capacity) {
			char *grown;

			capacity = capacity ? capacity * 2 : 4096;
			grown = realloc(text, capacity);
			if (!grown)
				return -ENOMEM;
			text = grown;
		}
		n = read(fd, text + size, capacity - size - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		size += (size_t)n;
		if (size > limit)
			return -EFBIG;
	}
	text[size] = '\0';
	*ret_text = take_ptr(text);
	if (ret_size)
		*ret_size = size;
	return 0;
}

int root_read(const struct root *root, const char *path, size_t limit, char **ret_text,
	      size_t *ret_size)
{
	/* not waiting for a writer: whatever may lie there */
	_cleanup_close_ int fd = root_open(root, path, O_RDONLY | O_NONBLOCK);

	return fd < 0 ? fd : read_all(fd, limit, ret_text, ret_size);
}

int root_write(const struct root *root, const char *path, const char *text)
{
	_cleanup_close_ int fd = root_open(root, path, O_WRONLY | O_TRUNC);
	size_t length = strlen(text);
	ssize_t n;

	if (fd < 0)
		return fd;
	n = write(fd, text, length);
	if (n < 0)
		return -errno;
	return (size_t)n == length ? 0 : -EIO;
}

int root_mkdir(const struct root *root, const char *path)
{
	char buffer[ROOT_PATH_MAX];
	char *at = buffer + strlen(root->prefix);

	root_path(root, path, buffer);
	if (!buffer[0])
		return -ENAMETOOLONG;
	while (*at) {
		char *slash = strchr(at + 1, '/');

		if (slash)
			*slash = '\0';
		if (mkdir(buffer, 0750) < 0 && errno != EEXIST)
			return -errno;
		if (!slash)
			break;
		*slash = '/';
		at = slash;
	}
	return 0;
}

bool root_exists(const struct root *root, const char *path)
{
	char buffer[ROOT_PATH_MAX];

	return access(root_path(root, path, buffer), F_OK) == 0;
}
