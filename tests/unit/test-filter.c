// SPDX-License-Identifier: GPL-2.0-only
/* What is left out: known false alarms by their registers and by no less, corrected memory errors.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "decode/decode.h"
#include "decode/false-alarm.h"
#include "filter.h"

static const struct filter both = { .false_alarms = true, .corrected_memory = true };
static const struct filter none;

static struct event make(uint8_t vendor, uint32_t cpuid, uint8_t bank, uint64_t status)
{
	struct event event = {
		.record = { .vendor = vendor,
			    .cpuid = cpuid,
			    .bank = bank,
			    .status = status,
			    .fields = RECORD_HAS_CPUID },
	};

	decode(&event.record, &event.decoded);
	return event;
}

static bool has_fact(const struct event *event)
{
	for (unsigned int i = 0; i < event->decoded.n_facts; i++)
		if (strcmp(event->decoded.facts[i].name, "false_alarm") == 0)
			return true;
	return false;
}

static void expect(uint8_t vendor, uint32_t cpuid, uint8_t bank, uint64_t status, bool is_false)
{
	struct event event = make(vendor, cpuid, bank, status);

	assert_int_equal(filter_event(&both, &event) == FILTER_FALSE_ALARM, is_false);
	assert_int_equal(has_fact(&event), is_false);
	assert_int_equal(filter_event(&none, &event), FILTER_TELL);
}

static void test_gart(void **state)
{
	(void)state;
	expect(VENDOR_AMD, 0x00000f50, 4, 0xa40000000005001b, true);  /* K8 */
	expect(VENDOR_AMD, 0x00100f42, 4, 0xa40000000005001b, true);  /* family 10h */
	expect(VENDOR_AMD, 0x00730f01, 4, 0x840000000005001b, true);  /* family 16h */
	expect(VENDOR_AMD, 0x00800f11, 4, 0xa40000000005001b, false); /* family 17h */
	expect(VENDOR_HYGON, 0x00900f00, 4, 0xa40000000005001b, false);
	expect(VENDOR_INTEL, 0x00000f50, 4, 0xa40000000005001b, false);
	expect(VENDOR_AMD, 0x00100f42, 3, 0xa40000000005001b, false); /* another bank */
	expect(VENDOR_AMD, 0x00100f42, 4, 0xa40000000008001b, false); /* another error */
	expect(VENDOR_AMD, 0x00100f42, 4, 0xa400000000050e0f, false); /* no TLB code */
}

static void test_parity(void **state)
{
	static const uint32_t cpus[] = { 0x306c3, 0x40651, 0x40661, 0x306d4, 0x50654 };

	(void)state;
	for (size_t i = 0; i < sizeof(cpus) / sizeof(cpus[0]); i++) {
		expect(VENDOR_INTEL, cpus[i], 0, 0x90000040000f0005, true);
		expect(VENDOR_INTEL, cpus[i], 0, 0xd0000080000f0005, true);
		expect(VENDOR_INTEL, cpus[i], 0, 0xb0000040000f0005, false); /* uncorrected */
		expect(VENDOR_INTEL, cpus[i], 0, 0x90000040000e0005, false);
		expect(VENDOR_INTEL, cpus[i], 1, 0x90000040000f0005, false);
	}
	expect(VENDOR_INTEL, 0x306f2, 0, 0x90000040000f0005, false); /* Haswell-EP */
	expect(VENDOR_AMD, 0x306c3, 0, 0x90000040000f0005, false);
}

static void test_btb(void **state)
{
	const uint64_t ipid = 0x000100b000000000;
	struct record record = {
		.vendor = VENDOR_AMD,
		.cpuid = 0x00810f10,
		.bank = 1,
		.status = 0x98004000003e0000 & ~0x3f0000ull,
		.fields = RECORD_HAS_CPUID | RECORD_HAS_IPID,
		.ipid = ipid,
	};

	(void)state;
	record.status |= 0x0a0000;
	assert_non_null(decode_false_alarm(&record));
	record.ipid = 0x000000b000000000; /* LS */
	assert_null(decode_false_alarm(&record));
	record.ipid = ipid;
	record.fields = RECORD_HAS_CPUID;
	assert_null(decode_false_alarm(&record));
	record.fields = RECORD_HAS_IPID;
	assert_null(decode_false_alarm(&record));
	record.fields = RECORD_HAS_CPUID | RECORD_HAS_IPID;
	record.status ^= 0x010000;
	assert_null(decode_false_alarm(&record));
	record.status ^= 0x010000;
	record.cpuid = 0x00830f10; /* Rome */
	assert_null(decode_false_alarm(&record));
}

static void test_memory(void **state)
{
	struct event corrected = make(VENDOR_INTEL, 0x606a6, 13, 0x8c00004000010090);
	struct event uncorrected = make(VENDOR_INTEL, 0x606a6, 13, 0xbc00000000010090);
	struct event cache = make(VENDOR_INTEL, 0x606a6, 1, 0x8000004000000135);

	(void)state;
	assert_int_equal(filter_event(&both, &corrected), FILTER_COUNT);
	assert_int_equal(filter_event(&both, &uncorrected), FILTER_TELL);
	assert_int_equal(filter_event(&both, &cache), FILTER_TELL);
	assert_int_equal(filter_event(&none, &corrected), FILTER_TELL);
}

static void test_config(void **state)
{
	struct config config = { .filter = true };
	struct filter filter = filter_from_config(&config);

	(void)state;
	assert_true(filter.false_alarms);
	assert_false(filter.corrected_memory);
	config = (struct config){ .filter_memory_errors = true };
	filter = filter_from_config(&config);
	assert_false(filter.false_alarms);
	assert_true(filter.corrected_memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gart),   cmocka_unit_test(test_parity),
		cmocka_unit_test(test_btb),    cmocka_unit_test(test_memory),
		cmocka_unit_test(test_config),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
