// SPDX-License-Identifier: GPL-2.0-only
/* Scripts: the request to the runner out of what account has written down. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acting-private.h"
#include "policy.h"
#include "util/cleanup.h"
#include "util/log.h"

/* Which part of the program asks: mcelog's words, in the runner's log. */
static const char *const reporters[TRIGGER_COUNT] = {
	[TRIGGER_DIMM_CE] = "memdb",
	[TRIGGER_DIMM_UC] = "memdb",
	[TRIGGER_SOCKET_MEM_CE] = "sockdb_memdb",
	[TRIGGER_SOCKET_MEM_UC] = "sockdb_memdb",
	[TRIGGER_PAGE_CE] = "page",
	[TRIGGER_PAGE_PRE_SOFT] = "page_pre_soft",
	[TRIGGER_PAGE_POST_SOFT] = "page_post_soft",
	[TRIGGER_PAGE_REPLACEMENT] = "page-error-counter",
	[TRIGGER_CACHE] = "yellow",
	[TRIGGER_BUS] = "bus",
	[TRIGGER_IOMCA] = "iomca",
	[TRIGGER_UNKNOWN] = "unknown",
	[TRIGGER_HOOK] = "hook",
};

static int fill(struct trigger_request *request, struct job *job, const char *argument)
{
	const struct action *action = &job->action;
	int r = trigger_request_set_lines(request, action->environment ? action->environment : "");

	if (r == 0)
		r = trigger_request_set_reporter(request, reporters[request->trigger]);
	if (r == 0 && request->trigger == TRIGGER_CACHE) {
		char cpus[ACTION_TEXT_MAX];

		acting_affected_cpus(job, cpus, sizeof(cpus));
		r = trigger_request_set(request, "AFFECTED_CPUS", cpus);
	}
	if (r == 0 && argument)
		r = trigger_request_set_argument(request, argument);
	if (r == 0 && action->input)
		r = trigger_request_set_input(request, action->input, strlen(action->input));
	return r;
}

int acting_ask_runner(struct job *job, enum trigger trigger, const char *argument)
{
	struct acting *acting = job->acting;
	_cleanup_trigger_request_ struct trigger_request request = {
		.id = ++acting->requests,
		.trigger = trigger,
	};
	int r;

	if (!acting->client || !policy_trigger(acting->params.config, trigger))
		return -ENOENT;
	r = fill(&request, job, argument);
	if (r == 0)
		r = trigger_client_send(acting->client, &request);
	if (r == 0)
		job->request = request.id;
	return r;
}

void acting_begin_trigger(struct job *job)
{
	enum trigger trigger;
	int r = trigger_from_key(job->action.target, &trigger);

	if (r == 0)
		r = acting_ask_runner(job, trigger, NULL);
	if (r == -EAGAIN)
		return;
	if (r == 0)
		job->state = JOB_RUNNING;
	else
		job_end(job, ACTION_FAILED, "%s",
			r == -ENOENT ? "no script is configured for it any more" : strerror(-r));
}
