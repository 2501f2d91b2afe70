// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any bytes as a message of the trigger runner: refused with a reason, or a
 * request that gives a script nothing but what is allowed, and reads back.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "actions/trigger-wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a shell or the loader would obey, and what would not be one line of the log. */
static void check_variable(const char *variable)
{
	static const char *const never[] = { "PATH=", "IFS=", "ENV=", "LD_", "BASH_" };

	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		if (strncmp(variable, never[i], strlen(never[i])) == 0)
			abort();
	if (!strchr(variable, '='))
		abort();
	for (; *variable; variable++)
		if ((unsigned char)*variable < 0x20 || *variable == 0x7f)
			abort();
}

static void check_request(const struct trigger_request *request)
{
	if ((unsigned int)request->trigger >= TRIGGER_COUNT ||
	    request->n_variables > TRIGGER_VARIABLES_MAX ||
	    request->variables[request->n_variables] ||
	    request->argument[strspn(request->argument, "0123456789")] ||
	    request->input_length > TRIGGER_INPUT_MAX)
		abort();
	if (request->input && strlen(request->input) != request->input_length)
		abort();
	for (unsigned int i = 0; i < request->n_variables; i++)
		check_variable(request->variables[i]);
}

static void check_round_trip(const struct trigger_request *request)
{
	_cleanup_trigger_request_ struct trigger_request again = { 0 };
	_cleanup_strbuf_ struct strbuf message = { 0 };
	char reason[TRIGGER_REASON_MAX];

	if (trigger_request_serialise(request, &message) < 0 ||
	    trigger_request_parse((struct bytes){ (const uint8_t *)message.text, message.length },
				  &again, reason) < 0)
		abort();
	if (again.id != request->id || again.trigger != request->trigger ||
	    again.n_variables != request->n_variables ||
	    strcmp(again.argument, request->argument) != 0)
		abort();
	for (unsigned int i = 0; i < again.n_variables; i++)
		if (strcmp(again.variables[i], request->variables[i]) != 0)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_trigger_request_ struct trigger_request request = { 0 };
	const struct bytes message = { data, size };
	char reason[TRIGGER_REASON_MAX] = "", text[TRIGGER_RESULT_TEXT_MAX];
	struct trigger_result result;
	int r = trigger_request_parse(message, &request, reason);

	if (r == -EBADMSG && !reason[0])
		abort();
	if (r == 0) {
		check_request(&request);
		check_round_trip(&request);
	}
	if (trigger_result_parse(message, &result) == 0 && !trigger_result_text(&result, text)[0])
		abort();
	return 0;
}
