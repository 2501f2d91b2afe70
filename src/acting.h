/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * acting: does what account wants: runs triggers through the runner, takes pages
 * and CPUs offline. Each action is stored as started before it is, and with its
 * result; one that was under way when we went down is found again at the start.
 */
#pragma once

#include <stdbool.h>
#include <systemd/sd-event.h>

#include "config.h"
#include "event/action.h"
#include "pipeline.h"
#include "util/root.h"

struct acting;

struct acting_params {
	sd_event *event;
	const struct root *root;
	const struct config *config; /* the one in force, also after a reload */
	struct pipeline *pipeline;
	sd_id128_t boot;
	const char *runner_path; /* the trigger runner's socket; NULL: runner_fd */
	int runner_fd;		 /* connected to it, taken over; -1: there is none */
	/* Something was stored, that the journal may have to be told of. */
	void (*recorded)(void *context);
	void *context;
};

/* All but the fd is borrowed. Errors: -ENOMEM, -errno. */
int acting_new(const struct acting_params *params, struct acting **ret_acting);

/* What is under way is given up, and found again at the next start. NULL allowed. */
void acting_free(struct acting *acting);

/* An action that is stored and wanted; copied. */
void acting_take(struct acting *acting, const struct action *action);

/* What earlier lives left: at the start, before any acting_take(). */
void acting_recover(struct acting *acting);

/* The configuration has changed. */
void acting_reload(struct acting *acting);

/* Whether nothing waits and nothing is under way. */
bool acting_is_idle(const struct acting *acting);

/* Begins nothing more: what waits is found again at the next start. */
void acting_stop(struct acting *acting);

/* Whether nothing is under way, and all that has ended is stored. */
bool acting_is_quiet(const struct acting *acting);
