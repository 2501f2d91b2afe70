/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * worker: a task that may block in the kernel, in a child process.
 *
 * Writes to the kernel's offlining files take seconds and cannot be made not to
 * block, so the daemon never does them itself. The child shares one piece of
 * memory with us, the report, which it fills as it goes on: what it came to is
 * known even when it had to be killed.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

struct worker;

struct worker_params {
	/* Runs in the child, which ends when it returns. It may follow request's pointers. */
	void (*task)(const void *request, void *report);
	const void *request; /* used before worker_start() returns, copied by the fork */
	size_t report_size;  /* bytes; the report starts as zeros */
	uint64_t timeout_us; /* then the child is killed */
	/*
	 * Called once, from the loop. error is 0 when the task returned, -ETIMEDOUT when it took
	 * too long, -ECHILD when the child died. The report is valid during the call, and
	 * worker_free() is allowed in it.
	 */
	void (*done)(void *userdata, int error, const void *report);
	void *userdata;
};

/*
 * Starts the child, without the files that we have open but the standard three: it holds none of
 * our locks. It dies with us. SIGCHLD stays blocked from here on, as the
 * loop wants it. Errors: -errno.
 */
int worker_start(sd_event *event, const struct worker_params *params, struct worker **ret_worker);

/*
 * Kills a child that still runs; done() is not called any more. A child that is stuck in the kernel
 * is left to the loop, which reaps it when it ends. NULL allowed.
 */
void worker_free(struct worker *worker);
