// SPDX-License-Identifier: GPL-2.0-only
/* The source of the kernel logs that lie beside crash dumps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "tests/unit/collect.h"
#include "tests/unit/pstore-tree.h"
#include "tests/unit/vmcore-image.h"

#define BOOT_US 1795215000000000
#define CRASH	"/var/crash/"
#define RHEL	CRASH "127.0.0.1-2026-11-20-22:03:50/"
#define DEBIAN	CRASH "202611202203/"
#define DUMP_US 1795256196000000 /* vmcore-image.h's */

/* A line of EDAC's decoder, which has no TIME, and the last one of the log. */
#define DECODED                                                                                    \
	"[   10.000000] [Hardware Error]: CPU:1 (17:31:0) "                                        \
	"MC17_STATUS[-|CE|MiscV|AddrV|-|-|SyndV|CECC|-|-|-]: 0x9c2040000000011b\n"                 \
	"[   10.000009] [Hardware Error]: Error Addr: 0x0000000123456780\n"                        \
	"[   25.000000] Kernel panic - not syncing: sysrq triggered crash\n"

/* The log of a panic as dmesg has it: a part in pstore without levels and first line. */
static void put_log(struct collect *collect, const char *path, const char *part)
{
	_cleanup_free_ char *from = NULL;
	char name[128], *text, *out;
	size_t n = 0;

	snprintf(name, sizeof(name), "golden/pstore/%s", part);
	from = test_read(test_data(name), &n);
	out = text = calloc(1, n + 1);
	assert_non_null(text);
	for (char *line = strchr(from, '\n') + 1; *line; line = strchr(line, '\n') + 1) {
		n = strcspn(line + 3, "\n") + 1;
		memcpy(out, line + 3, n);
		out += n;
	}
	put_text(collect, path, text);
	free(text);
}

static int run(struct collect *collect)
{
	collect->env.boot_time_us = BOOT_US;
	return source_run(collect, &source_kdump);
}

static void test_layouts(void **state)
{
	struct collect *collect = *state;

	put_log(collect, RHEL "vmcore-dmesg.txt", "dmesg-erst-7710377804344328194");
	put_log(collect, DEBIAN "dmesg.202611202203", "dmesg-erst-7710377731329884162");
	put_log(collect, CRASH "nfs/host/2026-11-20-22:01/dmesg.txt", "dmesg-ramoops-0");
	assert_int_equal(run(collect), 0);
	assert_string_equal(collect->logged, "");
	assert_int_equal(collect->n, 3);
	assert_true(collect->records[0].time_us == 1795212227000000);
	assert_true(collect->records[1].time_us == 1795212210000000);
	assert_true(collect->records[2].time_us == 1795212080000000);
	assert_int_equal(collect->records[0].source, SOURCE_VMCORE);
	assert_true(collect->records[0].replayed);
	assert_true(sd_id128_is_null(collect->records[0].boot));
	assert_memory_equal(collect->records[0].key, "vmcore:", 7);
}

static void test_other_files(void **state)
{
	static const char *const paths[] = {
		RHEL "vmcore-dmesg-incomplete.txt",
		RHEL "kexec-dmesg.log",
		RHEL "vmcore",
		DEBIAN "dmesg.incomplete",
		DEBIAN "dmesg.",
		DEBIAN "dump.202611202203",
		CRASH "_usr_bin_x.0.crash",
		CRASH "a/b/c/d/dmesg.txt",
	};
	struct collect *collect = *state;

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		put_log(collect, paths[i], "dmesg-ramoops-0");
	assert_int_equal(run(collect), 0);
	assert_string_equal(collect->logged, "");
	assert_int_equal(collect->n, 0);
}

/* A copy of a dump, under another name, is the same delivery. */
static void test_copy(void **state)
{
	struct collect *collect = *state;

	put_log(collect, RHEL "vmcore-dmesg.txt", "dmesg-ramoops-0");
	put_log(collect, CRASH "copy/dmesg.1", "dmesg-ramoops-0");
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n, 2);
	assert_string_equal(collect->records[0].key, collect->records[1].key);
	collect->known = collect->records[0].key;
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n, 2);
}

/* A log of kdump is a crash's, also where the kernel had no time for a panic's words. */
static void test_crashes(void **state)
{
	struct collect *collect = *state;
	const struct crash *crash = collect->crashes;

	put_log(collect, CRASH "1/vmcore-dmesg.txt", "dmesg-erst-7710377804344328194");
	put_log(collect, CRASH "2/dmesg.202611202203", "dmesg-erst-7710377804344328194");
	put_text(collect, CRASH "3/dmesg.txt", "[   25.000000] BUG: kernel NULL pointer\n");
	put_text(collect, CRASH "4/dmesg.txt", "");
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n_crashes, 3);
	assert_string_equal(crash[0].reason, "Fatal machine check");
	assert_true(crash[0].by_hardware);
	assert_int_equal(crash[0].source, SOURCE_VMCORE);
	assert_string_equal(crash[0].place, CRASH "1/vmcore-dmesg.txt");
	assert_memory_equal(crash[0].key, "vmcore:crash:", 13);
	assert_string_equal(crash[0].key, crash[1].key);
	assert_string_equal(crash[2].reason, "");
	assert_true(crash[2].uptime_us == 25000000);
	assert_false(crash[2].by_hardware);
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n_crashes, 3);
}

static int collect_again(void *context, const struct crash *crash)
{
	struct collect *collect = context;

	collect->crashes[COLLECT_CRASHES_MAX - 1] = *crash;
	return 0;
}

/* What the store has is found again, maybe elsewhere. */
static void test_crash_again(void **state)
{
	struct collect *collect = *state;
	const struct crash *again = &collect->crashes[COLLECT_CRASHES_MAX - 1];
	char path[ROOT_PATH_MAX];

	put_text(collect, CRASH "1/dmesg.txt", DECODED);
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n_crashes, 1);
	collect->intake.crash_again = collect_again;
	put_text(collect, CRASH "0/dmesg.txt", DECODED);
	assert_int_equal(unlink(root_path(&collect->root, CRASH "1/dmesg.txt", path)), 0);
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n_crashes, 1);
	assert_string_equal(again->key, collect->crashes[0].key);
	assert_string_equal(again->place, CRASH "0/dmesg.txt");
}

static const char hanging[] =
	"22 1 0:20 / / rw,relatime shared:1 - ext4 /dev/vda1 rw\n"
	"70 22 0:51 / /var/crash/remote rw,relatime shared:40 - nfs4 server:/crash rw,hard\n";

/* The daemon does not wait for a server; a harvest by hand may. */
static void test_network(void **state)
{
	struct collect *collect = *state;

	put_text(collect, "/proc/self/mountinfo", hanging);
	put_log(collect, CRASH "remote/1/dmesg.txt", "dmesg-erst-7710377804344328194");
	put_log(collect, CRASH "2/dmesg.txt", "dmesg-ramoops-0");
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n, 1);
	assert_int_equal(collect->n_crashes, 1);
	assert_string_equal(collect->logged, "mcelog: kdump: /var/crash/remote: on nfs4, which may "
					     "hang: left to mcelog --harvest\n");
	collect->env.patient = true;
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n, 2);
	assert_string_equal(collect->logged, "");
}

static void test_network_directory(void **state)
{
	static const char all[] = "22 1 0:20 / / rw - nfs server:/root rw\n";
	struct collect *collect = *state;
	char path[ROOT_PATH_MAX], link[ROOT_PATH_MAX];

	put_text(collect, "/proc/self/mountinfo", hanging);
	put_log(collect, "/mnt/1/dmesg.txt", "dmesg-ramoops-0");
	assert_int_equal(root_mkdir(&collect->root, "/var"), 0);
	root_path(&collect->root, "/var/crash", link);
	/* in the fake root the link does not lead anywhere: nobody has to follow it */
	assert_int_equal(symlink("/var/crash/remote/host", link), 0);
	assert_int_equal(run(collect), -ENOTSUP);
	assert_string_equal(collect->why,
			    "/var/crash: on nfs4, which may hang: left to mcelog --harvest");
	/* a machine without any disk: our own state hangs with it */
	assert_int_equal(unlink(link), 0);
	assert_int_equal(symlink(root_path(&collect->root, "/mnt", path), link), 0);
	put_text(collect, "/proc/self/mountinfo", all);
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n, 1);
}

/* Where anybody may write, only root's files count; elsewhere whose they are does not matter. */
static void test_owner(void **state)
{
	struct collect *collect = *state;
	char path[ROOT_PATH_MAX];

	if (geteuid() != 0)
		skip();
	put_log(collect, CRASH "1/dmesg.txt", "dmesg-ramoops-0");
	put_log(collect, CRASH "2/dmesg.txt", "dmesg-erst-7710377804344328194");
	assert_int_equal(chown(root_path(&collect->root, CRASH "1/dmesg.txt", path), 4711, 4711),
			 0);
	assert_int_equal(chmod(root_path(&collect->root, "/var/crash", path), 01777), 0);
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n, 1);
	assert_string_equal(collect->logged, "mcelog: kdump: " CRASH
					     "1/dmesg.txt: of user 4711, and anybody may write to "
					     "/var/crash: not believed; nothing of it is taken\n");
	assert_int_equal(chmod(path, 0755), 0);
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n, 2);
}

static void test_time_of_file(void **state)
{
	struct collect *collect = *state;

	put_text(collect, DEBIAN "dmesg.202611202203", DECODED);
	set_mtime(collect, DEBIAN "dmesg.202611202203", 1795212240);
	put_text(collect, DEBIAN "dmesg.202611202204", "[    0.000000] x\n" DECODED);
	set_mtime(collect, DEBIAN "dmesg.202611202204", BOOT_US / 1000000 + 100);
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n, 2);
	assert_true(collect->records[0].time_us == 1795212225000000);
	/* a copy's time says nothing */
	assert_true(collect->records[1].time_us == 0);
	assert_true(collect->records[1].replayed);
}

static void put_dump(struct collect *collect, const char *path)
{
	struct image *image = image_new();
	char full[ROOT_PATH_MAX];

	put_file(collect, path, "", 0);
	image_finish(image);
	image_save(image, root_path(&collect->root, path, full));
	image_free(image);
}

/* The dump beside a log knows when it was, the log how long after the boot. */
static void test_time_of_dump(void **state)
{
	struct collect *collect = *state;

	put_text(collect, CRASH "1/vmcore-dmesg.txt", DECODED);
	put_dump(collect, CRASH "1/vmcore");
	put_text(collect, CRASH "2/dmesg.202611211016", DECODED);
	put_dump(collect, CRASH "2/dump.202611211016");
	put_text(collect, CRASH "3/dmesg.202611211016", DECODED);
	put_dump(collect, CRASH "3/dump.202611211017"); /* of another crash */
	put_text(collect, CRASH "4/dmesg.txt", DECODED);
	put_file(collect, CRASH "4/vmcore",
		 "\x7f"
		 "ELF no dump",
		 12);
	assert_int_equal(run(collect), 0);
	assert_string_equal(collect->logged, "");
	assert_int_equal(collect->n_crashes, 4);
	assert_int_equal(collect->n, 4);
	for (unsigned int i = 0; i < 4; i++) {
		assert_true(collect->records[i].time_us == (i < 2 ? DUMP_US - 15000000 : 0));
		assert_true(collect->crashes[i].time_us == (i < 2 ? DUMP_US : 0));
		assert_true(collect->crashes[i].uptime_us == 25000000);
		/* that does not make another one of it */
		assert_string_equal(collect->records[i].key, collect->records[0].key);
		assert_string_equal(collect->crashes[i].key, collect->crashes[0].key);
	}
}

static void test_bad_files(void **state)
{
	struct collect *collect = *state;
	char path[ROOT_PATH_MAX];

	put_log(collect, RHEL "vmcore-dmesg.txt", "dmesg-ramoops-0");
	put_text(collect, CRASH "1/dmesg.txt", "");
	put_text(collect, CRASH "2/dmesg.txt", "");
	assert_int_equal(truncate(root_path(&collect->root, CRASH "2/dmesg.txt", path), 4ll << 30),
			 0);
	put_text(collect, CRASH "3/x", "");
	assert_int_equal(mkfifo(root_path(&collect->root, CRASH "3/dmesg.txt", path), 0600), 0);
	put_file(collect, CRASH "4/dmesg.txt", "\0\xff\0\n\n\x80", 6);
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n, 1);
	assert_string_equal(collect->logged,
			    "mcelog: kdump: " CRASH
			    "2/dmesg.txt: larger than 65536 KiB; nothing of it is taken\n"
			    "mcelog: kdump: " CRASH
			    "3/dmesg.txt: not a regular file; nothing of it is taken\n");
}

static void test_no_directory(void **state)
{
	struct collect *collect = *state;

	assert_int_equal(source_kdump.probe(&collect->env, collect->why), -ENOENT);
	assert_string_equal(collect->why, "/var/crash: No such file or directory");
	assert_int_equal(run(collect), -ENOENT);
	put_log(collect, RHEL "vmcore-dmesg.txt", "dmesg-ramoops-0");
	assert_int_equal(source_kdump.probe(&collect->env, collect->why), 0);
	assert_string_equal(collect->why, "1 kernel log in /var/crash");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, collect_setup, collect_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_layouts),	 TEST(test_other_files),  TEST(test_copy),
		TEST(test_time_of_file), TEST(test_bad_files),	  TEST(test_no_directory),
		TEST(test_crashes),	 TEST(test_network),	  TEST(test_network_directory),
		TEST(test_owner),	 TEST(test_time_of_dump), TEST(test_crash_again),
	};

	unsetenv("JOURNAL_STREAM");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
