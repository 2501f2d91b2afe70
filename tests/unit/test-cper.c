// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPER records, error status blocks and their sections against cases in
 * tests/golden/cper, which were written from the tables of the specifications;
 * and records that real kernels wrote.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cper-builder.h"
#include "decode/cper.h"
#include "decode/decode.h"
#include "event/location.h"
#include "event/registers.h"
#include "sources/wire.h"
#include "util/cleanup.h"
#include "util/root.h"
#include "util/strbuf.h"

static const char *golden(const char *name)
{
	static char path[4096];
	const char *source = getenv("MCELOG_TEST_SRCDIR");

	snprintf(path, sizeof(path), "%s/tests/golden/cper/%s", source ? source : ".", name);
	return path;
}

static void dump_guid(struct strbuf *out, const char *name, sd_id128_t guid)
{
	char text[SD_ID128_UUID_STRING_MAX];

	if (!sd_id128_is_null(guid))
		strbuf_addf(out, "= %s %s\n", name, sd_id128_to_uuid_string(guid, text));
}

static void dump_record(struct strbuf *out, const struct record *record)
{
	for (int id = 0; id < REGISTER_COUNT_; id++) {
		char text[REGISTER_TEXT_MAX];

		if (id == REGISTER_STATUS ? record->status : register_present(record, id))
			strbuf_addf(out, "= %s %s\n", record_registers[id].name,
				    register_to_text(record, id, text));
	}
	if (record->time_us)
		strbuf_addf(out, "= time %" PRIi64 "\n", record->time_us / 1000000);
	if (record->replayed)
		strbuf_add(out, "= replayed\n");
}

static void dump_decoded(struct strbuf *out, const struct decoded *decoded)
{
	if (decoded->overflow)
		strbuf_add(out, "= overflow\n");
	if (decoded->address_usable)
		strbuf_add(out, "= address usable\n");
	for (unsigned int i = 0; i < LOCATION_FIELDS; i++)
		if (location_get(&decoded->location, i) != LOCATION_UNKNOWN)
			strbuf_addf(out, "= location %s %d\n", location_fields[i].name,
				    location_get(&decoded->location, i));
	for (unsigned int i = 0; i < decoded->n_facts; i++)
		strbuf_addf(out, "= %s: %s %#" PRIx64 "\n", decoded->facts[i].name,
			    decoded->facts[i].text, decoded->facts[i].value);
}

static const char *kind_name(enum cper_kind kind)
{
	switch (kind) {
	case CPER_ERROR:
		return "error";
	case CPER_MACHINE_CHECK:
		return "machine check";
	case CPER_STRUCT_MCE:
		return "struct mce";
	case CPER_KERNEL_LOG:
		return "kernel log";
	case CPER_KERNEL_LOG_Z:
		return "deflated kernel log";
	case CPER_STATE:
		return "state";
	}
	return "?";
}

static void dump_frame(struct strbuf *out, const struct cper_error *error)
{
	if (error->record_id)
		strbuf_addf(out, "= record id %#" PRIx64 "\n", error->record_id);
	dump_guid(out, "creator", error->creator);
	dump_guid(out, "notification", error->notification);
	dump_guid(out, "platform", error->platform);
	dump_guid(out, "partition", error->partition);
	dump_guid(out, "fru", error->fru_id);
	if (error->fru_text[0])
		strbuf_addf(out, "= fru text '%s'\n", error->fru_text);
	if (error->imprecise)
		strbuf_add(out, "= imprecise\n");
	if (error->simulated)
		strbuf_add(out, "= simulated\n");
	if (error->module_handle >= 0)
		strbuf_addf(out, "= handle %d\n", error->module_handle);
}

static int dump(void *context, const struct cper_error *error)
{
	struct strbuf *out = context;

	strbuf_addf(out, "= %u.%u %s", error->section, error->part, kind_name(error->kind));
	if (error->kind == CPER_ERROR || error->kind == CPER_STATE)
		strbuf_addf(out, ", %s %s: %s", severity_name(error->decoded.severity),
			    class_name(error->decoded.class), error->decoded.mca);
	else
		strbuf_addf(out, ", %zu bytes", error->body.size);
	strbuf_add(out, "\n");
	if (error->kind == CPER_MACHINE_CHECK)
		strbuf_addf(out, "= %s bank %u\n", vendor_name(error->record.vendor),
			    error->record.bank);
	else
		assert_int_equal(error->record.bank, 255);
	assert_int_equal(error->record.cpu, UINT32_MAX);
	dump_frame(out, error);
	dump_record(out, &error->record);
	if (error->kind == CPER_ERROR || error->kind == CPER_STATE)
		dump_decoded(out, &error->decoded);
	return 0;
}

static int parse(struct build *build, struct bytes bytes,
		 int (*each)(void *context, const struct cper_error *error), void *context,
		 char problem[CPER_PROBLEM_MAX])
{
	switch (build->form) {
	case BUILD_RECORD:
		return cper_parse(bytes, each, context, problem);
	case BUILD_STATUS:
		return cper_parse_status(bytes, each, context, problem);
	case BUILD_ALONE:
		return cper_parse_section(build->type, build->severity, bytes, each, context,
					  problem);
	}
	return -EINVAL;
}

/* The bytes of every case, as seeds for tests/fuzz/fuzz-cper, into MCELOG_CPER_SEEDS. */
static void save_seed(const struct build *build, struct bytes built)
{
	static unsigned int n;
	const char *directory = getenv("MCELOG_CPER_SEEDS");
	_cleanup_fclose_ FILE *f = NULL;
	char path[4096];

	if (!directory)
		return;
	snprintf(path, sizeof(path), "%s/%03u", directory, n++);
	f = fopen(path, "we");
	assert_non_null(f);
	if (build->form == BUILD_ALONE)
		assert_int_equal(fwrite(&build->type, sizeof(build->type), 1, f), 1);
	assert_int_equal(fwrite(built.data, 1, built.size, f), built.size);
}

/* A block of its exact size, so that the sanitizers see a read past its end. */
static void run_case(struct build *build, struct strbuf *out)
{
	struct bytes built = build_end(build);
	_cleanup_free_ uint8_t *copy = malloc(built.size ? built.size : 1);
	char problem[CPER_PROBLEM_MAX] = "untouched";
	int r;

	assert_non_null(copy);
	memcpy(copy, built.data, built.size);
	save_seed(build, built);
	r = parse(build, (struct bytes){ copy, built.size }, dump, out, problem);
	if (problem[0])
		strbuf_addf(out, "= problem: %s\n", problem);
	if (r < 0)
		strbuf_addf(out, "= %s\n", r == -EBADMSG ? "nothing" : strerror(-r));
	else if (r == 0)
		strbuf_add(out, "= no errors\n");
}

static unsigned int end_case(struct build *build, const char *file, const char *name,
			     struct strbuf *expected)
{
	_cleanup_strbuf_ struct strbuf out = { 0 };
	unsigned int failed = 0;

	if (!name[0])
		return 0;
	run_case(build, &out);
	if (strcmp(strbuf_text(&out), strbuf_text(expected)) != 0) {
		fprintf(stderr, "%s: %s: expected\n%sgot\n%s", file, name, strbuf_text(expected),
			strbuf_text(&out));
		failed = 1;
	}
	strbuf_reset(expected);
	return failed;
}

/*
 * "case NAME", lines for the builder, then what is expected as lines that begin
 * with "=". Returns how many cases failed.
 */
static unsigned int check_file(const char *file)
{
	_cleanup_free_ struct build *build = calloc(1, sizeof(*build));
	_cleanup_strbuf_ struct strbuf expected = { 0 };
	_cleanup_fclose_ FILE *f = fopen(golden(file), "re");
	unsigned int failed = 0, cases = 0;
	char line[1024], name[1024] = "";

	assert_non_null(build);
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		if (line[0] == '=') {
			strbuf_add(&expected, line);
			continue;
		}
		line[strcspn(line, "\n")] = '\0';
		if (!line[0] || line[0] == '#')
			continue;
		if (strncmp(line, "case ", 5) == 0) {
			failed += end_case(build, file, name, &expected);
			snprintf(name, sizeof(name), "%s", line + 5);
			*build = (struct build){ .length = -1 };
			cases++;
		} else {
			build_line(build, line);
		}
	}
	failed += end_case(build, file, name, &expected);
	assert_true(cases > 0);
	return failed;
}

static void test_golden(void **state)
{
	static const char *const files[] = { "memory.txt", "processor.txt", "x86.txt", "arm.txt",
					     "pcie.txt",   "dmar.txt",	    "cxl.txt", "other.txt",
					     "record.txt", "status.txt",    "bad.txt" };

	unsigned int failed = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		failed += check_file(files[i]);
	assert_int_equal(failed, 0);
}

struct seen {
	unsigned int n;
	struct cper_error error;
};

static int see(void *context, const struct cper_error *error)
{
	struct seen *seen = context;

	seen->n++;
	seen->error = *error;
	return 0;
}

/* content is the caller's, because error.body points into it. */
static struct seen read_real(const char *name, char **ret_content)
{
	_cleanup_close_ int fd = open(golden(name), O_RDONLY | O_CLOEXEC);
	struct seen seen = { 0 };
	char problem[CPER_PROBLEM_MAX];
	size_t size;

	assert_true(fd >= 0);
	assert_int_equal(read_all(fd, 1 << 20, ret_content, &size), 0);
	assert_int_equal(
		cper_parse((struct bytes){ (uint8_t *)*ret_content, size }, see, &seen, problem),
		1);
	assert_string_equal(problem, "");
	assert_int_equal(seen.n, 1);
	return seen;
}

static void check_real_mce(const char *name, uint8_t vendor, uint64_t status)
{
	_cleanup_free_ char *content = NULL;
	struct seen seen = read_real(name, &content);
	struct record record;

	assert_int_equal(seen.error.kind, CPER_STRUCT_MCE);
	assert_int_equal(seen.error.body.size, 128);
	assert_true(seen.error.record.replayed);
	assert_int_equal(wire_decode(seen.error.body, &record), 0);
	assert_int_equal(record.vendor, vendor);
	assert_int_equal(record.status, status);
	/* the ID is the clock of the moment in which the kernel first asked for one */
	assert_in_range(seen.error.record_id >> 32, record.walltime, record.walltime + 2);
}

static void test_real(void **state)
{
	_cleanup_free_ char *content = NULL;
	struct seen seen = read_real("real/dmesg-6.1.cper", &content);

	(void)state;
	assert_int_equal(seen.error.kind, CPER_KERNEL_LOG_Z);
	assert_int_equal(seen.error.body.size, 6281 - 200);
	/* seconds, not BCD: the time stamp of the record is its ID's */
	assert_int_equal(seen.error.record.time_us / 1000000, seen.error.record_id >> 32);

	check_real_mce("real/mce-6.1.cper", VENDOR_INTEL, 0xbe00000000800400);
	check_real_mce("real/mce-6.12.cper", VENDOR_INTEL, 0xbe00000000800400);
	check_real_mce("real/mce-amd.cper", VENDOR_AMD, 0xbe00000000070f0f);
}

static int refuse(void *context, const struct cper_error *error)
{
	unsigned int *n = context;

	(void)error;
	++*n;
	return -ENOSPC;
}

/* What each returns ends the walk. */
static void test_each_ends(void **state)
{
	_cleanup_free_ struct build *build = calloc(1, sizeof(*build));
	static const char *const forms[] = { "form record", "form status" };
	char problem[CPER_PROBLEM_MAX];
	unsigned int n;

	(void)state;
	assert_non_null(build);
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		n = 0;
		*build = (struct build){ .length = -1 };
		build_line(build, forms[i]);
		build_line(build, "section a5bc1114-6f64-4ede-b863-3e83ed7c83b1 80");
		build_line(build, "section a5bc1114-6f64-4ede-b863-3e83ed7c83b1 80");
		assert_int_equal(parse(build, build_end(build), refuse, &n, problem), -ENOSPC);
		assert_int_equal(n, 1);
	}
	*build = (struct build){ .length = -1 };
	build_line(build, "section dc3ea0b0-a144-4797-b95b-53fa242b6e1d 128");
	build_line(build, "put 0 8 0x200");
	build_line(build, "put 64 2 1");
	build_line(build, "put 66 2 16");
	build_line(build, "put 68 4 0xc0002011");
	build_line(build, "put 80 8 0x8000000000000000");
	build_line(build, "put 96 2 1");
	build_line(build, "put 98 2 16");
	build_line(build, "put 100 4 0xc0002021");
	build_line(build, "put 112 8 0x8000000000000000");
	n = 0;
	assert_int_equal(cper_parse(build_end(build), refuse, &n, problem), -ENOSPC);
	assert_int_equal(n, 1);
}

/* The registers of a section are those of a machine check that decode() explains. */
static void test_machine_check(void **state)
{
	_cleanup_free_ struct build *build = calloc(1, sizeof(*build));
	char problem[CPER_PROBLEM_MAX];
	struct decoded decoded;
	struct seen seen = { 0 };

	(void)state;
	assert_non_null(build);
	build->length = -1;
	build_line(build, "section dc3ea0b0-a144-4797-b95b-53fa242b6e1d 128 1");
	build_line(build, "put 0 8 0x103");
	build_line(build, "put 8 8 4");
	build_line(build, "put 16 4 0x830f10");
	build_line(build, "put 64 2 1");
	build_line(build, "put 66 2 48");
	build_line(build, "put 68 4 0xc0002111");
	build_line(build, "put 80 8 0x9c2040000000011b");
	build_line(build, "put 88 8 0x3f5e1c0");
	build_line(build, "put 96 8 0xd01a000400000000");
	build_line(build, "put 112 8 0x9600350f00");
	build_line(build, "put 120 8 0x10002800502");
	assert_int_equal(cper_parse(build_end(build), see, &seen, problem), 1);
	assert_int_equal(seen.error.kind, CPER_MACHINE_CHECK);
	decode(&seen.error.record, &decoded);
	assert_int_equal(decoded.severity, SEVERITY_CORRECTED);
	assert_int_equal(decoded.class, CLASS_MEMORY);
	assert_string_equal(decoded.bank_type, "UMC");
	assert_int_equal(decoded.location.channel, 3);
}

static void check_guess(const char *name, size_t size, const char *guid)
{
	static const uint8_t zero[256];
	sd_id128_t expected = SD_ID128_NULL;

	if (guid[0])
		assert_int_equal(sd_id128_from_string(guid, &expected), 0);
	assert_true(sd_id128_equal(cper_guess_type(name, (struct bytes){ zero, size }), expected));
}

static void test_guess(void **state)
{
	const char *memory = "a5bc1114-6f64-4ede-b863-3e83ed7c83b1";
	const char *pcie = "d995e954-bbc1-430f-ad91-b44dcb3c6f35";
	const char *arm = "e19e3d16-bc11-11e4-9caa-c2051d5d46b0";
	uint8_t body[72] = { [4] = 1, [8] = 72 };
	sd_id128_t type;

	(void)state;
	check_guess("cper-mem-erst-1", 10, memory);
	check_guess("cper-pcie-erst-1", 80, pcie);
	check_guess("cper-proc-arm-erst-1", 0, arm);
	check_guess("mce-erst-1", 128, "fe08ffbe-95e4-4be7-bc73-4096044a38fc");
	check_guess("unknown-erst-1", 80, memory);
	check_guess("unknown-erst-1", 73, memory);
	check_guess("unknown-erst-1", 208, pcie);
	check_guess("unknown-erst-1", 72, "");
	check_guess("unknown-erst-1", 0, "");
	assert_int_equal(sd_id128_from_string(arm, &type), 0);
	assert_true(sd_id128_equal(
		cper_guess_type("unknown-erst-1", (struct bytes){ body, sizeof(body) }), type));
	body[4] = 2; /* that many do not fit */
	assert_true(sd_id128_is_null(
		cper_guess_type("unknown-erst-1", (struct bytes){ body, sizeof(body) })));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),	  cmocka_unit_test(test_real),
		cmocka_unit_test(test_each_ends), cmocka_unit_test(test_machine_check),
		cmocka_unit_test(test_guess),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
