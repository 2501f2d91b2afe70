// SPDX-License-Identifier: GPL-2.0-only
#include "sources/crash-files.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sources/tree.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/mounts.h"

enum { DEPTH_MAX = 3 };

struct listing {
	const struct source_env *env;
	const char *who;
	bool (*is_wanted)(const char *name);
	struct crash_files *files;
	struct mounts mounts;
	char real[PATH_MAX]; /* where CRASH_DIRECTORY is, if it is a symbolic link */
};

void crash_files_free(struct crash_files *files)
{
	for (size_t i = 0; i < files->n; i++)
		free(files->paths[i]);
	free(files->paths);
	*files = (struct crash_files){ 0 };
}

static int add_path(void *context, const char *path, const char *name)
{
	const struct listing *listing = context;
	struct crash_files *files = listing->files;
	char **grown = files->paths;

	if (!listing->is_wanted(name))
		return 0;
	if (files->n >= CRASH_FILES_MAX) {
		files->is_cut = true;
		return -E2BIG;
	}
	/* a power of two is full */
	if ((files->n & (files->n - 1)) == 0)
		grown = reallocarray(grown, files->n ? files->n * 2 : 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	files->paths = grown;
	grown[files->n] = strdup(path);
	return grown[files->n] ? (files->n++, 0) : -ENOMEM;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* --- file systems that may hang --- */

/* The link lies on the file system of /var: to read it asks nobody else. */
static void find_real(struct listing *listing)
{
	char path[ROOT_PATH_MAX];
	ssize_t n = readlink(root_path(listing->env->root, CRASH_DIRECTORY, path), listing->real,
			     sizeof(listing->real) - 1);

	if (n > 0 && listing->real[0] == '/')
		listing->real[n] = '\0';
	else
		strcpy(listing->real, CRASH_DIRECTORY);
}

/*
 * The file system that a path must not be read for; NULL: none. Where our own
 * state lies on it there is no starting without it, either.
 */
static const struct mount *find_hanging(const struct listing *listing, const char *path)
{
	const struct mount *mount, *own;
	char *real = NULL;

	if (listing->env->patient ||
	    asprintf(&real, "%s%s", listing->real, path + strlen(CRASH_DIRECTORY)) < 0)
		return NULL;
	mount = mounts_find(&listing->mounts, real);
	own = mounts_find(&listing->mounts, listing->env->state_dir);
	free(real);
	return mount && mount != own && mount_may_hang(mount) ? mount : NULL;
}

static bool may_enter(void *context, const char *path)
{
	const struct listing *listing = context;
	const struct mount *hanging = find_hanging(listing, path);

	if (hanging)
		log_info("%s: %s: on %s, which may hang: left to mcelog --harvest", listing->who,
			 path, hanging->type);
	return !hanging;
}

/* --- the list --- */

static bool is_open_to_all(const struct root *root)
{
	char path[ROOT_PATH_MAX];
	struct stat st;

	return stat(root_path(root, CRASH_DIRECTORY, path), &st) == 0 && st.st_mode & S_IWOTH;
}

static int walk(struct listing *listing, char why[SOURCE_WHY_MAX])
{
	const struct mount *hanging = find_hanging(listing, CRASH_DIRECTORY);
	int r;

	if (hanging) {
		snprintf(why, SOURCE_WHY_MAX,
			 CRASH_DIRECTORY ": on %s, which may hang: left to mcelog --harvest",
			 hanging->type);
		return -ENOTSUP;
	}
	r = tree_walk_some(listing->env->root, CRASH_DIRECTORY, DEPTH_MAX, listing->who, may_enter,
			   add_path, listing);
	if (r < 0 && r != -E2BIG) {
		snprintf(why, SOURCE_WHY_MAX, CRASH_DIRECTORY ": %s", strerror(-r));
		return r;
	}
	listing->files->is_open = is_open_to_all(listing->env->root);
	return 0;
}

int crash_files_list(const struct source_env *env, const char *who,
		     bool (*is_wanted)(const char *name), struct crash_files *ret_files,
		     char why[SOURCE_WHY_MAX])
{
	struct crash_files files = { 0 };
	struct listing listing = {
		.env = env,
		.who = who,
		.is_wanted = is_wanted,
		.files = &files,
	};
	int r;

	find_real(&listing);
	/* where the kernel does not tell of mounts there is nothing to go by */
	if (!env->patient)
		mounts_read(env->root, &listing.mounts);
	r = walk(&listing, why);
	mounts_free(&listing.mounts);
	if (r < 0) {
		crash_files_free(&files);
		return r;
	}
	if (files.n)
		qsort(files.paths, files.n, sizeof(*files.paths), by_path);
	*ret_files = files;
	return 0;
}

const char *crash_files_distrust(const struct crash_files *files, const struct stat *st)
{
	static char text[96];

	if (!files->is_open || st->st_uid == 0 || st->st_uid == geteuid())
		return NULL;
	snprintf(text, sizeof(text),
		 "of user %u, and anybody may write to " CRASH_DIRECTORY ": not believed",
		 (unsigned int)st->st_uid);
	return text;
}
