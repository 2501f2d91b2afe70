// SPDX-License-Identifier: GPL-2.0-only
/*
 * tests/golden/mcacod-intel.txt, written from the SDM's patterns and not from
 * the decoder, says what each of the 4096 MCACOD values means.
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

enum { CODES = 4096, LINE_SIZE = 256, FILTER_BIT = 0x1000 };

static char classes[CODES][16];
static char texts[CODES][LINE_SIZE];

static int read_lines(void **state)
{
	const char *root = getenv("MCELOG_TEST_SRCDIR");
	char path[4096], line[LINE_SIZE];
	unsigned int next = 0;
	FILE *in;

	(void)state;
	snprintf(path, sizeof(path), "%s/tests/golden/mcacod-intel.txt", root ? root : ".");
	in = fopen(path, "re");
	if (!in)
		return -1;
	while (fgets(line, sizeof(line), in)) {
		unsigned int code;

		if (line[0] == '#')
			continue;
		if (next == CODES ||
		    sscanf(line, "%x %15s %255[^\n]", &code, classes[next], texts[next]) != 3 ||
		    code != next)
			fail_msg("%s: %s", path, line);
		next++;
	}
	fclose(in);
	return next == CODES ? 0 : -1;
}

static void decode_code(uint32_t code, struct decoded *ret_decoded)
{
	struct record record = {
		.vendor = VENDOR_INTEL,
		.bank = 40, /* no unit's: the architecture alone */
		.status = 1ull << 63 | code,
	};

	decode(&record, ret_decoded);
}

static void check(uint32_t code, uint32_t value)
{
	struct decoded decoded;

	decode_code(value, &decoded);
	if (strcmp(decoded.mca, texts[code]) != 0 ||
	    strcmp(class_name(decoded.class), classes[code]) != 0)
		fail_msg("%04x: expected %s %s, got %s %s", value, classes[code], texts[code],
			 class_name(decoded.class), decoded.mca);
}

static void test_every_code(void **state)
{
	(void)state;
	for (uint32_t code = 0; code < CODES; code++)
		check(code, code);
}

/* Compound codes have a filtering bit, which changes nothing else; simple ones have none. */
static void test_filtering(void **state)
{
	(void)state;
	for (uint32_t code = 0; code < CODES; code++) {
		bool simple = code < 0x0c || (code & 0xfc00) == 0x0400;
		struct decoded decoded;

		if (strncmp(texts[code], "unknown", 7) == 0)
			continue;
		if (!simple) {
			check(code, code | FILTER_BIT);
			continue;
		}
		decode_code(code | FILTER_BIT, &decoded);
		if (strncmp(decoded.mca, "unknown ", 8) != 0)
			fail_msg("%04x: %s", code | FILTER_BIT, decoded.mca);
	}
}

/* Bits 15 to 13 are 0 in every format. */
static void test_upper_bits(void **state)
{
	(void)state;
	for (uint32_t value = 0x2000; value <= 0xffff; value++) {
		struct decoded decoded;

		decode_code(value, &decoded);
		if (strncmp(decoded.mca, "unknown ", 8) != 0)
			fail_msg("%04x: %s", value, decoded.mca);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_code),
		cmocka_unit_test(test_filtering),
		cmocka_unit_test(test_upper_bits),
	};

	return cmocka_run_group_tests(tests, read_lines, NULL);
}
