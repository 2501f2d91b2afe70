// SPDX-License-Identifier: GPL-2.0-only
#include "sources/pstore-name.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "sources/wire.h"

#define SECOND_US 1000000

static const char compressed_suffix[] = ".enc.z";

/* Decimal digits and nothing else. */
static bool parse_digits(const char *text, size_t length, uint64_t max, uint64_t *ret_value)
{
	uint64_t value = 0;

	for (size_t i = 0; i < length; i++)
		if (!isdigit((unsigned char)text[i]) || __builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(text[i] - '0'), &value))
			return false;
	if (!length || value > max)
		return false;
	*ret_value = value;
	return true;
}

static void take_efi_id(struct pstore_name *name)
{
	const uint64_t parts = 100, counts = 1000;
	uint64_t seconds = name->id / counts / parts;

	name->backend = PSTORE_EFI;
	name->count = (unsigned int)(name->id % counts);
	name->part = (unsigned int)(name->id / counts % parts);
	if (seconds <= INT64_MAX / SECOND_US)
		name->time_us = (int64_t)seconds * SECOND_US;
}

static bool is_text(const char *text, size_t length, const char *wanted)
{
	return strlen(wanted) == length && memcmp(text, wanted, length) == 0;
}

/* "ramoops-0", the name behind "console-" */
static int parse_console(const char *name, struct pstore_name *ret_name)
{
	struct pstore_name parsed = { .backend = PSTORE_CONSOLE };
	const char *dash = strrchr(name, '-');

	if (!dash || dash == name ||
	    !parse_digits(dash + 1, strlen(dash + 1), UINT64_MAX, &parsed.id))
		return -EINVAL;
	*ret_name = parsed;
	return 0;
}

int pstore_parse_name(const char *name, struct pstore_name *ret_name)
{
	static const char console[] = "console-";
	struct pstore_name parsed = { .backend = PSTORE_SLOTS };
	size_t length = strlen(name), suffix = sizeof(compressed_suffix) - 1;
	const char *backend = name + strlen("dmesg-"), *dash;

	if (strcmp(name, "dmesg.txt") == 0) {
		*ret_name = (struct pstore_name){ .backend = PSTORE_JOINED };
		return 0;
	}
	if (strncmp(name, console, strlen(console)) == 0)
		return parse_console(name + strlen(console), ret_name);
	if (strncmp(name, "dmesg-", strlen("dmesg-")) != 0)
		return -EINVAL;
	if (length > suffix && strcmp(name + length - suffix, compressed_suffix) == 0) {
		parsed.compressed = true;
		length -= suffix;
	}
	dash = memrchr(backend, '-', length - strlen("dmesg-"));
	if (!dash || dash == backend ||
	    !parse_digits(dash + 1, length - (size_t)(dash + 1 - name), UINT64_MAX, &parsed.id))
		return -EINVAL;
	if (is_text(backend, (size_t)(dash - backend), "erst")) {
		parsed.backend = PSTORE_ERST;
		parsed.time_us = wire_erst_time_us(parsed.id);
	} else if (is_text(backend, (size_t)(dash - backend), "efi") ||
		   is_text(backend, (size_t)(dash - backend), "efi_pstore")) {
		take_efi_id(&parsed);
	}
	*ret_name = parsed;
	return 0;
}

static size_t without_end(const char *line, size_t length)
{
	while (length && (line[length - 1] == '\n' || line[length - 1] == '\r'))
		length--;
	return length;
}

int pstore_parse_header(const char *line, size_t length, struct pstore_header *ret_header)
{
	static const char middle[] = " Part";
	struct pstore_header header = { 0 };
	const char *hash, *part;
	uint64_t count, number;
	size_t n;

	length = without_end(line, length);
	hash = memchr(line, '#', length);
	n = hash ? (size_t)(hash - line) : 0;
	if (!n || n >= sizeof(header.reason))
		return -EINVAL;
	for (size_t i = 0; i < n; i++)
		if (!isalpha((unsigned char)line[i]))
			return -EINVAL;
	part = memmem(hash, length - n, middle, sizeof(middle) - 1);
	if (!part)
		return -EINVAL;
	if (!parse_digits(hash + 1, (size_t)(part - hash) - 1, UINT_MAX, &count))
		return -EINVAL;
	part += sizeof(middle) - 1;
	if (!parse_digits(part, length - (size_t)(part - line), UINT_MAX, &number))
		return -EINVAL;
	memcpy(header.reason, line, n);
	header.count = (unsigned int)count;
	header.part = (unsigned int)number;
	*ret_header = header;
	return 0;
}

/* "Panic: Total 2 times" */
static bool is_total(const char *line, size_t length)
{
	static const char middle[] = ": Total ", end[] = " times";
	const size_t fixed = sizeof(middle) - 1 + sizeof(end) - 1;
	const char *at = memmem(line, length, middle, sizeof(middle) - 1);
	uint64_t times;
	size_t n;

	if (!at || length < (size_t)(at - line) + fixed ||
	    memcmp(line + length - (sizeof(end) - 1), end, sizeof(end) - 1) != 0)
		return false;
	for (const char *c = line; c < at; c++)
		if (!isalpha((unsigned char)*c))
			return false;
	n = length - (size_t)(at - line) - fixed;
	return parse_digits(at + sizeof(middle) - 1, n, UINT64_MAX, &times);
}

/* "dmesg-erst-7710377589595963394:" */
static bool is_file_name(const char *line, size_t length)
{
	char name[64];
	struct pstore_name parsed;

	if (length < 2 || length > sizeof(name) || line[length - 1] != ':')
		return false;
	memcpy(name, line, length - 1);
	name[length - 1] = '\0';
	return pstore_parse_name(name, &parsed) == 0;
}

bool pstore_is_added(const char *line, size_t length)
{
	struct pstore_header header;

	length = without_end(line, length);
	return pstore_parse_header(line, length, &header) == 0 || is_total(line, length) ||
	       is_file_name(line, length);
}
