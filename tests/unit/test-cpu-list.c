// SPDX-License-Identifier: GPL-2.0-only
/* Sets of CPU numbers: what the kernel writes is read, and nothing else is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "tests/unit/collect.h"
#include "util/cpu-list.h"

/* The numbers of a set as a text, "0 1 2 3 8 ". Static. */
static const char *numbers(const struct cpu_list *list)
{
	static char text[CPU_LIST_MAX * 5 + 1];
	size_t at = 0;

	text[0] = '\0';
	for (unsigned int cpu = 0; cpu < CPU_LIST_MAX; cpu++)
		if (cpu_list_has(list, cpu))
			at += (size_t)snprintf(text + at, sizeof(text) - at, "%u ", cpu);
	return text;
}

struct text_row {
	const char *text, *numbers;
};

static void test_lists(void **state)
{
	static const struct text_row rows[] = {
		{ "0", "0 " },
		{ "0\n", "0 " },
		{ "0-3,8\n", "0 1 2 3 8 " },
		{ "63-64,127-128", "63 64 127 128 " },
		{ "5-5", "5 " },
		{ "8,0,8", "0 8 " },
		{ "007", "7 " },
		{ "8191", "8191 " },
		{ "", "" },
		{ "\n", "" },
	};
	struct cpu_list list;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		memset(&list, 0xff, sizeof(list));
		assert_int_equal(cpu_list_parse(rows[i].text, &list), 0);
		assert_string_equal(numbers(&list), rows[i].numbers);
	}
	assert_int_equal(cpu_list_parse("0-8191", &list), 0);
	assert_int_equal(cpu_list_count(&list), CPU_LIST_MAX);
}

static void test_bad_lists(void **state)
{
	static const char *const bad[] = {
		",",  "0,",  ",0", "0,,1", "0-",    "-1",      "3-1",  "0-3-5", "0 ",  " 0",
		"+1", "0x1", "a",  "0\n1", "0\n\n", "0-3:1/2", "\n\n", "0,\n",	"1 2", "0- 3",
	};
	static const char *const large[] = {
		"8192",
		"0-8192",
		"4294967296",
		"99999999999999999999999999",
	};
	struct cpu_list list = { { 5 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (cpu_list_parse(bad[i], &list) != -EINVAL)
			fail_msg("\"%s\" was not refused", bad[i]);
	for (size_t i = 0; i < ARRAY_SIZE(large); i++)
		assert_int_equal(cpu_list_parse(large[i], &list), -ERANGE);
	assert_int_equal(list.words[0], 5); /* untouched */
}

static void test_masks(void **state)
{
	static const struct text_row rows[] = {
		{ "1", "0 " },
		{ "f\n", "0 1 2 3 " },
		{ "00000101", "0 8 " },
		{ "80000000,00000001", "0 63 " },
		{ "1,00000000,00000000", "64 " },
		{ "Aa", "1 3 5 7 " },
		{ "0", "" },
	};
	static const char *const bad[] = {
		"", "\n", ",", "1,", ",1", "0x1", "g", "123456789", "1 ", "1\n1", "1,,1", "-1",
	};
	struct cpu_list list = { { 5 } };
	char wide[4096] = "1";

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (cpu_list_parse_mask(bad[i], &list) != -EINVAL)
			fail_msg("\"%s\" was not refused", bad[i]);
	for (int i = 0; i < CPU_LIST_MAX / 32; i++)
		strcat(wide, ",00000000");
	assert_int_equal(cpu_list_parse_mask(wide, &list), -ERANGE);
	assert_int_equal(list.words[0], 5);

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(cpu_list_parse_mask(rows[i].text, &list), 0);
		assert_string_equal(numbers(&list), rows[i].numbers);
	}
	wide[0] = '0'; /* leading zeros carry nothing */
	assert_int_equal(cpu_list_parse_mask(wide, &list), 0);
	assert_int_equal(cpu_list_count(&list), 0);
	memcpy(wide + 2, "80000000", 8);
	assert_int_equal(cpu_list_parse_mask(wide, &list), 0);
	assert_string_equal(numbers(&list), "8191 ");
}

static void test_files(void **state)
{
	struct collect *collect = *state;
	struct cpu_list list = { { 5 } };

	assert_int_equal(cpu_list_read(&collect->root, "/online", &list), -ENOENT);
	put_file(collect, "/online", "0-1\0,3\n", 7);
	assert_int_equal(cpu_list_read(&collect->root, "/online", &list), -EINVAL);
	assert_int_equal(list.words[0], 5);
	put_file(collect, "/online", "0-1,3\n", 6);
	assert_int_equal(cpu_list_read(&collect->root, "/online", &list), 0);
	assert_string_equal(numbers(&list), "0 1 3 ");
}

static void test_sets(void **state)
{
	struct cpu_list list = { 0 }, other = { 0 };

	(void)state;
	cpu_list_add(&list, 1);
	cpu_list_add(&list, 8191);
	assert_int_equal(cpu_list_count(&list), 2);
	assert_false(cpu_list_has(&list, 8192));
	assert_false(cpu_list_has(&list, UINT32_MAX));
	cpu_list_add(&other, 1);
	cpu_list_add(&other, 700);
	cpu_list_join(&list, &other);
	assert_string_equal(numbers(&list), "1 700 8191 ");
	cpu_list_remove(&list, &other);
	assert_string_equal(numbers(&list), "8191 ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_bad_lists),
		cmocka_unit_test(test_masks),
		cmocka_unit_test_setup_teardown(test_files, collect_setup, collect_teardown),
		cmocka_unit_test(test_sets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
