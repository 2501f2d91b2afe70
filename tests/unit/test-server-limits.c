// SPDX-License-Identifier: GPL-2.0-only
/* Clients that are slow, greedy, broken or hostile: others are served, memory and time are not
 * lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define CONNECTION_PATIENCE_US 1000000ull
#include "server/connection.c"

#include <time.h>

#include "server-fixture.h"

/* A dump's answer fits into the socket, the one to pages does not. */
enum { PATIENCE_MS = CONNECTION_PATIENCE_US / 1000, BIG = 8 << 20 };

static int setup(void **state)
{
	fixture_setup(state);
	((struct server_fixture *)*state)->pages_size = BIG;
	fixture_start(*state);
	return 0;
}

/* Whether the peer of fd ends the connection within the time; what comes is read and forgotten. */
static bool ends_within(int fd, int ms)
{
	char ignored[65536];
	struct pollfd wait = { .fd = fd, .events = POLLIN };

	while (poll(&wait, 1, ms) == 1)
		if (read(fd, ignored, sizeof(ignored)) <= 0)
			return true;
	return false;
}

static void test_half_a_line(void **state)
{
	int fd = client_new(*state), idle = client_new(*state);

	client_send(idle, "ping\n");
	assert_answer(idle, "pong\n");
	client_send(fd, "dump al");
	assert_true(ends_within(fd, PATIENCE_MS * 5));
	/* who has nothing half said may stay, also after blanks and NULs */
	client_send_bytes(idle, "\0 \r\n", 4);
	assert_false(ends_within(idle, PATIENCE_MS * 2));
	client_send(idle, "ping\n");
	assert_answer(idle, "pong\n");
	close(fd);
	close(idle);
}

/* Slow is not dead: each byte is progress. */
static void test_slow(void **state)
{
	static const char text[] = "ping\n";
	int fd = client_new(*state);

	for (size_t i = 0; text[i]; i++) {
		usleep(PATIENCE_MS * 1000 / 3);
		client_send_bytes(fd, text + i, 1);
	}
	assert_answer(fd, "pong\n");
	close(fd);
}

static void test_unread(void **state)
{
	int unread = client_new(*state), slow = client_new(*state);
	char block[65536];
	size_t total = 0, pause = 0;

	client_send(unread, "pages\n");
	client_send(slow, "pages\nping\n");
	assert_serves(*state);
	/* reads for longer than the patience, but never rests as long */
	while (total < BIG + strlen("done\npong\n")) {
		ssize_t n = read(slow, block, sizeof(block));

		assert_true(n > 0);
		total += (size_t)n;
		if (total / (BIG / 5) > pause) {
			pause = total / (BIG / 5);
			usleep(PATIENCE_MS * 1000 / 3);
		}
	}
	client_send(slow, "ping\n");
	assert_answer(slow, "pong\n");
	/* what is in the socket can still be read, not the whole answer */
	for (total = 0;;) {
		ssize_t n = read(unread, block, sizeof(block));

		if (n <= 0)
			break;
		total += (size_t)n;
	}
	assert_true(total < BIG);
	assert_serves(*state);
	close(unread);
	close(slow);
}

static void test_long_line(void **state)
{
	char line[CONNECTION_LINE_MAX + 2];
	int fd = client_new(*state);

	memset(line, 'x', sizeof(line));
	memcpy(line, "dump ", 5);
	line[CONNECTION_LINE_MAX] = '\n';
	client_send_bytes(fd, line, CONNECTION_LINE_MAX + 1);
	assert_string_equal(client_read(fd, 22), "Unknown dump parameter");
	close(fd);

	fd = client_new(*state);
	line[CONNECTION_LINE_MAX] = 'x';
	line[CONNECTION_LINE_MAX + 1] = '\n';
	client_send_bytes(fd, line, sizeof(line));
	assert_true(ends_within(fd, PATIENCE_MS / 2));
	close(fd);
	assert_serves(*state);
}

static void test_answer_too_long(void **state)
{
	struct server_fixture *fixture = *state;
	int fd;

	fixture_stop(fixture);
	fixture->pages_size = CONNECTION_OUTPUT_MAX;
	fixture_start(fixture);
	fd = client_new(fixture);
	client_send(fd, "pages\n");
	assert_ended(fd);
	assert_serves(fixture);
}

/* All together may keep only so much waiting; who reads is served again. */
static void test_all_unread(void **state)
{
	int fds[CONNECTIONS_OUTPUT_MAX / BIG + 1];

	for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
		fds[i] = client_new(*state);
		client_send(fds[i], "pages\n");
		assert_string_equal(client_read(fds[i], 1), "p");
	}
	for (int i = 0; i < 2; i++) {
		int fd = client_new(*state);

		client_send(fd, "dump\n");
		assert_answer(fd, "mcelog server too busy\n");
		assert_ended(fd);
	}
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		close(fds[i]);
	assert_serves(*state);
}

/* More than there are places: 512 are served, all of them, and the next is told. */
static void test_too_many(void **state)
{
	enum { MAX = 512 };
	int fds[MAX], fd;

	for (int i = 0; i < MAX; i++) {
		fds[i] = client_new(*state);
		client_send(fds[i], "ping\n");
	}
	for (int i = 0; i < MAX; i++)
		assert_answer(fds[i], "pong\n");
	for (int i = 0; i < 100; i++) {
		fd = client_new(*state);
		assert_answer(fd, "mcelog server too busy\n");
		assert_ended(fd);
	}
	/* a place is free as soon as the server has seen that one is gone */
	close(fds[7]);
	for (int tries = 0; tries < 500; tries++) {
		fd = client_new(*state);
		client_send(fd, "ping\n");
		if (strcmp(client_read(fd, 5), "pong\n") == 0)
			break;
		close(fd);
		fd = -1;
		usleep(10000);
	}
	assert_true(fd >= 0);
	close(fd);
	for (int i = 0; i < MAX; i++)
		if (i != 7)
			close(fds[i]);
}

static double cpu_seconds(pid_t pid)
{
	struct timespec used;
	clockid_t clock;

	assert_int_equal(clock_getcpuclockid(pid, &clock), 0);
	assert_int_equal(clock_gettime(clock, &used), 0);
	return (double)used.tv_sec + (double)used.tv_nsec / 1e9;
}

/* Without a free fd nobody is accepted, and no time is spent on finding that out. */
static void test_no_files(void **state)
{
	struct server_fixture *fixture = *state;
	enum { N = 40 };
	int fds[N];
	double before;

	fixture_stop(fixture);
	fixture->files = 30;
	fixture_start(fixture);
	for (int i = 0; i < N; i++)
		fds[i] = client_new(fixture);
	client_send(fds[0], "ping\n");
	assert_answer(fds[0], "pong\n");
	before = cpu_seconds(fixture->pid);
	usleep(1500000);
	assert_true(cpu_seconds(fixture->pid) - before < 0.2);
	/* those who wait come in when others go */
	client_send(fds[N - 1], "ping\n");
	for (int i = 0; i < N / 2; i++)
		close(fds[i]);
	assert_answer(fds[N - 1], "pong\n");
	for (int i = N / 2; i < N; i++)
		close(fds[i]);
}

static void test_no_time_is_lost(void **state)
{
	struct server_fixture *fixture = *state;
	int idle = client_new(fixture), unread = client_new(fixture), half = client_new(fixture);
	double before;

	client_send(unread, "pages\npages\n");
	client_send(half, "x\ny");
	assert_answer(half, "Unknown command\n");
	assert_int_equal(shutdown(unread, SHUT_WR), 0);
	usleep(100000);
	before = cpu_seconds(fixture->pid);
	usleep(700000);
	assert_true(cpu_seconds(fixture->pid) - before < 0.1);
	close(idle);
	close(unread);
	close(half);
}

/* Any bytes, and an end at any time. */
static void test_garbage(void **state)
{
	unsigned int seed = 20261121;
	char bytes[3000];

	for (int round = 0; round < 300; round++) {
		size_t size = (size_t)rand_r(&seed) % sizeof(bytes);
		int fd = client_new(*state);

		for (size_t i = 0; i < size; i++)
			bytes[i] = (char)(rand_r(&seed) % (round % 2 ? 256 : 16));
		if (round % 3 == 0 && size > 20)
			memcpy(bytes + size - 14, "\npages\ndump all", 14);
		/* the server may end it before all is sent */
		if (size && send(fd, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
			assert_true(errno == EPIPE || errno == ECONNRESET || errno == EAGAIN);
		if (round % 5 == 0)
			shutdown(fd, round % 10 ? SHUT_WR : SHUT_RD);
		close(fd);
	}
	assert_serves(*state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_half_a_line, setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_slow, setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_unread, setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_long_line, setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_answer_too_long, setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_all_unread, setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_too_many, setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_no_files, setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_no_time_is_lost, setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_garbage, setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
