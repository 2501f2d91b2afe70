// SPDX-License-Identifier: GPL-2.0-only
/* The client socket: protocol, access, and the file of the socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "server-fixture.h"

#include <grp.h>
#include <sys/resource.h>

#include "util/cleanup.h"

#define DUMP(all, bios) "Memory errors\nall=" #all " bios=" #bios "\ndone\n"

static int setup(void **state)
{
	fixture_setup(state);
	((struct server_fixture *)*state)->pages_size = 3;
	fixture_start(*state);
	return 0;
}

/* --- protocol --- */

static void test_commands(void **state)
{
	static const struct {
		const char *command;
		const char *answer;
	} rows[] = {
		{ "ping\n", "pong\n" },
		{ "dump\n", DUMP(0, 0) },
		{ "dump all\n", DUMP(1, 0) },
		{ "dump bios\n", DUMP(0, 1) },
		{ "dump all bios\n", DUMP(1, 1) },
		{ "dump bios all\n", DUMP(1, 1) },
		{ "pages\n", "pp\ndone\n" },
		{ "dump all bogus\n", "Unknown dump parameter\n" DUMP(1, 0) },
		{ "dumpxyz\n", "Unknown command\n" },
		{ "PING\n", "Unknown command\n" },
		{ "ping me\n", "Unknown command\n" },
		{ "bogus\n", "Unknown command\n" },
		/* these once stopped mcelog for ever */
		{ " ping\n", "pong\n" },
		{ "\t  dump  all\n", DUMP(1, 0) },
		{ "ping\r\n", "pong\n" },
		{ "ping \n", "pong\n" },
		{ "\n\n \r\nping\n", "pong\n" },
		{ "ping\nping\ndump all\npages\nping\n",
		  "pong\npong\n" DUMP(1, 0) "pp\ndone\npong\n" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int fd = client_new(*state);

		client_send(fd, rows[i].command);
		assert_answer(fd, rows[i].answer);
		/* nothing more than that came, and the connection is still there */
		client_send(fd, "ping\n");
		assert_answer(fd, "pong\n");
		close(fd);
	}
}

/* collectd sends the NUL that ends its string, 15 bytes. */
static void test_nul(void **state)
{
	static const char command[] = "dump all bios\n";
	char twice[2 * sizeof(command)];
	int fd = client_new(*state);

	assert_int_equal(sizeof(command), 15);
	for (int i = 0; i < 3; i++) {
		client_send_bytes(fd, command, sizeof(command));
		assert_answer(fd, DUMP(1, 1));
	}
	memcpy(twice, command, sizeof(command));
	memcpy(twice + sizeof(command), command, sizeof(command));
	client_send_bytes(fd, twice, sizeof(twice));
	assert_answer(fd, DUMP(1, 1) DUMP(1, 1));
	client_send(fd, "ping\n");
	assert_answer(fd, "pong\n");
	close(fd);
}

static void test_split(void **state)
{
	static const char text[] = "dump all bios\npages\nping\n";
	int fd = client_new(*state);

	for (size_t i = 0; text[i]; i++) {
		client_send_bytes(fd, text + i, 1);
		usleep(1000);
	}
	assert_answer(fd, DUMP(1, 1) "pp\ndone\npong\n");
	close(fd);
}

/* As "printf 'ping\ndump' | nc -U" does. */
static void test_half_closed(void **state)
{
	int fd = client_new(*state);

	client_send(fd, "ping\ndump all");
	assert_int_equal(shutdown(fd, SHUT_WR), 0);
	assert_answer(fd, "pong\n" DUMP(1, 0));
	assert_ended(fd);

	fd = client_new(*state);
	assert_int_equal(shutdown(fd, SHUT_WR), 0);
	assert_ended(fd);
}

static void test_200_clients(void **state)
{
	enum { N = 200 };
	int fds[N];

	for (int i = 0; i < N; i++)
		fds[i] = client_new(*state);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < N; i++)
			client_send(fds[i], i % 2 ? "dump all bios\n" : "pages\n");
		for (int i = N; i-- > 0;)
			assert_answer(fds[i], i % 2 ? DUMP(1, 1) : "pp\ndone\n");
	}
	for (int i = 0; i < N; i++)
		close(fds[i]);
	assert_serves(*state);
}

/* --- access --- */

struct peer {
	uid_t uid;
	gid_t gid, supplementary;
};

enum { USER = 4242, GROUP = 4343, OTHER = 4444 };

/* Asks as peer; the answer, up to the end of size bytes, comes through a pipe. */
static void ask_as(struct server_fixture *fixture, const struct peer *peer, char answer[64])
{
	int fds[2];
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		const char *text;
		int fd;

		if (setgroups(1, &peer->supplementary) < 0 || setgid(peer->gid) < 0 ||
		    setuid(peer->uid) < 0)
			_exit(2);
		fd = client_connect(fixture);
		/* the command after the refusal, as by a client that is slow */
		usleep(20000);
		if (fd >= 0 && send(fd, "ping\n", 5, MSG_NOSIGNAL) != 5)
			_exit(3);
		if (fd >= 0)
			shutdown(fd, SHUT_WR);
		text = fd < 0 ? strerror(-fd) : client_read(fd, 63);
		_exit(write(fds[1], text, strlen(text)) < 0);
	}
	close(fds[1]);
	n = read(fds[0], answer, 63);
	assert_true(n >= 0);
	answer[n] = '\0';
	close(fds[0]);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static mode_t socket_mode(const struct server_fixture *fixture)
{
	struct stat st;

	assert_int_equal(stat(fixture->socket_path, &st), 0);
	return st.st_mode & 07777;
}

static void test_access(void **state)
{
	static const struct {
		bool any_user, has_user, has_group;
		struct peer peer;
		const char *answer;
		mode_t mode;
	} rows[] = {
		{ true, false, false, { OTHER, OTHER, OTHER }, "pong\n", 0666 },
		{ false, true, false, { USER, OTHER, OTHER }, "pong\n", 0666 },
		{ false, true, false, { OTHER, USER, USER }, "permission denied\n", 0666 },
		{ false, true, true, { OTHER, OTHER, OTHER }, "permission denied\n", 0666 },
		{ false, true, true, { OTHER, GROUP, OTHER }, "pong\n", 0666 },
		{ false, false, true, { OTHER, GROUP, OTHER }, "pong\n", 0660 },
		{ false, false, true, { OTHER, OTHER, GROUP }, "pong\n", 0660 },
		{ false, false, true, { OTHER, OTHER, OTHER }, "Permission denied", 0660 },
		{ false, false, false, { OTHER, OTHER, OTHER }, "Permission denied", 0660 },
		{ false, false, false, { 0, OTHER, OTHER }, "pong\n", 0660 },
	};
	struct server_fixture *fixture = *state;

	if (geteuid() != 0) {
		print_message("SKIP: asking as other users needs root\n");
		skip();
	}
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char answer[64];

		fixture_stop(fixture);
		fixture->params.any_user = rows[i].any_user;
		fixture->params.has_user = rows[i].has_user;
		fixture->params.has_group = rows[i].has_group;
		fixture->params.client_uid = USER;
		fixture->params.client_gid = GROUP;
		fixture_start(fixture);
		ask_as(fixture, &rows[i].peer, answer);
		assert_string_equal(answer, rows[i].answer);
		assert_int_equal(socket_mode(fixture), rows[i].mode);
		assert_serves(fixture);
	}
}

/* Who is refused by hundreds keeps nobody else out. */
static void test_refused_crowd(void **state)
{
	struct server_fixture *fixture = *state;
	int status;
	pid_t pid;

	if (geteuid() != 0) {
		print_message("SKIP: asking as other users needs root\n");
		skip();
	}
	fixture_stop(fixture);
	fixture->params.has_user = true;
	fixture->params.client_uid = USER;
	fixture_start(fixture);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (setgid(OTHER) < 0 || setuid(OTHER) < 0)
			_exit(2);
		for (int i = 0; i < 700; i++)
			if (client_connect(fixture) < 0)
				_exit(3);
		pause();
	}
	usleep(100000);
	assert_serves(fixture);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
}

/* --- the file --- */

/* server_new() in this process, which must fail. */
static int fails_with(const struct server_params *params)
{
	const struct server_ops ops = { fixture_dump, fixture_pages, NULL };
	struct server *server = NULL;
	sd_event *event;
	int r;

	assert_int_equal(sd_event_new(&event), 0);
	r = server_new(event, params, &ops, &server);
	assert_true(r < 0);
	assert_null(server);
	sd_event_unref(event);
	return r;
}

static void test_file_in_use(void **state)
{
	struct server_fixture *fixture = *state;

	assert_int_equal(fails_with(&fixture->params), -EADDRINUSE);
	assert_serves(fixture);
	/* it hangs, but it lives */
	kill(fixture->pid, SIGSTOP);
	assert_int_equal(fails_with(&fixture->params), -EADDRINUSE);
	kill(fixture->pid, SIGCONT);
	assert_serves(fixture);
	/* killed: the file stays, and the next one takes it away */
	fixture_stop(fixture);
	assert_int_equal(client_connect(fixture), -ECONNREFUSED);
	fixture_start(fixture);
	assert_serves(fixture);
}

static void bind_at(int fd, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	strcpy(address.sun_path, path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
}

/* A listener whose queue is full does not answer a connect either. */
static void test_full_queue(void **state)
{
	struct server_fixture *fixture = *state;
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM, 0), first = -1;

	bind_at(fd, fixture->socket_path);
	assert_int_equal(listen(fd, 0), 0);
	first = client_new(fixture);
	fixture->params.ping_timeout_ms = 50;
	assert_int_equal(fails_with(&fixture->params), -EADDRINUSE);
}

static void test_file_of_others(void **state)
{
	struct server_fixture *fixture = *state;
	_cleanup_close_ int datagrams = socket(AF_UNIX, SOCK_DGRAM, 0);
	FILE *file = fopen(fixture->socket_path, "w");

	assert_non_null(file);
	fclose(file);
	assert_int_equal(fails_with(&fixture->params), -ENOTSOCK);
	assert_int_equal(unlink(fixture->socket_path), 0);

	assert_int_equal(symlink("/nowhere", fixture->socket_path), 0);
	assert_int_equal(fails_with(&fixture->params), -ENOTSOCK);
	assert_int_equal(unlink(fixture->socket_path), 0);

	bind_at(datagrams, fixture->socket_path);
	assert_int_equal(fails_with(&fixture->params), -EPROTOTYPE);
	assert_int_equal(access(fixture->socket_path, F_OK), 0);
}

static void test_bad_path(void **state)
{
	struct server_fixture *fixture = *state;
	char path[200];

	memset(path, 'x', sizeof(path));
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	fixture->params.socket_path = path;
	assert_int_equal(fails_with(&fixture->params), -ENAMETOOLONG);
	snprintf(path, sizeof(path), "%s/not/there/client", fixture->directory);
	assert_int_equal(fails_with(&fixture->params), -ENOENT);
	fixture->params.listen_fd = STDIN_FILENO;
	assert_true(fails_with(&fixture->params) < 0);
}

/* The file goes with its server, but not one that took its place. */
static void test_unlink(void **state)
{
	struct server_fixture *fixture = *state;
	const struct server_ops ops = { fixture_dump, fixture_pages, fixture };
	struct server *server;
	sd_event *event;
	char path[128];
	struct stat st;
	FILE *file;

	assert_int_equal(sd_event_new(&event), 0);
	/* its directory is made, readable by all whatever the umask */
	snprintf(path, sizeof(path), "%s/made/client", fixture->directory);
	fixture->params.socket_path = path;
	umask(0077);
	assert_int_equal(server_new(event, &fixture->params, &ops, &server), 0);
	assert_int_equal(umask(0022), 0077);
	assert_int_equal(stat(path, &st), 0);
	server_free(server);
	assert_int_equal(access(path, F_OK), -1);
	*strrchr(path, '/') = '\0';
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0755);
	assert_int_equal(rmdir(path), 0);

	fixture->params.socket_path = fixture->socket_path;
	assert_int_equal(server_new(event, &fixture->params, &ops, &server), 0);
	assert_int_equal(unlink(fixture->socket_path), 0);
	file = fopen(fixture->socket_path, "w");
	assert_non_null(file);
	fclose(file);
	server_free(server);
	assert_int_equal(access(fixture->socket_path, F_OK), 0);
	sd_event_unref(event);
}

/* systemd's socket: is used, and neither closed nor removed. */
static void test_listen_fd(void **state)
{
	struct server_fixture *fixture = *state;
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	const struct server_ops ops = { fixture_dump, fixture_pages, fixture };
	struct server *server;
	sd_event *event;

	bind_at(fd, fixture->socket_path);
	fixture->params.listen_fd = fd;
	assert_int_equal(fails_with(&fixture->params), -EINVAL); /* does not listen yet */
	assert_int_equal(listen(fd, 10), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(sd_event_new(&event), 0);
		assert_int_equal(server_new(event, &fixture->params, &ops, &server), 0);
		server_free(server);
		sd_event_unref(event);
	}
	fixture_start(fixture);
	assert_serves(fixture);
	assert_int_equal(access(fixture->socket_path, F_OK), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_commands, setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_nul, setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_split, setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_half_closed, setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_200_clients, setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_access, setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_refused_crowd, setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_file_in_use, setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_full_queue, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_file_of_others, fixture_setup,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(test_bad_path, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_unlink, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_listen_fd, fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
