// SPDX-License-Identifier: GPL-2.0-only
#include "sources/text-edac-pairs.h"

#include <stdio.h>
#include <string.h>

#include "event/bits.h"
#include "sources/text-cper.h"

enum { CACHE_LINE_SHIFT = 6 };

/* UEFI 2.10, N.2.5, "Memory Error Section", and N.2.1, severities. */
enum { SECTION_SIZE = 80, AT_ADDRESS = 16, VALID_ADDRESS = 1 << 1 };
enum { SEVERITY_RECOVERABLE = 0, SEVERITY_CORRECTED_CPER = 2 };

/* ACPI 6.5, 18.3.2.7.1: of a block of one entry. */
enum { AT_BLOCK_SEVERITY = 16, AT_TYPE = 20, AT_SEVERITY = 36, AT_BODY = 92 };

static const sd_id128_t type_memory =
	SD_ID128_MAKE(a5, bc, 11, 14, 6f, 64, 4e, de, b8, 63, 3e, 83, ed, 7c, 83, b1);

/* --- giving out --- */

static struct firmware firmware_of(const struct text_edac_waiting *waiting)
{
	const struct text_edac_error *error = &waiting->error;
	struct firmware firmware = {
		.form = FIRMWARE_SECTION,
		.type = type_memory,
		.severity = error->corrected ? SEVERITY_CORRECTED_CPER : SEVERITY_RECOVERABLE,
		.source = SOURCE_TEXT,
		.edac = true,
		.count = error->count,
		.place = error->place,
		.record_id = waiting->hash,
	};

	snprintf(firmware.name, sizeof(firmware.name), "EDAC MC%u", error->mc);
	snprintf(firmware.label, sizeof(firmware.label), "%s", error->label);
	return firmware;
}

static void give_out(struct text_edac_pairs *pairs, const struct text_edac_waiting *waiting)
{
	struct firmware firmware = firmware_of(waiting);
	uint8_t body[SECTION_SIZE] = { VALID_ADDRESS };

	for (size_t i = 0; i < sizeof(uint64_t); i++)
		body[AT_ADDRESS + i] = (uint8_t)(waiting->error.address >> i * 8);
	firmware.bytes = (struct bytes){ body, sizeof(body) };
	*pairs->mark_given = waiting->mark;
	pairs->output.firmware(pairs->output.context, &firmware);
}

static void forget_waiting(struct text_edac_pairs *pairs, unsigned int index)
{
	struct text_edac_waiting *waiting = &pairs->waiting[index];

	pairs->n_waiting--;
	memmove(waiting, waiting + 1, (pairs->n_waiting - index) * sizeof(*waiting));
}

static void forget_told(struct text_edac_pairs *pairs, unsigned int index)
{
	struct text_edac_told *told = &pairs->told[index];

	pairs->n_told--;
	memmove(told, told + 1, (pairs->n_told - index) * sizeof(*told));
}

static void give_first(struct text_edac_pairs *pairs)
{
	give_out(pairs, &pairs->waiting[0]);
	forget_waiting(pairs, 0);
}

/* --- pairing --- */

static bool is_same(const struct text_edac_told *told, const struct text_edac_error *error)
{
	return told->corrected == error->corrected &&
	       (!told->has_address ||
		told->address >> CACHE_LINE_SHIFT == error->address >> CACHE_LINE_SHIFT);
}

/* The oldest of those with its address, else the newest without one. */
static bool was_told(struct text_edac_pairs *pairs, const struct text_edac_error *error)
{
	unsigned int found = pairs->n_told;

	for (unsigned int i = 0; i < pairs->n_told; i++) {
		if (!is_same(&pairs->told[i], error))
			continue;
		found = i;
		if (pairs->told[i].has_address)
			break;
	}
	if (found == pairs->n_told)
		return false;
	forget_told(pairs, found);
	return true;
}

void text_edac_next_line(struct text_edac_pairs *pairs)
{
	pairs->line++;
	while (pairs->n_told && pairs->told[0].line + TEXT_EDAC_NEAR < pairs->line)
		forget_told(pairs, 0);
	while (pairs->n_waiting && pairs->waiting[0].line + TEXT_EDAC_NEAR < pairs->line)
		give_first(pairs);
}

bool text_edac_take(struct text_edac_pairs *pairs, struct span message, struct text_mark mark)
{
	struct text_edac_waiting *waiting;
	struct text_edac_error error;

	if (!text_edac_core_line(message, &error))
		return false;
	if (was_told(pairs, &error))
		return true;
	if (pairs->n_waiting == TEXT_EDAC_WAITING_MAX)
		give_first(pairs);
	waiting = &pairs->waiting[pairs->n_waiting++];
	waiting->line = pairs->line;
	waiting->mark = mark;
	waiting->error = error;
	waiting->hash = bytes_hash((struct bytes){ (const uint8_t *)message.text, message.length });
	return true;
}

/* The oldest that repeats what was told; where that has no address, the one nearest to it. */
static unsigned int find_waiting(const struct text_edac_pairs *pairs,
				 const struct text_edac_told *told)
{
	unsigned int found = pairs->n_waiting;

	for (unsigned int i = 0; i < pairs->n_waiting; i++) {
		if (!is_same(told, &pairs->waiting[i].error))
			continue;
		found = i;
		if (told->has_address)
			break;
	}
	return found;
}

static void add_told(struct text_edac_pairs *pairs, const struct text_edac_told *told)
{
	unsigned int index = find_waiting(pairs, told);

	if (index < pairs->n_waiting) {
		forget_waiting(pairs, index);
		return;
	}
	if (pairs->n_told == TEXT_EDAC_TOLD_MAX)
		forget_told(pairs, 0);
	pairs->told[pairs->n_told++] = *told;
}

/* As the drivers ask; those of AMD have other codes, and their lines are not taken. */
static bool is_of_memory(uint64_t status)
{
	return (status & 0xef80) == 0x0080 || (status & 0xef80) == 0x0280;
}

void text_edac_told_record(struct text_edac_pairs *pairs, const struct record *record)
{
	const struct text_edac_told told = {
		.line = pairs->line,
		.corrected = !(record->status & STATUS_UC),
		.has_address = record_has_address(record),
		.address = record->addr,
	};

	if (is_of_memory(record->status) && record->status & STATUS_ADDRV)
		add_told(pairs, &told);
}

void text_edac_told_status(struct text_edac_pairs *pairs, struct bytes block)
{
	uint32_t severity = bytes_u32(block, AT_SEVERITY);
	struct text_edac_told told = {
		.line = pairs->line,
		.has_address = true,
		.address = bytes_u64(block, AT_BODY + AT_ADDRESS),
	};
	uint8_t type[sizeof(sd_id128_t)];

	if (severity == UINT32_MAX)
		severity = bytes_u32(block, AT_BLOCK_SEVERITY);
	told.corrected = severity == SEVERITY_CORRECTED_CPER;
	text_cper_put_guid(type, type_memory);
	if (bytes_have(block, AT_TYPE, sizeof(type)) &&
	    memcmp(block.data + AT_TYPE, type, sizeof(type)) == 0 &&
	    bytes_u64(block, AT_BODY) & VALID_ADDRESS)
		add_told(pairs, &told);
}

void text_edac_finish(struct text_edac_pairs *pairs)
{
	while (pairs->n_waiting)
		give_first(pairs);
	pairs->n_told = 0;
}
