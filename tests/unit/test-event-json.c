// SPDX-License-Identifier: GPL-2.0-only
/* Event JSON: the contract to the byte, and back through json-record. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "event/registers.h"
#include "sources/json-record.h"
#include "tests/unit/sample-event.h"
#include "util/cleanup.h"

static void test_full(void **state)
{
	const struct host host = { "0123456789abcdef0123456789abcdef", "node-1" };
	_cleanup_strbuf_ struct strbuf buffer = { 0 };
	struct event event = full_event();

	(void)state;
	event_to_json(&event, &host, &buffer);
	assert_int_equal(buffer.error, 0);
	assert_string_equal(
		strbuf_text(&buffer),
		"{\"schema\":\"mce-event/1\""
		",\"event_id\":\"00112233445566778899aabbccddeeff\""
		",\"incident_id\":\"0f1e2d3c4b5a69788796a5b4c3d2e1f0\",\"seq\":42"
		",\"machine_id\":\"0123456789abcdef0123456789abcdef\",\"hostname\":\"node-1\""
		",\"sources\":[\"trace\",\"erst\"]"
		",\"time_us\":1795212210123456,\"time\":\"2026-11-20T22:03:30.123456Z\""
		",\"ring_time_us\":1795212210123457"
		",\"boot_id\":\"a0a1a2a3a4a5a6a7a8a9aaabacadaeaf\",\"replayed\":true"
		",\"cpu\":3,\"socket\":12,\"apicid\":\"0x12c\",\"bank\":17,\"bank_type\":\"UMC\""
		",\"vendor\":\"AMD\",\"cpuid\":\"0xa20f12\",\"family\":25,\"model\":33"
		",\"stepping\":2,\"cpu_name\":\"Zen 3 (Vermeer)\""
		",\"status\":\"0xdc2040000000011b\",\"addr\":\"0x0000000003f5e1c0\""
		",\"misc\":\"0xd01a000900000000\",\"mcgstatus\":\"0x0000000000000005\""
		",\"mcgcap\":\"0x0000000001000c17\",\"synd\":\"0x009f4a0a800a0006\""
		",\"ipid\":\"0x0000009600650f00\",\"ppin\":\"0x2b3c4d5e6f708192\""
		",\"microcode\":\"0xa201210\",\"tsc\":\"0x00000005d24e3d93\""
		",\"ip\":\"0xffffffffb14592eb\",\"cs\":\"0x10\""
		",\"synd1\":\"0x415f3050204d4d44\",\"synd2\":\"0x0000000000000030\""
		",\"fru_text\":\"DMM P0_A0\",\"severity\":\"corrected\",\"class\":\"memory\""
		",\"count\":2,\"overflow\":true,\"mca\":\"DRAM ECC error\""
		",\"message\":\"Corrected memory error: DRAM ECC error, imc 1, channel 0, dimm 1, "
		"rank 2, DIMM label P0_A0 (CPU 3, socket 12, bank 17 UMC, at least 2 errors), FRU "
		"DMM P0_A0, "
		"in an earlier boot\""
		",\"location\":{\"socket\":12,\"imc\":1,\"channel\":0,\"dimm\":1,\"rank\":2"
		",\"device\":3,\"bank_group\":4,\"bank\":5,\"row\":6,\"column\":7"
		",\"label\":\"P0_A0\"}"
		",\"facts\":[{\"name\":\"addr_valid\",\"text\":\"MCi_ADDR is valid\",\"value\":1}"
		",{\"name\":\"row\",\"text\":\"Row with \\\"quotes\\\"\",\"value\":291}]"
		",\"actions\":[]}");
}

static void test_empty(void **state)
{
	_cleanup_strbuf_ struct strbuf buffer = { 0 };
	struct event event = empty_event();

	(void)state;
	event_to_json(&event, NULL, &buffer);
	assert_string_equal(
		strbuf_text(&buffer),
		"{\"schema\":\"mce-event/1\",\"event_id\":null,\"incident_id\":null,\"seq\":null"
		",\"machine_id\":null,\"hostname\":null,\"sources\":[\"text\"]"
		",\"time_us\":null,\"time\":null,\"ring_time_us\":null,\"boot_id\":null"
		",\"replayed\":false,\"cpu\":0,\"socket\":null,\"apicid\":null,\"bank\":0"
		",\"bank_type\":null,\"vendor\":\"unknown\",\"cpuid\":null,\"family\":null"
		",\"model\":null,\"stepping\":null,\"cpu_name\":null"
		",\"status\":\"0x8000000000000000\",\"addr\":null,\"misc\":null"
		",\"mcgstatus\":null,\"mcgcap\":null,\"synd\":null,\"ipid\":null,\"ppin\":null"
		",\"microcode\":null,\"tsc\":null,\"ip\":null,\"cs\":null,\"synd1\":null"
		",\"synd2\":null,\"fru_text\":null,\"severity\":\"unknown\",\"class\":\"unknown\""
		",\"count\":1,\"overflow\":false,\"mca\":\"no error code\""
		",\"message\":\"Unrated hardware error: no error code (CPU 0, bank 0, 1 error)\""
		",\"location\":{},\"facts\":[],\"actions\":[]}");
}

/* Appends to what is there; one line whatever the strings hold. */
static void test_one_line(void **state)
{
	const struct host host = { "\x01\n", "no\xff\"de\\" };
	_cleanup_strbuf_ struct strbuf buffer = { 0 };
	struct event event = empty_event();

	(void)state;
	strbuf_add(&buffer, "before ");
	strcpy(event.decoded.mca, "two\nlines\x1b[31m");
	event_to_json(&event, &host, &buffer);
	assert_int_equal(strncmp(strbuf_text(&buffer), "before {\"schema\"", 16), 0);
	for (const char *at = strbuf_text(&buffer); *at; at++)
		assert_true((unsigned char)*at >= 0x20);
	assert_non_null(
		strstr(strbuf_text(&buffer),
		       "\"machine_id\":\"\\u0001\\n\",\"hostname\":\"no\\ufffd\\\"de\\\\\""));
}

static void read_back(const struct event *event, struct record *ret_record, sd_id128_t *ret_id)
{
	_cleanup_strbuf_ struct strbuf buffer = { 0 };
	struct json_reader *reader;
	char why[JSON_WHY_MAX];

	event_to_json(event, NULL, &buffer);
	assert_int_equal(json_reader_new(&reader), 0);
	assert_int_equal(
		json_reader_read(reader, buffer.text, buffer.length, ret_record, ret_id, why), 0);
	json_reader_free(reader);
}

static void test_round_trip(void **state)
{
	struct event event = full_event();
	struct record record;
	sd_id128_t id;

	(void)state;
	read_back(&event, &record, &id);
	assert_true(sd_id128_equal(id, event.id));
	assert_int_equal(record.source, 0);
	record.source = event.record.source;
	record.replayed = event.record.replayed;
	assert_memory_equal(&record, &event.record, sizeof(record));

	event = empty_event();
	read_back(&event, &record, &id);
	assert_true(sd_id128_is_null(id));
	record.source = event.record.source;
	assert_memory_equal(&record, &event.record, sizeof(record));
}

/* Every optional register alone: there when its bit is, null when not. */
static void test_each_register(void **state)
{
	(void)state;
	for (int i = 0; i < REGISTER_COUNT_; i++) {
		struct event event = empty_event();
		struct record record;
		sd_id128_t id;

		assert_int_equal(register_set(&event.record, (enum register_id)i, 0xa5), 0);
		read_back(&event, &record, &id);
		record.source = event.record.source;
		assert_memory_equal(&record, &event.record, sizeof(record));
	}
}

static void test_registers(void **state)
{
	struct record record = { 0 };
	char text[REGISTER_TEXT_MAX];

	(void)state;
	assert_int_equal(register_set(&record, REGISTER_CS, 0x100), -ERANGE);
	assert_int_equal(register_set(&record, REGISTER_CPUID, 1ull << 32), -ERANGE);
	assert_int_equal(record.fields, 0);
	assert_int_equal(register_set(&record, REGISTER_PPIN, UINT64_MAX), 0);
	assert_true(register_get(&record, REGISTER_PPIN) == UINT64_MAX);
	assert_true(register_present(&record, REGISTER_STATUS));
	assert_false(register_present(&record, REGISTER_ADDR));
	record.addr = 7;
	assert_int_equal(register_get(&record, REGISTER_ADDR), 0);
	assert_string_equal(register_to_text(&record, REGISTER_PPIN, text), "0xffffffffffffffff");
	assert_string_equal(register_to_text(&record, REGISTER_CS, text), "0x0");
}

static void test_names(void **state)
{
	enum source_id id = SOURCE_COUNT_;
	uint8_t vendor = 77;

	(void)state;
	for (unsigned int i = 0; i < SOURCE_COUNT_; i++) {
		assert_int_equal(source_id_parse(source_id_name((enum source_id)i), &id), 0);
		assert_int_equal(id, i);
	}
	assert_null(source_id_name(SOURCE_COUNT_));
	assert_int_equal(source_id_parse("nothing", &id), -EINVAL);
	assert_int_equal(id, SOURCE_COUNT_ - 1);

	assert_string_equal(vendor_name(VENDOR_HYGON), "Hygon");
	assert_string_equal(vendor_name(99), "unknown");
	assert_int_equal(vendor_parse("Acme", &vendor), -EINVAL);
	assert_int_equal(vendor, 77);
	assert_int_equal(vendor_parse("aMd", &vendor), 0);
	assert_int_equal(vendor, VENDOR_AMD);
	assert_int_equal(vendor_parse("unknown", &vendor), 0);
	assert_int_equal(vendor, VENDOR_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_full),	      cmocka_unit_test(test_empty),
		cmocka_unit_test(test_one_line),      cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_each_register), cmocka_unit_test(test_registers),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
