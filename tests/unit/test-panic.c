// SPDX-License-Identifier: GPL-2.0-only
/* Whether a kernel's log tells of a panic, and whether the hardware was its cause. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "sources/panic.h"
#include "util/cleanup.h"

static enum panic_cause cause_of(const char *log)
{
	struct panic panic = { 0 };

	panic_text(&panic, log, strlen(log));
	return panic.cause;
}

static void test_panics(void **state)
{
	static const char *const texts[] = {
		"Fatal machine check",
		"Fatal Machine check",
		"Fatal machine check on current CPU",
		"Fatal machine check from unknown source",
		"Fatal local machine check",
		"Local fatal machine check!",
		"Machine check from unknown source",
		"Failed kernel mode recovery",
		"Too many consecutive machine checks while accessing user data",
		"Consecutive machine checks to different user pages",
		"Panicing machine check CPU died",
		"Timeout: Not all CPUs entered broadcast exception handler",
		"Timeout: Subject CPUs unable to finish machine check processing",
		"Timeout: Monarch CPU unable to finish machine check processing",
		"Timeout: Monarch CPU did not finish machine check processing",
		"Timeout synchronizing machine check over CPUs",
		"Memory error not recovered",
	};
	char log[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		snprintf(log, sizeof(log), "[   12.345678] Kernel panic - not syncing: %s",
			 texts[i]);
		assert_int_equal(cause_of(log), PANIC_MACHINE_CHECK);
	}
}

static void test_no_panics(void **state)
{
	(void)state;
	assert_int_equal(cause_of(""), PANIC_NONE);
	assert_int_equal(cause_of("\n\n"), PANIC_NONE);
	assert_int_equal(cause_of("[ 1.0] mce: [Hardware Error]: Fake kernel panic: Fatal machine "
				  "check"),
			 PANIC_NONE);
	assert_int_equal(
		cause_of("[    1.000000] app[1]: Kernel panic - not syncing: Fatal machine "
			 "check"),
		PANIC_NONE);
	assert_int_equal(cause_of("Kernel panic - not syncing: "), PANIC_OTHER);
	assert_int_equal(cause_of("Kernel panic - not syncing: Timeout"), PANIC_OTHER);
	assert_int_equal(cause_of("Kernel panic - not syncing: hung_task: blocked tasks"),
			 PANIC_OTHER);
}

/* What follows a panic is its consequence. */
static void test_first_panic(void **state)
{
	(void)state;
	assert_int_equal(cause_of("Kernel panic - not syncing: Attempted to kill init!\n"
				  "Kernel panic - not syncing: Fatal machine check\n"),
			 PANIC_OTHER);
	assert_int_equal(cause_of("Kernel panic - not syncing: Fatal machine check\n"
				  "Kernel panic - not syncing: Attempted to kill init!\n"),
			 PANIC_MACHINE_CHECK);
}

static void test_firmware(void **state)
{
	static const char memory[] =
		"{1}[Hardware Error]: Hardware error from APEI Generic Hardware Error Source: 1\n"
		"{1}[Hardware Error]:   section_type: memory error\n";
	static const char bus[] =
		"{2}[Hardware Error]: Hardware error from APEI Generic Hardware Error Source: 0\n"
		"{2}[Hardware Error]:   section_type: PCIe error\n";
	static const char panic[] = "Kernel panic - not syncing: GHES: Fatal hardware error\n";
	static const char old_panic[] = "Kernel panic - not syncing: Fatal hardware error!\n";
	char log[1024];

	(void)state;
	snprintf(log, sizeof(log), "%s%s%s", bus, memory, panic);
	assert_int_equal(cause_of(log), PANIC_MEMORY_ERROR);
	snprintf(log, sizeof(log), "%s%s", memory, old_panic);
	assert_int_equal(cause_of(log), PANIC_MEMORY_ERROR);
	snprintf(log, sizeof(log), "%s%s%s", memory, bus, panic);
	assert_int_equal(cause_of(log), PANIC_FIRMWARE_ERROR);
	assert_int_equal(cause_of(panic), PANIC_FIRMWARE_ERROR);
}

/* EDAC's own panics, from Linux 2.6.16 on, and words that only begin like them. */
static void test_edac(void **state)
{
	static const char *const by_edac[] = {
		"UE memory read error on CPU_SrcID#0_MC#0_Chan#1_DIMM#0 (channel:1 slot:0 "
		"page:0x12345 offset:0x340 grain:32 - err_code:0101:0090)",
		"UE on DIMM_A1 ( page:0x12345 offset:0x340 grain:32)",
		"UE memory read error on any memory ( page:0x0 offset:0x0 grain:32)",
		"EDAC MC0: UE page 0x12345, offset 0x340, grain 8, row 1, labels \"A1:B1\": e752x "
		"UE",
		"EDAC MC12: Uncorrected Error",
		"UE row 2, channel-a= 0 channel-b= 1 labels \"A1-B1\": i5000",
	};
	static const char *const others[] = {
		"UE on my own",		  "EDAC MC0", "EDAC MC0: something else", "UEFI went away",
		"EDAC: PCI Parity Error",
	};
	char log[512];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(by_edac); i++) {
		snprintf(log, sizeof(log), "<0>[ 6.5] Kernel panic - not syncing: %s\n",
			 by_edac[i]);
		assert_int_equal(cause_of(log), PANIC_MEMORY_ERROR);
	}
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		snprintf(log, sizeof(log), "<0>[ 6.5] Kernel panic - not syncing: %s\n", others[i]);
		assert_int_equal(cause_of(log), PANIC_OTHER);
	}
}

static void test_texts(void **state)
{
	static const char log[] =
		"<0>[    6.4] mce: [Hardware Error]: Machine check: Processor context corrupt\n"
		"<0>[    6.5] Kernel panic - not syncing: Fatal machine check\r\n"
		"<0>[    6.6] Kernel Offset: 0xc800000\n";
	struct panic panic = { 0 };
	char line[1024];

	(void)state;
	panic_text(&panic, log, strlen(log));
	assert_string_equal(panic.words, "Fatal machine check");
	assert_string_equal(panic.reason, "Processor context corrupt");
	assert_true(panic_by_hardware(&panic));
	memset(line, '\xff', sizeof(line));
	memcpy(line, "Kernel panic - not syncing: Fatal machine check", 47);
	panic = (struct panic){ 0 };
	assert_true(panic_line(&panic, line, sizeof(line)));
	assert_int_equal(strlen(panic.words), PANIC_TEXT_MAX - 1);
	assert_memory_equal(panic.words, "Fatal machine check    ", 23);
}

/* A kernel with other words: its machine-check code has given the reason before. */
static void test_unknown_words(void **state)
{
	static const char reason[] = "[ 1.0] mce: [Hardware Error]: Machine check: Uncorrected\n";
	static const char words[] = "[ 2.0] Kernel panic - not syncing: Dazed and confused\n";
	static const char test[] =
		"[ 1.5] mce: [Hardware Error]: Fake kernel panic: Fatal machine check\n";
	char log[512];

	(void)state;
	snprintf(log, sizeof(log), "%s%s", reason, words);
	assert_int_equal(cause_of(log), PANIC_MACHINE_CHECK);
	snprintf(log, sizeof(log), "%s%s%s", reason, test, words);
	assert_int_equal(cause_of(log), PANIC_OTHER);
	assert_int_equal(cause_of("[ 1.0] app: Machine check: x\n"
				  "[ 2.0] Kernel panic - not syncing: y\n"),
			 PANIC_OTHER);
}

static void test_by_hardware(void **state)
{
	static const bool wanted[] = {
		[PANIC_MACHINE_CHECK] = true,
		[PANIC_MEMORY_ERROR] = true,
		[PANIC_FIRMWARE_ERROR] = true,
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		assert_int_equal(panic_by_hardware(&(struct panic){ .cause = (enum panic_cause)i }),
				 wanted[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_panics),	      cmocka_unit_test(test_no_panics),
		cmocka_unit_test(test_first_panic),   cmocka_unit_test(test_firmware),
		cmocka_unit_test(test_edac),	      cmocka_unit_test(test_texts),
		cmocka_unit_test(test_unknown_words), cmocka_unit_test(test_by_hardware),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
