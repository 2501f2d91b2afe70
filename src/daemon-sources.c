// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sources in the daemon's loop: what is readable is drained, what fails is
 * given up, what cannot be read rests, and what did not start is tried again.
 */
#include "daemon-private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "util/log.h"

enum {
	EMPTY_WAKEUPS = 16, /* readable, but nothing to be had: then rest */
	REST_US = 1000 * 1000,
	REST_DOUBLINGS_MAX = 6,
	RETRY_FIRST_US = 10 * 1000 * 1000, /* a source that is here and did not start */
	RETRY_LAST_US = 600 * 1000 * 1000,
};

/* --- a watched source --- */

static void unwatch(struct daemon *daemon, struct watch *watch)
{
	size_t index = (size_t)(watch - daemon->watches);

	sd_event_source_disable_unref(watch->io);
	daemon->n_watches--;
	memmove(watch, watch + 1, (daemon->n_watches - index) * sizeof(*watch));
	/* the loop holds pointers to the elements that moved */
	for (size_t i = index; i < daemon->n_watches; i++)
		if (daemon->watches[i].io)
			sd_event_source_set_userdata(daemon->watches[i].io, &daemon->watches[i]);
}

/* A live source that fails is given up; without any other one a restart may help. */
static int give_up(struct daemon *daemon, struct watch *watch, int error)
{
	struct active *active = session_find(&daemon->session, watch->ops);

	log_error("the source %s failed: %s", watch->ops->name, strerror(-error));
	if (active)
		session_stop(&daemon->session, active);
	unwatch(daemon, watch);
	daemon_commit(daemon);
	return daemon->n_watches ? 0 : sd_event_exit(daemon->event, EXIT_FAILURE);
}

/* All rest until the first one's time is over. */
static void rest(struct watch *watch, uint64_t us)
{
	struct daemon *daemon = watch->daemon;
	uint64_t now = 0, until = 0;

	sd_event_source_set_enabled(watch->io, SD_EVENT_OFF);
	sd_event_now(daemon->event, CLOCK_MONOTONIC, &now);
	sd_event_source_get_time(daemon->rest_timer, &until);
	if (!daemon_timer_is_set(daemon->rest_timer) || until > now + us)
		daemon_set_timer(daemon->rest_timer, us);
}

static int on_rest_over(sd_event_source *timer, uint64_t usec, void *userdata)
{
	struct daemon *daemon = userdata;

	(void)timer;
	(void)usec;
	for (size_t i = 0; i < daemon->n_watches; i++)
		if (daemon->watches[i].io)
			sd_event_source_set_enabled(daemon->watches[i].io, SD_EVENT_ON);
	return 0;
}

/* What is readable and cannot be read, as a ring of a CPU that is gone, must not spin. */
static void count_empty(struct watch *watch, bool empty)
{
	unsigned int doublings;

	watch->empty = empty ? watch->empty + 1 : 0;
	if (watch->empty < EMPTY_WAKEUPS)
		return;
	doublings = watch->empty - EMPTY_WAKEUPS;
	rest(watch, (uint64_t)REST_US
			    << (doublings < REST_DOUBLINGS_MAX ? doublings : REST_DOUBLINGS_MAX));
}

static int on_readable(sd_event_source *io, int fd, uint32_t revents, void *userdata)
{
	struct watch *watch = userdata;
	struct daemon *daemon = watch->daemon;
	struct active *active = session_find(&daemon->session, watch->ops);
	uint64_t before = pipeline_taken(daemon->session.pipeline);
	int r = session_drain(&daemon->session, active);

	(void)io;
	(void)fd;
	(void)revents;
	if (r < 0)
		return give_up(daemon, watch, r);
	if (r == 2) {
		/* the ring keeps the rest until the store can write again */
		rest(watch, DAEMON_BUSY_RETRY_US);
		if (!daemon_timer_is_set(daemon->commit_timer))
			daemon_set_timer(daemon->commit_timer, DAEMON_BUSY_RETRY_US);
		return 0;
	}
	if (r == 1)
		daemon_after_commit(daemon);
	daemon_commit_when_due(daemon);
	count_empty(watch, pipeline_taken(daemon->session.pipeline) == before);
	return 0;
}

static int watch_source(struct daemon *daemon, struct active *active)
{
	struct watch *watch = &daemon->watches[daemon->n_watches];
	int fd = active->ops->fd(active->source);
	int r;

	if (fd < 0)
		return 0;
	*watch = (struct watch){ .daemon = daemon, .ops = active->ops };
	r = sd_event_add_io(daemon->event, &watch->io, fd, EPOLLIN, on_readable, watch);
	if (r < 0 && r != -EPERM) /* a regular file is read once and never becomes readable */
		return r;
	daemon->n_watches++;
	return 0;
}

/* --- all of them --- */

static bool is_expected(int error)
{
	return error == -ENOENT || error == -ECANCELED || error == -ENOTSUP || error == -ENXIO;
}

/* Not to be mended by waiting, so that a machine that has it so is left asleep. */
static bool is_lasting(int error)
{
	return is_expected(error) || error == -EPERM || error == -EACCES || error == -ENOTTY ||
	       error == -EPROTO;
}

/* What lies on flash is read once; the next reload looks again. */
static void stop_read_ones(struct daemon *daemon)
{
	for (size_t i = daemon->session.n_active; i-- > 0;) {
		struct active *active = &daemon->session.active[i];

		if (active->ops->fd(active->source) >= 0)
			continue;
		if (!active->dry)
			log_warning("source %s: not read to its end, a reload goes on",
				    active->ops->name);
		session_stop(&daemon->session, active);
	}
}

static void retry_later(struct daemon *daemon)
{
	daemon->retry_us = daemon->retry_us ? daemon->retry_us * 2 : RETRY_FIRST_US;
	if (daemon->retry_us > RETRY_LAST_US)
		daemon->retry_us = RETRY_LAST_US;
	daemon_set_timer(daemon->retry_timer, daemon->retry_us);
}

static bool is_erst(const struct source_ops *ops)
{
	return ops == &source_erst || ops == &source_erst_dbg;
}

void daemon_start_sources(struct daemon *daemon)
{
	bool again = false;

	for (size_t i = 0; sources[i]; i++) {
		char why[SOURCE_WHY_MAX];
		struct active *active;
		int r;

		if (sources[i] == &source_replay || session_find(&daemon->session, sources[i]))
			continue;
		r = session_start(&daemon->session, sources[i], &active, why);
		if (r == 0) {
			r = watch_source(daemon, active);
			if (r < 0)
				session_stop(&daemon->session, active);
		}
		if (r < 0)
			log_line(is_expected(r) ? LOG_INFO : LOG_WARNING, "source %s: %s",
				 sources[i]->name, why[0] ? why : strerror(-r));
		again = again || (r < 0 && !is_lasting(r));
		if (is_erst(sources[i]) && r == 0 && !active->dry) {
			/* /dev/mcelog would erase the records that are not stored yet */
			log_warning("the database cannot be written, nothing else is read yet");
			again = true;
			break;
		}
	}
	stop_read_ones(daemon);
	if (again)
		retry_later(daemon);
	else
		daemon->retry_us = 0;
	if (!daemon->n_watches)
		log_error("no source of machine checks is here: see mcelog --list-sources");
	daemon_after_commit(daemon);
	daemon_commit_when_due(daemon);
}

static int on_retry_timer(sd_event_source *timer, uint64_t usec, void *userdata)
{
	struct daemon *daemon = userdata;

	(void)timer;
	(void)usec;
	daemon_start_sources(daemon);
	return 0;
}

void daemon_stop_disabled(struct daemon *daemon)
{
	for (size_t i = daemon->n_watches; i-- > 0;) {
		struct watch *watch = &daemon->watches[i];
		struct active *active = session_find(&daemon->session, watch->ops);

		if (!config_disables(daemon->config, watch->ops->name))
			continue;
		if (active)
			session_stop(&daemon->session, active);
		unwatch(daemon, watch);
	}
}

void daemon_unwatch_all(struct daemon *daemon)
{
	while (daemon->n_watches)
		unwatch(daemon, &daemon->watches[daemon->n_watches - 1]);
}

int daemon_make_source_timers(struct daemon *daemon)
{
	int r = daemon_make_timer(daemon, on_rest_over, &daemon->rest_timer);

	return r < 0 ? r : daemon_make_timer(daemon, on_retry_timer, &daemon->retry_timer);
}
