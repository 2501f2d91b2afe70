/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kernel-log: the machine checks in a kernel's whole log, the errors that firmware
 * reported, and how it ended: text.h's parser, and what the lines around its records tell.
 * Lines may be as in dmesg, with levels as in pstore, or as in /dev/kmsg. Lines that user
 * space wrote do not count.
 *
 *	kernel_log_line()... -> kernel_log_end() -> records[0 .. n)
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/record.h"
#include "sources/panic.h"
#include "sources/text.h"

enum { KERNEL_LOG_RECORDS_MAX = 65536 }; /* and as many errors that firmware reported */

struct kernel_log_record {
	/*
	 * time_us is also set where the record itself has no TIME: by the lines
	 * near it whose printk time and wall time are known. source, replayed, boot
	 * and key are left to the caller.
	 */
	struct record record;
	uint64_t number;   /* of its first line: /dev/kmsg's, elsewhere counted from 1 */
	int64_t printk_us; /* of its first line, since the boot; -1 the log has no times */
	/*
	 * The record among all of all logs: the same again in another dump of the
	 * same boot or in a copy. Only depends on registers and times.
	 */
	uint64_t hash;
	unsigned int ordinal; /* among those in this log with the same hash */
};

struct kernel_log_firmware {
	/*
	 * time_us is set as a record's is, but where replayed says that it was before
	 * the boot whose log this is. record_id tells it from all others of all logs, and
	 * is the same in a copy. source and boot are left to the caller; the
	 * bytes are the log's.
	 */
	struct firmware firmware;
	uint64_t number;   /* of its first line, as a record's */
	int64_t printk_us; /* likewise */
};

/* The log's panic; where it does not tell of one, its last line. */
struct kernel_log_end {
	struct panic panic;
	int64_t printk_us; /* since the boot; -1 the log has no times */
	int64_t time_us;   /* us since the epoch; 0 unknown */
	uint64_t hash;	   /* the end among all of all logs, as a record's */
};

struct kernel_log {
	struct text_parser *parser;
	struct kernel_log_record *records; /* after kernel_log_end() */
	size_t n;
	struct kernel_log_firmware *firmware; /* likewise, in the order in which they ended */
	size_t n_firmware;
	uint64_t n_left_out; /* those beyond KERNEL_LOG_RECORDS_MAX */
	struct kernel_log_end end;

	/* the log's own */
	int error;
	struct text_mark mark; /* of the last line */
	uint64_t text_hash;
	int64_t clock_printk_us; /* when the kernel set its clock, -1 unknown; to what */
	int64_t clock_wall_us;
	int64_t init_printk_us; /* when user space began, -1 unknown */
};

/* The caller ends it with kernel_log_done(). Errors: -ENOMEM. */
int kernel_log_init(struct kernel_log *log);
void kernel_log_done(struct kernel_log *log);

/* One line with or without its end, any bytes; or every line of a text. */
void kernel_log_line(struct kernel_log *log, const char *line, size_t length);
void kernel_log_text(struct kernel_log *log, const char *text, size_t size);

/* Lines are missing here: no record goes on over it. */
void kernel_log_gap(struct kernel_log *log);

/*
 * No more lines. began_us, ended_us: the wall time of printk's zero and of the
 * last line, as far as known (else 0); only asked where the log has no better.
 * Errors: -ENOMEM, also from before; then there are no records.
 */
int kernel_log_end(struct kernel_log *log, int64_t began_us, int64_t ended_us);

/*
 * All of it for a whole text: init, its lines, end. The caller ends it with kernel_log_done(),
 * after an error, too. Errors: as kernel_log_end().
 */
int kernel_log_parse(struct kernel_log *log, const char *text, size_t size, int64_t ended_us);
