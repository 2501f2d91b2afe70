// SPDX-License-Identifier: GPL-2.0-only
/* The source of kernel logs in pstore, on trees of what real panics left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "firmware.h"
#include "sources/kernel-log.h"
#include "sources/pstore-files.h"
#include "tests/unit/collect.h"
#include "tests/unit/pstore-tree.h"
#include "util/strbuf.h"

#define BOOT_US 1795215000000000

static int run(struct collect *collect)
{
	collect->env.boot_time_us = BOOT_US;
	collect->env.boot =
		SD_ID128_MAKE(aa, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11);
	return source_run(collect, &source_pstore);
}

static void test_erst(void **state)
{
	struct collect *collect = *state;
	const struct record *record = collect->records;

	put_part(collect, LIVE, "dmesg-erst-7710377804344328194");
	put_part(collect, LIVE, "dmesg-erst-7710377804344328195");
	put_part(collect, LIVE, "dmesg-erst-7710377804344328196");
	put_part(collect, ARCHIVE "7710377731329/", "dmesg-erst-7710377731329884162");
	put_part(collect, ARCHIVE "7710377731329/", "dmesg-erst-7710377731329884163");
	assert_int_equal(run(collect), 0);
	assert_string_equal(collect->logged, "");
	assert_int_equal(collect->n, 2);
	assert_true(record[0].time_us == 1795212210000000);
	assert_true(record[1].time_us == 1795212227000000);
	assert_int_equal(record[1].source, SOURCE_PSTORE);
	assert_true(record[1].replayed);
	assert_true(sd_id128_is_null(record[1].boot));
	assert_true(record[1].status == 0xfe00000000800400);
	assert_true(record[1].tsc == 0x51e7bb821);
	assert_memory_equal(record[1].key, "pstore:", 7);
	assert_string_not_equal(record[0].key, record[1].key);
	assert_true(root_exists(&collect->root, LIVE "dmesg-erst-7710377804344328194"));
}

/* The record's first lines are in one part, the others in the next. */
static void test_efi_over_parts(void **state)
{
	struct collect *collect = *state;

	put_part(collect, LIVE, "dmesg-efi_pstore-179521210401001");
	put_part(collect, LIVE, "dmesg-efi_pstore-179521210402001");
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n, 1);
	assert_int_equal(collect->records[0].cpu, 1);
	assert_true(collect->records[0].status == 0xbd80000000100134);
	assert_true(collect->records[0].addr == 0xcafe000);
	assert_true(collect->records[0].time_us == 1795212104000000);
}

/* Part 2 of 3 is lost: nothing is joined over the gap. */
static void test_missing_part(void **state)
{
	struct collect *collect = *state;

	put_part(collect, LIVE, "dmesg-efi_pstore-179521210401001");
	put_text(collect, LIVE "dmesg-efi_pstore-179521210403001",
		 "Panic#1 Part3\n<0>[    6.878200] mce: [Hardware Error]: CPU 1: Machine Check "
		 "Exception: 7 Bank 7: bd80000000100134\n");
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n, 1);
	assert_int_equal(collect->records[0].tsc, 0);
	/* by the number, for want of a TIME */
	assert_true(collect->records[0].time_us == 1795212104000000 - (6892405 - 6878200));
}

/* Oops and panic of one boot both have its last lines, dmesg.txt has them once more. */
static void test_one_delivery(void **state)
{
	struct collect *collect = *state;
	_cleanup_free_ char *text = NULL;
	size_t size;

	put_part(collect, LIVE, "dmesg-erst-7710377731329884162");
	text = test_read(test_data("golden/pstore/dmesg-erst-7710377731329884162"), &size);
	memcpy(text, "Panic#2", 7);
	put_file(collect, LIVE "dmesg-erst-7710377731329884164", text, size);
	put_file(collect, ARCHIVE "7710377/dmesg.txt", text, size);
	assert_int_equal(run(collect), 0);
	/* the store takes a key once */
	assert_int_equal(collect->n, 3);
	assert_string_equal(collect->records[0].key, collect->records[1].key);
	assert_string_equal(collect->records[0].key, collect->records[2].key);
}

/* Only where it is asked for, whole dumps alone, and never in the archive. */
static void test_cleared(void **state)
{
	struct collect *collect = *state;

	put_part(collect, LIVE, "dmesg-erst-7710377804344328194");
	put_part(collect, LIVE, "dmesg-erst-7710377804344328195");
	put_part(collect, LIVE, "dmesg-erst-7710377804344328196");
	put_part(collect, ARCHIVE "7710377731329/", "dmesg-erst-7710377731329884162");
	put_text(collect, LIVE "dmesg-efi_pstore-179521210401001.enc.z", "no deflate");
	collect->env.clear_logs = true;
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n, 2);
	assert_false(root_exists(&collect->root, LIVE "dmesg-erst-7710377804344328194"));
	assert_false(root_exists(&collect->root, LIVE "dmesg-erst-7710377804344328195"));
	assert_false(root_exists(&collect->root, LIVE "dmesg-erst-7710377804344328196"));
	assert_true(root_exists(&collect->root,
				ARCHIVE "7710377731329/dmesg-erst-7710377731329884162"));
	assert_true(root_exists(&collect->root, LIVE "dmesg-efi_pstore-179521210401001.enc.z"));
}

#define CLEARED LIVE "dmesg-erst-7710377731329884162"

/* The store refused the record, or how that boot ended: the log is all that has it. */
static void test_refused_is_kept(void **state)
{
	struct collect *collect = *state;

	put_part(collect, LIVE, "dmesg-erst-7710377731329884162");
	collect->env.clear_logs = true;
	for (int step = 0; step < 4; step++) {
		collect->n = collect->n_stored = 0;
		collect->n_crashes = collect->n_crashes_stored = 0;
		collect->env.known = step == 2 ? NULL : collect_known;
		assert_int_equal(source_open(collect, &source_pstore), 0);
		assert_int_equal(source_pstore.drain(collect->source), 0);
		assert_int_equal(collect->n, 1);
		assert_int_equal(collect->n_crashes, 1);
		assert_true(root_exists(&collect->root, CLEARED)); /* no commit yet */
		collect->n_stored = step != 0;
		collect->n_crashes_stored = step != 1;
		source_pstore.committed(collect->source);
		assert_int_equal(root_exists(&collect->root, CLEARED), step < 3);
		/* the answer is that of the first commit after it was handed over */
		collect_commit(collect, &source_pstore);
		assert_int_equal(root_exists(&collect->root, CLEARED), step < 3);
		source_pstore.close(collect->source);
		collect->source = NULL;
	}
}

static bool knows_all(void *context, const char *key)
{
	(void)context, (void)key;
	return true;
}

static void put_many(struct collect *collect, const char *path, unsigned int n)
{
	_cleanup_strbuf_ struct strbuf text = { 0 };

	strbuf_add(&text, "Oops#1 Part1\n");
	for (unsigned int i = 0; i < n; i++)
		strbuf_addf(&text,
			    "<0>[%5u.000000] mce: [Hardware Error]: CPU 0: Machine Check: 0 "
			    "Bank 7: 8c00004000010090\n",
			    1000 + i);
	put_text(collect, path, strbuf_text(&text));
}

/* What was left out nobody has but the log. */
static void test_left_out_is_kept(void **state)
{
	struct collect *collect = *state;

	put_many(collect, LIVE "dmesg-ramoops-0", KERNEL_LOG_RECORDS_MAX);
	put_many(collect, LIVE "dmesg-ramoops-1", KERNEL_LOG_RECORDS_MAX + 1);
	collect->env.clear_logs = true;
	collect->env.known = knows_all;
	assert_int_equal(run(collect), 0);
	assert_string_equal(collect->logged,
			    "mcelog: pstore: " LIVE "dmesg-ramoops-1: more than 65536 machine "
			    "checks, the rest is left out\n");
	assert_false(root_exists(&collect->root, LIVE "dmesg-ramoops-0"));
	assert_true(root_exists(&collect->root, LIVE "dmesg-ramoops-1"));
}

/* Not before the last commit that one of its records had to wait for. */
static void test_cleared_at_last(void **state)
{
	struct collect *collect = *state;

	put_many(collect, LIVE "dmesg-ramoops-0", 20);
	collect->env.clear_logs = true;
	collect->room = 10;
	assert_int_equal(source_open(collect, &source_pstore), 0);
	assert_int_equal(source_pstore.drain(collect->source), 1);
	collect_commit(collect, &source_pstore);
	assert_true(root_exists(&collect->root, LIVE "dmesg-ramoops-0"));
	collect->room = COLLECT_MAX;
	assert_int_equal(source_pstore.drain(collect->source), 0);
	assert_true(root_exists(&collect->root, LIVE "dmesg-ramoops-0"));
	collect_commit(collect, &source_pstore);
	assert_false(root_exists(&collect->root, LIVE "dmesg-ramoops-0"));
	assert_int_equal(collect->n, 20);
	source_pstore.close(collect->source);
	collect->source = NULL;
}

/* What firmware reported, as the pipeline takes it apart: kept in collect->records. */
static int take_apart(void *context, const struct event *event, const struct section *section)
{
	(void)section;
	return collect_record(context, &event->record);
}

static int collect_firmware(void *context, const struct firmware *firmware)
{
	char problem[FIRMWARE_PROBLEM_MAX];

	return firmware_events(firmware, take_apart, context, problem);
}

/* Sections of one error and of several: one that the store does not have keeps the log. */
static void test_firmware_is_stored(void **state)
{
	struct collect *collect = *state;
	_cleanup_free_ char *text = NULL, *log = NULL;
	unsigned int n;

	text = test_read(test_data("golden/text/input/ghes-processor.txt"), NULL);
	assert_true(asprintf(&log, "Oops#1 Part1\n%s", text) > 0);
	put_text(collect, LIVE "dmesg-ramoops-0", log);
	collect->env.clear_logs = true;
	collect->intake.firmware = collect_firmware;
	assert_int_equal(source_open(collect, &source_pstore), 0);
	assert_int_equal(source_pstore.drain(collect->source), 0);
	n = collect->n;
	assert_true(n > 1);
	collect->n_stored = n - 1;
	source_pstore.committed(collect->source);
	assert_true(root_exists(&collect->root, LIVE "dmesg-ramoops-0"));
	source_pstore.close(collect->source);
	collect->source = NULL;
	collect->n = 0;
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n, n);
	assert_false(root_exists(&collect->root, LIVE "dmesg-ramoops-0"));
}

/* Who takes no such errors has not got them. */
static void test_firmware_not_wanted(void **state)
{
	struct collect *collect = *state;
	_cleanup_free_ char *text = NULL;

	text = test_read(test_data("golden/text/input/ghes-memory.txt"), NULL);
	put_text(collect, LIVE "dmesg-ramoops-0", text);
	collect->env.clear_logs = true;
	assert_int_equal(run(collect), 0);
	assert_true(root_exists(&collect->root, LIVE "dmesg-ramoops-0"));
}

static void put_empty(struct collect *collect, const char *directory, unsigned int first,
		      unsigned int n)
{
	char path[ROOT_PATH_MAX], real[ROOT_PATH_MAX];

	assert_int_equal(root_mkdir(&collect->root, directory), 0);
	for (unsigned int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/dmesg-erst-%u", directory, first + i);
		assert_int_equal(mknod(root_path(&collect->root, path, real), S_IFREG | 0600, 0),
				 0);
	}
}

static void open_only(struct collect *collect)
{
	int saved = log_begin(collect);

	assert_int_equal(source_open(collect, &source_pstore), 0);
	source_pstore.close(collect->source);
	collect->source = NULL;
	log_end(collect, saved);
}

/* As many as there may be are no more than that, wherever they lie. */
static void test_too_many_parts(void **state)
{
	struct collect *collect = *state;

	put_empty(collect, LIVE "", 1, 10);
	put_empty(collect, "/run/mcelog/harvest", 11, PSTORE_PARTS_MAX - 10);
	open_only(collect);
	assert_null(strstr(collect->logged, "more than"));
	put_empty(collect, "/run/mcelog/harvest", PSTORE_PARTS_MAX + 1, 1);
	open_only(collect);
	assert_non_null(strstr(collect->logged,
			       "pstore: more than 65536 log parts, the rest is left out\n"));
}

static void test_known(void **state)
{
	struct collect *collect = *state;
	char key[RECORD_KEY_MAX];

	put_part(collect, LIVE, "dmesg-ramoops-0");
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n, 1);
	assert_int_equal(collect->records[0].vendor, VENDOR_AMD);
	memcpy(key, collect->records[0].key, sizeof(key));
	collect->n = 0;
	collect->known = key;
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n, 0);
}

#define CONSOLE "console-ramoops-0"
#define PANIC	"[   25.000000] Kernel panic - not syncing: sysrq triggered crash\n"

/* Each dump of a panic is one crash, at its time and with the kernel's words. */
static void test_crashes(void **state)
{
	struct collect *collect = *state;
	const struct crash *crash = collect->crashes;

	put_part(collect, LIVE, "dmesg-erst-7710377804344328194");
	put_part(collect, LIVE, "dmesg-erst-7710377804344328195");
	put_part(collect, LIVE, "dmesg-erst-7710377804344328196");
	put_part(collect, ARCHIVE "7710377731329/", "dmesg-erst-7710377731329884162");
	put_text(collect, LIVE "dmesg-efi-179521214001001",
		 "Panic#1 Part1\n<0>[    5.000000] Oops: 0002 [#1]\n");
	put_text(collect, LIVE "dmesg-ramoops-0", "Oops#1 Part1\n<4>[    5.000000] Oops: 0002\n");
	put_text(collect, LIVE "dmesg-ramoops-1", "Shutdown#1 Part1\n<6>[    9.000000] bye\n");
	put_text(collect, LIVE "dmesg-ramoops-2", "Panic#2 Part1\n<0>" PANIC);
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n_crashes, 4);
	assert_string_equal(crash[0].reason, "sysrq triggered crash");
	assert_false(crash[0].by_hardware);
	assert_true(crash[0].time_us == 0);
	/* the end of the log is lost, the header has the reason and the number the time */
	assert_string_equal(crash[1].reason, "");
	assert_true(crash[1].time_us == 1795212140000000);
	assert_string_equal(crash[2].reason, "Fatal machine check");
	assert_true(crash[2].by_hardware);
	assert_false(crash[2].is_slim);
	assert_int_equal(crash[2].source, SOURCE_PSTORE);
	assert_true(sd_id128_is_null(crash[2].boot));
	/* 3.9 ms after the record's own second */
	assert_true(crash[2].time_us >= 1795212210000000 && crash[2].time_us < 1795212211000000);
	assert_string_equal(crash[2].place, ARCHIVE "7710377731329/dmesg-erst-7710377731329884162");
	assert_memory_equal(crash[2].key, "pstore:crash:", 13);
	assert_true(crash[3].time_us >= 1795212227000000 && crash[3].time_us < 1795212228000000);
	/* once more: all are known now */
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n_crashes, 4);
}

/* The archive's dmesg.txt, and the panic once more in the record of the restart. */
static void test_one_crash(void **state)
{
	struct collect *collect = *state;
	_cleanup_free_ char *text = NULL;
	size_t size;

	put_part(collect, LIVE, "dmesg-erst-7710377731329884162");
	text = test_read(test_data("golden/pstore/dmesg-erst-7710377731329884162"), &size);
	put_file(collect, ARCHIVE "7710377/dmesg.txt", text, size);
	memcpy(text, "Other#2", 7);
	put_file(collect, LIVE "dmesg-erst-7710377731329884164", text, size);
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n_crashes, 3);
	assert_string_equal(collect->crashes[0].key, collect->crashes[1].key);
	assert_string_equal(collect->crashes[0].key, collect->crashes[2].key);
}

/* Two of which nothing but the first line can be read: the file's number has the time. */
static void test_unreadable_crashes(void **state)
{
	static const char *const paths[] = { LIVE "dmesg-erst-7710377731329884162",
					     LIVE "dmesg-erst-7710377804344328194" };
	struct collect *collect = *state;
	char buffer[ROOT_PATH_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		put_text(collect, paths[i], "Panic#1 Part1\n");
		assert_int_equal(truncate(root_path(&collect->root, paths[i], buffer), 4ll << 30),
				 0);
	}
	assert_int_equal(run(collect), 0);
	assert_int_equal(count_lines(collect->logged), 2);
	assert_int_equal(collect->n_crashes, 2);
	assert_string_not_equal(collect->crashes[0].key, collect->crashes[1].key);
	assert_true(collect->crashes[0].time_us == 1795212210000000);
	assert_true(collect->crashes[1].time_us == 1795212227000000);
}

/* Who takes no crashes gets the records all the same. */
static void test_crashes_not_wanted(void **state)
{
	struct collect *collect = *state;

	collect->intake.crash = NULL;
	put_part(collect, LIVE, "dmesg-erst-7710377731329884162");
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n, 1);
}

/* A console's text: of a boot that ended in order no crash; a dmesg.txt beside it counts. */
static void test_console(void **state)
{
	static const char clock[] = "[    1.000000] rtc_cmos: setting system clock to "
				    "2026-11-20T22:03:26 UTC (1795212206)\n";
	struct collect *collect = *state;
	_cleanup_free_ char *text = NULL;

	put_text(collect, LIVE CONSOLE, clock);
	assert_int_equal(run(collect), 0);
	assert_string_equal(collect->logged, "");
	assert_int_equal(collect->n_crashes, 0);
	assert_true(asprintf(&text, "cut off\n%s%s", clock, PANIC) > 0);
	put_text(collect, LIVE CONSOLE, text);
	put_part(collect, ARCHIVE, "dmesg-ramoops-0");
	put_test_file(collect, ARCHIVE "1/dmesg.txt", "golden/pstore/dmesg-ramoops-0");
	put_text(collect, ARCHIVE "1/" CONSOLE, text);
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n, 2);
	assert_int_equal(collect->n_crashes, 4);
	for (unsigned int i = 0; i < 4; i++) {
		const struct crash *crash = &collect->crashes[i];

		if (!strstr(crash->place, CONSOLE))
			continue;
		assert_string_equal(crash->reason, "sysrq triggered crash");
		assert_true(crash->time_us == 1795212230000000);
	}
}

/* A kernel may show its oops without a reboot (pstore.update_ms). */
static void test_this_boot(void **state)
{
	struct collect *collect = *state;

	put_part(collect, LIVE, "dmesg-ramoops-0");
	collect->env.boot =
		SD_ID128_MAKE(aa, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11);
	collect->env.boot_time_us = 1795211900000000;
	assert_int_equal(source_run(collect, &source_pstore), 0);
	assert_int_equal(collect->n, 1);
	assert_false(collect->records[0].replayed);
	assert_true(sd_id128_equal(collect->records[0].boot, collect->env.boot));
}

static void test_commits_between(void **state)
{
	struct collect *collect = *state;
	_cleanup_strbuf_ struct strbuf text = { 0 };

	strbuf_add(&text, "Oops#1 Part1\n");
	for (int i = 0; i < 100; i++)
		strbuf_addf(&text,
			    "<0>[%5d.000000] mce: [Hardware Error]: CPU %d: Machine Check: 0 "
			    "Bank 7: 8c00004000010090\n",
			    1000 + i, i);
	put_text(collect, LIVE "dmesg-erst-7710377731329884161", strbuf_text(&text));
	put_part(collect, LIVE, "dmesg-ramoops-0");
	collect->room = 10;
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n, 101);
	for (unsigned int i = 0; i < 100; i++)
		assert_int_equal(collect->records[1 + i].cpu, i);
}

static void test_no_memory(void **state)
{
	struct collect *collect = *state;

	put_part(collect, LIVE, "dmesg-ramoops-0");
	collect->error = -ENOMEM;
	assert_int_equal(run(collect), -ENOMEM);
	collect->error = 0;
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n, 1);
}

static void test_bad_files(void **state)
{
	struct collect *collect = *state;
	char buffer[ROOT_PATH_MAX];

	put_part(collect, LIVE, "dmesg-ramoops-0");
	put_text(collect, LIVE "dmesg-erst-1", "");
	put_text(collect, LIVE "dmesg-erst-2", "Panic#1 Part1\n\x01\x02 no log \xff\n");
	assert_int_equal(mkfifo(root_path(&collect->root, LIVE "dmesg-erst-3", buffer), 0600), 0);
	put_text(collect, "/sys/fs/pstore/dmesg-erst-4", "x");
	assert_int_equal(
		truncate(root_path(&collect->root, LIVE "dmesg-erst-4", buffer), 4ll << 30), 0);
	assert_int_equal(mkdir(root_path(&collect->root, LIVE "dmesg-erst-5", buffer), 0700), 0);
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n, 1);
	assert_string_equal(
		collect->logged,
		"mcelog: pstore: " LIVE "dmesg-erst-1: empty; left where it is\n"
		"mcelog: pstore: " LIVE "dmesg-erst-3: not a regular file; left where it is\n"
		"mcelog: pstore: " LIVE "dmesg-erst-4: larger than 16384 KiB; left where it is\n");
}

#ifdef HAVE_ZLIB

static void test_compressed(void **state)
{
	struct collect *collect = *state;

	put_part(collect, ARCHIVE, "dmesg-erst-7710377589595963394.enc.z");
	put_part(collect, ARCHIVE, "dmesg-erst-7710377589595963395.enc.z");
	assert_int_equal(run(collect), 0);
	assert_string_equal(collect->logged, "");
	assert_int_equal(collect->n, 1);
	assert_true(collect->records[0].time_us == 1795212177000000);
}

static void test_cut_off(void **state)
{
	static const char name[] = "dmesg-erst-7710377589595963394.enc.z";
	struct collect *collect = *state;
	_cleanup_free_ char *content = NULL;
	size_t size;

	content = test_read(test_data("golden/pstore/dmesg-erst-7710377589595963394.enc.z"), &size);
	put_file(collect, "/sys/fs/pstore/dmesg-erst-7710377589595963394.enc.z", content,
		 size - 60);
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n, 1);
	assert_true(collect->records[0].status == 0xfe00000000800400);
	snprintf(collect->why, sizeof(collect->why),
		 "mcelog: pstore: " LIVE
		 "%s: compressed and cut off; what there is of it is read\n",
		 name);
	assert_string_equal(collect->logged, collect->why);
}

#endif

#define TEST(function) cmocka_unit_test_setup_teardown(function, collect_setup, collect_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_erst),
		TEST(test_efi_over_parts),
		TEST(test_missing_part),
		TEST(test_one_delivery),
		TEST(test_crashes),
		TEST(test_one_crash),
		TEST(test_unreadable_crashes),
		TEST(test_crashes_not_wanted),
		TEST(test_console),
		TEST(test_cleared),
		TEST(test_refused_is_kept),
		TEST(test_left_out_is_kept),
		TEST(test_cleared_at_last),
		TEST(test_firmware_is_stored),
		TEST(test_firmware_not_wanted),
		TEST(test_too_many_parts),
		TEST(test_known),
		TEST(test_this_boot),
		TEST(test_commits_between),
		TEST(test_no_memory),
		TEST(test_bad_files),
#ifdef HAVE_ZLIB
		TEST(test_compressed),
		TEST(test_cut_off),
#endif
	};

	unsetenv("JOURNAL_STREAM");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
