// SPDX-License-Identifier: GPL-2.0-only
/* The queue of jobs: what is next, stored before and after. */
#include "acting.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "accounting.h"
#include "acting-private.h"
#include "db/store.h"
#include "policy.h"
#include "util/log.h"

enum {
	STEPS_MAX = 64, /* in one transaction */
	RETRY_US = 1000000,
	BUSY_RETRY_US = 100000,
};

static void work_later(struct acting *acting, uint64_t us)
{
	sd_event_source_set_time_relative(acting->later, us);
	sd_event_source_set_enabled(acting->later, SD_EVENT_ONESHOT);
}

/* --- storing --- */

/* One page at a time, and one cache: what they may take depends on the one before. */
static unsigned int most_at_once(const struct acting *acting, enum action_kind kind)
{
	/* what the runner only keeps waiting is not begun */
	return kind == ACTION_TRIGGER ? acting->params.config->trigger.children_max : 1;
}

static unsigned int count_under_way(const struct acting *acting, enum action_kind kind)
{
	unsigned int n = 0;

	for (const struct job *job = acting->jobs; job; job = job->next)
		n += job->action.kind == kind && job->state != JOB_ENDED;
	return n;
}

static struct accounting_step step_of(struct job *job)
{
	struct accounting_step step = { .action = &job->action, .kind = STEP_ACTION };

	if (job->action.kind == ACTION_OFFLINE_PAGE && job->state == JOB_ENDED)
		step.kind = job->page_offline ? STEP_PAGE_OFFLINE
			    : job->page_left  ? STEP_PAGE_ONLINE
					      : STEP_PAGE_FAILED;
	return step;
}

/* What one transaction stores: the results of jobs that have ended, and others as begun. */
struct batch {
	struct accounting_step steps[STEPS_MAX];
	size_t n;
	struct job *ended;
	struct job *begun;
};

static void take_ended(struct acting *acting, struct batch *batch)
{
	for (struct job **at = &acting->jobs; *at && batch->n < STEPS_MAX;) {
		struct job *job = *at;

		if (job->state != JOB_ENDED) {
			at = &job->next;
			continue;
		}
		*at = job->next;
		job->next = batch->ended;
		batch->ended = job;
		batch->steps[batch->n++] = step_of(job);
	}
}

/* In the order of the queues; the list is in reverse. */
static void take_next(struct acting *acting, enum action_kind kind, struct batch *batch)
{
	unsigned int n = count_under_way(acting, kind), most = most_at_once(acting, kind);

	for (; n < most && acting->queues[kind].first && batch->n < STEPS_MAX; n++) {
		struct job *job = queue_take(&acting->queues[kind]);

		job->action.state = ACTION_STARTED;
		job->next = batch->begun;
		batch->begun = job;
		batch->steps[batch->n++] = step_of(job);
	}
}

static void push_all(struct acting *acting, struct job *list)
{
	while (list) {
		struct job *job = list;

		list = job->next;
		job->next = acting->jobs;
		acting->jobs = job;
	}
}

/* It was not stored: all is as before. */
static void give_back(struct acting *acting, struct batch *batch)
{
	push_all(acting, batch->ended);
	while (batch->begun) {
		struct job *job = batch->begun;
		struct queue *queue = &acting->queues[job->action.kind];

		batch->begun = job->next;
		job->action.state = ACTION_WANTED;
		job->next = queue->first;
		if (!queue->first)
			queue->end = &job->next;
		queue->first = job;
		queue->n++;
	}
}

static void adopt(struct acting *acting, struct batch *batch)
{
	while (batch->ended) {
		struct job *job = batch->ended;

		batch->ended = job->next;
		acting_free_job(job);
	}
	for (struct job *job = batch->begun; job; job = job->next)
		job->state = JOB_READY;
	push_all(acting, batch->begun);
}

static int record(struct acting *acting)
{
	struct batch batch = { 0 };
	int r;

	take_ended(acting, &batch);
	for (int kind = 0; !acting->stopped && kind < ACTION_KINDS_; kind++)
		take_next(acting, (enum action_kind)kind, &batch);
	if (!batch.n)
		return 0;
	r = pipeline_record(acting->params.pipeline, batch.steps, batch.n);
	if (r < 0) {
		give_back(acting, &batch);
		return r;
	}
	adopt(acting, &batch);
	acting->params.recorded(acting->params.context);
	/* there may be more, and their room is free now */
	acting_work_soon(acting);
	return 0;
}

static void begin(struct job *job)
{
	switch (job->action.kind) {
	case ACTION_TRIGGER:
		acting_begin_trigger(job);
		break;
	case ACTION_OFFLINE_PAGE:
		acting_begin_page(job);
		break;
	case ACTION_OFFLINE_CPU:
		acting_begin_cpu(job);
		break;
	case ACTION_THRESHOLD:
	case ACTION_NOTICE:
	case ACTION_KINDS_:
		job_end(job, ACTION_FAILED, "there is nothing to do for it");
		break;
	}
}

static void work(struct acting *acting)
{
	bool again = false;
	int r = acting_refill(acting);

	if (r == 0)
		r = record(acting);
	if (r < 0) {
		work_later(acting, r == -EBUSY ? BUSY_RETRY_US : RETRY_US);
		return;
	}
	for (struct job *job = acting->jobs; job; job = job->next) {
		if (job->state == JOB_READY)
			begin(job);
		again = again || job->state == JOB_READY;
	}
	if (again)
		work_later(acting, RETRY_US);
}

static int on_soon(sd_event_source *source, void *userdata)
{
	(void)source;
	work(userdata);
	return 0;
}

static int on_later(sd_event_source *source, uint64_t usec, void *userdata)
{
	(void)source;
	(void)usec;
	work(userdata);
	return 0;
}

/* --- life --- */

bool acting_is_idle(const struct acting *acting)
{
	for (int kind = 0; kind < ACTION_KINDS_; kind++)
		if (acting->queues[kind].first || acting->queues[kind].more)
			return false;
	return !acting->jobs;
}

void acting_stop(struct acting *acting)
{
	acting->stopped = true;
}

bool acting_is_quiet(const struct acting *acting)
{
	return !acting->jobs;
}

static void configure_limits(struct acting *acting)
{
	struct offline_limits_config config = policy_of_limits(acting->params.config);

	config.memory_bytes = acting->host.memory_kib * 1024;
	offline_limits_configure(acting->limits, &config);
}

/* What stands in the way of what the configuration asks for. */
static void look_at_host(struct acting *acting)
{
	struct offline_host *host = &acting->host;

	offline_host_state(acting->params.root, host);
	if (!policy_takes_offline(acting->params.config))
		return;
	if (host->collector == COLLECTOR_ACTIVE || host->collector == COLLECTOR_LIKELY)
		log_notice("%s", host->collector_text);
	if (host->soft_error < 0)
		log_warning("%s", host->pages_text);
	if (host->soft_enabled == 0)
		log_warning("%s", host->soft_text);
}

void acting_reload(struct acting *acting)
{
	look_at_host(acting);
	configure_limits(acting);
	if (acting->client)
		trigger_client_reload(acting->client);
}

static struct job *find_request(struct acting *acting, uint64_t id)
{
	struct job *job = acting->jobs;

	while (job && job->request != id)
		job = job->next;
	return job;
}

static void end_trigger(struct job *job, const struct trigger_result *result)
{
	_cleanup_strbuf_ struct strbuf cpus = { 0 };
	enum action_state state = ACTION_FAILED;
	char text[TRIGGER_RESULT_TEXT_MAX];

	if (result->outcome == TRIGGER_OUTCOME_NOT_STARTED && result->detail == ECANCELED) {
		job->state = JOB_READY; /* the runner was about to end, and comes again */
		work_later(job->acting, RETRY_US);
		return;
	}
	if (result->outcome == TRIGGER_OUTCOME_EXITED && result->detail == 0)
		state = ACTION_DONE;
	else if (result->outcome == TRIGGER_OUTCOME_UNKNOWN)
		state = ACTION_UNKNOWN;
	if (!cpu_list_count(&job->given)) {
		job_end(job, state, "%s", trigger_result_text(result, text));
		return;
	}
	cpu_list_add_text(&job->given, &cpus);
	job_end(job, state, "%s; " ACTING_GIVEN_CPUS "%s", trigger_result_text(result, text),
		strbuf_text(&cpus));
}

static void on_trigger_result(void *context, const struct trigger_result *result)
{
	struct job *job = find_request(context, result->id);

	if (!job)
		return;
	job->request = 0;
	acting_script_ended(job);
	if (job->action.kind == ACTION_OFFLINE_PAGE)
		acting_page_script_ended(job);
	else
		end_trigger(job, result);
}

static int make_client(struct acting *acting)
{
	const struct trigger_client_params params = {
		.path = acting->params.runner_path,
		.fd = acting->params.runner_fd,
		.handler = on_trigger_result,
		.context = acting,
	};

	if (!params.path && params.fd < 0)
		return 0;
	return trigger_client_new(acting->params.event, &params, &acting->client);
}

static int make_sources(struct acting *acting)
{
	sd_event *event = acting->params.event;
	int r = sd_event_add_defer(event, &acting->soon, on_soon, acting);

	if (r >= 0)
		r = sd_event_source_set_enabled(acting->soon, SD_EVENT_OFF);
	if (r >= 0)
		r = sd_event_add_time_relative(event, &acting->later, CLOCK_MONOTONIC, 0, 0,
					       on_later, acting);
	if (r >= 0)
		r = sd_event_source_set_enabled(acting->later, SD_EVENT_OFF);
	return r;
}

int acting_new(const struct acting_params *params, struct acting **ret_acting)
{
	struct offline_limits_config limits = policy_of_limits(params->config);
	struct acting *acting = calloc(1, sizeof(*acting));
	int r;

	if (!acting)
		return -ENOMEM;
	acting->params = *params;
	for (int kind = 0; kind < ACTION_KINDS_; kind++)
		acting->queues[kind].end = &acting->queues[kind].first;
	look_at_host(acting);
	limits.memory_bytes = acting->host.memory_kib * 1024;
	r = offline_limits_new(&limits, &acting->limits);
	if (r >= 0)
		r = make_sources(acting);
	if (r >= 0)
		r = make_client(acting);
	if (r < 0) {
		acting_free(acting);
		return r;
	}
	*ret_acting = acting;
	return 0;
}

void acting_free(struct acting *acting)
{
	if (!acting)
		return;
	for (int kind = 0; kind < ACTION_KINDS_; kind++)
		while (acting->queues[kind].first)
			acting_free_job(queue_take(&acting->queues[kind]));
	while (acting->jobs) {
		struct job *job = acting->jobs;

		acting->jobs = job->next;
		acting_free_job(job);
	}
	trigger_client_free(acting->client);
	offline_limits_free(acting->limits);
	sd_event_source_disable_unref(acting->soon);
	sd_event_source_disable_unref(acting->later);
	free(acting);
}
