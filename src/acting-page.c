// SPDX-License-Identifier: GPL-2.0-only
/* Pages: the limits, the script before, the kernel, the script after. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "acting-private.h"
#include "policy.h"
#include "util/clock.h"
#include "util/log.h"

enum {
	PAGE_KIB = 4,
	PATIENCE_US = 30 * 1000000, /* with a runner that does not take a script */
};

/* It offlines pages itself: all that we do is to look whether it did. */
static bool is_left_to_kernel(const struct job *job)
{
	return job->acting->host.collector == COLLECTOR_ACTIVE;
}

/* Whether something is against it; then the job has ended. */
static bool is_forbidden(struct job *job)
{
	struct acting *acting = job->acting;
	struct offline_verdict verdict;
	uint64_t memory_kib, corrupted_kib;

	if (offline_host_memory(acting->params.root, &memory_kib, &corrupted_kib) == 0)
		offline_limits_set_offline(acting->limits, corrupted_kib / PAGE_KIB);
	offline_limits_ask(acting->limits, job->action.page, &job->action.location,
			   (uint64_t)clock_wall_us(), &verdict);
	if (verdict.limit == LIMIT_OK)
		return false;
	if (verdict.is_news)
		log_warning("page %" PRIx64 " stays online: %s", job->action.page, verdict.text);
	job_end(job, ACTION_FAILED, "it stays online: %s", verdict.text);
	return true;
}

/* Whether the runner may still take it: it may be about to be started again. */
static bool is_worth_waiting(struct job *job)
{
	int64_t now_us = clock_wall_us();

	if (!job->asked_us || now_us < job->asked_us)
		job->asked_us = now_us;
	return now_us - job->asked_us < PATIENCE_US;
}

/* A script that the offlining waits for. Returns whether it is under way, or to be tried again. */
static bool run_script(struct job *job, enum trigger trigger)
{
	char page[24];
	int r;

	snprintf(page, sizeof(page), "%" PRIu64, job->action.page);
	r = acting_ask_runner(job, trigger, page);
	if (r == -EAGAIN && is_worth_waiting(job))
		return true;
	job->asked_us = 0;
	if (r == 0)
		job->state = JOB_RUNNING;
	else if (r != -ENOENT)
		log_warning("%s: page %" PRIx64 " goes offline without it: %s",
			    trigger_key(trigger), job->action.page, strerror(-r));
	return r == 0;
}

/* The script after it, and the end. */
static void finish(struct job *job)
{
	if (job->soft && run_script(job, TRIGGER_PAGE_POST_SOFT))
		return;
	job_finish(job);
}

static void on_offline(void *userdata, const struct offline_page_report *report)
{
	struct job *job = userdata;
	struct action *action = &job->action;
	char text[ACTION_TEXT_MAX - sizeof(ACTING_DRY_RUN)];

	job->page_offline = offline_succeeded(report->result);
	job->page_left = report->result == OFFLINE_DRY_RUN && !is_left_to_kernel(job);
	if (is_left_to_kernel(job) && !job->page_offline)
		snprintf(action->result, sizeof(action->result), "left to the kernel: %s",
			 job->acting->host.collector_text);
	else
		snprintf(action->result, sizeof(action->result), "%s%s",
			 job->page_left ? ACTING_DRY_RUN : "",
			 offline_page_text(report, text, sizeof(text)));
	action->state = job->page_offline || job->page_left ? ACTION_DONE : ACTION_FAILED;
	offline_page_free(job->page);
	job->page = NULL;
	job_continue(job);
}

static void take_offline(struct job *job)
{
	const struct config *config = job->acting->params.config;
	const struct offline_page_request request = {
		.how = policy_how_offline(config),
		.address = job->action.page,
		.dry_run = config->dry_run || is_left_to_kernel(job),
	};
	int r = offline_page_start(job->acting->params.event, job->acting->params.root, &request,
				   on_offline, job, &job->page);

	if (r < 0)
		job_end(job, ACTION_FAILED, "a process for it cannot be started: %s", strerror(-r));
	else
		job->state = JOB_RUNNING;
}

void acting_page_script_ended(struct job *job)
{
	if (action_has_ended(&job->action))
		job->soft = false; /* that was the one after it */
	else
		job->before_done = true;
	job_continue(job);
}

void acting_begin_page(struct job *job)
{
	if (action_has_ended(&job->action)) {
		finish(job);
		return;
	}
	if (!job->before_done && !is_left_to_kernel(job)) {
		if (is_forbidden(job))
			return;
		job->soft = policy_how_offline(job->acting->params.config) != OFFLINE_HARD &&
			    !job->acting->params.config->dry_run;
		if (job->soft && !job->again && run_script(job, TRIGGER_PAGE_PRE_SOFT))
			return;
		job->before_done = true;
	}
	take_offline(job);
}
