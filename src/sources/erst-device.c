// SPDX-License-Identifier: GPL-2.0-only
#include "sources/erst-device.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/ioctl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define ERST_CLEAR_RECORD     _IOW('E', 1, uint64_t)
#define ERST_GET_RECORD_COUNT _IOR('E', 2, uint32_t)

int erst_device_open(const struct root *root)
{
	/* not blocking: with another root it may be a pipe */
	int fd = root_open(root, ERST_DEVICE, O_RDONLY | O_NONBLOCK);

	return fd == -ENODEV || fd == -ENXIO ? -ENOENT : fd;
}

ssize_t erst_device_read(int fd, uint8_t buffer[ERST_RECORD_MAX])
{
	ssize_t n;

	do
		n = read(fd, buffer, ERST_RECORD_MAX);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

int erst_device_clear(int fd, uint64_t id)
{
	return ioctl(fd, ERST_CLEAR_RECORD, &id) < 0 ? -errno : 0;
}

int erst_device_count(int fd, uint32_t *ret_count)
{
	uint32_t count;

	if (ioctl(fd, ERST_GET_RECORD_COUNT, &count) < 0)
		return -errno;
	*ret_count = count;
	return 0;
}
