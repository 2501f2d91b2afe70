/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The requests that wait and the scripts that run: in order, so many at once,
 * and those that page offlining waits for on a slot of their own. Where mcelog
 * dropped a trigger because too many were running, here it waits; beyond a
 * bound it is refused, and its sender is told.
 */
#pragma once

#include <stdbool.h>
#include <systemd/sd-event.h>

#include "actions/trigger-request.h"

struct runner_params {
	/* Below their root already; the first that has the script is where it runs. Not empty. */
	const char *const *directories;
	unsigned int n_directories;
	const char *scripts[TRIGGER_COUNT]; /* name or absolute path; NULL or "": none */
	unsigned int children_max;	    /* scripts at once, besides the awaited one; 0: as 1 */
	unsigned int timeout;		    /* of a script, seconds; 0: as 60 */
	unsigned int grace_ms;		    /* between SIGTERM and SIGKILL; 0: as 5000 */
	unsigned int queue_max;		    /* that wait; awaited ones apart; 0: as 1024 */
	bool background;		    /* it has no terminal: what it says goes to syslog */
	const char *peer_unit;		    /* only its processes may ask; NULL: any of root's */
	/* After a change of mcelog.conf; NULL, or NULL returned: as before. */
	const struct runner_params *(*reload)(void *context);
	void *context;
};

struct trigger_queue;

/* What became of a request; sender as given with it, NULL where that one was forgotten. */
typedef void trigger_queue_done(void *context, void *sender, const struct trigger_result *result);

/* params is borrowed. Errors: -ENOMEM. */
int trigger_queue_new(sd_event *event, const struct runner_params *params, trigger_queue_done *done,
		      void *context, struct trigger_queue **ret_queue);

/* NULL allowed. Scripts that run are killed. */
void trigger_queue_free(struct trigger_queue *queue);

/* From the next start on; borrowed. */
void trigger_queue_set_params(struct trigger_queue *queue, const struct runner_params *params);

/*
 * Takes the request over and leaves it {0}. Each gets one done(), perhaps before
 * this returns.
 */
void trigger_queue_add(struct trigger_queue *queue, struct trigger_request *request, void *sender);

/* The sender has gone; what it asked for is done all the same. */
void trigger_queue_forget(struct trigger_queue *queue, const void *sender);

/* Nothing more is started; what waits is answered with ECANCELED. */
void trigger_queue_stop(struct trigger_queue *queue);

/* Whether nothing waits and nothing runs. */
bool trigger_queue_is_idle(const struct trigger_queue *queue);
