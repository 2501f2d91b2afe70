/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the daemon share; for src/daemon*.c only. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <systemd/sd-event.h>

#include "config.h"
#include "session.h"
#include "util/root.h"

struct acting;
struct server;

enum { DAEMON_BUSY_RETRY_US = 100 * 1000 }; /* another process had the database's lock */

/* A live source in the loop. */
struct watch {
	struct daemon *daemon;
	const struct source_ops *ops;
	sd_event_source *io;
	unsigned int empty; /* wakeups in a row without a record */
};

struct daemon {
	struct config *config;
	int argc;
	char **argv;
	struct session session;
	sd_event *event;
	sd_event_source *commit_timer;
	sd_event_source *settle_timer;
	sd_event_source *rest_timer;
	sd_event_source *retry_timer;
	sd_event_source *end_timer; /* set: told to end, waiting for what is under way */
	uint64_t retry_us;
	struct watch watches[SESSION_SOURCES_MAX];
	size_t n_watches;
	struct acting *acting;
	struct server *server;
	char runner_path[ROOT_PATH_MAX]; /* the trigger runner's socket; "": ours */
	pid_t runner;			 /* our own; 0: none */
	int runner_fd;
};

/* --- timers: each is one-shot and off unless something waits; us from now on --- */

/* Errors: -errno of the loop. */
int daemon_make_timer(struct daemon *daemon, sd_event_time_handler_t handler,
		      sd_event_source **ret_timer);
bool daemon_timer_is_set(sd_event_source *timer);
void daemon_set_timer(sd_event_source *timer, uint64_t us);

/* --- commit --- */

/* Errors: -errno of the loop. */
int daemon_make_commit_timers(struct daemon *daemon);

/*
 * Commits now. What cannot be written is tried again by a timer; the loop ends
 * where that cannot help.
 */
void daemon_commit(struct daemon *daemon);

/* Commits as soon as what the pipeline has wants it: now, by a timer, or not at all. */
void daemon_commit_when_due(struct daemon *daemon);

/*
 * What follows a commit, ours or that of a source's start: the journal's part, the status
 * line, and the end of the loop after --num-errors.
 */
void daemon_after_commit(struct daemon *daemon);

/* Writes the status line for the service manager; state is "" or begins it, as "READY=1\n". */
void daemon_tell_status(struct daemon *daemon, const char *state);

/* --- sources --- */

/* Errors: -errno of the loop. */
int daemon_make_source_timers(struct daemon *daemon);

/*
 * Opens what is not open yet and takes what it has; says what is not here, and tries
 * again later what should be.
 */
void daemon_start_sources(struct daemon *daemon);

/* Closes the watched sources that the configuration turns off. */
void daemon_stop_disabled(struct daemon *daemon);

/* Takes the sources out of the loop; they stay open. */
void daemon_unwatch_all(struct daemon *daemon);

/* --- reload --- */

/*
 * Reads the configuration again and goes by it; one that is not right in all leaves the
 * old one in force, logged. Sources that are not open are looked for in any case, and the
 * log file is opened anew.
 */
void daemon_reload(struct daemon *daemon);
