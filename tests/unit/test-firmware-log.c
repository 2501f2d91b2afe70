// SPDX-License-Identifier: GPL-2.0-only
/* What firmware reported, in kernel logs: times, IDs, boots, and logs that were cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "sources/kernel-log.h"
#include "sources/previous-log.h"
#include "tests/unit/collect.h"

#define KMSG	"/dev/kmsg"
#define BOOT_US 1795211830000000

enum { GIVEN_MAX = 16, AT_BODY = 92, BODY_MAX = 128 };

struct given {
	struct firmware firmware;
	uint8_t body[BODY_MAX];
};

struct bench {
	struct collect *collect;
	struct given given[GIVEN_MAX];
	unsigned int n;
	int error;
};

static struct bench bench;

static int take_firmware(void *context, const struct firmware *firmware)
{
	struct given *given = &bench.given[bench.n];

	assert_ptr_equal(context, bench.collect);
	if (bench.error)
		return bench.error;
	assert_true(bench.n < GIVEN_MAX);
	if (firmware->edac) {
		bench.given[bench.n++].firmware = *firmware;
		return 1;
	}
	assert_true(firmware->bytes.size > AT_BODY && firmware->bytes.size <= AT_BODY + BODY_MAX);
	given->firmware = *firmware;
	memset(given->body, 0, sizeof(given->body));
	memcpy(given->body, firmware->bytes.data + AT_BODY, firmware->bytes.size - AT_BODY);
	bench.n++;
	return 1;
}

static int setup(void **state)
{
	int r = collect_setup(state);

	bench = (struct bench){ .collect = *state };
	bench.collect->intake.firmware = take_firmware;
	bench.collect->env.boot_time_us = BOOT_US;
	bench.collect->env.boot =
		SD_ID128_MAKE(aa, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11);
	return r;
}

#define BLOCK_AT(time, address)                                                                    \
	time "{1}[Hardware Error]: event severity: corrected\n" time                               \
	     "{1}[Hardware Error]:  Error 0, type: corrected\n" time                               \
	     "{1}[Hardware Error]:   section_type: memory error\n" time                            \
	     "{1}[Hardware Error]:   physical_address: " address "\n"

/* The same error of the same module, with its lines from this number and second on. */
#define KMSG_BLOCK(seq, s, count)                                                                  \
	"4," seq "1," s "000001,-;{" count "}[Hardware Error]: Hardware error from APEI Generic "  \
	"Hardware Error Source: 4\n"                                                               \
	"4," seq "2," s "000002,-;{" count "}[Hardware Error]: event severity: corrected\n"        \
	"4," seq "3," s "000003,-;{" count "}[Hardware Error]:  Error 0, type: corrected\n"        \
	"4," seq "4," s "000004,-;{" count "}[Hardware Error]:   section_type: memory error\n"     \
	"4," seq "5," s "000005,-;{" count "}[Hardware Error]:   physical_address: "               \
	"0x0000000000abc000\n"

static void run_kmsg(struct collect *collect, const char *text)
{
	put_file(collect, KMSG, text, strlen(text));
	assert_int_equal(source_run(collect, &source_kmsg), 0);
	assert_string_equal(collect->logged, "");
}

/* An hour later it is another error; read again, or by another boot's clock, the IDs tell. */
static void test_twins(void **state)
{
	static const char twins[] = KMSG_BLOCK("10", "40", "1") KMSG_BLOCK("20", "3640", "2");
	uint64_t ids[2];

	run_kmsg(*state, twins);
	assert_int_equal(bench.n, 2);
	for (unsigned int i = 0; i < 2; i++) {
		const struct firmware *firmware = &bench.given[i].firmware;

		assert_int_equal(firmware->form, FIRMWARE_STATUS);
		assert_int_equal(firmware->source, SOURCE_KMSG);
		assert_false(firmware->replayed);
		assert_true(sd_id128_equal(firmware->boot, bench.collect->env.boot));
		assert_string_equal(firmware->name, "Generic Hardware Error Source 4");
		ids[i] = firmware->record_id;
	}
	assert_true(bench.given[0].firmware.time_us == BOOT_US + 40000003);
	assert_true(bench.given[1].firmware.time_us == BOOT_US + 3640000003);
	assert_memory_equal(bench.given[0].body, bench.given[1].body, BODY_MAX);
	assert_true(ids[0] != ids[1]);

	bench.n = 0;
	run_kmsg(*state, twins);
	assert_true(bench.given[0].firmware.record_id == ids[0]);
	assert_true(bench.given[1].firmware.record_id == ids[1]);
	bench.n = 0;
	bench.collect->env.boot.bytes[0] ^= 1;
	run_kmsg(*state, twins);
	assert_true(bench.given[0].firmware.record_id != ids[0]);
}

/* What the boot before left has not this log's time, and not its boot. */
static void test_bert(void **state)
{
	run_kmsg(*state, "6,100,1000000,-;BERT: Error records from previous boot:\n"
			 "6,101,1000001,-;[Hardware Error]: event severity: fatal\n"
			 "6,102,1000002,-;[Hardware Error]:  Error 0, type: fatal\n"
			 "6,103,1000003,-;[Hardware Error]:   section_type: memory error\n");
	assert_int_equal(bench.n, 1);
	assert_true(bench.given[0].firmware.replayed);
	assert_true(bench.given[0].firmware.time_us == 0);
	assert_true(sd_id128_is_null(bench.given[0].firmware.boot));
}

#define INSTANCE "/sys/kernel/tracing/instances/mcelog"

#define KMSG_EDAC(seq, s)                                                                          \
	"4," seq "," s "000001,-;EDAC MC0: 2 CE memory read error on DIMM_A1 (channel:1 slot:0 "   \
	"page:0xabc offset:0x40 grain:32 syndrome:0x0)\n"

static void set_mtime(struct collect *collect, const char *path, time_t seconds)
{
	const struct timespec times[2] = { { .tv_sec = seconds }, { .tv_sec = seconds } };
	char file[512];

	snprintf(file, sizeof(file), "%s%s", collect->directory, path);
	assert_int_equal(utimensat(AT_FDCWD, file, times, 0), 0);
}

/* EDAC repeats machine checks: of those that were traced the trace tells. */
static void test_edac(void **state)
{
	static const char text[] = KMSG_EDAC("100", "40") KMSG_EDAC("200", "90");
	struct collect *collect = *state;

	put_file(collect, INSTANCE "/events/mce/mce_record/enable", "1\n", 2);
	set_mtime(collect, INSTANCE, BOOT_US / 1000000 + 60);
	run_kmsg(collect, text);
	assert_int_equal(bench.n, 1);
	assert_true(bench.given[0].firmware.edac);
	assert_int_equal(bench.given[0].firmware.count, 2);
	assert_int_equal(bench.given[0].firmware.source, SOURCE_KMSG);
	assert_true(bench.given[0].firmware.time_us == BOOT_US + 40000001);
	assert_true(sd_id128_equal(bench.given[0].firmware.boot, collect->env.boot));
	assert_string_equal(bench.given[0].firmware.label, "DIMM_A1");

	set_mtime(collect, INSTANCE, BOOT_US / 1000000 + 100);
	bench.n = 0;
	run_kmsg(collect, text);
	assert_int_equal(bench.n, 2);
	assert_true(bench.given[0].firmware.record_id != bench.given[1].firmware.record_id);

	/* the clock was set since: the trace may have all of it */
	set_mtime(collect, INSTANCE, BOOT_US / 1000000 - 100000);
	bench.n = 0;
	run_kmsg(collect, text);
	assert_int_equal(bench.n, 0);
}

/* Lines that are missing part what they may have been. */
static void test_edac_gap(void **state)
{
	static const char edac[] = "[ 1.000000] EDAC MC0: 1 CE on A1 ( page:0xabc offset:0x0 "
				   "grain:32 syndrome:0x0)";
	static const char check[] = "[ 1.000000] mce: [Hardware Error]: CPU 0: Machine Check: 0 "
				    "Bank 7: 8c00004000010090\n[ 1.000000] mce: [Hardware Error]: "
				    "TSC 0 ADDR abc000 MISC 86 \n";
	struct kernel_log log;

	(void)state;
	for (unsigned int gap = 0; gap < 2; gap++) {
		assert_int_equal(kernel_log_init(&log), 0);
		kernel_log_line(&log, edac, strlen(edac));
		if (gap)
			kernel_log_gap(&log);
		kernel_log_text(&log, check, strlen(check));
		assert_int_equal(kernel_log_end(&log, 0, 0), 0);
		assert_int_equal(log.n, 1);
		assert_int_equal(log.n_firmware, gap);
		kernel_log_done(&log);
	}
}

/* It is the same error only near it. */
static void test_edac_far(void **state)
{
	static const char edac[] = "[ 1.000000] EDAC MC0: 1 CE on A1 ( page:0xabc offset:0x0 "
				   "grain:32 syndrome:0x0)\n";
	static const char block[] = BLOCK_AT("[ 2.000000] ", "0x0000000000abc000");
	struct kernel_log log;

	(void)state;
	for (unsigned int far = 0; far < 2; far++) {
		assert_int_equal(kernel_log_init(&log), 0);
		kernel_log_text(&log, edac, strlen(edac));
		for (unsigned int i = 0; i < 20 + far * 60; i++)
			kernel_log_line(&log, "[ 1.500000] usb 1-1: new", 24);
		kernel_log_text(&log, block, strlen(block));
		assert_int_equal(kernel_log_end(&log, 0, 0), 0);
		assert_int_equal(log.n_firmware, 1 + far);
		kernel_log_done(&log);
	}
}

static void test_not_wanted(void **state)
{
	bench.collect->intake.firmware = NULL;
	run_kmsg(*state, KMSG_BLOCK("10", "40", "1"));
	assert_int_equal(bench.n, 0);
}

static void test_refused(void **state)
{
	struct collect *collect = *state;

	bench.error = -ENOMEM;
	put_file(collect, KMSG, KMSG_BLOCK("10", "40", "1"), strlen(KMSG_BLOCK("10", "40", "1")));
	assert_int_equal(source_run(collect, &source_kmsg), -ENOMEM);
}

#define BLOCK(time, count)                                                                         \
	time "{" count "}[Hardware Error]: event severity: corrected\n" time "{" count             \
	     "}[Hardware Error]:  Error 0, type: corrected\n" time "{" count                       \
	     "}[Hardware Error]:   section_type: memory error\n" time "{" count                    \
	     "}[Hardware Error]:   error_type: 2, single-bit ECC\n"

static void read_log(struct kernel_log *log, const char *text, int64_t ended_us)
{
	assert_int_equal(kernel_log_init(log), 0);
	kernel_log_text(log, text, strlen(text));
	assert_int_equal(kernel_log_end(log, 0, ended_us), 0);
}

/* A later dump of the same boot has the same lines, and more that say when they were. */
static void test_copies(void **state)
{
	struct kernel_log shorter, longer;

	(void)state;
	read_log(&shorter, BLOCK("[   12.000001] ", "1"), 1795212000000000);
	read_log(&longer,
		 "[    1.000000] rtc_cmos: setting system clock to 2026-11-20T22:03:42 UTC "
		 "(1795212222)\n" BLOCK("[   12.000001] ", "1") BLOCK("[   13.000001] ", "2"),
		 1795219999000000);
	assert_int_equal(shorter.n_firmware, 1);
	assert_int_equal(longer.n_firmware, 2);
	assert_true(shorter.firmware[0].firmware.record_id ==
		    longer.firmware[0].firmware.record_id);
	assert_true(longer.firmware[0].firmware.record_id != longer.firmware[1].firmware.record_id);
	assert_true(shorter.firmware[0].firmware.time_us == 1795212000000000);
	assert_true(longer.firmware[0].firmware.time_us == 1795212233000001);
	kernel_log_done(&shorter);
	kernel_log_done(&longer);
}

/* Numbers begin anew with each boot, and a log may have no times. */
static void test_no_times(void **state)
{
	struct kernel_log log, copy, other;

	(void)state;
	read_log(&log, BLOCK("", "1") BLOCK("", "1"), 77000000);
	read_log(&copy, BLOCK("", "1") BLOCK("", "1"), 77000000);
	read_log(&other, "another log\n" BLOCK("", "1") BLOCK("", "1"), 77000000);
	assert_int_equal(log.n_firmware, 2);
	for (unsigned int i = 0; i < 2; i++) {
		assert_true(log.firmware[i].firmware.time_us == 77000000);
		assert_true(log.firmware[i].firmware.record_id ==
			    copy.firmware[i].firmware.record_id);
		assert_true(log.firmware[i].firmware.record_id !=
			    other.firmware[i].firmware.record_id);
	}
	assert_true(log.firmware[0].firmware.record_id != log.firmware[1].firmware.record_id);
	kernel_log_done(&log);
	kernel_log_done(&copy);
	kernel_log_done(&other);
}

/* Machine checks with a TIME date what is near them; each is handed over once. */
static void test_previous(void **state)
{
	struct collect *collect = *state;
	struct previous_log previous = { 0 };
	unsigned int n_new = 0;

	read_log(&previous.log,
		 BLOCK("[   12.000001] ",
		       "1") "[   20.000000] mce: [Hardware Error]: CPU 0: Machine Check: 0 "
			    "Bank 3: be00000000800400\n"
			    "[   20.000000] mce: [Hardware Error]: TSC 5 ADDR 12345000 \n"
			    "[   20.000000] mce: [Hardware Error]: PROCESSOR 0:606a6 TIME "
			    "1795200000 SOCKET 0 APIC 0 microcode 1\n",
		 0);
	collect->room = 1;
	assert_int_equal(previous_log_deliver(&previous, SOURCE_PSTORE, &collect->env,
					      &collect->intake, &n_new),
			 1);
	collect->room = 2;
	assert_int_equal(previous_log_deliver(&previous, SOURCE_PSTORE, &collect->env,
					      &collect->intake, &n_new),
			 0);
	assert_int_equal(collect->n, 1);
	assert_int_equal(n_new, 1);
	assert_int_equal(bench.n, 1);
	assert_int_equal(bench.given[0].firmware.source, SOURCE_PSTORE);
	assert_true(bench.given[0].firmware.replayed);
	assert_true(bench.given[0].firmware.time_us == 1795199992000001);
	assert_true(sd_id128_is_null(bench.given[0].firmware.boot));
	kernel_log_done(&previous.log);
}

/* By a log whose clock was off for days nobody can tell which machine check it was. */
static void test_previous_edac(void **state)
{
	struct collect *collect = *state;
	struct previous_log previous = { 0 };
	unsigned int n_new = 0;

	read_log(&previous.log,
		 "[   12.000001] EDAC MC0: 1 UE memory read error on DIMM_A1 (channel:1 slot:0 "
		 "page:0xabc offset:0x40 grain:32)\n",
		 1795200000000000);
	assert_int_equal(previous.log.n_firmware, 1);
	assert_int_equal(previous_log_deliver(&previous, SOURCE_PSTORE, &collect->env,
					      &collect->intake, &n_new),
			 0);
	assert_int_equal(bench.n, 0);
	kernel_log_done(&previous.log);
}

/* The bits of a golden case's first error that are valid; the log ends after n lines. */
static uint64_t valid_after(const char *text, size_t size, unsigned int n_lines, bool *ret_any)
{
	struct kernel_log log;
	uint64_t valid = 0;
	size_t at = 0;

	for (; n_lines && at < size; at++)
		n_lines -= text[at] == '\n';
	assert_int_equal(kernel_log_init(&log), 0);
	kernel_log_text(&log, text, at);
	assert_int_equal(kernel_log_end(&log, 0, 0), 0);
	*ret_any = log.n_firmware > 0;
	for (size_t i = 0; i < log.n_firmware && !i; i++)
		valid = bytes_u64(log.firmware[i].firmware.bytes, AT_BODY);
	kernel_log_done(&log);
	return valid;
}

/* Each line adds what it says and nothing else; without a line that is an error there is none. */
static void test_cut(void **state)
{
	/* after which of the first 15 lines of the file there is how much: all of memory's bits */
	static const uint64_t wanted[] = {
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x1, 0x3, 0x7, 0x3cbfff, 0x3cffff, 0x3effff,
	};
	size_t size = 0;
	_cleanup_free_ char *text =
		test_read(test_data("golden/text/input/ghes-memory.txt"), &size);

	(void)state;
	for (unsigned int n = 0; n < ARRAY_SIZE(wanted); n++) {
		bool any;

		assert_true(valid_after(text, size, n, &any) == wanted[n]);
		assert_int_equal(any, n >= 4);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_twins, setup, collect_teardown),
		cmocka_unit_test_setup_teardown(test_bert, setup, collect_teardown),
		cmocka_unit_test_setup_teardown(test_edac, setup, collect_teardown),
		cmocka_unit_test(test_edac_gap),
		cmocka_unit_test(test_edac_far),
		cmocka_unit_test_setup_teardown(test_not_wanted, setup, collect_teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, collect_teardown),
		cmocka_unit_test(test_copies),
		cmocka_unit_test(test_no_times),
		cmocka_unit_test_setup_teardown(test_previous, setup, collect_teardown),
		cmocka_unit_test_setup_teardown(test_previous_edac, setup, collect_teardown),
		cmocka_unit_test(test_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
