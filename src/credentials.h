/* SPDX-License-Identifier: GPL-2.0-only */
/* credentials: the user and group that the daemon runs as once all is open. */
#pragma once

#include <sys/types.h>

#include "config.h"

/*
 * Becomes run-credentials-user and -group; "*" or none is no change, a user
 * without a group brings his own ones. Numbers are taken, too. The state
 * directory and what is in it are given to the user before, because the daemon
 * goes on writing there. As another user than root it keeps no capability, but
 * for CAP_SYS_ADMIN and CAP_DAC_OVERRIDE where pages or CPUs are to go offline.
 *
 * To be called when sources, socket and log file are open, the pid file is
 * written and the trigger runner is forked, and before anybody is told that the
 * daemon is ready. Errors, logged: -ENOENT no such user or group, -EPERM, -errno;
 * then the process is in between and must end.
 */
int credentials_drop(const struct config *config);

/* The user or group of a name, or of a number that need not have one. Errors: -ENOENT. */
int credentials_find_user(const char *name, uid_t *ret_uid);
int credentials_find_group(const char *name, gid_t *ret_gid);

/*
 * Warns of each user and group in the configuration, here and in [server], that
 * this machine has not. Returns how many these are.
 */
unsigned int credentials_check(const struct config *config);
