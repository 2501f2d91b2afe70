// SPDX-License-Identifier: GPL-2.0-only
/* A task in a child: what it reports, how it ends, and that nothing of it is left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>

#include "actions/worker.h"
#include "tests/unit/collect.h"
#include "tests/unit/offline.h"

struct report {
	int value;
	bool has_fd, blocks_signals;
};

struct outcome {
	bool done;
	int calls, error;
	struct report report;
	struct worker *worker;
	bool frees; /* the callback frees the worker */
};

static void on_done(void *userdata, int error, const void *report)
{
	struct outcome *outcome = userdata;

	outcome->done = true;
	outcome->calls++;
	outcome->error = error;
	outcome->report = *(const struct report *)report;
	if (outcome->frees) {
		worker_free(outcome->worker);
		outcome->worker = NULL;
	}
}

static void start(sd_event *event, void (*task)(const void *, void *), const void *request,
		  uint64_t timeout_us, struct outcome *outcome)
{
	const struct worker_params params = {
		.task = task,
		.request = request,
		.report_size = sizeof(struct report),
		.timeout_us = timeout_us,
		.done = on_done,
		.userdata = outcome,
	};

	assert_int_equal(worker_start(event, &params, &outcome->worker), 0);
}

static void look_around(const void *request, void *memory)
{
	struct report *report = memory;
	sigset_t blocked;

	sigprocmask(SIG_SETMASK, NULL, &blocked);
	report->value = *(const int *)request + 1;
	report->has_fd = fcntl(*(const int *)request, F_GETFD) >= 0;
	report->blocks_signals = sigismember(&blocked, SIGCHLD) || sigismember(&blocked, SIGTERM);
}

static void exit_with_3(const void *request, void *memory)
{
	(void)request;
	((struct report *)memory)->value = 5;
	_exit(3);
}

static void kill_itself(const void *request, void *memory)
{
	(void)request;
	((struct report *)memory)->value = 5;
	raise(SIGKILL);
}

static void hang(const void *request, void *memory)
{
	(void)request;
	((struct report *)memory)->value = 7;
	for (;;)
		pause();
}

static void test_report(void **state)
{
	_cleanup_close_ int fd = open("/dev/null", O_RDONLY);
	struct outcome outcome = { 0 };
	sd_event *event = loop_new();

	(void)state;
	start(event, look_around, &fd, 30000000, &outcome);
	assert_false(outcome.done); /* from the loop, never from the start */
	loop_until(event, &outcome.done);
	assert_int_equal(outcome.error, 0);
	assert_int_equal(outcome.report.value, fd + 1);
	assert_false(outcome.report.has_fd);
	assert_false(outcome.report.blocks_signals);
	worker_free(outcome.worker);
	loop_until_childless(event);
	assert_int_equal(outcome.calls, 1);
	loop_free(event);
}

/* A worker that is kept after its end: its timer must not kill whoever has the number by then. */
static void test_kept(void **state)
{
	struct outcome outcome = { 0 };
	sd_event *event = loop_new();
	int fd = -1;

	(void)state;
	start(event, look_around, &fd, 500000, &outcome);
	loop_until(event, &outcome.done);
	assert_int_equal(outcome.error, 0);
	loop_until_childless(event);
	assert_true(sd_event_run(event, 700000) >= 0);
	assert_int_equal(outcome.calls, 1);
	worker_free(outcome.worker);
	loop_free(event);
}

static void test_deaths(void **state)
{
	void (*const tasks[])(const void *, void *) = { exit_with_3, kill_itself };
	sd_event *event = loop_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(tasks); i++) {
		struct outcome outcome = { .frees = true };

		start(event, tasks[i], NULL, 30000000, &outcome);
		loop_until(event, &outcome.done);
		assert_int_equal(outcome.error, -ECHILD);
		assert_int_equal(outcome.report.value, 5);
		loop_until_childless(event);
		assert_int_equal(outcome.calls, 1);
	}
	loop_free(event);
}

static void test_timeout(void **state)
{
	struct outcome outcome = { .frees = true };
	sd_event *event = loop_new();

	(void)state;
	start(event, hang, NULL, 200000, &outcome);
	loop_until(event, &outcome.done);
	assert_int_equal(outcome.error, -ETIMEDOUT);
	assert_int_equal(outcome.report.value, 7);
	loop_until_childless(event); /* it was killed, and is reaped though the worker is gone */
	assert_int_equal(outcome.calls, 1);
	loop_free(event);
}

static void test_release(void **state)
{
	struct outcome outcome = { 0 };
	sd_event *event = loop_new();

	(void)state;
	worker_free(NULL);
	start(event, hang, NULL, 200000, &outcome);
	worker_free(outcome.worker);
	loop_until_childless(event);
	assert_true(sd_event_run(event, 300000) >= 0);
	assert_int_equal(outcome.calls, 0);

	/* freed, and the loop with it, while it runs */
	start(event, hang, NULL, 30000000, &outcome);
	worker_free(outcome.worker);
	loop_free(event);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_report),	cmocka_unit_test(test_kept),
		cmocka_unit_test(test_deaths),	cmocka_unit_test(test_timeout),
		cmocka_unit_test(test_release),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
