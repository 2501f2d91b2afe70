/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * text: machine-check records out of text: what kernels from 2.4 on printed,
 * what EDAC's AMD decoder, Xen and mcelog print, and what mce-inject reads, with
 * any prefix (text-prefix.h), wrapped, back to back or interleaved. And errors
 * that firmware reported, as kernels from 3.0 on print them.
 *
 * Line in, record out: nothing is merged, dropped or made up. A record is given
 * out when its last line is there, when the next one shows that no more comes,
 * or by text_parser_finish().
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/firmware.h"
#include "event/record.h"

struct text_parser;

/* Where the parser puts what it finds; called from within the other functions. */
struct text_output {
	/*
	 * One record. symbol: the kernel function of its RIP line, or "".
	 * record.source is SOURCE_TEXT, vendor VENDOR_UNKNOWN and the CPUID
	 * absent where the text does not say; the key is empty.
	 */
	void (*record)(void *context, const struct record *record, const char *symbol);
	/*
	 * One error that firmware reported and the kernel printed, of a block of lines
	 * of APEI (GHES), BERT or Intel's extended log: as the status block of one
	 * entry that it was printed from, or of it what the text has, valid during the
	 * call. Fields that were not printed are not valid. Time and boot are left to
	 * the caller; replayed where the text itself says that it was before this boot;
	 * record_id tells it from others in the same text. NULL: not wanted, such
	 * lines are foreign.
	 * Likewise an error that EDAC's core printed (firmware.edac), as the section of a
	 * memory error with its address. Where a record or another error near it tells of the
	 * same, the line is dropped; so it comes up to 64 lines late.
	 */
	void (*firmware)(void *context, const struct firmware *firmware);
	/* A line, without its end, that belongs to no record. */
	void (*foreign)(void *context, const char *line, size_t length);
	void *context;
};

/* The caller frees it; ops is copied. Errors: -ENOMEM. */
int text_parser_new(const struct text_output *ops, struct text_parser **ret_parser);
void text_parser_free(struct text_parser *parser);

/* What a caller knows a line by; the parser only hands it back. */
struct text_mark {
	uint64_t number;
	int64_t time_us;
};

/* The mark of the lines from here on; all zero at the start. */
void text_parser_mark(struct text_parser *parser, struct text_mark mark);

/* From within text_output.record: the mark of the line that the record began with. */
struct text_mark text_parser_record_mark(const struct text_parser *parser);

/* The same from within text_output.firmware. */
struct text_mark text_parser_firmware_mark(const struct text_parser *parser);

/* Takes one line, with or without its end of line; any bytes. */
void text_parser_line(struct text_parser *parser, const char *line, size_t length);

/* No more lines: gives out what is still open. The parser may then be used again. */
void text_parser_finish(struct text_parser *parser);
