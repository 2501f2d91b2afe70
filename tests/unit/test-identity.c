// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "event/event.h"

#define SECOND 1000000ll
#define BOOT_A SD_ID128_MAKE(aa, 01, 02, 03, 04, 05, 06, 07, 08, 09, 0a, 0b, 0c, 0d, 0e, 0f)
#define BOOT_B SD_ID128_MAKE(bb, 01, 02, 03, 04, 05, 06, 07, 08, 09, 0a, 0b, 0c, 0d, 0e, 0f)

/* A fatal error with valid ADDR and MISC, as the trace has it. */
static struct record fatal(void)
{
	return (struct record){
		.status = 0xbe00000000800400,
		.addr = 0x12345000,
		.misc = 0x86,
		.cpu = 3,
		.bank = 4,
		.tsc = 0x123456789,
		.time_us = 1700000000 * SECOND,
		.walltime = 1700000000,
		.boot = BOOT_A,
		.fields = RECORD_HAS_ADDR | RECORD_HAS_MISC | RECORD_HAS_TSC | RECORD_HAS_TIME,
	};
}

/* Both ways round. */
static bool same(const struct record *a, const struct record *b)
{
	bool result = record_same_error(a, b);

	assert_int_equal(result, record_same_error(b, a));
	return result;
}

static void test_same_registers(void **state)
{
	struct record a = fatal(), b = fatal();

	(void)state;
	b.source = SOURCE_ERST;
	b.replayed = true;
	assert_true(same(&a, &b));
	b.boot = SD_ID128_NULL;
	assert_true(same(&a, &b));
}

#define DIFFERS(change)                                                                            \
	do {                                                                                       \
		struct record a = fatal(), b = fatal();                                            \
		change;                                                                            \
		assert_false(same(&a, &b));                                                        \
	} while (0)

#define MATCHES(change)                                                                            \
	do {                                                                                       \
		struct record a = fatal(), b = fatal();                                            \
		change;                                                                            \
		assert_true(same(&a, &b));                                                         \
	} while (0)

static void test_what_tells_apart(void **state)
{
	(void)state;
	DIFFERS(b.cpu = 2);
	DIFFERS(b.bank = 5);
	DIFFERS(b.status ^= 1ull << 63);
	DIFFERS(b.addr++);
	DIFFERS(b.misc++);
	DIFFERS(b.tsc++);
	DIFFERS(b.boot = BOOT_B);
	DIFFERS(b.time_us += 2 * SECOND + 1);
	DIFFERS(a.fields |= RECORD_HAS_SYND; b.fields |= RECORD_HAS_SYND; b.synd = 1);
	DIFFERS(a.fields |= RECORD_HAS_IPID; b.fields |= RECORD_HAS_IPID; b.ipid = 1);
}

static void test_what_does_not(void **state)
{
	(void)state;
	MATCHES(b.time_us += 2 * SECOND);
	MATCHES(b.fields &= ~(uint32_t)RECORD_HAS_ADDR; b.addr = 0);
	MATCHES(b.fields &= ~(uint32_t)RECORD_HAS_MISC; b.misc = 0);
	MATCHES(a.fields |= RECORD_HAS_SYND; a.synd = 5);
	MATCHES(b.tsc = 0);
	MATCHES(b.fields &= ~(uint32_t)RECORD_HAS_TSC; b.tsc = 0);
	MATCHES(b.mcgstatus = 7);
	/* without ADDRV and MISCV the registers hold nothing */
	MATCHES(a.status = b.status = 0xb200000000800400; b.addr = 1; b.misc = 1);
}

static void test_unknown_time(void **state)
{
	(void)state;
	MATCHES(b.time_us = 0);
	DIFFERS(b.time_us = 0; b.tsc = 0);
	DIFFERS(a.time_us = b.time_us = 0; a.tsc = b.tsc = 0);
}

/* The bank as the next boot finds it. */
static struct record leftover(void)
{
	struct record record = fatal();

	record.tsc = 0;
	record.time_us += 90 * SECOND;
	record.boot = BOOT_B;
	record.boot_time = true;
	return record;
}

static bool again(const struct record *early, const struct record *late)
{
	const struct event a = { .record = *early, .decoded.severity = SEVERITY_FATAL };
	const struct event b = { .record = *late, .decoded.severity = SEVERITY_FATAL };

	assert_false(event_reported_again(&b, &a));
	return event_reported_again(&a, &b);
}

static void test_leftover(void **state)
{
	struct record early = fatal(), late = leftover();

	(void)state;
	assert_true(again(&early, &late));
	early.boot = SD_ID128_NULL;
	assert_false(again(&early, &late));
	early.replayed = true;
	assert_true(again(&early, &late));
	late.boot = SD_ID128_NULL;
	assert_true(again(&early, &late));
}

static void test_no_leftover(void **state)
{
	struct record early = fatal(), late = leftover();

	(void)state;
	late.boot_time = false; /* an ordinary polled record */
	assert_false(again(&early, &late));
	late = leftover();
	late.tsc = 1;
	assert_false(again(&early, &late));
	late = leftover();
	late.time_us = early.time_us - 1;
	assert_false(again(&early, &late));
	late = leftover();
	late.boot = early.boot;
	assert_false(again(&early, &late));
	late = leftover();
	late.addr++;
	assert_false(again(&early, &late));
}

/* No other report is needed of an error that a handler would have been called for. */
static void test_of_boot_before(void **state)
{
	struct event event = { .record = leftover() };

	(void)state;
	for (enum severity i = 0; i < SEVERITY_COUNT_; i++) {
		event.decoded.severity = i;
		assert_int_equal(event_is_of_boot_before(&event),
				 i == SEVERITY_FATAL || i == SEVERITY_ACTION_REQUIRED);
	}
	event.record.boot_time = false;
	event.decoded.severity = SEVERITY_FATAL;
	assert_false(event_is_of_boot_before(&event));
}

/* Firmware's word that the machine stopped outlives the bank that joins it, which is milder. */
static void test_worse_stays(void **state)
{
	struct event event = {
		.record = { .bank = RECORD_FIRMWARE_BANK, .cpu = RECORD_NO_CPU, .replayed = true },
		.decoded.severity = SEVERITY_FATAL,
	};
	const struct event bank = {
		.record = leftover(),
		.decoded.severity = SEVERITY_ACTION_OPTIONAL,
	};

	(void)state;
	assert_true(event_merge(&event, &bank));
	assert_int_equal(event.record.status, bank.record.status);
	assert_int_equal(event.decoded.severity, SEVERITY_FATAL);
}

static void test_extreme_times(void **state)
{
	(void)state;
	DIFFERS(a.time_us = INT64_MAX; b.time_us = INT64_MIN);
	DIFFERS(a.time_us = -1; b.time_us = INT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_registers), cmocka_unit_test(test_what_tells_apart),
		cmocka_unit_test(test_what_does_not),  cmocka_unit_test(test_unknown_time),
		cmocka_unit_test(test_leftover),       cmocka_unit_test(test_no_leftover),
		cmocka_unit_test(test_of_boot_before), cmocka_unit_test(test_worse_stays),
		cmocka_unit_test(test_extreme_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
