// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kernel text: tests/golden/text/input/NAME through the parser must give
 * expected/NAME, a line for each record, one for each error that firmware reported
 * with all its bytes that are not 0, and, behind "|", each foreign line.
 * MCELOG_TEST_SRCDIR names the source tree.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event/location.h"
#include "event/registers.h"
#include "sources/text.h"
#include "util/cleanup.h"

static void print_record(void *context, const struct record *record, const char *symbol)
{
	FILE *out = context;

	fprintf(out, "cpu=%u bank=%u vendor=%s", record->cpu, record->bank,
		vendor_name(record->vendor));
	for (int id = 0; id < REGISTER_COUNT_; id++)
		if (register_present(record, (enum register_id)id))
			fprintf(out, " %s=%llx", record_registers[id].name,
				(unsigned long long)register_get(record, (enum register_id)id));
	if (record->fields & RECORD_HAS_SOCKETID)
		fprintf(out, " socket=%u", record->socketid);
	if (record->fields & RECORD_HAS_TIME)
		fprintf(out, " time=%llu", (unsigned long long)record->walltime);
	if (symbol[0])
		fprintf(out, " symbol=%s", symbol);
	fprintf(out, "\n");
}

/* " 16:1a2b3c4d": the four bytes from 16 on; those that are 0 are left out. */
static void print_bytes(FILE *out, struct bytes bytes)
{
	for (size_t at = 0; at < bytes.size; at += 4) {
		uint8_t four[4] = { 0 };

		for (size_t i = 0; i < 4; i++)
			four[i] = bytes_u8(bytes, at + i);
		if (four[0] || four[1] || four[2] || four[3])
			fprintf(out, " %zu:%02x%02x%02x%02x", at, four[0], four[1], four[2],
				four[3]);
	}
}

enum { AT_LENGTH = 12, BLOCK_SIZE = 20, ENTRY_SIZE = 72 };

/* What EDAC's core printed. */
static void print_edac(FILE *out, const struct firmware *firmware)
{
	assert_int_equal(firmware->form, FIRMWARE_SECTION);
	assert_int_equal(firmware->source, SOURCE_TEXT);
	assert_false(firmware->replayed);
	assert_int_not_equal(firmware->record_id, 0);
	assert_true(sd_id128_equal(firmware->type, SD_ID128_MAKE(a5, bc, 11, 14, 6f, 64, 4e, de, b8,
								 63, 3e, 83, ed, 7c, 83, b1)));
	fprintf(out, "edac \"%s\" severity=%d count=%u", firmware->name, (int)firmware->severity,
		firmware->count);
	if (firmware->label[0])
		fprintf(out, " label=\"%s\"", firmware->label);
	for (unsigned int i = 0; i < LOCATION_FIELDS; i++)
		if (location_get(&firmware->place, i) != LOCATION_UNKNOWN)
			fprintf(out, " %s=%d", location_fields[i].name,
				(int)location_get(&firmware->place, i));
	fprintf(out, "\n  body of %zu", firmware->bytes.size);
	print_bytes(out, firmware->bytes);
	fprintf(out, "\n");
}

static void print_firmware(void *context, const struct firmware *firmware)
{
	struct bytes block = firmware->bytes, entry, body;
	FILE *out = context;

	if (firmware->edac) {
		print_edac(out, firmware);
		return;
	}
	assert_int_equal(firmware->form, FIRMWARE_STATUS);
	assert_int_equal(firmware->source, SOURCE_TEXT);
	assert_int_not_equal(firmware->record_id, 0);
	assert_true(block.size > BLOCK_SIZE + ENTRY_SIZE);
	assert_int_equal(bytes_u32(block, AT_LENGTH), block.size - BLOCK_SIZE);
	entry = (struct bytes){ block.data + BLOCK_SIZE, ENTRY_SIZE };
	body = (struct bytes){ entry.data + ENTRY_SIZE, block.size - BLOCK_SIZE - ENTRY_SIZE };
	assert_int_equal(bytes_u32(entry, 24), body.size);
	fprintf(out, "firmware \"%s\"%s severity=%d", firmware->name,
		firmware->replayed ? " replayed" : "", (int)bytes_u32(block, 16));
	if (firmware->label[0])
		fprintf(out, " label=\"%s\"", firmware->label);
	fprintf(out, "\n  entry");
	print_bytes(out, entry);
	fprintf(out, "\n  body of %zu", body.size);
	print_bytes(out, body);
	fprintf(out, "\n");
}

static void print_foreign(void *context, const char *line, size_t length)
{
	fprintf(context, "| %.*s\n", (int)length, line);
}

/* What the parser makes of a file; to be freed. */
static char *parse_file(const char *path)
{
	_cleanup_fclose_ FILE *in = fopen(path, "re");
	_cleanup_free_ struct text_parser *parser = NULL;
	_cleanup_free_ char *line = NULL;
	struct text_output output = {
		.record = print_record,
		.firmware = print_firmware,
		.foreign = print_foreign,
	};
	char *text = NULL;
	size_t size = 0, line_size = 0;
	ssize_t length;

	assert_non_null(in);
	output.context = open_memstream(&text, &size);
	assert_non_null(output.context);
	assert_int_equal(text_parser_new(&output, &parser), 0);
	while ((length = getline(&line, &line_size, in)) >= 0)
		text_parser_line(parser, line, (size_t)length);
	text_parser_finish(parser);
	assert_int_equal(fclose(output.context), 0);
	return text;
}

static char *read_text(const char *path)
{
	_cleanup_fclose_ FILE *in = fopen(path, "re");
	char *text = NULL;
	size_t size = 0;

	if (!in)
		fail_msg("%s cannot be read", path);
	if (getdelim(&text, &size, '\0', in) < 0)
		fail_msg("%s is empty", path);
	return text;
}

static void test_golden(void **state)
{
	const char *root = getenv("MCELOG_TEST_SRCDIR");
	char pattern[4096];
	glob_t files;

	(void)state;
	snprintf(pattern, sizeof(pattern), "%s/tests/golden/text/input/*.txt", root ? root : ".");
	assert_int_equal(glob(pattern, 0, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		const char *input = files.gl_pathv[i], *name = strrchr(input, '/') + 1;
		_cleanup_free_ char *actual = parse_file(input);
		_cleanup_free_ char *expected = NULL;
		char path[4200];

		if (getenv("MCELOG_TEST_PRINT"))
			printf("== %s\n%s", name, actual);
		snprintf(path, sizeof(path), "%.*s../expected/%s", (int)(name - input), input,
			 name);
		expected = read_text(path);
		if (strcmp(expected, actual) != 0)
			fail_msg("%s:\nexpected:\n%s\ngot:\n%s", name, expected, actual);
	}
	globfree(&files);
}

/* A line cut anywhere, and any byte in it changed, neither crashes nor makes up a record. */
static void test_cut(void **state)
{
	static const char line[] = "CPU 0: Machine Check: 0 Bank 5: 8c00004000010090";
	struct text_output output = { .record = print_record, .foreign = print_foreign };
	_cleanup_free_ struct text_parser *parser = NULL;

	(void)state;
	for (size_t n = 0; n < strlen("CPU 0: Machine Check: 0 Bank 5: "); n++) {
		_cleanup_free_ char *text = NULL;
		size_t size = 0;

		output.context = open_memstream(&text, &size);
		assert_non_null(output.context);
		assert_int_equal(text_parser_new(&output, &parser), 0);
		text_parser_line(parser, line, n);
		text_parser_finish(parser);
		fclose(output.context);
		if (strncmp(text, "cpu=", 4) == 0)
			fail_msg("\"%.*s\" gives %s", (int)n, line, text);
		free(parser);
		parser = NULL;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
