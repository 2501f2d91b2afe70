// SPDX-License-Identifier: GPL-2.0-only
/* A whole kernel log: its records, when they were, and what tells them from each other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sources/kernel-log.h"
#include "util/cleanup.h"
#include "util/strbuf.h"

#define SECOND_US 1000000ll

/* A polled record as print_mce() writes it. */
#define POLLED(prefix, tsc, time)                                                                  \
	prefix "mce: [Hardware Error]: CPU 0: Machine Check: 0 Bank 7: 8c00004000010090\n" prefix  \
	       "mce: [Hardware Error]: TSC " tsc " ADDR 12345000 MISC 8c \n" prefix                \
	       "mce: [Hardware Error]: PROCESSOR 0:606a6 TIME " time                               \
	       " SOCKET 0 APIC 0 microcode 1\n"
/* One as EDAC's decoder for AMD writes it, without a time. */
#define DECODED(prefix)                                                                            \
	prefix "[Hardware Error]: Corrected error, no action required.\n" prefix                   \
	       "[Hardware Error]: CPU:1 (17:31:0) "                                                \
	       "MC17_STATUS[-|CE|MiscV|AddrV|-|-|SyndV|CECC|-|-|-]: 0x9c2040000000011b\n" prefix   \
	       "[Hardware Error]: Error Addr: 0x0000000123456780\n" prefix                         \
	       "[Hardware Error]: IPID: 0x0000009600050f00, Syndrome: 0x000015010a400300\n"

static void take(struct kernel_log *log, const char *text, int64_t began_us, int64_t ended_us)
{
	assert_int_equal(kernel_log_init(log), 0);
	kernel_log_text(log, text, strlen(text));
	assert_int_equal(kernel_log_end(log, began_us, ended_us), 0);
}

static void expect_time(const struct kernel_log *log, size_t index, int64_t time_us)
{
	assert_true(index < log->n);
	assert_true(log->records[index].record.time_us == time_us);
}

static void test_prefixes(void **state)
{
	static const struct {
		const char *text;
		uint64_t number;
		int64_t printk_us;
	} cases[] = {
		{ "x\n" POLLED("[   12.000345] ", "5", "1795211841"), 2, 12000345 },
		{ POLLED("<2>[   12.000345] ", "5", "1795211841"), 1, 12000345 },
		{ POLLED("<2>[   12.000345][   T33] ", "5", "1795211841"), 1, 12000345 },
		{ POLLED("2,77,12000345,-;", "5", "1795211841"), 77, 12000345 },
		{ POLLED("2,77,12000345,-,caller=T33;", "5", "1795211841"), 77, 12000345 },
		{ POLLED("", "5", "1795211841"), 1, -1 },
		{ POLLED("<2>", "5", "1795211841"), 1, -1 },
		{ POLLED("[Fri Nov 20 21:59:24 2026] ", "5", "1795211841"), 1, -1 },
		{ POLLED("[99999999999999999999.000000] ", "5", "1795211841"), 1, -1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct kernel_log log;

		take(&log, cases[i].text, 0, 0);
		assert_int_equal(log.n, 1);
		assert_true(log.records[0].record.status == 0x8c00004000010090);
		assert_int_equal(log.records[0].number, cases[i].number);
		assert_true(log.records[0].printk_us == cases[i].printk_us);
		expect_time(&log, 0, 1795211841 * SECOND_US);
		kernel_log_done(&log);
	}
}

/* Anybody who may write to /dev/kmsg could make up errors, and daemons repeat them there. */
static void test_user_space(void **state)
{
	struct kernel_log log;

	(void)state;
	take(&log,
	     POLLED("<10>[   12.000345] ", "5", "1795211841")
		     POLLED("10,77,12000345,-;", "5", "1795211841"),
	     0, 0);
	assert_int_equal(log.n, 0);
	kernel_log_done(&log);
}

static void test_dates(void **state)
{
	struct kernel_log log;

	(void)state;
	/* the clock was set, and a record long after it has its own time */
	take(&log,
	     "[    2.000000] rtc_cmos 00:05: setting system clock to "
	     "2026-11-20T22:03:42 UTC (1795212222)\n" DECODED("[   12.500000] ")
		     POLLED("[ 1000.000000] ", "5", "1795213225") DECODED("[ 1001.250000] "),
	     1, 2);
	assert_int_equal(log.n, 3);
	expect_time(&log, 0, 1795212232 * SECOND_US + 500000);
	expect_time(&log, 1, 1795213225 * SECOND_US);
	expect_time(&log, 2, 1795213226 * SECOND_US + 250000);
	assert_false(log.records[2].record.fields & RECORD_HAS_TIME);
	kernel_log_done(&log);

	/* nearer to one behind it */
	take(&log, DECODED("[  900.000000] ") POLLED("[ 1000.000000] ", "5", "1795213225"), 1, 2);
	expect_time(&log, 0, 1795213125 * SECOND_US);
	kernel_log_done(&log);
}

static void test_dates_from_outside(void **state)
{
	struct kernel_log log;

	(void)state;
	take(&log, DECODED("[   12.500000] ") "[   20.000000] the end\n", 1000 * SECOND_US, 0);
	expect_time(&log, 0, 1012 * SECOND_US + 500000);
	kernel_log_done(&log);
	take(&log, DECODED("[   12.500000] ") "[   20.000000] the end\n", 0, 2000 * SECOND_US);
	expect_time(&log, 0, 1992 * SECOND_US + 500000);
	kernel_log_done(&log);
	take(&log, DECODED(""), 0, 2000 * SECOND_US);
	expect_time(&log, 0, 2000 * SECOND_US);
	kernel_log_done(&log);
	take(&log, DECODED("[   12.500000] "), 0, 0);
	expect_time(&log, 0, 0);
	kernel_log_done(&log);
	/* before 1970 */
	take(&log, DECODED("[   12.500000] ") "[90000.000000] the end\n", 0, 2 * SECOND_US);
	expect_time(&log, 0, 0);
	kernel_log_done(&log);
}

/* Banks that an earlier boot left: polled, without TSC, before user space. */
static void test_boot_time(void **state)
{
	static const struct {
		const char *text;
		bool boot_time;
	} cases[] = {
		{ POLLED("[    1.000000] ", "0", "1795211841"), true },
		{ POLLED("[  119.000000] ", "0", "1795211841"), true },
		{ POLLED("[  121.000000] ", "0", "1795211841"), false },
		{ POLLED("[    1.000000] ", "5", "1795211841"), false },
		{ POLLED("", "0", "1795211841"), false },
		{ "[    2.000000] Run /init as init process\n" POLLED("[    3.000000] ", "0",
								      "1795211841"),
		  true },
		{ "[    2.000000] Run /init as init process\n" POLLED("[    5.000000] ", "0",
								      "1795211841"),
		  false },
		/* not corrected: printed late, but of the first poll */
		{ "[    2.000000] Run /init as init process\n"
		  "[   20.000000] CPU 0: Machine Check: 0 Bank 3: be00000000800400\n",
		  true },
		{ "[  121.000000] CPU 0: Machine Check: 0 Bank 3: be00000000800400\n", false },
		{ "[    1.000000] CPU 0: Machine Check Exception: 4 Bank 3: be00000000800400\n",
		  false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct kernel_log log;

		take(&log, cases[i].text, 0, 0);
		assert_int_equal(log.n, 1);
		assert_int_equal(log.records[0].record.boot_time, cases[i].boot_time);
		kernel_log_done(&log);
	}
}

static void hash_of(const char *text, int64_t ended_us, uint64_t *ret_hash)
{
	struct kernel_log log;

	take(&log, text, 0, ended_us);
	assert_int_equal(log.n, 1);
	*ret_hash = log.records[0].hash;
	kernel_log_done(&log);
}

/* The same record in another dump of the boot, as dmesg has it, with less of the log. */
static void test_hash(void **state)
{
	static const char *const others[] = {
		POLLED("[   12.000346] ", "5", "1795211841"),
		POLLED("[   12.000345] ", "6", "1795211841"),
		POLLED("[   12.000345] ", "5", "1795211842"),
		POLLED("", "5", "1795211841"),
		DECODED("[   12.000345] "),
	};
	uint64_t hash, other;

	(void)state;
	hash_of(POLLED("<2>[   12.000345] ", "5", "1795211841"), 0, &hash);
	hash_of("[    1.000000] before\n" POLLED("[   12.000345] ", "5", "1795211841"), 5, &other);
	assert_true(hash == other);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		hash_of(others[i], 0, &other);
		assert_true(hash != other);
	}

	/* without any time the log is what tells it from others */
	hash_of(DECODED(""), 0, &hash);
	hash_of("another log\n" DECODED(""), 0, &other);
	assert_true(hash != other);
	hash_of(DECODED(""), 7, &other);
	assert_true(hash == other);
}

static void expect_end(const char *text, int64_t ended_us, enum panic_cause cause,
		       int64_t printk_us, int64_t time_us)
{
	struct kernel_log log;

	take(&log, text, 0, ended_us);
	assert_int_equal(log.end.panic.cause, cause);
	assert_true(log.end.printk_us == printk_us);
	assert_true(log.end.time_us == time_us);
	kernel_log_done(&log);
}

#define PANIC "Kernel panic - not syncing: Fatal machine check\n"
#define CLOCK                                                                                      \
	"[    1.000000] rtc_cmos 00:05: setting system clock to 2026-11-20T22:03:42 UTC "          \
	"(1795212222)\n"

/* The panic's time by the nearest line that has both clocks; by the end where none has. */
static void test_end(void **state)
{
	(void)state;
	expect_end("", 5, PANIC_NONE, -1, 5);
	expect_end("[    9.000000] x\nhalf a line\n", 0, PANIC_NONE, 9000000, 0);
	expect_end(CLOCK "[   11.500000] " PANIC "[   12.000000] Kernel Offset: disabled\n", 0,
		   PANIC_MACHINE_CHECK, 11500000, 1795212232500000);
	expect_end(POLLED("[   10.000000] ", "5", "1795211841") "[   11.500000] " PANIC, 0,
		   PANIC_MACHINE_CHECK, 11500000, 1795211842500000);
	expect_end(CLOCK POLLED("[   10.000000] ", "5", "1795211841") "[   11.500000] " PANIC, 0,
		   PANIC_MACHINE_CHECK, 11500000, 1795211842500000);
	expect_end("[   11.500000] " PANIC "[   12.500000] x\n", 1795212300000000,
		   PANIC_MACHINE_CHECK, 11500000, 1795212299000000);
	expect_end(PANIC, 1795212300000000, PANIC_MACHINE_CHECK, -1, 1795212300000000);
	expect_end("<14>[   11.500000] " PANIC, 0, PANIC_NONE, -1, 0);
	expect_end("<0>[   11.5][  T1] x\n<0>[   11.500000][  T1] " PANIC, 0, PANIC_MACHINE_CHECK,
		   11500000, 0);
}

static uint64_t hash_of_end(const char *text)
{
	struct kernel_log log;
	uint64_t hash;

	take(&log, text, 0, 0);
	hash = log.end.hash;
	kernel_log_done(&log);
	return hash;
}

/* A part of the log tells of the same panic; another time or other words of another one. */
static void test_end_hash(void **state)
{
	uint64_t hash = hash_of_end("[   11.500000] " PANIC);

	(void)state;
	assert_true(hash_of_end(CLOCK "[   11.500000] " PANIC "[   11.600000] x\n") == hash);
	assert_true(hash_of_end("<0>[   11.500000] " PANIC) == hash);
	assert_true(hash_of_end("[   11.500001] " PANIC) != hash);
	assert_true(hash_of_end("[   11.500000] Kernel panic - not syncing: Oops\n") != hash);
	assert_true(hash_of_end("a\n" PANIC) != hash_of_end("b\n" PANIC));
	assert_true(hash_of_end("[    2.000000] a\n") != hash_of_end("[    3.000000] a\n"));
}

static void test_ordinals(void **state)
{
	struct kernel_log log;

	(void)state;
	take(&log,
	     DECODED("") DECODED("") POLLED("", "5", "1795211841") DECODED("")
		     POLLED("", "5", "1795211841"),
	     0, 0);
	assert_int_equal(log.n, 5);
	assert_int_equal(log.records[0].ordinal, 0);
	assert_int_equal(log.records[1].ordinal, 1);
	assert_int_equal(log.records[2].ordinal, 0);
	assert_int_equal(log.records[3].ordinal, 2);
	assert_int_equal(log.records[4].ordinal, 1);
	kernel_log_done(&log);
}

/* What stands on both sides of a gap is not one record. */
static void test_gap(void **state)
{
	static const char first[] =
		"[   12.000345] mce: [Hardware Error]: CPU 0: Machine Check: 0 Bank 7: "
		"8c00004000010090\n";
	static const char second[] = "[   12.000346] mce: [Hardware Error]: TSC 5 ADDR 12345000\n";

	(void)state;
	for (int gap = 0; gap < 2; gap++) {
		struct kernel_log log;

		assert_int_equal(kernel_log_init(&log), 0);
		kernel_log_text(&log, first, sizeof(first) - 1);
		if (gap)
			kernel_log_gap(&log);
		kernel_log_text(&log, second, sizeof(second) - 1);
		assert_int_equal(kernel_log_end(&log, 0, 0), 0);
		assert_int_equal(log.n, 1);
		assert_int_equal(log.records[0].record.tsc, gap ? 0 : 5);
		kernel_log_done(&log);
	}
}

static void test_too_many(void **state)
{
	_cleanup_strbuf_ struct strbuf text = { 0 };
	struct kernel_log log;

	(void)state;
	for (unsigned int i = 0; i < KERNEL_LOG_RECORDS_MAX + 10; i++)
		strbuf_addf(&text, "CPU %u: Machine Check: 0 Bank 7: 8c00004000010090\n", i);
	take(&log, strbuf_text(&text), 0, 0);
	assert_int_equal(log.n, KERNEL_LOG_RECORDS_MAX);
	assert_int_equal(log.n_left_out, 10);
	assert_int_equal(log.records[log.n - 1].record.cpu, KERNEL_LOG_RECORDS_MAX - 1);
	kernel_log_done(&log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prefixes),  cmocka_unit_test(test_user_space),
		cmocka_unit_test(test_dates),	  cmocka_unit_test(test_dates_from_outside),
		cmocka_unit_test(test_boot_time), cmocka_unit_test(test_hash),
		cmocka_unit_test(test_ordinals),  cmocka_unit_test(test_gap),
		cmocka_unit_test(test_too_many),  cmocka_unit_test(test_end),
		cmocka_unit_test(test_end_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
