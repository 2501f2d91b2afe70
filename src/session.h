/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * session: what every mode that takes records has: the root, the state
 * directory, this boot's identity, the pipeline and the sources in use.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config.h"
#include "event/action.h"
#include "event/event.h"
#include "pipeline.h"
#include "sources/source.h"
#include "util/root.h"

struct accounting;
struct dimms;

enum { SESSION_SOURCES_MAX = 16 };

/* A source in use. */
struct active {
	const struct source_ops *ops;
	struct source *source;
	bool dry; /* the last drain found nothing more */
};

struct session {
	const struct config *config;
	struct root root;
	int lock_fd;
	char machine_id[33];
	char hostname[256];
	char database[ROOT_PATH_MAX];
	struct host host; /* points to these */
	struct source_env env;
	struct text_sink *text;
	struct dimms *dimms;	       /* with accounting: what memory is here; NULL: not asked */
	struct accounting *accounting; /* NULL: this mode does not count */
	struct syslog_sink *syslog;
	struct pipeline *pipeline;
	struct intake intake; /* of the pipeline; sources keep pointers to it and to env */
	struct active active[SESSION_SOURCES_MAX];
	size_t n_active;
};

struct session_options {
	bool to_stdout;	      /* event text goes to stdout where no log file is configured */
	bool is_daemon;	      /* a log file that cannot be had, or a reader that does not read, */
			      /* must not hold up anything */
	bool live;	      /* reads what consumes: be the only one, or fail */
	unsigned int wait_ms; /* for the other one to end */
	/* Counts events; an action that is wanted goes there. NULL: does not. */
	void (*wanted)(void *context, const struct action *action);
	void *context;
};

/*
 * Makes the state directory, takes its lock and opens the pipeline. The lock
 * makes the one reader of the live sources, and the one who may replace a
 * damaged database; who is not live goes on without it, and lets go of it as
 * soon as the database is open.
 * Errors: -EWOULDBLOCK another one is live, -errno; logged. session_close() is
 * still to be called. session must stay where it is.
 */
int session_open(struct session *session, const struct config *config,
		 const struct session_options *options);

/* Opens the log file anew (logrotate); the configured one may be another one now. */
void session_reopen_text(struct session *session);

/* Closes the sources and the pipeline; a zeroed session is fine. */
void session_close(struct session *session);

/*
 * Starts a source and takes what it already has, committed. A database that
 * cannot be written is waited for some seconds; when it still cannot, the
 * source is started all the same and active->dry is false: it has more.
 * why says what is wrong on failure: -ECANCELED turned off by the
 * configuration, -ENOTSUP not built, -errno.
 */
int session_start(struct session *session, const struct source_ops *ops, struct active **ret_active,
		  char why[SOURCE_WHY_MAX]);

/* Closes a source and forgets it; pointers to other active sources become stale. */
void session_stop(struct session *session, struct active *active);

/* The active source of that driver, or NULL. */
struct active *session_find(struct session *session, const struct source_ops *ops);

/*
 * Takes what the source gives in one go and commits where it asks for that:
 * the loop gets its turn in between. Returns 0 when the source is dry, 1 when
 * it has more, 2 when it has more and the database cannot be written now.
 * Errors: of the source.
 */
int session_drain(struct session *session, struct active *active);

/* pipeline_commit(), and tells the sources. */
int session_commit(struct session *session);

/*
 * Commits, waiting and trying again for at most timeout_ms; for starts and
 * ends, not for the loop. Errors: of the last try.
 */
int session_commit_wait(struct session *session, unsigned int timeout_ms);

/* Prints the table of --list-sources to stdout. */
void session_list_sources(struct session *session);

/* Fills in root, boot and environment only: enough for probing. Errors: -errno, logged. */
int session_prepare(struct session *session, const struct config *config);
