// SPDX-License-Identifier: GPL-2.0-only
/* The syslog sink, and a syslogd that is there, hangs, is restarted, or is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>

#include "sinks/syslog.h"
#include "tests/unit/collect.h"
#include "util/log.h"

struct bench {
	struct collect *collect;
	struct syslog_sink *sink;
	int fd; /* the syslogd's */
	char path[ROOT_PATH_MAX];
};

static void start_syslogd(struct bench *bench)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	unlink(bench->path);
	strcpy(address.sun_path, bench->path);
	bench->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(bench->fd, (struct sockaddr *)&address, sizeof(address)), 0);
}

static int setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	void *collect;

	log_set_level(LOG_CRIT);
	collect_setup(&collect);
	bench->collect = collect;
	assert_int_equal(root_mkdir(&bench->collect->root, "/dev"), 0);
	root_path(&bench->collect->root, "/dev/log", bench->path);
	start_syslogd(bench);
	assert_int_equal(syslog_sink_open(&bench->collect->root, true, 10, &bench->sink), 0);
	*state = bench;
	return 0;
}

static int teardown(void **state)
{
	struct bench *bench = *state;
	void *collect = bench->collect;

	syslog_sink_close(bench->sink);
	syslog_sink_close(NULL);
	close(bench->fd);
	collect_teardown(&collect);
	free(bench);
	return 0;
}

static void put(struct bench *bench, enum severity severity, const char *text)
{
	syslog_sink_write(bench->sink, severity, text, strlen(text));
}

/* The next message has this level and text. */
static void expect(struct bench *bench, int level, const char *text)
{
	char message[4096];
	ssize_t n = recv(bench->fd, message, sizeof(message) - 1, 0);
	unsigned int number, day;
	char month[4], tag[16];
	int at = 0;

	assert_true(n > 0);
	message[n] = '\0';
	assert_int_equal(
		sscanf(message, "<%u>%3s %2u %*u:%*u:%*u %15s %n", &number, month, &day, tag, &at),
		4);
	assert_int_equal(number, LOG_DAEMON | level);
	assert_string_equal(tag, "mcelog:");
	assert_string_equal(message + at, text);
}

static void expect_nothing(struct bench *bench)
{
	char message[16];

	assert_int_equal(recv(bench->fd, message, sizeof(message), 0), -1);
	assert_int_equal(errno, EAGAIN);
}

static void test_lines(void **state)
{
	struct bench *bench = *state;

	put(bench, SEVERITY_CORRECTED, "Hardware event.\nCPU 0\n\n");
	expect(bench, LOG_WARNING, "Hardware event.");
	expect(bench, LOG_WARNING, "CPU 0");
	expect_nothing(bench);
	put(bench, SEVERITY_UNKNOWN, "no end %s");
	expect(bench, LOG_WARNING, "no end %s");
	put(bench, SEVERITY_CORRECTED, "");
	put(bench, SEVERITY_CORRECTED, "\n\n");
	expect_nothing(bench);
	assert_int_equal(syslog_sink_missing(bench->sink), 0);
}

static void test_levels(void **state)
{
	struct bench *bench = *state;

	for (enum severity severity = SEVERITY_DEFERRED; severity <= SEVERITY_FATAL; severity++) {
		put(bench, severity, "x\n");
		expect(bench, LOG_ERR, "x");
	}
	syslog_sink_close(bench->sink);
	assert_int_equal(syslog_sink_open(&bench->collect->root, false, 10, &bench->sink), 0);
	put(bench, SEVERITY_FATAL, "x\n");
	expect(bench, LOG_WARNING, "x");
}

static void test_restart(void **state)
{
	struct bench *bench = *state;

	put(bench, SEVERITY_FATAL, "one\n");
	expect(bench, LOG_ERR, "one");
	close(bench->fd);
	start_syslogd(bench);
	put(bench, SEVERITY_FATAL, "two\n");
	expect(bench, LOG_ERR, "two");
	assert_int_equal(syslog_sink_missing(bench->sink), 0);
}

static void test_none(void **state)
{
	struct bench *bench = *state;

	close(bench->fd);
	unlink(bench->path);
	put(bench, SEVERITY_FATAL, "one\n");
	put(bench, SEVERITY_FATAL, "two\n");
	assert_int_equal(syslog_sink_missing(bench->sink), 2);
	start_syslogd(bench);
	put(bench, SEVERITY_FATAL, "three\n");
	expect(bench, LOG_ERR, "three");
	assert_int_equal(syslog_sink_missing(bench->sink), 2);
}

static void test_hangs(void **state)
{
	struct bench *bench = *state;
	unsigned int sent = 0;

	while (!syslog_sink_missing(bench->sink) && sent < 100000) {
		put(bench, SEVERITY_FATAL, "x\n");
		sent++;
	}
	assert_int_equal(syslog_sink_missing(bench->sink), 1);
	for (unsigned int i = 1; i < sent; i++)
		expect(bench, LOG_ERR, "x");
	expect_nothing(bench);
	put(bench, SEVERITY_FATAL, "again\n");
	expect(bench, LOG_ERR, "again");
}

static void test_is_journal(void **state)
{
	struct bench *bench = *state;
	const char *target = "../run/systemd/journal/dev-log";

	assert_false(syslog_is_journal(&bench->collect->root));
	unlink(bench->path);
	assert_false(syslog_is_journal(&bench->collect->root));
	assert_int_equal(symlink(target, bench->path), 0);
	assert_false(syslog_is_journal(&bench->collect->root));
	put_file(bench->collect, "/run/systemd/journal/dev-log", "", 0);
	assert_true(syslog_is_journal(&bench->collect->root));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_lines), TEST(test_levels), TEST(test_restart),
		TEST(test_none),  TEST(test_hangs),  TEST(test_is_journal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
