// SPDX-License-Identifier: GPL-2.0-only
#include "policy.h"

#include <errno.h>
#include <string.h>

#include "util/cleanup.h"

static struct account_rule rule_of(const struct config_limit *limit)
{
	return (struct account_rule){
		.threshold = limit->threshold,
		.trigger = limit->trigger && *limit->trigger,
		.log = limit->log,
	};
}

static enum page_action page_action_of(enum config_page_action action)
{
	switch (action) {
	case CONFIG_PAGE_OFF:
		return PAGE_ACTION_OFF;
	case CONFIG_PAGE_ACCOUNT:
		return PAGE_ACTION_ACCOUNT;
	case CONFIG_PAGE_SOFT:
		return PAGE_ACTION_SOFT;
	case CONFIG_PAGE_HARD:
		return PAGE_ACTION_HARD;
	case CONFIG_PAGE_SOFT_THEN_HARD:
		return PAGE_ACTION_SOFT_THEN_HARD;
	}
	return PAGE_ACTION_OFF;
}

static bool has(const char *trigger)
{
	return trigger && *trigger;
}

struct account_policy policy_of_account(const struct config *config)
{
	return (struct account_policy){
		.page = rule_of(&config->page.ce),
		.page_action = page_action_of(config->page.action),
		.page_retry = config->page.offline_retry,
		.pages_max = config->max_corr_err_counters,
		.replacement = rule_of(&config->page.replacement),
		.dimms = config->dimm.tracking,
		.dimm_corrected = rule_of(&config->dimm.ce),
		.dimm_uncorrected = rule_of(&config->dimm.uc),
		.sockets = config->socket.tracking,
		.socket_corrected = rule_of(&config->socket.ce),
		.socket_uncorrected = rule_of(&config->socket.uc),
		.cache = { .trigger = has(config->cache.trigger), .log = config->cache.log },
		.cpu_offline = config->cache.cpu_offline,
		.bus_trigger = has(config->socket.bus_trigger),
		.iomca_trigger = has(config->socket.iomca_trigger),
		.unknown_trigger = has(config->socket.unknown_trigger),
		.bus_threshold = config->socket.bus_threshold,
		.iomca_threshold = config->socket.iomca_threshold,
		.unknown_threshold = config->socket.unknown_threshold,
		.hook = has(config->trigger.hook),
		.hook_repeat_s = config->trigger.hook_repeat,
	};
}

struct offline_limits_config policy_of_limits(const struct config *config)
{
	return (struct offline_limits_config){
		.pages_per_hour = config->page.max_offline_per_hour,
		.per_mille = config->page.max_offline_memory,
		.channel_pages = config->page.channel_fault_pages,
	};
}

bool policy_takes_offline(const struct config *config)
{
	return config->cache.cpu_offline || (config->page.action != CONFIG_PAGE_OFF &&
					     config->page.action != CONFIG_PAGE_ACCOUNT);
}

enum offline_how policy_how_offline(const struct config *config)
{
	switch (config->page.action) {
	case CONFIG_PAGE_OFF:
	case CONFIG_PAGE_ACCOUNT:
	case CONFIG_PAGE_SOFT:
		break;
	case CONFIG_PAGE_HARD:
		return OFFLINE_HARD;
	case CONFIG_PAGE_SOFT_THEN_HARD:
		return OFFLINE_SOFT_THEN_HARD;
	}
	return OFFLINE_SOFT;
}

const char *policy_trigger(const struct config *config, enum trigger trigger)
{
	const char *const names[TRIGGER_COUNT] = {
		[TRIGGER_DIMM_CE] = config->dimm.ce.trigger,
		[TRIGGER_DIMM_UC] = config->dimm.uc.trigger,
		[TRIGGER_SOCKET_MEM_CE] = config->socket.ce.trigger,
		[TRIGGER_SOCKET_MEM_UC] = config->socket.uc.trigger,
		[TRIGGER_PAGE_CE] = config->page.ce.trigger,
		[TRIGGER_PAGE_PRE_SOFT] = config->page.pre_soft_trigger,
		[TRIGGER_PAGE_POST_SOFT] = config->page.post_soft_trigger,
		[TRIGGER_PAGE_REPLACEMENT] = config->page.replacement.trigger,
		[TRIGGER_CACHE] = config->cache.trigger,
		[TRIGGER_BUS] = config->socket.bus_trigger,
		[TRIGGER_IOMCA] = config->socket.iomca_trigger,
		[TRIGGER_UNKNOWN] = config->socket.unknown_trigger,
		[TRIGGER_HOOK] = config->trigger.hook,
	};

	return has(names[trigger]) ? names[trigger] : NULL;
}

int policy_of_runner(const struct config *config, const struct root *root,
		     struct policy_runner *ret_runner)
{
	const char *directories[CONFIG_DIRECTORIES_MAX];
	size_t n = config_trigger_directories(config, directories);
	struct runner_params *params = &ret_runner->params;

	memset(ret_runner, 0, sizeof(*ret_runner));
	for (size_t i = 0; i < n; i++) {
		ret_runner->directories[i] = root_path(root, directories[i], ret_runner->paths[i]);
		if (!*ret_runner->directories[i])
			return -ENAMETOOLONG;
	}
	params->directories = ret_runner->directories;
	params->n_directories = (unsigned int)n;
	for (int i = 0; i < TRIGGER_COUNT; i++)
		params->scripts[i] = policy_trigger(config, (enum trigger)i);
	params->children_max = config->trigger.children_max;
	params->timeout = config->trigger.timeout;
	return 0;
}
