/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vmcoreinfo: the crashed kernel's note about itself, lines of KEY=VALUE (Linux
 * Documentation/admin-guide/kdump/vmcoreinfo.rst).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Somebody else's text, not NUL-terminated; {0} has no keys. */
struct vmcoreinfo {
	const char *text;
	size_t size;
};

/*
 * The number of a key, which is given whole: "SYMBOL(prb)" and "KERNELOFFSET" are
 * hexadecimal as the kernel writes them, all others decimal or "0x…"; a negative
 * one as its two's complement. Errors: -ENOENT, -EINVAL where it is no number.
 */
int vmcoreinfo_number(struct vmcoreinfo info, const char *key, uint64_t *ret_number);

/* The same for a key of a structure: vmcoreinfo_of(info, "OFFSET", "printk_info.text_len", …). */
int vmcoreinfo_of(struct vmcoreinfo info, const char *kind, const char *name, uint64_t *ret_number);
