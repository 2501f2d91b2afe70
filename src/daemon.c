// SPDX-License-Identifier: GPL-2.0-only
/*
 * The composition root of the daemon: its signals, start and end. One loop, no
 * threads; asleep unless a source or the watchdog has something to say. What the
 * loop then does: daemon-sources.c, daemon-commit.c and daemon-reload.c.
 */
#include "daemon.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <systemd/sd-daemon.h>

#include "accounting.h"
#include "acting.h"
#include "background.h"
#include "config-check.h"
#include "credentials.h"
#include "daemon-private.h"
#include "pidfile.h"
#include "previous-boots.h"
#include "runner.h"
#include "serving.h"
#include "util/log.h"

#define RUNNER_SOCKET "/run/mcelog/trigger"

enum {
	LOCK_WAIT_MS = 2000,
	END_WAIT_MS = 5000,
	ACTING_WAIT_US = 10 * 1000 * 1000, /* at the end, for scripts and offlining */
};

/* --- signals --- */

/*
 * Scripts, pages and CPUs that are under way may end, so that their results are
 * known; the second signal does not wait for them.
 */
static int on_end(sd_event_source *signal, const struct signalfd_siginfo *info, void *userdata)
{
	struct daemon *daemon = userdata;

	(void)signal;
	(void)info;
	acting_stop(daemon->acting);
	if (acting_is_quiet(daemon->acting) || daemon_timer_is_set(daemon->end_timer)) {
		sd_notify(0, "STOPPING=1\nSTATUS=writing the last events");
		return sd_event_exit(daemon->event, EXIT_SUCCESS);
	}
	sd_notify(0, "STOPPING=1\nSTATUS=waiting for scripts and offlining to end");
	daemon_set_timer(daemon->end_timer, ACTING_WAIT_US);
	return 0;
}

static int on_end_timer(sd_event_source *timer, uint64_t usec, void *userdata)
{
	struct daemon *daemon = userdata;

	(void)timer;
	(void)usec;
	log_warning("not waiting longer for what is under way");
	return sd_event_exit(daemon->event, EXIT_SUCCESS);
}

static int on_reopen(sd_event_source *signal, const struct signalfd_siginfo *info, void *userdata)
{
	struct daemon *daemon = userdata;

	(void)signal;
	(void)info;
	session_reopen_text(&daemon->session);
	return 0;
}

static int on_reload(sd_event_source *signal, const struct signalfd_siginfo *info, void *userdata)
{
	(void)signal;
	(void)info;
	daemon_reload(userdata);
	return 0;
}

static int add_signals(struct daemon *daemon)
{
	static const struct {
		int signal;
		sd_event_signal_handler_t handler;
	} rows[] = {
		{ SIGTERM, on_end },
		{ SIGINT, on_end },
		{ SIGQUIT, on_end },
		{ SIGHUP, on_reload },
		{ SIGUSR1, on_reopen },
	};
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		sigaddset(&set, rows[i].signal);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int r = sd_event_add_signal(daemon->event, NULL, rows[i].signal, rows[i].handler,
					    daemon);

		if (r < 0)
			return r;
	}
	return 0;
}

/* --- life --- */

static int set_up_loop(struct daemon *daemon)
{
	int r = sd_event_default(&daemon->event);

	if (r >= 0)
		r = add_signals(daemon);
	if (r >= 0)
		r = daemon_make_commit_timers(daemon);
	if (r >= 0)
		r = daemon_make_source_timers(daemon);
	if (r >= 0)
		r = daemon_make_timer(daemon, on_end_timer, &daemon->end_timer);
	if (r >= 0)
		r = sd_event_set_watchdog(daemon->event, true);
	if (r < 0)
		log_error("the event loop cannot be made: %s", strerror(-r));
	return r;
}

static void tear_down_loop(struct daemon *daemon)
{
	daemon_unwatch_all(daemon);
	sd_event_source_unref(daemon->commit_timer);
	sd_event_source_unref(daemon->settle_timer);
	sd_event_source_unref(daemon->rest_timer);
	sd_event_source_unref(daemon->retry_timer);
	sd_event_source_unref(daemon->end_timer);
	sd_event_unref(daemon->event);
}

/* Takes what is still there and makes it durable. What cannot be written stays in the spool. */
static int finish(struct daemon *daemon)
{
	int r;

	for (size_t i = daemon->session.n_active; i-- > 0;) {
		struct active *active = &daemon->session.active[i];

		do
			r = session_drain(&daemon->session, active);
		while (r == 1);
		/* what it could not hand over must not be told to be durable */
		if (r < 0)
			session_stop(&daemon->session, active);
	}
	r = session_commit_wait(&daemon->session, END_WAIT_MS);
	if (r < 0)
		log_error("%s: the last events stay in the spool: %s", daemon->session.database,
			  strerror(-r));
	pipeline_announce(daemon->session.pipeline);
	while (pipeline_unsettled(daemon->session.pipeline) &&
	       pipeline_settle(daemon->session.pipeline) == 1)
		;
	pipeline_end(daemon->session.pipeline);
	return r;
}

/* A ring and its reader per possible CPU want more than the usual number of files. */
static void raise_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

/* Before there is a loop what is wanted stays in the store, where acting_recover() finds it. */
static void on_wanted(void *context, const struct action *action)
{
	struct daemon *daemon = context;

	if (daemon->acting)
		acting_take(daemon->acting, action);
}

static void on_recorded(void *context)
{
	struct daemon *daemon = context;

	daemon_after_commit(daemon);
	if (daemon_timer_is_set(daemon->end_timer) && acting_is_quiet(daemon->acting))
		sd_event_exit(daemon->event, EXIT_SUCCESS);
}

static int start_acting(struct daemon *daemon)
{
	const struct acting_params params = {
		.event = daemon->event,
		.root = &daemon->session.root,
		.config = daemon->config,
		.pipeline = daemon->session.pipeline,
		.boot = daemon->session.env.boot,
		.runner_path = daemon->runner_path[0] ? daemon->runner_path : NULL,
		.runner_fd = daemon->runner_fd,
		.recorded = on_recorded,
		.context = daemon,
	};
	int r = acting_new(&params, &daemon->acting);

	if (r < 0) {
		log_error("nothing can be done because of errors: %s", strerror(-r));
		return r;
	}
	acting_recover(daemon->acting);
	return 0;
}

static int start(struct daemon *daemon)
{
	const struct session_options options = {
		.to_stdout = daemon->config->foreground,
		.is_daemon = true,
		.live = true,
		.wait_ms = LOCK_WAIT_MS,
		.wanted = on_wanted,
		.context = daemon,
	};
	int r = session_open(&daemon->session, daemon->config, &options);

	if (r < 0)
		return r;
	pipeline_recover(daemon->session.pipeline);
	r = start_acting(daemon);
	if (r < 0)
		return r;
	serving_start(daemon->event, daemon->config, &daemon->session.root,
		      accounting_account(daemon->session.accounting), &daemon->server);
	previous_boots_note(&daemon->session);
	daemon_start_sources(daemon);
	return 0;
}

/* The runner that systemd starts, or else one of our own: before there is a loop. */
static int find_runner(struct daemon *daemon)
{
	struct root root;
	int r = root_init(&root, daemon->config->root);

	daemon->runner_fd = -1;
	if (r < 0)
		return r;
	if (root_exists(&root, RUNNER_SOCKET)) {
		root_path(&root, RUNNER_SOCKET, daemon->runner_path);
		return 0;
	}
	r = runner_fork(daemon->config, &root, daemon->argc, daemon->argv, &daemon->runner,
			&daemon->runner_fd);
	if (r < 0)
		log_error("no trigger can be run: %s", strerror(-r));
	return r;
}

static void end_acting(struct daemon *daemon)
{
	server_free(daemon->server);
	acting_free(daemon->acting);
	daemon->acting = NULL;
	/* our runner ends when what it was asked for is done */
	if (daemon->runner > 0)
		waitpid(daemon->runner, NULL, WNOHANG);
}

static int watch_until_told(struct daemon *daemon)
{
	int status;

	daemon_tell_status(daemon, "READY=1\n");
	status = sd_event_loop(daemon->event);
	if (status < 0)
		log_error("the event loop failed: %s", strerror(-status));
	return finish(daemon) < 0 || status != EXIT_SUCCESS ? EXIT_FAILURE : EXIT_SUCCESS;
}

int daemon_run(struct config *config, int argc, char **argv)
{
	struct daemon daemon = { .config = config, .argc = argc, .argv = argv };
	struct pidfile pidfile;
	int status = EXIT_FAILURE, parent = -1, r;

	if (pidfile_open(&pidfile, config) < 0)
		return EXIT_FAILURE;
	r = config->foreground ? 0 : background_start(&parent);
	if (r < 0) {
		pidfile_close(&pidfile);
		log_error("cannot go to the background: %s", strerror(-r));
		return EXIT_FAILURE;
	}
	daemon.session.lock_fd = -1;
	config_check_names(config);
	raise_file_limit();
	find_runner(&daemon);
	if (set_up_loop(&daemon) >= 0 && start(&daemon) == 0 && pidfile_write(&pidfile) == 0 &&
	    credentials_drop(config) == 0) {
		background_ready(parent);
		status = watch_until_told(&daemon);
	}
	end_acting(&daemon);
	session_close(&daemon.session);
	tear_down_loop(&daemon);
	pidfile_close(&pidfile);
	return status;
}
