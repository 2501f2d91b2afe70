/* SPDX-License-Identifier: GPL-2.0-only */
/* config-check: whether what the configuration names is there. */
#pragma once

#include "config.h"
#include "util/root.h"

/*
 * Where a trigger's script is, without the root's prefix: as it is when
 * absolute, else in config_trigger_directories(). Writes to ret_path, of ROOT_PATH_MAX bytes, also
 * where it should have been. Errors: -ENOENT, -EACCES (no file that may be run),
 * -ENAMETOOLONG, -errno.
 */
int config_find_trigger(const struct config *config, const struct root *root, const char *trigger,
			char *ret_path);

/* Where triggers without a path are looked for, in order. Returns how many; borrowed. */
enum { CONFIG_DIRECTORIES_MAX = 2 };
size_t config_trigger_directories(const struct config *config,
				  const char *ret_directories[CONFIG_DIRECTORIES_MAX]);

/*
 * Warns of each trigger that cannot be run, of each source in disable-source
 * that is none, of each user and group that is not there, and of what two rows
 * together make wrong. Returns how many triggers, sources and names these are.
 */
unsigned int config_check_names(const struct config *config);

/*
 * --check-config, after config_load() has said what it found: the rest, and "OK"
 * on stdout when there was nothing. Returns the exit status.
 */
int config_check(const struct config *config);
