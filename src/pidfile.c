// SPDX-License-Identifier: GPL-2.0-only
#include "pidfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "util/cleanup.h"
#include "util/log.h"

/* Everybody may know it, whatever the umask is. */
enum { PIDFILE_MODE = 0644 };

/* A FIFO must not hold us, and a link in a directory of others lead us elsewhere. */
static int open_regular(const char *path, int flags)
{
	_cleanup_close_ int fd =
		open(path, flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, PIDFILE_MODE);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	return S_ISREG(st.st_mode) ? take_fd(fd) : -EINVAL;
}

static int fail(const struct pidfile *pidfile, int error)
{
	log_error("--pidfile %s: cannot be written: %s", pidfile->path,
		  error == -EINVAL ? "no regular file" : strerror(-error));
	return error;
}

int pidfile_open(struct pidfile *pidfile, const struct config *config)
{
	_cleanup_close_ int fd = -1;
	struct root root;
	int r;

	*pidfile = (struct pidfile){ .fd = -1 };
	if (!config->pidfile)
		return 0;
	r = root_init(&root, config->root);
	if (r < 0)
		return r;
	root_path(&root, config->pidfile, pidfile->path);
	fd = open_regular(pidfile->path, O_WRONLY);
	if (fd == -ENOENT) {
		fd = open_regular(pidfile->path, O_WRONLY | O_CREAT);
		pidfile->made = fd >= 0;
	}
	return fd < 0 ? fail(pidfile, fd) : 0;
}

int pidfile_write(struct pidfile *pidfile)
{
	_cleanup_close_ int fd = -1;
	char text[32];
	int length = snprintf(text, sizeof(text), "%ld\n", (long)getpid());

	if (!pidfile->path[0])
		return 0;
	/* the one that was there at the start may have been a daemon's that has ended since */
	fd = open_regular(pidfile->path, O_RDWR | O_CREAT);
	if (fd < 0)
		return fail(pidfile, fd);
	if (fchmod(fd, PIDFILE_MODE) < 0 || ftruncate(fd, 0) < 0)
		return fail(pidfile, -errno);
	if (pwrite(fd, text, (size_t)length, 0) != length)
		return fail(pidfile, errno ? -errno : -EIO);
	pidfile->made = false;
	pidfile->fd = take_fd(fd);
	return 0;
}

/* Whether what is at the path now is to go with us. */
static bool is_ours(const struct pidfile *pidfile)
{
	_cleanup_close_ int fd = open_regular(pidfile->path, O_RDONLY);
	_cleanup_free_ char *text = NULL;
	size_t size;

	if (fd < 0 || read_all(fd, 4096, &text, &size) < 0)
		return false;
	return size ? strtol(text, NULL, 10) == (long)getpid() : pidfile->made;
}

void pidfile_close(struct pidfile *pidfile)
{
	if (pidfile->path[0] && is_ours(pidfile) && unlink(pidfile->path) < 0 && errno != ENOENT &&
	    (pidfile->fd < 0 || ftruncate(pidfile->fd, 0) < 0))
		log_warning("%s: cannot be removed: %s", pidfile->path, strerror(errno));
	if (pidfile->fd >= 0)
		close(pidfile->fd);
	*pidfile = (struct pidfile){ .fd = -1 };
}
