// SPDX-License-Identifier: GPL-2.0-only
/* Which request runs when, what is refused, and that no script keeps the others waiting. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/trigger-bench.h"

#define HANG "sleep 1000"

static struct bench *bench;
static struct trigger_queue *queue;
static void *last_sender;

static void on_done(void *context, void *sender, const struct trigger_result *result)
{
	last_sender = sender;
	bench_take(context, result);
}

static int setup(void **state)
{
	(void)state;
	bench = calloc(1, sizeof(*bench));
	bench_setup(bench);
	assert_int_equal(trigger_queue_new(bench->event, &bench->params, on_done, bench, &queue),
			 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	trigger_queue_free(queue);
	bench_teardown(bench);
	free(bench);
	return 0;
}

/* A request whose CPU is its id. */
static void add(uint64_t id, enum trigger trigger)
{
	struct trigger_request request = { .id = id, .trigger = trigger };
	char number[24];

	snprintf(number, sizeof(number), "%llu", (unsigned long long)id);
	assert_int_equal(trigger_request_set(&request, "CPU", number), 0);
	trigger_queue_add(queue, &request, bench);
	assert_int_equal(request.n_variables, 0);
}

static void test_order(void **state)
{
	(void)state;
	bench->params.children_max = 1;
	bench_script(bench, TRIGGER_BUS, "bus", "echo bus $CPU >>order");
	bench_script(bench, TRIGGER_IOMCA, "iomca", "echo iomca $CPU >>order");
	for (unsigned int i = 1; i <= 6; i++)
		add(i, i % 2 ? TRIGGER_BUS : TRIGGER_IOMCA);
	bench_run(bench, 6);
	assert_file(bench, "order", "bus 1\niomca 2\nbus 3\niomca 4\nbus 5\niomca 6\n");
	for (unsigned int i = 0; i < 6; i++)
		assert_int_equal(bench->results[i].id, i + 1);
	assert_true(trigger_queue_is_idle(queue));
}

static void test_children_max(void **state)
{
	_cleanup_free_ char *seen = NULL;

	(void)state;
	bench->params.children_max = 3;
	bench_script(bench, TRIGGER_BUS, "bus",
		     "mkdir run.$$; set -- run.*; echo $# >>seen; sleep 0.1; rmdir run.$$");
	for (unsigned int i = 0; i < 12; i++)
		add(i, TRIGGER_BUS);
	bench_run(bench, 12);
	seen = bench_read(bench, "seen");
	assert_int_equal(count_lines(seen), 12);
	assert_non_null(strchr(seen, '3'));
	for (const char *at = seen; *at; at++)
		assert_true(*at == '\n' || (*at >= '1' && *at <= '3'));
}

/* The lines that tests of mcelog count, and one more for the end. */
static void test_log(void **state)
{
	struct trigger_request request = { .trigger = TRIGGER_PAGE_CE };
	int saved = log_begin(bench->collect);

	(void)state;
	bench_script(bench, TRIGGER_PAGE_CE, "page-error-trigger", "exit 2");
	assert_int_equal(trigger_request_set_reporter(&request, "page"), 0);
	trigger_queue_add(queue, &request, NULL);
	bench_run(bench, 1);
	add(1, TRIGGER_PAGE_CE);
	bench_run(bench, 2);
	log_end(bench->collect, saved);
	assert_non_null(strstr(bench->collect->logged,
			       "mcelog: Running trigger `page-error-trigger' (reporter: page)\n"));
	assert_non_null(strstr(bench->collect->logged, "(reporter: unknown)\n"));
	assert_non_null(strstr(bench->collect->logged,
			       "mcelog: Trigger `page-error-trigger' ended after 0."));
	assert_non_null(strstr(bench->collect->logged, " s: exit status 2\n"));
	assert_int_equal(count_lines(bench->collect->logged), 4);
}

static void test_queue_full(void **state)
{
	int saved = log_begin(bench->collect);

	(void)state;
	bench->params.children_max = 1;
	bench->params.queue_max = 2;
	bench_script(bench, TRIGGER_BUS, "bus", HANG);
	for (unsigned int i = 1; i <= 20; i++)
		add(i, TRIGGER_BUS);
	log_end(bench->collect, saved);
	/* One runs, two wait. */
	assert_int_equal(bench->n, 17);
	for (unsigned int i = 4; i <= 20; i++)
		assert_result(bench, i, TRIGGER_OUTCOME_QUEUE_FULL, 0);
	assert_non_null(strstr(bench->collect->logged,
			       "Trigger `bus' is refused: 2 are waiting already\n"));
	/* The start and five complaints. */
	assert_int_equal(count_lines(bench->collect->logged), 6);
	assert_false(trigger_queue_is_idle(queue));
}

/* With as much text as a request may have. */
static void add_large(uint64_t id)
{
	_cleanup_free_ char *text = malloc(TRIGGER_INPUT_MAX);
	struct trigger_request request = { .id = id, .trigger = TRIGGER_BUS };

	memset(text, 'x', TRIGGER_INPUT_MAX);
	assert_int_equal(trigger_request_set_input(&request, text, TRIGGER_INPUT_MAX), 0);
	trigger_queue_add(queue, &request, NULL);
}

static void test_queue_bytes(void **state)
{
	int saved = log_begin(bench->collect);

	(void)state;
	bench->params.children_max = 1;
	bench_script(bench, TRIGGER_BUS, "bus", HANG);
	for (unsigned int i = 0; i < 300; i++)
		add_large(i);
	log_end(bench->collect, saved);
	assert_in_range(bench->n, 40, 60);
	assert_int_equal(bench->results[0].outcome, TRIGGER_OUTCOME_QUEUE_FULL);
}

/* What has had its turn no longer counts. */
static void test_queue_bytes_return(void **state)
{
	int saved = log_begin(bench->collect);

	(void)state;
	bench_script(bench, TRIGGER_BUS, "bus", "exit 0");
	for (unsigned int i = 0; i < 600; i += 150) {
		for (unsigned int k = 0; k < 150; k++)
			add_large(i + k);
		bench_run(bench, i + 150);
	}
	log_end(bench->collect, saved);
	for (unsigned int i = 0; i < 600; i++)
		assert_result(bench, i, TRIGGER_OUTCOME_EXITED, 0);
}

static void test_not_started(void **state)
{
	int saved = log_begin(bench->collect);

	(void)state;
	bench_script(bench, TRIGGER_BUS, "missing", NULL);
	bench_script(bench, TRIGGER_IOMCA, "plain", "exit 0");
	assert_int_equal(chmod(bench_path(bench, "plain"), 0644), 0);
	bench_script(bench, TRIGGER_CACHE, "", NULL);
	bench_script(bench, TRIGGER_UNKNOWN, "good", "exit 0");
	add(1, TRIGGER_BUS);
	add(2, TRIGGER_IOMCA);
	add(3, TRIGGER_CACHE);
	add(4, TRIGGER_HOOK);
	add(5, TRIGGER_UNKNOWN);
	bench_run(bench, 5);
	log_end(bench->collect, saved);
	assert_result(bench, 1, TRIGGER_OUTCOME_NOT_STARTED, ENOENT);
	assert_result(bench, 2, TRIGGER_OUTCOME_NOT_STARTED, EACCES);
	assert_result(bench, 3, TRIGGER_OUTCOME_NOT_CONFIGURED, 0);
	assert_result(bench, 4, TRIGGER_OUTCOME_NOT_CONFIGURED, 0);
	assert_result(bench, 5, TRIGGER_OUTCOME_EXITED, 0);
	assert_non_null(strstr(bench->collect->logged,
			       "Trigger `missing' cannot be started: missing in directory "));
	assert_non_null(strstr(bench->collect->logged, ": No such file or directory\n"));
	assert_non_null(strstr(bench->collect->logged, ": Permission denied\n"));
}

/* mcelog's headline: two hanging scripts disabled all triggers for ever. */
static void test_hanging(void **state)
{
	(void)state;
	bench->params.timeout = 1;
	bench->params.grace_ms = 200;
	bench_script(bench, TRIGGER_BUS, "bus", "trap '' TERM; while :; do sleep 100; done");
	bench_script(bench, TRIGGER_UNKNOWN, "unknown", "exit 0");
	for (unsigned int i = 1; i <= 4; i++)
		add(i, TRIGGER_BUS);
	add(5, TRIGGER_UNKNOWN);
	bench_run(bench, 5);
	for (unsigned int i = 1; i <= 4; i++)
		assert_int_equal(bench_result(bench, i)->outcome, TRIGGER_OUTCOME_TIMED_OUT);
	assert_result(bench, 5, TRIGGER_OUTCOME_EXITED, 0);
}

/* The one that page offlining waits for does not stand in the others' line. */
static void test_awaited_passes(void **state)
{
	(void)state;
	bench_script(bench, TRIGGER_BUS, "bus", HANG);
	bench_script(bench, TRIGGER_PAGE_PRE_SOFT, "pre", "exit 0");
	bench_script(bench, TRIGGER_PAGE_POST_SOFT, "post", "exit 0");
	for (unsigned int i = 1; i <= 10; i++)
		add(i, TRIGGER_BUS);
	add(11, TRIGGER_PAGE_PRE_SOFT);
	add(12, TRIGGER_PAGE_POST_SOFT);
	bench_run(bench, 2);
	assert_result(bench, 11, TRIGGER_OUTCOME_EXITED, 0);
	assert_result(bench, 12, TRIGGER_OUTCOME_EXITED, 0);
}

/* Nor do the others stand in its line, however many of it hang. */
static void test_awaited_hangs(void **state)
{
	(void)state;
	bench_script(bench, TRIGGER_BUS, "bus", "exit 0");
	bench_script(bench, TRIGGER_PAGE_PRE_SOFT, "pre", HANG);
	for (unsigned int i = 1; i <= 10; i++)
		add(i, TRIGGER_PAGE_PRE_SOFT);
	for (unsigned int i = 11; i <= 20; i++)
		add(i, TRIGGER_BUS);
	bench_run(bench, 10);
	for (unsigned int i = 11; i <= 20; i++)
		assert_result(bench, i, TRIGGER_OUTCOME_EXITED, 0);
}

/* With one hanging on its own slot, awaited ones may use a common one that is free. */
static void test_awaited_borrows(void **state)
{
	(void)state;
	bench_script(bench, TRIGGER_PAGE_PRE_SOFT, "pre", HANG);
	bench_script(bench, TRIGGER_PAGE_POST_SOFT, "post", "exit 0");
	add(1, TRIGGER_PAGE_PRE_SOFT);
	add(2, TRIGGER_PAGE_POST_SOFT);
	bench_run(bench, 1);
	assert_result(bench, 2, TRIGGER_OUTCOME_EXITED, 0);
}

/* The first directory that has the script is where it runs; an absolute path is itself. */
static void test_directories(void **state)
{
	char second[96], script[128];

	(void)state;
	snprintf(second, sizeof(second), "%s/u", bench->collect->directory);
	assert_int_equal(mkdir(second, 0755), 0);
	bench->directories[0] = second;
	bench->directories[1] = bench->scripts;
	bench->params.n_directories = 2;
	bench_script(bench, TRIGGER_BUS, "bus", "echo here >ran");
	add(1, TRIGGER_BUS);
	bench_run(bench, 1);
	assert_file(bench, "ran", "here\n");
	snprintf(script, sizeof(script), "%s/bus", bench->scripts);
	bench->params.scripts[TRIGGER_BUS] = script;
	assert_int_equal(unlink(bench_path(bench, "ran")), 0);
	add(2, TRIGGER_BUS);
	bench_run(bench, 2);
	assert_result(bench, 2, TRIGGER_OUTCOME_EXITED, 0);
	assert_file(bench, "ran", "");
}

static void test_forget(void **state)
{
	(void)state;
	bench->params.children_max = 1;
	bench_script(bench, TRIGGER_BUS, "bus", "echo $CPU >>order");
	add(1, TRIGGER_BUS);
	add(2, TRIGGER_BUS);
	trigger_queue_forget(queue, bench);
	bench_run(bench, 1);
	assert_null(last_sender);
	bench_run(bench, 2);
	assert_null(last_sender);
	assert_file(bench, "order", "1\n2\n");
	add(3, TRIGGER_BUS);
	bench_run(bench, 3);
	assert_ptr_equal(last_sender, bench);
}

static void test_stop(void **state)
{
	(void)state;
	bench->params.children_max = 1;
	bench_script(bench, TRIGGER_BUS, "bus", "sleep 0.3");
	add(1, TRIGGER_BUS);
	add(2, TRIGGER_BUS);
	trigger_queue_stop(queue);
	assert_result(bench, 2, TRIGGER_OUTCOME_NOT_STARTED, ECANCELED);
	add(3, TRIGGER_BUS);
	assert_result(bench, 3, TRIGGER_OUTCOME_NOT_STARTED, ECANCELED);
	assert_false(trigger_queue_is_idle(queue));
	bench_run(bench, 3);
	assert_result(bench, 1, TRIGGER_OUTCOME_EXITED, 0);
	assert_true(trigger_queue_is_idle(queue));
}

/* What waits runs with what is configured when its turn comes. */
static void test_set_params(void **state)
{
	struct runner_params other;

	(void)state;
	bench->params.children_max = 1;
	bench_script(bench, TRIGGER_BUS, "bus", "sleep 0.2");
	bench_script(bench, TRIGGER_IOMCA, "iomca", "exit 0");
	add(1, TRIGGER_BUS);
	add(2, TRIGGER_BUS);
	add(3, TRIGGER_IOMCA);
	other = bench->params;
	other.scripts[TRIGGER_BUS] = NULL;
	trigger_queue_set_params(queue, &other);
	bench_run(bench, 3);
	assert_result(bench, 1, TRIGGER_OUTCOME_EXITED, 0);
	assert_result(bench, 2, TRIGGER_OUTCOME_NOT_CONFIGURED, 0);
	assert_result(bench, 3, TRIGGER_OUTCOME_EXITED, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_order),
		TEST(test_children_max),
		TEST(test_log),
		TEST(test_queue_full),
		TEST(test_queue_bytes),
		TEST(test_queue_bytes_return),
		TEST(test_not_started),
		TEST(test_hanging),
		TEST(test_awaited_passes),
		TEST(test_awaited_hangs),
		TEST(test_awaited_borrows),
		TEST(test_directories),
		TEST(test_forget),
		TEST(test_stop),
		TEST(test_set_params),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
