// SPDX-License-Identifier: GPL-2.0-only
#include "sources/vmcoreinfo.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The value of key in one line; NULL: the line is another one's. */
static const char *value_in_line(const char *line, size_t length, const char *key, size_t *ret_size)
{
	size_t n = strlen(key);

	if (length <= n || memcmp(line, key, n) != 0 || line[n] != '=')
		return NULL;
	*ret_size = length - n - 1;
	return line + n + 1;
}

static const char *find_value(struct vmcoreinfo info, const char *key, size_t *ret_size)
{
	const char *line = info.text;
	size_t left = info.size;

	while (left > 0) {
		const char *end = memchr(line, '\n', left);
		size_t length = end ? (size_t)(end - line) : left;
		const char *value = value_in_line(line, length, key, ret_size);

		if (value)
			return value;
		if (!end)
			break;
		left -= length + 1;
		line = end + 1;
	}
	return NULL;
}

static bool is_hexadecimal(const char *key)
{
	return strncmp(key, "SYMBOL(", 7) == 0 || strcmp(key, "KERNELOFFSET") == 0;
}

/* strtoull() with a base of 0 would take a leading 0 for octal. */
static int parse_number(const char *text, bool hexadecimal, uint64_t *ret_number)
{
	bool prefixed = strncmp(text, "0x", 2) == 0;
	unsigned long long number;
	char *end;

	errno = 0;
	number = strtoull(text, &end, hexadecimal || prefixed ? 16 : 10);
	if (errno || end == text || *end)
		return -EINVAL;
	*ret_number = number;
	return 0;
}

int vmcoreinfo_number(struct vmcoreinfo info, const char *key, uint64_t *ret_number)
{
	char text[32];
	size_t size;
	const char *value = find_value(info, key, &size);

	if (!value)
		return -ENOENT;
	if (size >= sizeof(text))
		return -EINVAL;
	memcpy(text, value, size);
	text[size] = '\0';
	return parse_number(text, is_hexadecimal(key), ret_number);
}

int vmcoreinfo_of(struct vmcoreinfo info, const char *kind, const char *name, uint64_t *ret_number)
{
	char key[96];

	snprintf(key, sizeof(key), "%s(%s)", kind, name);
	return vmcoreinfo_number(info, key, ret_number);
}
