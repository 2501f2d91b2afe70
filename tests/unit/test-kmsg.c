// SPDX-License-Identifier: GPL-2.0-only
/* The source of this boot's kernel log: a file, a pipe, and the trace beside it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "tests/unit/collect.h"
#include "tests/unit/pstore-tree.h"
#include "util/strbuf.h"

#define KMSG	 "/dev/kmsg"
#define INSTANCE "/sys/kernel/tracing/instances/mcelog"
#define BOOT_US	 1795211830000000

/* What the kernel says of a bank that the last boot left. */
#define LEFTOVER(seq, us)                                                                          \
	"2," seq "," us ",-;mce: [Hardware Error]: CPU 0: Machine Check: 0 Bank 3: "               \
	"be00000000800400\n"                                                                       \
	"2,101," us ",-;mce: [Hardware Error]: TSC 0 ADDR 12345000 MISC 8c \n"                     \
	"2,102," us ",-;mce: [Hardware Error]: PROCESSOR 0:606a6 TIME 1795211830 SOCKET 0 APIC 0 " \
	"microcode 1\n"

static int run(struct collect *collect)
{
	collect->env.boot_time_us = BOOT_US;
	collect->env.boot =
		SD_ID128_MAKE(aa, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11);
	return source_run(collect, &source_kmsg);
}

static void test_boot(void **state)
{
	struct collect *collect = *state;
	const struct record *record = collect->records;

	put_part(collect, "/dev/", "kmsg-6.1");
	assert_int_equal(
		rename(root_path(&collect->root, "/dev/kmsg-6.1", (char[ROOT_PATH_MAX]){ 0 }),
		       root_path(&collect->root, KMSG, (char[ROOT_PATH_MAX]){ 0 })),
		0);
	assert_int_equal(run(collect), 0);
	assert_string_equal(collect->logged, "");
	assert_int_equal(collect->n, 10);
	assert_int_equal(record[0].source, SOURCE_KMSG);
	assert_string_equal(record[0].key, "kmsg:aa111111111111111111111111111111:399");
	assert_string_equal(record[9].key, "kmsg:aa111111111111111111111111111111:427");
	assert_true(record[0].time_us == 1795211841000000);
	assert_true(record[0].status == 0x8c00004000010090);
	assert_true(record[0].misc == 0x8c);
	assert_false(record[0].replayed);
	assert_false(record[0].boot_time);
	assert_true(sd_id128_equal(record[0].boot, collect->env.boot));
	/* all is known now */
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n, 10);
}

static void test_leftover(void **state)
{
	struct collect *collect = *state;

	put_text(collect, KMSG,
		 LEFTOVER("100", "523411") "6,103,2731810,-;Run /init as init process\n");
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n, 1);
	assert_true(collect->records[0].boot_time);
	assert_false(collect->records[0].replayed);
}

/* Messages of user space, also those that look like ours; the lines that name a device. */
static void test_other_lines(void **state)
{
	struct collect *collect = *state;

	put_text(collect, KMSG,
		 "12,99,1000,-;mce: [Hardware Error]: CPU 1: Machine Check: 0 Bank 9: "
		 "be00000000800400\n" LEFTOVER("100", "523411") " SUBSYSTEM=cpu\n DEVICE=+cpu:0\n"
								"garbage\n;;;\n,,,\n2,5\n");
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n, 1);
	assert_int_equal(collect->records[0].bank, 3);
	assert_true(collect->records[0].misc == 0x8c);
}

/* The trace has what came after its instance was made, if it records. */
static void test_traced(void **state)
{
	struct collect *collect = *state;

	put_text(collect, KMSG, LEFTOVER("100", "523411") LEFTOVER("200", "61000000"));
	put_text(collect, INSTANCE "/events/mce/mce_record/enable", "1\n");
	set_mtime(collect, INSTANCE, BOOT_US / 1000000 + 30);
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n, 1);
	assert_string_equal(collect->records[0].key, "kmsg:aa111111111111111111111111111111:100");

	/* in doubt both */
	set_mtime(collect, INSTANCE, BOOT_US / 1000000 + 60);
	collect->n = 0;
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n, 2);
	set_mtime(collect, INSTANCE, BOOT_US / 1000000 - 100000);
	collect->n = 0;
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n, 2);
	set_mtime(collect, INSTANCE, BOOT_US / 1000000 + 30);
	put_text(collect, INSTANCE "/events/mce/mce_record/enable", "0\n");
	set_mtime(collect, INSTANCE, BOOT_US / 1000000 + 30);
	collect->n = 0;
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n, 2);
}

/* ERST's records, printed again by some kernels, and a clock that was set later. */
static void test_times_before_boot(void **state)
{
	struct collect *collect = *state;

	put_text(collect, KMSG,
		 "0,100,523411,-;mce: [Hardware Error]: CPU 0: Machine Check Exception: 6 Bank 3: "
		 "fe00000000800400\n"
		 "0,101,523412,-;mce: [Hardware Error]: TSC 8ec0a8be2 ADDR 12345000 MISC 8c \n"
		 "0,102,523413,-;mce: [Hardware Error]: PROCESSOR 0:606a6 TIME 1795200000 SOCKET 0 "
		 "APIC 0 microcode 1\n"
		 "2,103,600000,-;mce: [Hardware Error]: CPU 0: Machine Check: 0 Bank 4: "
		 "8c00004000010090\n"
		 "2,104,600001,-;mce: [Hardware Error]: TSC 0 ADDR 12345000 MISC 8c \n"
		 "2,105,600002,-;mce: [Hardware Error]: PROCESSOR 0:606a6 TIME 946684800 SOCKET 0 "
		 "APIC 0 microcode 1\n");
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n, 2);
	assert_true(collect->records[0].replayed);
	assert_true(sd_id128_is_null(collect->records[0].boot));
	assert_true(collect->records[0].time_us == 1795200000000000);
	assert_false(collect->records[1].replayed);
	assert_true(collect->records[1].time_us == BOOT_US + 600000);
}

static void test_no_boot_id(void **state)
{
	struct collect *collect = *state;

	put_text(collect, KMSG, LEFTOVER("100", "523411"));
	assert_int_equal(source_run(collect, &source_kmsg), 0);
	assert_int_equal(collect->n, 1);
	assert_memory_equal(collect->records[0].key, "kmsg:", 5);
	assert_string_not_equal(collect->records[0].key,
				"kmsg:00000000000000000000000000000000:100");
}

/* A pipe that stays open is read as far as it is filled; none is waited for. */
static void test_pipe(void **state)
{
	struct collect *collect = *state;
	_cleanup_close_ int fd = -1;
	char path[ROOT_PATH_MAX];

	assert_int_equal(root_mkdir(&collect->root, "/dev"), 0);
	assert_int_equal(mkfifo(root_path(&collect->root, KMSG, path), 0600), 0);
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n, 0);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_true(write(fd, LEFTOVER("100", "523411"), strlen(LEFTOVER("100", "523411"))) > 0);
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n, 1);
}

/* Lines longer than the buffer, and more than 64 MiB of them. */
static void test_endless(void **state)
{
	struct collect *collect = *state;
	char path[ROOT_PATH_MAX];

	put_text(collect, KMSG, LEFTOVER("100", "523411"));
	assert_int_equal(truncate(root_path(&collect->root, KMSG, path), 8ll << 30), 0);
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n, 1);
}

static void test_room(void **state)
{
	struct collect *collect = *state;
	_cleanup_strbuf_ struct strbuf text = { 0 };

	for (unsigned int i = 0; i < 50; i++)
		strbuf_addf(&text,
			    "2,%u,%u,-;mce: [Hardware Error]: CPU %u: Machine Check: 0 Bank 3: "
			    "be00000000800400\n",
			    i, i, i);
	put_text(collect, KMSG, strbuf_text(&text));
	collect->room = 7;
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n, 50);
	collect->n = 0;
	collect->error = -ENOMEM;
	assert_int_equal(run(collect), -ENOMEM);
}

static void test_not_here(void **state)
{
	struct collect *collect = *state;

	assert_int_equal(source_kmsg.probe(&collect->env, collect->why), -ENOENT);
	assert_string_equal(collect->why, "/dev/kmsg: No such file or directory");
	assert_int_equal(run(collect), -ENOENT);
	put_text(collect, KMSG, "");
	assert_int_equal(source_kmsg.probe(&collect->env, collect->why), 0);
	assert_int_equal(run(collect), 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, collect_setup, collect_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_boot),     TEST(test_leftover),	   TEST(test_other_lines),
		TEST(test_traced),   TEST(test_times_before_boot), TEST(test_no_boot_id),
		TEST(test_pipe),     TEST(test_endless),	   TEST(test_room),
		TEST(test_not_here),
	};

	unsetenv("JOURNAL_STREAM");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
