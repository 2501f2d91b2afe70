/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * erst-device: /dev/erst_dbg, which hands out whatever lies in ERST, whole records
 * of any creator, and erases by ID (Linux drivers/acpi/apei/erst-dbg.c). Few
 * kernels have it. A record cannot be asked for by its ID, and nothing says how
 * many the store has room for.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "sources/erst-record.h"
#include "util/root.h"

#define ERST_DEVICE "/dev/erst_dbg"

/* More records than any store has: reading ends there. */
enum { ERST_READS_MAX = 4096 };

/*
 * Opens it at the first record. Errors: -ENOENT the kernel does not have the
 * device, or the machine no ERST; -errno. Returns the fd.
 */
int erst_device_open(const struct root *root);

/*
 * The next record. Returns its size, 0 when there is no more. Errors: -EINVAL it
 * is larger than buffer, -EIO the firmware does not give it: one more read has the
 * one behind it; any other -errno: no more can be had.
 */
ssize_t erst_device_read(int fd, uint8_t buffer[ERST_RECORD_MAX]);

/* Erases a record. Errors: -ENOENT, -errno. */
int erst_device_clear(int fd, uint64_t id);

/* How many records there are. Errors: -errno. */
int erst_device_count(int fd, uint32_t *ret_count);
