// SPDX-License-Identifier: GPL-2.0-only
#include "sources/trace-times.h"

#include <stdlib.h>
#include <time.h>

#include "event/bits.h"

#define SECOND_US 1000000

enum {
	NEAR_US = 2 * SECOND_US, /* ring time and walltime are of one event */
	BOOT_TIME_US = 120 * SECOND_US,
	APART_US = 120 * SECOND_US, /* one boot's clocks begin one after the other */
	DRIFT = 1000, /* a clock that nobody corrects is off by less than a thousandth */
};

static int64_t clock_us(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (int64_t)now.tv_sec * SECOND_US + now.tv_nsec / 1000;
}

int64_t trace_times_offset(enum trace_clock clock)
{
	return clock_us(CLOCK_REALTIME) -
	       clock_us(clock == TRACE_CLOCK_BOOT ? CLOCK_BOOTTIME : CLOCK_MONOTONIC);
}

int64_t trace_times_ring_us(const struct trace_times *times, uint64_t ring_time)
{
	if (!times->live || times->clock == TRACE_CLOCK_OTHER || ring_time / 1000 >= INT64_MAX / 2)
		return 0;
	return (int64_t)(ring_time / 1000) + times->clock_offset_us;
}

static int64_t wall_us_of(uint64_t walltime)
{
	return walltime > INT64_MAX / SECOND_US ? 0 : (int64_t)walltime * SECOND_US;
}

static bool precedes(const struct trace_times *times, int64_t wall_us)
{
	return times->boot_time_us && wall_us && wall_us + SECOND_US < times->boot_time_us;
}

bool trace_times_is_earlier(const struct trace_times *times, uint64_t walltime, uint64_t ring_time)
{
	int64_t wall_us = wall_us_of(walltime), ring_us = trace_times_ring_us(times, ring_time);
	int64_t drift_us = (int64_t)(ring_time / 1000 / DRIFT);

	if (precedes(times, wall_us))
		return true;
	return wall_us && ring_us && llabs(ring_us - wall_us) > APART_US + drift_us;
}

/* Polled, or a bank that was left behind: neither has a time stamp counter. */
static bool is_polled(const struct record *record)
{
	return !record->tsc && !record->mcgstatus;
}

/* Every clock that the kernel traces with by itself begins with its boot. */
static void set_earlier(const struct trace_times *times, uint64_t ring_time, struct record *record)
{
	record->replayed = true;
	record->boot = SD_ID128_NULL;
	record->boot_time = is_polled(record) && times->clock != TRACE_CLOCK_OTHER &&
			    ring_time / 1000 < BOOT_TIME_US;
}

/*
 * Kernels that hand ERST records out again stamp them with the time they had;
 * what they had was a machine check exception. A polled record that seems older
 * than the boot was stamped before the clock was set.
 */
static void set_preceding(int64_t wall_us, struct record *record)
{
	if (record->mcgstatus & MCG_MCIP) {
		record->replayed = true;
		record->boot = SD_ID128_NULL;
		record->time_us = wall_us;
	} else if (record->ring_time_us) {
		record->time_us = record->ring_time_us;
	}
}

/*
 * Whether it was polled as the boot came up. What seems older than the boot was
 * stamped before the wall clock was set forward, and only the ring knows when.
 */
static bool is_of_start(const struct trace_times *times, int64_t wall_us, uint64_t ring_time)
{
	int64_t since_us = wall_us - times->boot_time_us;

	if (!times->boot_time_us || (since_us < 0 && times->clock == TRACE_CLOCK_OTHER))
		return false;
	return since_us < 0 ? ring_time / 1000 < BOOT_TIME_US : since_us < BOOT_TIME_US;
}

/*
 * The record comes from a worker thread: its time is the walltime field, to
 * which the ring's stamp adds microseconds where it is near.
 */
static void set_live(const struct trace_times *times, uint64_t ring_time, struct record *record)
{
	int64_t wall_us = record->time_us;

	record->ring_time_us = trace_times_ring_us(times, ring_time);
	if (record->ring_time_us && llabs(record->ring_time_us - wall_us) <= NEAR_US)
		record->time_us = record->ring_time_us;
	if (precedes(times, wall_us))
		set_preceding(wall_us, record);
	record->boot_time = is_polled(record) && is_of_start(times, wall_us, ring_time);
}

void trace_times_set(const struct trace_times *times, bool earlier, uint64_t ring_time,
		     struct record *record)
{
	record->time_us = wall_us_of(record->walltime);
	record->ring_time_us = 0;
	record->boot = times->boot;
	record->replayed = !times->live;
	if (earlier)
		set_earlier(times, ring_time, record);
	else if (times->live)
		set_live(times, ring_time, record);
}
