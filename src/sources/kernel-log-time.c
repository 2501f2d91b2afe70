// SPDX-License-Identifier: GPL-2.0-only
#include "sources/kernel-log-time.h"

#include <errno.h>
#include <stdlib.h>

/* A line of which both clocks are known. */
struct anchor {
	int64_t printk_us; /* -1: none */
	int64_t wall_us;
};

static bool is_anchor(const struct kernel_log_record *record)
{
	return record->printk_us >= 0 && record->record.fields & RECORD_HAS_TIME &&
	       record->record.time_us > 0;
}

static uint64_t distance(const struct anchor *anchor, int64_t printk_us)
{
	if (anchor->printk_us < 0)
		return UINT64_MAX;
	return anchor->printk_us < printk_us ? (uint64_t)(printk_us - anchor->printk_us)
					     : (uint64_t)(anchor->printk_us - printk_us);
}

static int64_t date(const struct anchor *a, const struct anchor *b, int64_t printk_us)
{
	const struct anchor *nearest = distance(a, printk_us) <= distance(b, printk_us) ? a : b;
	int64_t time_us;

	if (printk_us < 0 || nearest->printk_us < 0 ||
	    __builtin_add_overflow(nearest->wall_us, printk_us - nearest->printk_us, &time_us) ||
	    time_us < 0)
		return 0;
	return time_us;
}

static struct anchor anchor_of(const struct kernel_log_record *record)
{
	return (struct anchor){ record->printk_us, record->record.time_us };
}

/* The nearest line before each record, then the nearest behind it; one is better. */
static int date_records(struct kernel_log *log, const struct anchor *start)
{
	const struct anchor none = { .printk_us = -1 };
	struct anchor anchor = *start;
	struct anchor *before = reallocarray(NULL, log->n + 1, sizeof(*before));

	if (!before)
		return -ENOMEM;
	for (size_t i = 0; i < log->n; i++) {
		if (is_anchor(&log->records[i]))
			anchor = anchor_of(&log->records[i]);
		before[i] = anchor;
	}
	anchor = none;
	for (size_t i = log->n; i-- > 0;) {
		struct kernel_log_record *record = &log->records[i];

		if (is_anchor(record))
			anchor = anchor_of(record);
		else if (!record->record.time_us)
			record->record.time_us = date(&before[i], &anchor, record->printk_us);
	}
	free(before);
	return 0;
}

/* The anchor that does not come from a record, the best there is. */
static struct anchor first_anchor(const struct kernel_log *log, int64_t began_us, int64_t ended_us)
{
	if (log->clock_printk_us >= 0)
		return (struct anchor){ log->clock_printk_us, log->clock_wall_us };
	for (size_t i = 0; i < log->n; i++)
		if (is_anchor(&log->records[i]))
			return (struct anchor){ .printk_us = -1 };
	if (began_us)
		return (struct anchor){ 0, began_us };
	return (struct anchor){ ended_us ? log->mark.time_us : -1, ended_us };
}

/*
 * The same for what firmware reported, between the records. Its own clock is not the
 * kernel's, so it is no anchor. What an earlier boot left does not have this log's time.
 */
static void date_firmware(struct kernel_log *log, const struct anchor *start)
{
	const struct anchor none = { .printk_us = -1 };
	struct anchor before = *start;
	size_t next = 0, ahead = 0;

	for (size_t i = 0; i < log->n_firmware; i++) {
		struct kernel_log_firmware *found = &log->firmware[i];
		struct anchor after = none;

		for (; next < log->n && log->records[next].number < found->number; next++)
			if (is_anchor(&log->records[next]))
				before = anchor_of(&log->records[next]);
		if (ahead < next)
			ahead = next;
		while (ahead < log->n && !is_anchor(&log->records[ahead]))
			ahead++;
		if (ahead < log->n)
			after = anchor_of(&log->records[ahead]);
		if (!found->firmware.replayed)
			found->firmware.time_us = date(&before, &after, found->printk_us);
	}
}

/* By the nearest of all lines; a record without a TIME of its own is none. */
static int64_t date_end(const struct kernel_log *log, const struct anchor *start)
{
	struct anchor nearest = *start;

	for (size_t i = 0; i < log->n; i++) {
		const struct anchor anchor = anchor_of(&log->records[i]);

		if (is_anchor(&log->records[i]) &&
		    distance(&anchor, log->end.printk_us) < distance(&nearest, log->end.printk_us))
			nearest = anchor;
	}
	return date(&nearest, &nearest, log->end.printk_us);
}

int kernel_log_date(struct kernel_log *log, int64_t began_us, int64_t ended_us)
{
	struct anchor start = first_anchor(log, began_us, ended_us);

	log->end.time_us = date_end(log, &start);
	date_firmware(log, &start);
	return date_records(log, &start);
}
