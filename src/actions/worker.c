// SPDX-License-Identifier: GPL-2.0-only
#include "actions/worker.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "util/cleanup.h"

struct worker {
	struct worker_params params;
	void *report;		/* shared with the child; NULL until it is mapped */
	sd_event_source *child; /* NULL while there is none that we wait for */
	sd_event_source *timer;
	pid_t pid;
};

/* Kills the child and leaves it to the loop: stuck in the kernel it may end much later. */
static void abandon(struct worker *worker)
{
	kill(worker->pid, SIGKILL);
	sd_event_source_set_userdata(worker->child, NULL);
	sd_event_source_set_floating(worker->child, 1);
	worker->child = sd_event_source_unref(worker->child);
}

void worker_free(struct worker *worker)
{
	if (!worker)
		return;
	if (worker->child)
		abandon(worker);
	sd_event_source_disable_unref(worker->timer);
	if (worker->report)
		munmap(worker->report, worker->params.report_size);
	free(worker);
}

DEFINE_CLEANUP(struct worker *, worker_free, worker_free)

/* done() may free the worker: nothing may follow it. */
static void finish(struct worker *worker, int error)
{
	sd_event_source_set_enabled(worker->timer, SD_EVENT_OFF);
	worker->params.done(worker->params.userdata, error, worker->report);
}

static int on_child(sd_event_source *source, const siginfo_t *info, void *userdata)
{
	struct worker *worker = userdata;

	if (!worker) /* abandoned: the source goes with this call */
		return sd_event_source_set_floating(source, 0);
	worker->child = sd_event_source_unref(worker->child);
	finish(worker, info->si_code == CLD_EXITED && info->si_status == 0 ? 0 : -ECHILD);
	return 0;
}

static int on_timeout(sd_event_source *source, uint64_t usec, void *userdata)
{
	struct worker *worker = userdata;

	(void)source;
	(void)usec;
	abandon(worker);
	finish(worker, -ETIMEDOUT);
	return 0;
}

_Noreturn static void run_child(const struct worker *worker, pid_t parent)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* A lock lives as long as anybody has the file open, and the next daemon wants ours. */
	closefrom(STDERR_FILENO + 1);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == parent) /* else we were orphaned before the call above */
		worker->params.task(worker->params.request, worker->report);
	_exit(0);
}

static int start_child(struct worker *worker)
{
	pid_t self = getpid();
	sigset_t child;

	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &child, NULL) < 0)
		return -errno;
	worker->pid = fork();
	if (worker->pid < 0)
		return -errno;
	if (worker->pid == 0)
		run_child(worker, self);
	return 0;
}

static int watch_child(struct worker *worker, sd_event *event)
{
	int r = sd_event_add_child(event, &worker->child, worker->pid, WEXITED, on_child, worker);

	if (r < 0) {
		kill(worker->pid, SIGKILL);
		waitpid(worker->pid, NULL, WNOHANG);
	}
	return r;
}

int worker_start(sd_event *event, const struct worker_params *params, struct worker **ret_worker)
{
	_cleanup_(worker_free_cleanup) struct worker *worker = calloc(1, sizeof(*worker));
	void *report;
	int r;

	if (!worker)
		return -ENOMEM;
	worker->params = *params;
	report = mmap(NULL, params->report_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (report == MAP_FAILED)
		return -errno;
	worker->report = report;
	/* Before the child: what cannot be timed must not be started. */
	r = sd_event_add_time_relative(event, &worker->timer, CLOCK_MONOTONIC, params->timeout_us,
				       0, on_timeout, worker);
	if (r < 0)
		return r;
	r = start_child(worker);
	if (r < 0)
		return r;
	r = watch_child(worker, event);
	if (r < 0)
		return r;
	*ret_worker = take_ptr(worker);
	return 0;
}
