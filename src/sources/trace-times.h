/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trace-times: when the error of a trace record happened, and in which boot.
 *
 * A ring in memory that outlives a warm reset (Linux 6.12: reserve_mem= and
 * trace_instance=NAME@memory) has records of earlier boots before those of
 * this one. Their ring's clock began with their own boot and cannot be turned
 * into wall time; the walltime field says when they were.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "event/record.h"
#include "sources/trace-instance.h"

/* Of a page, and of the clocks as they are when it is taken apart. */
struct trace_times {
	sd_id128_t boot;      /* in which the page was read */
	int64_t boot_time_us; /* when this boot began, us since the epoch; 0 unknown */
	bool live;	      /* the page was read in this boot: its clock can be converted */
	bool survives;	      /* the ring may have records of earlier boots */
	enum trace_clock clock;
	int64_t clock_offset_us; /* added to ring time it is wall time */
};

/* What turns the clock's time into wall time, now: the wall clock may have been set since. */
int64_t trace_times_offset(enum trace_clock clock);

/* The ring's stamp as us since the epoch; 0 where it cannot be turned into that. */
int64_t trace_times_ring_us(const struct trace_times *times, uint64_t ring_time);

/*
 * Whether a record with this walltime (seconds since the epoch) is of an
 * earlier boot: older than this one or, where the wall clock was behind as this
 * boot began, with a ring time that in this boot was at another wall time.
 */
bool trace_times_is_earlier(const struct trace_times *times, uint64_t walltime, uint64_t ring_time);

/*
 * Sets the record's times, boot, and what follows from them: replayed,
 * boot_time. earlier: it is one that survived in the ring; its boot is null,
 * as the store knows better.
 */
void trace_times_set(const struct trace_times *times, bool earlier, uint64_t ring_time,
		     struct record *record);
