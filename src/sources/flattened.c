// SPDX-License-Identifier: GPL-2.0-only
#include "sources/flattened.h"

#include <errno.h>
#include <string.h>

#include "util/cleanup.h"

enum { HEADER_SIZE = 4096, PIECE_HEADER_SIZE = 16, SIGNATURE_SIZE = 16 };

struct piece {
	uint64_t offset; /* in the dump */
	uint64_t size;
	uint64_t at; /* in the file */
};

struct flattened {
	struct dump_reader file;
	size_t n_pieces;
	struct piece pieces[FLATTENED_PIECES_MAX];
};

static uint64_t big_endian(const uint8_t *bytes)
{
	uint64_t value = 0;

	for (int i = 0; i < 8; i++)
		value = value << 8 | bytes[i];
	return value;
}

/* The last piece that has the byte, and how many bytes it has from there. */
static const struct piece *find_piece(const struct flattened *flattened, uint64_t offset)
{
	for (size_t i = flattened->n_pieces; i > 0; i--) {
		const struct piece *piece = &flattened->pieces[i - 1];

		if (offset >= piece->offset && offset - piece->offset < piece->size)
			return piece;
	}
	return NULL;
}

/* As far as no later piece begins. */
static size_t run_length(const struct flattened *flattened, const struct piece *piece,
			 uint64_t offset, size_t size)
{
	uint64_t left = piece->size - (offset - piece->offset);
	const struct piece *end = flattened->pieces + flattened->n_pieces;

	if (left > size)
		left = size;
	for (const struct piece *later = piece + 1; later < end; later++)
		if (later->offset > offset && later->offset - offset < left)
			left = later->offset - offset;
	return (size_t)left;
}

static ssize_t read_pieces(void *context, void *buffer, size_t size, uint64_t offset)
{
	struct flattened *flattened = context;
	size_t done = 0;

	while (done < size) {
		const struct piece *piece = find_piece(flattened, offset + done);
		size_t run;
		ssize_t n;

		if (!piece)
			break;
		run = run_length(flattened, piece, offset + done, size - done);
		n = flattened->file.read(flattened->file.context, (char *)buffer + done, run,
					 piece->at + (offset + done - piece->offset));
		if (n < 0)
			return n;
		done += (size_t)n;
		if ((size_t)n < run)
			break;
	}
	return (ssize_t)done;
}

/* A file that was cut short or has an end of its own: what is there counts. */
static int index_pieces(struct flattened *flattened)
{
	uint64_t at = HEADER_SIZE;

	while (flattened->n_pieces < FLATTENED_PIECES_MAX) {
		uint8_t raw[PIECE_HEADER_SIZE];
		struct piece piece;
		int r = dump_read(&flattened->file, raw, sizeof(raw), at);

		if (r < 0)
			return r == -ENODATA ? 0 : r;
		piece.offset = big_endian(raw);
		piece.size = big_endian(raw + 8);
		piece.at = at + sizeof(raw);
		if (piece.offset > INT64_MAX || piece.size > INT64_MAX - piece.at)
			return 0;
		flattened->pieces[flattened->n_pieces++] = piece;
		at = piece.at + piece.size;
	}
	return 0;
}

int flattened_open(const struct dump_reader *reader, struct flattened **ret_flattened)
{
	static const char signature[SIGNATURE_SIZE] = "makedumpfile";
	_cleanup_free_ struct flattened *flattened = NULL;
	char raw[SIGNATURE_SIZE];
	int r = dump_read(reader, raw, sizeof(raw), 0);

	if (r == -ENODATA || (r == 0 && memcmp(raw, signature, sizeof(raw)) != 0))
		return -ENOENT;
	if (r < 0)
		return r;
	flattened = calloc(1, sizeof(*flattened));
	if (!flattened)
		return -ENOMEM;
	flattened->file = *reader;
	r = index_pieces(flattened);
	if (r < 0)
		return r;
	*ret_flattened = take_ptr(flattened);
	return 0;
}

void flattened_free(struct flattened *flattened)
{
	free(flattened);
}

struct dump_reader flattened_reader(struct flattened *flattened)
{
	return (struct dump_reader){ read_pieces, flattened };
}
