// SPDX-License-Identifier: GPL-2.0-only
/* SMBIOS: tables that are right, a real one, and the many ways to be wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "inventory/locator.h"
#include "inventory/smbios.h"
#include "tests/unit/collect.h"
#include "tests/unit/dmi-table.h"

static struct dmi_table table;

static int reset(void **state)
{
	(void)state;
	memset(&table, 0, sizeof(table));
	return 0;
}

/* From a block of the exact size, so that the sanitizers see a read past its end. */
static struct smbios *parse_bytes(struct bytes entry, struct bytes bytes)
{
	uint8_t *copy = malloc(bytes.size ? bytes.size : 1);
	struct smbios *smbios = NULL;

	assert_non_null(copy);
	memcpy(copy, bytes.data, bytes.size);
	assert_int_equal(smbios_parse(entry, (struct bytes){ copy, bytes.size }, &smbios), 0);
	free(copy);
	return smbios;
}

static struct smbios *parse(void)
{
	return parse_bytes(dmi_entry(&table), dmi_bytes(&table));
}

static void test_machine(void **state)
{
	const char *const bios[] = { "BIOS Co", "1.2", NULL };
	struct smbios *smbios;

	(void)state;
	dmi_add(&table, 0, 0x18, 0, bios);
	dmi_set(&table, 0x04, 0x0201, 2);
	dmi_add_machine(&table, "Intel(R) Corporation", 2);
	dmi_end(&table);
	smbios = parse();
	assert_string_equal(smbios->problem, "");
	assert_int_equal(smbios->major, 3);
	assert_int_equal(smbios->minor, 7);
	assert_string_equal(smbios->machine.bios_vendor, "BIOS Co");
	assert_string_equal(smbios->machine.bios_version, "1.2");
	assert_string_equal(smbios->machine.system_vendor, "Acme");
	assert_string_equal(smbios->machine.product_name, "Server 1");
	assert_string_equal(smbios->machine.board_vendor, "Acme Boards");
	assert_string_equal(smbios->machine.board_name, "Board-1");
	assert_string_equal(smbios->machine.cpu_vendor, "Intel(R) Corporation");
	assert_int_equal(smbios->machine.n_sockets, 2);
	assert_int_equal(smbios->n_arrays, 1);
	assert_true(smbios->arrays[0].system_memory);
	smbios_free(smbios);
}

static void test_device(void **state)
{
	struct smbios *smbios;

	(void)state;
	dmi_add_dimm(&table, 0, "DIMM_A1", "  BANK\t0 ", "1A2B", 16384);
	dmi_add_dimm(&table, 1, "DIMM_A2", "BANK 0", "1A2C", 131072);
	dmi_add_dimm(&table, 2, "DIMM_A3", "BANK 0", "NO DIMM", 0);
	dmi_end(&table);
	smbios = parse();
	assert_string_equal(smbios->problem, "");
	assert_int_equal(smbios->n_devices, 3);
	assert_true(smbios->devices[0].installed);
	assert_int_equal(smbios->devices[0].handle, 0x1100);
	assert_int_equal(smbios->devices[0].array, 0x1000);
	assert_int_equal(smbios->devices[0].size_mib, 16384);
	assert_string_equal(smbios->devices[0].locator, "DIMM_A1");
	assert_string_equal(smbios->devices[0].bank_locator, "BANK 0");
	assert_string_equal(smbios->devices[0].manufacturer, "Example");
	assert_string_equal(smbios->devices[0].serial, "1A2B");
	assert_string_equal(smbios->devices[0].asset, "Asset-7");
	assert_string_equal(smbios->devices[0].part, "EX-16G-5600");
	assert_string_equal(smbios->devices[0].type, "DDR5");
	assert_string_equal(smbios->devices[0].form, "DIMM");
	assert_int_equal(smbios->devices[0].speed, 5600);
	assert_int_equal(smbios->devices[0].configured_speed, 4800);
	assert_int_equal(smbios->devices[0].ranks, 2);
	assert_int_equal(smbios->devices[1].size_mib, 131072);
	assert_false(smbios->devices[2].installed);
	smbios_free(smbios);
}

/* Unknown size, KiB, extended speeds of 3.3, types with and without a name. */
static void test_encodings(void **state)
{
	static const struct {
		uint16_t size;
		uint64_t mib;
	} sizes[] = {
		{ 0xffff, 0 }, { 0x8000 | 2048, 2 }, { 0x8000 | 512, 0 }, { 0x7ffe, 0x7ffe }
	};
	struct smbios *smbios;

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		dmi_add_dimm(&table, i, "A", "B", "1", 16);
		dmi_set(&table, 0x0c, sizes[i].size, 2);
	}
	dmi_set(&table, 0x12, 0x23, 1);
	dmi_set(&table, 0x15, 0xffff, 2);
	dmi_set(&table, 0x20, 0xffff, 2);
	dmi_set(&table, 0x54, 0x80011170, 4);
	dmi_set(&table, 0x58, 70001, 4);
	dmi_add_dimm(&table, 8, "A", "B", "1", 16);
	dmi_set(&table, 0x12, 0x02, 1);
	dmi_set(&table, 0x0e, 0xff, 1);
	dmi_end(&table);
	smbios = parse();
	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		assert_true(smbios->devices[i].installed);
		assert_int_equal(smbios->devices[i].size_mib, sizes[i].mib);
	}
	assert_string_equal(smbios->devices[3].type, "LPDDR5");
	assert_int_equal(smbios->devices[3].speed, 70000);
	assert_int_equal(smbios->devices[3].configured_speed, 70001);
	assert_null(smbios->devices[4].type);
	assert_null(smbios->devices[4].form);
	smbios_free(smbios);
}

static void test_ranges(void **state)
{
	struct smbios *smbios;

	(void)state;
	dmi_add_range(&table, 0, 0, 0x3ffffffff, 0);
	dmi_add_range(&table, 1, 0x400000000000, 0x4003ffffffff, 1);
	dmi_add_range(&table, 2, 0, 0, 0);
	dmi_set(&table, 0x04, 5, 4);
	dmi_add(&table, 20, 0x11, 0x1403, NULL); /* ends before it speaks of interleaving */
	dmi_set(&table, 0x08, 0xff, 4);
	dmi_add(&table, 20, 0x0c, 0x1404, NULL);
	dmi_add(&table, 19, 0x1f, 0x1300, NULL);
	dmi_set(&table, 0x08, 0xfffff, 4);
	dmi_set(&table, 0x0c, 0x1000, 2);
	dmi_set(&table, 0x0e, 2, 1);
	dmi_end(&table);
	smbios = parse();
	assert_int_equal(smbios->n_device_ranges, 3);
	assert_int_equal(smbios->device_ranges[0].start, 0);
	assert_int_equal(smbios->device_ranges[0].end, 0x3ffffffff);
	assert_int_equal(smbios->device_ranges[0].interleave, 0);
	assert_int_equal(smbios->device_ranges[1].start, 0x400000000000);
	assert_int_equal(smbios->device_ranges[1].end, 0x4003ffffffff);
	assert_int_equal(smbios->device_ranges[1].interleave, 1);
	assert_int_equal(smbios->device_ranges[1].handle, 0x1101);
	assert_int_equal(smbios->device_ranges[2].interleave, 0xff);
	assert_int_equal(smbios->n_array_ranges, 1);
	assert_int_equal(smbios->array_ranges[0].end, 0x3fffffff);
	assert_int_equal(smbios->array_ranges[0].width, 2);
	assert_non_null(strstr(smbios->problem, "end before they begin"));
	smbios_free(smbios);
}

/* A formatted area shorter than a field leaves it unknown: a device of version 2.1. */
static void test_short(void **state)
{
	const char *const strings[] = { "DIMM1", NULL };
	struct smbios *smbios;

	(void)state;
	dmi_add(&table, 17, 0x15, 0x1100, strings);
	dmi_set(&table, 0x0c, 0x7fff, 2);
	dmi_set(&table, 0x10, 1, 1);
	dmi_end(&table);
	smbios = parse();
	assert_string_equal(smbios->problem, "");
	assert_int_equal(smbios->n_devices, 1);
	assert_int_equal(smbios->devices[0].size_mib, 0);
	assert_string_equal(smbios->devices[0].locator, "DIMM1");
	assert_string_equal(smbios->devices[0].serial, "");
	assert_int_equal(smbios->devices[0].speed, 0);
	smbios_free(smbios);
}

/* What stands before the damage is used, and one reason is told. */
static void check_damage(const char *reason, size_t n_devices)
{
	struct smbios *smbios = parse();

	assert_non_null(strstr(smbios->problem, reason));
	assert_int_equal(smbios->n_devices, n_devices);
	assert_string_equal(smbios->devices[0].locator, "DIMM_A1");
	smbios_free(smbios);
}

static void start_damage(void)
{
	memset(&table, 0, sizeof(table));
	dmi_add_dimm(&table, 0, "DIMM_A1", "BANK 0", "1A2B", 16384);
	dmi_add_dimm(&table, 1, "DIMM_A2", "BANK 0", "1A2C", 16384);
	dmi_entry_64(&table);
}

static void test_damaged(void **state)
{
	(void)state;
	start_damage();
	table.data[table.last + 1] = 3;
	check_damage("its length is less than that of its header", 1);
	start_damage();
	table.data[table.last + 1] = 0xff;
	check_damage("its length reaches past the end of the table", 1);
	start_damage();
	table.data[table.last + 0x18] = 200;
	check_damage("it names a string that it does not have", 2);
	start_damage();
	table.size -= 2;
	check_damage("its strings have no end", 2);
	start_damage();
	table.size -= 1;
	check_damage("its strings have no end", 2);
	start_damage();
	table.size = table.last + 3;
	check_damage("the table ends in its header", 1);
	start_damage();
	table.entry[0x07] ^= 1;
	check_damage("checksum", 2);
	start_damage();
	table.entry[0] = 'X';
	check_damage("begins with neither", 2);
	start_damage();
	table.entry_size = 9;
	check_damage("cut short", 2);
}

/* The entry point says how long the table is and how many structures it has. */
static void test_bounds(void **state)
{
	struct smbios *smbios;

	(void)state;
	start_damage();
	dmi_entry_32(&table, 1);
	smbios = parse();
	assert_string_equal(smbios->problem, "");
	assert_int_equal(smbios->n_devices, 1);
	assert_int_equal(smbios->major, 2);
	smbios_free(smbios);

	start_damage();
	dmi_entry_32(&table, 0);
	table.size = table.last;
	smbios = parse();
	assert_int_equal(smbios->n_devices, 1);
	smbios_free(smbios);

	start_damage();
	dmi_entry_32(&table, 2);
	table.size = table.last;
	check_damage("its entry point says", 1);

	start_damage();
	dmi_put(table.entry + 0x0c, table.last, 4);
	table.entry[5] = 0;
	dmi_sum(&table, 5, DMI_SM3_SIZE);
	smbios = parse();
	assert_string_equal(smbios->problem, "");
	assert_int_equal(smbios->n_devices, 1);
	smbios_free(smbios);
}

static void test_no_end(void **state)
{
	static uint8_t zeros[4096];
	static uint8_t dimms[6 * 5000];
	struct smbios *smbios =
		parse_bytes((struct bytes){ zeros, 0 }, (struct bytes){ zeros, sizeof(zeros) });

	(void)state;
	assert_int_equal(smbios->n_devices, 0);
	assert_string_not_equal(smbios->problem, "");
	smbios_free(smbios);
	for (size_t i = 0; i < sizeof(dimms); i += 6) {
		dimms[i] = 17;
		dimms[i + 1] = 4;
	}
	smbios = parse_bytes((struct bytes){ zeros, 0 }, (struct bytes){ dimms, sizeof(dimms) });
	assert_int_equal(smbios->n_devices, 4096);
	assert_non_null(strstr(smbios->problem, "the rest is left out"));
	smbios_free(smbios);
}

/* Texts go to terminals: nothing but printable ASCII is left, and not more than 64 characters. */
static void test_texts(void **state)
{
	struct smbios *smbios;
	char long_text[200];

	(void)state;
	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	dmi_add_dimm(&table, 0,
		     "\x1b[31mA\xff"
		     "B\x7f",
		     long_text, " \n ", 16);
	dmi_end(&table);
	smbios = parse();
	assert_string_equal(smbios->devices[0].locator, "[31mA B");
	assert_int_equal(strlen(smbios->devices[0].bank_locator), SMBIOS_STRING_SIZE - 1);
	assert_string_equal(smbios->devices[0].serial, "");
	smbios_free(smbios);
}

/* As QEMU 7.2 gives a Linux guest in /sys/firmware/dmi/tables, entry point and table in a row. */
static void check_qemu(const char *path, size_t entry_size, unsigned int major)
{
	size_t size = 0;
	_cleanup_free_ char *data = test_read(test_data(path), &size);
	struct bytes entry = { (uint8_t *)data, entry_size };
	struct bytes bytes = { (uint8_t *)data + entry_size, size - entry_size };
	struct smbios *smbios = parse_bytes(entry, bytes);

	assert_string_equal(smbios->problem, "");
	assert_int_equal(smbios->major, major);
	assert_string_equal(smbios->machine.board_vendor, "Acme");
	assert_string_equal(smbios->machine.board_name, "Board-1");
	assert_string_equal(smbios->machine.cpu_vendor, "QEMU");
	assert_int_equal(smbios->n_devices, 1);
	assert_int_equal(smbios->devices[0].size_mib, 4096);
	assert_string_equal(smbios->devices[0].locator, "DIMM 0");
	assert_string_equal(smbios->devices[0].bank_locator, "P0_Node0_Channel0_Dimm0");
	assert_string_equal(smbios->devices[0].serial, "1A2B3C4D");
	assert_string_equal(smbios->devices[0].part, "EX-4G-3200");
	assert_string_equal(smbios->devices[0].type, "RAM");
	assert_int_equal(smbios->devices[0].speed, 3200);
	assert_int_equal(smbios->n_array_ranges, 2);
	assert_int_equal(smbios->array_ranges[0].end, 0x7fffffff);
	assert_int_equal(smbios->array_ranges[1].start, 0x100000000);
	smbios_free(smbios);
}

static void test_qemu(void **state)
{
	(void)state;
	check_qemu("golden/smbios/qemu-7.2-sm64.bin", DMI_SM3_SIZE, 3);
	check_qemu("golden/smbios/qemu-7.2-sm32.bin", DMI_SM_SIZE, 2);
}

struct expected_place {
	const char *locator;
	const char *bank_locator;
	struct place place;
};

static void check_places(const char *cpu_vendor, const struct expected_place *expected, size_t n)
{
	struct problems problems = { 0 };
	struct place places[8];
	struct smbios *smbios;
	bool known = expected[0].place.channel >= 0;

	reset(NULL);
	dmi_add_machine(&table, cpu_vendor, 2);
	for (unsigned int i = 0; i < n; i++)
		dmi_add_dimm(&table, i, expected[i].locator, expected[i].bank_locator, "1",
			     i % 2 ? 0 : 16);
	dmi_end(&table);
	smbios = parse();
	assert_int_equal(locator_places(smbios, places, &problems), known);
	for (size_t i = 0; i < n; i++)
		assert_memory_equal(&places[i], &expected[i].place, sizeof(places[i]));
	smbios_free(smbios);
}

#define NOWHERE                                                                                    \
	{                                                                                          \
		-1, -1, -1, -1                                                                     \
	}
#define CHECK_PLACES(vendor, ...)                                                                  \
	do {                                                                                       \
		static const struct expected_place places_[] = { __VA_ARGS__ };                    \
		check_places(vendor, places_, ARRAY_SIZE(places_));                                \
	} while (0)

static void test_places(void **state)
{
	(void)state;
	CHECK_PLACES("Intel", { "P1-DIMMA1", "P0_Node0_Channel0_Dimm0", { 0, -1, 0, 0 } },
		     { "P1-DIMMB1", "P0_Node0_Channel1_Dimm0", { 0, -1, 1, 0 } },
		     { "P2-DIMMA1", "P1_Node1_Channel0_Dimm0", { 1, -1, 0, 0 } });
	CHECK_PLACES("Intel(R) Corporation", { "A1", "P0_Node0_Channel0_Dimm0", { 0, 0, 0, 0 } },
		     { "A2", "P0_Node1_Channel0_Dimm0", { 0, 1, 0, 0 } },
		     { "B1", "P1_Node0_Channel0_Dimm0", { 1, 0, 0, 0 } },
		     { "B2", "P1_Node1_Channel0_Dimm0", { 1, 1, 0, 0 } });
	CHECK_PLACES("Intel", { "DIMM0", "NODE 0 CHANNEL 0 DIMM 0", { 0, -1, 0, 0 } },
		     { "DIMM1", "node 1 channel 2 dimm 1", { 1, -1, 2, 1 } });
}

/* Letters, numbers from 1, a shape more or less, a socket that is none, nodes of the machine. */
static void test_no_places(void **state)
{
	(void)state;
	CHECK_PLACES("Intel", { "CPU0_DIMM_A1", "", NOWHERE }, { "CPU0_DIMM_B1", "", NOWHERE });
	CHECK_PLACES("Intel", { "P1-DIMMA1", "P0_Node0_Channel0_Dimm0", NOWHERE },
		     { "P1-DIMMB1", "BANK 1", NOWHERE });
	CHECK_PLACES("Intel", { "A", "NODE 1 CHANNEL 1 DIMM 1", NOWHERE },
		     { "B", "NODE 1 CHANNEL 2 DIMM 1", NOWHERE });
	CHECK_PLACES("Intel", { "A", "NODE 0 CHANNEL 0 DIMM 0", NOWHERE },
		     { "B", "NODE 2 CHANNEL 0 DIMM 0", NOWHERE });
	CHECK_PLACES("Intel", { "A", "P0_Node0_Channel0_Dimm0", NOWHERE },
		     { "B", "P0_Node1_Channel0_Dimm0", NOWHERE },
		     { "C", "P1_Node2_Channel0_Dimm0", NOWHERE });
	CHECK_PLACES("Intel", { "A", "NODE 0 CHANNEL 0 DIMM 0", NOWHERE },
		     { "B", "NODE 0 CHANNEL 0 DIMM 0", NOWHERE });
	CHECK_PLACES("Advanced Micro Devices, Inc.", { "DIMM 0", "P0 CHANNEL A", NOWHERE },
		     { "DIMM 0", "P0 CHANNEL B", NOWHERE });
	CHECK_PLACES("Advanced Micro Devices, Inc.", { "A", "NODE 0 CHANNEL 0 DIMM 0", NOWHERE });
}

/* The BIOS's own flash is a memory device, too. */
static void test_flash(void **state)
{
	struct problems problems = { 0 };
	struct place places[2], unknown = place_unknown();
	struct smbios *smbios;

	(void)state;
	dmi_add_machine(&table, "Intel", 1);
	dmi_add(&table, 16, 0x17, 0x1001, NULL);
	dmi_set(&table, 0x05, 5, 1);
	dmi_add_dimm(&table, 0, "SYSTEM ROM", "", "", 16);
	dmi_set(&table, 0x04, 0x1001, 2);
	dmi_add_dimm(&table, 1, "A", "NODE 0 CHANNEL 0 DIMM 0", "1", 16);
	dmi_end(&table);
	smbios = parse();
	assert_false(smbios_is_system_memory(smbios, &smbios->devices[0]));
	assert_true(smbios_is_system_memory(smbios, &smbios->devices[1]));
	assert_true(locator_places(smbios, places, &problems));
	assert_memory_equal(&places[0], &unknown, sizeof(unknown));
	assert_int_equal(places[1].channel, 0);
	smbios_free(smbios);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_machine, reset),
		cmocka_unit_test_setup(test_device, reset),
		cmocka_unit_test_setup(test_encodings, reset),
		cmocka_unit_test_setup(test_ranges, reset),
		cmocka_unit_test_setup(test_short, reset),
		cmocka_unit_test_setup(test_damaged, reset),
		cmocka_unit_test_setup(test_bounds, reset),
		cmocka_unit_test_setup(test_no_end, reset),
		cmocka_unit_test_setup(test_texts, reset),
		cmocka_unit_test_setup(test_qemu, reset),
		cmocka_unit_test_setup(test_places, reset),
		cmocka_unit_test_setup(test_no_places, reset),
		cmocka_unit_test_setup(test_flash, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
