// SPDX-License-Identifier: GPL-2.0-only
/* Whether two rows tell of one crash. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "event/crash.h"

#define SECOND 1000000ll
#define MINUTE (60 * SECOND)
#define T0     (1700000000 * SECOND)

static struct crash a_crash(int64_t time_us, int64_t uptime_us, const char *reason)
{
	struct crash crash = { .time_us = time_us, .uptime_us = uptime_us };

	strcpy(crash.reason, reason);
	return crash;
}

static void test_relation(void **state)
{
	static const struct {
		int64_t time_us, uptime_us;
		const char *reason;
		enum crash_relation relation;
	} rows[] = {
		{ T0 + 1, 10 * SECOND, "sysrq", CRASH_SAME },
		{ T0 + 900 * MINUTE, 10 * SECOND, "sysrq", CRASH_SAME },
		{ 0, 10 * SECOND, "sysrq", CRASH_SAME },
		{ 0, 10 * SECOND, "Oops", CRASH_MAY_BE },
		{ 0, 10 * SECOND + 1, "sysrq", CRASH_MAY_BE },
		{ 0, -1, "sysrq", CRASH_MAY_BE },
		{ T0, 15 * SECOND, "Oops", CRASH_SAME },
		{ T0, 15 * SECOND + 1, "sysrq", CRASH_OTHER },
		{ T0, 5 * SECOND - 1, "sysrq", CRASH_OTHER },
		{ T0 + 10 * SECOND, 15 * SECOND, "Oops", CRASH_SAME },
		{ T0 + 10 * SECOND + 1, 11 * SECOND, "sysrq", CRASH_OTHER },
		{ T0 + MINUTE, 10 * SECOND, "Oops", CRASH_SAME },
		{ T0 + MINUTE + 1, 10 * SECOND, "Oops", CRASH_OTHER },
		{ T0 + MINUTE, -1, "", CRASH_SAME },
		{ T0 - MINUTE, 0, "", CRASH_SAME },
		{ T0 + MINUTE + 1, -1, "sysrq", CRASH_OTHER },
		{ T0 + MINUTE + 1, 10 * SECOND + 1, "sysrq", CRASH_OTHER },
	};
	const struct crash crash = a_crash(T0, 10 * SECOND, "sysrq");

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct crash other =
			a_crash(rows[i].time_us, rows[i].uptime_us, rows[i].reason);

		assert_int_equal(crash_relation(&crash, &other), rows[i].relation);
		assert_int_equal(crash_relation(&other, &crash), rows[i].relation);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_relation) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
