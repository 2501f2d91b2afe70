/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of acting share; for src/acting*.c only. */
#pragma once

#include "acting.h"
#include "actions/cpu-cache.h"
#include "actions/offline-cpu.h"
#include "actions/offline-host.h"
#include "actions/offline-limits.h"
#include "actions/offline-page.h"
#include "actions/trigger-client.h"

/* An action on its way. */
struct job {
	struct job *next;
	struct acting *acting;
	struct action action;
	enum {
		JOB_NEW,     /* wanted: waits for its turn */
		JOB_READY,   /* stored as started */
		JOB_RUNNING, /* somebody will call us */
		JOB_ENDED,   /* its result is to be stored */
	} state;
	uint64_t request; /* of the trigger that is under way; 0: none */
	/* the job of a page: */
	struct offline_page *page;
	bool soft;	   /* its triggers run, before and after */
	bool again;	   /* it was begun in an earlier life: its first script is not run again */
	int64_t asked_us;  /* since when the runner does not take its script; 0: it does */
	bool before_done;  /* the one before has ended */
	bool page_offline; /* how it went */
	bool page_left;	   /* it was a dry run */
	/* of CPUs: */
	struct offline_cpu *cpu;
	struct cpu_list given; /* of a cache's script: CPUs that it may take */
};

/* Actions of a kind that wait. Only the first ones are here: the store is the queue. */
struct queue {
	struct job *first;
	struct job **end;
	unsigned int n;
	bool more;	   /* the store may have more */
	uint64_t last_seq; /* of those that were ever here */
};

struct acting {
	struct acting_params params;
	struct queue queues[ACTION_KINDS_];
	struct job *jobs;	/* READY, RUNNING and ENDED */
	sd_event_source *soon;	/* there is something to do */
	sd_event_source *later; /* try again */
	struct trigger_client *client;
	uint64_t requests; /* the last one's number */
	bool stopped;
	struct offline_limits *limits;
	struct offline_host host;
	struct cpu_list ours;  /* CPUs that went offline because of us in this boot */
	struct cpu_list given; /* CPUs that a running script has been told it may take */
};

/* NULL: no memory. */
struct job *acting_new_job(struct acting *acting, const struct action *action);
void acting_free_job(struct job *job);

/* The next of a queue that is not empty. */
struct job *queue_take(struct queue *queue);

/* Fills up the queues from the store. Errors: of the store. */
int acting_refill(struct acting *acting);

/* How the result of a page begins that only a dry run has taken. */
#define ACTING_DRY_RUN "dry run: "

/* In the result of a cache's script, before the list of the CPUs that it was told it may take. */
#define ACTING_GIVEN_CPUS "it may have taken CPUs "

/* The loop looks at the jobs as soon as it can. */
void acting_work_soon(struct acting *acting);

/* The job goes on; ends with the state and result that its action has; or with these. */
void job_continue(struct job *job);
void job_finish(struct job *job);
void job_end(struct job *job, enum action_state state, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* What a job does once it is READY; they leave it RUNNING or ENDED, or READY to try again. */
void acting_begin_trigger(struct job *job);
void acting_begin_page(struct job *job);
void acting_begin_cpu(struct job *job);

/*
 * Asks the runner for a script on behalf of the job. argument may be NULL.
 * Errors: -ENOENT nothing is configured or there is no runner, -EAGAIN try
 * again later, -errno.
 */
int acting_ask_runner(struct job *job, enum trigger trigger, const char *argument);

/* The script that a job of a page waits for has ended, whatever came of it. */
void acting_page_script_ended(struct job *job);

/*
 * The CPUs that a script about the job's cache may take offline: "2 3", or "unknown".
 * They count as taken until it has ended; then as ours where they are offline.
 */
void acting_affected_cpus(struct job *job, char *buffer, size_t size);
void acting_script_ended(struct job *job);

/* A page or CPUs that an earlier life took offline, in this boot. */
void acting_remember_cpus(struct acting *acting, const struct action *action);
