// SPDX-License-Identifier: GPL-2.0-only
/* Jobs that wait: the first ones of each kind; the store has the others. */
#include <errno.h>
#include <stdlib.h>

#include "acting-private.h"
#include "db/store.h"

enum { QUEUE_MAX = 64 }; /* waiting jobs of a kind in memory */

struct job *acting_new_job(struct acting *acting, const struct action *action)
{
	struct job *job = calloc(1, sizeof(*job));

	if (!job || action_copy(action, &job->action) < 0) {
		free(job);
		return NULL;
	}
	job->acting = acting;
	return job;
}

void acting_free_job(struct job *job)
{
	offline_page_free(job->page);
	offline_cpu_free(job->cpu);
	action_clear(&job->action);
	free(job);
}

static void queue_put(struct queue *queue, struct job *job)
{
	*queue->end = job;
	queue->end = &job->next;
	queue->n++;
	queue->last_seq = job->action.seq;
}

struct job *queue_take(struct queue *queue)
{
	struct job *job = queue->first;

	queue->first = job->next;
	if (!queue->first)
		queue->end = &queue->first;
	queue->n--;
	job->next = NULL;
	return job;
}

/* It is in the store: where there is no room here it is found there. */
void acting_take(struct acting *acting, const struct action *action)
{
	struct queue *queue = &acting->queues[action->kind];
	struct job *job =
		queue->more || queue->n == QUEUE_MAX ? NULL : acting_new_job(acting, action);

	if (job) {
		queue_put(queue, job);
	} else {
		queue->more = true;
		/* the numbers of a database that took another one's place are lower */
		if (action->seq <= queue->last_seq)
			queue->last_seq = action->seq - 1;
	}
	acting_work_soon(acting);
}

static int enqueue_action(void *context, const struct action *action)
{
	struct acting *acting = context;
	struct job *job = acting_new_job(acting, action);

	if (!job)
		return -ENOMEM;
	queue_put(&acting->queues[action->kind], job);
	return 0;
}

/* Fills up a queue from the store. Errors: of the store. */
static int refill(struct acting *acting, enum action_kind kind)
{
	struct store *store = pipeline_store(acting->params.pipeline);
	struct queue *queue = &acting->queues[kind];
	unsigned int wanted = QUEUE_MAX - queue->n;
	int n;

	if (!queue->more || queue->n > QUEUE_MAX / 2)
		return 0;
	n = store ? store_walk_wanted(store, kind, queue->last_seq, wanted, enqueue_action, acting)
		  : -ENODEV;
	if (n < 0)
		return n;
	queue->more = (unsigned int)n == wanted;
	return 0;
}

int acting_refill(struct acting *acting)
{
	int r = 0;

	for (int kind = 0; r == 0 && kind < ACTION_KINDS_; kind++)
		r = refill(acting, (enum action_kind)kind);
	return r;
}
