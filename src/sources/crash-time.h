/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * crash-time: when a crash was whose kernel log does not say: what lies beside it, and what the
 * directory is called.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "sources/crash-files.h"
#include "util/root.h"

/*
 * By the dump beside a log, "vmcore" or of the same stamp: us since the epoch; 0: there is
 * none that says it, or none to be believed. Spends some of *pages_left, what may be read.
 */
int64_t crash_time_of_dump(const struct root *root, const struct crash_files *files,
			   const char *log, size_t *pages_left);

/*
 * By the date in the path, "…/202611202203/…" (Debian), "…/HOST-2026-11-20-22:03:50/…" (RHEL),
 * "…/2026-11-20-22:03/…" (SUSE), as if it were UTC: it is in the time zone of the machine
 * at that time, which nobody knows. us since the epoch; 0: there is none.
 */
int64_t crash_time_of_name(const char *path);

/*
 * By the time of a file, which the capture kernel wrote soon after the crash, unless it is a copy:
 * of one that was made in this boot, which began at boot_us (0 unknown), or of which the date in
 * the path says something else. us since the epoch; 0 unknown.
 */
int64_t crash_time_of_file(const char *path, const struct stat *st, int64_t boot_us);
