// SPDX-License-Identifier: GPL-2.0-only
/*
 * Golden records: tests/golden/decode/input/NAME holds one record a line,
 * "vendor=Intel cpuid=0x50654 bank=7 status=0x... [misc= addr= ...]" (# begins
 * a comment line), expected/NAME the answers; bad/NAME records that no manual
 * explains, whose answer must say so. MCELOG_TEST_SRCDIR names the source tree.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decode/decode.h"
#include "event/location.h"
#include "util/cleanup.h"

enum { LINE_MAX_ = 1024 };

struct key {
	const char *name;
	size_t offset;
	size_t size;
	uint32_t field;
};

#define KEY(key, member, has)                                                                      \
	{                                                                                          \
		.name = (key), .offset = offsetof(struct record, member),                          \
		.size = sizeof(((struct record *)0)->member), .field = (has)                       \
	}

static const struct key keys[] = {
	KEY("cpuid", cpuid, RECORD_HAS_CPUID),
	KEY("bank", bank, 0),
	KEY("status", status, 0),
	KEY("addr", addr, RECORD_HAS_ADDR),
	KEY("misc", misc, RECORD_HAS_MISC),
	KEY("mcgstatus", mcgstatus, RECORD_HAS_MCGSTATUS),
	KEY("mcgcap", mcgcap, RECORD_HAS_MCGCAP),
	KEY("synd", synd, RECORD_HAS_SYND),
	KEY("ipid", ipid, RECORD_HAS_IPID),
	KEY("synd1", synd1, RECORD_HAS_SYND12),
	KEY("synd2", synd2, RECORD_HAS_SYND12),
	KEY("apicid", apicid, RECORD_HAS_APICID),
	KEY("socket", socketid, RECORD_HAS_SOCKETID),
};

/* x86 is little endian: the low bytes of value are the member. */
static int set_key(struct record *record, const char *name, const char *text)
{
	char *end;
	uint64_t value = strtoull(text, &end, 0);

	if (end == text || *end)
		return -EINVAL;
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (strcmp(keys[i].name, name) != 0)
			continue;
		memcpy((char *)record + keys[i].offset, &value, keys[i].size);
		record->fields |= keys[i].field;
		return 0;
	}
	return -EINVAL;
}

static int parse_record(const char *line, struct record *ret_record)
{
	struct record record = {.vendor = VENDOR_UNKNOWN};
	char copy[LINE_MAX_];
	char *rest = copy;
	char *word;

	snprintf(copy, sizeof(copy), "%s", line);
	while ((word = strsep(&rest, " ")) != NULL) {
		char *value = strchr(word, '=');
		int r;

		if (!value)
			return -EINVAL;
		*value++ = '\0';
		if (strcmp(word, "vendor") == 0)
			r = vendor_parse(value, &record.vendor);
		else
			r = set_key(&record, word, value);
		if (r < 0)
			return r;
	}
	*ret_record = record;
	return 0;
}

static void print_location(FILE *out, const struct location *location)
{
	fprintf(out, "  where:");
	for (unsigned int i = 0; i < LOCATION_FIELDS; i++) {
		int32_t value = location_get(location, i);

		if (value != LOCATION_UNKNOWN)
			fprintf(out, " %s=%d", location_fields[i].name, value);
	}
	fprintf(out, "\n");
}

static void print_facts(FILE *out, const struct decoded *decoded)
{
	fprintf(out, "  facts:");
	for (unsigned int i = 0; i < decoded->n_facts; i++) {
		const struct fact *fact = &decoded->facts[i];

		fprintf(out, " %s", fact->name);
		if (fact->value != 1)
			fprintf(out, "=0x%llx", (unsigned long long)fact->value);
	}
	fprintf(out, "\n");
}

static void print_errors(FILE *out, const struct decoded *decoded)
{
	for (unsigned int i = 0; i < decoded->n_facts; i++)
		if (strcmp(decoded->facts[i].name, "error") == 0)
			fprintf(out, "  error: %s\n", decoded->facts[i].text);
}

static void print_decoded(FILE *out, const char *line, const struct decoded *decoded)
{
	fprintf(out, "%s\n", line);
	fprintf(out, "  %s %s count=%u%s%s%s\n", severity_name(decoded->severity),
		class_name(decoded->class), decoded->count, decoded->overflow ? " overflow" : "",
		decoded->bank_type ? " unit=" : "", decoded->bank_type ? decoded->bank_type : "");
	fprintf(out, "  %s\n", decoded->mca);
	print_errors(out, decoded);
	fprintf(out, "  cpu: %s %s\n", decoded->vendor,
		decoded->cpu_name ? decoded->cpu_name : "(unknown)");
	print_location(out, &decoded->location);
	print_facts(out, decoded);
}

/* The next record line of a file, without its newline; false at the end. */
static bool next_line(FILE *file, char line[LINE_MAX_])
{
	while (fgets(line, LINE_MAX_, file)) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] && line[0] != '#')
			return true;
	}
	return false;
}

static void decode_line(const char *path, const char *line, struct decoded *ret_decoded)
{
	struct record record;

	if (parse_record(line, &record) < 0)
		fail_msg("%s: not a record: %s", path, line);
	decode(&record, ret_decoded);
}

/* All answers to an input file as one text; to be freed. */
static char *answers(const char *path)
{
	_cleanup_fclose_ FILE *in = fopen(path, "re");
	char line[LINE_MAX_];
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(in);
	assert_non_null(out);
	while (next_line(in, line)) {
		struct decoded decoded;

		decode_line(path, line, &decoded);
		print_decoded(out, line, &decoded);
	}
	assert_int_equal(fclose(out), 0);
	return text;
}

static char *read_text(const char *path)
{
	_cleanup_fclose_ FILE *in = fopen(path, "re");
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int c;

	if (!in)
		fail_msg("%s: %s", path, strerror(errno));
	assert_non_null(out);
	while ((c = getc(in)) != EOF)
		putc(c, out);
	assert_int_equal(fclose(out), 0);
	return text;
}

/* Fails with the first line that differs. */
static void compare(const char *path, const char *expected, const char *actual)
{
	unsigned int line = 1;

	while (*expected || *actual) {
		size_t n = strcspn(expected, "\n");
		size_t m = strcspn(actual, "\n");

		if (n != m || strncmp(expected, actual, n) != 0)
			fail_msg("%s:%u:\nexpected: %.*s\n     got: %.*s", path, line, (int)n,
				 expected, (int)m, actual);
		expected += n + (expected[n] == '\n');
		actual += m + (actual[m] == '\n');
		line++;
	}
}

static void find_files(const char *directory, glob_t *ret_files)
{
	const char *root = getenv("MCELOG_TEST_SRCDIR");
	char pattern[4096];

	snprintf(pattern, sizeof(pattern), "%s/tests/golden/decode/%s/*.txt", root ? root : ".",
		 directory);
	if (glob(pattern, 0, NULL, ret_files) != 0)
		fail_msg("nothing matches %s", pattern);
}

static void check_golden(const char *input)
{
	char path[4096];
	const char *name = strrchr(input, '/') + 1;
	_cleanup_free_ char *actual = answers(input);
	_cleanup_free_ char *expected = NULL;

	if (getenv("MCELOG_TEST_PRINT")) {
		printf("== %s\n%s", name, actual);
		return;
	}
	snprintf(path, sizeof(path), "%.*s../expected/%s", (int)(name - input), input, name);
	expected = read_text(path);
	compare(path, expected, actual);
}

static void test_golden(void **state)
{
	glob_t files;

	(void)state;
	find_files("input", &files);
	for (size_t i = 0; i < files.gl_pathc; i++)
		check_golden(files.gl_pathv[i]);
	globfree(&files);
}

static void check_bad(const char *path)
{
	_cleanup_fclose_ FILE *in = fopen(path, "re");
	char line[LINE_MAX_];

	assert_non_null(in);
	while (next_line(in, line)) {
		struct decoded decoded;

		decode_line(path, line, &decoded);
		if (!strstr(decoded.mca, "unknown ") && decoded.severity != SEVERITY_UNKNOWN)
			fail_msg("%s: %s: got: %s", path, line, decoded.mca);
	}
}

static void test_bad(void **state)
{
	glob_t files;

	(void)state;
	find_files("bad", &files);
	for (size_t i = 0; i < files.gl_pathc; i++)
		check_bad(files.gl_pathv[i]);
	globfree(&files);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
