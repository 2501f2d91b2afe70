// SPDX-License-Identifier: GPL-2.0-only
/* The boot error region, handed over once and whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "tests/unit/collect.h"
#include "tests/unit/firmware-intake.h"

#define REGION "/sys/firmware/acpi/tables/data/BERT"

static const char region[256] = { 0, 0, 0, 0, 1 }; /* the kernel zeroes the status word */

static void test_handed_over(void **state)
{
	struct firmware_intake *intake = *state;
	const struct firmware *firmware = &intake->taken[0].firmware;

	intake->collect->env.boot_time_us = 1795212000000000;
	put_file(intake->collect, REGION, region, sizeof(region));
	assert_int_equal(intake_run(intake, &source_bert), 0);
	assert_int_equal(intake->n_calls, 1);
	assert_int_equal(firmware->form, FIRMWARE_STATUS);
	assert_int_equal(firmware->bytes.size, sizeof(region));
	assert_memory_equal(intake->taken[0].bytes, region, sizeof(region));
	assert_int_equal(firmware->source, SOURCE_BERT);
	assert_true(firmware->replayed);
	assert_int_equal(firmware->time_us, 0);
	assert_true(sd_id128_is_null(firmware->boot));
	assert_int_equal(firmware->record_id, 0);
	assert_string_equal(firmware->name, REGION);
	assert_true(root_exists(&intake->collect->root, REGION));
	assert_string_equal(intake->collect->logged, "");
}

static void test_clean(void **state)
{
	struct firmware_intake *intake = *state;
	static const char zeros[4096];

	put_file(intake->collect, REGION, zeros, sizeof(zeros));
	assert_int_equal(intake_run(intake, &source_bert), 0);
	put_file(intake->collect, REGION, "", 0);
	assert_int_equal(intake_run(intake, &source_bert), 0);
	assert_int_equal(intake->n_calls, 0);
	assert_string_equal(intake->collect->logged, "");
}

static void test_waits_for_room(void **state)
{
	struct firmware_intake *intake = *state;
	struct collect *collect = intake->collect;

	put_file(collect, REGION, region, sizeof(region));
	collect->room = 0;
	assert_int_equal(source_open(collect, &source_bert), 0);
	assert_int_equal(source_bert.drain(collect->source), 1);
	collect->room = 1;
	assert_int_equal(source_bert.drain(collect->source), 0);
	assert_int_equal(source_bert.drain(collect->source), 0);
	assert_int_equal(intake->n_calls, 1);
	source_bert.close(collect->source);
}

static void test_refused(void **state)
{
	struct firmware_intake *intake = *state;
	struct collect *collect = intake->collect;
	char path[ROOT_PATH_MAX];

	put_file(collect, REGION, region, sizeof(region));
	intake->result = -ENOMEM;
	assert_int_equal(intake_run(intake, &source_bert), -ENOMEM);
	collect->intake.firmware = NULL;
	assert_int_equal(intake_run(intake, &source_bert), 0);
	assert_int_equal(truncate(root_path(&collect->root, REGION, path), 4ll << 30), 0);
	assert_int_equal(intake_run(intake, &source_bert), -EFBIG);
	assert_string_equal(collect->why, REGION ": larger than 1024 KiB");
}

static void test_probe(void **state)
{
	struct firmware_intake *intake = *state;
	struct collect *collect = intake->collect;
	static const char zeros[64];

	assert_int_equal(source_bert.probe(&collect->env, collect->why), -ENOENT);
	assert_string_equal(collect->why, REGION ": No such file or directory");
	assert_int_equal(intake_run(intake, &source_bert), -ENOENT);
	put_file(collect, REGION, region, sizeof(region));
	assert_int_equal(source_bert.probe(&collect->env, collect->why), 0);
	assert_string_equal(collect->why, REGION ", 256 bytes");
	put_file(collect, REGION, zeros, sizeof(zeros));
	assert_int_equal(source_bert.probe(&collect->env, collect->why), 0);
	assert_string_equal(collect->why, REGION ", 64 bytes without an error");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		INTAKE_TEST(test_handed_over),	  INTAKE_TEST(test_clean),
		INTAKE_TEST(test_waits_for_room), INTAKE_TEST(test_refused),
		INTAKE_TEST(test_probe),
	};

	unsetenv("JOURNAL_STREAM");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
