// SPDX-License-Identifier: GPL-2.0-only
/* mcelog --client and --ping: what is printed, and what is said when there is nothing to print. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "server/client.h"
#include "server-fixture.h"
#include "util/cleanup.h"

/* The shorter one where it is to run out. */
enum { TIMEOUT_MS = 20000, SHORT_TIMEOUT_MS = 300 };

/* Standard error, and what is printed, of one call. */
struct result {
	int error;
	char printed[1024];
	char said[1024];
};

static void read_back(FILE *file, char *text, size_t size)
{
	rewind(file);
	text[fread(text, 1, size - 1, file)] = '\0';
}

static struct result run_for(const char *path, enum client_command command, unsigned int timeout_ms)
{
	_cleanup_fclose_ FILE *out = tmpfile(), *messages = tmpfile();
	_cleanup_close_ int stderr_fd = dup(STDERR_FILENO);
	struct result result;

	assert_non_null(out);
	assert_non_null(messages);
	dup2(fileno(messages), STDERR_FILENO);
	result.error = client_run(path, command, timeout_ms, out);
	dup2(stderr_fd, STDERR_FILENO);
	read_back(out, result.printed, sizeof(result.printed));
	read_back(messages, result.said, sizeof(result.said));
	return result;
}

static struct result run(const char *path, enum client_command command)
{
	return run_for(path, command, TIMEOUT_MS);
}

/* One line that names the socket and the reason, and nothing else. */
static void assert_says(const struct result *result, const char *path, const char *reason)
{
	char line[512];

	snprintf(line, sizeof(line), "mcelog: cannot ask the daemon at %s: %s\n", path, reason);
	assert_string_equal(result->said, line);
}

/* A server that gives each connection the next of its answers, whatever is asked. */
static void play(struct server_fixture *fixture, const char *const *answers, bool hang)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strcpy(address.sun_path, fixture->socket_path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 5), 0);
	fixture->pid = fork();
	assert_true(fixture->pid >= 0);
	if (fixture->pid) {
		close(fd);
		return;
	}
	for (; *answers; answers++) {
		int client = accept(fd, NULL, NULL);

		if (write(client, *answers, strlen(*answers)) < 0)
			_exit(1);
		if (hang)
			pause();
		/* the end of the stream, but no error for a command that comes late */
		shutdown(client, SHUT_WR);
		while (read(client, &address, sizeof(address)) > 0)
			;
		close(client);
	}
	pause();
}

static void test_dump(void **state)
{
	struct server_fixture *fixture = *state;
	struct result result;

	fixture->pages_size = 4;
	fixture_start(fixture);
	result = run(fixture->socket_path, CLIENT_DUMP);
	assert_int_equal(result.error, 0);
	assert_string_equal(result.printed, "Memory errors\nall=1 bios=1\nppp\n");
	assert_string_equal(result.said, "");
}

/* A daemon that knows of nothing prints nothing: healthy, to those who parse it. */
static void test_empty(void **state)
{
	struct server_fixture *fixture = *state;
	struct result result;

	play(fixture, (const char *[]){ "done\n", "done\n", NULL }, false);
	result = run(fixture->socket_path, CLIENT_DUMP);
	assert_int_equal(result.error, 0);
	assert_string_equal(result.printed, "");
	assert_string_equal(result.said, "");
}

static void test_ping(void **state)
{
	struct server_fixture *fixture = *state;
	struct result result;

	fixture_start(fixture);
	result = run(fixture->socket_path, CLIENT_PING);
	assert_int_equal(result.error, 0);
	assert_string_equal(result.printed, "pong\n");
	assert_string_equal(result.said, "");
}

static void test_no_daemon(void **state)
{
	struct server_fixture *fixture = *state;
	struct result result = run(fixture->socket_path, CLIENT_DUMP);
	char path[200];

	assert_int_equal(result.error, -ENOENT);
	assert_says(&result, fixture->socket_path, "No such file or directory");
	/* killed, so that its file is still there; NHC looks for these words */
	fixture_start(fixture);
	fixture_stop(fixture);
	result = run(fixture->socket_path, CLIENT_PING);
	assert_int_equal(result.error, -ECONNREFUSED);
	assert_says(&result, fixture->socket_path, "Connection refused");
	assert_string_equal(result.printed, "");
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	result = run(path, CLIENT_PING);
	assert_int_equal(result.error, -ENAMETOOLONG);
	assert_says(&result, path, "File name too long");
}

static void test_refused(void **state)
{
	static const struct {
		const char *answers[3];
		int error;
		const char *reason;
		const char *printed;
	} rows[] = {
		{ { "permission denied\n" }, -EACCES, "Permission denied", "" },
		{ { "mcelog server too busy\n" }, -EBUSY, "the daemon has too many clients", "" },
		{ { "Unknown command\n" },
		  -EPROTO,
		  "the answer is not that of an mcelog daemon",
		  "" },
		{ { "" },
		  -ECONNRESET,
		  "the daemon ended the connection before the end of its answer",
		  "" },
		{ { "Memory errors\n\ndone\n", "Per page\ndon" },
		  -ECONNRESET,
		  "the daemon ended the connection before the end of its answer",
		  "Memory errors\n\nPer page\ndon" },
	};
	struct server_fixture *fixture = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct result result;

		play(fixture, rows[i].answers, false);
		result = run(fixture->socket_path, CLIENT_DUMP);
		assert_int_equal(result.error, rows[i].error);
		assert_says(&result, fixture->socket_path, rows[i].reason);
		assert_string_equal(result.printed, rows[i].printed);
		fixture_stop(fixture);
		unlink(fixture->socket_path);
	}
}

static void test_timeout(void **state)
{
	struct server_fixture *fixture = *state;
	struct result result;

	play(fixture, (const char *[]){ "Memory errors\n", NULL }, true);
	result = run_for(fixture->socket_path, CLIENT_DUMP, SHORT_TIMEOUT_MS);
	assert_int_equal(result.error, -ETIMEDOUT);
	assert_says(&result, fixture->socket_path, "the daemon did not answer in time");
}

static void test_full_disk(void **state)
{
	struct server_fixture *fixture = *state;
	_cleanup_fclose_ FILE *full = fopen("/dev/full", "w");

	if (!full)
		skip();
	fixture_start(fixture);
	assert_int_equal(client_run(fixture->socket_path, CLIENT_PING, TIMEOUT_MS, full), -ENOSPC);
}

/* A socket of another user: its mode refuses, or the server does. */
static void test_permission(void **state)
{
	struct server_fixture *fixture = *state;

	if (geteuid() != 0) {
		print_message("SKIP: asking as another user needs root\n");
		skip();
	}
	for (int i = 0; i < 2; i++) {
		int status;
		pid_t pid;

		fixture->params.has_user = i;
		fixture->params.client_uid = 4242;
		fixture_start(fixture);
		pid = fork();
		assert_true(pid >= 0);
		if (pid == 0) {
			if (setgid(4444) < 0 || setuid(4444) < 0)
				_exit(2);
			_exit(client_run(fixture->socket_path, CLIENT_DUMP, TIMEOUT_MS, stdout) !=
			      -EACCES);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
		fixture_stop(fixture);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_dump, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_empty, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_ping, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_no_daemon, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_refused, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_timeout, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_full_disk, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_permission, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
