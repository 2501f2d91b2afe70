// SPDX-License-Identifier: GPL-2.0-only
#include "sources/left-log.h"

#include <stdlib.h>

#include "event/bits.h"

/* UEFI 2.10, N.2.1, of which the text has the words. */
enum { SEVERITY_LAST_BAD = 1 /* recoverable and fatal, then corrected and informational */ };

bool left_bank_is_bad(const struct record *record)
{
	bool is_amd = record->vendor == VENDOR_AMD || record->vendor == VENDOR_HYGON;

	return record->status & STATUS_UC ||
	       (is_amd && record->status & (STATUS_DEFERRED | STATUS_POISON));
}

/* What it was read with is of the capture kernel, but for a machine check still under way. */
static void move_to_crash(struct record *record, int64_t crash_us)
{
	record->cpu = RECORD_NO_CPU;
	record->tsc = record->ip = record->walltime = 0;
	record->cs = 0;
	record->fields &= ~(uint32_t)(RECORD_HAS_TSC | RECORD_HAS_IP | RECORD_HAS_TIME);
	if (!record->mcgstatus)
		record->fields &= ~(uint32_t)RECORD_HAS_MCGSTATUS;
	record->boot_time = !crash_us;
	if (crash_us)
		record->time_us = crash_us;
}

static void keep_banks(struct kernel_log *log, int64_t crash_us)
{
	size_t n = 0;

	for (size_t i = 0; i < log->n; i++) {
		if (!left_bank_is_bad(&log->records[i].record))
			continue;
		log->records[n] = log->records[i];
		move_to_crash(&log->records[n++].record, crash_us);
	}
	log->n = n;
}

/* A report of a boot before that of the crash is no more than that here, too. */
static void keep_reports(struct kernel_log *log, int64_t crash_us)
{
	size_t n = 0;

	for (size_t i = 0; i < log->n_firmware; i++) {
		struct firmware *firmware = &log->firmware[i].firmware;

		if (firmware->replayed || firmware->severity > SEVERITY_LAST_BAD) {
			free((uint8_t *)firmware->bytes.data);
			continue;
		}
		firmware->time_us = crash_us;
		log->firmware[n++] = log->firmware[i];
	}
	log->n_firmware = n;
}

int left_log_read(struct kernel_log *log, const char *text, size_t size, int64_t crash_us)
{
	int r = kernel_log_parse(log, text, size, crash_us);

	if (r < 0)
		return r;
	keep_banks(log, crash_us);
	keep_reports(log, crash_us);
	return 0;
}
