// SPDX-License-Identifier: GPL-2.0-only
#include "sources/dump-reader.h"

#include <errno.h>
#include <unistd.h>

#include "util/cleanup.h"

enum { PAGE = 4096 };

static ssize_t read_fd(void *context, void *buffer, size_t size, uint64_t offset)
{
	const int *fd = context;
	size_t done = 0;

	if (offset > INT64_MAX || size > INT64_MAX - offset)
		return 0;
	while (done < size) {
		ssize_t n = pread(*fd, (char *)buffer + done, size - done, (off_t)(offset + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

struct dump_reader dump_reader_of_fd(int *fd)
{
	return (struct dump_reader){ read_fd, fd };
}

size_t dump_pages(size_t size)
{
	return 1 + size / PAGE;
}

static ssize_t read_bounded(void *context, void *buffer, size_t size, uint64_t offset)
{
	struct dump_bounded *bounded = context;

	if (bounded->pages_left < dump_pages(size))
		return -E2BIG;
	bounded->pages_left -= dump_pages(size);
	return bounded->file.read(bounded->file.context, buffer, size, offset);
}

struct dump_reader dump_reader_bounded(struct dump_bounded *bounded)
{
	return (struct dump_reader){ read_bounded, bounded };
}

int dump_read(const struct dump_reader *reader, void *buffer, size_t size, uint64_t offset)
{
	ssize_t n = reader->read(reader->context, buffer, size, offset);

	if (n < 0)
		return (int)n;
	return (size_t)n == size ? 0 : -ENODATA;
}

int dump_read_block(const struct dump_reader *reader, uint64_t offset, uint64_t size,
		    uint64_t limit, uint8_t **ret_block)
{
	_cleanup_free_ uint8_t *block = NULL;
	int r;

	if (size > limit)
		return -EFBIG;
	block = malloc((size_t)size + 1);
	if (!block)
		return -ENOMEM;
	r = dump_read(reader, block, (size_t)size, offset);
	if (r < 0)
		return r;
	block[size] = '\0';
	*ret_block = take_ptr(block);
	return 0;
}
