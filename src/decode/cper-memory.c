// SPDX-License-Identifier: GPL-2.0-only
#include "decode/cper-memory.h"

#include "decode/cper-fields.h"
#include "decode/facts.h"
#include "event/bits.h"
#include "util/cleanup.h"

enum { PAGE_SHIFT = 12 };

/* Validation bits that mean the same in both sections. */
enum {
	VALID_STATUS = 0,
	VALID_ADDRESS = 1,
	VALID_MASK = 2,
	VALID_NODE = 3,
	VALID_CARD = 4,
	VALID_MODULE = 5,
	VALID_BANK = 6,
};

/* The first section's row. */
enum { VALID_ROW = 8, VALID_ROW_EXTENDED = 18, AT_ROW = 42, AT_EXTENDED = 73 };

/* Offsets that are the same in both sections. */
enum {
	AT_STATUS = 8,
	AT_ADDRESS = 16,
	AT_MASK = 24,
	AT_NODE = 32,
	AT_CARD = 34,
	AT_MODULE = 36,
	AT_BANK = 38,
};

/* UEFI 2.10, N.2.5, table "Memory Error Record", memory error type; N.2.6 has the same. */
/* clang-format off */
static const char *const types[] = {
	[0] = "Memory error of unknown type",
	[1] = "Memory record without an error",
	[2] = "Single-bit ECC memory error",
	[3] = "Multi-bit ECC memory error",
	[4] = "Single-symbol chipkill ECC memory error",
	[5] = "Multi-symbol chipkill ECC memory error",
	[6] = "Memory error, master abort",
	[7] = "Memory error, target abort",
	[8] = "Memory parity error",
	[9] = "Memory error, watchdog timeout",
	[10] = "Memory error, invalid address",
	[11] = "Memory mirror broken",
	[12] = "Memory sparing",
	[13] = "Memory error corrected by scrubbing",
	[14] = "Uncorrected memory error found by scrubbing",
	[15] = "Memory mapped out",
};

/* The same tables. */
static const struct cper_row shared_rows[] = {
	{ .name = "physical_address", .text = "Physical address",
	  .valid = VALID_ADDRESS, .offset = AT_ADDRESS, .size = 8 },
	{ .name = "address_mask", .text = "Which bits of the physical address are valid",
	  .valid = VALID_MASK, .offset = AT_MASK, .size = 8 },
	{ .name = "node",   .text = "Node",   .valid = VALID_NODE,   .offset = AT_NODE,   .size = 2 },
	{ .name = "card",   .text = "Card",   .valid = VALID_CARD,   .offset = AT_CARD,   .size = 2 },
	{ .name = "module", .text = "Module", .valid = VALID_MODULE, .offset = AT_MODULE, .size = 2 },
	{ .name = "bank",   .text = "Bank",   .valid = VALID_BANK,   .offset = AT_BANK,   .size = 2,
	  .place = CPER_PLACE(bank) },
};

static const struct cper_row rows_1[] = {
	{ .name = "device", .text = "DRAM device", .valid = 7,  .offset = 40, .size = 2,
	  .place = CPER_PLACE(device) },
	{ .name = "column", .text = "Column",      .valid = 9,  .offset = 44, .size = 2,
	  .place = CPER_PLACE(column) },
	{ .name = "bit_position", .text = "Bit in the word", .valid = 10, .offset = 46, .size = 2 },
	{ .name = "requester_id", .text = "Requester", .valid = 11, .offset = 48, .size = 8 },
	{ .name = "responder_id", .text = "Responder", .valid = 12, .offset = 56, .size = 8 },
	{ .name = "target_id",    .text = "Target",    .valid = 13, .offset = 64, .size = 8 },
	{ .name = "memory_error_type", .text = "Unknown type of memory error", CPER_TEXTS(types),
	  .valid = 14, .offset = 72, .size = 1 },
	{ .name = "rank", .text = "Rank", .valid = 15, .offset = 74, .size = 2,
	  .place = CPER_PLACE(rank) },
	{ .name = "card_handle",   .text = "SMBIOS type 16 handle", .valid = 16, .offset = 76, .size = 2 },
	{ .name = "module_handle", .text = "SMBIOS type 17 handle", .valid = 17, .offset = 78, .size = 2 },
	{ .name = "bank_group",   .text = "Bank group", .valid = 19, .offset = AT_BANK, .size = 2,
	  .high = 15, .low = 8, .place = CPER_PLACE(bank_group) },
	{ .name = "bank_address", .text = "Bank in its group", .valid = 20, .offset = AT_BANK, .size = 2,
	  .high = 7, .low = 0, .place = CPER_PLACE(bank) },
	{ .name = "chip_id", .text = "Chip of the stack", .valid = 21, .offset = 73, .size = 1,
	  .high = 7, .low = 5 },
};

/* UEFI 2.10, N.2.6, table "Memory Error Record 2". */
static const struct cper_row rows_2[] = {
	{ .name = "device", .text = "DRAM device", .valid = 7, .offset = 40, .size = 4,
	  .place = CPER_PLACE(device) },
	{ .name = "row",    .text = "Row",         .valid = 8, .offset = 44, .size = 4,
	  .place = CPER_PLACE(row) },
	{ .name = "column", .text = "Column",      .valid = 9, .offset = 48, .size = 4,
	  .place = CPER_PLACE(column) },
	{ .name = "rank",   .text = "Rank",        .valid = 10, .offset = 52, .size = 4,
	  .place = CPER_PLACE(rank) },
	{ .name = "bit_position", .text = "Bit in the word", .valid = 11, .offset = 56, .size = 4 },
	{ .name = "chip_id", .text = "Chip of the stack", .valid = 12, .offset = 60, .size = 1 },
	{ .name = "memory_error_type", .text = "Unknown type of memory error", CPER_TEXTS(types),
	  .valid = 13, .offset = 61, .size = 1 },
	{ .name = "memory_status", .text = "Status of the error, bit 0: 1 uncorrected",
	  .valid = 14, .offset = 62, .size = 1 },
	{ .name = "requester_id", .text = "Requester", .valid = 15, .offset = 64, .size = 8 },
	{ .name = "responder_id", .text = "Responder", .valid = 16, .offset = 72, .size = 8 },
	{ .name = "target_id",    .text = "Target",    .valid = 17, .offset = 80, .size = 8 },
	{ .name = "card_handle",   .text = "SMBIOS type 16 handle", .valid = 18, .offset = 88, .size = 4 },
	{ .name = "module_handle", .text = "SMBIOS type 17 handle", .valid = 19, .offset = 92, .size = 4 },
	{ .name = "bank_group",   .text = "Bank group", .valid = 20, .offset = AT_BANK, .size = 2,
	  .high = 15, .low = 8, .place = CPER_PLACE(bank_group) },
	{ .name = "bank_address", .text = "Bank in its group", .valid = 21, .offset = AT_BANK, .size = 2,
	  .high = 7, .low = 0, .place = CPER_PLACE(bank) },
};
/* clang-format on */

/* Where the sections differ in what the code below needs. */
struct layout {
	uint8_t valid_type;
	uint8_t at_type;
	uint8_t valid_rank;
	uint8_t at_rank;
	uint8_t rank_size;
	uint8_t valid_handle;
	uint8_t at_handle;
	uint8_t handle_size;
	bool module_or_rank; /* a module's number may be that of a rank */
};

static const struct layout layout_1 = { 14, 72, 15, 74, 2, 17, 78, 2, true };
static const struct layout layout_2 = { 13, 61, 10, 52, 4, 19, 92, 4, false };

/* The address tells the page unless the mask says that less of it is known. */
static void take_address(struct bytes section, uint64_t valid, struct cper_error *error)
{
	uint64_t mask = bytes_u64(section, AT_MASK);

	if (!cper_has(section, valid, VALID_ADDRESS, AT_ADDRESS, 8))
		return;
	error->record.addr = bytes_u64(section, AT_ADDRESS);
	error->record.fields |= RECORD_HAS_ADDR;
	error->decoded.address_usable = !cper_has(section, valid, VALID_MASK, AT_MASK, 8) ||
					(mask && __builtin_ctzll(mask) <= PAGE_SHIFT);
}

/* SMBIOS has 0xffff and 0xfffe for none. */
static void take_handle(struct bytes section, uint64_t valid, const struct layout *layout,
			struct cper_error *error)
{
	uint64_t handle = bytes_le(section, layout->at_handle, layout->handle_size);

	if (cper_has(section, valid, layout->valid_handle, layout->at_handle,
		     layout->handle_size) &&
	    handle < 0xfffe)
		error->module_handle = (int32_t)handle;
}

static void add_phrase(struct bytes section, uint64_t valid, const struct layout *layout,
		       struct decoded *decoded)
{
	uint8_t type = bytes_u8(section, layout->at_type);
	bool typed = cper_has(section, valid, layout->valid_type, layout->at_type, 1);
	bool first = true;
	struct phrase phrase;

	phrase_start(&phrase, decoded->mca, sizeof(decoded->mca));
	phrase_add(&phrase, typed && type < ARRAY_SIZE(types) ? types[type] : "Memory error");
	if (cper_has(section, valid, VALID_NODE, AT_NODE, 2))
		cper_add_place(&phrase, "node", bytes_u16(section, AT_NODE), &first);
	if (cper_has(section, valid, VALID_CARD, AT_CARD, 2))
		cper_add_place(&phrase, "card", bytes_u16(section, AT_CARD), &first);
	if (cper_has(section, valid, VALID_MODULE, AT_MODULE, 2))
		cper_add_place(&phrase, "module", bytes_u16(section, AT_MODULE), &first);
	if (cper_has(section, valid, layout->valid_rank, layout->at_rank, layout->rank_size))
		cper_add_place(&phrase, "rank",
			       bytes_le(section, layout->at_rank, layout->rank_size), &first);
}

/*
 * What both sections say in the same words. A node is no socket and a card no
 * channel for certain, so they stay facts. Where a module's number may be that of
 * a rank, it is a module's if the rank has a number of its own.
 */
static void take_shared(struct bytes section, uint64_t valid, const struct layout *layout,
			struct cper_error *error)
{
	struct decoded *decoded = &error->decoded;

	decoded->class = CLASS_MEMORY;
	if (cper_has(section, valid, VALID_STATUS, AT_STATUS, 8))
		cper_error_status(bytes_u64(section, AT_STATUS), decoded);
	cper_facts(section, valid, shared_rows, ARRAY_SIZE(shared_rows), decoded);
	if (cper_has(section, valid, VALID_MODULE, AT_MODULE, 2) &&
	    (!layout->module_or_rank ||
	     cper_has(section, valid, layout->valid_rank, layout->at_rank, layout->rank_size)))
		decoded->location.dimm = bytes_u16(section, AT_MODULE);
	take_address(section, valid, error);
	take_handle(section, valid, layout, error);
	add_phrase(section, valid, layout, decoded);
}

/*
 * Bits 17:16 of a row lie in another field. A validation bit of its own says that
 * the row has both; the other bit then is to be 0, but not every firmware does so.
 */
static void take_row(struct bytes section, uint64_t valid, struct decoded *decoded)
{
	bool extended = cper_has(section, valid, VALID_ROW_EXTENDED, AT_EXTENDED, 1);
	uint64_t row = bytes_u16(section, AT_ROW);

	if (!extended && !cper_has(section, valid, VALID_ROW, AT_ROW, 2))
		return;
	if (extended)
		row |= bits(bytes_u8(section, AT_EXTENDED), 1, 0) << 16;
	fact_add(decoded, "row", "Row", row);
	decoded->location.row = (int32_t)row;
}

void cper_memory(struct bytes section, struct cper_error *error)
{
	uint64_t valid = bytes_u64(section, 0);

	/* what is marked valid beyond the end is not there: cper_has() */
	take_shared(section, valid, &layout_1, error);
	take_row(section, valid, &error->decoded);
	cper_facts(section, valid, rows_1, ARRAY_SIZE(rows_1), &error->decoded);
}

void cper_memory_2(struct bytes section, struct cper_error *error)
{
	uint64_t valid = bytes_u64(section, 0);

	take_shared(section, valid, &layout_2, error);
	cper_facts(section, valid, rows_2, ARRAY_SIZE(rows_2), &error->decoded);
}
