// SPDX-License-Identifier: GPL-2.0-only
/* What sysfs says about an EDAC driver's layers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "edac.h"
#include "tests/unit/collect.h"

#define EDAC "/sys/devices/system/edac/mc"

static struct location locate(struct collect *collect, int32_t mc, int32_t top, int32_t middle,
			      int32_t lower)
{
	const int32_t layers[MEMORY_LAYERS] = { top, middle, lower };
	struct location location;

	memory_detail_locate("", &location);
	edac_locate(&collect->root, mc, layers, &location);
	return location;
}

static void put_text(struct collect *collect, const char *path, const char *text)
{
	put_file(collect, path, text, strlen(text));
}

static void test_here(void **state)
{
	struct collect *collect = *state;

	assert_false(edac_is_here(&collect->root));
	assert_int_equal(root_mkdir(&collect->root, EDAC), 0); /* EDAC, but no driver */
	assert_false(edac_is_here(&collect->root));
	assert_int_equal(root_mkdir(&collect->root, EDAC "/mc0"), 0);
	assert_true(edac_is_here(&collect->root));
}

static void test_layers(void **state)
{
	struct collect *collect = *state;
	struct location location;

	/* of a controller only the slots with a DIMM are there */
	put_text(collect, EDAC "/mc0/ce_count", "0\n");
	put_text(collect, EDAC "/mc0/dimm3/size", "16384\n");
	put_text(collect, EDAC "/mc0/dimm3/dimm_location", "channel 1 slot 1 \n");
	put_text(collect, EDAC "/mc1/rank0/dimm_location", "csrow 0 channel 0\n");
	put_text(collect, EDAC "/mc2/dimm0/dimm_location", "branch 0 channel 1 slot 0 \n");
	put_text(collect, EDAC "/mc3/dimm0/dimm_location", "memory 4 \n");
	put_text(collect, EDAC "/mc4/dimm0/dimm_location", "slot\n");

	location = locate(collect, 0, 2, 1, -1);
	assert_int_equal(location.channel, 2);
	assert_int_equal(location.dimm, 1);
	location = locate(collect, 0, 2, -1, -1);
	assert_int_equal(location.channel, 2);
	assert_int_equal(location.dimm, LOCATION_UNKNOWN);
	location = locate(collect, 1, 3, 1, -1);
	assert_int_equal(location.channel, 1);
	assert_int_equal(location.dimm, LOCATION_UNKNOWN);
	assert_int_equal(location.rank, LOCATION_UNKNOWN);
	location = locate(collect, 2, 1, 0, 2);
	assert_int_equal(location.channel, 0);
	assert_int_equal(location.dimm, 2);
	for (int32_t mc = 3; mc < 6; mc++) {
		location = locate(collect, mc, 1, 1, 1);
		assert_int_equal(location.channel, LOCATION_UNKNOWN);
		assert_int_equal(location.dimm, LOCATION_UNKNOWN);
	}
}

/* What the registers said stays. */
static void test_known(void **state)
{
	const int32_t layers[MEMORY_LAYERS] = { 2, 1, -1 };
	struct location location = { 0, 0, 5, -1, -1, -1, -1, -1, -1, -1 };
	struct collect *collect = *state;

	put_text(collect, EDAC "/mc0/dimm0/dimm_location", "channel 0 slot 0\n");
	edac_locate(&collect->root, 0, layers, &location);
	assert_int_equal(location.channel, 5);
	assert_int_equal(location.dimm, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, collect_setup, collect_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = { TEST(test_here), TEST(test_layers), TEST(test_known) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
