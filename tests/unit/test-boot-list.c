// SPDX-License-Identifier: GPL-2.0-only
/* The boots of a journal, on the file tests/golden/journal/boots.journal.gz, which was made of the
 * text beside it by systemd-journal-remote(8). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>

#include "sources/boot-list.h"
#include "tests/unit/collect.h"

#define SECOND	 1000000ll
#define T0	 (1700000000 * SECOND)
#define MACHINE	 SD_ID128_MAKE(01, 23, 45, 67, 89, ab, cd, ef, 01, 23, 45, 67, 89, ab, cd, ef)
#define OTHER_ID "fedcba9876543210fedcba9876543210"

enum { BOOTS = 7 };

/* What a boot's end looks like: the first digit of its ID tells it. */
static const bool in_order[BOOTS] = {
	true,  /* a: journald's last word */
	false, /* b: nothing */
	true,  /* c: logind announced it 10 s before */
	true,  /* d: systemd stopped sysinit.target 3 s before */
	false, /* e: announced long before; at the end a user says so and stops the "journal" */
	false, /* f: journald was only begun anew */
	false, /* 0: the newest */
};

static const uint8_t first_byte[BOOTS] = { 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff, 0x00 };

static void put_journal(struct collect *collect, const char *directory)
{
	char command[2 * ROOT_PATH_MAX];

	assert_int_equal(root_mkdir(&collect->root, directory), 0);
	snprintf(command, sizeof(command), "gzip -dc '%s' >'%s%s/system.journal'",
		 test_data("golden/journal/boots.journal.gz"), collect->directory, directory);
	assert_int_equal(system(command), 0);
}

static void test_list(void **state)
{
	struct collect *collect = *state;
	struct boot boots[BOOT_LIST_MAX];
	size_t n = 0;

	put_journal(collect, "/var/log/journal");
	assert_int_equal(boot_list_read(&collect->root, SD_ID128_NULL, boots, &n), 0);
	assert_int_equal(n, BOOTS);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(boots[i].id.bytes[0], first_byte[i]);
		assert_int_equal(boots[i].in_order, in_order[i]);
		assert_int_equal(boots[i].began_us, T0 + (int64_t)i * 1000 * SECOND);
		assert_int_equal(boots[i].first_us, boots[i].began_us + 2 * SECOND);
		assert_true(sd_id128_equal(boots[i].previous, i ? boots[i - 1].id : SD_ID128_NULL));
	}
	assert_int_equal(boots[0].last_us, T0 + 600 * SECOND);
	assert_int_equal(boots[6].last_us, T0 + 6050 * SECOND);
}

/* The machine's own directory, where there is one: others may lie beside it. */
static void test_machine(void **state)
{
	struct collect *collect = *state;
	struct boot boots[BOOT_LIST_MAX];
	size_t n = 0;

	put_journal(collect, "/var/log/journal/" OTHER_ID);
	assert_int_equal(
		root_mkdir(&collect->root, "/var/log/journal/0123456789abcdef0123456789abcdef"), 0);
	assert_int_equal(boot_list_read(&collect->root, MACHINE, boots, &n), 0);
	assert_int_equal(n, 0);
	put_journal(collect, "/var/log/journal/0123456789abcdef0123456789abcdef");
	assert_int_equal(boot_list_read(&collect->root, MACHINE, boots, &n), 0);
	assert_int_equal(n, BOOTS);
}

static void test_nothing(void **state)
{
	struct collect *collect = *state;
	struct boot boots[BOOT_LIST_MAX];
	size_t n = 5;

	assert_int_equal(boot_list_read(&collect->root, SD_ID128_NULL, boots, &n), -ENOENT);
	assert_int_equal(n, 5);
	assert_int_equal(root_mkdir(&collect->root, "/var/log/journal"), 0);
	assert_int_equal(boot_list_read(&collect->root, SD_ID128_NULL, boots, &n), 0);
	assert_int_equal(n, 0);
}

/* Whatever is left of the file: an end, and no boot that has none before it in between. */
static void test_damaged(void **state)
{
	struct collect *collect = *state;
	struct boot boots[BOOT_LIST_MAX];
	char path[ROOT_PATH_MAX];
	size_t n = 5;

	put_journal(collect, "/var/log/journal");
	root_path(&collect->root, "/var/log/journal/system.journal", path);
	for (long size = 3800000; size > 0; size -= 100000) {
		assert_int_equal(truncate(path, size), 0);
		assert_int_equal(boot_list_read(&collect->root, SD_ID128_NULL, boots, &n), 0);
		assert_true(n <= BOOTS);
		for (size_t i = 1; i < n; i++)
			assert_true(sd_id128_equal(boots[i].previous, boots[i - 1].id));
	}
	put_file(collect, "/var/log/journal/system.journal", "LPKSHHRH garbage", 16);
	assert_int_equal(boot_list_read(&collect->root, SD_ID128_NULL, boots, &n), 0);
	assert_int_equal(n, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, collect_setup, collect_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_list),
		TEST(test_machine),
		TEST(test_nothing),
		TEST(test_damaged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
