/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The daemon's end of the trigger runner. Nothing here waits: a request is
 * taken or it is not, and its result comes through the event loop.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>
#include <systemd/sd-event.h>

#include "actions/trigger-runner.h"

struct trigger_client;

/*
 * What became of a request that was taken: each gets one. Called from the event
 * loop, never from within trigger_client_send(). May send, may not free the client.
 */
typedef void trigger_client_handler(void *context, const struct trigger_result *result);

struct trigger_client_params {
	const char *path; /* the runner's socket, below its root already; copied. NULL: fd */
	int fd;		  /* where path is NULL: connected to the runner; taken over */
	trigger_client_handler *handler;
	void *context;
};

/*
 * Does not connect yet: that is for the first request. Errors: -errno, then fd
 * is still the caller's.
 */
int trigger_client_new(sd_event *event, const struct trigger_client_params *params,
		       struct trigger_client **ret_client);

/* NULL allowed. Requests that are under way get no result any more. */
void trigger_client_free(struct trigger_client *client);

/*
 * Hands the request over; the caller keeps it. The id must be one that is not
 * under way. Errors: -EAGAIN: the runner does not take it now or is not there;
 * the caller tries again later, and a runner that is not there is looked for at
 * most once a second and its absence logged once. -ENOTCONN: without a path, the
 * runner has gone for good. -EMSGSIZE, -ENOMEM: this request cannot be sent.
 */
int trigger_client_send(struct trigger_client *client, const struct trigger_request *request);

/* Makes the runner read mcelog.conf again, now or as soon as it takes it. */
void trigger_client_reload(struct trigger_client *client);

/* Requests that were taken and have no result yet. */
size_t trigger_client_under_way(const struct trigger_client *client);

/*
 * For machines without systemd: forks a child that serves as the runner as long
 * as the returned socket is open, for trigger_client_new(). To be called before
 * privileges are dropped and before there is an event loop. The child ends
 * when it has nothing left to do; its status says nothing. Errors: -errno.
 */
int trigger_client_fork(const struct runner_params *params, pid_t *ret_pid, int *ret_fd);
