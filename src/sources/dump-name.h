/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * dump-name: crash dumps by their names: "vmcore" (RHEL, SUSE), "vmcore.flat" (RHEL
 * over ssh), "dump.<stamp>" and "vmcore.<stamp>" (Debian). While one is being written
 * it is called "…-incomplete".
 */
#pragma once

enum dump_kind {
	DUMP_NOT,
	DUMP_WHOLE,
	DUMP_COMPRESSED, /* the whole file, by kdump-tools or by hand */
};

/* By the last part of a path. */
enum dump_kind dump_kind_of(const char *name);
