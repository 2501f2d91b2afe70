// SPDX-License-Identifier: GPL-2.0-only
/* The configuration anew in a daemon that runs: what it changes, and what stays until the end. */
#include "daemon-private.h"

#include <string.h>
#include <time.h>

#include <systemd/sd-daemon.h>

#include "accounting.h"
#include "acting.h"
#include "config-check.h"
#include "policy.h"
#include "util/log.h"

/* An option that is in use from start to end: the old value stays. */
static void keep_text(const char *name, char **old, char **fresh)
{
	char *value = *fresh;

	if (strcmp(*old ? *old : "", value ? value : "") != 0)
		log_notice("reload: %s changes with the next start", name);
	*fresh = *old;
	*old = value;
}

/* A new configuration that is not right in all leaves the old one in force, and returns false. */
static bool reload_config(struct daemon *daemon)
{
	struct config fresh = { 0 };
	struct account_policy policy;

	if (config_load_strict(&fresh, daemon->argc, daemon->argv) < 0) {
		log_error("reload: the old configuration stays in force");
		return false;
	}
	keep_text("root", &daemon->config->root, &fresh.root);
	keep_text("state-dir", &daemon->config->state_dir, &fresh.state_dir);
	keep_text("logfile", &daemon->config->logfile, &fresh.logfile);
	keep_text("pidfile", &daemon->config->pidfile, &fresh.pidfile);
	keep_text("run-credentials-user", &daemon->config->run_credentials_user,
		  &fresh.run_credentials_user);
	keep_text("run-credentials-group", &daemon->config->run_credentials_group,
		  &fresh.run_credentials_group);
	if (fresh.journal != daemon->config->journal)
		log_notice("reload: journal changes with the next start");
	fresh.journal = daemon->config->journal;
	keep_text("socket-path", &daemon->config->server.socket_path, &fresh.server.socket_path);
	if (fresh.syslog_events != daemon->config->syslog_events)
		log_notice("reload: syslog-events changes with the next start");
	fresh.syslog_events = daemon->config->syslog_events;
	config_free(daemon->config);
	*daemon->config = fresh;
	config_check_names(daemon->config);
	log_set_level(fresh.verbose ? LOG_DEBUG : LOG_INFO);
	daemon->session.env.erase = !fresh.keep_erst;
	policy = policy_of_account(daemon->config);
	account_set_policy(accounting_account(daemon->session.accounting), &policy);
	acting_reload(daemon->acting);
	pipeline_set_filter(daemon->session.pipeline, filter_from_config(&fresh));
	return true;
}

static uint64_t monotonic_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

void daemon_reload(struct daemon *daemon)
{
	bool taken;

	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%llu", (unsigned long long)monotonic_us());
	session_commit(&daemon->session);
	taken = reload_config(daemon);
	session_reopen_text(&daemon->session);
	daemon_stop_disabled(daemon);
	daemon_start_sources(daemon);
	daemon_tell_status(daemon, "READY=1\n");
	if (taken)
		log_info("reloaded");
}
