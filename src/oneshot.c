// SPDX-License-Identifier: GPL-2.0-only
#include "oneshot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "acting.h"
#include "policy.h"
#include "previous-boots.h"
#include "runner.h"
#include "session.h"
#include "sinks/syslog.h"
#include "sinks/text.h"
#include "sources/pstore-files.h"
#include "sources/pstore-keep.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/fstab.h"

/* A daemon or another one-shot may be reading: kernel triggers come in bursts. */
enum { LOCK_WAIT_MS = 10000, COMMIT_WAIT_MS = 5000 };

/* Longer than any script may take: none is waited for without end. */
#define ACTING_WAIT_US (3 * 3600 * 1000000ull)

/* Makes everything durable, tells the journal, closes. Returns the exit status. */
static int finish(struct session *session, int status)
{
	int r = session->pipeline ? session_commit_wait(session, 5000) : 0;

	if (r < 0) {
		log_error("%s: not everything could be stored: %s", session->database,
			  strerror(-r));
		status = EXIT_FAILURE;
	}
	while (session->pipeline && pipeline_unsettled(session->pipeline) &&
	       pipeline_settle(session->pipeline) == 1)
		;
	if ((session->text && text_sink_missing(session->text)) ||
	    (session->syslog && syslog_sink_missing(session->syslog)))
		status = EXIT_FAILURE;
	if (session->pipeline) {
		struct pipeline_counts counts;

		pipeline_count(session->pipeline, &counts);
		if (counts.refused)
			status = EXIT_FAILURE;
		pipeline_end(session->pipeline);
	}
	session_close(session);
	return status;
}

/* Whether all of it was taken; said where not. */
static bool is_whole(const struct active *active, const char *name)
{
	if (!active->dry)
		log_error("%s: the database cannot be written, the rest was not read", name);
	return active->dry;
}

/* Takes what one source has. Returns the exit status of a harvest; ret_whole: nothing was left. */
static int start_leftovers(struct session *session, const struct source_ops *ops, bool *ret_whole)
{
	char why[SOURCE_WHY_MAX];
	struct active *active;
	int r = session_start(session, ops, &active, why);

	*ret_whole = r < 0 || is_whole(active, ops->name);
	if (r < 0 && r != -ECANCELED && r != -ENOENT) {
		log_error("%s: %s", ops->name, why);
		return EXIT_FAILURE;
	}
	return *ret_whole ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* What is wanted is in the store, where act() finds it. */
static void on_wanted(void *context, const struct action *action)
{
	(void)context;
	(void)action;
}

static void on_recorded(void *context)
{
	(void)context;
}

static bool has_script(const struct config *config)
{
	for (int i = 0; i < TRIGGER_COUNT; i++)
		if (policy_trigger(config, (enum trigger)i))
			return true;
	return false;
}

static int run_until_idle(sd_event *event, const struct acting *acting)
{
	while (!acting_is_idle(acting)) {
		int r = sd_event_run(event, ACTING_WAIT_US);

		if (r <= 0)
			return r < 0 ? r : -ETIMEDOUT;
	}
	return 0;
}

/* Scripts, pages and CPUs: all that the events ask for, to its end. */
static int act(struct session *session, int runner_fd)
{
	struct acting_params params = {
		.root = &session->root,
		.config = session->config,
		.pipeline = session->pipeline,
		.boot = session->env.boot,
		.runner_fd = runner_fd,
		.recorded = on_recorded,
	};
	struct acting *acting = NULL;
	int r = sd_event_new(&params.event);

	if (r >= 0)
		r = acting_new(&params, &acting);
	if (r >= 0) {
		acting_recover(acting);
		r = run_until_idle(params.event, acting);
	}
	acting_free(acting);
	sd_event_unref(params.event);
	if (r < 0)
		log_error("not all could be done because of the errors: %s", strerror(-r));
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* What firmware and the device have. Returns the exit status. */
static int take_device(struct session *session)
{
	char why[SOURCE_WHY_MAX];
	struct active *active;
	bool whole;
	/* the device's first reads erase the ERST records that these still show */
	int r, status = start_leftovers(session, &source_erst_dbg, &whole);

	if (whole && start_leftovers(session, &source_erst, &whole) != EXIT_SUCCESS)
		status = EXIT_FAILURE;
	if (!whole)
		return status;
	r = session_start(session, &source_devmcelog, &active, why);
	if (r < 0)
		log_error("%s", why);
	return r < 0 || !is_whole(active, session->env.device) ? EXIT_FAILURE : status;
}

/* With a runner of its own for the scripts, from before anything is open. */
static int run_device(const struct config *config, struct session *session)
{
	static const struct session_options options = {
		.to_stdout = true,
		.live = true,
		.wait_ms = LOCK_WAIT_MS,
		.wanted = on_wanted,
	};
	int status, runner_fd = -1;
	pid_t runner = 0;

	if (has_script(config) &&
	    runner_fork(config, &session->root, 0, NULL, &runner, &runner_fd) < 0)
		log_error("no trigger can be run");
	if (session_open(session, config, &options) < 0) {
		if (runner_fd >= 0)
			close(runner_fd);
		return finish(session, EXIT_FAILURE);
	}
	status = take_device(session);
	if (session_commit_wait(session, COMMIT_WAIT_MS) == 0 &&
	    act(session, runner_fd) != EXIT_SUCCESS)
		status = EXIT_FAILURE;
	if (runner > 0)
		waitpid(runner, NULL, 0);
	return finish(session, status);
}

int oneshot_device(const struct config *config)
{
	struct session session;
	char why[SOURCE_WHY_MAX];
	int r = session_prepare(&session, config);

	if (r < 0)
		return EXIT_FAILURE;
	if (source_devmcelog.unavailable) {
		log_error("this mcelog has no device source: %s", source_devmcelog.unavailable);
		return EXIT_FAILURE;
	}
	if (source_devmcelog.probe(&session.env, why) < 0) {
		if (config->ignorenodev)
			return EXIT_SUCCESS;
		log_error("Cannot open %s", why);
		return EXIT_FAILURE;
	}
	return run_device(config, &session);
}

/* What earlier boots left, and what this one has said so far, in the order of the list. */
static const struct source_ops *const harvested[] = {
	&source_erst_dbg,
	&source_erst,
	&source_pstore,
	&source_kdump,
	&source_vmcore,
	&source_bert,
	&source_kmsg,
};

/* Takes all of it: what cannot be read keeps nothing else back. Returns the exit status. */
static int harvest_all(struct session *session)
{
	int status = EXIT_SUCCESS;

	for (size_t i = 0; i < ARRAY_SIZE(harvested); i++) {
		bool whole;

		if (start_leftovers(session, harvested[i], &whole) != EXIT_SUCCESS)
			status = EXIT_FAILURE;
		if (!whole) /* the next ones would not be stored, either */
			break;
	}
	return status;
}

/*
 * Whether the database will be found where it would be written now. Returns 0,
 * -EAGAIN for a file system that is not mounted yet, -EROFS, -errno; why says so.
 */
static int check_state(const struct root *root, const char *directory, char why[SOURCE_WHY_MAX])
{
	_cleanup_close_ int fd = -1;
	char point[ROOT_PATH_MAX];
	int r;

	if (fstab_missing(root, directory, point)) {
		snprintf(why, SOURCE_WHY_MAX, "%s: nothing is mounted on %s yet", directory, point);
		return -EAGAIN;
	}
	r = root_mkdir(root, directory);
	fd = r < 0 ? r : root_open(root, directory, O_RDONLY | O_DIRECTORY);
	if (fd < 0) {
		snprintf(why, SOURCE_WHY_MAX, "%s: cannot be made: %s", directory, strerror(-fd));
		return fd;
	}
	if (faccessat(fd, ".", W_OK | X_OK, 0) == 0)
		return 0;
	r = -errno;
	snprintf(why, SOURCE_WHY_MAX, "%s: cannot be written: %s", directory, strerror(-r));
	return r;
}

/* What is in pstore may be gone when the state directory is there. Returns the exit status. */
static int keep_for_later(const struct root *root, int error, const char *why)
{
	bool is_early = error == -EAGAIN || error == -EROFS;
	size_t n = 0;
	int r = pstore_keep(root, &n);

	if (r == -ENOENT) /* no pstore, nothing to keep */
		r = 0;
	log_line(is_early ? LOG_NOTICE : LOG_ERR, "%s", why);
	if (r < 0)
		log_error(PSTORE_LIVE ": not copied to " PSTORE_KEPT ": %s", strerror(-r));
	else
		log_notice("%zu files of " PSTORE_LIVE " copied to " PSTORE_KEPT
			   ", where the daemon takes them up",
			   n);
	return is_early && r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int oneshot_harvest(const struct config *config)
{
	static const struct session_options options = { .to_stdout = true };
	char why[SOURCE_WHY_MAX];
	struct pipeline_counts counts;
	struct session session;
	int status, r;

	if (session_prepare(&session, config) < 0)
		return EXIT_FAILURE;
	r = check_state(&session.root, config->state_dir, why);
	if (r < 0)
		return keep_for_later(&session.root, r, why);
	if (session_open(&session, config, &options) < 0)
		return finish(&session, EXIT_FAILURE);
	previous_boots_note(&session);
	status = harvest_all(&session);
	session_commit_wait(&session, 5000);
	pipeline_count(session.pipeline, &counts);
	/* what was known before the sources leave out, file by file: nobody can count it */
	log_info("harvested: %llu new, %llu of known errors", (unsigned long long)counts.added,
		 (unsigned long long)counts.joined);
	return finish(&session, status);
}

int oneshot_replay(const struct config *config)
{
	static const struct session_options options = { .to_stdout = true };
	struct pipeline_counts counts;
	struct session session;
	int status = EXIT_SUCCESS;

	if (session_open(&session, config, &options) < 0)
		return finish(&session, EXIT_FAILURE);
	for (int i = 0; i < config->n_operands; i++) {
		char why[SOURCE_WHY_MAX];
		struct active *active;
		int r;

		session.env.path = config->operands[i];
		r = session_start(&session, &source_replay, &active, why);
		if (r < 0) {
			log_error("%s", why);
			status = EXIT_FAILURE;
			continue;
		}
		if (!is_whole(active, config->operands[i]) || active->ops->refused(active->source))
			status = EXIT_FAILURE;
		session_stop(&session, active);
	}
	session_commit_wait(&session, 5000);
	pipeline_count(session.pipeline, &counts);
	log_info("replayed into %s: %llu new, %llu of known errors, %llu known before",
		 session.database, (unsigned long long)counts.added,
		 (unsigned long long)counts.joined, (unsigned long long)counts.known);
	return finish(&session, status);
}

int oneshot_list_sources(const struct config *config)
{
	struct session session;

	if (session_prepare(&session, config) < 0)
		return EXIT_FAILURE;
	session_list_sources(&session);
	return EXIT_SUCCESS;
}
