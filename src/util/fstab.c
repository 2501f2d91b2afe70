// SPDX-License-Identifier: GPL-2.0-only
#include "util/fstab.h"

#include <mntent.h>
#include <stdio.h>
#include <string.h>

#include "util/mounts.h"

enum { FSTAB_LINE_MAX = 4 * ROOT_PATH_MAX };

static const struct mount *find_parent(const struct mounts *mounts, const struct mount *mount)
{
	for (size_t i = 0; i < mounts->n; i++)
		if (mounts->mounts[i].id == mount->parent)
			return &mounts->mounts[i];
	return NULL;
}

/* What path, which is on or below directory, is from there; "" for directory itself. */
static const char *path_below(const char *directory, const char *path)
{
	size_t length = strcmp(directory, "/") == 0 ? 0 : strlen(directory);

	if (strncmp(directory, path, length) != 0 || (path[length] && path[length] != '/'))
		return NULL;
	return strcmp(path + length, "/") == 0 ? "" : path + length;
}

/*
 * Whether it only shows what is there without it: a sandbox mounts the
 * directories that may be written once more over themselves.
 */
static bool is_own_directory(const struct mounts *mounts, const struct mount *mount)
{
	const struct mount *parent = find_parent(mounts, mount);
	const char *inside, *shown;

	if (!parent || strcmp(parent->device, mount->device) != 0)
		return false;
	inside = path_below(parent->point, mount->point);
	shown = path_below(parent->origin, mount->origin);
	return inside && shown && strcmp(inside, shown) == 0;
}

static bool is_mounted(const struct mounts *mounts, const char *point)
{
	for (size_t i = 0; i < mounts->n; i++) {
		const struct mount *mount = &mounts->mounts[i];

		if (strcmp(mount->point, point) == 0 && strcmp(mount->type, "autofs") != 0 &&
		    !is_own_directory(mounts, mount))
			return true;
	}
	return false;
}

/* "/var/" is /var; the root itself is always there. */
static bool is_point_above(char *point, const char *path)
{
	for (size_t length = strlen(point); length > 1 && point[length - 1] == '/';)
		point[--length] = '\0';
	return point[0] == '/' && point[1] && path_below(point, path);
}

static bool find_missing(FILE *fstab, const struct mounts *mounts, const char *path,
			 char ret_point[ROOT_PATH_MAX])
{
	char buffer[FSTAB_LINE_MAX];
	struct mntent entry;

	while (getmntent_r(fstab, &entry, buffer, sizeof(buffer)))
		if (is_point_above(entry.mnt_dir, path) && !is_mounted(mounts, entry.mnt_dir)) {
			snprintf(ret_point, ROOT_PATH_MAX, "%s", entry.mnt_dir);
			return true;
		}
	return false;
}

bool fstab_missing(const struct root *root, const char *path, char ret_point[ROOT_PATH_MAX])
{
	char buffer[ROOT_PATH_MAX];
	FILE *fstab = setmntent(root_path(root, "/etc/fstab", buffer), "re");
	struct mounts mounts;
	bool missing = false;

	if (!fstab)
		return false;
	if (mounts_read(root, &mounts) == 0) {
		missing = find_missing(fstab, &mounts, path, ret_point);
		mounts_free(&mounts);
	}
	endmntent(fstab);
	return missing;
}
