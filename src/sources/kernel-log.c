// SPDX-License-Identifier: GPL-2.0-only
#include "sources/kernel-log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "event/bits.h"
#include "sources/kernel-log-time.h"
#include "sources/text-fields.h"
#include "util/bytes.h"
#include "util/cleanup.h"

#define SECOND_US 1000000ll

enum {
	BOOT_SECONDS = 120,	/* where nothing says when that began */
	BOOT_SLACK_SECONDS = 2, /* the work that prints them may be late */
};

/* --- lines --- */

struct stamp {
	bool is_kernel;
	bool has_number;
	uint64_t number;
	int64_t printk_us; /* -1 none */
};

static bool take_char(struct span *span, char c)
{
	if (!span->length || *span->text != c)
		return false;
	span->text++;
	span->length--;
	return true;
}

static bool take_digits(struct span *span, uint64_t *ret_value)
{
	const struct span before = *span;
	uint64_t value = 0;

	while (span->length && *span->text >= '0' && *span->text <= '9') {
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*span->text - '0'), &value)) {
			*span = before;
			return false;
		}
		take_char(span, *span->text);
	}
	*ret_value = value;
	return span->text != before.text;
}

/* Facility and level, as printk has them in one number: the kernel's facility is 0. */
static bool is_kernel(uint64_t priority)
{
	return priority < 8;
}

/* "6,1234,5678901,-;" */
static bool take_kmsg(struct span span, struct stamp *stamp)
{
	uint64_t priority, us;

	if (!take_digits(&span, &priority) || !take_char(&span, ',') ||
	    !take_digits(&span, &stamp->number) || !take_char(&span, ',') ||
	    !take_digits(&span, &us) || us > INT64_MAX || !take_char(&span, ','))
		return false;
	stamp->has_number = true;
	stamp->is_kernel = is_kernel(priority);
	stamp->printk_us = (int64_t)us;
	return true;
}

/* "[   12.345678]" */
static void take_time(struct span span, struct stamp *stamp)
{
	uint64_t seconds, us;

	if (!take_char(&span, '['))
		return;
	while (take_char(&span, ' '))
		;
	if (!take_digits(&span, &seconds) || !take_char(&span, '.') || !take_digits(&span, &us) ||
	    !take_char(&span, ']'))
		return;
	if (seconds <= INT64_MAX / SECOND_US - 1 && us < SECOND_US)
		stamp->printk_us = (int64_t)(seconds * SECOND_US + us);
}

static struct stamp read_stamp(const char *line, size_t length)
{
	struct stamp stamp = { .is_kernel = true, .printk_us = -1 };
	struct span span = { line, length }, rest = span;
	uint64_t priority;

	if (take_kmsg(span, &stamp))
		return stamp;
	if (take_char(&rest, '<') && take_digits(&rest, &priority) && take_char(&rest, '>')) {
		stamp.is_kernel = is_kernel(priority);
		span = rest;
	}
	take_time(span, &stamp);
	return stamp;
}

/* "rtc_cmos 00:05: setting system clock to 2026-11-20T22:03:42 UTC (1795212222)" */
static void note_clock(struct kernel_log *log, const char *line, size_t length, int64_t printk_us)
{
	static const char words[] = "setting system clock to ";
	const char *at = memmem(line, length, words, sizeof(words) - 1);
	const char *open = at ? memchr(at, '(', length - (size_t)(at - line)) : NULL;
	struct span span = { open, open ? length - (size_t)(open - line) : 0 };
	uint64_t seconds;

	if (!take_char(&span, '(') || !take_digits(&span, &seconds) || !take_char(&span, ')') ||
	    !seconds || seconds > INT64_MAX / SECOND_US)
		return;
	log->clock_printk_us = printk_us;
	log->clock_wall_us = (int64_t)seconds * SECOND_US;
}

/* "Run /init as init process" */
static void note_init(struct kernel_log *log, const char *line, size_t length, int64_t printk_us)
{
	if (log->init_printk_us < 0 && memmem(line, length, " as init process", 16))
		log->init_printk_us = printk_us;
}

/* Where the log has a panic the end is there, whatever more it says. */
static void note_end(struct kernel_log *log, const char *line, size_t length, int64_t printk_us)
{
	bool is_panic = panic_line(&log->end.panic, line, length);

	if (printk_us >= 0 && (is_panic || log->end.panic.cause == PANIC_NONE))
		log->end.printk_us = printk_us;
}

static void hash_line(struct kernel_log *log, const char *line, size_t length)
{
	const struct bytes bytes = { (const uint8_t *)line, length };

	log->text_hash = log->text_hash * 0x100000001b3ull ^ bytes_hash(bytes);
}

void kernel_log_line(struct kernel_log *log, const char *line, size_t length)
{
	struct stamp stamp;

	while (length && (line[length - 1] == '\n' || line[length - 1] == '\r'))
		length--;
	stamp = read_stamp(line, length);
	log->mark.number = stamp.has_number ? stamp.number : log->mark.number + 1;
	if (!stamp.is_kernel)
		return;
	log->mark.time_us = stamp.printk_us;
	hash_line(log, line, length);
	note_end(log, line, length, stamp.printk_us);
	if (stamp.printk_us >= 0) {
		note_clock(log, line, length, stamp.printk_us);
		note_init(log, line, length, stamp.printk_us);
	}
	text_parser_mark(log->parser, log->mark);
	text_parser_line(log->parser, line, length);
}

void kernel_log_text(struct kernel_log *log, const char *text, size_t size)
{
	while (size) {
		const char *end = memchr(text, '\n', size);
		size_t length = end ? (size_t)(end - text) : size;
		size_t taken = end ? length + 1 : length;

		kernel_log_line(log, text, length);
		text += taken;
		size -= taken;
	}
}

void kernel_log_gap(struct kernel_log *log)
{
	text_parser_finish(log->parser);
}

/* --- records --- */

static void take_record(void *context, const struct record *record, const char *symbol)
{
	struct kernel_log *log = context;
	struct text_mark mark = text_parser_record_mark(log->parser);
	struct kernel_log_record *grown = log->records;

	(void)symbol;
	if (log->n >= KERNEL_LOG_RECORDS_MAX)
		log->n_left_out++;
	if (log->n >= KERNEL_LOG_RECORDS_MAX || log->error)
		return;
	/* a power of two is full */
	if ((log->n & (log->n - 1)) == 0)
		grown = reallocarray(log->records, log->n ? log->n * 2 : 1, sizeof(*grown));
	if (!grown) {
		log->error = -ENOMEM;
		return;
	}
	log->records = grown;
	grown[log->n++] = (struct kernel_log_record){
		.record = *record,
		.number = mark.number,
		.printk_us = mark.time_us,
	};
}

/* Its bytes are the list's own. */
static void add_firmware(struct kernel_log *log, const struct firmware *firmware, uint8_t *bytes)
{
	struct text_mark mark = text_parser_firmware_mark(log->parser);
	struct kernel_log_firmware *found = &log->firmware[log->n_firmware++];

	*found = (struct kernel_log_firmware){
		.firmware = *firmware,
		.number = mark.number,
		.printk_us = mark.time_us,
	};
	memcpy(bytes, firmware->bytes.data, firmware->bytes.size);
	found->firmware.bytes.data = bytes;
}

static void take_firmware(void *context, const struct firmware *firmware)
{
	struct kernel_log *log = context;
	struct kernel_log_firmware *grown = log->firmware;
	size_t n = log->n_firmware;
	uint8_t *bytes;

	if (n >= KERNEL_LOG_RECORDS_MAX)
		log->n_left_out++;
	if (n >= KERNEL_LOG_RECORDS_MAX || log->error)
		return;
	if ((n & (n - 1)) == 0)
		grown = reallocarray(log->firmware, n ? n * 2 : 1, sizeof(*grown));
	if (grown)
		log->firmware = grown;
	bytes = malloc(firmware->bytes.size);
	if (grown && bytes) {
		add_firmware(log, firmware, bytes);
		return;
	}
	free(bytes);
	log->error = -ENOMEM;
}

static void take_foreign(void *context, const char *line, size_t length)
{
	(void)context, (void)line, (void)length;
}

int kernel_log_init(struct kernel_log *log)
{
	const struct text_output output = {
		.record = take_record,
		.firmware = take_firmware,
		.foreign = take_foreign,
		.context = log,
	};

	*log = (struct kernel_log){
		.mark = { .time_us = -1 },
		.end = { .printk_us = -1 },
		.clock_printk_us = -1,
		.init_printk_us = -1,
	};
	return text_parser_new(&output, &log->parser);
}

void kernel_log_done(struct kernel_log *log)
{
	text_parser_free(log->parser);
	free(log->records);
	for (size_t i = 0; i < log->n_firmware; i++)
		free((uint8_t *)log->firmware[i].firmware.bytes.data);
	free(log->firmware);
	*log = (struct kernel_log){ 0 };
}

/* --- which it is --- */

/*
 * A bank that a reset left: the first poll of a boot, which has no TSC. It is printed
 * just before user space, a little later on a busy machine; by then a corrected
 * error may be a new one, but hardly one that was not corrected.
 */
static bool is_of_boot(const struct kernel_log *log, const struct kernel_log_record *record)
{
	int64_t end_us = BOOT_SECONDS * SECOND_US;

	if (!(record->record.status & STATUS_UC) && log->init_printk_us >= 0)
		end_us = log->init_printk_us + BOOT_SLACK_SECONDS * SECOND_US;
	return !record->record.tsc && !record->record.mcgstatus && record->printk_us >= 0 &&
	       record->printk_us < end_us;
}

/*
 * What tells it from every other one: printk's time, or else its own times. A
 * log without any: the log. Not all registers: a later version may know more.
 */
static uint64_t hash_record(const struct kernel_log *log, const struct kernel_log_record *record)
{
	const struct record *r = &record->record;
	const bool has_time = record->printk_us >= 0 || (r->walltime && r->tsc);
	const uint64_t values[] = {
		r->cpu,
		r->bank,
		r->status,
		r->mcgstatus,
		r->addr,
		r->misc,
		r->tsc,
		r->walltime,
		(uint64_t)record->printk_us,
		has_time ? 0 : log->text_hash,
	};

	return bytes_hash((struct bytes){ (const uint8_t *)values, sizeof(values) });
}

/* The words and printk's time of the panic; a log without any times: the log. */
static uint64_t hash_end(const struct kernel_log *log)
{
	const char *words = log->end.panic.words;
	const uint64_t values[] = {
		bytes_hash((struct bytes){ (const uint8_t *)words, strlen(words) }),
		(uint64_t)log->end.printk_us,
		log->end.printk_us >= 0 ? 0 : log->text_hash,
	};

	return bytes_hash((struct bytes){ (const uint8_t *)values, sizeof(values) });
}

static int by_hash(const void *a, const void *b)
{
	const struct kernel_log_record *x = *(struct kernel_log_record *const *)a;
	const struct kernel_log_record *y = *(struct kernel_log_record *const *)b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x < y ? -1 : x > y;
}

static void number_records(struct kernel_log *log)
{
	struct kernel_log_record **sorted = reallocarray(NULL, log->n + 1, sizeof(*sorted));

	if (!sorted) {
		log->error = -ENOMEM;
		return;
	}
	for (size_t i = 0; i < log->n; i++)
		sorted[i] = &log->records[i];
	qsort(sorted, log->n, sizeof(struct kernel_log_record *), by_hash);
	for (size_t i = 1; i < log->n; i++)
		if (sorted[i]->hash == sorted[i - 1]->hash)
			sorted[i]->ordinal = sorted[i - 1]->ordinal + 1;
	free(sorted);
}

/* As hash_record(), of one that the text numbers. */
static uint64_t hash_firmware(const struct kernel_log *log, const struct kernel_log_firmware *found)
{
	const bool has_time = found->printk_us >= 0;
	const uint64_t values[] = {
		found->firmware.record_id,
		(uint64_t)found->printk_us,
		has_time ? 0 : log->text_hash,
		has_time ? 0 : found->number,
	};

	return bytes_hash((struct bytes){ (const uint8_t *)values, sizeof(values) });
}

static void end_firmware(struct kernel_log *log, int64_t ended_us)
{
	for (size_t i = 0; i < log->n_firmware; i++) {
		struct kernel_log_firmware *found = &log->firmware[i];
		struct firmware *firmware = &found->firmware;

		if (!firmware->time_us && !firmware->replayed && found->printk_us < 0)
			firmware->time_us = ended_us;
		firmware->record_id = hash_firmware(log, found);
	}
}

int kernel_log_end(struct kernel_log *log, int64_t began_us, int64_t ended_us)
{
	int r;

	text_parser_finish(log->parser);
	r = kernel_log_date(log, began_us, ended_us);
	if (r < 0)
		log->error = r;
	if (log->end.printk_us < 0)
		log->end.time_us = ended_us;
	log->end.hash = hash_end(log);
	for (size_t i = 0; i < log->n; i++) {
		struct kernel_log_record *record = &log->records[i];

		if (!record->record.time_us && record->printk_us < 0)
			record->record.time_us = ended_us;
		record->record.boot_time = is_of_boot(log, record);
		record->hash = hash_record(log, record);
	}
	number_records(log);
	end_firmware(log, ended_us);
	if (log->error)
		log->n = 0;
	return log->error;
}

int kernel_log_parse(struct kernel_log *log, const char *text, size_t size, int64_t ended_us)
{
	int r = kernel_log_init(log);

	if (r < 0)
		return r;
	kernel_log_text(log, text, size);
	return kernel_log_end(log, 0, ended_us);
}
