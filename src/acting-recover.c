// SPDX-License-Identifier: GPL-2.0-only
/* At the start: what earlier lives wanted, began and did. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "accounting.h"
#include "acting-private.h"
#include "db/store.h"
#include "util/clock.h"
#include "util/log.h"

#define LIMIT_HOUR_US (3600ll * 1000000)

/* A page or a cache that was begun in an earlier life of this boot: it does no harm twice. */
static int resume(void *context, const struct action *action)
{
	struct acting *acting = context;
	struct job *job = acting_new_job(acting, action);

	if (!job)
		return -ENOMEM;
	job->state = JOB_READY;
	job->again = true;
	job->next = acting->jobs;
	acting->jobs = job;
	return 0;
}

/* What is wanted is found in the store; nothing that has begun is begun again but pages and CPUs.
 */
static int recover_actions(struct acting *acting, struct store *store)
{
	const struct accounting_step lost = { .kind = STEP_LOST };
	int r = pipeline_record(acting->params.pipeline, &lost, 1);

	if (r >= 0)
		r = store_walk_started(store, ACTION_OFFLINE_PAGE, resume, acting);
	if (r >= 0)
		r = store_walk_started(store, ACTION_OFFLINE_CPU, resume, acting);
	for (int kind = 0; kind < ACTION_KINDS_; kind++)
		acting->queues[kind].more = true;
	acting_work_soon(acting);
	return r;
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

	if (action->kind != ACTION_OFFLINE_PAGE) {
		acting_remember_cpus(restored->acting, action);
		return 0;
	}
	/* what a dry run only said was not taken */
	if (strncmp(action->result, ACTING_DRY_RUN, strlen(ACTING_DRY_RUN)) == 0)
		return 0;
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
	restored->since_us = clock_wall_us() - LIMIT_HOUR_US;
	if (store_walk_offlined(store, acting->params.boot, restore_offlined, restored) == 0)
		offline_limits_restore(acting->limits, restored->pages, restored->n, NULL, 0);
	free(restored);
}

void acting_recover(struct acting *acting)
{
	struct store *store = pipeline_store(acting->params.pipeline);
	int r = store ? recover_actions(acting, store) : -ENODEV;

	if (r < 0)
		log_warning("what was to be done because of earlier errors cannot be read: %s",
			    strerror(-r));
	if (store)
		recover_limits(acting, store);
}
