// SPDX-License-Identifier: GPL-2.0-only
/* Names and places of modules: EDAC's names and sysfs, label files, placeholders of firmware. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "inventory/edac.h"
#include "inventory/label-file.h"
#include "inventory/names.h"
#include "tests/unit/collect.h"
#include "tests/unit/edac-tree.h"

static struct dimm make_dimm(const char *serial, const char *part)
{
	struct dimm dimm = { 0 };

	strcpy(dimm.serial, serial);
	strcpy(dimm.part, part);
	return dimm;
}

static bool is_same(const char *serial_a, const char *part_a, const char *serial_b,
		    const char *part_b)
{
	struct dimm a = make_dimm(serial_a, part_a), b = make_dimm(serial_b, part_b);

	return dimm_same_module(&a, &b);
}

static void test_same_module(void **state)
{
	(void)state;
	assert_true(is_same("1A2B", "M393", "1a2b", "m393"));
	assert_true(is_same("1A2B", "Not Specified", "1A2B", ""));
	assert_false(is_same("1A2B", "M393", "1A2C", "M393"));
	assert_false(is_same("1A2B", "M393", "1A2B", "M386"));
	assert_false(is_same("1A2B", "M393", "1A2B", "NO DIMM"));
	assert_false(is_same("", "M393", "", "M393"));
	assert_false(is_same("Not Specified", "M393", "Not Specified", "M393"));
}

static void test_placeholders(void **state)
{
	static const char *const none[] = { "",		"Not Specified",
					    "00000000", "0x00000000",
					    "FFFFFFFF", "NO DIMM",
					    "Unknown",	"unknown",
					    "SerNum3",	"N/A",
					    "None",	"--------",
					    "XXXXXXXX", "To Be Filled By O.E.M." };
	static const char *const some[] = { "00000001", "0F0F0F0F", "1A2B3C4D",
					    "SERNUM-1", "F1",	    "0x1A2B" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(none); i++)
		assert_true(dimm_text_is_placeholder(none[i]));
	for (size_t i = 0; i < ARRAY_SIZE(some); i++)
		assert_false(dimm_text_is_placeholder(some[i]));
}

static void check_place(int32_t number, const char *name, const char *location, const char *label,
			struct place expected)
{
	struct edac_controller controller = edac_controller_parse(number, name);
	struct edac_location parsed = edac_location_parse(location);
	struct place place = edac_place(&controller, &parsed, label);

	assert_memory_equal(&place, &expected, sizeof(place));
}

static void test_edac_places(void **state)
{
	struct place unknown = place_unknown();

	(void)state;
	check_place(3, "Skylake Socket#1 IMC#0", "channel 2 slot 1",
		    "CPU_SrcID#1_MC#0_Chan#2_DIMM#1", (struct place){ 1, 0, 2, 1 });
	check_place(3, "Intel_10nm Socket#1 IMC#3", "channel 1 slot 0", "A1",
		    (struct place){ 1, 3, 1, 0 });
	check_place(0, "Broadwell SrcID#0_Ha#1", "channel 3 slot 2",
		    "CPU_SrcID#0_Ha#1_Chan#3_DIMM#2", (struct place){ 0, 1, 3, 2 });
	check_place(1, "i7 core #1", "channel 2 slot 1", "CPU#1Channel#2_DIMM#1",
		    (struct place){ 1, -1, 2, 1 });
	check_place(1, "F17h_M30h", "csrow 3 channel 7", "mc#1csrow#3channel#7",
		    (struct place){ 1, -1, 7, 1 });

	/* four nodes in a socket, GPUs, more chip selects, another driver's layers, no driver's
	 * name */
	check_place(1, "F17h", "csrow 0 channel 0", "", unknown);
	check_place(2, "MI200", "csrow 0 channel 0", "", unknown);
	check_place(0, "F19h_M10h", "csrow 4 channel 0", "", unknown);
	check_place(0, "F19h_M10h", "channel 0 slot 0", "", unknown);
	check_place(0, "Skylake Socket#0 IMC#0", "csrow 0 channel 0", "", unknown);
	check_place(0, "Skylake Socket#0 IMC#0", "channel 0", "", unknown);
	check_place(0, "ghes_edac", "memory 3", "", unknown);
	check_place(0, "", "channel 0 slot 0", "", unknown);
	/* the driver says two things */
	check_place(0, "Skylake Socket#0 IMC#0", "channel 0 slot 0",
		    "CPU_SrcID#1_MC#0_Chan#0_DIMM#0", unknown);
	check_place(0, "Skylake Socket#0 IMC#0", "channel 0 slot 0",
		    "CPU_SrcID#0_MC#0_Chan#0_DIMM#1", unknown);
}

static void test_default_labels(void **state)
{
	(void)state;
	assert_true(edac_label_is_default("mc#0csrow#1channel#2"));
	assert_true(edac_label_is_default("CPU_SrcID#0_MC#0_Chan#0_DIMM#0"));
	assert_true(edac_label_is_default("MC_0_CHAN_1_DIMM_0"));
	assert_false(edac_label_is_default("DIMM_A1"));
	assert_false(edac_label_is_default("P0 CHANNEL A DIMM 0"));
}

static void test_edac(void **state)
{
	struct collect *collect = *state;
	struct problems problems = { 0 };
	struct edac edac = { 0 };

	assert_int_equal(edac_load(&collect->root, &edac, &problems), 0);
	assert_int_equal(edac.n_rows, 0);
	put_controller(collect, 10, "F1Ah\n");
	put_row(collect, 10, "rank7", "csrow 1 channel 3 \n", "mc#10csrow#1channel#3\n", "16384\n");
	put_controller(collect, 2, "Skylake Socket#1 IMC#0\n");
	put_row(collect, 2, "dimm4", "channel 2 slot 0 \n", "DIMM\x1b_B3\n", "16384\n");
	put_row(collect, 2, "dimm0", "channel 0 slot 0 \n", "CPU_SrcID#1_MC#0_Chan#0_DIMM#0\n",
		"16384\n");
	put_text(collect, "/sys/devices/system/edac/mc/mc2/power/control", "auto\n");
	put_text(collect, "/sys/devices/system/edac/mc/power/control", "auto\n");
	assert_int_equal(edac_load(&collect->root, &edac, &problems), 0);
	assert_int_equal(problems.n, 0);
	assert_int_equal(edac.n_rows, 3);
	assert_int_equal(edac.rows[0].mc, 2);
	assert_int_equal(edac.rows[0].place.channel, 0);
	assert_int_equal(edac.rows[1].place.channel, 2);
	assert_int_equal(edac.rows[1].place.socket, 1);
	assert_string_equal(edac.rows[1].label, "DIMM _B3");
	assert_string_equal(edac.rows[1].type, "Registered-DDR5");
	assert_int_equal(edac.rows[1].size_mib, 16384);
	assert_int_equal(edac.rows[2].mc, 10);
	assert_int_equal(edac.rows[2].place.socket, 10);
	edac_release(&edac);
}

/* With controllers absent i10nm_edac's numbers are not those of the records. */
static void test_absent_controllers(void **state)
{
	struct collect *collect = *state;
	struct problems problems = { 0 };
	struct edac edac = { 0 };

	for (int i = 0; i < 4; i++) {
		char name[64], row[32];

		snprintf(name, sizeof(name), "Intel_10nm Socket#0 IMC#%d", i);
		snprintf(row, sizeof(row), "dimm%d", 0);
		put_controller(collect, i, name);
		put_row(collect, i, row, "channel 1 slot 0", "", "16384\n");
		assert_int_equal(edac_load(&collect->root, &edac, &problems), 0);
		assert_int_equal(edac.n_rows, i + 1);
		for (int j = 0; j <= i; j++) {
			assert_int_equal(edac.rows[j].place.imc, i == 3 ? j : -1);
			assert_int_equal(edac.rows[j].place.channel, i == 3 ? 1 : -1);
		}
		edac_release(&edac);
	}
}

static const struct board board = { "Acme Boards", "Board-1", "Acme", "Server 1" };

static const char *find(const struct labels *labels, int32_t mc, const char *location,
			struct problems *problems)
{
	struct edac_location parsed = edac_location_parse(location);

	return labels_find(labels, mc, &parsed, problems);
}

static struct labels parse(const char *text, struct problems *problems)
{
	struct labels labels = { 0 };

	assert_int_equal(labels_parse(&labels, &board, "/etc/ras/x", text, problems), 0);
	return labels;
}

static void test_label_file(void **state)
{
	struct problems problems = { 0 };
	struct labels labels = parse("# comment: 0.0.0\n"
				     "  # another: 0.0.0\n"
				     "Vendor: Other\n"
				     "  Model: Board-1\n"
				     "    WRONG: 0.0.0\n"
				     "vendor : acme boards \n"
				     "\tModel: Board-0, BOARD-1; Board-2\r\n"
				     "\t\tDIMM_A1: 0.0.0;  DIMM_A2:0.0.1;\r\n"
				     "\t\tDIMM B1: 0.1.0, 0.2.0 1:3:1\n"
				     "\n"
				     "  Board: Board-7\n"
				     "    WRONG: 1.1.1\n"
				     "no colon\n",
				     &problems);

	(void)state;
	assert_int_equal(problems.n, 0);
	assert_int_equal(labels.n_rows, 5);
	assert_string_equal(find(&labels, 0, "channel 0 slot 0", &problems), "DIMM_A1");
	assert_string_equal(find(&labels, 0, "channel 0 slot 1", &problems), "DIMM_A2");
	assert_string_equal(find(&labels, 0, "csrow 1 channel 0", &problems), "DIMM B1");
	assert_string_equal(find(&labels, 0, "csrow 2 channel 0", &problems), "DIMM B1");
	assert_string_equal(find(&labels, 1, "channel 3 slot 1", &problems), "DIMM B1");
	assert_null(find(&labels, 1, "channel 1 slot 1", &problems));
	assert_null(find(&labels, 0, "memory 0", &problems));
	assert_null(find(&labels, 0, "", &problems));
	labels_release(&labels);
}

/* Sections for the board come first; those for the machine count where there is none. */
static void test_product(void **state)
{
	struct problems problems = { 0 };
	struct labels labels =
		parse("Vendor: Acme\n Product: Server 1\n A1: 0.0; A2: 0.1\n", &problems);

	(void)state;
	assert_string_equal(find(&labels, 0, "memory 0", &problems), "A1");
	assert_int_equal(labels_parse(&labels, &board, "/etc/ras/y",
				      "Vendor: Acme Boards\n Model: Board-1\n X1: 0.0\n",
				      &problems),
			 0);
	assert_string_equal(find(&labels, 0, "memory 0", &problems), "X1");
	assert_null(find(&labels, 0, "memory 1", &problems));
	assert_int_equal(problems.n, 0);
	labels_release(&labels);
}

/* Each is told once with its line; the rest is used. */
static void test_bad_labels(void **state)
{
	struct problems problems = { 0 };
	struct labels labels = parse("Model: Board-1\n"
				     "Vendor: Acme Boards\n"
				     "Model: Board-1\n"
				     "A1: 0.0.0; A2: x; A3: 0; A4: 0.1.2.3.4\n"
				     "A5: 99999999999.1.1\n"
				     ": 0.1.0\n"
				     "A6: 0.1\n"
				     "A7: 0.7.0\n"
				     "A8: 0.7.0\n"
				     "A9: 0.9.\n"
				     "B1: 0.8.0",
				     &problems);

	(void)state;
	assert_int_equal(problems.n, 6);
	assert_string_equal(problems.text[0],
			    "/etc/ras/x:1: a model or product without a vendor above it");
	assert_string_equal(problems.text[1],
			    "/etc/ras/x:4: a place is not a controller and one to three numbers");
	assert_non_null(strstr(problems.text[2], "x:5: "));
	assert_string_equal(problems.text[3], "/etc/ras/x:6: a place without a label");
	assert_string_equal(problems.text[4],
			    "/etc/ras/x:7: a place has not as many numbers as those above it");
	assert_non_null(strstr(problems.text[5], "x:10: "));
	assert_string_equal(find(&labels, 0, "channel 0 slot 0", &problems), "A1");
	assert_string_equal(find(&labels, 0, "channel 8 slot 0", &problems), "B1");
	assert_null(find(&labels, 0, "channel 7 slot 0", &problems));
	assert_int_equal(problems.n, 7);
	assert_non_null(strstr(problems.text[6], "\"A7\" and \"A8\""));
	labels_release(&labels);
}

static void test_problems(void **state)
{
	struct problems problems = { 0 };

	(void)state;
	for (int i = 0; i < PROBLEMS_MAX + 3; i++) {
		problem_add(&problems, "problem %d", i);
		problem_add(&problems, "problem %d", 0);
	}
	assert_int_equal(problems.n, PROBLEMS_MAX);
	assert_int_equal(problems.left_out, 3);
}

static void test_names(void **state)
{
	struct names names = { 0 };

	(void)state;
	assert_int_equal(names_add(&names, "A1", 0), 0);
	assert_int_equal(names_add(&names, "a1", 0), 0);
	assert_int_equal(names_add(&names, "DIMM 0", 0), 0);
	assert_int_equal(names_add(&names, "DIMM 0", 1), 0);
	assert_int_equal(names_add(&names, "Not Specified", 1), 0);
	assert_int_equal(names_find(&names, "a1"), 0);
	assert_int_equal(names_find(&names, "DIMM 0"), NAME_NONE);
	assert_int_equal(names_find(&names, "Not Specified"), NAME_NONE);
	assert_int_equal(names_find(&names, ""), NAME_NONE);
	names_release(&names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_module),
		cmocka_unit_test(test_placeholders),
		cmocka_unit_test(test_edac_places),
		cmocka_unit_test(test_default_labels),
		cmocka_unit_test_setup_teardown(test_edac, collect_setup, collect_teardown),
		cmocka_unit_test_setup_teardown(test_absent_controllers, collect_setup,
						collect_teardown),
		cmocka_unit_test(test_label_file),
		cmocka_unit_test(test_product),
		cmocka_unit_test(test_bad_labels),
		cmocka_unit_test(test_problems),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
