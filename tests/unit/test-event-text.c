// SPDX-License-Identifier: GPL-2.0-only
/* What people read: the message, mcelog's lines, times and FRU texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tests/unit/sample-event.h"
#include "util/cleanup.h"

static void test_full_text(void **state)
{
	_cleanup_strbuf_ struct strbuf buffer = { 0 };
	struct event event = full_event();

	(void)state;
	event_to_text(&event, &buffer);
	assert_string_equal(
		strbuf_text(&buffer),
		"Hardware event. This is not a software error.\n"
		"MCE 42\n"
		"CPU 3 BANK 17 TSC 5d24e3d93\n"
		"RIP !INEXACT! 10:ffffffffb14592eb\n"
		"MISC d01a000900000000 ADDR 3f5e1c0\n"
		"TIME 1795212210 Fri Nov 20 22:03:30 2026\n"
		"MCG status:RIPV MCIP \n"
		"MCi status:\n"
		"Error overflow\n"
		"Corrected error\n"
		"Error enabled\n"
		"MCi_MISC register valid\n"
		"MCi_ADDR register valid\n"
		"MCA: DRAM ECC error\n"
		"row: Row with \"quotes\" (0x123)\n"
		"SEVERITY corrected CLASS memory COUNT 2\n"
		"BANKTYPE UMC\n"
		"LOCATION socket 12 imc 1 channel 0 dimm 1 rank 2 device 3 bank_group 4 "
		"bank 5 row 6 column 7\n"
		"DIMM label P0_A0\n"
		"STATUS dc2040000000011b MCGSTATUS 5\n"
		"MCGCAP 1000c17 APICID 12c SOCKETID c \n"
		"SYND 9f4a0a800a0006 IPID 9600650f00\n"
		"SYND1 415f3050204d4d44 SYND2 30\n"
		"FRU DMM P0_A0\n"
		"PPIN 2b3c4d5e6f708192\n"
		"MICROCODE a201210\n"
		"CPUID Vendor AMD Family 25 Model 33 Step 2\n"
		"CPUNAME Zen 3 (Vermeer)\n"
		"\n");
}

static void test_empty_text(void **state)
{
	_cleanup_strbuf_ struct strbuf buffer = { 0 };
	struct event event = empty_event();

	(void)state;
	event_to_text(&event, &buffer);
	assert_string_equal(strbuf_text(&buffer), "Hardware event. This is not a software error.\n"
						  "CPU 0 BANK 0\n"
						  "MCi status:\n"
						  "Corrected error\n"
						  "MCA: no error code\n"
						  "SEVERITY unknown CLASS unknown COUNT 1\n"
						  "STATUS 8000000000000000\n"
						  "\n");
}

/* The thermal interrupt's status is another register; APEI's bank 255 is not. */
static void test_software_banks(void **state)
{
	_cleanup_strbuf_ struct strbuf buffer = { 0 };
	struct event event = empty_event();

	(void)state;
	event.record.bank = 128;
	event_to_text(&event, &buffer);
	assert_null(strstr(strbuf_text(&buffer), "MCi status"));
	strbuf_reset(&buffer);
	event.record.bank = 255;
	event_to_text(&event, &buffer);
	assert_non_null(strstr(strbuf_text(&buffer), "MCi status"));
}

static void test_recovery(void **state)
{
	static const struct {
		enum severity severity;
		const char *line;
	} rows[] = {
		{ SEVERITY_UCNA, "\nUncorrected error\nUCNA\n" },
		{ SEVERITY_ACTION_OPTIONAL, "\nUncorrected error\nSRAO\n" },
		{ SEVERITY_ACTION_REQUIRED, "\nUncorrected error\nSRAR\n" },
		{ SEVERITY_DEFERRED, "MCi status:\nDeferred error\n" },
		{ SEVERITY_FATAL, "\nUncorrected error\nMCA" },
	};
	struct event event = empty_event();

	(void)state;
	event.record.status = 0xa000000000000000;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_strbuf_ struct strbuf buffer = { 0 };

		event.decoded.severity = rows[i].severity;
		event_to_text(&event, &buffer);
		assert_non_null(strstr(strbuf_text(&buffer), rows[i].line));
	}
}

static const char *message(const struct event *event)
{
	static char buffer[EVENT_MESSAGE_MAX];

	assert_ptr_equal(event_message(event, buffer, sizeof(buffer)), buffer);
	return buffer;
}

static void test_messages(void **state)
{
	struct event event = empty_event();

	(void)state;
	event.decoded.class = CLASS_MEMORY;
	event.decoded.severity = SEVERITY_CORRECTED;
	strcpy(event.decoded.mca, "Memory controller read error, channel 0");
	event.decoded.location.channel = 0; /* said already */
	event.decoded.location.socket = 1;
	event.record.cpu = 3;
	event.record.bank = 7;
	assert_string_equal(message(&event),
			    "Corrected memory error: memory controller read error, channel 0 "
			    "(CPU 3, socket 1, bank 7, 1 error)");

	event.decoded.severity = SEVERITY_ACTION_REQUIRED;
	event.record.fields = RECORD_HAS_SOCKETID;
	event.record.bank = 255;
	event.record.replayed = true; /* of a text: says nothing */
	event.decoded.count = 3;
	assert_string_equal(message(&event),
			    "Uncorrected memory error, action required: memory controller read "
			    "error, channel 0 (CPU 3, socket 0, reported by firmware, 3 errors)");

	event = empty_event();
	event.record.source = SOURCE_ERST;
	event.record.replayed = true;
	event.decoded.severity = SEVERITY_FATAL;
	event.decoded.class = CLASS_IO;
	strcpy(event.decoded.mca, "I/O error");
	assert_string_equal(message(&event),
			    "Fatal I/O error (CPU 0, bank 0, 1 error), in an earlier boot");

	event.decoded.class = CLASS_TLB;
	strcpy(event.decoded.mca, "TLB error\nor\x7f worse");
	assert_string_equal(message(&event), "Fatal TLB error: TLB error or  worse "
					     "(CPU 0, bank 0, 1 error), in an earlier boot");
}

static void test_every_message(void **state)
{
	(void)state;
	for (int severity = -1; severity <= SEVERITY_COUNT_; severity++) {
		for (int class = -1; class <= CLASS_COUNT_; class ++) {
			struct event event = empty_event();

			event.decoded.severity = (enum severity)severity;
			event.decoded.class = (enum error_class) class;
			assert_non_null(strstr(message(&event), "(CPU 0, bank 0, 1 error)"));
		}
	}
}

static void test_message_is_cut(void **state)
{
	struct event event = full_event();
	char whole[EVENT_MESSAGE_MAX], buffer[EVENT_MESSAGE_MAX];

	(void)state;
	memset(event.decoded.mca, 'm', sizeof(event.decoded.mca) - 1);
	event_message(&event, whole, sizeof(whole));
	assert_true(strlen(whole) < sizeof(whole) - 1); /* EVENT_MESSAGE_MAX suffices */
	for (size_t size = 1; size < sizeof(buffer); size++) {
		memset(buffer, '#', sizeof(buffer));
		event_message(&event, buffer, size);
		assert_true(strlen(buffer) < size);
		assert_int_equal(strncmp(buffer, whole, strlen(buffer)), 0);
		assert_int_equal(buffer[size], '#');
	}
	assert_string_equal(event_message(&event, buffer, 0), "");
}

static void check_fru(const char *text, size_t size, const char *expected)
{
	struct event event = { .record.vendor = VENDOR_AMD, .record.fields = RECORD_HAS_SYND12 };
	struct record *record = &event.record;
	char bytes[16] = { 0 }, buffer[EVENT_FRU_TEXT_MAX];

	memcpy(bytes, text, size);
	for (int i = 7; i >= 0; i--) {
		record->synd1 = record->synd1 << 8 | (uint8_t)bytes[i];
		record->synd2 = record->synd2 << 8 | (uint8_t)bytes[i + 8];
	}
	assert_string_equal(event_fru_text(&event, buffer), expected);
	record->vendor = VENDOR_INTEL;
	assert_string_equal(event_fru_text(&event, buffer), "");
	record->vendor = VENDOR_HYGON;
	assert_string_equal(event_fru_text(&event, buffer), expected);
	record->fields = 0;
	assert_string_equal(event_fru_text(&event, buffer), "");
	strcpy(event.fru_text, "DIMM_B2"); /* firmware's word comes first */
	assert_string_equal(event_fru_text(&event, buffer), "DIMM_B2");
}

static void test_fru_text(void **state)
{
	(void)state;
	check_fru("P0_CHANNEL_A_0", 14, "P0_CHANNEL_A_0");
	check_fru("sixteen bytes!!!", 16, "sixteen bytes!!!");
	check_fru("DIMM A1   ", 10, "DIMM A1");
	check_fru("", 0, "");
	check_fru("A", 1, ""); /* chance */
	check_fru("                ", 16, "");
	check_fru("DIMM\0A1", 7, ""); /* other bits after the end */
	check_fru("DIMM\x01", 5, "");
	check_fru("DIMM\xc3\xa9", 6, "");
	check_fru("\0DIMM", 5, "");
}

static void check_time(int64_t time_us, const char *expected)
{
	char buffer[40];

	assert_string_equal(time_to_text(time_us, buffer), expected);
}

static void test_time(void **state)
{
	(void)state;
	check_time(0, "1970-01-01T00:00:00.000000Z");
	check_time(1, "1970-01-01T00:00:00.000001Z");
	check_time(-1, "1969-12-31T23:59:59.999999Z");
	check_time(1795212210123456, "2026-11-20T22:03:30.123456Z");
	check_time(951782400ll * 1000000, "2000-02-29T00:00:00.000000Z");
	check_time(4107542400ll * 1000000, "2100-03-01T00:00:00.000000Z");
	check_time(4107542399ll * 1000000, "2100-02-28T23:59:59.000000Z");
	check_time(INT64_MAX, "294247-01-10T04:00:54.775807Z");
	check_time(INT64_MIN, "-290308-12-21T19:59:05.224192Z");
}

/* gmtime(3) knows the calendar too. */
static void test_calendar(void **state)
{
	(void)state;
	for (int64_t day = -200000; day < 200000; day += 13) {
		time_t when = (time_t)(day * 86400 + 3661);
		char expected[64];
		struct tm tm;

		if ((int64_t)when != day * 86400 + 3661)
			continue; /* 32-bit time_t */
		assert_non_null(gmtime_r(&when, &tm));
		snprintf(expected, sizeof(expected), "%04d-%02d-%02dT01:01:01.000000Z",
			 tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
		check_time((day * 86400 + 3661) * 1000000, expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_full_text),      cmocka_unit_test(test_empty_text),
		cmocka_unit_test(test_software_banks), cmocka_unit_test(test_recovery),
		cmocka_unit_test(test_messages),       cmocka_unit_test(test_every_message),
		cmocka_unit_test(test_message_is_cut), cmocka_unit_test(test_fru_text),
		cmocka_unit_test(test_time),	       cmocka_unit_test(test_calendar),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
