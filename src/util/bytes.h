/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bounds-checked little-endian reads from a block of bytes, for formats that
 * come from firmware, flash or another kernel.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bytes {
	const uint8_t *data; /* not owned */
	size_t size;
};

/* Whether size bytes lie at offset. */
static inline bool bytes_have(struct bytes bytes, size_t offset, size_t size)
{
	return offset <= bytes.size && size <= bytes.size - offset;
}

/* The value at offset, or 0 where the block is too short for it. */
static inline uint64_t bytes_le(struct bytes bytes, size_t offset, size_t size)
{
	uint64_t value = 0;

	if (size > sizeof(value) || !bytes_have(bytes, offset, size))
		return 0;
	for (size_t i = size; i > 0; i--)
		value = value << 8 | bytes.data[offset + i - 1];
	return value;
}

static inline uint8_t bytes_u8(struct bytes bytes, size_t offset)
{
	return (uint8_t)bytes_le(bytes, offset, 1);
}

static inline uint16_t bytes_u16(struct bytes bytes, size_t offset)
{
	return (uint16_t)bytes_le(bytes, offset, 2);
}

static inline uint32_t bytes_u32(struct bytes bytes, size_t offset)
{
	return (uint32_t)bytes_le(bytes, offset, 4);
}

static inline uint64_t bytes_u64(struct bytes bytes, size_t offset)
{
	return bytes_le(bytes, offset, 8);
}

/* FNV-1a over the block: identifies content in delivery keys; not cryptographic. */
static inline uint64_t bytes_hash(struct bytes bytes)
{
	uint64_t hash = 0xcbf29ce484222325ull;

	for (size_t i = 0; i < bytes.size; i++)
		hash = (hash ^ bytes.data[i]) * 0x100000001b3ull;
	return hash;
}
