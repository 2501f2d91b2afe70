// SPDX-License-Identifier: GPL-2.0-only
/* What the verbs of mce-report share. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "report/report.h"

/* A root with that kernel command line; NULL: without one. */
static bool keeps_ring(const char *cmdline)
{
	char directory[] = "/tmp/test-report.XXXXXX", path[64];
	struct root root;
	bool keeps;

	assert_non_null(mkdtemp(directory));
	assert_int_equal(root_init(&root, directory), 0);
	snprintf(path, sizeof(path), "%s/proc", directory);
	assert_int_equal(mkdir(path, 0755), 0);
	snprintf(path, sizeof(path), "%s/proc/cmdline", directory);
	if (cmdline) {
		FILE *file = fopen(path, "w");

		assert_non_null(file);
		fputs(cmdline, file);
		assert_int_equal(fclose(file), 0);
	}
	keeps = report_keeps_ring(&root);
	unlink(path);
	snprintf(path, sizeof(path), "%s/proc", directory);
	rmdir(path);
	assert_int_equal(rmdir(directory), 0);
	return keeps;
}

static void test_ring(void **state)
{
	(void)state;
	assert_true(keeps_ring("quiet reserve_mem=4M:4096:trace trace_instance=mcelog@trace\n"));
	assert_true(keeps_ring("trace_instance=mcelog^traceoff@trace,mce:mce_record quiet\n"));
	assert_true(keeps_ring("trace_instance=mcelog@0x1000:4M"));
	assert_false(keeps_ring("quiet\n"));
	assert_false(keeps_ring(""));
	assert_false(keeps_ring(NULL));
	/* kept in no memory, another one's, another option's */
	assert_false(keeps_ring("trace_instance=mcelog,mce:mce_record@x\n"));
	assert_false(keeps_ring("trace_instance=mcelog^traceoff,mce:mce_record@x\n"));
	assert_false(keeps_ring("trace_instance=mcelog2@trace\n"));
	assert_false(keeps_ring("xtrace_instance=mcelog@trace\n"));
}

static void test_when(void **state)
{
	const int64_t second = 1000000, then = 1700000000 * second, found = then + 60 * second;
	char when[TEXT_WHEN_MAX];

	(void)state;
	setenv("TZ", "UTC", 1);
	assert_string_equal(text_when(then, false, found, when), "2023-11-14 22:13:20 +0000");
	assert_string_equal(text_when(then, true, 0, when), "before 2023-11-14 22:13:20 +0000");
	assert_string_equal(text_when(0, false, found, when),
			    "unknown, found 2023-11-14 22:14:20 +0000");
	assert_string_equal(text_when(0, true, 0, when), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ring),
		cmocka_unit_test(test_when),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
