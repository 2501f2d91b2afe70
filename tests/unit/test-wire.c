// SPDX-License-Identifier: GPL-2.0-only
/* struct mce as bytes, every size of it, and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "sources/wire.h"
#include "util/cleanup.h"

enum { BUFFER_SIZE = 8192 };

static void put(uint8_t *at, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		at[i] = (uint8_t)(value >> i * 8);
}

/* Every field of the layout holds a value of its own. */
static struct bytes full_record(uint8_t *buffer, size_t size)
{
	uint8_t whole[BUFFER_SIZE];

	memset(whole, 0xee, sizeof(whole));
	put(whole + 0, 0x8c00004000010090, 8);
	put(whole + 8, 0x2222222222222222, 8);
	put(whole + 16, 0x3333333333333333, 8);
	put(whole + 24, 0x4444444444444444, 8);
	put(whole + 32, 0x5555555555555555, 8);
	put(whole + 40, 0x6666666666666666, 8);
	put(whole + 48, 0x6b00c3b2, 8);
	whole[56] = VENDOR_AMD;
	put(whole + 60, 0xa20f12, 4);
	whole[64] = 0x33;
	whole[65] = 17;
	whole[66] = 0xff; /* the obsolete CPU */
	put(whole + 68, 300, 4);
	put(whole + 72, 1, 4);
	put(whole + 76, 0x12c, 4);
	put(whole + 80, 0x1000c17, 8);
	put(whole + 88, 0x7777777777777777, 8);
	put(whole + 96, 0x8888888888888888, 8);
	put(whole + 104, 0x9999999999999999, 8);
	put(whole + 112, 0xaaaaaaaa, 4);
	memcpy(buffer, whole, size);
	return (struct bytes){ buffer, size };
}

static void check_base(const struct record *record)
{
	assert_int_equal(record->status, 0x8c00004000010090);
	assert_int_equal(record->misc, 0x2222222222222222);
	assert_int_equal(record->addr, 0x3333333333333333);
	assert_int_equal(record->mcgstatus, 0x4444444444444444);
	assert_int_equal(record->ip, 0x5555555555555555);
	assert_int_equal(record->tsc, 0x6666666666666666);
	assert_int_equal(record->walltime, 0x6b00c3b2);
	assert_int_equal(record->time_us, 0x6b00c3b2 * 1000000ll);
	assert_int_equal(record->vendor, VENDOR_AMD);
	assert_int_equal(record->cpuid, 0xa20f12);
	assert_int_equal(record->cs, 0x33);
	assert_int_equal(record->bank, 17);
	assert_int_equal(record->cpu, 300);
	assert_int_equal(record->socketid, 1);
	assert_int_equal(record->apicid, 0x12c);
	assert_int_equal(record->mcgcap, 0x1000c17);
}

static void test_sizes(void **state)
{
	const uint32_t base = RECORD_HAS_ADDR | RECORD_HAS_MISC | RECORD_HAS_MCGSTATUS |
			      RECORD_HAS_MCGCAP | RECORD_HAS_TSC | RECORD_HAS_IP |
			      RECORD_HAS_CPUID | RECORD_HAS_APICID | RECORD_HAS_SOCKETID |
			      RECORD_HAS_TIME;
	const uint32_t amd = base | RECORD_HAS_SYND | RECORD_HAS_IPID;
	const uint32_t all = amd | RECORD_HAS_PPIN | RECORD_HAS_MICROCODE;
	const struct {
		size_t size;
		uint32_t fields;
	} rows[] = {
		{ 88, base },
		{ 92, base },
		{ 96, base | RECORD_HAS_SYND },
		{ 104, amd },
		{ 112, amd | RECORD_HAS_PPIN },
		{ 116, all },
		{ 120, all },
		{ 128, all },
		{ 144, all },
		{ 4096, all },
	};
	uint8_t buffer[BUFFER_SIZE];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bytes bytes = full_record(buffer, rows[i].size);
		struct record record;

		assert_null(wire_check(bytes));
		assert_int_equal(wire_decode(bytes, &record), 0);
		check_base(&record);
		assert_int_equal(record.fields, rows[i].fields);
		assert_int_equal(record.synd, rows[i].size >= 96 ? 0x7777777777777777 : 0);
		assert_int_equal(record.ipid, rows[i].size >= 104 ? 0x8888888888888888 : 0);
		assert_int_equal(record.ppin, rows[i].size >= 112 ? 0x9999999999999999 : 0);
		assert_int_equal(record.microcode, rows[i].size >= 116 ? 0xaaaaaaaa : 0);
		assert_int_equal(record.key[0], '\0');
	}
}

static void test_no_time(void **state)
{
	uint8_t buffer[BUFFER_SIZE];
	struct bytes bytes = full_record(buffer, 88);
	struct record record;

	(void)state;
	put(buffer + 48, 0, 8);
	assert_int_equal(wire_decode(bytes, &record), 0);
	assert_int_equal(record.time_us, 0);
	assert_false(record.fields & RECORD_HAS_TIME);
}

static void test_banks(void **state)
{
	uint8_t buffer[BUFFER_SIZE];
	struct bytes bytes = full_record(buffer, 128);

	(void)state;
	for (unsigned int bank = 0; bank < 256; bank++) {
		buffer[65] = (uint8_t)bank;
		put(buffer, 1ull << 63, 8);
		assert_int_equal(!wire_check(bytes), bank < 64 || bank >= 128);
		/* the thermal interrupt's record has another register there */
		put(buffer, 0x88010000, 8);
		assert_int_equal(!wire_check(bytes), bank >= 128 && bank != 255);
	}
}

/* On failure the output stays as it was. */
static void check_refused(struct bytes bytes, const char *why)
{
	struct record record = { .cpu = 4711 };

	assert_string_equal(wire_check(bytes), why);
	assert_int_equal(wire_decode(bytes, &record), -EBADMSG);
	assert_int_equal(record.cpu, 4711);
}

static void test_refused(void **state)
{
	uint8_t buffer[BUFFER_SIZE];

	(void)state;
	check_refused(full_record(buffer, 0), "empty");
	check_refused((struct bytes){ 0 }, "empty");
	check_refused(full_record(buffer, 40), "too short: the smallest struct mce has 88 bytes");
	check_refused(full_record(buffer, 87), "too short: the smallest struct mce has 88 bytes");
	check_refused(full_record(buffer, 90), "cut: the size of a struct mce is a multiple of 4");
	check_refused(full_record(buffer, 4100), "too long for a struct mce");
	full_record(buffer, 128);
	put(buffer + 48, 1ull << 33, 8);
	check_refused((struct bytes){ buffer, 128 },
		      "not a struct mce: its time is later than the year 2242");
	full_record(buffer, 128);
	buffer[56] = 16;
	check_refused((struct bytes){ buffer, 128 }, "not a struct mce: no such CPU vendor");
	memset(buffer, 0, sizeof(buffer));
	check_refused((struct bytes){ buffer, 128 }, "all bytes are zero");
}

struct split {
	unsigned int ordinals[8];
	unsigned int n;
	int result;
};

static int split_record(void *context, unsigned int ordinal, struct bytes record)
{
	struct split *split = context;

	assert_int_equal(record.size, 88);
	assert_null(wire_check(record));
	split->ordinals[split->n++] = ordinal;
	return split->result;
}

static void test_split(void **state)
{
	uint8_t buffer[BUFFER_SIZE] = { 0 };
	struct split split = { 0 };

	(void)state;
	full_record(buffer, 88);
	full_record(buffer + 2 * 88, 88);
	assert_int_equal(
		wire_split((struct bytes){ buffer, 5 * 88 + 80 }, 88, split_record, &split), 2);
	assert_int_equal(split.n, 2);
	assert_int_equal(split.ordinals[0], 0);
	assert_int_equal(split.ordinals[1], 2);

	assert_int_equal(wire_split((struct bytes){ buffer, 87 }, 88, split_record, &split), 0);
	assert_int_equal(wire_split((struct bytes){ 0 }, 88, split_record, &split), 0);
	assert_int_equal(wire_split((struct bytes){ buffer, 88 }, 0, split_record, &split), 0);
	split = (struct split){ .result = -ENOMEM };
	assert_int_equal(wire_split((struct bytes){ buffer, 3 * 88 }, 88, split_record, &split),
			 -ENOMEM);
	assert_int_equal(split.n, 1);
}

static void test_record_size(void **state)
{
	static const size_t sizes[] = { 128, 120, 116, 112, 104, 88 };
	uint8_t buffer[BUFFER_SIZE];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		for (size_t at = 0; at < 7; at++)
			full_record(buffer + at * sizes[i], sizes[i]);
		assert_int_equal(wire_record_size((struct bytes){ buffer, sizes[i] }), sizes[i]);
		assert_int_equal(wire_record_size((struct bytes){ buffer, 7 * sizes[i] }),
				 sizes[i]);
		/* one of them damaged: the others still are what they are */
		memset(buffer + 3 * sizes[i], 0xff, sizes[i]);
		assert_int_equal(wire_record_size((struct bytes){ buffer, 7 * sizes[i] }),
				 sizes[i]);
	}
	assert_int_equal(wire_record_size(full_record(buffer, 136)), 136);
	assert_int_equal(wire_record_size(full_record(buffer, 40)), 0);
	assert_int_equal(wire_record_size((struct bytes){ 0 }), 0);
}

static void test_erst_names(void **state)
{
	uint64_t id = 4711;

	(void)state;
	assert_int_equal(wire_parse_erst_name("mce-erst-7710376674767929345", &id), 0);
	assert_int_equal(id, 7710376674767929345);
	assert_int_equal(wire_parse_erst_name("mce-erst-18446744073709551615", &id), 0);
	assert_true(id == UINT64_MAX);
	id = 4711;
	assert_int_equal(wire_parse_erst_name("mce-erst-18446744073709551616", &id), -EINVAL);
	assert_int_equal(wire_parse_erst_name("mce-erst-99999999999999999999", &id), -EINVAL);
	assert_int_equal(wire_parse_erst_name("mce-erst-", &id), -EINVAL);
	assert_int_equal(wire_parse_erst_name("mce-erst--1", &id), -EINVAL);
	assert_int_equal(wire_parse_erst_name("mce-erst-1.enc.z", &id), -EINVAL);
	assert_int_equal(wire_parse_erst_name("dmesg-erst-1", &id), -EINVAL);
	assert_int_equal(wire_parse_erst_name("mce", &id), -EINVAL);
	assert_int_equal(id, 4711);
}

static void test_erst_time(void **state)
{
	(void)state;
	assert_int_equal(wire_erst_time_us(0x6b00c2bc00000001), 0x6b00c2bc * 1000000ll);
	assert_int_equal(wire_erst_time_us(0x8000000000000000 | 0x80000001ull << 24 | 1),
			 0x80000001 * 1000000ll);
	assert_int_equal(wire_erst_time_us(1), 0);
	/* the highest of all IDs would be of the year 19391 */
	assert_int_equal(wire_erst_time_us(UINT64_MAX), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),	   cmocka_unit_test(test_no_time),
		cmocka_unit_test(test_banks),	   cmocka_unit_test(test_refused),
		cmocka_unit_test(test_split),	   cmocka_unit_test(test_record_size),
		cmocka_unit_test(test_erst_names), cmocka_unit_test(test_erst_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
