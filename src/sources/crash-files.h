/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * crash-files: what lies in /var/crash, where kdump makes a directory for each
 * crash: "<stamp>" (Debian), "<host>-<date>" (RHEL), "<date>" (SUSE), on a share
 * below one for each host.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "sources/source.h"

#define CRASH_DIRECTORY "/var/crash"

enum { CRASH_FILES_MAX = 16384 };

/* Starts as {0}. */
struct crash_files {
	char **paths; /* below the root, sorted: directories have the time in their names */
	size_t n;
	bool is_cut;  /* there are more than CRASH_FILES_MAX */
	bool is_open; /* anybody may put something there */
};

/*
 * Lists the files whose name is wanted. A file system that may hang is left alone
 * where env is not patient: one line says so. who is for messages. Errors: -errno with the
 * reason in why, -ENOMEM.
 */
int crash_files_list(const struct source_env *env, const char *who,
		     bool (*is_wanted)(const char *name), struct crash_files *ret_files,
		     char why[SOURCE_WHY_MAX]);
void crash_files_free(struct crash_files *files);

/*
 * Why a file must not be believed, or NULL: where anybody may put one (Ubuntu's
 * apport has it so) only what root wrote counts. Valid until the next call.
 */
const char *crash_files_distrust(const struct crash_files *files, const struct stat *st);
