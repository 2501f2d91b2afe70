// SPDX-License-Identifier: GPL-2.0-only
/* What the texts of EDAC drivers say about the place of an error, driver by driver. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "event/location.h"
#include "event/memory-detail.h"
#include "util/cleanup.h"
#include "util/strbuf.h"

static const struct {
	const char *text;
	const char *expected;
} rows[] = {
	/* skx_edac and i10nm_edac with the firmware's translation, and without */
	{ " err_code:0x0101:0x0090  ProcessorSocketId:0x1 MemoryControllerId:0x2 ChannelId:0x1 "
	  "DimmSlotId:0x0 PhysicalRankId:0x1 Row:0x1f03 Column:0x3e8 Bank:0x2 BankGroup:0x3 "
	  "ChipSelect:0x0",
	  "socket 1 imc 2 channel 1 dimm 0 rank 1 bank_group 3 bank 2 row 7939 column 1000 " },
	{ " OVERFLOW recoverable err_code:0x0000:0x009f socket:0 imc:1 rank:0 bg:2 ba:3 row:0x61 "
	  "col:0x2f8 retry_rd_err_log[0000a209 00000000] correrrcnt[0001 0000]",
	  "socket 0 imc 1 rank 0 bank_group 2 bank 3 row 97 column 760 " },
	/* sb_edac */
	{ "area:DRAM err_code:0001:0091 socket:0 ha:0 channel_mask:1 rank:1 row:0x5 col:0x40 "
	  "bank_addr:1 bank_group:2",
	  "socket 0 rank 1 bank_group 2 bank 1 row 5 column 64 " },
	/* pnd2_edac */
	{ " err_code:0000:0090 channel:1 DIMM:0 rank:1 row:513 bank:7 col:9",
	  "channel 1 dimm 0 rank 1 bank 7 row 513 column 9 " },
	/* ghes_edac */
	{ "APEI location: node:0 card:1 module:2 rank:1 bank:3 device:4 row:77 column:8 "
	  "DIMM location: P0 CHANNEL A DIMM 0",
	  "rank 1 bank 3 row 77 column 8 " },
	/* said twice: the same, and not the same */
	{ "row:0x10 rank:1 Row:16 PhysicalRankId:0x0", "row 16 " },
	{ "row:1 row:2 row:1", "" },
	/* no numbers of a place */
	{ "", "" },
	{ "row: 5 col: rank:-1 bank:0x bg:12a ba:0x1g socket:99999999999", "" },
	{ "arrow:1 row:3x row", "" },
	{ "Row=3 [row:3]", "" },
};

static void test_locate(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_strbuf_ struct strbuf text = { 0 };
		struct location location;

		memory_detail_locate(rows[i].text, &location);
		for (unsigned int j = 0; j < LOCATION_FIELDS; j++)
			if (location_get(&location, j) != LOCATION_UNKNOWN)
				strbuf_addf(&text, "%s %d ", location_fields[j].name,
					    location_get(&location, j));
		if (strcmp(strbuf_text(&text), rows[i].expected) != 0)
			fail_msg("%s: %s", rows[i].text, strbuf_text(&text));
	}
}

static void test_words(void **state)
{
	(void)state;
	assert_string_equal(memory_detail_type(0), "Corrected");
	assert_string_equal(memory_detail_type(2), "Deferred");
	assert_string_equal(memory_detail_type(3), "Fatal");
	assert_string_equal(memory_detail_type(4), "Info");
	assert_string_equal(memory_detail_type(UINT64_MAX), "Info");
	assert_true(memory_detail_is_label("DIMM_A1"));
	assert_false(memory_detail_is_label(""));
	assert_false(memory_detail_is_label("any memory"));
	assert_false(memory_detail_is_label("unknown memory"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_locate),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
