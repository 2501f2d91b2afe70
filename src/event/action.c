// SPDX-License-Identifier: GPL-2.0-only
#include "event/action.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/names.h"

void action_clear(struct action *action)
{
	free(action->environment);
	free(action->input);
	*action = (struct action){ 0 };
}

static int copy_text(const char *text, char **ret_copy)
{
	*ret_copy = text ? strdup(text) : NULL;
	return text && !*ret_copy ? -ENOMEM : 0;
}

int action_copy(const struct action *action, struct action *ret_copy)
{
	*ret_copy = *action;
	ret_copy->environment = NULL;
	ret_copy->input = NULL;
	if (copy_text(action->environment, &ret_copy->environment) < 0 ||
	    copy_text(action->input, &ret_copy->input) < 0) {
		action_clear(ret_copy);
		return -ENOMEM;
	}
	return 0;
}

static const char *const kind_names[] = {
	[ACTION_THRESHOLD] = "threshold",     [ACTION_NOTICE] = "notice",
	[ACTION_TRIGGER] = "trigger",	      [ACTION_OFFLINE_PAGE] = "offline-page",
	[ACTION_OFFLINE_CPU] = "offline-cpu",
};

static const char *const state_names[] = {
	[ACTION_WANTED] = "wanted", [ACTION_STARTED] = "started", [ACTION_DONE] = "done",
	[ACTION_FAILED] = "failed", [ACTION_UNKNOWN] = "unknown",
};

const char *action_kind_name(enum action_kind kind)
{
	return (size_t)kind < ARRAY_SIZE(kind_names) ? kind_names[kind] : "unknown";
}

const char *action_state_name(enum action_state state)
{
	return (size_t)state < ARRAY_SIZE(state_names) ? state_names[state] : "unknown";
}

int action_kind_parse(const char *name, enum action_kind *ret_kind)
{
	int found = names_find(kind_names, ARRAY_SIZE(kind_names), name);

	if (found < 0)
		return found;
	*ret_kind = (enum action_kind)found;
	return 0;
}

int action_state_parse(const char *name, enum action_state *ret_state)
{
	int found = names_find(state_names, ARRAY_SIZE(state_names), name);

	if (found < 0)
		return found;
	*ret_state = (enum action_state)found;
	return 0;
}
