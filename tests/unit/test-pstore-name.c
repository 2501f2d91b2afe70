// SPDX-License-Identifier: GPL-2.0-only
/* Names of pstore's files and the lines that were put before and between the log's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "sources/pstore-name.h"
#include "util/cleanup.h"

static void test_names(void **state)
{
	static const struct {
		const char *text;
		struct pstore_name name;
	} cases[] = {
		{ "dmesg-erst-7710377731329884162",
		  { PSTORE_ERST, 7710377731329884162u, 0, 0, 1795212210000000, false } },
		{ "dmesg-erst-7710377731329884163.enc.z",
		  { PSTORE_ERST, 7710377731329884163u, 0, 0, 1795212210000000, true } },
		/* beyond 2038 the clock is elsewhere in the number */
		{ "dmesg-erst-9259542123265392641",
		  { PSTORE_ERST, 9259542123265392641u, 0, 0, 2155905152000000, false } },
		{ "dmesg-efi-179521210402001",
		  { PSTORE_EFI, 179521210402001u, 2, 1, 1795212104000000, false } },
		{ "dmesg-efi_pstore-179521210411123.enc.z",
		  { PSTORE_EFI, 179521210411123u, 11, 123, 1795212104000000, true } },
		{ "dmesg-ramoops-0", { PSTORE_SLOTS, 0, 0, 0, 0, false } },
		{ "dmesg-pstore_blk-7", { PSTORE_SLOTS, 7, 0, 0, 0, false } },
		{ "dmesg-any-thing-2", { PSTORE_SLOTS, 2, 0, 0, 0, false } },
		{ "dmesg.txt", { PSTORE_JOINED, 0, 0, 0, 0, false } },
		{ "console-ramoops-0", { PSTORE_CONSOLE, 0, 0, 0, 0, false } },
		{ "console-pstore_blk-3", { PSTORE_CONSOLE, 3, 0, 0, 0, false } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct pstore_name name;

		assert_int_equal(pstore_parse_name(cases[i].text, &name), 0);
		assert_int_equal(name.backend, cases[i].name.backend);
		assert_true(name.id == cases[i].name.id);
		assert_int_equal(name.part, cases[i].name.part);
		assert_int_equal(name.count, cases[i].name.count);
		assert_true(name.time_us == cases[i].name.time_us);
		assert_int_equal(name.compressed, cases[i].name.compressed);
	}
}

static void test_other_names(void **state)
{
	static const char *const names[] = {
		"",
		"dmesg",
		"dmesg-",
		"dmesg--",
		"dmesg--1",
		"dmesg-1",
		"console-",
		"console-1",
		"console--1",
		"console-ramoops",
		"console-ramoops-0.enc.z",
		"dmesg-erst-",
		"dmesg-erst-1x",
		"dmesg-erst-",
		"dmesg-erst-.enc.z",
		"mce-erst-1",
		"xdmesg-efi-1",
		"dmesg.txt2",
		"dmesg-erst-+1",
		"dmesg-erst-99999999999999999999",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct pstore_name name;

		assert_int_equal(pstore_parse_name(names[i], &name), -EINVAL);
	}
}

static void test_headers(void **state)
{
	static const char *const none[] = {
		"",
		"Panic",
		"Panic#1",
		"#1 Part1",
		"Panic#1 Part",
		"Panic# Part1",
		"Panic#1 Part1x",
		"Panic #1 Part1",
		"Panic#x Part1",
		"<0>[    1.000000] Panic#1 Part1",
		"VeryLongReasonWord#1 Part1",
		"Panic#1 Part99999999999",
	};
	struct pstore_header header;

	(void)state;
	assert_int_equal(pstore_parse_header("Oops#12 Part3\r\n", 15, &header), 0);
	assert_string_equal(header.reason, "Oops");
	assert_int_equal(header.count, 12);
	assert_int_equal(header.part, 3);
	for (size_t i = 0; i < ARRAY_SIZE(none); i++)
		assert_int_equal(pstore_parse_header(none[i], strlen(none[i]), &header), -EINVAL);
}

static void test_added(void **state)
{
	static const char *const added[] = { "Panic#1 Part1", "Panic: Total 3 times\n",
					     "dmesg-erst-7710377731329884162:\n",
					     "dmesg-efi_pstore-179521210402001:" };
	static const char *const own[] = { "",
					   "<0>[    1.000000] x",
					   "Panic: Total  times",
					   "Panic: Total 3 time",
					   ": Total 3",
					   "dmesg-erst-1",
					   ":",
					   "something else:",
					   "Kernel panic - not syncing: Fatal machine check" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(added); i++)
		assert_true(pstore_is_added(added[i], strlen(added[i])));
	for (size_t i = 0; i < ARRAY_SIZE(own); i++)
		assert_false(pstore_is_added(own[i], strlen(own[i])));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_other_names),
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_added),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
