// SPDX-License-Identifier: GPL-2.0-only
#include "sources/text-block.h"

#include <stdio.h>
#include <string.h>

enum { PATIENCE = 32 }; /* lines of others within a block: as many as another one may have */

/* ACPI 6.5, tables "Generic Error Status Block" and "Generic Error Data Entry". */
enum {
	BLOCK_SIZE = 20,
	AT_DATA_LENGTH = 12,
	AT_SEVERITY = 16,
	ENTRY_SIZE = 72,
	ENTRY_SEVERITY = 16,
	ENTRY_REVISION = 20,
	ENTRY_VALID = 22,
	ENTRY_FLAGS = 23,
	ENTRY_LENGTH = 24,
	ENTRY_FRU_ID = 28,
	ENTRY_FRU_TEXT = 44,
	ENTRY_TIME = 64,
};
enum { REVISION_3 = 0x300, ENTRIES_SHIFT = 4 };

_Static_assert((int)sizeof(((struct text_firmware *)0)->bytes) >=
		       (int)BLOCK_SIZE + (int)ENTRY_SIZE + (int)TEXT_SECTION_MAX,
	       "a block fits");

static void put(uint8_t *at, size_t size, uint64_t value)
{
	for (size_t i = 0; i < size; i++)
		at[i] = (uint8_t)(value >> i * 8);
}

/* A status block of one entry: only there is room for all that was printed. */
static struct bytes build(struct text_firmware *firmware, const struct text_block *block)
{
	const struct text_entry *entry = &block->entry;
	const struct text_section *section = &entry->section;
	uint8_t *bytes = firmware->bytes, *at = bytes + BLOCK_SIZE;

	memset(bytes, 0, BLOCK_SIZE + ENTRY_SIZE);
	put(bytes, 4, 1u << ENTRIES_SHIFT);
	put(bytes + AT_DATA_LENGTH, 4, ENTRY_SIZE + section->size);
	put(bytes + AT_SEVERITY, 4, block->severity);
	text_cper_put_guid(at, section->type);
	put(at + ENTRY_SEVERITY, 4, entry->severity);
	put(at + ENTRY_REVISION, 2, REVISION_3);
	put(at + ENTRY_VALID, 1, entry->valid);
	put(at + ENTRY_FLAGS, 1, entry->flags);
	put(at + ENTRY_LENGTH, 4, section->size);
	text_cper_put_guid(at + ENTRY_FRU_ID, entry->fru_id);
	memcpy(at + ENTRY_FRU_TEXT, entry->fru_text, sizeof(entry->fru_text));
	memcpy(at + ENTRY_TIME, entry->time, sizeof(entry->time));
	memcpy(at + ENTRY_SIZE, section->body, section->size);
	return (struct bytes){ bytes, BLOCK_SIZE + ENTRY_SIZE + section->size };
}

struct bytes text_block_body(struct bytes block)
{
	const size_t headers = BLOCK_SIZE + ENTRY_SIZE;

	if (block.size < headers)
		return (struct bytes){ 0 };
	return (struct bytes){ block.data + headers, block.size - headers };
}

/* What tells it from others of the same content in the same log. */
static uint64_t make_id(const struct text_block *block)
{
	const struct text_entry *entry = &block->entry;
	const uint64_t values[] = {
		block->numbered ? block->number + UINT64_C(1) : 0,
		entry->number,
		bytes_le((struct bytes){ entry->time, sizeof(entry->time) }, 0, 8),
	};

	return bytes_hash((struct bytes){ (const uint8_t *)values, sizeof(values) });
}

static void start_entry(struct text_block *block, struct text_mark mark)
{
	struct text_entry *entry = &block->entry;

	memset(entry, 0, offsetof(struct text_entry, section));
	text_section_start(&entry->section);
	entry->severity = UINT32_MAX;
	entry->mark = mark;
}

/* A block that was cut off before its first section is an error of which that is all. */
static void give_entry(struct text_firmware *firmware, struct text_block *block)
{
	struct text_entry *entry = &block->entry;
	struct firmware out = {
		.form = FIRMWARE_STATUS,
		.severity = block->severity,
		.source = SOURCE_TEXT,
		.replayed = block->replayed,
	};

	if (!entry->begun && (block->any_entry || !block->has_severity))
		return;
	if (!entry->begun)
		entry->mark = block->mark;
	text_section_end(&entry->section);
	out.bytes = build(firmware, block);
	out.record_id = make_id(block);
	snprintf(out.name, sizeof(out.name), "%s", block->name);
	snprintf(out.label, sizeof(out.label), "%s", entry->label);
	firmware->mark_given = entry->mark;
	block->any_entry = true;
	firmware->output.firmware(firmware->output.context, &out);
}

static void give_block(struct text_firmware *firmware, unsigned int index)
{
	struct text_block *block = &firmware->blocks[index];

	give_entry(firmware, block);
	firmware->n_open--;
	memmove(block, block + 1, (firmware->n_open - index) * sizeof(*block));
}

void text_blocks_give_out(struct text_firmware *firmware)
{
	while (firmware->n_open)
		give_block(firmware, 0);
}

/* One more line: what has waited for too many has ended. */
void text_blocks_wait(struct text_firmware *firmware)
{
	for (unsigned int i = 0; i < firmware->n_open;) {
		if (++firmware->blocks[i].idle <= PATIENCE)
			i++;
		else
			give_block(firmware, i);
	}
}

struct text_block *text_block_find(struct text_firmware *firmware, const struct text_prefix *prefix)
{
	for (unsigned int i = 0; i < firmware->n_open; i++)
		if (firmware->blocks[i].numbered == prefix->numbered &&
		    firmware->blocks[i].number == prefix->number)
			return &firmware->blocks[i];
	return NULL;
}

/* What was there under that number ends. */
struct text_block *text_block_begin(struct text_firmware *firmware,
				    const struct text_prefix *prefix, struct text_mark mark,
				    const char *name)
{
	struct text_block *block = text_block_find(firmware, prefix);

	if (block)
		give_block(firmware, (unsigned int)(block - firmware->blocks));
	if (firmware->n_open == TEXT_BLOCKS_MAX)
		give_block(firmware, 0);
	block = &firmware->blocks[firmware->n_open++];
	memset(block, 0, offsetof(struct text_block, entry));
	block->numbered = prefix->numbered;
	block->number = prefix->number;
	block->severity = UINT32_MAX;
	block->mark = mark;
	snprintf(block->name, sizeof(block->name), "%s", name);
	start_entry(block, mark);
	return block;
}

/* The next entry of a block, of which the open one has ended. */
void text_block_next_entry(struct text_firmware *firmware, struct text_block *block,
			   struct text_mark mark)
{
	if (block->entry.begun) {
		give_entry(firmware, block);
		start_entry(block, mark);
	}
	block->entry.begun = true;
	block->entry.mark = mark;
}
