// SPDX-License-Identifier: GPL-2.0-only
/* decode() is total: whatever the registers hold, the answer is well formed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "decode/decode.h"
#include "decode/facts.h"
#include "decode/phrase.h"
#include "event/bits.h"
#include "util/cleanup.h"

enum {
	CPUID_SKYLAKE_SP = 0x50654,
	CPUID_K8 = 0x00f12,
	CPUID_K10 = 0x100f42,
	CPUID_MILAN = 0xa00f11,
	IPID_HIGH_UMC = 0x96,
};

/* One of each set of rules, every optional field present. */
static const struct record machines[] = {
	{ .vendor = VENDOR_INTEL, .cpuid = CPUID_SKYLAKE_SP, .fields = UINT32_MAX },
	{ .vendor = VENDOR_ZHAOXIN, .cpuid = 0x307b0, .fields = UINT32_MAX },
	{ .vendor = VENDOR_AMD, .cpuid = CPUID_K8, .bank = 4, .fields = UINT32_MAX },
	{ .vendor = VENDOR_AMD, .cpuid = CPUID_K10, .bank = 4, .fields = UINT32_MAX },
	{ .vendor = VENDOR_AMD, .cpuid = CPUID_MILAN, .fields = UINT32_MAX },
	{ .vendor = VENDOR_AMD,
	  .cpuid = CPUID_MILAN,
	  .ipid = (uint64_t)IPID_HIGH_UMC << 32,
	  .fields = UINT32_MAX },
	{ .vendor = VENDOR_UNKNOWN, .fields = UINT32_MAX },
	{ .vendor = VENDOR_INTEL, .bank = 255, .fields = UINT32_MAX },
	{ .vendor = VENDOR_INTEL },
	{ .vendor = VENDOR_AMD },
};

static bool is_printable(const char *text)
{
	for (; *text; text++) {
		if (*text < ' ' || *text > '~')
			return false;
	}
	return true;
}

static void check_text(const char *text)
{
	assert_non_null(text);
	assert_true(text[0] != '\0');
	assert_true(is_printable(text));
	assert_true(text[strlen(text) - 1] != '.' || !strcmp(text + strlen(text) - 4, "Etc."));
}

/* The widest field of a register that each comes from. */
static void check_location(const struct location *location)
{
	assert_true(location->socket >= LOCATION_UNKNOWN);
	assert_in_range(location->imc + 1, 0, 1 << 11);
	assert_in_range(location->channel + 1, 0, 1 << 12);
	assert_in_range(location->dimm + 1, 0, 4);
	assert_in_range(location->rank + 1, 0, 32);
	assert_in_range(location->device + 1, 0, 64);
	assert_in_range(location->bank_group + 1, 0, 8);
	assert_in_range(location->bank + 1, 0, 4);
	assert_in_range(location->row + 1, 0, 1 << 21);
	assert_in_range(location->column + 1, 0, 1 << 12);
}

/* What holds for every answer. */
static void check(const struct decoded *decoded)
{
	assert_true((unsigned int)decoded->severity < SEVERITY_COUNT_);
	assert_true((unsigned int)decoded->class < CLASS_COUNT_);
	assert_non_null(decoded->vendor);
	assert_true(decoded->count >= 1);
	assert_non_null(memchr(decoded->mca, '\0', sizeof(decoded->mca)));
	/* a text that fills its array was cut */
	assert_true(strlen(decoded->mca) < DECODED_MCA_MAX - 1);
	check_text(decoded->mca);
	check_location(&decoded->location);
	/* a full array may have lost facts */
	assert_true(decoded->n_facts < DECODED_FACTS_MAX);
	for (unsigned int i = 0; i < decoded->n_facts; i++) {
		check_text(decoded->facts[i].name);
		check_text(decoded->facts[i].text);
		/* only what went wrong may be several things */
		for (unsigned int j = 0; j < i; j++)
			if (strcmp(decoded->facts[i].name, "error") != 0)
				assert_string_not_equal(decoded->facts[i].name,
							decoded->facts[j].name);
	}
}

static void decode_and_check(const struct record *record)
{
	struct {
		struct decoded decoded;
		uint64_t guard;
	} answer;

	/* nothing of what was there before may shine through */
	memset(&answer, 0xa5, sizeof(answer));
	decode(record, &answer.decoded);
	assert_true(answer.guard == UINT64_C(0xa5a5a5a5a5a5a5a5));
	check(&answer.decoded);
}

static void test_all_codes(void **state)
{
	static const uint64_t patterns[] = {
		0,
		STATUS_VAL,
		STATUS_VAL | STATUS_UC | STATUS_MISCV | STATUS_OVER,
		~UINT64_C(0) << 16,
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(machines); i++) {
		struct record record = machines[i];

		for (size_t p = 0; p < ARRAY_SIZE(patterns); p++) {
			for (uint32_t code = 0; code <= 0xffff; code++) {
				record.status = patterns[p] | code;
				decode_and_check(&record);
			}
		}
	}
}

/* Every single bit of every register, set alone and cleared alone. */
static void test_bit_walk(void **state)
{
	static const size_t registers[] = {
		offsetof(struct record, status),    offsetof(struct record, misc),
		offsetof(struct record, mcgstatus), offsetof(struct record, mcgcap),
		offsetof(struct record, ipid),	    offsetof(struct record, synd),
		offsetof(struct record, addr),
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(machines) * ARRAY_SIZE(registers) * 64; i++) {
		struct record record = machines[i % ARRAY_SIZE(machines)];
		size_t offset = registers[i / ARRAY_SIZE(machines) / 64];
		uint64_t bit = BIT64(i / ARRAY_SIZE(machines) % 64);
		uint64_t value;

		memcpy((char *)&record + offset, &bit, sizeof(bit));
		decode_and_check(&record);
		value = ~bit;
		memcpy((char *)&record + offset, &value, sizeof(value));
		record.status |= STATUS_VAL | STATUS_MISCV;
		decode_and_check(&record);
	}
}

static void test_all_banks_and_vendors(void **state)
{
	(void)state;
	for (unsigned int vendor = 0; vendor <= UINT8_MAX; vendor++) {
		for (unsigned int bank = 0; bank <= UINT8_MAX; bank++) {
			struct record record = {
				.vendor = (uint8_t)vendor,
				.bank = (uint8_t)bank,
				.status = STATUS_VAL | (vendor << 8 | bank),
				.cpuid = bank << 20 | vendor << 4 | 0xf00,
				.socketid = UINT32_MAX - bank,
				.fields = UINT32_MAX,
			};

			decode_and_check(&record);
		}
	}
}

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static void test_random_records(void **state)
{
	uint64_t seed = UINT64_C(0x9e3779b97f4a7c15);

	(void)state;
	for (unsigned int i = 0; i < 200000; i++) {
		struct record record = machines[i % ARRAY_SIZE(machines)];

		record.status = next_random(&seed);
		record.misc = next_random(&seed);
		record.mcgstatus = next_random(&seed);
		record.mcgcap = next_random(&seed);
		record.ipid = next_random(&seed);
		record.cpuid = (uint32_t)next_random(&seed);
		record.bank = (uint8_t)next_random(&seed);
		record.fields = (uint32_t)next_random(&seed);
		decode_and_check(&record);
	}
}

static void test_facts_are_bounded(void **state)
{
	struct {
		struct decoded decoded;
		uint64_t guard;
	} answer = { .guard = 42 };

	(void)state;
	for (unsigned int i = 0; i < 2 * DECODED_FACTS_MAX; i++)
		fact_add(&answer.decoded, "name", "text", i);
	assert_int_equal(answer.decoded.n_facts, DECODED_FACTS_MAX);
	assert_int_equal(answer.decoded.facts[DECODED_FACTS_MAX - 1].value, DECODED_FACTS_MAX - 1);
	assert_int_equal(answer.guard, 42);
}

static void test_phrase_is_bounded(void **state)
{
	char text[8] = "xxxxxxx";
	char wide[64];
	struct phrase phrase;

	(void)state;
	phrase_start(&phrase, text, 6);
	phrase_add(&phrase, "abc");
	phrase_add_hex(&phrase, UINT64_MAX, 1);
	assert_string_equal(text, "abc0x");
	assert_int_equal(text[6], 'x');

	phrase_start(&phrase, text, 1);
	phrase_add_number(&phrase, 5);
	assert_string_equal(text, "");

	phrase_start(&phrase, wide, sizeof(wide));
	phrase_add_number(&phrase, UINT64_MAX);
	phrase_add(&phrase, " ");
	phrase_add_number(&phrase, 0);
	phrase_add(&phrase, " ");
	phrase_add_hex(&phrase, 0xb, 4);
	phrase_add(&phrase, " ");
	phrase_add_hex(&phrase, UINT64_MAX, 16);
	assert_string_equal(wide, "18446744073709551615 0 0x000b 0xffffffffffffffff");
}

static void test_bits(void **state)
{
	(void)state;
	assert_true(bits(UINT64_MAX, 63, 0) == UINT64_MAX);
	assert_true(bits(BIT64(63), 63, 63) == 1);
	assert_true(bits(UINT64_C(0xabcd), 15, 8) == 0xab);
	assert_true(bits(BIT64(0), 0, 0) == 1);
}

static void test_names(void **state)
{
	enum error_class class = CLASS_IO;
	enum severity severity = SEVERITY_FATAL;

	(void)state;
	for (int i = 0; i < SEVERITY_COUNT_; i++) {
		assert_int_equal(severity_parse(severity_name((enum severity)i), &severity), 0);
		assert_int_equal(severity, i);
	}
	for (int i = 0; i < CLASS_COUNT_; i++) {
		assert_int_equal(class_parse(class_name((enum error_class)i), &class), 0);
		assert_int_equal(class, i);
	}
	assert_string_equal(severity_name(SEVERITY_COUNT_), "unknown");
	assert_string_equal(severity_name((enum severity) - 1), "unknown");
	assert_string_equal(class_name(CLASS_COUNT_), "unknown");
	assert_true(severity_parse("Fatal", &severity) < 0);
	assert_true(severity_parse("", &severity) < 0);
	assert_true(class_parse("memory ", &class) < 0);
	assert_int_equal(severity, SEVERITY_FATAL);
	assert_int_equal(class, CLASS_THERMAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_codes),
		cmocka_unit_test(test_bit_walk),
		cmocka_unit_test(test_all_banks_and_vendors),
		cmocka_unit_test(test_random_records),
		cmocka_unit_test(test_facts_are_bounded),
		cmocka_unit_test(test_phrase_is_bounded),
		cmocka_unit_test(test_bits),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
