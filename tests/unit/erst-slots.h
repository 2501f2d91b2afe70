/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For tests of /dev/erst_dbg: records as kernels write them, and a file that gives
 * one of them at each read, as the device does. Include after collect.h.
 */
#pragma once

#include "sources/erst-device.h"
#include "tests/unit/cper-builder.h"

#define SLOT_LINUX   "75a574e3-5052-4b29-8a8e-be2c6490b89d"
#define SLOT_FMPM    "cd5c2993-f4b2-41b2-b5d4-f9c3a0330875"
#define SLOT_FOREIGN "61fa3fac-cb80-4292-8bfb-d643b1de17f4"

#define SLOT_MCE    "fe08ffbe-95e4-4be7-bc73-4096044a38fc"
#define SLOT_LOG    "c197e04e-d545-4a70-9c17-a5549419eb12"
#define SLOT_LOG_Z  "4f118707-04dd-4055-b5dd-956d34ddfac6"
#define SLOT_MEMORY "a5bc1114-6f64-4ede-b863-3e83ed7c83b1"

struct slot {
	uint8_t bytes[ERST_RECORD_MAX];
};

/* A record with one section of size bytes, each of them fill. */
static inline void slot_make(struct slot *slot, uint64_t id, const char *creator, const char *type,
			     size_t size, uint8_t fill)
{
	uint8_t *at = slot->bytes;

	memset(slot, 0, sizeof(*slot));
	memcpy(at, "CPER", 4);
	build_le(at + 4, 0x100, 2);
	build_le(at + 6, UINT32_MAX, 4);
	build_le(at + 10, 1, 2);
	build_le(at + 12, 1, 4);
	build_le(at + 20, 200 + size, 4);
	build_guid(at + 64, creator);
	build_le(at + 96, id, 8);
	build_le(at + 128, 200, 4);
	build_le(at + 132, size, 4);
	build_guid(at + 144, type);
	build_le(at + 176, 1, 4);
	memset(at + 200, fill, size);
}

/* Puts the record behind those that the device has; there is room behind it. */
static inline void slot_put(struct collect *collect, const struct slot *slot)
{
	_cleanup_close_ int fd = -1;

	assert_int_equal(root_mkdir(&collect->root, "/dev"), 0);
	fd = root_open(&collect->root, ERST_DEVICE, O_WRONLY | O_CREAT | O_APPEND);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, slot, sizeof(*slot)), sizeof(*slot));
}
