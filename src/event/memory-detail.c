// SPDX-License-Identifier: GPL-2.0-only
#include "event/memory-detail.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"

const char *memory_detail_type(uint64_t type)
{
	/* Linux include/linux/edac.h, since 4.10; before that 2 was "Fatal" */
	static const char *const names[] = { "Corrected", "Uncorrected", "Deferred", "Fatal" };

	return type < ARRAY_SIZE(names) ? names[type] : "Info";
}

bool memory_detail_is_label(const char *label)
{
	return label[0] && strcmp(label, "any memory") != 0 && strcmp(label, "unknown memory") != 0;
}

/* A word that stands before ":value" in a driver's text. */
struct word_row {
	const char *word;
	size_t offset; /* in struct location */
};

#define WORD(word_, member)                                                                        \
	{                                                                                          \
		word_, offsetof(struct location, member)                                           \
	}

/*
 * Linux drivers/edac. adxl: names that firmware gives to skx_edac and
 * i10nm_edac (ACPI ADXL); skx: what these drivers decode themselves, 5.x and
 * later; sb: sb_edac; pnd2: pnd2_edac; ghes: ghes_edac through CPER's text.
 * Words of one driver whose numbers mean something of its own (sb_edac's ha and
 * channel_mask, ghes' node, card, module and device) are not here.
 */
static const struct word_row word_rows[] = {
	WORD("ProcessorSocketId", socket), /* adxl, skx */
	WORD("socket", socket),		   /* skx before 5.18, sb */
	WORD("MemoryControllerId", imc),   /* adxl, skx */
	WORD("imc", imc),		   /* skx before 5.18 */
	WORD("ChannelId", channel),	   /* adxl */
	WORD("channel", channel),	   /* pnd2 */
	WORD("DimmSlotId", dimm),	   /* adxl */
	WORD("DIMM", dimm),		   /* pnd2 */
	WORD("PhysicalRankId", rank),	   /* adxl, skx */
	WORD("rank", rank),		   /* skx before 5.18, sb, pnd2, ghes */
	WORD("BankGroup", bank_group),	   /* adxl, skx */
	WORD("bg", bank_group),		   /* skx before 5.18 */
	WORD("bank_group", bank_group),	   /* sb, ghes */
	WORD("Bank", bank),		   /* adxl, skx */
	WORD("ba", bank),		   /* skx before 5.18 */
	WORD("bank_addr", bank),	   /* sb */
	WORD("bank_address", bank),	   /* ghes */
	WORD("bank", bank),		   /* pnd2, ghes */
	WORD("Row", row),		   /* adxl, skx */
	WORD("row", row),		   /* skx before 5.18, sb, pnd2, ghes */
	WORD("Column", column),		   /* adxl, skx */
	WORD("col", column),		   /* skx before 5.18, sb, pnd2 */
	WORD("column", column),		   /* ghes */
};

/* The number at text, decimal or 0x, that ends at end. -1: it is none of a place. */
static int32_t number_of(const char *text, const char *end)
{
	unsigned long value;
	char *stop;

	if (!isdigit((unsigned char)*text))
		return LOCATION_UNKNOWN;
	errno = 0;
	value = strtoul(text, &stop, text[0] == '0' && text[1] == 'x' ? 16 : 10);
	if (errno || stop != end || value > INT32_MAX)
		return LOCATION_UNKNOWN;
	return (int32_t)value;
}

/* "Row:0x1f": one word of the text, into what it tells of the location. */
static void take_word(const char *text, size_t length, struct location *values, bool *contradicted)
{
	const char *colon = memchr(text, ':', length);

	for (size_t i = 0; colon && i < ARRAY_SIZE(word_rows); i++) {
		const struct word_row *row = &word_rows[i];
		int32_t *field = (int32_t *)((char *)values + row->offset);
		int32_t value;

		if (strlen(row->word) != (size_t)(colon - text) ||
		    strncmp(text, row->word, (size_t)(colon - text)) != 0)
			continue;
		value = number_of(colon + 1, text + length);
		if (*field != LOCATION_UNKNOWN && *field != value)
			contradicted[row->offset / sizeof(int32_t)] = true;
		*field = value;
	}
}

void memory_detail_locate(const char *driver_detail, struct location *ret_location)
{
	enum { FIELDS = sizeof(struct location) / sizeof(int32_t) };
	bool contradicted[FIELDS] = { false };
	int32_t *fields = (int32_t *)ret_location;

	for (size_t i = 0; i < FIELDS; i++)
		fields[i] = LOCATION_UNKNOWN;
	while (*driver_detail) {
		size_t length = strcspn(driver_detail, " ");

		take_word(driver_detail, length, ret_location, contradicted);
		driver_detail += length + (driver_detail[length] == ' ');
	}
	for (size_t i = 0; i < FIELDS; i++)
		if (contradicted[i])
			fields[i] = LOCATION_UNKNOWN;
}
