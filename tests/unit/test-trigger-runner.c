// SPDX-License-Identifier: GPL-2.0-only
/* The runner as a process and the daemon's end of it, over real sockets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "actions/trigger-client.h"
#include "actions/trigger-wire.h"
#include "tests/unit/trigger-bench.h"
#include "util/log.h"

enum { NOBODY = 65534 };

static struct bench *bench;
static struct trigger_client *client;
static pid_t runner; /* 0: none */
static char socket_path[96];
static int listening = -1;

static int setup(void **state)
{
	(void)state;
	bench = calloc(1, sizeof(*bench));
	bench_setup(bench);
	log_set_level(LOG_INFO);
	snprintf(socket_path, sizeof(socket_path), "%s/socket", bench->collect->directory);
	return 0;
}

/* Returns how the runner ended. */
static int reap(void)
{
	int status = -1;

	if (runner)
		assert_int_equal(waitpid(runner, &status, 0), runner);
	runner = 0;
	return status;
}

static int teardown(void **state)
{
	(void)state;
	trigger_client_free(client);
	client = NULL;
	if (runner)
		kill(runner, SIGKILL);
	reap();
	if (listening >= 0)
		close(listening);
	listening = -1;
	bench_teardown(bench);
	free(bench);
	return 0;
}

/* --- the two ways to a runner --- */

static void on_result(void *context, const struct trigger_result *result)
{
	bench_take(context, result);
}

static void use_client(const char *path, int fd)
{
	const struct trigger_client_params params = {
		.path = path, .fd = fd, .handler = on_result, .context = bench
	};

	assert_int_equal(trigger_client_new(bench->event, &params, &client), 0);
}

/* Without systemd: forked, on a pair of sockets. */
static void fork_runner(void)
{
	int fd;

	assert_int_equal(trigger_client_fork(&bench->params, &runner, &fd), 0);
	use_client(NULL, fd);
}

/* As systemd does it: the socket is there before and after the runner. */
static void listen_at_path(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	listening = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	strcpy(address.sun_path, socket_path);
	assert_int_equal(bind(listening, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listening, 16), 0);
}

static void start_runner(void)
{
	if (listening < 0)
		listen_at_path();
	runner = fork();
	assert_true(runner >= 0);
	if (runner == 0)
		_exit(trigger_runner(&bench->params, dup(listening)) < 0 ? 1 : 0);
}

static int try_send(uint64_t id, enum trigger trigger)
{
	_cleanup_trigger_request_ struct trigger_request request = { .id = id, .trigger = trigger };

	assert_int_equal(trigger_request_set(&request, "MESSAGE", "an error"), 0);
	return trigger_client_send(client, &request);
}

/* With the patience that the daemon has, too. */
static void send_request(uint64_t id, enum trigger trigger)
{
	int r;

	while ((r = try_send(id, trigger)) == -EAGAIN)
		assert_true(sd_event_run(bench->event, 20 * 1000) >= 0);
	assert_int_equal(r, 0);
}

/* --- requests and results --- */

static void test_forked(void **state)
{
	struct trigger_request request = { .id = 1ull << 40, .trigger = TRIGGER_PAGE_PRE_SOFT };

	(void)state;
	bench_script(bench, TRIGGER_PAGE_PRE_SOFT, "pre",
		     "cat >got; echo $1 $CECOUNT >>got; exit 3");
	assert_int_equal(trigger_request_set(&request, "CECOUNT", "2"), 0);
	assert_int_equal(trigger_request_set_argument(&request, "4096"), 0);
	assert_int_equal(trigger_request_set_input(&request, "{}\n", 3), 0);
	fork_runner();
	assert_int_equal(trigger_client_send(client, &request), 0);
	assert_int_equal(trigger_client_under_way(client), 1);
	assert_int_equal(bench->n, 0);
	bench_run(bench, 1);
	assert_result(bench, 1ull << 40, TRIGGER_OUTCOME_EXITED, 3);
	assert_true(bench->results[0].run_us > 0);
	assert_file(bench, "got", "{}\n4096 2\n");
	assert_int_equal(trigger_client_under_way(client), 0);
	trigger_request_free(&request);
}

/* Nothing the daemon has open is open in its child. */
static void test_forked_descriptors(void **state)
{
	char path[64];
	int leaked = fcntl(STDOUT_FILENO, F_DUPFD, 77);

	(void)state;
	bench_script(bench, TRIGGER_BUS, "bus", "exit 0");
	fork_runner();
	send_request(1, TRIGGER_BUS);
	bench_run(bench, 1);
	close(leaked);
	snprintf(path, sizeof(path), "/proc/%d/fd/77", (int)runner);
	assert_true(process_runs(runner));
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(getsid(runner), runner);
}

static void test_listening(void **state)
{
	(void)state;
	bench_script(bench, TRIGGER_BUS, "bus", "exit 0");
	start_runner();
	use_client(socket_path, -1);
	send_request(1, TRIGGER_BUS);
	send_request(2, TRIGGER_IOMCA);
	bench_run(bench, 2);
	assert_result(bench, 1, TRIGGER_OUTCOME_EXITED, 0);
	assert_result(bench, 2, TRIGGER_OUTCOME_NOT_CONFIGURED, 0);
}

static void test_many(void **state)
{
	enum { MANY = 1000 };
	_cleanup_free_ char *seen = NULL;

	(void)state;
	bench->params.children_max = 4;
	bench_script(bench, TRIGGER_BUS, "bus", "echo >>seen");
	log_set_level(LOG_CRIT);
	fork_runner();
	for (unsigned int i = 1; i <= MANY; i++)
		send_request(i, TRIGGER_BUS);
	bench_run(bench, MANY);
	for (unsigned int i = 1; i <= MANY; i++)
		assert_result(bench, i, TRIGGER_OUTCOME_EXITED, 0);
	seen = bench_read(bench, "seen");
	assert_int_equal(count_lines(seen), MANY);
}

static void test_send_errors(void **state)
{
	struct trigger_request request = { .id = 1, .trigger = TRIGGER_HOOK };
	_cleanup_free_ char *text = calloc(1, TRIGGER_INPUT_MAX + 1);
	static const char *const names[] = { "MESSAGE", "LOCATION", "TYPE" };

	(void)state;
	memset(text, 'x', TRIGGER_INPUT_MAX);
	assert_int_equal(trigger_request_set_input(&request, text, TRIGGER_INPUT_MAX), 0);
	text[TRIGGER_VALUE_MAX] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_int_equal(trigger_request_set(&request, names[i], text), 0);
	bench_script(bench, TRIGGER_HOOK, "hook", "wc -c >size");
	fork_runner();
	assert_int_equal(trigger_client_send(client, &request), -EMSGSIZE);
	assert_int_equal(trigger_client_under_way(client), 0);
	/* The largest that is allowed goes through. */
	free(request.variables[--request.n_variables]);
	free(request.variables[--request.n_variables]);
	request.variables[request.n_variables] = NULL;
	assert_int_equal(trigger_client_send(client, &request), 0);
	bench_run(bench, 1);
	assert_file(bench, "size", "65536\n");
	trigger_request_free(&request);
}

/* --- a runner that comes and goes --- */

static void test_no_runner(void **state)
{
	int saved = log_begin(bench->collect);

	(void)state;
	use_client(socket_path, -1);
	for (unsigned int i = 0; i < 5; i++)
		assert_int_equal(try_send(1, TRIGGER_BUS), -EAGAIN);
	bench_run_for(bench, 1200);
	assert_int_equal(try_send(1, TRIGGER_BUS), -EAGAIN);
	log_end(bench->collect, saved);
	assert_int_equal(count_lines(bench->collect->logged), 1);
	assert_non_null(strstr(bench->collect->logged, "triggers wait for the trigger runner"));
	assert_int_equal(trigger_client_under_way(client), 0);
	/* Looked for once a second. */
	listen_at_path();
	assert_int_equal(try_send(1, TRIGGER_BUS), -EAGAIN);
	bench_run_for(bench, 1200);
	assert_int_equal(try_send(1, TRIGGER_BUS), 0);
}

static void test_runner_restarts(void **state)
{
	int saved = log_begin(bench->collect);
	pid_t script;

	(void)state;
	bench->params.children_max = 1;
	bench_script(bench, TRIGGER_BUS, "bus", "echo $$ >pid; sleep 1000");
	bench_script(bench, TRIGGER_IOMCA, "iomca", "exit 0");
	start_runner();
	use_client(socket_path, -1);
	send_request(1, TRIGGER_BUS);
	send_request(2, TRIGGER_BUS);
	bench_run_until_file(bench, "pid");
	kill(runner, SIGKILL);
	reap();
	script = bench_pid(bench, "pid");
	bench_run(bench, 2);
	assert_result(bench, 1, TRIGGER_OUTCOME_UNKNOWN, 0);
	assert_result(bench, 2, TRIGGER_OUTCOME_UNKNOWN, 0);
	assert_int_equal(trigger_client_under_way(client), 0);
	start_runner();
	send_request(3, TRIGGER_IOMCA);
	bench_run(bench, 3);
	log_end(bench->collect, saved);
	assert_result(bench, 3, TRIGGER_OUTCOME_EXITED, 0);
	assert_non_null(strstr(bench->collect->logged,
			       "the trigger runner has gone, with 2 triggers under way\n"));
	assert_non_null(strstr(bench->collect->logged, "the trigger runner is there again\n"));
	kill(-script, SIGKILL);
}

static void test_forked_runner_gone(void **state)
{
	(void)state;
	bench_script(bench, TRIGGER_BUS, "bus", "exit 0");
	fork_runner();
	send_request(1, TRIGGER_BUS);
	bench_run(bench, 1);
	kill(runner, SIGKILL);
	reap();
	/* The loop finds out. */
	bench_run_for(bench, 50);
	assert_int_equal(try_send(2, TRIGGER_BUS), -ENOTCONN);
	assert_int_equal(bench->n, 1);
}

/* The daemon ends: what it asked for is done, then the runner ends, too. */
static void test_daemon_gone(void **state)
{
	(void)state;
	bench->params.children_max = 1;
	bench_script(bench, TRIGGER_BUS, "bus", "sleep 0.2; echo >>ran");
	fork_runner();
	send_request(1, TRIGGER_BUS);
	send_request(2, TRIGGER_BUS);
	trigger_client_free(client);
	client = NULL;
	assert_int_equal(reap(), 0);
	assert_file(bench, "ran", "\n\n");
}

/* What runs ends and is told; what waits is told that it will not run. */
static void test_stop(void **state)
{
	(void)state;
	bench->params.children_max = 1;
	bench_script(bench, TRIGGER_BUS, "bus", "echo >began; sleep 0.5; exit 5");
	start_runner();
	use_client(socket_path, -1);
	send_request(1, TRIGGER_BUS);
	send_request(2, TRIGGER_BUS);
	bench_run_until_file(bench, "began");
	kill(runner, SIGTERM);
	bench_run(bench, 2);
	assert_result(bench, 1, TRIGGER_OUTCOME_EXITED, 5);
	assert_result(bench, 2, TRIGGER_OUTCOME_NOT_STARTED, ECANCELED);
	assert_int_equal(reap(), 0);
}

static const struct runner_params *reloaded(void *context)
{
	static struct runner_params other;

	(void)context;
	other = bench->params;
	other.scripts[TRIGGER_BUS] = "new";
	return &other;
}

static void test_reload(void **state)
{
	(void)state;
	bench_script(bench, TRIGGER_BUS, "new", "exit 2");
	bench_script(bench, TRIGGER_BUS, "old", "exit 1");
	bench->params.reload = reloaded;
	start_runner();
	use_client(socket_path, -1);
	send_request(1, TRIGGER_BUS);
	bench_run(bench, 1);
	trigger_client_reload(client);
	send_request(2, TRIGGER_BUS);
	bench_run(bench, 2);
	assert_result(bench, 1, TRIGGER_OUTCOME_EXITED, 1);
	assert_result(bench, 2, TRIGGER_OUTCOME_EXITED, 2);
}

/* One that could not be sent goes ahead of the next request. */
static void test_reload_later(void **state)
{
	int saved = log_begin(bench->collect);

	(void)state;
	bench_script(bench, TRIGGER_BUS, "new", "exit 2");
	bench_script(bench, TRIGGER_BUS, "old", "exit 1");
	bench->params.reload = reloaded;
	use_client(socket_path, -1);
	trigger_client_reload(client);
	start_runner();
	send_request(1, TRIGGER_BUS);
	bench_run(bench, 1);
	log_end(bench->collect, saved);
	assert_result(bench, 1, TRIGGER_OUTCOME_EXITED, 2);
}

static void test_reload_signal(void **state)
{
	(void)state;
	bench_script(bench, TRIGGER_BUS, "new", "exit 2");
	bench_script(bench, TRIGGER_BUS, "old", "exit 1");
	bench->params.reload = reloaded;
	start_runner();
	use_client(socket_path, -1);
	send_request(1, TRIGGER_BUS);
	bench_run(bench, 1);
	kill(runner, SIGHUP);
	/* A signal is not in line with the requests. */
	for (unsigned int i = 2; i < 100; i++) {
		send_request(i, TRIGGER_BUS);
		bench_run(bench, i);
		if (bench_result(bench, i)->detail == 2)
			return;
	}
	fail();
}

/* --- who may ask, and what --- */

static int connect_raw(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int size = 1 << 20, fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	strcpy(address.sun_path, socket_path);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

/* One result that comes within some seconds, 0 when the runner closes instead. */
static ssize_t receive(int fd, struct trigger_result *result)
{
	uint8_t message[64];
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	ssize_t n;

	assert_int_equal(poll(&poll_fd, 1, 20 * 1000), 1);
	n = recv(fd, message, sizeof(message), 0);
	if (n > 0)
		assert_int_equal(trigger_result_parse((struct bytes){ message, (size_t)n }, result),
				 0);
	return n;
}

static void test_hostile_closed(void **state)
{
	static const char messages[][18] = { "", "GET / HTTP/1.1\r\n\r",
					     "MTRG\xff\0\0\0aaaaaaaaa" };
	struct trigger_result result;

	(void)state;
	bench_script(bench, TRIGGER_BUS, "bus", "exit 0");
	start_runner();
	use_client(socket_path, -1);
	send_request(1, TRIGGER_BUS);
	for (size_t i = 0; i < ARRAY_SIZE(messages); i++) {
		_cleanup_close_ int fd = connect_raw();

		send(fd, messages[i], sizeof(messages[i]), MSG_NOSIGNAL);
		assert_true(receive(fd, &result) <= 0);
	}
	send_request(2, TRIGGER_BUS);
	bench_run(bench, 2);
	assert_result(bench, 2, TRIGGER_OUTCOME_EXITED, 0);
}

/* A request in the right language for the wrong thing is answered, and told in the log. */
static void test_hostile_refused(void **state)
{
	static char message[TRIGGER_MESSAGE_MAX * 2] = "MTRG\1\0\0\0\7\0\0\0\0\0\0\0"
						       "\1\7\0\0\0/bin/sh";
	static const size_t sizes[] = { 16, 28, TRIGGER_MESSAGE_MAX + 1, TRIGGER_MESSAGE_MAX + 99 };
	struct trigger_result result;
	int saved = log_begin(bench->collect), fd;

	(void)state;
	start_runner();
	fd = connect_raw();
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		assert_int_equal(send(fd, message, sizes[i], 0), sizes[i]);
		assert_true(receive(fd, &result) > 0);
		assert_int_equal(result.outcome, TRIGGER_OUTCOME_REFUSED);
		assert_int_equal(result.id, 7);
	}
	close(fd);
	log_end(bench->collect, saved);
	assert_string_equal(bench->collect->logged,
			    "mcelog: a request is refused: no trigger is named\n"
			    "mcelog: a request is refused: trigger /bin/sh: not one that is known\n"
			    "mcelog: a request is refused: a message of more than 131072 bytes\n"
			    "mcelog: a request is refused: a message of more than 131072 bytes\n");
}

/* A daemon that asks and never reads keeps nothing but itself waiting, and loses nothing. */
static void test_unread_results(void **state)
{
	enum { MANY = 20000 };
	static const char message[28] = "MTRG\1\0\0\0\7\0\0\0\0\0\0\0"
					"\1\7\0\0\0/bin/sh";
	struct trigger_result result;
	unsigned int sent = 0, got = 0;
	int fd;

	(void)state;
	bench_script(bench, TRIGGER_BUS, "bus", "exit 0");
	log_set_level(LOG_CRIT);
	start_runner();
	fd = connect_raw();
	/* Until the runner has stopped reading, too. */
	for (unsigned int idle = 0; sent < MANY && idle < 20;) {
		if (send(fd, message, sizeof(message), MSG_DONTWAIT) < 0) {
			idle++;
			usleep(10 * 1000);
		} else {
			sent++;
			idle = 0;
		}
	}
	assert_true(sent < MANY);
	use_client(socket_path, -1);
	send_request(1, TRIGGER_BUS);
	bench_run(bench, 1);
	assert_result(bench, 1, TRIGGER_OUTCOME_EXITED, 0);
	while (got < sent && receive(fd, &result) > 0)
		got++;
	assert_int_equal(got, sent);
	close(fd);
}

static void test_peer_unit(void **state)
{
	struct trigger_result result;
	int saved = log_begin(bench->collect), fd;

	(void)state;
	bench->params.peer_unit = "mcelog-test-no-such.service";
	start_runner();
	fd = connect_raw();
	assert_true(receive(fd, &result) <= 0);
	close(fd);
	log_end(bench->collect, saved);
	assert_non_null(strstr(bench->collect->logged, "a connection is refused: process "));
	assert_non_null(strstr(bench->collect->logged, "not of mcelog-test-no-such.service\n"));
}

/* The only one that will ever be connected: there is nothing to serve. */
static void test_peer_unit_forked(void **state)
{
	(void)state;
	bench->params.peer_unit = "mcelog-test-no-such.service";
	fork_runner();
	assert_int_equal(WEXITSTATUS(reap()), EXIT_FAILURE);
}

static void test_peer_user(void **state)
{
	pid_t peer;
	int status;

	(void)state;
	if (geteuid() != 0)
		skip();
	start_runner();
	chmod(bench->collect->directory, 0755);
	chmod(socket_path, 0777);
	peer = fork();
	if (peer == 0) {
		char byte;
		int fd;

		if (setresuid(NOBODY, NOBODY, NOBODY) < 0)
			_exit(2);
		fd = connect_raw();
		_exit(recv(fd, &byte, 1, 0) <= 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(peer, &status, 0), peer);
	assert_int_equal(status, 0);
}

static void test_connections(void **state)
{
	struct trigger_result result;
	int fds[20];

	(void)state;
	start_runner();
	for (unsigned int i = 0; i < 17; i++)
		fds[i] = connect_raw();
	assert_true(receive(fds[16], &result) <= 0);
	close(fds[0]);
	/* The place of one that went away is free again. */
	for (;;) {
		struct pollfd poll_fd = { .events = POLLIN };

		close(fds[16]);
		fds[16] = connect_raw();
		poll_fd.fd = fds[16];
		if (poll(&poll_fd, 1, 300) == 0)
			break;
	}
	for (unsigned int i = 1; i < 17; i++)
		close(fds[i]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_forked),
		TEST(test_forked_descriptors),
		TEST(test_listening),
		TEST(test_send_errors),
		TEST(test_no_runner),
		TEST(test_runner_restarts),
		TEST(test_forked_runner_gone),
		TEST(test_daemon_gone),
		TEST(test_stop),
		TEST(test_reload),
		TEST(test_reload_later),
		TEST(test_reload_signal),
		TEST(test_hostile_closed),
		TEST(test_hostile_refused),
		TEST(test_peer_unit),
		TEST(test_peer_unit_forked),
		TEST(test_peer_user),
		TEST(test_connections),
		TEST(test_many),
		TEST(test_unread_results),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
