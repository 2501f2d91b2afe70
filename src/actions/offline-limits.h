/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How many pages may go offline. Most errors of a memory controller or of a
 * channel are no fault of the pages in which they show: offlining those costs
 * memory and cures nothing.
 *
 * Pure: no I/O; time is the caller's, wall-clock microseconds, so that the state
 * still means something after a restart. A clock that is set back or far ahead makes
 * what was booked under the other time expire.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/decoded.h"

enum {
	OFFLINE_LIMITS_PAGES_MAX = 4096,  /* pages remembered at once */
	OFFLINE_LIMITS_CHANNELS_MAX = 64, /* channels at fault remembered at once */
	OFFLINE_LIMITS_TEXT_MAX = 160,
};

/* 0 makes each of them no limit, but for OFFLINE_LIMITS_PAGES_MAX pages in an hour. */
struct offline_limits_config {
	uint32_t pages_per_hour; /* of the whole machine; 64 is a good one */
	uint32_t per_mille;	 /* of memory_bytes, all that is offline counted */
	uint64_t memory_bytes;	 /* MemTotal; 0 unknown */
	uint32_t channel_pages;	 /* distinct pages in an hour that a channel may have; 32 */
};

enum offline_limit {
	LIMIT_OK,
	LIMIT_HOUR,
	LIMIT_MEMORY,
	LIMIT_CHANNEL,
};

/* News are a channel at fault and full memory once, the hour's limit at most once an hour. */
struct offline_verdict {
	enum offline_limit limit;
	bool is_news;			    /* to be told to a person; else it has been */
	char text[OFFLINE_LIMITS_TEXT_MAX]; /* why not, as a phrase; "" with LIMIT_OK */
};

/* A page that was to go offline within the last hour. */
struct offline_limits_page {
	uint64_t time_us;
	uint64_t page; /* address of its first byte */
	int32_t socket, imc, channel;
	bool taken; /* it may; else it only counts for its channel */
};

/* A channel at fault: forgotten when no page of it was to go offline for a day. */
struct offline_limits_channel {
	uint64_t first_us, last_us;
	int32_t socket, imc, channel;
};

struct offline_limits;

/* Errors: -ENOMEM. */
int offline_limits_new(const struct offline_limits_config *config,
		       struct offline_limits **ret_limits);

/* NULL allowed. */
void offline_limits_free(struct offline_limits *limits);

/* Another configuration (a reload); what is booked stays. */
void offline_limits_configure(struct offline_limits *limits,
			      const struct offline_limits_config *config);

/*
 * How many pages are offline now, whoever did it: the kernel's HardwareCorrupted. To be told
 * before each offline_limits_ask(): what that allows may fail, so it counts nothing here.
 */
void offline_limits_set_offline(struct offline_limits *limits, uint64_t pages);

/*
 * May the page with this address go offline? LIMIT_OK books it; the same page
 * again within the hour is not counted twice. A location without a channel is
 * of no channel: only the other limits hold.
 */
void offline_limits_ask(struct offline_limits *limits, uint64_t address,
			const struct location *location, uint64_t now_us,
			struct offline_verdict *ret_verdict);

/*
 * The state, for the store: rows that are ours and valid until the next call
 * that changes something. Returns their number.
 */
size_t offline_limits_pages(const struct offline_limits *limits,
			    const struct offline_limits_page **ret_rows);
size_t offline_limits_channels(const struct offline_limits *limits,
			       const struct offline_limits_channel **ret_rows);

/*
 * Takes over a stored state in place of its own; a channel at fault in it has
 * been told. Errors, with the own state unchanged: -ENOSPC too many rows.
 */
int offline_limits_restore(struct offline_limits *limits, const struct offline_limits_page *pages,
			   size_t n_pages, const struct offline_limits_channel *channels,
			   size_t n_channels);
