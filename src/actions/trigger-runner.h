/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The trigger runner: the one process that runs scripts as root. It knows which
 * from mcelog.conf, which it reads itself; the daemon, in its sandbox, can only
 * say "now that one, with these values".
 */
#pragma once

#include "actions/trigger-queue.h"

/*
 * Serves fd until SIGTERM or SIGINT, and then until the scripts that run have
 * ended. fd, which it takes over, is a SOCK_SEQPACKET socket: one that listens,
 * for a number of daemons at once, or one that is connected; then it also ends
 * when the daemon has gone and all is done that it asked for. params is borrowed,
 * and so is what its reload() returns, which SIGHUP calls, as does a message. Blocks
 * these signals and SIGCHLD and ignores SIGPIPE: for a process of its own. Errors:
 * -errno of the set-up, -EACCES where the one connected may not ask.
 */
int trigger_runner(const struct runner_params *params, int fd);
