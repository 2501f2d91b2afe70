/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pstore-name: what pstore says about a part of a kernel log: the file's name,
 * and the line that the kernel put before the text.
 *
 * Names are "dmesg-<backend>-<number>[.enc.z]" (Linux fs/pstore/inode.c). The
 * number is ERST's record id, a clock; of EFI variables the decimal digits of
 * time, part and count (drivers/firmware/efi/efi-pstore.c); elsewhere
 * (ramoops, pstore_blk) a slot that is used again and again. "console-<backend>-<number>"
 * is all that a whole boot wrote to its console, as far as it fits.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pstore_backend {
	PSTORE_ERST,
	PSTORE_EFI,
	PSTORE_SLOTS,
	PSTORE_CONSOLE,
	PSTORE_JOINED, /* systemd-pstore's dmesg.txt: all parts one after the other */
};

struct pstore_name {
	enum pstore_backend backend;
	uint64_t id;
	unsigned int part;  /* EFI; else 0 */
	unsigned int count; /* EFI: of this boot's dumps; else 0 */
	int64_t time_us;    /* ERST: of this boot's first record; EFI: of the part; 0 unknown */
	bool compressed;    /* the kernel could not decompress it: raw deflate, as a rule */
};

/* Errors: -EINVAL: no part of a kernel log. */
int pstore_parse_name(const char *name, struct pstore_name *ret_name);

/* "Panic#1 Part2": which of this boot's dumps, why, and which part, 1 being the end of the log. */
struct pstore_header {
	char reason[16];
	unsigned int count;
	unsigned int part;
};

/* A line with or without its end. Errors: -EINVAL. */
int pstore_parse_header(const char *line, size_t length, struct pstore_header *ret_header);

/*
 * Whether a line is no line of the log but one that was added: the header,
 * pstore_blk's "Panic: Total 2 times", and the names in dmesg.txt.
 */
bool pstore_is_added(const char *line, size_t length);
