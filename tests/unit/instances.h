/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Trace instances on a plain directory, for tests of actions/memory-failure.c: a directory that is
 * made below instances/ gets tracefs's files, and takes them along when it is removed. Include
 * after cmocka.h; the module itself is included here.
 */
#pragma once

#include <errno.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/collect.h"

#define TRACING	    "/sys/kernel/tracing"
#define TRACING_OLD "/sys/kernel/debug/tracing"
#define EVENT	    "events/ras/memory_failure_event"
#define EVENT_NEW   "events/memory_failure/memory_failure_event"

/* What tracefs does; a child gets its copy as it is started. */
static struct {
	const char *event;
	bool is_busy;	   /* somebody has a file of the instance open */
	bool has_no_files; /* the kernel is locked down */
} tracefs;

static int tracefs_mkdir(const char *path, mode_t mode);
static int tracefs_rmdir(const char *path);

#define mkdir tracefs_mkdir
#define rmdir tracefs_rmdir
#include "actions/memory-failure.c"
#undef mkdir
#undef rmdir

static void make_file(const char *directory, const char *file)
{
	char path[ROOT_PATH_MAX];
	_cleanup_close_ int fd = -1;

	snprintf(path, sizeof(path), "%s/%s", directory, file);
	for (char *at = path + strlen(directory) + 1; (at = strchr(at, '/')); at++) {
		*at = '\0';
		assert_true(mkdir(path, 0700) == 0 || errno == EEXIST);
		*at = '/';
	}
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
}

static int tracefs_mkdir(const char *path, mode_t mode)
{
	char enable[64];
	int r = mkdir(path, mode);

	if (r < 0 || tracefs.has_no_files)
		return r;
	snprintf(enable, sizeof(enable), "%s/enable", tracefs.event);
	make_file(path, "trace");
	make_file(path, "trace_options");
	make_file(path, enable);
	return 0;
}

static int tracefs_rmdir(const char *path)
{
	if (tracefs.is_busy) {
		errno = EBUSY;
		return -1;
	}
	return nftw(path, collect_remove, 8, FTW_DEPTH | FTW_PHYS);
}

/* A kernel that has the event in this directory below the tracing directory. */
static inline void put_tracefs(struct collect *collect, const char *tracing, const char *event)
{
	char path[ROOT_PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", tracing, event);
	assert_int_equal(root_mkdir(&collect->root, path), 0);
	snprintf(path, sizeof(path), "%s/instances/mcelog", tracing);
	assert_int_equal(root_mkdir(&collect->root, path), 0);
	tracefs.event = event;
}

/* The kernel traces something into this process's instance. */
static inline void trace(const struct root *root, const char *tracing, const char *text)
{
	char path[ROOT_PATH_MAX];
	_cleanup_close_ int fd = -1;

	snprintf(path, sizeof(path), "%s/instances/mcelog-offline-%d/trace", tracing,
		 (int)getpid());
	fd = root_open(root, path, O_WRONLY | O_APPEND);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

/* Instances beside the daemon's own, which has to be there as it was. */
static inline int count_instances(struct collect *collect, const char *tracing)
{
	_cleanup_closedir_ DIR *directory = NULL;
	char path[ROOT_PATH_MAX];
	struct dirent *entry;
	bool has_own = false;
	int n = 0;

	snprintf(path, sizeof(path), "%s/instances", tracing);
	assert_int_equal(root_opendir(&collect->root, path, &directory), 0);
	while ((entry = readdir(directory))) {
		has_own = has_own || strcmp(entry->d_name, "mcelog") == 0;
		n += strncmp(entry->d_name, "mcelog-", 7) == 0;
	}
	assert_true(has_own);
	return n;
}
