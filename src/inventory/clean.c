// SPDX-License-Identifier: GPL-2.0-only
#include "inventory/clean.h"

#include <errno.h>
#include <string.h>

#include "util/cleanup.h"

enum { FILE_SIZE_MAX = 4096 }; /* what sysfs gives at most */

void clean_copy(struct bytes from, char *to, size_t size)
{
	size_t length = 0;

	for (size_t i = 0; i < from.size && length + 1 < size; i++) {
		uint8_t byte = from.data[i];

		if (byte <= ' ' && length == 0)
			continue;
		to[length++] = byte < ' ' || byte >= 0x7f ? ' ' : (char)byte;
	}
	while (length > 0 && to[length - 1] == ' ')
		length--;
	to[length] = '\0';
}

void clean_read(const struct root *root, const char *path, char *to, size_t size,
		struct problems *problems)
{
	_cleanup_free_ char *text = NULL;
	size_t length = 0;
	int r = root_read(root, path, FILE_SIZE_MAX, &text, &length);

	if (r < 0 && r != -ENOENT)
		problem_add(problems, "%s: %s", path, strerror(-r));
	clean_copy((struct bytes){ (const uint8_t *)text, r < 0 ? 0 : length }, to, size);
}
