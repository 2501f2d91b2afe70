// SPDX-License-Identifier: GPL-2.0-only
#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "sinks/text.h"
#include "util/cleanup.h"
#include "util/log.h"

enum { RETRY_MS = 20 };

/* 32 hex digits, with or without dashes, from a file below the root; null where there is none. */
static sd_id128_t read_id(const struct root *root, const char *path)
{
	_cleanup_free_ char *text = NULL;
	sd_id128_t id;

	if (root_read(root, path, 4096, &text, NULL) < 0)
		return SD_ID128_NULL;
	text[strcspn(text, "\n")] = '\0';
	return sd_id128_from_string(text, &id) < 0 ? SD_ID128_NULL : id;
}

/* "btime SECONDS" of /proc/stat: when this boot began by today's clock. */
static int64_t read_boot_time(const struct root *root)
{
	_cleanup_free_ char *text = NULL;
	const char *row;

	if (root_read(root, "/proc/stat", 1 << 22, &text, NULL) < 0)
		return 0;
	row = strstr(text, "\nbtime ");
	return row ? strtoll(row + strlen("\nbtime "), NULL, 10) * 1000000 : 0;
}

static bool known_nothing(void *context, const char *key)
{
	(void)context;
	(void)key;
	return false;
}

static uint64_t lost_nothing(void *context, enum source_id source, const char *where)
{
	(void)context;
	(void)source;
	(void)where;
	return 0;
}

int session_prepare(struct session *session, const struct config *config)
{
	int r;

	*session = (struct session){ .config = config, .lock_fd = -1 };
	r = root_init(&session->root, config->root);
	if (r < 0) {
		log_error("--root %s: %s", config->root, strerror(-r));
		return r;
	}
	session->env = (struct source_env){
		.root = &session->root,
		.state_dir = config->state_dir,
		.device = config->n_operands && !config->replay ? config->operands[0] :
								   "/dev/mcelog",
		.boot = read_id(&session->root, "/proc/sys/kernel/random/boot_id"),
		.boot_time_us = read_boot_time(&session->root),
		.erase = !config->keep_erst,
		.known = known_nothing,
		.lost_so_far = lost_nothing,
	};
	return 0;
}

/*
 * A root that is not the machine's, or a state directory that is not the usual
 * one, is somebody trying something out: that is not for the machine's journal.
 */
static bool wants_journal(const struct session *session)
{
	const struct config *config = session->config;

	if (!root_is_real(&session->root) || strcmp(config->journal, "no") == 0)
		return false;
	if (strcmp(config->journal, "yes") == 0)
		return true;
	return strcmp(config->state_dir, STATE_DIR) == 0 &&
	       access("/run/systemd/journal/socket", F_OK) == 0;
}

static void read_host(struct session *session, struct host *ret_host)
{
	sd_id128_t machine = read_id(&session->root, "/etc/machine-id");

	if (!sd_id128_is_null(machine)) {
		sd_id128_to_string(machine, session->machine_id);
		ret_host->machine_id = session->machine_id;
	}
	if (gethostname(session->hostname, sizeof(session->hostname) - 1) == 0)
		ret_host->hostname = session->hostname;
}

static int open_text(struct session *session, bool to_stdout, int wait_ms)
{
	const char *path = session->config->logfile;
	int r;

	if (!path && !to_stdout)
		return 0;
	r = text_sink_open(&session->root, path, wait_ms, &session->text);
	if (r < 0)
		log_error("%s: %s", path ? path : "standard output", strerror(-r));
	return r;
}

void session_reopen_text(struct session *session)
{
	int r = session->text ? text_sink_reopen(session->text) : 0;

	if (r < 0)
		log_warning("%s: cannot be opened anew: %s", session->config->logfile,
			    strerror(-r));
}

int session_open(struct session *session, const struct config *config, bool to_stdout,
		 int text_wait_ms)
{
	struct pipeline_params params = { 0 };
	char path[ROOT_PATH_MAX];
	int r = session_prepare(session, config);

	if (r < 0)
		return r;
	r = open_text(session, to_stdout, text_wait_ms);
	if (r < 0)
		return r;
	r = root_mkdir(&session->root, config->state_dir);
	if (r < 0) {
		log_error("%s: cannot be made: %s", config->state_dir, strerror(-r));
		return r;
	}
	snprintf(path, sizeof(path), "%s/events.db", config->state_dir);
	root_path(&session->root, path, session->database);
	read_host(session, &params.host);
	params.database = session->database;
	params.text = session->text;
	params.journal = wants_journal(session);
	params.boot = session->env.boot;
	params.boot_time_us = session->env.boot_time_us;
	r = pipeline_open(&params, &session->pipeline);
	if (r < 0)
		return r;
	session->intake = pipeline_intake(session->pipeline);
	session->env.known = pipeline_known;
	session->env.lost_so_far = pipeline_lost_so_far;
	session->env.context = session->pipeline;
	return 0;
}

void session_close(struct session *session)
{
	for (size_t i = 0; i < session->n_active; i++)
		session->active[i].ops->close(session->active[i].source);
	session->n_active = 0;
	pipeline_close(session->pipeline);
	session->pipeline = NULL;
	text_sink_close(session->text);
	session->text = NULL;
	if (session->lock_fd >= 0)
		close(session->lock_fd);
	session->lock_fd = -1;
}

static void sleep_ms(unsigned int ms)
{
	const struct timespec wait = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000l };

	nanosleep(&wait, NULL);
}

int session_lock(struct session *session, unsigned int timeout_ms)
{
	char path[ROOT_PATH_MAX];

	snprintf(path, sizeof(path), "%s/lock", session->config->state_dir);
	session->lock_fd = root_open(&session->root, path, O_RDWR | O_CREAT);
	if (session->lock_fd < 0)
		return session->lock_fd;
	for (unsigned int waited = 0; flock(session->lock_fd, LOCK_EX | LOCK_NB) < 0;
	     waited += RETRY_MS) {
		if (errno != EWOULDBLOCK || waited >= timeout_ms)
			return -errno;
		sleep_ms(RETRY_MS);
	}
	return 0;
}

struct active *session_find(struct session *session, const struct source_ops *ops)
{
	for (size_t i = 0; i < session->n_active; i++)
		if (session->active[i].ops == ops)
			return &session->active[i];
	return NULL;
}

int session_start(struct session *session, const struct source_ops *ops,
		  struct active **ret_active, char why[SOURCE_WHY_MAX])
{
	struct active active = { .ops = ops };
	int r;

	why[0] = '\0';
	if (config_disables(session->config, ops->name)) {
		snprintf(why, SOURCE_WHY_MAX, "turned off by the configuration");
		return -ECANCELED;
	}
	if (ops->unavailable) {
		snprintf(why, SOURCE_WHY_MAX, "%s", ops->unavailable);
		return -ENOTSUP;
	}
	if (session->n_active == SESSION_SOURCES_MAX)
		return -ENOBUFS;
	r = ops->open(&session->env, &session->intake, &active.source, why);
	if (r < 0)
		return r;
	session->active[session->n_active] = active;
	*ret_active = &session->active[session->n_active++];
	r = session_drain(session, *ret_active);
	if (r == 0)
		r = session_commit_wait(session, 5000);
	if (r < 0 && r != -EBUSY && r != -ENOSPC && r != -EIO) {
		snprintf(why, SOURCE_WHY_MAX, "%s", strerror(-r));
		session_stop(session, *ret_active);
		return r;
	}
	return 0;
}

void session_stop(struct session *session, struct active *active)
{
	size_t index = (size_t)(active - session->active);

	active->ops->close(active->source);
	session->n_active--;
	memmove(active, active + 1, (session->n_active - index) * sizeof(*active));
}

int session_commit(struct session *session)
{
	int r;

	if (pipeline_need(session->pipeline) == PIPELINE_NOTHING)
		r = 0; /* a source may have taken pages without a record in them */
	else
		r = pipeline_commit(session->pipeline);
	if (r < 0)
		return r;
	for (size_t i = 0; i < session->n_active; i++)
		session->active[i].ops->committed(session->active[i].source);
	return 0;
}

int session_commit_wait(struct session *session, unsigned int timeout_ms)
{
	int r = session_commit(session);

	for (unsigned int waited = 0; r < 0 && waited < timeout_ms; waited += RETRY_MS) {
		sleep_ms(RETRY_MS);
		r = session_commit(session);
	}
	return r;
}

int session_drain(struct session *session, struct active *active)
{
	for (;;) {
		int r = active->ops->drain(active->source);

		active->dry = r == 0;
		if (r <= 0)
			return r;
		r = session_commit(session);
		if (r < 0)
			return r;
	}
}

void session_list_sources(struct session *session)
{
	for (size_t i = 0; sources[i]; i++) {
		const struct source_ops *ops = sources[i];
		char why[SOURCE_WHY_MAX] = "";
		const char *state = "available";

		if (ops->unavailable) {
			state = "not built";
			snprintf(why, sizeof(why), "%s", ops->unavailable);
		} else if (config_disables(session->config, ops->name)) {
			state = "turned off";
			snprintf(why, sizeof(why), "by the configuration");
		} else if (ops->probe(&session->env, why) < 0) {
			state = "not here";
		}
		printf("%-10s %-10s %s: %s\n", ops->name, state, ops->summary, why);
	}
}
