// SPDX-License-Identifier: GPL-2.0-only
#include "sources/inflate.h"

#include <errno.h>

#ifdef HAVE_ZLIB

#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <zlib.h>

/* Without a header nothing says the window's size: the largest one fits all. */
enum { WINDOW_BITS = -15, FIRST_SIZE = 16384 };

struct output {
	char *text;
	size_t capacity;
};

/* Room for more text, one byte beyond the limit at most: that tells too much from enough. */
static int grow(struct output *output, size_t limit)
{
	size_t larger = output->capacity ? output->capacity * 2 : FIRST_SIZE;
	char *grown;

	if (output->capacity > limit)
		return -EFBIG;
	if (larger > limit)
		larger = limit + 1;
	grown = realloc(output->text, larger + 1);
	if (!grown)
		return -ENOMEM;
	output->text = grown;
	output->capacity = larger;
	return 0;
}

/* 1 at the end of the stream, 0 where its bytes end before that. */
static int run(z_stream *stream, size_t limit, struct output *output)
{
	for (;;) {
		size_t used = stream->total_out;
		int r, z;

		if (used == output->capacity && (r = grow(output, limit)) < 0)
			return r;
		stream->next_out = (Bytef *)output->text + used;
		stream->avail_out = (uInt)(output->capacity - used);
		z = inflate(stream, Z_NO_FLUSH);
		if (z == Z_STREAM_END)
			return stream->total_out > limit ? -EFBIG : 1;
		if (z == Z_MEM_ERROR)
			return -ENOMEM;
		if (z != Z_OK && z != Z_BUF_ERROR)
			return -EBADMSG;
		if (!stream->avail_in && stream->avail_out)
			return 0;
	}
}

int inflate_raw(const void *data, size_t size, size_t limit, char **ret_text, size_t *ret_size)
{
	z_stream stream = { .next_in = (Bytef *)(uintptr_t)data, .avail_in = (uInt)size };
	struct output output = { 0 };
	int r;

	if (size > UINT_MAX || limit >= UINT_MAX)
		return -EFBIG;
	if (inflateInit2(&stream, WINDOW_BITS) != Z_OK)
		return -ENOMEM;
	r = run(&stream, limit, &output);
	inflateEnd(&stream);
	if (r < 0) {
		free(output.text);
		return r;
	}
	*ret_size = stream.total_out;
	*ret_text = output.text;
	output.text[*ret_size] = '\0';
	return r == 1 ? 0 : -ENODATA;
}

#else

int inflate_raw(const void *data, size_t size, size_t limit, char **ret_text, size_t *ret_size)
{
	(void)data, (void)size, (void)limit, (void)ret_text, (void)ret_size;
	return -ENOTSUP;
}

#endif
