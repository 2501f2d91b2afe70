// SPDX-License-Identifier: GPL-2.0-only
/*
 * tests/golden/mcacod-intel.txt and mcacod-amd.txt, written from the manuals'
 * patterns and not from the decoder, say what each of the MCA error codes
 * below 1000h means: "CODE CLASS TEXT". A code that a file leaves out is unknown.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decode/decode.h"
#include "util/cleanup.h"

enum { CODES = 4096, LINE_SIZE = 256, CLASS_SIZE = 16, FILTER_BIT = 0x1000 };
enum { BANK_OF_NO_UNIT = 40, CPUID_K10 = 0x100f42 };

struct answer {
	char class[CLASS_SIZE];
	char text[LINE_SIZE];
};

static struct answer intel[CODES];
static struct answer amd[CODES];

/* The codes ascend, so that none is there twice. */
static int read_answers(const char *name, unsigned int expected, struct answer answers[CODES])
{
	const char *root = getenv("MCELOG_TEST_SRCDIR");
	char path[4096], line[LINE_SIZE];
	unsigned int next = 0, lines = 0, code;
	_cleanup_fclose_ FILE *in = NULL;

	for (code = 0; code < CODES; code++) {
		snprintf(answers[code].class, CLASS_SIZE, "unknown");
		snprintf(answers[code].text, LINE_SIZE, "unknown MCA error code 0x%04x", code);
	}
	snprintf(path, sizeof(path), "%s/tests/golden/%s", root ? root : ".", name);
	in = fopen(path, "re");
	if (!in)
		return -1;
	while (fgets(line, sizeof(line), in)) {
		if (line[0] == '#')
			continue;
		if (sscanf(line, "%x", &code) != 1 || code < next || code >= CODES ||
		    sscanf(line, "%*x %15s %255[^\n]", answers[code].class, answers[code].text) !=
			    2)
			return -1;
		next = code + 1;
		lines++;
	}
	return lines == expected ? 0 : -1;
}

/* AMD: 16 TLB, 256 memory, 2048 bus and 4 internal codes. */
static int read_all(void **state)
{
	(void)state;
	if (read_answers("mcacod-intel.txt", CODES, intel) < 0)
		return -1;
	return read_answers("mcacod-amd.txt", 16 + 256 + 2048 + 4, amd);
}

/* Of the architecture alone: no unit has this bank. */
static void decode_intel(uint32_t code, struct decoded *ret_decoded)
{
	struct record record = {
		.vendor = VENDOR_INTEL,
		.bank = BANK_OF_NO_UNIT,
		.status = 1ull << 63 | code,
	};

	decode(&record, ret_decoded);
}

static void decode_amd(uint32_t code, struct decoded *ret_decoded)
{
	struct record record = {
		.vendor = VENDOR_AMD,
		.cpuid = CPUID_K10,
		.bank = BANK_OF_NO_UNIT,
		.status = 1ull << 63 | code,
		.fields = RECORD_HAS_CPUID,
	};

	decode(&record, ret_decoded);
}

/* ipid names a unit of Scalable MCA. */
static void decode_smca(uint32_t code, uint64_t ipid, struct decoded *ret_decoded)
{
	struct record record = {
		.vendor = VENDOR_AMD,
		.status = 1ull << 63 | code,
		.ipid = ipid,
		.fields = RECORD_HAS_IPID,
	};

	decode(&record, ret_decoded);
}

static void check(uint32_t value, const struct decoded *decoded, const struct answer *answer)
{
	if (strcmp(decoded->mca, answer->text) != 0 ||
	    strcmp(class_name(decoded->class), answer->class) != 0)
		fail_msg("%04x: expected %s %s, got %s %s", value, answer->class, answer->text,
			 class_name(decoded->class), decoded->mca);
}

static void check_unknown(uint32_t value, const struct decoded *decoded)
{
	if (strncmp(decoded->mca, "unknown ", 8) != 0 || decoded->class != CLASS_UNKNOWN)
		fail_msg("%04x: %s", value, decoded->mca);
}

static void test_intel(void **state)
{
	struct decoded decoded;

	(void)state;
	for (uint32_t code = 0; code < CODES; code++) {
		decode_intel(code, &decoded);
		check(code, &decoded, &intel[code]);
	}
}

/* Compound codes have a filtering bit, which changes nothing else; simple ones have none. */
static void test_intel_filtering(void **state)
{
	(void)state;
	for (uint32_t code = 0; code < CODES; code++) {
		bool simple = code < 0x0c || (code & 0xfc00) == 0x0400;
		struct decoded decoded;

		if (strncmp(intel[code].text, "unknown ", 8) == 0)
			continue;
		decode_intel(code | FILTER_BIT, &decoded);
		if (simple)
			check_unknown(code | FILTER_BIT, &decoded);
		else
			check(code | FILTER_BIT, &decoded, &intel[code]);
	}
}

/* Only the memory controller's codes have a channel: CCCC, 1111 none. */
static void test_intel_channel(void **state)
{
	(void)state;
	for (uint32_t code = 0; code < CODES; code++) {
		bool memory = (code & 0xf80) == 0x080 || (code & 0xf80) == 0x280;
		bool has_channel = memory && (code & 0xf) != 0xf;
		int32_t expected = has_channel ? (int32_t)(code & 0xf) : LOCATION_UNKNOWN;
		struct decoded decoded;

		decode_intel(code, &decoded);
		if (decoded.location.channel != expected)
			fail_msg("%04x: channel %d", code, (int)decoded.location.channel);
	}
}

static void test_amd(void **state)
{
	struct decoded decoded;

	(void)state;
	for (uint32_t code = 0; code < CODES; code++) {
		decode_amd(code, &decoded);
		check(code, &decoded, &amd[code]);
		assert_int_equal(decoded.location.channel, LOCATION_UNKNOWN);
	}
}

/* A unit that leaves the class to the code: the load-store unit. */
static void test_smca(void **state)
{
	static const uint64_t load_store = UINT64_C(0x000000b000000000);
	struct decoded decoded;

	(void)state;
	for (uint32_t code = 0; code < CODES; code++) {
		decode_smca(code, load_store, &decoded);
		check(code, &decoded, &amd[code]);
	}
}

/* The memory type is worded for DRAM where the unit is a memory controller. */
static void test_smca_memory(void **state)
{
	static const uint64_t umc = UINT64_C(0x0000009600000000);
	/* clang-format off */
	static const char *const texts[16] = {
		"Memory, generic error",
		"Memory, generic read error",
		"Memory, generic write error",
		"Memory, data read error",
		"Memory, data write error",
		"Memory, instruction fetch error",
		"Memory, prefetch error",
		"Memory, eviction error",
		"Memory, snoop error",
		"Memory, unknown request 0x9",
		"Memory, unknown request 0xa",
		"Memory, unknown request 0xb",
		"Memory, unknown request 0xc",
		"Memory, unknown request 0xd",
		"Memory, unknown request 0xe",
		"Memory, unknown request 0xf",
	};
	/* clang-format on */
	struct decoded decoded;

	(void)state;
	for (uint32_t code = 0; code < CODES; code++) {
		decode_smca(code, umc, &decoded);
		assert_int_equal(decoded.class, CLASS_MEMORY);
		assert_string_equal(decoded.mca, (code & 0xf00) == 0x100 ? texts[code >> 4 & 0xf]
									 : amd[code].text);
	}
}

/* Bits 15 to 13 are 0 in every format of Intel, 15 to 12 in AMD's. */
static void test_upper_bits(void **state)
{
	struct decoded decoded;

	(void)state;
	for (uint32_t value = 0x1000; value <= 0xffff; value++) {
		if (value >= 0x2000) {
			decode_intel(value, &decoded);
			check_unknown(value, &decoded);
		}
		decode_amd(value, &decoded);
		check_unknown(value, &decoded);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_intel),	      cmocka_unit_test(test_intel_filtering),
		cmocka_unit_test(test_intel_channel), cmocka_unit_test(test_amd),
		cmocka_unit_test(test_smca),	      cmocka_unit_test(test_smca_memory),
		cmocka_unit_test(test_upper_bits),
	};

	return cmocka_run_group_tests(tests, read_all, NULL);
}
