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

#include "accounting.h"
#include "decode/cpu-models.h"
#include "dimms.h"
#include "host-cpu.h"
#include "policy.h"
#include "sinks/syslog.h"
#include "sinks/text.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/log.h"

enum {
	RETRY_MS = 20,
	START_WAIT_MS = 5000,
	TEXT_WAIT_MS = 100,    /* that a reader of stdout may hold up the daemon, once */
	SYSLOG_WAIT_MS = 5000, /* that syslogd may hold up who is no daemon */
};

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
		.device =
			config->n_operands && !config->replay ? config->operands[0] : "/dev/mcelog",
		.boot = read_id(&session->root, "/proc/sys/kernel/random/boot_id"),
		.boot_time_us = read_boot_time(&session->root),
		.erase = !config->keep_erst,
		.clear_logs = config->pstore_clear && !config->keep_erst,
		.clear = config->erst_clear && !config->keep_erst,
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

	if (!root_is_real(&session->root) || config->journal == CONFIG_JOURNAL_NO)
		return false;
	if (config->journal == CONFIG_JOURNAL_YES)
		return true;
	return strcmp(config->state_dir, STATE_DIR) == 0 &&
	       access("/run/systemd/journal/socket", F_OK) == 0;
}

static void read_host(struct session *session)
{
	sd_id128_t machine = read_id(&session->root, "/etc/machine-id");

	if (!sd_id128_is_null(machine)) {
		sd_id128_to_string(machine, session->machine_id);
		session->host.machine_id = session->machine_id;
	}
	if (gethostname(session->hostname, sizeof(session->hostname) - 1) == 0)
		session->host.hostname = session->hostname;
}

static int open_accounting(struct session *session, const struct session_options *options,
			   bool journal)
{
	struct accounting_params params = {
		.policy = policy_of_account(session->config),
		.env = { .host = &session->host, .boot = session->env.boot },
		.journal = journal,
		.wanted = options->wanted,
		.context = options->context,
	};
	struct host_cpu cpu;

	if (!options->wanted)
		return 0;
	if (host_cpu_read(&session->root, &cpu) == 0) {
		const struct cpu_model *model = cpu_model_find(cpu.vendor, cpu.cpuid);

		params.env.imc_channels = model ? model->imc_channels : 0;
	}
	if (!session->config->no_dmi && dimms_load(&session->root, &session->dimms) == 0) {
		params.env.dimm = dimms_name;
		params.env.context = session->dimms;
	}
	return accounting_new(&params, &session->accounting);
}

static bool wants_syslog(const struct config *config)
{
	switch (config->syslog_events) {
	case CONFIG_SYSLOG_AUTO:
	case CONFIG_SYSLOG_NO:
		return false;
	case CONFIG_SYSLOG_WARNING:
	case CONFIG_SYSLOG_ERROR:
		return true;
	}
	return false;
}

static int open_syslog(struct session *session, const struct session_options *options)
{
	const struct config *config = session->config;

	if (!wants_syslog(config))
		return 0;
	/* what is in the journal as an entry does not go there once more, line by line */
	if (wants_journal(session) && syslog_is_journal(&session->root)) {
		log_notice("syslog is the journal here, which has the events as its own entries");
		return 0;
	}
	return syslog_sink_open(&session->root, config->syslog_events == CONFIG_SYSLOG_ERROR,
				options->is_daemon ? TEXT_WAIT_MS : SYSLOG_WAIT_MS,
				&session->syslog);
}

/* Text goes to the log file if there is one; else to stdout, but not where syslog is wanted. */
static int open_text(struct session *session, const struct session_options *options)
{
	const char *path = session->config->logfile;
	int r;

	/* nor is it printed into the journal */
	if (!path && (!options->to_stdout || wants_syslog(session->config) ||
		      log_fd_is_journal(STDOUT_FILENO)))
		return 0;
	r = text_sink_open(&session->root, path, options->is_daemon ? TEXT_WAIT_MS : -1,
			   &session->text);
	if (r < 0)
		log_line(options->is_daemon ? LOG_WARNING : LOG_ERR, "%s: cannot be written: %s",
			 path ? path : "standard output", strerror(-r));
	return options->is_daemon ? 0 : r;
}

void session_reopen_text(struct session *session)
{
	static const struct session_options options = { .is_daemon = true };
	int r;

	if (!session->text) {
		/* the log file could not be had at the start */
		open_text(session, &options);
		pipeline_set_text(session->pipeline, session->text);
		return;
	}
	r = text_sink_reopen(session->text);
	if (r < 0)
		log_warning("%s: cannot be opened anew: %s", session->config->logfile,
			    strerror(-r));
}

static void sleep_ms(unsigned int ms)
{
	const struct timespec wait = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000l };

	nanosleep(&wait, NULL);
}

static int take_lock(struct session *session, unsigned int timeout_ms)
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

/* The state directory and its lock. */
static int open_state(struct session *session, const struct session_options *options,
		      bool *ret_exclusive)
{
	const char *directory = session->config->state_dir;
	int r = root_mkdir(&session->root, directory);

	if (r < 0) {
		log_error("%s: cannot be made: %s", directory, strerror(-r));
		return r;
	}
	r = take_lock(session, options->wait_ms);
	*ret_exclusive = r == 0;
	if (r == -EWOULDBLOCK && !options->live)
		return 0;
	if (r == -EWOULDBLOCK)
		log_error("%s: another mcelog is running", directory);
	else if (r < 0)
		log_error("%s/lock: %s", directory, strerror(-r));
	return r;
}

int session_open(struct session *session, const struct config *config,
		 const struct session_options *options)
{
	struct pipeline_params params = { 0 };
	char path[ROOT_PATH_MAX];
	int r = session_prepare(session, config);

	if (r == 0)
		r = open_syslog(session, options);
	if (r == 0)
		r = open_text(session, options);
	if (r == 0)
		r = open_state(session, options, &params.exclusive);
	if (r < 0)
		return r;
	snprintf(path, sizeof(path), "%s/events.db", config->state_dir);
	root_path(&session->root, path, session->database);
	read_host(session);
	params.host = session->host;
	params.root = &session->root;
	params.database = session->database;
	params.text = session->text;
	params.syslog = session->syslog;
	params.filter = filter_from_config(config);
	params.journal = wants_journal(session);
	params.live = options->live;
	params.boot = session->env.boot;
	params.boot_time_us = session->env.boot_time_us;
	/* a server that is gone must not keep a daemon from starting */
	session->env.patient = !options->is_daemon;
	r = open_accounting(session, options, params.journal);
	params.accounting = session->accounting;
	params.locate = session->dimms ? dimms_locate : NULL;
	params.label = session->dimms ? dimms_label : NULL;
	params.dimms = session->dimms;
	if (r == 0)
		r = pipeline_open(&params, &session->pipeline);
	if (r < 0)
		return r;
	if (session->dimms)
		dimms_remember(session->dimms, session);
	/* who only adds something must not keep a daemon from starting */
	if (!options->live && params.exclusive) {
		pipeline_share(session->pipeline);
		flock(session->lock_fd, LOCK_UN);
	}
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
	accounting_free(session->accounting);
	session->accounting = NULL;
	dimms_free(session->dimms);
	session->dimms = NULL;
	text_sink_close(session->text);
	session->text = NULL;
	syslog_sink_close(session->syslog);
	session->syslog = NULL;
	if (session->lock_fd >= 0)
		close(session->lock_fd);
	session->lock_fd = -1;
}

struct active *session_find(struct session *session, const struct source_ops *ops)
{
	for (size_t i = 0; i < session->n_active; i++)
		if (session->active[i].ops == ops)
			return &session->active[i];
	return NULL;
}

/* Takes and commits all that a source has, as long as the store can be written now and then. */
static int drain_patiently(struct session *session, struct active *active)
{
	int r;

	do {
		r = session_drain(session, active);
		if (r >= 0 && session_commit_wait(session, START_WAIT_MS) < 0) {
			active->dry = false;
			return 0;
		}
	} while (r > 0);
	return r;
}

int session_start(struct session *session, const struct source_ops *ops, struct active **ret_active,
		  char why[SOURCE_WHY_MAX])
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
	session->env.now_us = clock_wall_us();
	r = ops->open(&session->env, &session->intake, &active.source, why);
	if (r < 0)
		return r;
	session->active[session->n_active] = active;
	*ret_active = &session->active[session->n_active++];
	r = drain_patiently(session, *ret_active);
	if (r < 0) {
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

static int64_t monotonic_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int session_commit_wait(struct session *session, unsigned int timeout_ms)
{
	int64_t end = monotonic_ms() + timeout_ms;
	int r = session_commit(session);

	while (r < 0 && monotonic_ms() < end) {
		sleep_ms(RETRY_MS);
		r = session_commit(session);
	}
	return r;
}

int session_drain(struct session *session, struct active *active)
{
	int r = active->ops->drain(active->source);

	active->dry = r == 0;
	if (r <= 0)
		return r;
	return session_commit(session) < 0 ? 2 : 1;
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
