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
#include "pipeline.h"
#include "sources/source.h"
#include "util/root.h"

enum { SESSION_SOURCES_MAX = 8 };

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
	struct source_env env;
	struct text_sink *text;
	struct pipeline *pipeline;
	struct intake intake; /* of the pipeline; sources keep pointers to it and to env */
	struct active active[SESSION_SOURCES_MAX];
	size_t n_active;
};

/*
 * Makes the state directory and opens the pipeline. Event text goes to the
 * configured log file, else to stdout where to_stdout is set; a reader that
 * does not read may hold us for text_wait_ms (-1: for ever).
 * Errors: -errno, logged; session_close() is still to be called. session must
 * stay where it is.
 */
int session_open(struct session *session, const struct config *config, bool to_stdout,
		 int text_wait_ms);

/* Opens the log file anew (logrotate); the configured one may be another one now. */
void session_reopen_text(struct session *session);

/* Closes the sources and the pipeline; a zeroed session is fine. */
void session_close(struct session *session);

/*
 * Takes the lock that the one reader of the live sources holds, waiting at
 * most timeout_ms. Errors: -EWOULDBLOCK another one has it, -errno.
 */
int session_lock(struct session *session, unsigned int timeout_ms);

/*
 * Starts a source and takes what it already has, committed. why says what is
 * wrong on failure: -ECANCELED turned off by the configuration, -ENOTSUP not
 * built, -errno.
 */
int session_start(struct session *session, const struct source_ops *ops,
		  struct active **ret_active, char why[SOURCE_WHY_MAX]);

/* Closes a source and forgets it; pointers to other active sources become stale. */
void session_stop(struct session *session, struct active *active);

/* The active source of that driver, or NULL. */
struct active *session_find(struct session *session, const struct source_ops *ops);

/*
 * Drains one source until it is dry, committing where it asks to.
 * Errors: of the source; -EBUSY and the like when a commit has to wait: the
 * source then has more.
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
