// SPDX-License-Identifier: GPL-2.0-only
#include "server/dial.h"

#include <errno.h>
#include <string.h>
#include <sys/time.h>

#include "util/cleanup.h"

int dial_address(const char *path, struct sockaddr_un *ret_address)
{
	size_t length = strlen(path);

	if (!length)
		return -EINVAL;
	if (length >= sizeof(ret_address->sun_path))
		return -ENAMETOOLONG;
	*ret_address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(ret_address->sun_path, path, length + 1);
	return 0;
}

int dial(const char *path, unsigned int timeout_ms)
{
	const struct timeval timeout = {
		.tv_sec = timeout_ms / 1000,
		.tv_usec = timeout_ms % 1000 * 1000,
	};
	_cleanup_close_ int fd = -1;
	struct sockaddr_un address;
	int r = dial_address(path, &address);

	if (r < 0)
		return r;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)) < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return errno == EAGAIN ? -ETIMEDOUT : -errno;
	return take_fd(fd);
}
