// SPDX-License-Identifier: GPL-2.0-only
#include "hook-test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <systemd/sd-event.h>
#include <time.h>
#include <unistd.h>

#include "account/account.h"
#include "actions/trigger-client.h"
#include "decode/decode.h"
#include "policy.h"
#include "runner.h"
#include "util/log.h"

struct test {
	struct trigger_request request;
	sd_event *event;
	struct trigger_client *client;
	bool done;
	int status;
};

/* A corrected memory error, of a kind that every CPU has. */
static void invent(struct event *event)
{
	*event = (struct event){
		.record = {
			.source = SOURCE_TEXT,
			.vendor = VENDOR_INTEL,
			.bank = 7,
			.status = 0x8c0000400001009f,
			.addr = 0x12345000,
			.misc = 0x8c,
			.fields = RECORD_HAS_ADDR | RECORD_HAS_MISC,
			.replayed = true,
			.time_us = (int64_t)time(NULL) * 1000000,
		},
	};
	decode(&event->record, &event->decoded);
}

static int take_request(void *context, const struct action *action)
{
	struct test *test = context;
	int r = trigger_request_set_lines(&test->request, action->environment);

	if (r == 0)
		r = trigger_request_set_reporter(&test->request, "hook");
	return r == 0 ? trigger_request_set_input(&test->request, action->input,
						  strlen(action->input))
		      : r;
}

static int make_request(struct test *test)
{
	const struct account_policy policy = { .hook = true };
	const struct account_want want = { take_request, test };
	const struct account_env env = { 0 };
	struct account *account;
	struct event event;
	int r = account_new(&policy, &env, &account);

	if (r < 0)
		return r;
	test->request.id = 1;
	test->request.trigger = TRIGGER_HOOK;
	invent(&event);
	r = account_test_hook(account, &event, &want);
	account_free(account);
	return r;
}

static void on_result(void *context, const struct trigger_result *result)
{
	struct test *test = context;
	char text[TRIGGER_RESULT_TEXT_MAX];
	bool good = result->outcome == TRIGGER_OUTCOME_EXITED && result->detail == 0;

	log_line(good ? LOG_INFO : LOG_ERR, "the hook: %s", trigger_result_text(result, text));
	test->status = good ? EXIT_SUCCESS : EXIT_FAILURE;
	test->done = true;
}

/* The runner ends every script that takes too long, so that an answer comes. */
static int ask(struct test *test, int fd)
{
	const struct trigger_client_params params = {
		.fd = fd,
		.handler = on_result,
		.context = test,
	};
	int r = sd_event_new(&test->event);

	if (r >= 0)
		r = trigger_client_new(test->event, &params, &test->client);
	if (r < 0) {
		close(fd);
		return r;
	}
	r = trigger_client_send(test->client, &test->request);
	while (r >= 0 && !test->done)
		r = sd_event_run(test->event, UINT64_MAX);
	return r;
}

int hook_test(const struct config *config)
{
	struct test test = { .status = EXIT_FAILURE };
	struct root root;
	pid_t runner = 0;
	int fd = -1, r = root_init(&root, config->root);

	if (!policy_trigger(config, TRIGGER_HOOK)) {
		log_error("%s: there is no hook in [trigger]", config->config_file);
		return EXIT_FAILURE;
	}
	if (r >= 0)
		r = runner_fork(config, &root, 0, NULL, &runner, &fd);
	if (r >= 0)
		r = make_request(&test);
	if (r >= 0)
		r = ask(&test, fd);
	if (r < 0)
		log_error("the hook cannot be run: %s", strerror(-r));
	trigger_client_free(test.client);
	sd_event_unref(test.event);
	trigger_request_free(&test.request);
	if (runner > 0)
		waitpid(runner, NULL, 0);
	return r < 0 ? EXIT_FAILURE : test.status;
}
