/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * text-records: the records whose lines have not all come, and which of them a
 * line belongs to. For text.c and text-message.c.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "event/record.h"
#include "sources/text-prefix.h"
#include "sources/text.h"

enum {
	TEXT_OPEN_MAX = 512, /* records whose lines may be interleaved */
	TEXT_SYMBOL_MAX = 128,
};

/* How far a record's lines have come, in the order of the kernel's print_mce(). */
enum stage {
	STAGE_CPU,
	STAGE_RIP,
	STAGE_TSC,
	STAGE_PROCESSOR,
};

enum shape {
	SHAPE_KERNEL,
	SHAPE_MCELOG, /* mcelog's own output, its raw output, mce-inject's input */
	SHAPE_EDAC,   /* EDAC's decoder for AMD */
};

struct text_open {
	struct record record;
	enum shape shape;
	enum stage stage;
	bool interleaved;    /* another CPU's line came before its TSC line */
	bool hardware_error; /* the kernel's own mark stood before its first line */
	bool edac;	     /* a memory driver wrote it */
	bool close;	     /* begun right behind the record in text_records.given */
	unsigned int foreign;
	struct text_mark mark; /* of its first line */
	char caller[16];
	char symbol[TEXT_SYMBOL_MAX];
};

/* How a line can be taken back, when the next one proves to be its second half. */
struct text_undo {
	enum {
		UNDO_NOT,
		UNDO_BEGIN,  /* it began the newest record */
		UNDO_CHANGE, /* it changed a record */
	} kind;
	unsigned int index;
	struct text_open before; /* the record without the line, with UNDO_CHANGE */
};

/* What tells a record from another one. */
struct registers {
	uint32_t cpu;
	uint8_t bank;
	uint64_t status, tsc, addr;
};

struct text_records {
	struct text_output output;
	struct text_mark mark;		      /* of the line at hand */
	struct text_mark mark_given;	      /* of the record that output.record gets */
	struct text_open open[TEXT_OPEN_MAX]; /* oldest first */
	unsigned int n_open;
	unsigned int last;	/* index of the record that the last line went to */
	struct registers given; /* of the last whole record that the kernel itself printed */
	bool has_given;
	unsigned int since_given; /* lines */
	struct text_undo undo;	  /* of the last line */
	struct {
		bool active;
		struct text_undo undo;
		struct text_open after; /* the record with the line */
	} taken_back;
};

/* Gives out a record: what is open, or of it what is complete or shows no sign that more comes. */
void text_records_give_out_all(struct text_records *records);
void text_records_give_out_done(struct text_records *records);

/* A new record, the last one from now on; gives out those that this line shows to have ended. */
struct text_open *text_records_begin(struct text_records *records, enum shape shape,
				     const struct text_prefix *prefix);

/* The line at hand goes to a record: to be called before it is changed. */
void text_records_change(struct text_records *records, struct text_open *open);

/*
 * Takes the line of records->undo back, until text_records_take_again() or until
 * another line stands in its place: text_records_replaced(). False where it cannot be.
 */
bool text_records_take_back(struct text_records *records);
void text_records_take_again(struct text_records *records);
void text_records_replaced(struct text_records *records);

/* The record that the last line went to; NULL: none is open. */
struct text_open *text_records_last(struct text_records *records);

/* The record that a line without a place in the order belongs to: the caller's, or the last. */
struct text_open *text_records_current(struct text_records *records,
				       const struct text_prefix *prefix);

/* The record that a line of this stage belongs to; NULL: none waits for it. */
struct text_open *text_records_find(struct text_records *records, enum stage stage,
				    struct span line, const struct text_prefix *prefix);

/* A line that belongs to none of them: they do not wait for ever. */
void text_records_foreign(struct text_records *records);
