// SPDX-License-Identifier: GPL-2.0-only
#include "sources/text-records.h"

#include <string.h>

enum {
	PATIENCE = 16,	       /* foreign lines within a record */
	PATIENCE_CALLER = 256, /* where the caller tells whose the next line is */
	REPETITION_LINES = 4,  /* at most from the end of a record to its repetition */
};

/*
 * Kernels before 4.12 print a fatal record and then call EDAC, which prints the
 * same registers again: decoded on AMD, else as lines like the kernel's but with
 * the driver's name, or nothing at all, in place of "[Hardware Error]:".
 */
static bool is_repetition(const struct text_open *open, const struct registers *b)
{
	const struct record *a = &open->record;

	if (!open->close || a->cpu != b->cpu || a->bank != b->bank || a->status != b->status)
		return false;
	if (open->shape == SHAPE_EDAC)
		return (!a->tsc || a->tsc == b->tsc) && (!a->addr || a->addr == b->addr);
	if (open->shape != SHAPE_KERNEL || open->hardware_error)
		return false;
	return a->tsc == b->tsc && a->addr == b->addr && (a->tsc || open->edac);
}

static struct registers registers_of(const struct record *record)
{
	return (struct registers){ record->cpu, record->bank, record->status, record->tsc,
				   record->addr };
}

/* The record of this index is gone, and those behind it have moved up. */
static void follow(struct text_undo *undo, unsigned int index)
{
	if (undo->index > index)
		undo->index--;
	else if (undo->index == index)
		undo->kind = UNDO_NOT;
}

static void give_out(struct text_records *records, unsigned int index)
{
	struct text_open *open = &records->open[index];

	if (!is_repetition(open, &records->given)) {
		records->mark_given = open->mark;
		records->output.record(records->output.context, &open->record, open->symbol);
		if (open->stage == STAGE_PROCESSOR && open->hardware_error) {
			records->given = registers_of(&open->record);
			records->has_given = true;
			records->since_given = 0;
		}
	} else {
		records->has_given = false; /* it is printed again once */
	}
	records->n_open--;
	memmove(open, open + 1, (records->n_open - index) * sizeof(*open));
	if (records->last > index)
		records->last--;
	follow(&records->undo, index);
	follow(&records->taken_back.undo, index);
}

static bool is_caller(const struct text_open *open, struct span caller)
{
	return strlen(open->caller) == caller.length &&
	       memcmp(open->caller, caller.text, caller.length) == 0;
}

/* A CPU that begins a record has ended its last one. */
static void give_out_caller(struct text_records *records, struct span caller)
{
	for (unsigned int i = 0; caller.length && i < records->n_open; i++)
		if (is_caller(&records->open[i], caller))
			give_out(records, i--);
}

void text_records_give_out_all(struct text_records *records)
{
	while (records->n_open)
		give_out(records, 0);
}

/* Whether the last line of a record has been taken back, and may come again. */
static bool is_taken_back(const struct text_records *records, unsigned int index)
{
	return records->taken_back.active && records->taken_back.undo.kind == UNDO_CHANGE &&
	       records->taken_back.undo.index == index;
}

/* What is complete, and what is older and shows no sign that more comes. */
void text_records_give_out_done(struct text_records *records)
{
	unsigned int n = records->n_open; /* up to the newest that is complete */

	while (n && records->open[n - 1].stage != STAGE_PROCESSOR)
		n--;
	for (unsigned int i = 0; i < n;) {
		const struct text_open *open = &records->open[i];

		if (is_taken_back(records, i) ||
		    ((open->interleaved || open->caller[0]) && open->stage != STAGE_PROCESSOR)) {
			i++;
			continue;
		}
		give_out(records, i);
		n--;
	}
}

static void set_prefix(struct text_open *open, const struct text_prefix *prefix)
{
	open->hardware_error = prefix->hardware_error;
	open->edac = prefix->edac;
	if (prefix->caller.length && prefix->caller.length < sizeof(open->caller))
		memcpy(open->caller, prefix->caller.text, prefix->caller.length);
}

struct text_open *text_records_begin(struct text_records *records, enum shape shape,
				     const struct text_prefix *prefix)
{
	struct text_open *open;

	if (prefix->caller.length)
		give_out_caller(records, prefix->caller);
	else if (shape != SHAPE_KERNEL)
		text_records_give_out_all(records);
	else if (records->n_open && records->open[records->n_open - 1].shape != SHAPE_KERNEL)
		text_records_give_out_all(records);
	if (records->n_open == TEXT_OPEN_MAX)
		give_out(records, 0);
	if (records->n_open && records->open[records->n_open - 1].stage < STAGE_TSC)
		records->open[records->n_open - 1].interleaved = true;
	records->last = records->n_open++;
	open = &records->open[records->last];
	memset(open, 0, sizeof(*open));
	open->shape = shape;
	open->close = records->has_given && records->since_given < REPETITION_LINES;
	open->mark = records->mark;
	open->record.source = SOURCE_TEXT;
	open->record.vendor = VENDOR_UNKNOWN;
	set_prefix(open, prefix);
	records->undo.kind = UNDO_BEGIN;
	records->undo.index = records->last;
	return open;
}

void text_records_change(struct text_records *records, struct text_open *open)
{
	records->last = (unsigned int)(open - records->open);
	records->undo.kind = UNDO_CHANGE;
	records->undo.index = records->last;
	records->undo.before = *open;
}

bool text_records_take_back(struct text_records *records)
{
	const struct text_undo *undo = &records->undo;

	if (undo->kind == UNDO_NOT || undo->index >= records->n_open ||
	    (undo->kind == UNDO_BEGIN && undo->index + 1 != records->n_open))
		return false;
	records->taken_back.active = true;
	records->taken_back.undo = *undo;
	records->taken_back.after = records->open[undo->index];
	if (undo->kind == UNDO_CHANGE) {
		records->open[undo->index] = undo->before;
	} else {
		records->n_open--;
		records->last = records->n_open ? records->n_open - 1 : 0;
	}
	return true;
}

void text_records_take_again(struct text_records *records)
{
	const struct text_undo *undo = &records->taken_back.undo;
	unsigned int index = undo->kind == UNDO_BEGIN ? records->n_open++ : undo->index;

	records->open[index] = records->taken_back.after;
	records->last = index;
	records->undo = *undo;
	records->undo.index = index;
	records->taken_back.active = false;
}

void text_records_replaced(struct text_records *records)
{
	records->taken_back.active = false;
}

struct text_open *text_records_last(struct text_records *records)
{
	return records->n_open ? &records->open[records->last] : NULL;
}

struct text_open *text_records_current(struct text_records *records,
				       const struct text_prefix *prefix)
{
	for (unsigned int i = 0; prefix->caller.length && i < records->n_open; i++)
		if (is_caller(&records->open[i], prefix->caller))
			return &records->open[i];
	return text_records_last(records);
}

/* ADDR and MISC are printed only where the status says that they are valid. */
static bool is_plausible(const struct record *record, struct span line)
{
	bool addr = memmem(line.text, line.length, " ADDR ", 6);
	bool misc = memmem(line.text, line.length, " MISC ", 6);

	return (!addr || record->status >> 58 & 1) && (!misc || record->status >> 59 & 1);
}

/*
 * The record that the line of this stage goes on with. printk's caller says it
 * where it is there. Otherwise CPUs whose lines are interleaved take turns, and
 * with none interleaved it is the newest.
 */
static struct text_open *find_waiting(struct text_records *records, enum stage stage,
				      const struct span *line, const struct text_prefix *prefix)
{
	struct text_open *found = NULL;

	for (unsigned int i = 0; i < records->n_open; i++) {
		struct text_open *open = &records->open[i];

		if (open->shape != SHAPE_KERNEL || open->stage >= stage ||
		    (stage == STAGE_PROCESSOR && open->stage < STAGE_TSC &&
		     i + 1 < records->n_open))
			continue;
		if (prefix->caller.length && !is_caller(open, prefix->caller))
			continue;
		if (line && !is_plausible(&open->record, *line))
			continue;
		if (found && found->interleaved)
			break;
		found = open;
	}
	return found;
}

struct text_open *text_records_find(struct text_records *records, enum stage stage,
				    struct span line, const struct text_prefix *prefix)
{
	struct text_open *open = NULL;

	if (stage == STAGE_TSC && records->n_open > 1)
		open = find_waiting(records, stage, &line, prefix);
	return open ? open : find_waiting(records, stage, NULL, prefix);
}

void text_records_foreign(struct text_records *records)
{
	for (unsigned int i = 0; i < records->n_open;) {
		struct text_open *open = &records->open[i];

		if (++open->foreign < (open->caller[0] ? PATIENCE_CALLER : PATIENCE))
			i++;
		else
			give_out(records, i);
	}
}
