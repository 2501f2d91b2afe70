// SPDX-License-Identifier: GPL-2.0-only
/* The process that starts a daemon learns how the start went, and lets go of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "background.h"

/* What the daemon sees of itself. */
struct report {
	pid_t pid;
	pid_t session;
	bool null[3]; /* stdin, stdout, stderr */
	char directory[4096];
};

static bool is_null(int fd)
{
	struct stat null, st;

	return stat("/dev/null", &null) == 0 && fstat(fd, &st) == 0 && st.st_rdev == null.st_rdev;
}

static void report_to(int fd)
{
	struct report report = { .pid = getpid(), .session = getsid(0) };

	for (int i = 0; i < 3; i++)
		report.null[i] = is_null(i);
	if (!getcwd(report.directory, sizeof(report.directory)))
		report.directory[0] = '\0';
	if (write(fd, &report, sizeof(report)) != sizeof(report))
		_exit(EXIT_FAILURE);
}

/* The starting process, as main() would be; the daemon goes on behind it. */
static pid_t start_daemon(bool ready, int report_fd)
{
	pid_t starter = fork();
	int parent = -1;

	if (starter != 0)
		return starter;
	if (!freopen("/dev/zero", "r", stdin) || background_start(&parent) < 0)
		_exit(99);
	if (ready)
		background_ready(parent);
	report_to(report_fd);
	_exit(EXIT_SUCCESS);
}

static int wait_status(pid_t pid)
{
	int status = -1;

	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void run(bool ready, int wanted, struct report *ret_report)
{
	int fds[2];
	pid_t starter;

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	starter = start_daemon(ready, fds[1]);
	close(fds[1]);
	assert_int_equal(wait_status(starter), wanted);
	assert_int_equal(read(fds[0], ret_report, sizeof(*ret_report)), sizeof(*ret_report));
	assert_int_not_equal(ret_report->pid, starter);
	close(fds[0]);
}

static void test_ready(void **state)
{
	struct report report;

	(void)state;
	run(true, EXIT_SUCCESS, &report);
	assert_int_equal(report.session, report.pid);
	for (int i = 0; i < 3; i++)
		assert_true(report.null[i]);
	assert_string_equal(report.directory, "/");
}

/* What fails before it is ready still has the terminal to say so. */
static void test_not_ready(void **state)
{
	struct report report;

	(void)state;
	run(false, EXIT_FAILURE, &report);
	assert_int_equal(report.session, report.pid);
	assert_false(report.null[0]);
	assert_string_not_equal(report.directory, "/");
}

static void test_foreground(void **state)
{
	char before[4096], after[4096];

	(void)state;
	assert_non_null(getcwd(before, sizeof(before)));
	background_ready(-1);
	assert_non_null(getcwd(after, sizeof(after)));
	assert_string_equal(after, before);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ready),
		cmocka_unit_test(test_not_ready),
		cmocka_unit_test(test_foreground),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
