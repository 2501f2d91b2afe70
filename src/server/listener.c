// SPDX-License-Identifier: GPL-2.0-only
#include "server/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>

#include "server/dial.h"
#include "util/cleanup.h"

/*
 * Whether a process listens at path. Only a refused connection says that none
 * does: one that hangs, or serves something else, must not lose its socket.
 * Errors: -EPROTOTYPE, -EACCES, -errno.
 */
static int somebody_listens(const char *path, unsigned int timeout_ms)
{
	_cleanup_close_ int fd = dial(path, timeout_ms ? timeout_ms : 1);

	if (fd == -ECONNREFUSED || fd == -ENOENT)
		return 0;
	return fd == -ETIMEDOUT || fd >= 0 ? 1 : fd;
}

/* Makes room for our file. */
static int clear_path(const struct server_params *params)
{
	const char *path = params->socket_path;
	struct stat st;
	int r;

	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode))
		return -ENOTSOCK;
	r = somebody_listens(path, params->ping_timeout_ms);
	if (r != 0)
		return r < 0 ? r : -EADDRINUSE;
	return unlink(path) < 0 && errno != ENOENT ? -errno : 0;
}

/* Only the last directory: /run itself not being there is a mistake that should show. */
static int make_directory(const char *path)
{
	_cleanup_free_ char *directory = strdup(path);
	char *slash = directory ? strrchr(directory, '/') : NULL;

	if (!directory)
		return -ENOMEM;
	if (!slash || slash == directory)
		return 0;
	*slash = '\0';
	return mkdir(directory, 0755) < 0 && errno != EEXIST ? -errno : 0;
}

/* Whether some may ask whom the owner and the group of the file do not cover. */
static bool others_may_ask(const struct server_params *params, bool group_set)
{
	return params->any_user || (params->has_group && !group_set) ||
	       (params->has_user && params->client_uid != geteuid() && params->client_uid != 0);
}

/* Before listen(), so that nobody gets in by a mode that is too wide. */
static int set_mode(const struct server_params *params)
{
	const char *path = params->socket_path;
	bool group_set = params->has_group && lchown(path, (uid_t)-1, params->client_gid) == 0;

	return chmod(path, others_may_ask(params, group_set) ? 0666 : 0660) < 0 ? -errno : 0;
}

static int bind_path(int fd, const char *path)
{
	struct sockaddr_un address;
	mode_t mask;
	int r = dial_address(path, &address);

	if (r < 0)
		return r;
	mask = umask(0022);
	r = make_directory(path);
	umask(0177);
	if (r == 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		r = -errno;
	umask(mask);
	return r;
}

static int remember_file(struct listener *listener, const char *path)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return -errno;
	listener->path = strdup(path);
	if (!listener->path)
		return -ENOMEM;
	listener->device = st.st_dev;
	listener->inode = st.st_ino;
	return 0;
}

static int listen_at(const struct server_params *params, struct listener *listener)
{
	/* what is too much becomes the system's own limit */
	int backlog = params->backlog && params->backlog < 65535 ? (int)params->backlog : 65535;
	int r = clear_path(params);

	if (r < 0)
		return r;
	listener->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (listener->fd < 0)
		return -errno;
	r = bind_path(listener->fd, params->socket_path);
	if (r < 0)
		return r;
	r = remember_file(listener, params->socket_path);
	if (r == 0)
		r = set_mode(params);
	if (r == 0 && listen(listener->fd, backlog) < 0)
		r = -errno;
	return r;
}

static int take_over(int passed, struct listener *listener)
{
	int r = sd_is_socket_unix(passed, SOCK_STREAM, 1, NULL, 0);

	if (r <= 0)
		return r < 0 ? r : -EINVAL;
	listener->fd = fcntl(passed, F_DUPFD_CLOEXEC, 3);
	if (listener->fd < 0 || fcntl(listener->fd, F_SETFL, O_NONBLOCK) < 0)
		return -errno;
	return 0;
}

int listener_open(const struct server_params *params, struct listener *ret_listener)
{
	struct listener listener = { .fd = -1 };
	int r = params->listen_fd >= 0 ? take_over(params->listen_fd, &listener)
				       : listen_at(params, &listener);

	if (r < 0) {
		listener_close(&listener);
		return r;
	}
	*ret_listener = listener;
	return 0;
}

void listener_close(struct listener *listener)
{
	struct stat st;

	if (listener->path && lstat(listener->path, &st) == 0 && st.st_dev == listener->device &&
	    st.st_ino == listener->inode)
		unlink(listener->path);
	free(listener->path);
	if (listener->fd >= 0)
		close(listener->fd);
	*listener = (struct listener){ .fd = -1 };
}
