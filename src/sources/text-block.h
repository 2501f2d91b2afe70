/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * text-block: the blocks of lines whose errors have not all come, and how each
 * error is given out: as the generic error status block of one entry that it was
 * printed from (ACPI 6.5, 18.3.2.7.1). For text-firmware.c.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-id128.h>

#include "event/firmware.h"
#include "sources/text-prefix.h"
#include "sources/text-section.h"
#include "sources/text.h"

/* Validation bits of an entry. */
enum { TEXT_VALID_FRU_ID = 1, TEXT_VALID_FRU_TEXT = 2, TEXT_VALID_TIME = 4 };

enum { TEXT_BLOCKS_MAX = 8 };

/* The generic error data entry around a section: ACPI 6.5, 18.3.2.7.1. */
struct text_entry {
	bool begun;    /* a line has said so */
	bool numbered; /* that was the one with its number */
	uint32_t number;
	uint32_t severity;
	uint8_t valid; /* bits of the entry's validation bits */
	uint8_t flags;
	sd_id128_t fru_id;
	char fru_text[20];
	uint8_t time[8]; /* BCD */
	char label[FIRMWARE_LABEL_MAX];
	struct text_mark mark; /* of its first line */
	struct text_section section;
};

struct text_block {
	bool numbered;
	uint32_t number;
	char name[64];
	bool replayed;	/* it is of the boot before */
	bool any_entry; /* one was given out */
	bool has_severity;
	uint32_t severity;
	unsigned int idle; /* lines since its last one */
	struct text_mark mark;
	struct text_entry entry;
};

struct text_firmware {
	struct text_output output;
	struct text_mark mark_given;
	unsigned int n_open;
	struct text_block blocks[TEXT_BLOCKS_MAX]; /* oldest first */
	uint8_t bytes[256 + TEXT_SECTION_MAX];	   /* of what is given out */
};

/* The open block that a line's prefix belongs to; NULL: none. */
struct text_block *text_block_find(struct text_firmware *firmware,
				   const struct text_prefix *prefix);

/* A new block, at the line of this mark; what was open under its number is given out. */
struct text_block *text_block_begin(struct text_firmware *firmware,
				    const struct text_prefix *prefix, struct text_mark mark,
				    const char *name);

/* The next entry of a block, at the line of this mark; the one before is given out. */
void text_block_next_entry(struct text_firmware *firmware, struct text_block *block,
			   struct text_mark mark);

/* The section in a block that was given out: a part of its bytes. */
struct bytes text_block_body(struct bytes block);

/* One more line has come: gives out what has waited for too many. */
void text_blocks_wait(struct text_firmware *firmware);

/* Gives out all that is open. */
void text_blocks_give_out(struct text_firmware *firmware);
