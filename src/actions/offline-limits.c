// SPDX-License-Identifier: GPL-2.0-only
#include "actions/offline-limits.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_BYTES UINT64_C(4096)
#define HOUR_US	   (3600 * 1000000ull)
#define DAY_US	   (24 * HOUR_US)

struct offline_limits {
	struct offline_limits_config config;
	uint64_t n_offline;    /* pages of the machine that are out of use */
	uint64_t hour_told_us; /* when the hour's limit was told; 0 never */
	bool memory_told;
	size_t n_pages;
	struct offline_limits_page pages[OFFLINE_LIMITS_PAGES_MAX];
	size_t n_channels;
	struct offline_limits_channel channels[OFFLINE_LIMITS_CHANNELS_MAX];
};

int offline_limits_new(const struct offline_limits_config *config,
		       struct offline_limits **ret_limits)
{
	struct offline_limits *limits = calloc(1, sizeof(*limits));

	if (!limits)
		return -ENOMEM;
	limits->config = *config;
	*ret_limits = limits;
	return 0;
}

void offline_limits_free(struct offline_limits *limits)
{
	free(limits);
}

void offline_limits_configure(struct offline_limits *limits,
			      const struct offline_limits_config *config)
{
	limits->config = *config;
}

void offline_limits_set_offline(struct offline_limits *limits, uint64_t pages)
{
	limits->n_offline = pages;
}

/* Neither long ago nor far ahead: a time from a clock that was wrong holds nothing up. */
static bool is_within(uint64_t time_us, uint64_t now_us, uint64_t span_us)
{
	return (time_us > now_us ? time_us - now_us : now_us - time_us) < span_us;
}

static void expire(struct offline_limits *limits, uint64_t now_us)
{
	size_t kept = 0;

	for (size_t i = 0; i < limits->n_pages; i++)
		if (is_within(limits->pages[i].time_us, now_us, HOUR_US))
			limits->pages[kept++] = limits->pages[i];
	limits->n_pages = kept;
	kept = 0;
	for (size_t i = 0; i < limits->n_channels; i++)
		if (is_within(limits->channels[i].last_us, now_us, DAY_US))
			limits->channels[kept++] = limits->channels[i];
	limits->n_channels = kept;
}

__attribute__((format(printf, 4, 5))) static void refuse(struct offline_verdict *verdict,
							 enum offline_limit limit, bool is_news,
							 const char *format, ...)
{
	va_list arguments;

	verdict->limit = limit;
	verdict->is_news = is_news;
	va_start(arguments, format);
	vsnprintf(verdict->text, sizeof(verdict->text), format, arguments);
	va_end(arguments);
}

/* --- channels --- */

static struct offline_limits_channel *find_channel(struct offline_limits *limits,
						   const struct location *location)
{
	for (size_t i = 0; i < limits->n_channels; i++) {
		struct offline_limits_channel *channel = &limits->channels[i];

		if (channel->socket == location->socket && channel->imc == location->imc &&
		    channel->channel == location->channel)
			return channel;
	}
	return NULL;
}

/* Where the table is full the channel that was quiet for longest makes room. */
static void add_channel(struct offline_limits *limits, const struct location *location,
			uint64_t now_us)
{
	size_t at = 0;

	if (limits->n_channels < OFFLINE_LIMITS_CHANNELS_MAX)
		at = limits->n_channels++;
	else
		for (size_t i = 1; i < limits->n_channels; i++)
			if (limits->channels[i].last_us < limits->channels[at].last_us)
				at = i;
	limits->channels[at] = (struct offline_limits_channel){
		.first_us = now_us,
		.last_us = now_us,
		.socket = location->socket,
		.imc = location->imc,
		.channel = location->channel,
	};
}

static void refuse_channel(const struct offline_limits *limits, const struct location *location,
			   bool is_news, struct offline_verdict *verdict)
{
	char socket[24] = "", imc[48] = "";

	if (location->socket != LOCATION_UNKNOWN)
		snprintf(socket, sizeof(socket), "socket %d ", location->socket);
	if (location->imc != LOCATION_UNKNOWN)
		snprintf(imc, sizeof(imc), "memory controller %d ", location->imc);
	refuse(verdict, LIMIT_CHANNEL, is_news,
	       "more than %" PRIu32 " pages in an hour: %s%schannel %d is at fault, not its pages",
	       limits->config.channel_pages, socket, imc, location->channel);
}

static uint32_t count_channel(const struct offline_limits *limits, const struct location *location)
{
	uint32_t n = 0;

	for (size_t i = 0; i < limits->n_pages; i++)
		n += limits->pages[i].socket == location->socket &&
		     limits->pages[i].imc == location->imc &&
		     limits->pages[i].channel == location->channel;
	return n;
}

/* The pages of a channel at fault are not remembered: there may be very many. */
static bool channel_is_at_fault(struct offline_limits *limits, const struct location *location,
				uint64_t now_us, struct offline_verdict *verdict)
{
	struct offline_limits_channel *channel;

	if (location->channel == LOCATION_UNKNOWN || !limits->config.channel_pages)
		return false;
	channel = find_channel(limits, location);
	if (!channel)
		return false;
	channel->last_us = now_us;
	refuse_channel(limits, location, false, verdict);
	return true;
}

static bool channel_becomes_faulty(struct offline_limits *limits, const struct location *location,
				   uint64_t now_us, struct offline_verdict *verdict)
{
	if (location->channel == LOCATION_UNKNOWN || !limits->config.channel_pages ||
	    count_channel(limits, location) <= limits->config.channel_pages)
		return false;
	add_channel(limits, location, now_us);
	refuse_channel(limits, location, true, verdict);
	return true;
}

/* --- pages --- */

/* The page's row, a new one if it has none; NULL when there is no room. */
static struct offline_limits_page *book(struct offline_limits *limits, uint64_t page,
					const struct location *location, uint64_t now_us)
{
	struct offline_limits_page *row = limits->pages;
	struct offline_limits_page *end = limits->pages + limits->n_pages;

	while (row < end && row->page != page)
		row++;
	if (row == end) {
		if (limits->n_pages == OFFLINE_LIMITS_PAGES_MAX)
			return NULL;
		limits->n_pages++;
		*row = (struct offline_limits_page){ .page = page };
	}
	row->time_us = now_us;
	row->socket = location->socket;
	row->imc = location->imc;
	row->channel = location->channel;
	return row;
}

static bool memory_is_full(struct offline_limits *limits, struct offline_verdict *verdict)
{
	const struct offline_limits_config *config = &limits->config;
	uint64_t allowed = config->memory_bytes / 1000 * config->per_mille / PAGE_BYTES;

	if (!config->memory_bytes || !config->per_mille || limits->n_offline < allowed) {
		limits->memory_told = false;
		return false;
	}
	refuse(verdict, LIMIT_MEMORY, !limits->memory_told,
	       "%" PRIu64 " pages (%" PRIu64 " KiB) are offline, the limit is %" PRIu32
	       " per mille of memory",
	       limits->n_offline, limits->n_offline * (PAGE_BYTES / 1024), config->per_mille);
	limits->memory_told = true;
	return true;
}

static void refuse_hour(struct offline_limits *limits, uint64_t now_us,
			struct offline_verdict *verdict)
{
	bool is_news = !limits->hour_told_us || !is_within(limits->hour_told_us, now_us, HOUR_US);
	uint32_t limit = limits->config.pages_per_hour;

	if (!limit || limit > OFFLINE_LIMITS_PAGES_MAX)
		limit = OFFLINE_LIMITS_PAGES_MAX;
	refuse(verdict, LIMIT_HOUR, is_news,
	       "%" PRIu32 " pages within an hour is the limit for all of the machine", limit);
	if (is_news)
		limits->hour_told_us = now_us;
}

static bool hour_is_full(struct offline_limits *limits, uint64_t now_us,
			 struct offline_verdict *verdict)
{
	uint32_t taken = 0;

	for (size_t i = 0; i < limits->n_pages; i++)
		taken += limits->pages[i].taken;
	if (!limits->config.pages_per_hour || taken < limits->config.pages_per_hour)
		return false;
	refuse_hour(limits, now_us, verdict);
	return true;
}

void offline_limits_ask(struct offline_limits *limits, uint64_t address,
			const struct location *location, uint64_t now_us,
			struct offline_verdict *ret_verdict)
{
	struct offline_verdict verdict = { .limit = LIMIT_OK };
	struct offline_limits_page *row;

	expire(limits, now_us);
	if (!channel_is_at_fault(limits, location, now_us, &verdict)) {
		row = book(limits, address & ~(PAGE_BYTES - 1), location, now_us);
		if (!row)
			refuse_hour(limits, now_us, &verdict);
		else if (!channel_becomes_faulty(limits, location, now_us, &verdict) &&
			 !memory_is_full(limits, &verdict) &&
			 (row->taken || !hour_is_full(limits, now_us, &verdict)))
			row->taken = true;
	}
	*ret_verdict = verdict;
}

/* --- the state --- */

size_t offline_limits_pages(const struct offline_limits *limits,
			    const struct offline_limits_page **ret_rows)
{
	*ret_rows = limits->pages;
	return limits->n_pages;
}

size_t offline_limits_channels(const struct offline_limits *limits,
			       const struct offline_limits_channel **ret_rows)
{
	*ret_rows = limits->channels;
	return limits->n_channels;
}

int offline_limits_restore(struct offline_limits *limits, const struct offline_limits_page *pages,
			   size_t n_pages, const struct offline_limits_channel *channels,
			   size_t n_channels)
{
	if (n_pages > OFFLINE_LIMITS_PAGES_MAX || n_channels > OFFLINE_LIMITS_CHANNELS_MAX)
		return -ENOSPC;
	if (n_pages)
		memcpy(limits->pages, pages, n_pages * sizeof(*pages));
	if (n_channels)
		memcpy(limits->channels, channels, n_channels * sizeof(*channels));
	limits->n_pages = n_pages;
	limits->n_channels = n_channels;
	return 0;
}
