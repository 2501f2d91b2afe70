// SPDX-License-Identifier: GPL-2.0-only
/* One run of a script: what it gets, how it ends, what it prints. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/ptrace.h>
#include <sys/wait.h>

#include "actions/trigger-output.h"
#include "actions/trigger-script.h"
#include "tests/unit/trigger-bench.h"

enum { SECOND = 1000 * 1000 };

static int setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	bench_setup(bench);
	*state = bench;
	return 0;
}

static int teardown(void **state)
{
	bench_teardown(*state);
	free(*state);
	return 0;
}

static void on_ended(void *context, struct trigger_script *script,
		     const struct trigger_result *result)
{
	bench_take(context, result);
	trigger_script_free(script);
}

static int start(struct bench *bench, const struct trigger_request *request, uint64_t timeout_us,
		 uint64_t grace_us)
{
	const struct trigger_script_params params = {
		.name = "script",
		.path = "script",
		.directory = bench->scripts,
		.timeout_us = timeout_us,
		.grace_us = grace_us,
		.ended = on_ended,
		.context = bench,
	};
	struct trigger_script *script;

	bench->n = 0;
	return trigger_script_start(bench->event, &params, request, &script);
}

/* Runs the body as a script to its end. */
static void run(struct bench *bench, const struct trigger_request *request, const char *body)
{
	static const struct trigger_request empty;

	bench_script(bench, TRIGGER_HOOK, "script", body);
	assert_int_equal(start(bench, request ? request : &empty, 20 * SECOND, SECOND), 0);
	bench_run(bench, 1);
}

/* As run(), and what was logged is then in the collection. */
static void run_logged(struct bench *bench, const char *body)
{
	int saved = log_begin(bench->collect);

	run(bench, NULL, body);
	log_end(bench->collect, saved);
}

static void test_environment(void **state)
{
	_cleanup_trigger_request_ struct trigger_request request = { 0 };
	struct bench *bench = *state;

	setenv("MCELOG_TEST_SECRET", "1", 1);
	assert_int_equal(trigger_request_set(&request, "CPU", "3"), 0);
	assert_int_equal(trigger_request_set(&request, "MESSAGE", "a  b; `c` \"$d\""), 0);
	run(bench, &request, "tr '\\0' '\\n' </proc/$$/environ >environment");
	assert_file(bench, "environment",
		    "PATH=/sbin:/usr/sbin:/bin:/usr/bin\nCPU=3\nMESSAGE=a  b; `c` \"$d\"\n");
}

static void test_directory(void **state)
{
	struct bench *bench = *state;
	char expected[128];

	bench_script(bench, TRIGGER_HOOK, "script.local", "echo sourced >local");
	run(bench, NULL, "pwd -P >directory; echo \"$0\" >name; . ./script.local");
	snprintf(expected, sizeof(expected), "%s\n", bench->scripts);
	assert_file(bench, "directory", expected);
	assert_file(bench, "name", "script\n");
	assert_file(bench, "local", "sourced\n");
}

static void test_argument(void **state)
{
	_cleanup_trigger_request_ struct trigger_request request = { 0 };
	struct bench *bench = *state;

	run(bench, NULL, "echo $# >arguments");
	assert_file(bench, "arguments", "0\n");
	assert_int_equal(trigger_request_set_argument(&request, "305418240"), 0);
	run(bench, &request, "echo $# $1 >arguments");
	assert_file(bench, "arguments", "1 305418240\n");
}

static void test_input(void **state)
{
	_cleanup_trigger_request_ struct trigger_request request = { 0 };
	struct bench *bench = *state;
	_cleanup_free_ char *text = malloc(TRIGGER_INPUT_MAX), *got = NULL;

	for (size_t i = 0; i < TRIGGER_INPUT_MAX; i++)
		text[i] = i % 80 == 79 ? '\n' : (char)('a' + i % 23);
	assert_int_equal(trigger_request_set_input(&request, text, TRIGGER_INPUT_MAX), 0);
	run(bench, &request, "cat >input");
	got = bench_read(bench, "input");
	assert_int_equal(strlen(got), TRIGGER_INPUT_MAX);
	assert_memory_equal(got, text, TRIGGER_INPUT_MAX);
	/* It need not read it. */
	run(bench, &request, "exit 0");
	assert_result(bench, 0, TRIGGER_OUTCOME_EXITED, 0);
	run(bench, NULL, "readlink /proc/$$/fd/0 >input");
	assert_file(bench, "input", "/dev/null\n");
}

/* Nothing of the runner's: no descriptors, no signals, no session. */
static void test_inherits_nothing(void **state)
{
	struct bench *bench = *state;
	_cleanup_free_ char *signals = NULL;
	uint64_t blocked, ignored;
	int leaked = fcntl(STDOUT_FILENO, F_DUPFD, 77);

	assert_int_equal(leaked, 77);
	run(bench, NULL,
	    "if [ -e /proc/$$/fd/77 ]; then echo leaked; fi >fds\n"
	    /* Without a child: the shell blocks signals as it starts one. */
	    "while read -r name value; do case $name in Sig???:) echo $value; esac; done"
	    " </proc/$$/status >signals\n"
	    "read pid name state parent group session rest </proc/$$/stat\n"
	    "if [ $pid = $group ] && [ $pid = $session ]; then echo own; fi >session");
	close(leaked);
	assert_file(bench, "fds", "");
	signals = bench_read(bench, "signals");
	assert_int_equal(sscanf(signals, "%*x %" SCNx64 " %" SCNx64, &blocked, &ignored), 2);
	assert_int_equal(blocked, 0);
	/* The C library has 32 and 33 to itself. */
	assert_int_equal(ignored & 0x7fffffff, 0);
	assert_file(bench, "session", "own\n");
}

static void test_results(void **state)
{
	struct bench *bench = *state;

	run(bench, NULL, "sleep 0.2");
	assert_result(bench, 0, TRIGGER_OUTCOME_EXITED, 0);
	assert_true(bench->results[0].run_us >= SECOND / 5 &&
		    bench->results[0].run_us < 15 * SECOND);
	run(bench, NULL, "exit 7");
	assert_result(bench, 0, TRIGGER_OUTCOME_EXITED, 7);
	run(bench, NULL, "kill -9 $$");
	assert_result(bench, 0, TRIGGER_OUTCOME_KILLED, SIGKILL);
}

/* None, a directory, a file that may not be run, one that is no program, one without a shell. */
static void test_not_started(void **state)
{
	static const struct trigger_request request;
	struct bench *bench = *state;
	const char *path = bench_path(bench, "script");

	assert_int_equal(start(bench, &request, SECOND, SECOND), -ENOENT);
	assert_int_equal(mkdir(path, 0755), 0);
	assert_int_equal(start(bench, &request, SECOND, SECOND), -EACCES);
	assert_int_equal(rmdir(path), 0);
	put_file(bench->collect, "/t/script", "\x7f\x01\x02", 3);
	path = bench_path(bench, "script");
	assert_int_equal(start(bench, &request, SECOND, SECOND), -EACCES);
	assert_int_equal(chmod(path, 0755), 0);
	assert_int_equal(start(bench, &request, SECOND, SECOND), -ENOEXEC);
	put_file(bench->collect, "/t/script", "#!/no/such/shell\n", 17);
	assert_int_equal(start(bench, &request, SECOND, SECOND), -ENOENT);
	assert_int_equal(bench->n, 0);
}

static void test_timeout_term(void **state)
{
	static const struct trigger_request request;
	struct bench *bench = *state;

	bench_script(bench, TRIGGER_HOOK, "script",
		     "sleep 1000 & echo $! >child\n"
		     "trap 'echo asked >term; exit 0' TERM\nwait");
	assert_int_equal(start(bench, &request, SECOND, 30 * SECOND), 0);
	bench_run(bench, 1);
	assert_int_equal(bench->results[0].outcome, TRIGGER_OUTCOME_TIMED_OUT);
	assert_true(bench->results[0].run_us >= SECOND);
	assert_true(bench->results[0].run_us < 25 * SECOND);
	assert_file(bench, "term", "asked\n");
	assert_ends(bench_pid(bench, "child"));
}

/* Who does not listen is killed, with all of the group. */
static void test_timeout_kill(void **state)
{
	static const struct trigger_request request;
	struct bench *bench = *state;

	bench_script(bench, TRIGGER_HOOK, "script",
		     "trap '' TERM\nsleep 1000 & echo $! >child\n"
		     "while :; do sleep 1000; done");
	assert_int_equal(start(bench, &request, SECOND, SECOND / 2), 0);
	bench_run(bench, 1);
	assert_int_equal(bench->results[0].outcome, TRIGGER_OUTCOME_TIMED_OUT);
	assert_true(bench->results[0].run_us >= SECOND * 3 / 2);
	assert_ends(bench_pid(bench, "child"));
}

/* A stopped process handles no SIGTERM. */
static void test_timeout_stopped(void **state)
{
	static const struct trigger_request request;
	struct bench *bench = *state;

	bench_script(bench, TRIGGER_HOOK, "script", "kill -STOP $$");
	assert_int_equal(start(bench, &request, SECOND / 2, 30 * SECOND), 0);
	bench_run(bench, 1);
	assert_int_equal(bench->results[0].outcome, TRIGGER_OUTCOME_TIMED_OUT);
	assert_true(bench->results[0].run_us < 20 * SECOND);
}

/* As one that hangs in the kernel: a tracer can hold a process in the middle of its end. */
static void test_timeout_stuck(void **state)
{
	static const struct trigger_request request;
	struct bench *bench = *state;
	int saved = log_begin(bench->collect), status;
	pid_t pid;

	bench_script(bench, TRIGGER_HOOK, "script", "echo $$ >pid; sleep 1000");
	assert_int_equal(start(bench, &request, SECOND, SECOND / 5), 0);
	bench_run_until_file(bench, "pid");
	pid = bench_pid(bench, "pid");
	if (ptrace(PTRACE_SEIZE, pid, NULL, (void *)PTRACE_O_TRACEEXIT) < 0) {
		log_end(bench->collect, saved);
		skip();
	}
	bench_run(bench, 1);
	log_end(bench->collect, saved);
	assert_int_equal(bench->results[0].outcome, TRIGGER_OUTCOME_TIMED_OUT);
	assert_non_null(strstr(bench->collect->logged, "does not end though it was killed"));
	assert_true(process_runs(pid));
	/* Nothing of it is left when it does end. */
	assert_int_equal(waitpid(pid, &status, __WALL), pid);
	assert_int_equal(ptrace(PTRACE_DETACH, pid, NULL, NULL), 0);
	for (unsigned int i = 0; i < 200 && kill(pid, 0) == 0; i++)
		bench_run_for(bench, 10);
	assert_int_equal(kill(pid, 0), -1);
	assert_int_equal(bench->n, 1);
}

/* A daemon that the script starts keeps the pipe open; that is not the script. */
static void test_grandchild(void **state)
{
	struct bench *bench = *state;
	pid_t pid;

	run_logged(bench, "echo before\nsleep 1000 & echo $! >child\nexit 4");
	assert_result(bench, 0, TRIGGER_OUTCOME_EXITED, 4);
	assert_true(bench->results[0].run_us < 15 * SECOND);
	assert_string_equal(bench->collect->logged, "mcelog: script: before\n");
	pid = bench_pid(bench, "child");
	assert_true(process_runs(pid));
	kill(pid, SIGKILL);
}

/* A grandchild that prints without end does not keep the runner at reading, either. */
static void test_grandchild_prints(void **state)
{
	struct bench *bench = *state;

	run_logged(bench, "yes & echo $! >child\nexit 0");
	assert_result(bench, 0, TRIGGER_OUTCOME_EXITED, 0);
	/* Nobody reads any more. */
	assert_ends(bench_pid(bench, "child"));
}

static void test_free_kills(void **state)
{
	static const struct trigger_request request;
	struct bench *bench = *state;
	const struct trigger_script_params params = {
		.name = "script",
		.path = "script",
		.directory = bench->scripts,
		.timeout_us = 60 * SECOND,
		.grace_us = SECOND,
		.ended = on_ended,
		.context = bench,
	};
	struct trigger_script *script;

	bench_script(bench, TRIGGER_HOOK, "script", "sleep 1000 & echo $! >child\nwait");
	assert_int_equal(trigger_script_start(bench->event, &params, &request, &script), 0);
	bench_run_until_file(bench, "child");
	trigger_script_free(script);
	assert_ends(bench_pid(bench, "child"));
	assert_int_equal(bench->n, 0);
}

/* --- output --- */

static void test_output_lines(void **state)
{
	struct bench *bench = *state;

	run_logged(bench, "echo out; echo err >&2; echo; printf 'a\\tb\\001\\377\\n'; printf end");
	assert_string_equal(bench->collect->logged, "mcelog: script: out\n"
						    "mcelog: script: err\n"
						    "mcelog: script: a b??\n"
						    "mcelog: script: end\n");
}

static void test_output_junk(void **state)
{
	struct bench *bench = *state;

	run_logged(bench, "head -c 300000 /dev/urandom");
	assert_result(bench, 0, TRIGGER_OUTCOME_EXITED, 0);
	for (const char *at = bench->collect->logged; *at; at++)
		assert_true(*at == '\n' || (*at >= 0x20 && *at <= 0x7e));
}

static void test_output_long_line(void **state)
{
	char expected[TRIGGER_LINE_MAX + 64];
	struct bench *bench = *state;

	run_logged(bench, "head -c 1000000 /dev/zero | tr '\\0' x");
	strcpy(expected, "mcelog: script: ");
	memset(expected + 16, 'x', TRIGGER_LINE_MAX);
	strcpy(expected + 16 + TRIGGER_LINE_MAX, " [999600 more bytes]\n");
	assert_string_equal(bench->collect->logged, expected);
}

static void test_output_many_lines(void **state)
{
	struct bench *bench = *state;

	run_logged(bench, "i=0; while [ $i -lt 500 ]; do echo line $i; i=$((i + 1)); done");
	assert_int_equal(count_lines(bench->collect->logged), 101);
	assert_non_null(strstr(bench->collect->logged, "script: line 99\n"));
	assert_null(strstr(bench->collect->logged, "script: line 100\n"));
	assert_non_null(strstr(bench->collect->logged, "script: 400 more lines not shown\n"));
}

/* With the pipe closed the loop has nothing to do until the script ends. */
static void test_output_closed(void **state)
{
	static const struct trigger_request request;
	unsigned int turns = 0;
	struct bench *bench = *state;

	bench_script(bench, TRIGGER_HOOK, "script", "echo x; exec >&- 2>&-; sleep 0.5");
	assert_int_equal(start(bench, &request, 20 * SECOND, SECOND), 0);
	for (; bench->n == 0; turns++) {
		errno = EAGAIN;
		assert_true(sd_event_run(bench->event, SECOND) >= 0);
	}
	assert_result(bench, 0, TRIGGER_OUTCOME_EXITED, 0);
	assert_true(turns < 20);
}

/* One that prints for ever is ended like any other that takes too long. */
static void test_output_endless(void **state)
{
	static const struct trigger_request request;
	struct bench *bench = *state;
	int saved = log_begin(bench->collect);

	bench_script(bench, TRIGGER_HOOK, "script", "yes; yes");
	assert_int_equal(start(bench, &request, SECOND, SECOND), 0);
	bench_run(bench, 1);
	log_end(bench->collect, saved);
	assert_int_equal(bench->results[0].outcome, TRIGGER_OUTCOME_TIMED_OUT);
	assert_int_equal(count_lines(bench->collect->logged), 101);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_environment),	      TEST(test_directory),
		TEST(test_argument),	      TEST(test_input),
		TEST(test_inherits_nothing),  TEST(test_results),
		TEST(test_not_started),	      TEST(test_timeout_term),
		TEST(test_timeout_kill),      TEST(test_timeout_stopped),
		TEST(test_timeout_stuck),     TEST(test_grandchild),
		TEST(test_grandchild_prints), TEST(test_free_kills),
		TEST(test_output_lines),      TEST(test_output_junk),
		TEST(test_output_long_line),  TEST(test_output_many_lines),
		TEST(test_output_closed),     TEST(test_output_endless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
