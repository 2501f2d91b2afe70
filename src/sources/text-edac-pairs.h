/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * text-edac-pairs: the errors that EDAC's core printed, and which of them the same text has
 * told otherwise. For text.c.
 *
 * The kernel prints a memory error as a machine check, or as what firmware reported, and EDAC
 * prints it once more, before or behind that. Two deliveries of one source are two errors, so
 * they are told apart here: a line of EDAC's waits, and one error near it that has the same
 * address, and is corrected or not as it is, is the same one. EDAC has an address only where that
 * has one.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sources/text-edac-core.h"
#include "sources/text.h"
#include "util/bytes.h"

enum {
	TEXT_EDAC_NEAR = 64, /* lines, from one to the other */
	TEXT_EDAC_WAITING_MAX = 32,
	TEXT_EDAC_TOLD_MAX = 64,
};

/* An error that was given out, and not yet paired. */
struct text_edac_told {
	uint64_t line;
	bool corrected;
	bool has_address;
	uint64_t address;
};

struct text_edac_waiting {
	uint64_t line;
	struct text_mark mark;
	struct text_edac_error error;
	uint64_t hash; /* of the message */
};

struct text_edac_pairs {
	struct text_output output;
	struct text_mark *mark_given; /* the caller's: set before firmware() of output is called */
	uint64_t line;		      /* the number of lines so far */
	unsigned int n_told;
	struct text_edac_told told[TEXT_EDAC_TOLD_MAX]; /* oldest first */
	unsigned int n_waiting;
	struct text_edac_waiting waiting[TEXT_EDAC_WAITING_MAX]; /* oldest first */
};

/* One more line has come, which may be any. */
void text_edac_next_line(struct text_edac_pairs *pairs);

/*
 * Whether a line without its prefix is such an error: it waits now, or was told already and is
 * dropped.
 */
bool text_edac_take(struct text_edac_pairs *pairs, struct span message, struct text_mark mark);

/*
 * A machine check was given out, which counts where it is of memory. One whose address the text
 * does not have though there is one may be any.
 */
void text_edac_told_record(struct text_edac_pairs *pairs, const struct record *record);

/* The same of a status block of one entry, which counts where it is of memory. */
void text_edac_told_status(struct text_edac_pairs *pairs, struct bytes block);

/* No more lines come near: gives out all that waits. */
void text_edac_finish(struct text_edac_pairs *pairs);
