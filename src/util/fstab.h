/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * fstab: whether a path lies where it will lie once the system is up. Early
 * in the boot a directory may be the empty one below a file system that is
 * mounted later; what is written there is lost from sight.
 */
#pragma once

#include <stdbool.h>

#include "util/root.h"

/*
 * Whether path is on, or below, a mount point of /etc/fstab on which nothing is
 * mounted yet; then ret_point has the mount point. An automount point that
 * waits for its first use counts as nothing: using it may take as long as a
 * network. Without /etc/fstab or /proc/self/mountinfo nothing is missing.
 */
bool fstab_missing(const struct root *root, const char *path, char ret_point[ROOT_PATH_MAX]);
