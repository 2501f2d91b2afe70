// SPDX-License-Identifier: GPL-2.0-only
/* Errors in pstore that are no machine checks: their sections, handed over and erased like these.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <inttypes.h>

#include "sources/erst-record.h"
#include "tests/unit/collect.h"
#include "tests/unit/firmware-intake.h"

#define LIVE	"/sys/fs/pstore/"
#define ARCHIVE "/var/lib/systemd/pstore/"
#define ID	"7710376674767929345" /* 0x6b00c2bc00000001 */

#define ID_NUMBER UINT64_C(7710376674767929345)
#define ID_TIME	  (0x6b00c2bc * INT64_C(1000000))

static const char section[80] = "a section";

static void put_section(struct firmware_intake *intake, const char *path)
{
	put_file(intake->collect, path, section, sizeof(section));
}

static bool is_there(struct firmware_intake *intake, const char *path)
{
	return root_exists(&intake->collect->root, path);
}

static void test_handed_over(void **state)
{
	struct firmware_intake *intake = *state;
	const struct firmware *firmware = &intake->taken[0].firmware;

	put_section(intake, LIVE "cper-mem-erst-" ID);
	assert_int_equal(intake_run(intake, &source_erst), 0);
	assert_int_equal(intake->n, 1);
	assert_int_equal(intake->collect->n, 0);
	assert_int_equal(firmware->form, FIRMWARE_SECTION);
	assert_int_equal(firmware->bytes.size, sizeof(section));
	assert_memory_equal(intake->taken[0].bytes, section, sizeof(section));
	assert_true(sd_id128_is_null(firmware->type));
	assert_int_equal(firmware->severity, 1);
	assert_string_equal(firmware->name, "cper-mem-erst-" ID);
	assert_int_equal(firmware->source, SOURCE_ERST);
	assert_true(firmware->record_id == ID_NUMBER);
	assert_int_equal(firmware->time_us, ID_TIME);
	assert_true(firmware->replayed);
	assert_true(sd_id128_is_null(firmware->boot));
	assert_true(is_there(intake, LIVE "cper-mem-erst-" ID)); /* nobody asked to erase */
	assert_string_equal(intake->collect->logged, "");
}

static void test_this_boot(void **state)
{
	struct firmware_intake *intake = *state;
	struct collect *collect = intake->collect;

	collect->env.boot_time_us = ID_TIME - 61 * 1000000;
	collect->env.boot =
		SD_ID128_MAKE(01, 02, 03, 04, 05, 06, 07, 08, 09, 0a, 0b, 0c, 0d, 0e, 0f, 10);
	put_section(intake, LIVE "unknown-erst-" ID);
	assert_int_equal(intake_run(intake, &source_erst), 0);
	assert_int_equal(intake->n, 1);
	assert_false(intake->taken[0].firmware.replayed);
	assert_true(sd_id128_equal(intake->taken[0].firmware.boot, collect->env.boot));
}

/* All kinds, live and archived; the archive and what is none of ours stay. */
static void test_erased(void **state)
{
	static const char *const names[] = { "unknown-erst-1", "cper-mem-erst-2",
					     "cper-pcie-erst-3", "cper-proc-arm-erst-4",
					     "cper-foo-erst-6" };
	static const char *const others[] = { "dmesg-erst-5", "cper-mem-erst-5.enc.z",
					      "cper-mem-erst-", "unknown-efi-5",
					      "cper-mem-erst-x" };
	struct firmware_intake *intake = *state;
	char path[128];

	intake->collect->env.erase = true;
	for (size_t i = 0; i < ARRAY_SIZE(names) + ARRAY_SIZE(others); i++) {
		const char *name = i < ARRAY_SIZE(names) ? names[i] : others[i - ARRAY_SIZE(names)];

		snprintf(path, sizeof(path), LIVE "%s", name);
		put_section(intake, path);
		snprintf(path, sizeof(path), ARCHIVE "5/%s", name);
		put_section(intake, path);
	}
	assert_int_equal(intake_run(intake, &source_erst), 0);
	assert_int_equal(intake->n, 2 * ARRAY_SIZE(names));
	for (size_t i = 0; i < ARRAY_SIZE(names) + ARRAY_SIZE(others); i++) {
		const char *name = i < ARRAY_SIZE(names) ? names[i] : others[i - ARRAY_SIZE(names)];

		snprintf(path, sizeof(path), LIVE "%s", name);
		assert_int_equal(is_there(intake, path), i >= ARRAY_SIZE(names));
		snprintf(path, sizeof(path), ARCHIVE "5/%s", name);
		assert_true(is_there(intake, path));
	}
	/* those that are nearly ours are named, in either directory */
	assert_int_equal(count_lines(intake->collect->logged), 6);
	assert_non_null(strstr(intake->collect->logged,
			       "mcelog: erst: " LIVE "cper-mem-erst-x: its name does not end in "
			       "the ID of a record; left where it is\n"));
	assert_null(strstr(intake->collect->logged, "unknown-efi-5"));
}

/* Nothing could be read from it: whoever knows it may still. */
static void test_unusable_is_kept(void **state)
{
	struct firmware_intake *intake = *state;

	intake->collect->env.erase = true;
	intake->result = 0;
	put_section(intake, LIVE "unknown-erst-" ID);
	assert_int_equal(intake_run(intake, &source_erst), 0);
	assert_int_equal(intake->n_calls, 1);
	assert_true(is_there(intake, LIVE "unknown-erst-" ID));
}

/* A section with several errors, of which the store has not taken all. */
static void test_partly_stored_is_kept(void **state)
{
	struct firmware_intake *intake = *state;

	intake->collect->env.erase = true;
	intake->result = 3;
	intake->n_missing = 1;
	put_section(intake, LIVE "unknown-erst-" ID);
	assert_int_equal(intake_run(intake, &source_erst), 0);
	assert_true(is_there(intake, LIVE "unknown-erst-" ID));
	intake->n_missing = 0;
	assert_int_equal(intake_run(intake, &source_erst), 0);
	assert_false(is_there(intake, LIVE "unknown-erst-" ID));
}

static void test_no_memory(void **state)
{
	struct firmware_intake *intake = *state;

	intake->collect->env.erase = true;
	intake->result = -ENOMEM;
	put_section(intake, LIVE "unknown-erst-" ID);
	assert_int_equal(intake_run(intake, &source_erst), -ENOMEM);
	assert_true(is_there(intake, LIVE "unknown-erst-" ID));
}

static void test_not_wanted(void **state)
{
	struct firmware_intake *intake = *state;

	intake->collect->env.erase = true;
	intake->collect->intake.firmware = NULL;
	put_section(intake, LIVE "unknown-erst-" ID);
	assert_int_equal(intake_run(intake, &source_erst), 0);
	assert_true(is_there(intake, LIVE "unknown-erst-" ID));
	assert_string_equal(intake->collect->logged, "");
}

static void test_unreadable(void **state)
{
	struct firmware_intake *intake = *state;
	char path[ROOT_PATH_MAX];

	put_file(intake->collect, LIVE "unknown-erst-1", "", 0);
	assert_int_equal(
		truncate(root_path(&intake->collect->root, LIVE "unknown-erst-1", path), 4ll << 30),
		0);
	assert_int_equal(
		mkfifo(root_path(&intake->collect->root, LIVE "cper-mem-erst-2", path), 0600), 0);
	put_section(intake, LIVE "cper-mem-erst-3");
	assert_int_equal(intake_run(intake, &source_erst), 0);
	assert_int_equal(intake->n, 1);
	assert_string_equal(
		intake->collect->logged,
		"mcelog: erst: " LIVE "unknown-erst-1: larger than 64 KiB; left where it is\n"
		"mcelog: erst: " LIVE "cper-mem-erst-2: not a regular file; left where it is\n");
}

static void test_many(void **state)
{
	struct firmware_intake *intake = *state;
	char path[128];

	intake->collect->env.erase = true;
	intake->collect->room = 1u << 30;
	for (unsigned int i = 0; i < 10000; i++) {
		snprintf(path, sizeof(path), LIVE "unknown-erst-%u", i + 1);
		put_section(intake, path);
	}
	assert_int_equal(intake_run(intake, &source_erst), 0);
	assert_int_equal(intake->n_calls, 10000);
}

static void test_key(void **state)
{
	const struct bytes body = { (const uint8_t *)"a", 1 };
	char key[RECORD_KEY_MAX];

	(void)state;
	firmware_key(SOURCE_ERST, 17, body, 0, key);
	assert_string_equal(key, "erst:17:af63dc4c8601ec8c"); /* FNV-1a's own test vector */
	firmware_key(SOURCE_ERST, UINT64_MAX, body, 2, key);
	assert_string_equal(key, "erst:18446744073709551615:af63dc4c8601ec8c:2");
	firmware_key(SOURCE_BERT, 0, body, 0, key);
	assert_string_equal(key, "bert:af63dc4c8601ec8c");
	firmware_key(SOURCE_BERT, 0, body, 1, key);
	assert_string_equal(key, "bert:af63dc4c8601ec8c:1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		INTAKE_TEST(test_handed_over),
		INTAKE_TEST(test_this_boot),
		INTAKE_TEST(test_erased),
		INTAKE_TEST(test_unusable_is_kept),
		INTAKE_TEST(test_partly_stored_is_kept),
		INTAKE_TEST(test_no_memory),
		INTAKE_TEST(test_not_wanted),
		INTAKE_TEST(test_unreadable),
		INTAKE_TEST(test_many),
		cmocka_unit_test(test_key),
	};

	unsetenv("JOURNAL_STREAM");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
