// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/mcelog without one: the device is a FIFO in packet mode (one write is
 * one read, as the kernel hands out its log), and ioctl() is the test's own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <sys/ioctl.h>

#include "tests/unit/collect.h"

enum { GET_RECORD_LEN = 0x80044d01, GET_LOG_LEN = 0x80044d02, GETCLEAR_FLAGS = 0x80044d03 };

enum { BOOT_SECONDS = 1795211964, RECORD_MAX = 256 };

static struct {
	int record_len;
	int log_len;
	int flags;
	int error;
} device;

int ioctl(int fd, unsigned long request, ...)
{
	va_list arguments;
	int *value;

	(void)fd;
	va_start(arguments, request);
	value = va_arg(arguments, int *);
	va_end(arguments);
	if (device.error) {
		errno = device.error;
		return -1;
	}
	switch (request) {
	case GET_RECORD_LEN:
		*value = device.record_len;
		return 0;
	case GET_LOG_LEN:
		*value = device.log_len;
		return 0;
	case GETCLEAR_FLAGS:
		*value = device.flags;
		device.flags = 0;
		return 0;
	}
	errno = ENOTTY;
	return -1;
}

static const sd_id128_t this_boot =
	SD_ID128_MAKE(01, 02, 03, 04, 05, 06, 07, 08, 09, 0a, 0b, 0c, 0d, 0e, 0f, 10);
static const sd_id128_t next_boot =
	SD_ID128_MAKE(11, 12, 13, 14, 15, 16, 17, 18, 19, 1a, 1b, 1c, 1d, 1e, 1f, 20);

static int setup(void **state)
{
	struct collect *collect;

	collect_setup(state);
	collect = *state;
	collect->env.boot = this_boot;
	collect->env.boot_time_us = BOOT_SECONDS * 1000000ll;
	root_mkdir(&collect->root, "/var/lib/mcelog");
	root_mkdir(&collect->root, "/dev");
	root_mkdir(&collect->root, "/proc");
	device.record_len = 128;
	device.log_len = 32;
	device.flags = 0;
	device.error = 0;
	return 0;
}

/* Makes the FIFO; what is written to the result is one read of the device. */
static int make_device(struct collect *collect)
{
	char path[ROOT_PATH_MAX];
	int fd;

	assert_int_equal(mkfifo(root_path(&collect->root, "/dev/mcelog", path), 0600), 0);
	fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK | O_DIRECT), 0);
	return fd;
}

struct sample {
	uint64_t status;
	uint64_t tsc;
	uint64_t time;
	uint64_t mcgstatus;
};

static void put(uint8_t *at, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		at[i] = (uint8_t)(value >> i * 8);
}

static void put_record(uint8_t *at, const struct sample *sample)
{
	memset(at, 0, (size_t)device.record_len);
	put(at, sample->status, 8);
	put(at + 24, sample->mcgstatus, 8);
	put(at + 40, sample->tsc, 8);
	put(at + 48, sample->time, 8);
	put(at + 60, 0x606a6, 4);
	at[65] = 7;
	at[67] = 1; /* finished */
}

/* One read's worth of records. */
static void feed(int fd, const struct sample *samples, size_t n)
{
	uint8_t block[16 * RECORD_MAX];

	assert_true(n <= 16);
	for (size_t i = 0; i < n; i++)
		put_record(block + i * (size_t)device.record_len, &samples[i]);
	assert_int_equal(write(fd, block, n * (size_t)device.record_len),
			 n * (size_t)device.record_len);
}

#define MEMORY_ERROR 0x8c00004000010090ull

static const struct sample ordinary = { MEMORY_ERROR, 0x1234, BOOT_SECONDS + 1000, 0 };

static void test_record_sizes(void **state)
{
	static const int sizes[] = { 88, 104, 112, 116, 120, 128, 144 };
	struct collect *collect = *state;
	const struct sample two[] = { ordinary,
				      { MEMORY_ERROR | 1ull << 62, 2, BOOT_SECONDS + 1001, 0 } };
	_cleanup_close_ int fd = make_device(collect);

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		const struct record *record = &collect->records[collect->n];

		device.record_len = sizes[i];
		feed(fd, two, 2);
		assert_int_equal(source_run(collect, &source_devmcelog), 0);
		assert_int_equal(collect->n, 2 * (i + 1));
		assert_int_equal(record[0].source, SOURCE_MCELOG);
		assert_int_equal(record[0].status, MEMORY_ERROR);
		assert_int_equal(record[0].time_us, (BOOT_SECONDS + 1000) * 1000000ll);
		assert_int_equal(!!(record[0].fields & RECORD_HAS_PPIN), sizes[i] >= 112);
		assert_true(sd_id128_equal(record[0].boot, this_boot));
		assert_false(record[0].replayed || record[0].boot_time);
		assert_int_equal(record[1].tsc, 2);
		assert_string_not_equal(record[0].key, record[1].key);
		assert_string_equal(collect->logged, "");
	}
}

static void test_many_reads(void **state)
{
	struct collect *collect = *state;
	_cleanup_close_ int fd = make_device(collect);

	for (int i = 0; i < 16; i++)
		feed(fd, &ordinary, 1);
	assert_int_equal(source_open(collect, &source_devmcelog), 0);
	assert_true(source_devmcelog.fd(collect->source) >= 0);
	assert_int_equal(source_devmcelog.drain(collect->source), 1); /* all slots are taken */
	assert_int_equal(collect->n, 16);
	assert_int_equal(source_devmcelog.drain(collect->source), 1);
	assert_int_equal(collect->n, 16);
	for (int i = 0; i < 10; i++)
		feed(fd, &ordinary, 1);
	source_devmcelog.committed(collect->source);
	assert_int_equal(source_devmcelog.drain(collect->source), 0);
	assert_int_equal(collect->n, 26);
	for (int i = 1; i < 26; i++)
		assert_string_not_equal(collect->records[i].key, collect->records[0].key);
	source_devmcelog.close(collect->source);
}

/* Killed between the read and the commit: the next life hands over the same keys. */
static void test_crash(void **state)
{
	struct collect *collect = *state;
	const struct sample two[] = { ordinary, { MEMORY_ERROR, 2, BOOT_SECONDS + 1, 0 } };
	_cleanup_close_ int fd = make_device(collect);

	feed(fd, two, 2);
	assert_int_equal(source_open(collect, &source_devmcelog), 0);
	assert_int_equal(source_devmcelog.drain(collect->source), 0);
	assert_int_equal(collect->n, 2);
	source_devmcelog.close(collect->source);

	device.record_len = 144; /* the next kernel's records are longer */
	collect->env.boot = next_boot;
	collect->env.boot_time_us += 86400 * 1000000ll;
	assert_int_equal(source_run(collect, &source_devmcelog), 0);
	assert_int_equal(collect->n, 4);
	for (int i = 0; i < 2; i++) {
		const struct record *first = &collect->records[i],
				    *again = &collect->records[i + 2];

		assert_string_equal(first->key, again->key);
		assert_int_equal(first->tsc, again->tsc);
		assert_true(sd_id128_equal(again->boot, this_boot));
		assert_true(again->replayed);
	}
	assert_int_equal(source_run(collect, &source_devmcelog), 0);
	assert_int_equal(collect->n, 4); /* the commit has let them go */
}

static void test_no_memory_keeps(void **state)
{
	struct collect *collect = *state;
	_cleanup_close_ int fd = make_device(collect);

	feed(fd, &ordinary, 1);
	collect->error = -ENOMEM;
	assert_int_equal(source_open(collect, &source_devmcelog), 0);
	assert_int_equal(source_devmcelog.drain(collect->source), -ENOMEM);
	source_devmcelog.close(collect->source);
	collect->source = NULL;
	collect->error = 0;
	assert_int_equal(source_run(collect, &source_devmcelog), 0);
	assert_int_equal(collect->n, 1);
}

static void test_boots(void **state)
{
	struct collect *collect = *state;
	const struct sample samples[] = {
		{ MEMORY_ERROR, 5, BOOT_SECONDS - 3600, 5 }, /* ERST's, of an earlier boot */
		{ MEMORY_ERROR, 0, BOOT_SECONDS - 1, 0 },    /* the second before */
		{ MEMORY_ERROR, 0, BOOT_SECONDS, 0 },	     /* a bank left over? */
		{ MEMORY_ERROR, 0, BOOT_SECONDS + 119, 0 },
		{ MEMORY_ERROR, 0, BOOT_SECONDS + 120, 0 }, /* polled later */
		{ MEMORY_ERROR, 9, BOOT_SECONDS + 5, 0 },   /* an interrupt */
		{ MEMORY_ERROR, 0, BOOT_SECONDS + 5, 4 },   /* an exception */
		{ MEMORY_ERROR, 0, 0, 0 },		    /* no time */
	};
	static const bool replayed[] = { true, true, false, false, false, false, false, false };
	static const bool boot_time[] = { false, false, true, true, false, false, false, false };
	_cleanup_close_ int fd = make_device(collect);

	feed(fd, samples, ARRAY_SIZE(samples));
	assert_int_equal(source_run(collect, &source_devmcelog), 0);
	assert_int_equal(collect->n, ARRAY_SIZE(samples));
	for (size_t i = 0; i < ARRAY_SIZE(samples); i++) {
		assert_int_equal(collect->records[i].replayed, replayed[i]);
		assert_int_equal(sd_id128_is_null(collect->records[i].boot), replayed[i]);
		assert_int_equal(collect->records[i].boot_time, boot_time[i]);
	}
}

static void test_overflow(void **state)
{
	struct collect *collect = *state;
	_cleanup_close_ int fd = make_device(collect);

	feed(fd, &ordinary, 1);
	device.flags = 1;
	assert_int_equal(source_open(collect, &source_devmcelog), 0);
	assert_int_equal(source_devmcelog.drain(collect->source), 0);
	source_devmcelog.close(collect->source); /* killed: the kernel's flag is gone */
	assert_int_equal(collect->n_lost, 1);
	assert_int_equal(collect->lost[0].count, 0);
	assert_int_equal(collect->lost[0].source, SOURCE_MCELOG);
	assert_string_equal(collect->lost[0].where, "mcelog device, buffer full");
	assert_true(sd_id128_equal(collect->lost[0].boot, this_boot));

	assert_int_equal(source_run(collect, &source_devmcelog), 0);
	assert_int_equal(collect->n_lost, 2);
	assert_int_equal(source_run(collect, &source_devmcelog), 0);
	assert_int_equal(collect->n_lost, 2);
}

static void test_garbage_is_counted(void **state)
{
	struct collect *collect = *state;
	const struct sample samples[] = { ordinary, { 1, 0, 0, 0 }, ordinary };
	_cleanup_close_ int fd = make_device(collect);

	feed(fd, samples, 3);
	assert_int_equal(source_run(collect, &source_devmcelog), 0);
	assert_int_equal(collect->n, 2);
	assert_int_equal(collect->n_lost, 1);
	assert_int_equal(collect->lost[0].count, 1);
	assert_string_equal(collect->logged, "mcelog: devmcelog: record 1 of read 1: "
					     "not a valid record: MCi_STATUS.VAL is clear\n");
}

static void test_without_spool(void **state)
{
	struct collect *collect = *state;
	_cleanup_close_ int fd = make_device(collect);

	collect->env.state_dir = "/proc/none";
	for (int i = 0; i < 10; i++)
		feed(fd, &ordinary, 1);
	assert_int_equal(source_run(collect, &source_devmcelog), 0);
	assert_int_equal(collect->n, 10);
	assert_string_not_equal(collect->records[0].key, collect->records[9].key);
	assert_string_equal(collect->logged,
			    "mcelog: devmcelog: no spool in /proc/none: No such file or directory; "
			    "a crash may lose records\n");
}

/* The writer's end is gone: poll says so, a read says 0, nothing aborts. */
static void test_hangup(void **state)
{
	struct collect *collect = *state;
	int fd = make_device(collect);
	struct pollfd poll_fd = { .events = POLLIN };

	assert_int_equal(source_open(collect, &source_devmcelog), 0);
	feed(fd, &ordinary, 1);
	close(fd);
	poll_fd.fd = source_devmcelog.fd(collect->source);
	assert_int_equal(poll(&poll_fd, 1, 0), 1);
	assert_true(poll_fd.revents & POLLHUP);
	assert_int_equal(source_devmcelog.drain(collect->source), 0);
	assert_int_equal(source_devmcelog.drain(collect->source), 0);
	source_devmcelog.close(collect->source);
}

/* A directory opens and never reads. */
static void test_read_error(void **state)
{
	struct collect *collect = *state;

	root_mkdir(&collect->root, "/dev/mcelog");
	assert_int_equal(source_run(collect, &source_devmcelog), -EISDIR);
	assert_string_equal(collect->logged,
			    "mcelog: devmcelog: /dev/mcelog: read: Is a directory\n");
}

static void check_open_fails(struct collect *collect, int error, const char *why)
{
	assert_int_equal(source_devmcelog.probe(&collect->env, collect->why), error);
	assert_string_equal(collect->why, why);
	assert_int_equal(source_open(collect, &source_devmcelog), error);
	assert_string_equal(collect->why, why);
}

static void test_not_there(void **state)
{
	static const char without[] = "235 autofs\n 60 hpet\n  1 mcelogger\n";
	static const char with[] = "235 autofs\n227 mcelog\n 60 hpet\n";
	struct collect *collect = *state;

	check_open_fails(collect, -ENOENT,
			 "/dev/mcelog: No such file or directory; "
			 "kernel built without CONFIG_X86_MCELOG_LEGACY");
	put_file(collect, "/proc/misc", without, strlen(without));
	check_open_fails(collect, -ENOENT,
			 "/dev/mcelog: No such file or directory; "
			 "kernel built without CONFIG_X86_MCELOG_LEGACY");
	put_file(collect, "/proc/misc", with, strlen(with));
	check_open_fails(collect, -ENOENT,
			 "/dev/mcelog: No such file or directory; the kernel's driver is there, "
			 "make the node: mknod /dev/mcelog c 10 227");
}

static void test_not_a_device(void **state)
{
	struct collect *collect = *state;

	put_file(collect, "/dev/mcelog", "CPU 0", 5);
	device.error = ENOTTY;
	check_open_fails(collect, -ENOTTY,
			 "/dev/mcelog: not the kernel's mcelog device: "
			 "Inappropriate ioctl for device");
	device.error = EPERM;
	check_open_fails(collect, -EPERM, "/dev/mcelog: Operation not permitted");
	device.error = 0;
	device.record_len = 64;
	check_open_fails(collect, -EPROTO,
			 "/dev/mcelog: a log of 32 records of 64 bytes makes no sense");
	device.record_len = 128;
	device.log_len = -1;
	check_open_fails(collect, -EPROTO,
			 "/dev/mcelog: a log of -1 records of 128 bytes makes no sense");
	device.log_len = 256;
	assert_int_equal(source_devmcelog.probe(&collect->env, collect->why), 0);
	assert_string_equal(collect->why, "/dev/mcelog, 256 records of 128 bytes");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, collect_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_record_sizes),       TEST(test_many_reads),	 TEST(test_crash),
		TEST(test_no_memory_keeps),    TEST(test_boots),	 TEST(test_overflow),
		TEST(test_garbage_is_counted), TEST(test_without_spool), TEST(test_hangup),
		TEST(test_read_error),	       TEST(test_not_there),	 TEST(test_not_a_device),
	};

	if (source_devmcelog.unavailable)
		return 77; /* skipped */
	unsetenv("JOURNAL_STREAM");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
