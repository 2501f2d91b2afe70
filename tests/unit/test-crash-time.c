// SPDX-License-Identifier: GPL-2.0-only
/* When a crash was, by the names and times of files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "sources/crash-time.h"

#define SECOND 1000000ll
#define HOUR   (3600 * SECOND)
#define NAMED  (1795212240 * SECOND) /* 2026-11-20 22:04 */
#define BOOT   (NAMED + 20 * HOUR)
#define DEBIAN "/var/crash/202611202204/dmesg.202611202204"
#define PLAIN  "/var/crash/1/dmesg.txt"

static void test_name(void **state)
{
	static const struct {
		const char *path;
		int64_t time_us;
	} rows[] = {
		{ DEBIAN, NAMED },
		{ "/var/crash/host/202611202204/dmesg.202611202204", NAMED },
		{ "/var/crash/127.0.0.1-2026-11-20-22:04:50/vmcore-dmesg.txt",
		  NAMED + 50 * SECOND },
		{ "/var/crash/2026-11-20-22:04/dmesg.txt", NAMED },
		{ PLAIN, 0 },
		{ "/var/crash/2026112022045/dmesg.txt", 0 },
		{ "/var/crash/202613202204/dmesg.txt", 0 },
		{ "/var/crash/2026-11-20/dmesg.txt", 0 },
		{ "/var/crash/2026-11-32-22:04/dmesg.txt", 0 },
		{ "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(crash_time_of_name(rows[i].path), rows[i].time_us);
}

static int64_t of_file(const char *path, int64_t time_us, int64_t boot_us)
{
	const struct stat st = { .st_mtim = { .tv_sec = time_us / SECOND } };

	return crash_time_of_file(path, &st, boot_us);
}

static void test_file(void **state)
{
	static const struct {
		const char *path;
		int64_t time_us;
		bool is_believed;
	} rows[] = {
		{ DEBIAN, NAMED + 30 * SECOND, true },
		{ DEBIAN, NAMED - 15 * HOUR + SECOND, true },
		{ DEBIAN, NAMED + 15 * HOUR - SECOND, true },
		{ DEBIAN, NAMED - 15 * HOUR, false },
		{ DEBIAN, NAMED + 15 * HOUR, false },
		{ PLAIN, NAMED + 19 * HOUR, true },
		{ PLAIN, BOOT - SECOND, true },
		{ PLAIN, BOOT, false },
		{ "/var/crash/202611211804/dmesg.txt", BOOT + 59 * SECOND, true },
		{ "/var/crash/202611211804/dmesg.txt", BOOT + 60 * SECOND, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(of_file(rows[i].path, rows[i].time_us, BOOT),
				 rows[i].is_believed ? rows[i].time_us : 0);
	assert_int_equal(of_file(PLAIN, BOOT + HOUR, 0), BOOT + HOUR);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_name),
					    cmocka_unit_test(test_file) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
