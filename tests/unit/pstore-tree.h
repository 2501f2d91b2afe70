/* SPDX-License-Identifier: GPL-2.0-only */
/* For tests of pstore: parts below a fake root, and compressed text. Include after collect.h. */
#pragma once

#include <sys/time.h>

#define LIVE	"/sys/fs/pstore/"
#define ARCHIVE "/var/lib/systemd/pstore/"

static inline void put_text(struct collect *collect, const char *path, const char *text)
{
	put_file(collect, path, text, strlen(text));
}

/* One of tests/golden/pstore, which are cut from what real panics left, at its usual time. */
static inline void put_part(struct collect *collect, const char *directory, const char *name)
{
	char path[256], from[256];

	snprintf(path, sizeof(path), "%s%s", directory, name);
	snprintf(from, sizeof(from), "golden/pstore/%s", name);
	put_test_file(collect, path, from);
}

static inline void set_mtime(struct collect *collect, const char *path, int64_t seconds)
{
	const struct timeval times[2] = { { .tv_sec = seconds }, { .tv_sec = seconds } };
	char buffer[ROOT_PATH_MAX];

	assert_int_equal(utimes(root_path(&collect->root, path, buffer), times), 0);
}

#ifdef HAVE_ZLIB
#include <zlib.h>

/* Raw deflate of text; returns its size. out has room for it. */
static inline size_t deflate_raw(const void *text, size_t size, void *out, size_t out_size)
{
	z_stream stream = { .next_in = (Bytef *)(uintptr_t)text,
			    .avail_in = (uInt)size,
			    .next_out = out,
			    .avail_out = (uInt)out_size };

	assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, -11, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
	deflateEnd(&stream);
	return stream.total_out;
}
#endif
