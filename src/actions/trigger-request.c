// SPDX-License-Identifier: GPL-2.0-only
#include "actions/trigger-request.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"

#define CAPITALS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define SMALL	 "abcdefghijklmnopqrstuvwxyz"
#define DIGITS	 "0123456789"

static const char *const keys[TRIGGER_COUNT] = {
	[TRIGGER_DIMM_CE] = "dimm.ce-error-trigger",
	[TRIGGER_DIMM_UC] = "dimm.uc-error-trigger",
	[TRIGGER_SOCKET_MEM_CE] = "socket.mem-ce-error-trigger",
	[TRIGGER_SOCKET_MEM_UC] = "socket.mem-uc-error-trigger",
	[TRIGGER_PAGE_CE] = "page.memory-ce-trigger",
	[TRIGGER_PAGE_PRE_SOFT] = "page.memory-pre-sync-soft-ce-trigger",
	[TRIGGER_PAGE_POST_SOFT] = "page.memory-post-sync-soft-ce-trigger",
	[TRIGGER_PAGE_REPLACEMENT] = "page.memory-ce-counter-replacement-trigger",
	[TRIGGER_CACHE] = "cache.cache-threshold-trigger",
	[TRIGGER_BUS] = "socket.bus-uc-threshold-trigger",
	[TRIGGER_IOMCA] = "socket.iomca-threshold-trigger",
	[TRIGGER_UNKNOWN] = "socket.unknown-threshold-trigger",
	[TRIGGER_HOOK] = "trigger.hook",
};

/* mcelog.triggers(5). A name that a shell or the loader obeys must never be among them. */
static const char *const names[] = {
	"THRESHOLD",	 "TOTALCOUNT",
	"LOCATION",	 "DMI_LOCATION",
	"DMI_NAME",	 "DIMM",
	"CHANNEL",	 "SOCKETID",
	"CECOUNT",	 "UCCOUNT",
	"LASTEVENT",	 "AGETIME",
	"MESSAGE",	 "THRESHOLD_COUNT",
	"CPU",		 "LEVEL",
	"TYPE",		 "AFFECTED_CPUS",
	"PARTICIPATION", "REQUEST",
	"ORIGIN",	 "TIMEOUT",
	"SEG",		 "BUS",
	"DEVICE",	 "FUNCTION",
	"STATUS",	 "MISC",
	"ADDR",		 "MCGSTATUS",
	"MCGCAP",
};

const char *trigger_key(enum trigger trigger)
{
	return keys[trigger];
}

int trigger_from_key(const char *key, enum trigger *ret_trigger)
{
	for (unsigned int i = 0; i < TRIGGER_COUNT; i++) {
		if (strcmp(keys[i], key) == 0) {
			*ret_trigger = (enum trigger)i;
			return 0;
		}
	}
	return -ENOENT;
}

bool trigger_is_awaited(enum trigger trigger)
{
	return trigger == TRIGGER_PAGE_PRE_SOFT || trigger == TRIGGER_PAGE_POST_SOFT;
}

void trigger_request_free(struct trigger_request *request)
{
	for (unsigned int i = 0; i < request->n_variables; i++)
		free(request->variables[i]);
	free(request->input);
	memset(request, 0, sizeof(*request));
}

static bool consists_of(const char *text, const char *characters)
{
	return text[0] && text[strspn(text, characters)] == '\0';
}

static bool name_is_known(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return strncmp(name, "MCE_", 4) == 0 && strlen(name) < 64 &&
	       consists_of(name + 4, CAPITALS DIGITS "_");
}

static bool has_variable(const struct trigger_request *request, const char *name)
{
	size_t length = strlen(name);

	for (unsigned int i = 0; i < request->n_variables; i++)
		if (strncmp(request->variables[i], name, length) == 0 &&
		    request->variables[i][length] == '=')
			return true;
	return false;
}

static void replace_controls(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = '?';
}

int trigger_request_set(struct trigger_request *request, const char *name, const char *value)
{
	char *variable;

	if (!name_is_known(name))
		return -EINVAL;
	if (!value)
		return 0;
	if (has_variable(request, name))
		return -EEXIST;
	if (request->n_variables == TRIGGER_VARIABLES_MAX || strlen(value) > TRIGGER_VALUE_MAX)
		return -E2BIG;
	if (asprintf(&variable, "%s=%s", name, value) < 0)
		return -ENOMEM;
	replace_controls(variable);
	request->variables[request->n_variables++] = variable;
	return 0;
}

int trigger_request_set_reporter(struct trigger_request *request, const char *reporter)
{
	size_t length = strlen(reporter);

	if (length >= sizeof(request->reporter) ||
	    !consists_of(reporter, CAPITALS SMALL DIGITS "-_"))
		return -EINVAL;
	memcpy(request->reporter, reporter, length + 1);
	return 0;
}

int trigger_request_set_argument(struct trigger_request *request, const char *digits)
{
	size_t length = strlen(digits);

	if (request->argument[0])
		return -EEXIST;
	if (length >= sizeof(request->argument) || !consists_of(digits, DIGITS))
		return -EINVAL;
	memcpy(request->argument, digits, length + 1);
	return 0;
}

int trigger_request_set_input(struct trigger_request *request, const char *text, size_t length)
{
	if (request->input)
		return -EEXIST;
	if (length > TRIGGER_INPUT_MAX)
		return -E2BIG;
	if (memchr(text, '\0', length))
		return -EINVAL;
	request->input = strndup(text, length);
	if (!request->input)
		return -ENOMEM;
	request->input_length = length;
	return 0;
}

const char *trigger_result_text(const struct trigger_result *result, char *buffer)
{
	const size_t size = TRIGGER_RESULT_TEXT_MAX;

	switch (result->outcome) {
	case TRIGGER_OUTCOME_EXITED:
		snprintf(buffer, size, "exit status %d", result->detail);
		break;
	case TRIGGER_OUTCOME_KILLED:
		snprintf(buffer, size, "killed by signal %d (%s)", result->detail,
			 strsignal(result->detail));
		break;
	case TRIGGER_OUTCOME_TIMED_OUT:
		snprintf(buffer, size, "timed out");
		break;
	case TRIGGER_OUTCOME_NOT_STARTED:
		snprintf(buffer, size, "not started: %s", strerror(result->detail));
		break;
	case TRIGGER_OUTCOME_NOT_CONFIGURED:
		snprintf(buffer, size, "no trigger is configured");
		break;
	case TRIGGER_OUTCOME_QUEUE_FULL:
		snprintf(buffer, size, "refused: too many are waiting");
		break;
	case TRIGGER_OUTCOME_REFUSED:
		snprintf(buffer, size, "refused: the request was not understood");
		break;
	case TRIGGER_OUTCOME_UNKNOWN:
		snprintf(buffer, size, "unknown: the trigger runner went away");
		break;
	}
	return buffer;
}

int trigger_request_set_lines(struct trigger_request *request, const char *lines)
{
	_cleanup_free_ char *copy = strdup(lines);
	char *rest = copy, *line;
	int r = copy ? 0 : -ENOMEM;

	while (r == 0 && (line = strsep(&rest, "\n"))) {
		char *equals = strchr(line, '=');

		if (!equals)
			continue;
		*equals = '\0';
		r = trigger_request_set(request, line, equals + 1);
	}
	return r;
}
