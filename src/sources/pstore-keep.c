// SPDX-License-Identifier: GPL-2.0-only
#include "sources/pstore-keep.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sources/pstore-files.h"
#include "sources/tree.h"
#include "util/cleanup.h"
#include "util/log.h"

enum { KEPT_SIZE_MAX = 64 << 20 }; /* of all files: /run is memory */

struct keep {
	const struct root *root;
	int fd; /* of PSTORE_KEPT */
	size_t n;
	size_t size;
};

/* What no source reads (ftrace-, pmsg-...) is nothing for us. */
static bool is_wanted(const char *name)
{
	static const char *const prefixes[] = { "mce-", "dmesg-", "console-", "cper-", "unknown-" };

	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
			return true;
	return false;
}

static int write_all(int fd, const char *data, size_t size)
{
	while (size) {
		ssize_t n = write(fd, data, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		size -= (size_t)n;
	}
	return 0;
}

/* Under another name first, which readers pass over: there is never half a copy. */
static int write_copy(const struct keep *keep, const char *name, const char *data, size_t size,
		      const struct stat *st)
{
	const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, st->st_mtim };
	_cleanup_close_ int fd = -1;
	char new_name[NAME_MAX + 8];
	int r;

	snprintf(new_name, sizeof(new_name), ".new.%s", name);
	fd = openat(keep->fd, new_name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		    0600);
	if (fd < 0)
		return -errno;
	r = write_all(fd, data, size);
	if (r == 0 && (futimens(fd, times) < 0 || renameat(keep->fd, new_name, keep->fd, name) < 0))
		r = -errno;
	if (r < 0)
		unlinkat(keep->fd, new_name, 0);
	return r;
}

/* Only -E2BIG ends it. */
static int keep_file(void *context, const char *path, const char *name)
{
	struct keep *keep = context;
	_cleanup_free_ char *data = NULL;
	const char *refused;
	struct stat st;
	size_t size;
	int r;

	if (!is_wanted(name))
		return 0;
	refused = tree_read(keep->root, path, PSTORE_PART_MAX, &data, &size, &st);
	if (!refused && keep->size + size > KEPT_SIZE_MAX)
		return -E2BIG;
	if (!refused) {
		r = write_copy(keep, name, data, size, &st);
		refused = r < 0 ? strerror(-r) : NULL;
	}
	if (refused) {
		log_warning("%s: not copied to " PSTORE_KEPT ": %s", path, refused);
		return 0;
	}
	keep->size += size;
	keep->n++;
	return 0;
}

/* /run/mcelog is for all to pass: the client socket lies there, too. */
static int open_kept(const struct root *root)
{
	char path[ROOT_PATH_MAX];
	int fd, r;

	r = root_mkdir(root, "/run");
	if (r < 0)
		return r;
	if (mkdir(root_path(root, "/run/mcelog", path), 0755) == 0)
		chmod(path, 0755); /* whatever the umask is */
	else if (errno != EEXIST)
		return -errno;
	if (mkdir(root_path(root, PSTORE_KEPT, path), 0700) < 0 && errno != EEXIST)
		return -errno;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int pstore_keep(const struct root *root, size_t *ret_n)
{
	struct keep keep = { .root = root };
	_cleanup_close_ int fd = open_kept(root);
	int r;

	if (fd < 0)
		return fd;
	keep.fd = fd;
	r = tree_walk(root, PSTORE_LIVE, 0, "pstore", keep_file, &keep);
	if (r == -E2BIG)
		log_warning("pstore: more than %d MiB, the rest is not copied to " PSTORE_KEPT,
			    KEPT_SIZE_MAX >> 20);
	else if (r < 0)
		return r;
	*ret_n = keep.n;
	return 0;
}
