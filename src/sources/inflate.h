/* SPDX-License-Identifier: GPL-2.0-only */
/* inflate: raw deflate (RFC 1951, no zlib header), as pstore compresses kernel log parts. */
#pragma once

#include <stddef.h>

/*
 * The text of a whole stream, with a NUL behind it; the caller frees it. What
 * follows the stream does not count. Errors: -EBADMSG it is none; -EFBIG more
 * than limit bytes come out; -ENOMEM; -ENOTSUP this build cannot. -ENODATA, with
 * both outputs set: it ends within, and this is what it gave until there.
 */
int inflate_raw(const void *data, size_t size, size_t limit, char **ret_text, size_t *ret_size);
