// SPDX-License-Identifier: GPL-2.0-only
/*
 * A main() for fuzz targets where there is no libFuzzer: runs the target over
 * the files given, and over each of them cut short and changed in many places,
 * the same ones every time.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/root.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CHANGES = 2000, FILE_MAX = 1 << 20 };

/* xorshift: numbers need not be good, they must be the same everywhere. */
static uint32_t next_number(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/* The sanitizers see a read past the end only in a block of the exact size. */
static void run(const uint8_t *data, size_t size)
{
	_cleanup_free_ uint8_t *copy = malloc(size ? size : 1);

	if (!copy)
		abort();
	if (size)
		memcpy(copy, data, size);
	LLVMFuzzerTestOneInput(copy, size);
}

static void change(uint8_t *data, size_t size, uint32_t *state)
{
	static const uint8_t bytes[] = { 0x00, 0x01, 0x1d, 0x1e, 0x1f, 0x7f, 0x80, 0xfe, 0xff };
	unsigned int n = 1 + next_number(state) % 4;

	while (n--) {
		uint32_t number = next_number(state);

		data[number % size] = number >> 31 ? (uint8_t)(number >> 16)
						   : bytes[(number >> 20) % sizeof(bytes)];
	}
}

static void run_changed(const uint8_t *data, size_t size)
{
	_cleanup_free_ uint8_t *changed = malloc(size);
	uint32_t state = 2463534242u;

	if (!changed)
		abort();
	for (unsigned int i = 0; i < CHANGES; i++) {
		size_t end = size;

		memcpy(changed, data, size);
		change(changed, size, &state);
		if (i % 8 == 0)
			end = next_number(&state) % size;
		run(changed, end);
	}
}

static int run_file(const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	_cleanup_free_ char *data = NULL;
	size_t size;
	int r = fd < 0 ? -errno : read_all(fd, FILE_MAX, &data, &size);

	if (r < 0) {
		fprintf(stderr, "%s: %s\n", path, strerror(-r));
		return r;
	}
	run((uint8_t *)data, size);
	if (size)
		run_changed((uint8_t *)data, size);
	return 0;
}

int main(int argc, char **argv)
{
	int status = EXIT_SUCCESS;

	run(NULL, 0);
	for (int i = 1; i < argc; i++)
		if (run_file(argv[i]) < 0)
			status = EXIT_FAILURE;
	return status;
}
