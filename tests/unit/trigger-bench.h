/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For tests of triggers: scripts in a temporary directory, an event loop that
 * runs until results are there, and the results. Include after cmocka.h.
 */
#pragma once

#include <errno.h>
#include <signal.h>
#include <systemd/sd-event.h>

#include "actions/trigger-queue.h"
#include "tests/unit/collect.h"

enum { BENCH_RESULTS_MAX = 4096, BENCH_SECONDS = 60 };

struct bench {
	struct collect *collect;
	char scripts[96]; /* the directory of the scripts */
	const char *directories[2];
	struct runner_params params;
	sd_event *event;
	struct trigger_result results[BENCH_RESULTS_MAX];
	unsigned int n;
};

static inline void bench_setup(struct bench *bench)
{
	sigset_t set;
	void *collect;

	collect_setup(&collect);
	bench->collect = collect;
	snprintf(bench->scripts, sizeof(bench->scripts), "%s/t", bench->collect->directory);
	assert_int_equal(mkdir(bench->scripts, 0755), 0);
	bench->directories[0] = bench->scripts;
	bench->params = (struct runner_params){
		.directories = bench->directories,
		.n_directories = 1,
		.children_max = 2,
		.timeout = BENCH_SECONDS,
	};
	/* As the runner has them: a script must not inherit that. */
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGUSR1);
	assert_int_equal(sigprocmask(SIG_BLOCK, &set, NULL), 0);
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(sd_event_new(&bench->event), 0);
	alarm(BENCH_SECONDS * 2);
}

static inline void bench_teardown(struct bench *bench)
{
	void *collect = bench->collect;

	alarm(0);
	sd_event_unref(bench->event);
	collect_teardown(&collect);
}

/* The path of a file beside the scripts; static. */
static inline const char *bench_path(struct bench *bench, const char *name)
{
	static char path[160];

	snprintf(path, sizeof(path), "%s/%s", bench->scripts, name);
	return path;
}

/* A script that runs in the directory of the scripts; NULL in place of the body: no file. */
static inline void bench_script(struct bench *bench, enum trigger trigger, const char *name,
				const char *body)
{
	_cleanup_strbuf_ struct strbuf text = { 0 };
	char path[64];

	bench->params.scripts[trigger] = name;
	if (!body)
		return;
	strbuf_addf(&text, "#!/bin/sh\n%s\n", body);
	snprintf(path, sizeof(path), "/t/%s", name);
	put_file(bench->collect, path, text.text, text.length);
	assert_int_equal(chmod(bench_path(bench, name), 0755), 0);
}

/* What a script wrote; the caller frees. "" while there is no such file. */
static inline char *bench_read(struct bench *bench, const char *name)
{
	char path[64], *text;

	snprintf(path, sizeof(path), "/t/%s", name);
	if (root_read(&bench->collect->root, path, 1 << 20, &text, NULL) < 0)
		return strdup("");
	return text;
}

static inline void assert_file(struct bench *bench, const char *name, const char *expected)
{
	_cleanup_free_ char *text = bench_read(bench, name);

	assert_string_equal(text, expected);
}

static inline void bench_take(struct bench *bench, const struct trigger_result *result)
{
	assert_true(bench->n < BENCH_RESULTS_MAX);
	bench->results[bench->n++] = *result;
}

static inline uint64_t bench_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* Lets the loop run until there are n results; the alarm ends a test where there never are. */
static inline void bench_run(struct bench *bench, unsigned int n)
{
	while (bench->n < n)
		assert_true(sd_event_run(bench->event, 100 * 1000) >= 0);
}

static inline void bench_run_for(struct bench *bench, unsigned int ms)
{
	uint64_t end = bench_now_us() + ms * 1000ull;

	while (bench_now_us() < end)
		assert_true(sd_event_run(bench->event, 10 * 1000) >= 0);
}

/* Until the script has written the file. */
static inline void bench_run_until_file(struct bench *bench, const char *name)
{
	struct stat st;

	while (stat(bench_path(bench, name), &st) < 0 || st.st_size == 0)
		assert_true(sd_event_run(bench->event, 10 * 1000) >= 0);
}

static inline const struct trigger_result *bench_result(struct bench *bench, uint64_t id)
{
	const struct trigger_result *found = NULL;

	for (unsigned int i = 0; i < bench->n; i++) {
		if (bench->results[i].id == id) {
			assert_null(found);
			found = &bench->results[i];
		}
	}
	return found;
}

static inline void assert_result(struct bench *bench, uint64_t id, enum trigger_outcome outcome,
				 int detail)
{
	const struct trigger_result *result = bench_result(bench, id);

	assert_non_null(result);
	assert_int_equal(result->outcome, outcome);
	assert_int_equal(result->detail, detail);
}

/* The number of a process that a script wrote to a file. */
static inline pid_t bench_pid(struct bench *bench, const char *name)
{
	_cleanup_free_ char *text = bench_read(bench, name);
	pid_t pid = (pid_t)strtol(text, NULL, 10);

	assert_true(pid > 1);
	return pid;
}

/* One that has ended and that nobody has reaped runs no more. */
static inline bool process_runs(pid_t pid)
{
	_cleanup_fclose_ FILE *file = NULL;
	char path[64], state = 'X';

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "re");
	if (!file || fscanf(file, "%*d %*s %c", &state) != 1)
		return false;
	return state != 'Z' && state != 'X';
}

/* Its signal was sent; it may take a moment. */
static inline void assert_ends(pid_t pid)
{
	for (unsigned int i = 0; i < 200 && process_runs(pid); i++)
		usleep(10 * 1000);
	assert_false(process_runs(pid));
}
