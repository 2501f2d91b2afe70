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
	STEPS_MAX = 64,	   /* in one transaction */
	TRIGGERS_MAX = 64, /* at the runner at once; it has its own queue */
	RETRY_US = 1000000,
	BUSY_RETRY_US = 100000,
	LIMIT_HOUR_US = 3600ll * 1000000,
};

static void work_later(struct acting *acting, uint64_t us)
{
	sd_event_source_set_time_relative(acting->later, us);
	sd_event_source_set_enabled(acting->later, SD_EVENT_ONESHOT);
}

/* --- jobs --- */

static struct job *add_job(struct acting *acting, const struct action *action)
{
	struct job *job = calloc(1, sizeof(*job));

	if (!job || action_copy(action, &job->action) < 0) {
		/* it stays in the store, and the next start finds it there */
		log_error("%s: out of memory, the next start does it", action->text);
		free(job);
		return NULL;
	}
	job->acting = acting;
	*acting->last = job;
	acting->last = &job->next;
	acting_work_soon(acting);
	return job;
}

static void free_job(struct job *job)
{
	offline_page_free(job->page);
	offline_cpu_free(job->cpu);
	action_clear(&job->action);
	free(job);
}

/* Takes the job at *at out of the list. */
static void drop_job(struct acting *acting, struct job **at)
{
	struct job *job = *at;

	*at = job->next;
	if (acting->last == &job->next)
		acting->last = at;
	free_job(job);
}

/* --- who may begin --- */

static bool is_under_way(const struct job *job)
{
	return job->state == JOB_READY || job->state == JOB_RUNNING;
}

static unsigned int count_under_way(const struct acting *acting, enum action_kind kind)
{
	unsigned int n = 0;

	for (const struct job *job = acting->jobs; job; job = job->next)
		n += job->action.kind == kind && (is_under_way(job) || job->recording);
	return n;
}

/* One page at a time, and one cache: what they may take depends on the one before. */
static bool may_begin(const struct job *job)
{
	unsigned int n = count_under_way(job->acting, job->action.kind);

	return job->state == JOB_NEW && !job->acting->stopped &&
	       n < (job->action.kind == ACTION_TRIGGER ? TRIGGERS_MAX : 1u);
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

/* --- storing --- */

static struct accounting_step step_of(struct job *job)
{
	struct accounting_step step = { .action = &job->action, .kind = STEP_ACTION };

	if (job->action.kind == ACTION_OFFLINE_PAGE && job->state == JOB_ENDED)
		step.kind = job->page_offline ? STEP_PAGE_OFFLINE
			    : job->page_left  ? STEP_PAGE_ONLINE
					      : STEP_PAGE_FAILED;
	return step;
}

/* Jobs that have ended, and those that may begin. */
static size_t collect(struct acting *acting, struct accounting_step *steps)
{
	size_t n = 0;

	for (struct job *job = acting->jobs; job && n < STEPS_MAX; job = job->next) {
		if (job->state != JOB_ENDED && !may_begin(job))
			continue;
		if (job->state == JOB_NEW)
			job->action.state = ACTION_STARTED;
		job->recording = true;
		steps[n++] = step_of(job);
	}
	return n;
}

static void take_back(struct acting *acting)
{
	for (struct job *job = acting->jobs; job; job = job->next) {
		if (job->recording && job->state == JOB_NEW)
			job->action.state = ACTION_WANTED;
		job->recording = false;
	}
}

static void adopt(struct acting *acting)
{
	for (struct job **at = &acting->jobs; *at;) {
		struct job *job = *at;
		bool recorded = job->recording;

		job->recording = false;
		if (recorded && job->state == JOB_ENDED) {
			drop_job(acting, at);
			continue;
		}
		if (recorded)
			job->state = JOB_READY;
		at = &job->next;
	}
}

static int record(struct acting *acting)
{
	struct accounting_step steps[STEPS_MAX];
	size_t n = collect(acting, steps);
	int r = n ? pipeline_record(acting->params.pipeline, steps, n) : 0;

	if (r < 0) {
		take_back(acting);
		return r;
	}
	adopt(acting);
	if (n)
		acting->params.recorded(acting->params.context);
	if (n == STEPS_MAX)
		acting_work_soon(acting);
	return 0;
}

static void work(struct acting *acting)
{
	bool again = false;
	int r = record(acting);

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

void acting_take(struct acting *acting, const struct action *action)
{
	add_job(acting, action);
}

bool acting_is_idle(const struct acting *acting)
{
	return !acting->jobs;
}

void acting_stop(struct acting *acting)
{
	acting->stopped = true;
}

bool acting_is_quiet(const struct acting *acting)
{
	const struct job *job = acting->jobs;

	while (job && job->state == JOB_NEW)
		job = job->next;
	return !job;
}

/*
 * A script that was started is not run again. A page or a CPU is tried again,
 * which does no harm, but not after a reboot: then it is in use again.
 */
static int recover_action(void *context, const struct action *action)
{
	struct acting *acting = context;
	struct job *job = add_job(acting, action);

	if (!job)
		return -ENOMEM;
	if (action->kind == ACTION_TRIGGER && action->state == ACTION_STARTED)
		job_end(job, ACTION_UNKNOWN, "we went down while it ran");
	else if (action->kind != ACTION_TRIGGER &&
		 !sd_id128_equal(action->boot, acting->params.boot))
		job_end(job, ACTION_UNKNOWN, "the machine went down before");
	job->action.state = job->state == JOB_NEW ? ACTION_WANTED : job->action.state;
	return 0;
}

struct restored {
	struct acting *acting;
	struct offline_limits_page pages[OFFLINE_LIMITS_PAGES_MAX];
	size_t n;
	int64_t since_us;
};

static int restore_offlined(void *context, const struct action *action)
{
	struct restored *restored = context;

	if (action->kind == ACTION_OFFLINE_CPU) {
		acting_remember_cpus(restored->acting, action);
		return 0;
	}
	if (action->done_us < restored->since_us || restored->n == OFFLINE_LIMITS_PAGES_MAX)
		return 0;
	restored->pages[restored->n++] = (struct offline_limits_page){
		.time_us = (uint64_t)action->done_us,
		.page = action->page,
		.socket = action->location.socket,
		.imc = action->location.imc,
		.channel = action->location.channel,
		.taken = action->state == ACTION_DONE,
	};
	return 0;
}

/* What the limits and the rules for CPUs have to know of this boot. */
static void recover_limits(struct acting *acting, struct store *store)
{
	struct restored *restored = calloc(1, sizeof(*restored));

	if (!restored)
		return;
	restored->acting = acting;
	restored->since_us = acting_now_us() - LIMIT_HOUR_US;
	if (store_walk_offlined(store, acting->params.boot, restore_offlined, restored) == 0)
		offline_limits_restore(acting->limits, restored->pages, restored->n, NULL, 0);
	free(restored);
}

void acting_recover(struct acting *acting)
{
	struct store *store = pipeline_store(acting->params.pipeline);
	int r = store ? store_walk_actions(store, recover_action, acting) : -ENODEV;

	if (r < 0)
		log_warning("what was to be done because of earlier errors cannot be read: %s",
			    strerror(-r));
	if (store)
		recover_limits(acting, store);
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
	job_end(job, state, "%s", trigger_result_text(result, text));
}

static void on_trigger_result(void *context, const struct trigger_result *result)
{
	struct job *job = find_request(context, result->id);

	if (!job)
		return;
	job->request = 0;
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
	acting->last = &acting->jobs;
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
	while (acting->jobs)
		drop_job(acting, &acting->jobs);
	trigger_client_free(acting->client);
	offline_limits_free(acting->limits);
	sd_event_source_disable_unref(acting->soon);
	sd_event_source_disable_unref(acting->later);
	free(acting);
}
