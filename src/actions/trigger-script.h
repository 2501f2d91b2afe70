/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One run of one script: a process group of its own with an environment that is
 * the request's and nothing else, its output in the log, an end by force when
 * it takes too long. No start or end is waited for.
 */
#pragma once

#include <stdint.h>
#include <systemd/sd-event.h>

#include "actions/trigger-request.h"

struct trigger_script;

/* The script has ended, result->id is 0. The owner may free it here. */
typedef void trigger_script_ended(void *context, struct trigger_script *script,
				  const struct trigger_result *result);

struct trigger_script_params {
	const char *name;      /* for the log; copied */
	const char *path;      /* absolute, or from the directory */
	const char *directory; /* where it runs */
	uint64_t timeout_us;   /* then SIGTERM goes to its process group */
	uint64_t grace_us;     /* after this much more SIGKILL; then so much until it is given up */
	trigger_script_ended *ended;
	void *context;
};

/*
 * Starts it; SIGCHLD must be blocked. Errors: -errno of what failed, with
 * nothing left behind; an executable that is none is one of them.
 */
int trigger_script_start(sd_event *event, const struct trigger_script_params *params,
			 const struct trigger_request *request, struct trigger_script **ret_script);

/* NULL allowed. A script that still runs is killed with its group. */
void trigger_script_free(struct trigger_script *script);
