/* SPDX-License-Identifier: GPL-2.0-only */
/* policy: what mcelog.conf says, in the words of the stages. */
#pragma once

#include "account/account.h"
#include "actions/offline-limits.h"
#include "actions/offline-page.h"
#include "actions/trigger-queue.h"
#include "config-check.h"
#include "config.h"
#include "util/root.h"

struct account_policy policy_of_account(const struct config *config);
struct offline_limits_config policy_of_limits(const struct config *config);

/* Whether pages or CPUs are to go offline. */
bool policy_takes_offline(const struct config *config);

/* For page actions that take pages offline; OFFLINE_SOFT for the others. */
enum offline_how policy_how_offline(const struct config *config);

/* The script's name, NULL where none is configured. */
const char *policy_trigger(const struct config *config, enum trigger trigger);

/* What the runner needs; params points into config and itself, and must stay where it is. */
struct policy_runner {
	struct runner_params params;
	const char *directories[CONFIG_DIRECTORIES_MAX];
	char paths[CONFIG_DIRECTORIES_MAX][ROOT_PATH_MAX];
};

/* Errors: -ENAMETOOLONG. */
int policy_of_runner(const struct config *config, const struct root *root,
		     struct policy_runner *ret_runner);
