// SPDX-License-Identifier: GPL-2.0-only
/* The source of crash dumps: what their notes tell, and files that lie about themselves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "sources/crash-dump.h"
#include "sources/left-log.h"
#include "tests/unit/collect.h"
#include "tests/unit/pstore-tree.h"
#include "tests/unit/vmcore-image.h"

#define BOOT_US	   1795300000000000
#define SLIM_US	   1795256196000000
#define CRASH	   "/var/crash/"
#define RHEL	   CRASH "127.0.0.1-2026-11-21-10:16:36/"
#define DEBIAN	   CRASH "202611211016/"
#define WHY	   "Fatal machine check: Processor context corrupt; "
#define SAID(path) "mcelog: vmcore: " path ": "
#define LEFT	   "; nothing of it is taken\n"

static int run(struct collect *collect)
{
	collect->env.boot_time_us = BOOT_US;
	return source_run(collect, &source_vmcore);
}

static void put_slim(struct collect *collect, const char *path)
{
	put_test_file(collect, path, "golden/vmcore/slim-6.1");
}

/* A whole dump of four pages and no log, which the caller may change before it is saved. */
static void put_image(struct collect *collect, const char *path, struct image *image)
{
	char full[ROOT_PATH_MAX];

	put_file(collect, path, "", 0);
	image_finish(image);
	image_save(image, root_path(&collect->root, path, full));
	image_free(image);
}

/* The log in mce-slimdump's file, as kdump would save it. */
static void put_own_log(struct collect *collect, const char *path)
{
	_cleanup_close_ int fd = open(test_data("golden/vmcore/slim-6.1"), O_RDONLY);
	struct dump_reader reader = dump_reader_of_fd(&fd);
	_cleanup_(crash_dump_free) struct crash_dump dump = { 0 };
	_cleanup_free_ char *text = NULL;
	size_t size = 0;

	assert_int_equal(crash_dump_read(&dump, &reader), 0);
	assert_int_equal(crash_dump_text(&dump, NOTE_OWN_LOG, &text, &size), 0);
	put_file(collect, path, text, size);
}

static void test_slim(void **state)
{
	static const uint8_t banks[] = { 1, 8, 0, 3 };
	struct collect *collect = *state;
	const struct crash *crash = collect->crashes;

	put_slim(collect, RHEL "vmcore");
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n, ARRAY_SIZE(banks));
	for (size_t i = 0; i < ARRAY_SIZE(banks); i++) {
		assert_int_equal(collect->records[i].bank, banks[i]);
		assert_int_equal(collect->records[i].source, SOURCE_VMCORE);
		assert_true(collect->records[i].replayed);
		assert_true(sd_id128_is_null(collect->records[i].boot));
	}
	assert_true(collect->records[3].status == 0xfe00000000800400);
	assert_true(collect->records[3].time_us == SLIM_US);
	assert_int_equal(collect->n_crashes, 1);
	assert_int_equal(crash->source, SOURCE_VMCORE);
	assert_true(crash->time_us == SLIM_US);
	assert_true(crash->is_slim && crash->by_hardware);
	assert_true(crash->uptime_us > 0);
	assert_true(sd_id128_is_null(crash->boot));
	assert_memory_equal(crash->reason, WHY, strlen(WHY));
	assert_string_equal(crash->place, RHEL "vmcore");
	assert_memory_equal(crash->key, "vmcore:crash:", 13);
	snprintf(collect->why, sizeof(collect->why),
		 SAID(RHEL "vmcore") "crashed by a hardware error, no memory dump kept: %s\n",
		 crash->reason);
	assert_string_equal(collect->logged, collect->why);
	assert_true(root_exists(&collect->root, RHEL "vmcore"));
}

/* Harvested again, or found in a copy: nothing new, and nothing is said. */
static void test_again(void **state)
{
	struct collect *collect = *state;

	put_slim(collect, RHEL "vmcore");
	assert_int_equal(run(collect), 0);
	put_slim(collect, DEBIAN "dump.202611211016");
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n, 4);
	assert_int_equal(collect->n_crashes, 1);
	assert_string_equal(collect->logged, "");
}

/* The records in the file and in the log beside it are one delivery each. */
static void test_same_keys(void **state)
{
	struct collect *collect = *state;

	put_own_log(collect, RHEL "vmcore-dmesg.txt");
	put_slim(collect, RHEL "vmcore");
	assert_int_equal(source_run(collect, &source_kdump), 0);
	assert_int_equal(collect->n, 4);
	collect->n_stored = 0; /* so that all are handed over once more */
	collect->env.known = NULL;
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n, 8);
	for (unsigned int i = 0; i < 4; i++)
		assert_string_equal(collect->records[i].key, collect->records[i + 4].key);
	/* log and file both tell of the crash, the file that it is a slim one */
	assert_int_equal(collect->n_crashes, 2);
	assert_string_not_equal(collect->crashes[0].key, collect->crashes[1].key);
	assert_true(collect->crashes[0].by_hardware && !collect->crashes[0].is_slim);
	assert_true(collect->crashes[1].is_slim);
}

static void test_formats(void **state)
{
	struct collect *collect = *state;
	const struct crash *crash = collect->crashes;

	put_test_file(collect, CRASH "1/dump.202611211016", "golden/vmcore/kdump-6.1");
	put_test_file(collect, CRASH "2/vmcore.flat", "golden/vmcore/flattened-6.1");
	put_image(collect, CRASH "host/3/vmcore.202611211017", image_new());
	assert_int_equal(run(collect), 0);
	assert_string_equal(collect->logged, "");
	assert_int_equal(collect->n, 0);
	assert_int_equal(collect->n_crashes, 3);
	/* the newest by its directory comes first */
	assert_string_equal(crash[0].place, CRASH "host/3/vmcore.202611211017");
	for (unsigned int i = 0; i < 3; i++) {
		assert_true(crash[i].time_us > 1795000000000000);
		assert_false(crash[i].is_slim || crash[i].by_hardware);
		assert_string_equal(crash[i].reason, "");
		assert_true(crash[i].uptime_us == -1);
	}
}

/* A whole dump's cause is in the log beside it, if that is the same directory's. */
static void test_log_beside(void **state)
{
	static const char fatal[] =
		"[    9.000000] Kernel panic - not syncing: Fatal machine check\n";
	static const char other[] = "[    9.000000] Kernel panic - not syncing: hung_task\n";
	static const char oops[] = "[    9.000000] Oops: 0002 [#1]\n";
	struct collect *collect = *state;
	const struct crash *crash = collect->crashes;

	put_image(collect, CRASH "5/vmcore", image_new());
	put_text(collect, CRASH "5/vmcore-dmesg.txt", fatal);
	put_image(collect, CRASH "4/dump.202611211017", image_new());
	put_text(collect, CRASH "4/dmesg.202611211017", other);
	put_text(collect, CRASH "4/dmesg.202611211018", fatal);
	put_image(collect, CRASH "3/vmcore", image_new());
	put_text(collect, CRASH "3/dmesg.txt", oops);
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n_crashes, 3);
	assert_string_equal(crash[0].reason, "Fatal machine check");
	assert_true(crash[0].by_hardware);
	assert_false(crash[0].is_slim);
	assert_true(crash[0].time_us == SLIM_US);
	assert_true(crash[0].uptime_us == 9000000);
	assert_string_equal(crash[1].reason, "hung_task");
	assert_false(crash[1].by_hardware);
	assert_string_equal(crash[2].reason, "");
	/* it is one image */
	assert_string_equal(crash[0].key, crash[1].key);
}

/* What tells crashes apart: time, VMCOREINFO, registers, and whether it is the slim file. */
static void test_keys(void **state)
{
	static const uint8_t registers[336] = { 1 };
	struct collect *collect = *state;
	struct image *image;

	put_image(collect, CRASH "1/vmcore", image_new());
	image = image_new();
	strbuf_add(&image->info, "KERNELOFFSET=1000000\n");
	put_image(collect, CRASH "2/vmcore", image);
	image = image_new();
	memcpy(image->bytes + IMAGE_NOTES + 20, registers, sizeof(registers));
	put_image(collect, CRASH "3/vmcore", image);
	image = image_new();
	image_note(image, "PANIC_MCE", 21, "why", 4);
	put_image(collect, CRASH "4/vmcore", image);
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n_crashes, 4);
	for (unsigned int i = 0; i < 4; i++)
		for (unsigned int k = 0; k < i; k++)
			assert_string_not_equal(collect->crashes[i].key, collect->crashes[k].key);
}

static void test_other_files(void **state)
{
	static const char *const paths[] = {
		RHEL "vmcore-incomplete",
		RHEL "vmcore.tmp",
		RHEL "vmcore.",
		RHEL "vmcore.2026-11",
		RHEL "vmcore.202611211016.part",
		RHEL "opalcore",
		RHEL "core",
		DEBIAN "dump",
		DEBIAN "dump.",
		DEBIAN "dump.gz",
		DEBIAN "dump-incomplete",
		DEBIAN "dump.202611211016-incomplete",
		CRASH "a/b/c/d/vmcore",
		CRASH ".hidden/vmcore",
	};
	struct collect *collect = *state;

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		put_slim(collect, paths[i]);
	assert_int_equal(run(collect), 0);
	assert_string_equal(collect->logged, "");
	assert_int_equal(collect->n_crashes, 0);
}

static void test_compressed(void **state)
{
	struct collect *collect = *state;

	put_text(collect, CRASH "1/dump.202611211016.gz", "x");
	assert_int_equal(run(collect), 0);
	assert_string_equal(collect->logged,
			    SAID(CRASH "1/dump.202611211016.gz") "compressed, not read\n");
	put_text(collect, CRASH "2/dump.202611211017.lz4", "x");
	put_text(collect, CRASH "3/vmcore.202611211018.xz", "x");
	put_text(collect, CRASH "4/vmcore.zst", "x");
	assert_int_equal(run(collect), 0);
	assert_string_equal(collect->logged,
			    SAID(CRASH "4/vmcore.zst and 3 more") "compressed, not read\n");
	assert_int_equal(collect->n_crashes, 0);
}

static void set_size(struct collect *collect, const char *path, off_t size)
{
	char full[ROOT_PATH_MAX];

	assert_int_equal(truncate(root_path(&collect->root, path, full), size), 0);
}

/* Each is named with its reason, and the good one between them is read. */
static void test_bad_files(void **state)
{
	struct collect *collect = *state;
	char full[ROOT_PATH_MAX], wanted[2048];

	put_text(collect, CRASH "1/vmcore", "");
	put_text(collect, CRASH "2/x", "");
	assert_int_equal(mkfifo(root_path(&collect->root, CRASH "2/vmcore", full), 0600), 0);
	put_text(collect, CRASH "3/x", "");
	assert_int_equal(symlink("x", root_path(&collect->root, CRASH "3/vmcore", full)), 0);
	put_text(collect, CRASH "4/vmcore", "");
	set_size(collect, CRASH "4/vmcore", 4ll << 30);
	put_slim(collect, CRASH "5/vmcore");
	put_text(collect, CRASH "6/vmcore/x", "a directory");
	put_text(collect, CRASH "7/vmcore",
		 "no dump at all, but long enough for one's header.......");
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n_crashes, 1);
	assert_int_equal(collect->n, 4);
	snprintf(wanted, sizeof(wanted),
		 SAID(CRASH "7/vmcore") "too short for an ELF header" LEFT SAID(
			 CRASH
			 "5/vmcore") "crashed by a hardware error, no memory dump kept: "
				     "%s\n" SAID(CRASH "4/vmcore") "not an ELF file" LEFT SAID(
					     CRASH "3/vmcore") "a symbolic link" LEFT
					     SAID(CRASH "2/vmcore") "not a regular file" LEFT SAID(
						     CRASH "1/vmcore") "too short for an "
								       "ELF header" LEFT,
		 collect->crashes[0].reason);
	assert_string_equal(collect->logged, wanted);
}

static void test_unreadable(void **state)
{
	struct collect *collect = *state;
	char full[ROOT_PATH_MAX];

	if (geteuid() == 0)
		skip();
	put_slim(collect, CRASH "1/vmcore");
	put_slim(collect, CRASH "2/vmcore");
	assert_int_equal(chmod(root_path(&collect->root, CRASH "2/vmcore", full), 0), 0);
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n_crashes, 1);
	assert_non_null(strstr(collect->logged, SAID(CRASH "2/vmcore") "Permission denied" LEFT));
}

/* As mce-slimdump would not have left it: cut within its log. */
static void test_cut_log(void **state)
{
	struct collect *collect = *state;

	put_slim(collect, CRASH "1/vmcore");
	set_size(collect, CRASH "1/vmcore", 20000);
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n, 0);
	assert_int_equal(collect->n_crashes, 1);
	assert_true(collect->crashes[0].is_slim);
	assert_memory_equal(collect->crashes[0].reason, WHY, strlen(WHY));
	assert_non_null(
		strstr(collect->logged,
		       SAID(CRASH "1/vmcore") "the kernel log in it is cut off; not read\n"));
}

/* Where its page was hit there is no log. */
static void test_no_log(void **state)
{
	static const char why[] = "the kernel log was not read: \x1b[1mit is hit";
	struct collect *collect = *state;
	struct image *image = image_new();

	image_note(image, "PANIC_MCE", 21, why, sizeof(why));
	put_image(collect, CRASH "1/vmcore", image);
	put_text(collect, CRASH "1/vmcore-dmesg.txt", "[ 9.0] Kernel panic - not syncing: x\n");
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n, 0);
	assert_int_equal(collect->n_crashes, 1);
	assert_string_equal(collect->crashes[0].reason,
			    "the kernel log was not read:  [1mit is hit");
	assert_true(collect->crashes[0].time_us == SLIM_US);
}

/* What the capture kernel, whose one CPU is its CPU 0, found of the crash before it. */
static const char left_log[] =
	"What the log of the capture kernel says:\n"
	"0,90,900000,-;mce: [Hardware Error]: CPU 0: Machine Check: 0 Bank 9: 8c20004000000134\n"
	"0,91,900010,-;mce: [Hardware Error]: TSC 0 ADDR 10001000 MISC 86 \n"
	"0,92,900020,-;mce: [Hardware Error]: PROCESSOR 0:606a6 TIME 1795256205 SOCKET 0 APIC 6 "
	"microcode 1\n"
	"0,93,900030,-;mce: [Hardware Error]: CPU 0: Machine Check: 0 Bank 7: be00000000800400\n"
	"0,94,900040,-;mce: [Hardware Error]: TSC 0 ADDR 1e58b010 MISC 8c \n"
	"0,95,900050,-;mce: [Hardware Error]: PROCESSOR 0:606a6 TIME 1795256205 SOCKET 0 APIC 6 "
	"microcode 1\n";

static void test_left_log(void **state)
{
	static const char why[] = "the kernel log was not read: it lies elsewhere";
	struct collect *collect = *state;
	const struct record *record = collect->records;
	struct image *image = image_new();

	image_note(image, "PANIC_MCE", 21, why, sizeof(why));
	image_note(image, "MCELOG", NOTE_OWN_CAPTURE_LOG, left_log, sizeof(left_log) - 1);
	put_image(collect, CRASH "1/vmcore", image);
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n_crashes, 1);
	/* the corrected one is not what crashed it */
	assert_int_equal(collect->n, 1);
	assert_int_equal(record->bank, 7);
	assert_true(record->status == 0xbe00000000800400 && record->addr == 0x1e58b010);
	/* of the crash: not of the boot that found it, and not of a CPU of that boot */
	assert_true(record->time_us == SLIM_US);
	assert_true(record->replayed && !record->boot_time);
	assert_true(sd_id128_is_null(record->boot));
	assert_true(record->cpu == RECORD_NO_CPU);
	assert_true(record->fields & RECORD_HAS_APICID && record->apicid == 6);
	assert_false(record->fields & (RECORD_HAS_MCGSTATUS | RECORD_HAS_TSC | RECORD_HAS_TIME));
	assert_memory_equal(record->key, "vmcore:", 7);
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n, 1);
}

/* A machine check that is still under way says so in MCG_STATUS; without a time of the crash. */
static void test_left_log_alone(void **state)
{
	static const char text[] =
		"[    0.9] What the log of the capture kernel says:\n"
		"[    0.900000] mce: [Hardware Error]: CPU 0: Machine Check Exception: 6 Bank 3: "
		"fe00000000800400\n"
		"[    0.900010] mce: [Hardware Error]: TSC 0 ADDR 1e58b000 \n"
		"[    0.900020] mce: [Hardware Error]: PROCESSOR 0:606a6 TIME 1795256205 SOCKET 0 "
		"APIC 0 microcode 1\n";
	struct kernel_log log = { 0 };

	(void)state;
	assert_int_equal(left_log_read(&log, text, sizeof(text) - 1, 0), 0);
	assert_int_equal(log.n, 1);
	assert_true(log.records[0].record.mcgstatus == 6);
	assert_true(log.records[0].record.fields & RECORD_HAS_MCGSTATUS);
	assert_true(log.records[0].record.time_us == 1795256205000000);
	assert_true(log.records[0].record.boot_time);
	kernel_log_done(&log);
}

/* Firmware's report of a fatal error is the crash's; a corrected one is not. */
static void test_left_reports(void **state)
{
	static const char text[] =
		"[    0.8] {1}[Hardware Error]: Hardware error from APEI Generic Hardware Error "
		"Source: 1\n"
		"[    0.8] {1}[Hardware Error]: event severity: corrected\n"
		"[    0.8] {1}[Hardware Error]:  Error 0, type: corrected\n"
		"[    0.8] {1}[Hardware Error]:   section_type: memory error\n"
		"[    0.8] {1}[Hardware Error]:   physical_address: 0x0000000000011000\n"
		"[    0.9] {2}[Hardware Error]: Hardware error from APEI Generic Hardware Error "
		"Source: 1\n"
		"[    0.9] {2}[Hardware Error]: event severity: fatal\n"
		"[    0.9] {2}[Hardware Error]:  Error 0, type: fatal\n"
		"[    0.9] {2}[Hardware Error]:   section_type: memory error\n"
		"[    0.9] {2}[Hardware Error]:   physical_address: 0x0000000000012000\n";
	struct kernel_log log = { 0 };

	(void)state;
	assert_int_equal(left_log_read(&log, text, sizeof(text) - 1, SLIM_US), 0);
	assert_int_equal(log.n, 0);
	assert_int_equal(log.n_firmware, 1);
	assert_true(log.firmware[0].firmware.time_us == SLIM_US);
	kernel_log_done(&log);
}

/* A program's core file of that name, and notes that go past their end. */
static void test_no_kernel(void **state)
{
	struct collect *collect = *state;
	struct image *image = image_new();
	char full[ROOT_PATH_MAX];

	put_text(collect, CRASH "1/vmcore", "");
	image_segment(image, 0, PT_NOTE, IMAGE_NOTES, 0, 0, image->notes_size);
	image_save(image, root_path(&collect->root, CRASH "1/vmcore", full));
	image_free(image);
	image = image_new();
	image_put(image->bytes + IMAGE_NOTES + 4, 0xffffffff, 4);
	put_image(collect, CRASH "2/vmcore", image);
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n_crashes, 0);
	assert_non_null(strstr(collect->logged,
			       SAID(CRASH "1/vmcore") "a core file without "
						      "VMCOREINFO, of no kernel" LEFT));
	assert_non_null(strstr(collect->logged, SAID(CRASH "2/vmcore") "note at 0x1000: its "));
	assert_int_equal(count_lines(collect->logged), 2);
}

/* A file that goes on growing is one whose copying has not ended. */
static bool change_file(void *context, const char *key)
{
	struct collect *collect = context;

	(void)key;
	set_size(collect, CRASH "1/vmcore", 1 << 20);
	return false;
}

static void test_changes(void **state)
{
	struct collect *collect = *state;

	put_slim(collect, CRASH "1/vmcore");
	collect->env.known = change_file;
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n, 0);
	assert_int_equal(collect->n_crashes, 0);
	assert_string_equal(collect->logged,
			    SAID(CRASH "1/vmcore") "changed while it was read" LEFT);
}

/* Headers and notes are at the beginning: the rest is not read, however much it is. */
static void test_large(void **state)
{
	struct collect *collect = *state;

	put_image(collect, CRASH "1/vmcore", image_new());
	set_size(collect, CRASH "1/vmcore", 4ll << 30);
	put_text(collect, CRASH "1/dmesg.txt", "");
	set_size(collect, CRASH "1/dmesg.txt", 4ll << 30);
	assert_int_equal(run(collect), 0);
	assert_string_equal(collect->logged, "");
	assert_int_equal(collect->n_crashes, 1);
	assert_true(collect->crashes[0].time_us == SLIM_US);
}

/* 60,000 headers, each of notes of their own. */
static void put_endless(struct collect *collect, const char *path)
{
	enum { HEADERS = 60000, SIZE = 64 + HEADERS * 56, NOTES = 40000 };
	_cleanup_free_ uint8_t *bytes = calloc(1, SIZE + NOTES * 20);
	struct image *image = image_new();

	assert_non_null(bytes);
	memcpy(bytes, image->bytes, 64);
	image_free(image);
	image_put(bytes + 56, HEADERS, 2);
	for (size_t i = 0; i < HEADERS; i++) {
		uint8_t *at = bytes + 64 + i * 56;

		image_put(at, PT_NOTE, 4);
		image_put(at + 8, SIZE + i % NOTES * 20, 8);
		image_put(at + 32, 20, 8);
	}
	for (size_t i = 0; i < NOTES; i++) {
		uint8_t *at = bytes + SIZE + i * 20;

		image_put(at, 5, 4);
		memcpy(at + 12, "CORE", 4);
	}
	put_file(collect, path, bytes, SIZE + NOTES * 20);
}

static void link_file(struct collect *collect, const char *from, const char *to)
{
	char old[ROOT_PATH_MAX], new[ROOT_PATH_MAX];
	char *slash;

	root_path(&collect->root, to, new);
	slash = strrchr(new, '/');
	*slash = '\0';
	assert_true(mkdir(new, 0755) == 0 || errno == EEXIST);
	*slash = '/';
	assert_int_equal(link(root_path(&collect->root, from, old), new), 0);
}

/* It costs a bounded time, each and all together; what is newest has been read by then. */
static void test_endless(void **state)
{
	static const char said[] = "more headers and notes than a dump has" LEFT;
	struct collect *collect = *state;
	unsigned int n = 0;
	char path[64];

	put_image(collect, CRASH "9/vmcore", image_new());
	put_endless(collect, CRASH "8/20/vmcore");
	put_slim(collect, CRASH "0/vmcore");
	for (int i = 21; i < 44; i++) {
		snprintf(path, sizeof(path), CRASH "8/%d/vmcore", i);
		link_file(collect, CRASH "8/20/vmcore", path);
	}
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n_crashes, 1);
	assert_int_equal(collect->n, 0);
	for (const char *at = collect->logged; (at = strstr(at, said)); at++)
		n++;
	assert_int_equal(n, 16);
	assert_non_null(strstr(collect->logged, "mcelog: vmcore: 9 crash dumps were not looked at: "
						"too much in the others\n"));
}

static int count_crash(void *context, const struct crash *crash)
{
	struct collect *collect = context;

	collect->crashes[0] = *crash;
	collect->n_crashes++;
	return 0;
}

static void test_many(void **state)
{
	struct collect *collect = *state;
	char path[64];

	put_image(collect, CRASH "1/vmcore.00000", image_new());
	for (int i = 1; i < 10000; i++) {
		snprintf(path, sizeof(path), CRASH "1/vmcore.%05d", i);
		link_file(collect, CRASH "1/vmcore.00000", path);
	}
	collect->intake.crash = count_crash;
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n_crashes, 10000);
	assert_string_equal(collect->logged, "");
	assert_string_equal(collect->crashes[0].place, CRASH "1/vmcore.00000");
}

static void test_commits_between(void **state)
{
	struct collect *collect = *state;

	put_slim(collect, CRASH "1/vmcore");
	put_image(collect, CRASH "0/vmcore", image_new());
	collect->room = 4; /* so that the crash has to wait */
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n, 4);
	assert_int_equal(collect->n_crashes, 2);
	assert_int_equal(count_lines(collect->logged), 1);
}

static void test_no_memory(void **state)
{
	struct collect *collect = *state;

	put_image(collect, CRASH "1/vmcore", image_new());
	collect->error = -ENOMEM;
	assert_int_equal(run(collect), -ENOMEM);
	collect->error = 0;
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n_crashes, 1);
}

static void test_crashes_not_wanted(void **state)
{
	struct collect *collect = *state;

	collect->intake.crash = NULL;
	put_slim(collect, CRASH "1/vmcore");
	assert_int_equal(run(collect), 0);
	assert_int_equal(collect->n, 4);
}

static void test_no_directory(void **state)
{
	struct collect *collect = *state;

	assert_int_equal(source_vmcore.probe(&collect->env, collect->why), -ENOENT);
	assert_string_equal(collect->why, "/var/crash: No such file or directory");
	assert_int_equal(run(collect), -ENOENT);
	put_slim(collect, RHEL "vmcore");
	put_text(collect, RHEL "vmcore-dmesg.txt", "x");
	assert_int_equal(source_vmcore.probe(&collect->env, collect->why), 0);
	assert_string_equal(collect->why, "1 crash dump in /var/crash");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, collect_setup, collect_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_slim),
		TEST(test_again),
		TEST(test_same_keys),
		TEST(test_formats),
		TEST(test_log_beside),
		TEST(test_keys),
		TEST(test_other_files),
		TEST(test_compressed),
		TEST(test_bad_files),
		TEST(test_unreadable),
		TEST(test_cut_log),
		TEST(test_no_log),
		TEST(test_left_log),
		cmocka_unit_test(test_left_log_alone),
		cmocka_unit_test(test_left_reports),
		TEST(test_no_kernel),
		TEST(test_changes),
		TEST(test_large),
		TEST(test_endless),
		TEST(test_many),
		TEST(test_commits_between),
		TEST(test_no_memory),
		TEST(test_crashes_not_wanted),
		TEST(test_no_directory),
	};

	unsetenv("JOURNAL_STREAM");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
