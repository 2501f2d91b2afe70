// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every extended error code of Scalable MCA: tests/golden/smca-errors.txt has
 * the codes that AMD's documents have, and all others must be unknown.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decode/decode.h"
#include "decode/smca-errors.h"
#include "decode/smca.h"

enum { CODES = 64, LINES_MAX = 1024, TEXT_MAX = 128 };

struct line {
	unsigned int hwid, mcatype, family, model, code;
	char text[TEXT_MAX];
};

static struct line lines[LINES_MAX];
static size_t n_lines;

static int read_lines(void **state)
{
	const char *root = getenv("MCELOG_TEST_SRCDIR");
	char path[4096], text[256];
	FILE *in;

	(void)state;
	snprintf(path, sizeof(path), "%s/tests/golden/smca-errors.txt", root ? root : ".");
	in = fopen(path, "re");
	if (!in)
		return -1;
	while (fgets(text, sizeof(text), in)) {
		struct line *line = &lines[n_lines];

		if (text[0] == '#')
			continue;
		if (n_lines == LINES_MAX ||
		    sscanf(text, "%x %x %x %x %u %127[^\n]", &line->hwid, &line->mcatype,
			   &line->family, &line->model, &line->code, line->text) != 6)
			fail_msg("%s: %s", path, text);
		n_lines++;
	}
	fclose(in);
	return 0;
}

static uint32_t make_cpuid(unsigned int family, unsigned int model)
{
	return (model & 0xf) << 4 | 0xf << 8 | (model >> 4) << 16 | (family - 0xf) << 20;
}

static void decode_code(unsigned int hwid, unsigned int mcatype, unsigned int family,
			unsigned int model, unsigned int code, struct decoded *ret_decoded)
{
	struct record record = {
		.vendor = VENDOR_AMD,
		.cpuid = make_cpuid(family, model),
		.bank = 20,
		.status = 1ull << 63 | (uint64_t)code << 16,
		.ipid = (uint64_t)mcatype << 48 | (uint64_t)hwid << 32,
		.fields = RECORD_HAS_CPUID | RECORD_HAS_IPID,
	};

	decode(&record, ret_decoded);
}

static const struct fact *find_fact(const struct decoded *decoded, const char *name)
{
	for (unsigned int i = 0; i < decoded->n_facts; i++)
		if (strcmp(decoded->facts[i].name, name) == 0)
			return &decoded->facts[i];
	fail_msg("no fact %s", name);
	return NULL;
}

static void test_every_line(void **state)
{
	(void)state;
	assert_true(n_lines > 400);
	for (size_t i = 0; i < n_lines; i++) {
		const struct line *line = &lines[i];
		struct decoded decoded;

		decode_code(line->hwid, line->mcatype, line->family, line->model, line->code,
			    &decoded);
		assert_string_equal(find_fact(&decoded, "error")->text, line->text);
		assert_int_equal(find_fact(&decoded, "error")->value, line->code);
		assert_non_null(decoded.bank_type);
	}
}

static bool is_listed(const struct smca_errors *row, unsigned int family, unsigned int model,
		      unsigned int code)
{
	for (size_t i = 0; i < n_lines; i++)
		if (lines[i].hwid == row->hwid && lines[i].mcatype == row->mcatype &&
		    lines[i].family == family && lines[i].model == model && lines[i].code == code)
			return true;
	return false;
}

/* The CPU under which the file lists a row's codes. */
static void listed_cpu(const struct smca_errors *row, unsigned int *ret_family,
		       unsigned int *ret_model)
{
	*ret_family = row->family;
	*ret_model = row->model_first;
	for (size_t i = 0; !row->family && i < n_lines; i++) {
		bool own = lines[i].hwid == row->hwid && lines[i].mcatype == row->mcatype;

		if (own && lines[i].model == 1) {
			*ret_family = lines[i].family;
			*ret_model = lines[i].model;
		}
	}
	assert_int_not_equal(*ret_family, 0);
}

static void test_all_other_codes_are_unknown(void **state)
{
	const struct smca_errors *rows;
	size_t n;

	(void)state;
	rows = smca_errors(&n);
	for (size_t i = 0; i < n; i++) {
		unsigned int family, model;

		listed_cpu(&rows[i], &family, &model);
		for (unsigned int code = 0; code < CODES; code++) {
			struct decoded decoded;
			const char *text;

			decode_code(rows[i].hwid, rows[i].mcatype, family, model, code, &decoded);
			text = find_fact(&decoded, "error")->text;
			if (is_listed(&rows[i], family, model, code) ==
			    (strcmp(text, "Unknown model-specific error") == 0))
				fail_msg("hwid %x mcatype %x family %x model %x code %u: %s",
					 rows[i].hwid, rows[i].mcatype, family, model, code, text);
		}
	}
}

/* Where a model numbers its codes otherwise, its neighbours do not. */
static void test_models(void **state)
{
	static const struct {
		unsigned int family, model;
		const char *text;
	} rows[] = {
		{ 0x19, 0x0f, "Probe filter protocol error" },
		{ 0x19, 0x10, "Unexpected retry in an SDP read response" },
		{ 0x19, 0x1f, "Unexpected retry in an SDP read response" },
		{ 0x19, 0x20, "Probe filter protocol error" },
		{ 0x19, 0x7b, "Unexpected retry in an SDP read response" },
		{ 0x19, 0x7c, "Probe filter protocol error" },
		{ 0x1a, 0x44, "Unexpected retry in an SDP read response" },
		{ 0x1a, 0x02, "Probe filter protocol error" },
		{ 0x18, 0x00, "Probe filter protocol error" },
	};
	struct decoded decoded;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		decode_code(0x2e, 2, rows[i].family, rows[i].model, 9, &decoded);
		assert_string_equal(find_fact(&decoded, "error")->text, rows[i].text);
	}
}

/* Every unit has errors, and every list of errors a unit. */
static void test_units(void **state)
{
	const struct smca_bank_type *types;
	const struct smca_errors *errors;
	size_t n_types, n_errors;

	(void)state;
	types = smca_bank_types(&n_types);
	errors = smca_errors(&n_errors);
	for (size_t i = 0; i < n_types; i++)
		assert_non_null(smca_error_text((uint64_t)types[i].mcatype << 48 |
							(uint64_t)types[i].hwid << 32,
						0x19, 0x01, 0));
	for (size_t i = 0; i < n_errors; i++)
		assert_non_null(smca_find((uint64_t)errors[i].mcatype << 48 |
					  (uint64_t)errors[i].hwid << 32));
}

/* A unit that nobody knows is named by its numbers, and has no errors in words. */
static void test_unknown_units(void **state)
{
	(void)state;
	for (unsigned int hwid = 0; hwid < 0x1000; hwid++) {
		uint64_t ipid = (uint64_t)hwid << 32 | 0x0077ull << 48 | 1;
		struct record record = {
			.vendor = VENDOR_AMD,
			.cpuid = make_cpuid(0x19, 0x11),
			.bank = 255 - hwid % 127,
			.status = 1ull << 63,
			.ipid = ipid,
			.fields = RECORD_HAS_CPUID | RECORD_HAS_IPID,
		};
		struct decoded decoded;

		if (record.bank >= 128)
			record.bank -= 128;
		decode(&record, &decoded);
		assert_null(decoded.bank_type);
		assert_string_equal(find_fact(&decoded, "unit")->text, "Unknown unit");
		assert_int_equal(find_fact(&decoded, "unit")->value, hwid << 16 | 0x77);
		for (unsigned int i = 0; i < decoded.n_facts; i++)
			assert_string_not_equal(decoded.facts[i].name, "error");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_line),
		cmocka_unit_test(test_all_other_codes_are_unknown),
		cmocka_unit_test(test_models),
		cmocka_unit_test(test_units),
		cmocka_unit_test(test_unknown_units),
	};

	return cmocka_run_group_tests(tests, read_lines, NULL);
}
