/* SPDX-License-Identifier: GPL-2.0-only */
/* runner: mcelog --trigger-runner, and the runner that a daemon without systemd forks. */
#pragma once

#include <sys/types.h>

#include "config.h"
#include "util/root.h"

/*
 * Serves the socket that systemd has passed, until it is told to end. argc and argv for
 * reading the configuration again. Returns the exit status.
 */
int runner_run(struct config *config, int argc, char **argv);

/*
 * A runner of our own, before privileges are dropped and before there is a loop: its
 * process and the socket to ask it. Reload works in it as in the other. Errors: -errno.
 */
int runner_fork(const struct config *config, const struct root *root, int argc, char **argv,
		pid_t *ret_pid, int *ret_fd);
