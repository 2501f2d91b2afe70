// SPDX-License-Identifier: GPL-2.0-only
/* The configuration anew in a daemon that runs: what it changes, and what stays until the end. */
#include "daemon-private.h"

#include <string.h>

#include <systemd/sd-daemon.h>

#include "accounting.h"
#include "acting.h"
#include "config-check.h"
#include "policy.h"
#include "serving.h"
#include "util/clock.h"
#include "util/log.h"

static bool is_same_text(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

static void tell_kept(const char *name, bool changed)
{
	if (changed)
		log_notice("reload: %s changes with the next start", name);
}

static void keep_text(const char *name, char **old, char **fresh)
{
	char *value = *fresh;

	tell_kept(name, !is_same_text(*old, value));
	*fresh = *old;
	*old = value;
}

/* Options that are in use from start to end: the old values stay. */
static void keep_what_is_in_use(struct config *old, struct config *fresh)
{
	keep_text("root", &old->root, &fresh->root);
	keep_text("state-dir", &old->state_dir, &fresh->state_dir);
	keep_text("logfile", &old->logfile, &fresh->logfile);
	keep_text("pidfile", &old->pidfile, &fresh->pidfile);
	keep_text("run-credentials-user", &old->run_credentials_user, &fresh->run_credentials_user);
	keep_text("run-credentials-group", &old->run_credentials_group,
		  &fresh->run_credentials_group);
	tell_kept("journal", fresh->journal != old->journal);
	fresh->journal = old->journal;
	tell_kept("max-corr-err-counters",
		  fresh->max_corr_err_counters != old->max_corr_err_counters);
	tell_kept("no-dmi", fresh->no_dmi != old->no_dmi);
	tell_kept("dmi-prepopulate", fresh->dimm.dmi_prepopulate != old->dimm.dmi_prepopulate);
	tell_kept("syslog-events", fresh->syslog_events != old->syslog_events);
	fresh->syslog_events = old->syslog_events;
}

static bool is_same_server(const struct config *a, const struct config *b)
{
	return is_same_text(a->server.socket_path, b->server.socket_path) &&
	       is_same_text(a->server.client_user, b->server.client_user) &&
	       is_same_text(a->server.client_group, b->server.client_group) &&
	       a->server.listen_backlog == b->server.listen_backlog;
}

/* Clients that are connected have to come again: who may ask is decided as they do. */
static void restart_server(struct daemon *daemon)
{
	server_free(daemon->server);
	daemon->server = NULL;
	serving_start(daemon->event, daemon->config, &daemon->session.root,
		      accounting_account(daemon->session.accounting), &daemon->server);
}

/* A new configuration that is not right in all leaves the old one in force, and returns false. */
static bool reload_config(struct daemon *daemon)
{
	struct config fresh = { 0 };
	struct account_policy policy;
	bool same_server;

	if (config_load_strict(&fresh, daemon->argc, daemon->argv) < 0) {
		log_error("reload: the old configuration stays in force");
		return false;
	}
	keep_what_is_in_use(daemon->config, &fresh);
	same_server = is_same_server(daemon->config, &fresh);
	config_free(daemon->config);
	*daemon->config = fresh;
	config_check_names(daemon->config);
	log_set_level(fresh.verbose ? LOG_DEBUG : LOG_INFO);
	daemon->session.env.erase = !fresh.keep_erst;
	daemon->session.env.clear_logs = fresh.pstore_clear && !fresh.keep_erst;
	daemon->session.env.clear = fresh.erst_clear && !fresh.keep_erst;
	policy = policy_of_account(daemon->config);
	account_set_policy(accounting_account(daemon->session.accounting), &policy);
	acting_reload(daemon->acting);
	if (!same_server)
		restart_server(daemon);
	pipeline_set_filter(daemon->session.pipeline, filter_from_config(&fresh));
	return true;
}

void daemon_reload(struct daemon *daemon)
{
	bool taken;

	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%llu", (unsigned long long)clock_monotonic_us());
	session_commit(&daemon->session);
	taken = reload_config(daemon);
	session_reopen_text(&daemon->session);
	daemon_stop_disabled(daemon);
	daemon_start_sources(daemon);
	daemon_tell_status(daemon, "READY=1\n");
	if (taken)
		log_info("reloaded");
}
