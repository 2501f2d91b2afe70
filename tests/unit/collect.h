/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For tests of sources: an intake that keeps what it gets, a fake root in a
 * temporary directory, and what was logged. Include after cmocka.h.
 */
#pragma once

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sources/source.h"
#include "util/cleanup.h"

enum { COLLECT_MAX = 512, COLLECT_DETAILS_MAX = 16, COLLECT_CRASHES_MAX = 64 };

struct collect {
	struct record records[COLLECT_MAX];
	unsigned int n;
	struct memory_detail details[COLLECT_DETAILS_MAX];
	unsigned int n_details;
	struct crash crashes[COLLECT_CRASHES_MAX];
	unsigned int n_crashes, n_crashes_stored;
	struct lost lost[COLLECT_MAX];
	unsigned int n_lost;
	unsigned int room; /* records that are taken before a commit must come */
	int error;	   /* what record() returns instead of taking */
	const char *known; /* a key that the store has */
	unsigned int n_stored; /* of the records: the store has these */

	char directory[64];
	struct root root;
	struct source_env env;
	struct intake intake;
	struct source *source;
	char why[SOURCE_WHY_MAX];
	char logged[16384];
};

static int collect_record(void *context, const struct record *record)
{
	struct collect *collect = context;

	if (collect->error)
		return collect->error;
	assert_true(collect->n < COLLECT_MAX);
	collect->records[collect->n++] = *record;
	return 0;
}

static int collect_detail(void *context, const struct memory_detail *detail)
{
	struct collect *collect = context;

	if (collect->error)
		return collect->error;
	assert_true(collect->n_details < COLLECT_DETAILS_MAX);
	collect->details[collect->n_details++] = *detail;
	return 0;
}

static int collect_crash(void *context, const struct crash *crash)
{
	struct collect *collect = context;

	if (collect->error)
		return collect->error;
	assert_true(collect->n_crashes < COLLECT_CRASHES_MAX);
	collect->crashes[collect->n_crashes++] = *crash;
	return 0;
}

static int collect_lost(void *context, const struct lost *lost)
{
	struct collect *collect = context;

	assert_true(collect->n_lost < COLLECT_MAX);
	collect->lost[collect->n_lost++] = *lost;
	return 0;
}

static bool collect_has_room(void *context)
{
	struct collect *collect = context;

	return collect->n < collect->room;
}

static bool collect_known(void *context, const char *key)
{
	struct collect *collect = context;

	for (unsigned int i = 0; i < collect->n_stored && i < collect->n; i++)
		if (strcmp(collect->records[i].key, key) == 0)
			return true;
	for (unsigned int i = 0; i < collect->n_crashes_stored && i < collect->n_crashes; i++)
		if (strcmp(collect->crashes[i].key, key) == 0)
			return true;
	return collect->known && strcmp(collect->known, key) == 0;
}

/* As after a commit. */
static inline void collect_commit(struct collect *collect, const struct source_ops *ops)
{
	collect->n_stored = collect->n;
	collect->n_crashes_stored = collect->n_crashes;
	ops->committed(collect->source);
}

static inline int collect_setup(void **state)
{
	struct collect *collect = calloc(1, sizeof(*collect));

	assert_non_null(collect);
	strcpy(collect->directory, "/tmp/mcelog-test.XXXXXX");
	assert_non_null(mkdtemp(collect->directory));
	assert_int_equal(root_init(&collect->root, collect->directory), 0);
	collect->room = COLLECT_MAX;
	collect->env = (struct source_env){
		.root = &collect->root,
		.state_dir = "/var/lib/mcelog",
		.device = "/dev/mcelog",
		.known = collect_known,
		.context = collect,
	};
	collect->intake = (struct intake){
		.record = collect_record,
		.detail = collect_detail,
		.crash = collect_crash,
		.lost = collect_lost,
		.has_room = collect_has_room,
		.context = collect,
	};
	*state = collect;
	return 0;
}

static inline int collect_remove(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st, (void)flag, (void)ftw;
	return remove(path);
}

static inline int collect_teardown(void **state)
{
	struct collect *collect = *state;

	nftw(collect->directory, collect_remove, 8, FTW_DEPTH | FTW_PHYS);
	free(collect);
	return 0;
}

/* A file of the source tree's tests directory. The text is static. */
static inline const char *test_data(const char *path)
{
	static char full[ROOT_PATH_MAX];
	const char *tree = getenv("MCELOG_TEST_SRCDIR");

	snprintf(full, sizeof(full), "%s/tests/%s", tree ? tree : ".", path);
	return full;
}

static inline char *test_read(const char *path, size_t *ret_size)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	static char *text; /* static: gcc 12 sees a dangling pointer where there is none */

	assert_true(fd >= 0);
	assert_int_equal(read_all(fd, 1 << 20, &text, ret_size), 0);
	return text;
}

/* Creates a file below the fake root, with its directories. */
static inline void put_file(struct collect *collect, const char *path, const void *data,
			    size_t size)
{
	_cleanup_free_ char *directory = strdup(path);
	_cleanup_close_ int fd = -1;

	*strrchr(directory, '/') = '\0';
	assert_int_equal(root_mkdir(&collect->root, directory), 0);
	fd = root_open(&collect->root, path, O_WRONLY | O_CREAT | O_TRUNC);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, size), size);
}

/* Copies a file of the tests directory below the fake root. */
static inline void put_test_file(struct collect *collect, const char *path, const char *from)
{
	size_t size = 0;
	_cleanup_free_ char *data = test_read(test_data(from), &size);

	put_file(collect, path, data, size);
}

/* What stderr gets until log_end() goes to a file; collect->logged has it then. */
static inline int log_begin(struct collect *collect)
{
	char path[96];
	int fd, saved = dup(STDERR_FILENO);

	snprintf(path, sizeof(path), "%s/.logged", collect->directory);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0 && saved >= 0);
	fflush(stderr);
	dup2(fd, STDERR_FILENO);
	close(fd);
	return saved;
}

static inline void log_end(struct collect *collect, int saved)
{
	ssize_t n;

	fflush(stderr);
	n = pread(STDERR_FILENO, collect->logged, sizeof(collect->logged) - 1, 0);
	dup2(saved, STDERR_FILENO);
	close(saved);
	assert_true(n >= 0);
	collect->logged[n] = '\0';
}

static inline unsigned int count_lines(const char *text)
{
	unsigned int n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static inline int source_open(struct collect *collect, const struct source_ops *ops)
{
	return ops->open(&collect->env, &collect->intake, &collect->source, collect->why);
}

/* Opens, drains with a commit wherever one is wanted, closes. Returns what drain() said last. */
static inline int source_run(struct collect *collect, const struct source_ops *ops)
{
	int saved = log_begin(collect);
	int r = source_open(collect, ops);

	while (r == 0 && (r = ops->drain(collect->source)) == 1) {
		collect_commit(collect, ops);
		collect->room = collect->n + 1;
		r = 0;
	}
	if (collect->source) {
		collect_commit(collect, ops);
		ops->close(collect->source);
		collect->source = NULL;
	}
	log_end(collect, saved);
	return r;
}
