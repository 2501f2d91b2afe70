// SPDX-License-Identifier: GPL-2.0-only
/* The inventory: what SMBIOS, EDAC and label files say together, and where they contradict. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "inventory/inventory.h"
#include "tests/unit/collect.h"
#include "tests/unit/dmi-table.h"
#include "tests/unit/edac-tree.h"

#define GIB (1ull << 30)

static struct dmi_table table;

static int setup(void **state)
{
	memset(&table, 0, sizeof(table));
	return collect_setup(state);
}

static void put_table(struct collect *collect)
{
	put_file(collect, "/sys/firmware/dmi/tables/DMI", table.data, table.size);
	put_file(collect, "/sys/firmware/dmi/tables/smbios_entry_point", table.entry,
		 table.entry_size);
}

static struct inventory *load(struct collect *collect, size_t n, size_t n_problems)
{
	struct inventory *inventory = NULL;

	assert_int_equal(inventory_load(&collect->root, &inventory), 0);
	assert_int_equal(inventory_count(inventory), n);
	for (size_t i = n_problems; i < inventory_problems(inventory)->n; i++)
		print_message("%s\n", inventory_problems(inventory)->text[i]);
	assert_int_equal(inventory_problems(inventory)->n, n_problems);
	return inventory;
}

static const struct dimm *find(const struct inventory *inventory, int32_t socket, int32_t imc,
			       int32_t channel, int32_t dimm)
{
	struct location location = {
		.socket = socket, .imc = imc, .channel = channel, .dimm = dimm, .rank = 1
	};

	return inventory_find(inventory, &location);
}

static void test_nothing(void **state)
{
	struct inventory *inventory = load(*state, 0, 0);

	assert_null(find(inventory, 0, -1, 0, 0));
	assert_null(inventory_find_by_address(inventory, 0));
	assert_null(inventory_find_by_label(inventory, ""));
	assert_null(inventory_find_by_label(inventory, "A1"));
	inventory_free(inventory);
	inventory_free(NULL);
}

/* Locators that say all of the place: Sandy Bridge boards. */
static void test_smbios_alone(void **state)
{
	struct collect *collect = *state;
	struct inventory *inventory;
	const struct dimm *dimm;

	dmi_add_machine(&table, "Intel", 2);
	dmi_add_dimm(&table, 0, "P1-DIMMA1", "P0_Node0_Channel0_Dimm0", "11", 16384);
	dmi_add_dimm(&table, 1, "P1-DIMMB1", "P0_Node0_Channel1_Dimm0", "NO DIMM", 0);
	dmi_add_dimm(&table, 2, "P2-DIMME1", "P1_Node1_Channel0_Dimm0", "12", 131072);
	dmi_end(&table);
	put_table(collect);
	inventory = load(collect, 2, 0);
	dimm = find(inventory, 1, -1, 0, 0);
	assert_ptr_equal(dimm, inventory_get(inventory, 1));
	assert_string_equal(dimm->serial, "12");
	assert_string_equal(dimm->label, "P2-DIMME1");
	assert_int_equal(dimm->label_source, LABEL_SOURCE_SMBIOS);
	assert_int_equal(dimm->place_source, PLACE_SOURCE_LOCATOR);
	assert_int_equal(dimm->size_mib, 131072);
	assert_string_equal(dimm->type, "DDR5");
	assert_true(dimm->in_smbios && !dimm->in_edac);
	/* an empty socket, a controller that the locators do not have, a place not known */
	assert_null(find(inventory, 0, -1, 1, 0));
	assert_null(find(inventory, 1, 0, 0, 0));
	assert_null(find(inventory, 1, -1, 0, -1));
	assert_null(find(inventory, -1, -1, 0, 0));
	assert_null(find(inventory, 1, -1, -1, 0));
	assert_ptr_equal(inventory_find_by_label(inventory, "p2-dimme1 "), dimm);
	assert_ptr_equal(inventory_find_by_label(inventory, "P1_Node1_Channel0_Dimm0 P2-DIMME1"),
			 dimm);
	assert_null(inventory_find_by_label(inventory, "P1-DIMMB1"));
	assert_ptr_equal(inventory_find_by_handle(inventory, dimm->handle), dimm);
	assert_null(inventory_find_by_handle(inventory, 0xfffe));
	inventory_free(inventory);
}

/* Names of sockets are no places; a locator that many have is no name. */
static void test_letters(void **state)
{
	struct collect *collect = *state;
	struct inventory *inventory;

	dmi_add_machine(&table, "Advanced Micro Devices, Inc.", 1);
	dmi_add_dimm(&table, 0, "DIMM 0", "P0 CHANNEL A", "11", 16384);
	dmi_add_dimm(&table, 1, "DIMM 0", "P0 CHANNEL B", "12", 16384);
	dmi_add_dimm(&table, 2, "Not Specified", "Not Specified", "13", 16384);
	dmi_end(&table);
	put_table(collect);
	inventory = load(collect, 3, 0);
	assert_null(find(inventory, 0, -1, 0, 0));
	assert_null(inventory_find_by_label(inventory, "DIMM 0"));
	assert_ptr_equal(inventory_find_by_label(inventory, "P0 CHANNEL B DIMM 0"),
			 inventory_get(inventory, 1));
	assert_string_equal(inventory_get(inventory, 0)->label, "P0 CHANNEL A DIMM 0");
	assert_string_equal(inventory_get(inventory, 2)->label, "");
	assert_int_equal(inventory_get(inventory, 2)->label_source, LABEL_SOURCE_NONE);
	inventory_free(inventory);
}

static void put_skylake(struct collect *collect)
{
	put_controller(collect, 0, "Skylake Socket#0 IMC#0\n");
	put_controller(collect, 1, "Skylake Socket#0 IMC#1\n");
	put_row(collect, 0, "dimm0", "channel 0 slot 0 \n", "CPU_SrcID#0_MC#0_Chan#0_DIMM#0\n",
		"16384\n");
	put_row(collect, 1, "dimm2", "channel 1 slot 0 \n", "CPU_SrcID#0_MC#1_Chan#1_DIMM#0\n",
		"16384\n");
}

static void put_labels(struct collect *collect, const char *labels)
{
	char text[1024];

	snprintf(text, sizeof(text), "Vendor: ACME BOARDS\n  Model: Board-1\n    %s\n", labels);
	put_text(collect, "/etc/ras/dimm_labels.d/acme", text);
}

static void test_edac_alone(void **state)
{
	struct collect *collect = *state;
	struct inventory *inventory;
	const struct dimm *dimm;

	put_skylake(collect);
	inventory = load(collect, 2, 0);
	dimm = find(inventory, 0, 1, 1, 0);
	assert_non_null(dimm);
	assert_string_equal(dimm->label, "CPU_SrcID#0_MC#1_Chan#1_DIMM#0");
	assert_int_equal(dimm->label_source, LABEL_SOURCE_EDAC);
	assert_int_equal(dimm->place_source, PLACE_SOURCE_EDAC);
	assert_string_equal(dimm->type, "Registered-DDR5");
	assert_true(dimm->in_edac && !dimm->in_smbios);
	assert_null(find(inventory, 0, -1, 1, 0));
	assert_ptr_equal(inventory_find_by_label(inventory, "CPU_SrcID#0_MC#1_Chan#1_DIMM#0"),
			 dimm);
	assert_null(inventory_find_by_label(inventory, "any memory"));
	inventory_free(inventory);
}

static void add_lettered(struct dmi_table *to, uint32_t size_a, uint32_t size_b)
{
	dmi_add_machine(to, "Intel", 1);
	dmi_add_dimm(to, 0, "A1", "", "11", size_a);
	dmi_add_dimm(to, 1, "B2", "", "12", size_b);
	dmi_end(to);
}

/* EDAC has the place, the label file the name of it, SMBIOS the module of that name. */
static void test_label_file(void **state)
{
	struct collect *collect = *state;
	struct inventory *inventory;
	const struct dimm *dimm;

	add_lettered(&table, 16384, 16384);
	put_table(collect);
	put_skylake(collect);
	put_labels(collect, "A1: 0.0.0; B2: 1.1.0; C1: 1.0.0");
	put_text(collect, "/etc/ras/dimm_labels.d/.hidden", "Model: x\n");
	put_text(collect, "/etc/ras/dimm_labels.d/acme~", "Model: x\n");
	inventory = load(collect, 2, 0);
	dimm = find(inventory, 0, 1, 1, 0);
	assert_ptr_equal(dimm, inventory_get(inventory, 1));
	assert_string_equal(dimm->label, "B2");
	assert_int_equal(dimm->label_source, LABEL_SOURCE_FILE);
	assert_string_equal(dimm->serial, "12");
	assert_true(dimm->in_edac && dimm->in_smbios);
	assert_string_equal(dimm->edac_label, "CPU_SrcID#0_MC#1_Chan#1_DIMM#0");
	assert_ptr_equal(inventory_find_by_label(inventory, "CPU_SrcID#0_MC#1_Chan#1_DIMM#0"),
			 dimm);
	assert_ptr_equal(inventory_find_by_label(inventory, "b2"), dimm);
	inventory_free(inventory);
}

/* The ids of sysfs beat the table's; another board's labels are not used. */
static void test_other_board(void **state)
{
	struct collect *collect = *state;
	struct inventory *inventory;

	add_lettered(&table, 16384, 16384);
	put_table(collect);
	put_skylake(collect);
	put_labels(collect, "A1: 0.0.0; B2: 1.1.0");
	put_text(collect, "/sys/class/dmi/id/board_name", "Board-2\n");
	inventory = load(collect, 4, 0);
	assert_string_equal(find(inventory, 0, 1, 1, 0)->serial, "");
	inventory_free(inventory);
}

/* Labels that somebody registered with the driver, or that ghes_edac took from SMBIOS. */
static void test_registered(void **state)
{
	struct collect *collect = *state;
	struct inventory *inventory;

	dmi_add_machine(&table, "Intel", 1);
	dmi_add_dimm(&table, 0, "A1", "BANK 0", "11", 16384);
	dmi_add_dimm(&table, 1, "B2", "BANK 1", "12", 16384);
	dmi_end(&table);
	put_table(collect);
	put_controller(collect, 0, "Skylake Socket#0 IMC#0\n");
	put_row(collect, 0, "dimm0", "channel 0 slot 0 \n", "A1\n", "16384\n");
	put_controller(collect, 1, "ghes_edac\n");
	put_row(collect, 1, "dimm0", "memory 0 \n", "BANK 1 B2\n", "16384\n");
	inventory = load(collect, 2, 0);
	assert_string_equal(find(inventory, 0, 0, 0, 0)->serial, "11");
	assert_int_equal(find(inventory, 0, 0, 0, 0)->label_source, LABEL_SOURCE_EDAC);
	assert_string_equal(inventory_find_by_label(inventory, "BANK 1 B2")->serial, "12");
	assert_int_equal(inventory_get(inventory, 1)->place_source, PLACE_SOURCE_NONE);
	inventory_free(inventory);
}

/* A name is no proof where the module of it is another one. */
static void test_sizes_differ(void **state)
{
	struct collect *collect = *state;
	struct inventory *inventory;

	add_lettered(&table, 16384, 32768);
	put_table(collect);
	put_skylake(collect);
	put_labels(collect, "A1: 0.0.0; B2: 1.1.0");
	inventory = load(collect, 3, 1);
	assert_non_null(strstr(inventory_problems(inventory)->text[0], "their sizes differ"));
	assert_string_equal(find(inventory, 0, 0, 0, 0)->serial, "11");
	assert_string_equal(find(inventory, 0, 1, 1, 0)->serial, "");
	assert_null(inventory_find_by_label(inventory, "B2"));
	inventory_free(inventory);
}

/* One label for two places names neither of them. */
static void test_label_twice(void **state)
{
	struct collect *collect = *state;
	struct inventory *inventory;

	add_lettered(&table, 16384, 16384);
	put_table(collect);
	put_skylake(collect);
	put_labels(collect, "A1: 0.0.0, 1.1.0");
	inventory = load(collect, 4, 1);
	assert_non_null(strstr(inventory_problems(inventory)->text[0], "\"A1\""));
	assert_string_equal(find(inventory, 0, 0, 0, 0)->label, "CPU_SrcID#0_MC#0_Chan#0_DIMM#0");
	assert_string_equal(inventory_find_by_label(inventory, "A1")->serial, "11");
	inventory_free(inventory);
}

static void put_sandy_bridge(struct collect *collect, const char *first, const char *second)
{
	put_controller(collect, 0, "Sandy Bridge SrcID#0_Ha#0\n");
	put_row(collect, 0, "dimm0", first, "", "16384\n");
	put_row(collect, 0, "dimm3", second, "", "8192\n");
}

/* No names that fit, but all of the places do. */
static void test_by_places(void **state)
{
	struct collect *collect = *state;
	struct inventory *inventory;

	dmi_add_machine(&table, "Intel", 1);
	dmi_add_dimm(&table, 0, "DIMMA1", "NODE 0 CHANNEL 0 DIMM 0", "11", 16384);
	dmi_add_dimm(&table, 1, "DIMMB1", "NODE 0 CHANNEL 1 DIMM 0", "12", 8192);
	dmi_end(&table);
	put_table(collect);
	put_sandy_bridge(collect, "channel 0 slot 0", "channel 1 slot 0");
	inventory = load(collect, 2, 0);
	assert_string_equal(find(inventory, 0, 0, 1, 0)->serial, "12");
	assert_string_equal(find(inventory, 0, 0, 1, 0)->label, "DIMMB1");
	assert_int_equal(find(inventory, 0, 0, 1, 0)->place_source, PLACE_SOURCE_EDAC);
	inventory_free(inventory);
}

/* One size that does not fit shows that the numbers mean something else: no pair at all. */
static void test_places_contradict(void **state)
{
	struct collect *collect = *state;
	struct inventory *inventory;

	dmi_add_machine(&table, "Intel", 1);
	dmi_add_dimm(&table, 0, "DIMMA1", "NODE 0 CHANNEL 0 DIMM 0", "11", 16384);
	dmi_add_dimm(&table, 1, "DIMMB1", "NODE 0 CHANNEL 1 DIMM 0", "12", 16384);
	dmi_end(&table);
	put_table(collect);
	put_sandy_bridge(collect, "channel 0 slot 0", "channel 1 slot 0");
	inventory = load(collect, 4, 0);
	assert_string_equal(find(inventory, 0, 0, 0, 0)->serial, "");
	inventory_free(inventory);
}

/* The controller of a locator is EDAC's, too; a name that says otherwise is not believed. */
static void test_name_and_place_contradict(void **state)
{
	struct collect *collect = *state;
	struct inventory *inventory;

	dmi_add_machine(&table, "Intel", 1);
	dmi_add_dimm(&table, 0, "A1", "NODE 0 CHANNEL 0 DIMM 0", "11", 16384);
	dmi_add_dimm(&table, 1, "B1", "NODE 0 CHANNEL 1 DIMM 0", "12", 8192);
	dmi_end(&table);
	put_table(collect);
	put_controller(collect, 0, "Sandy Bridge SrcID#0_Ha#0\n");
	put_row(collect, 0, "dimm0", "channel 1 slot 0", "A1", "16384\n");
	inventory = load(collect, 3, 1);
	assert_non_null(strstr(inventory_problems(inventory)->text[0], "their places differ"));
	assert_string_equal(find(inventory, 0, 0, 1, 0)->serial, "");
	inventory_free(inventory);
}

/* One module of SMBIOS cannot be two of EDAC, whatever their names are. */
static void test_name_twice(void **state)
{
	struct collect *collect = *state;
	struct inventory *inventory;

	dmi_add_machine(&table, "Intel", 1);
	dmi_add_dimm(&table, 0, "A1", "BANK 0", "11", 16384);
	dmi_add_dimm(&table, 1, "B1", "BANK 0", "12", 16384);
	dmi_end(&table);
	put_table(collect);
	put_controller(collect, 0, "Skylake Socket#0 IMC#0\n");
	put_row(collect, 0, "dimm0", "channel 0 slot 0", "A1", "16384\n");
	put_row(collect, 0, "dimm1", "channel 1 slot 0", "BANK 0 A1", "16384\n");
	put_row(collect, 0, "dimm2", "channel 2 slot 0", "B1", "16384\n");
	put_row(collect, 0, "dimm3", "channel 3 slot 0", "B1", "16384\n");
	inventory = load(collect, 6, 2);
	for (size_t i = 0; i < 2; i++)
		assert_non_null(strstr(inventory_problems(inventory)->text[i],
				       "another one has that name"));
	for (int32_t i = 0; i < 4; i++)
		assert_string_equal(find(inventory, 0, 0, i, 0)->serial, "");
	inventory_free(inventory);
}

/* Channels of a socket are not those of its two controllers. */
static void test_places_of_two_controllers(void **state)
{
	struct collect *collect = *state;
	struct inventory *inventory;

	dmi_add_machine(&table, "Intel", 1);
	dmi_add_dimm(&table, 0, "DIMMA1", "NODE 0 CHANNEL 0 DIMM 0", "11", 16384);
	dmi_add_dimm(&table, 1, "DIMMB1", "NODE 0 CHANNEL 1 DIMM 0", "12", 16384);
	dmi_end(&table);
	put_table(collect);
	put_skylake(collect);
	inventory = load(collect, 4, 0);
	assert_string_equal(find(inventory, 0, 0, 0, 0)->serial, "");
	assert_string_equal(find(inventory, 0, 1, 1, 0)->serial, "");
	inventory_free(inventory);
}

/* A module that EDAC does not see: then its numbers may be others. */
static void test_places_of_some(void **state)
{
	struct collect *collect = *state;
	struct inventory *inventory;

	dmi_add_machine(&table, "Intel", 1);
	dmi_add_dimm(&table, 0, "DIMMA1", "NODE 0 CHANNEL 0 DIMM 0", "11", 16384);
	dmi_add_dimm(&table, 1, "DIMMB1", "NODE 0 CHANNEL 1 DIMM 0", "12", 8192);
	dmi_add_dimm(&table, 2, "DIMMC1", "NODE 0 CHANNEL 2 DIMM 0", "13", 8192);
	dmi_end(&table);
	put_table(collect);
	put_sandy_bridge(collect, "channel 0 slot 0", "channel 1 slot 0");
	inventory = load(collect, 5, 0);
	assert_string_equal(find(inventory, 0, 0, 1, 0)->serial, "");
	inventory_free(inventory);
}

/* The BIOS's flash is a memory device, too. */
static void test_flash(void **state)
{
	struct collect *collect = *state;

	dmi_add_machine(&table, "Intel", 1);
	dmi_add(&table, 16, 0x17, 0x1001, NULL);
	dmi_set(&table, 0x05, 5, 1);
	dmi_add_dimm(&table, 0, "SYSTEM ROM", "", "", 16);
	dmi_set(&table, 0x04, 0x1001, 2);
	dmi_end(&table);
	put_table(collect);
	inventory_free(load(collect, 0, 0));
}

static void test_same_place(void **state)
{
	struct collect *collect = *state;
	struct inventory *inventory;

	put_controller(collect, 0, "Skylake Socket#0 IMC#0\n");
	put_controller(collect, 1, "Skylake Socket#0 IMC#0\n");
	put_row(collect, 0, "dimm0", "channel 0 slot 0", "A1", "16384\n");
	put_row(collect, 1, "dimm0", "channel 0 slot 0", "A2", "16384\n");
	inventory = load(collect, 2, 1);
	assert_non_null(
		strstr(inventory_problems(inventory)->text[0], "\"A1\" and \"A2\" claim the same"));
	assert_null(find(inventory, 0, 0, 0, 0));
	assert_non_null(inventory_find_by_label(inventory, "A2"));
	inventory_free(inventory);
}

/* amd64_edac shows ranks: two of one slot are one module with both labels. */
static void test_ranks(void **state)
{
	struct collect *collect = *state;
	struct inventory *inventory;
	const struct dimm *dimm;

	put_controller(collect, 0, "F19h_M10h\n");
	put_row(collect, 0, "rank0", "csrow 0 channel 3 \n", "mc#0csrow#0channel#3\n", "8192\n");
	put_row(collect, 0, "rank1", "csrow 1 channel 3 \n", "mc#0csrow#1channel#3\n", "8192\n");
	put_row(collect, 0, "rank2", "csrow 2 channel 3 \n", "mc#0csrow#2channel#3\n", "8192\n");
	put_row(collect, 0, "rank3", "csrow 0 channel 4 \n", "mc#0csrow#0channel#4\n", "8192\n");
	inventory = load(collect, 3, 0);
	dimm = find(inventory, 0, -1, 3, 0);
	assert_non_null(dimm);
	assert_int_equal(dimm->size_mib, 16384);
	assert_ptr_equal(inventory_find_by_label(inventory, "mc#0csrow#1channel#3"), dimm);
	assert_non_null(find(inventory, 0, -1, 3, 1));
	assert_int_equal(find(inventory, 0, -1, 4, 0)->size_mib, 8192);
	inventory_free(inventory);
}

/* A label of ranks in both slots: one module, whose slot is not known. */
static void test_ranks_with_labels(void **state)
{
	struct collect *collect = *state;
	struct inventory *inventory;

	add_lettered(&table, 16384, 16384);
	put_table(collect);
	put_controller(collect, 0, "F19h_M10h\n");
	put_row(collect, 0, "rank0", "csrow 0 channel 0 \n", "", "8192\n");
	put_row(collect, 0, "rank1", "csrow 1 channel 0 \n", "", "8192\n");
	put_row(collect, 0, "rank4", "csrow 0 channel 1 \n", "", "8192\n");
	put_row(collect, 0, "rank5", "csrow 2 channel 1 \n", "", "8192\n");
	put_labels(collect, "A1: 0.0.0, 0.1.0; B2: 0.0.1, 0.2.1");
	inventory = load(collect, 2, 0);
	assert_string_equal(find(inventory, 0, -1, 0, 0)->serial, "11");
	assert_null(find(inventory, 0, -1, 1, 0));
	assert_null(find(inventory, 0, -1, 1, 1));
	assert_string_equal(inventory_find_by_label(inventory, "B2")->serial, "12");
	inventory_free(inventory);
}

static void test_addresses(void **state)
{
	struct collect *collect = *state;
	struct inventory *inventory;

	dmi_add_machine(&table, "Intel", 1);
	for (unsigned int i = 0; i < 6; i++)
		dmi_add_dimm(&table, i, "A1", "", "11", 16384);
	dmi_add_range(&table, 0, 0, 2 * GIB - 1, 0);
	dmi_add_range(&table, 0, 4 * GIB, 18 * GIB - 1, 0);
	dmi_add_range(&table, 1, 8192 * GIB, 8208 * GIB - 1, 0);
	dmi_add_range(&table, 2, 100 * GIB, 116 * GIB - 1, 1);
	dmi_add_range(&table, 3, 200 * GIB, 216 * GIB - 1, 0);
	dmi_add_range(&table, 4, 215 * GIB, 220 * GIB - 1, 0);
	dmi_add_range(&table, 5, 300 * GIB, 332 * GIB - 1, 0);
	dmi_end(&table);
	put_table(collect);
	inventory = load(collect, 6, 0);
	assert_ptr_equal(inventory_find_by_address(inventory, 0), inventory_get(inventory, 0));
	assert_ptr_equal(inventory_find_by_address(inventory, 18 * GIB - 1),
			 inventory_get(inventory, 0));
	assert_null(inventory_find_by_address(inventory, 18 * GIB));
	assert_null(inventory_find_by_address(inventory, 2 * GIB));
	assert_ptr_equal(inventory_find_by_address(inventory, 8192 * GIB),
			 inventory_get(inventory, 1));
	/* shared, overlapping, larger than the module */
	assert_null(inventory_find_by_address(inventory, 100 * GIB));
	assert_ptr_equal(inventory_find_by_address(inventory, 200 * GIB),
			 inventory_get(inventory, 3));
	assert_null(inventory_find_by_address(inventory, 215 * GIB));
	assert_null(inventory_find_by_address(inventory, 300 * GIB));
	inventory_free(inventory);
}

/* More ranges than there is room for: those left out may be where another module's are. */
static void test_many_ranges(void **state)
{
	struct collect *collect = *state;

	for (unsigned int n = DIMM_RANGES_MAX - 1; n <= DIMM_RANGES_MAX + 1; n++) {
		struct inventory *inventory;

		memset(&table, 0, sizeof(table));
		dmi_add_machine(&table, "Intel", 1);
		dmi_add_dimm(&table, 0, "A1", "", "11", 16384);
		for (unsigned int i = 0; i < n; i++)
			dmi_add_range(&table, 0, i * GIB, i * GIB + GIB / 2, 0);
		dmi_end(&table);
		put_table(collect);
		inventory = load(collect, 1, 0);
		assert_int_equal(inventory_find_by_address(inventory, 0) != NULL,
				 n < DIMM_RANGES_MAX);
		inventory_free(inventory);
	}
}

/* Type 19 says that two devices form a row: type 20, which says they do not share it, is wrong. */
static void test_shared_row(void **state)
{
	struct collect *collect = *state;
	struct inventory *inventory;

	dmi_add_machine(&table, "Intel", 1);
	dmi_add_dimm(&table, 0, "A1", "", "11", 16384);
	dmi_add_range(&table, 0, 0, 16 * GIB - 1, 0);
	dmi_add(&table, 19, 0x1f, 0x1300, NULL);
	dmi_set(&table, 0x08, 0x1ffffff, 4);
	dmi_set(&table, 0x0c, 0x1000, 2);
	dmi_set(&table, 0x0e, 2, 1);
	dmi_end(&table);
	put_table(collect);
	inventory = load(collect, 1, 0);
	assert_true(inventory_get(inventory, 0)->ranges[0].interleaved);
	assert_null(inventory_find_by_address(inventory, 0));
	inventory_free(inventory);
}

/* What can be read is there, the reason is told, and no address is answered. */
static void test_damaged(void **state)
{
	struct collect *collect = *state;
	struct inventory *inventory;

	dmi_add_machine(&table, "Intel", 1);
	dmi_add_dimm(&table, 0, "A1", "", "11", 16384);
	dmi_add_range(&table, 0, 0, 16 * GIB - 1, 0);
	dmi_add_dimm(&table, 1, "A2", "", "12", 16384);
	table.data[table.last + 1] = 1;
	dmi_entry_64(&table);
	put_table(collect);
	inventory = load(collect, 1, 1);
	assert_non_null(strstr(inventory_problems(inventory)->text[0],
			       "/sys/firmware/dmi/tables/DMI: structure at 0x"));
	assert_int_equal(inventory_get(inventory, 0)->n_ranges, 1);
	assert_null(inventory_find_by_address(inventory, 0));
	inventory_free(inventory);
}

static void test_unreadable(void **state)
{
	struct collect *collect = *state;
	struct inventory *inventory;

	put_skylake(collect);
	put_text(collect, "/sys/firmware/dmi/tables/DMI/file", "");
	put_text(collect, "/etc/ras/dimm_labels.db", "Model: x\n");
	inventory = load(collect, 2, 2);
	assert_string_equal(inventory_problems(inventory)->text[0],
			    "/sys/firmware/dmi/tables/DMI: Is a directory");
	assert_non_null(
		strstr(inventory_problems(inventory)->text[1], "/etc/ras/dimm_labels.db:1"));
	inventory_free(inventory);
}

#define INVENTORY_TEST(function) cmocka_unit_test_setup_teardown(function, setup, collect_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		INVENTORY_TEST(test_nothing),
		INVENTORY_TEST(test_smbios_alone),
		INVENTORY_TEST(test_letters),
		INVENTORY_TEST(test_edac_alone),
		INVENTORY_TEST(test_label_file),
		INVENTORY_TEST(test_other_board),
		INVENTORY_TEST(test_registered),
		INVENTORY_TEST(test_sizes_differ),
		INVENTORY_TEST(test_label_twice),
		INVENTORY_TEST(test_by_places),
		INVENTORY_TEST(test_places_contradict),
		INVENTORY_TEST(test_name_and_place_contradict),
		INVENTORY_TEST(test_name_twice),
		INVENTORY_TEST(test_places_of_two_controllers),
		INVENTORY_TEST(test_places_of_some),
		INVENTORY_TEST(test_flash),
		INVENTORY_TEST(test_same_place),
		INVENTORY_TEST(test_ranks),
		INVENTORY_TEST(test_ranks_with_labels),
		INVENTORY_TEST(test_addresses),
		INVENTORY_TEST(test_many_ranges),
		INVENTORY_TEST(test_shared_row),
		INVENTORY_TEST(test_damaged),
		INVENTORY_TEST(test_unreadable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
