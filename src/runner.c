// SPDX-License-Identifier: GPL-2.0-only
#include "runner.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "actions/trigger-client.h"
#include "actions/trigger-runner.h"
#include "policy.h"
#include "util/log.h"

/* The daemon's unit: no other process may ask a runner that systemd started. */
#define DAEMON_UNIT "mcelog.service"

/* What a runner reads again on SIGHUP: two places, for the old one is in use meanwhile. */
struct runner {
	int argc;
	char **argv;
	struct root root;
	const char *peer_unit;
	struct config configs[2];
	struct policy_runner policies[2];
	unsigned int current;
};

static const struct runner_params *reload(void *context)
{
	struct runner *runner = context;
	unsigned int next = 1 - runner->current;
	struct runner_params *params = &runner->policies[next].params;

	config_free(&runner->configs[next]);
	memset(&runner->configs[next], 0, sizeof(runner->configs[next]));
	if (config_load_strict(&runner->configs[next], runner->argc, runner->argv) < 0 ||
	    policy_of_runner(&runner->configs[next], &runner->root, &runner->policies[next]) < 0) {
		log_error("reload: the old triggers stay in force");
		return NULL;
	}
	params->peer_unit = runner->peer_unit;
	params->reload = reload;
	params->context = runner;
	runner->current = next;
	return params;
}

static struct runner *new_runner(const struct config *config, const struct root *root, int argc,
				 char **argv)
{
	struct runner *runner = calloc(1, sizeof(*runner));

	if (!runner)
		return NULL;
	runner->argc = argc;
	runner->argv = argv;
	runner->root = *root;
	if (policy_of_runner(config, root, &runner->policies[0]) < 0) {
		free(runner);
		return NULL;
	}
	runner->policies[0].params.reload = reload;
	runner->policies[0].params.context = runner;
	return runner;
}

static void free_runner(struct runner *runner)
{
	config_free(&runner->configs[0]);
	config_free(&runner->configs[1]);
	free(runner);
}

int runner_run(struct config *config, int argc, char **argv)
{
	struct runner *runner;
	struct root root;
	int n = sd_listen_fds(1), r = root_init(&root, config->root);

	if (n != 1 || r < 0) {
		log_error("--trigger-runner is for systemd: it serves mcelog-trigger.socket");
		return EXIT_FAILURE;
	}
	runner = new_runner(config, &root, argc, argv);
	if (!runner) {
		log_error("out of memory");
		return EXIT_FAILURE;
	}
	runner->peer_unit = sd_booted() > 0 ? DAEMON_UNIT : NULL;
	runner->policies[0].params.peer_unit = runner->peer_unit;
	r = trigger_runner(&runner->policies[0].params, SD_LISTEN_FDS_START);
	if (r < 0)
		log_error("the trigger runner cannot serve: %s", strerror(-r));
	free_runner(runner);
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

int runner_fork(const struct config *config, const struct root *root, int argc, char **argv,
		pid_t *ret_pid, int *ret_fd)
{
	struct runner *runner = new_runner(config, root, argc, argv);
	int r;

	if (runner)
		runner->policies[0].params.background = config->daemon && !config->foreground;
	r = runner ? trigger_client_fork(&runner->policies[0].params, ret_pid, ret_fd) : -ENOMEM;

	/* the child has its own copy */
	if (runner)
		free_runner(runner);
	return r;
}
