// SPDX-License-Identifier: GPL-2.0-only
#include "announce.h"

#include <errno.h>
#include <stdlib.h>

struct held {
	struct event event;
	uint64_t deadline_us;
};

struct announce {
	struct held held[ANNOUNCE_MAX];
	size_t n;
};

int announce_new(struct announce **ret_announce)
{
	struct announce *announce = calloc(1, sizeof(*announce));

	if (!announce)
		return -ENOMEM;
	*ret_announce = announce;
	return 0;
}

void announce_free(struct announce *announce)
{
	free(announce);
}

bool announce_hold(struct announce *announce, const struct event *event, uint64_t deadline_us)
{
	if (announce->n == ANNOUNCE_MAX)
		return false;
	announce->held[announce->n++] = (struct held){ *event, deadline_us };
	return true;
}

static struct held *find(const struct announce *announce, uint64_t seq)
{
	for (size_t i = 0; i < announce->n; i++)
		if (announce->held[i].event.seq == seq)
			return (struct held *)&announce->held[i];
	return NULL;
}

struct event *announce_find(const struct announce *announce, uint64_t seq)
{
	struct held *held = find(announce, seq);

	return held ? &held->event : NULL;
}

void announce_ready(struct announce *announce, uint64_t seq)
{
	struct held *held = find(announce, seq);

	if (held)
		held->deadline_us = 0;
}

uint64_t announce_wait_us(const struct announce *announce, uint64_t now_us)
{
	uint64_t first = UINT64_MAX;

	for (size_t i = 0; i < announce->n; i++)
		if (announce->held[i].deadline_us < first)
			first = announce->held[i].deadline_us;
	if (first == UINT64_MAX)
		return first;
	return first > now_us ? first - now_us : 0;
}

void announce_tell(struct announce *announce, uint64_t now_us,
		   void (*tell)(void *context, const struct event *event), void *context)
{
	size_t kept = 0;

	for (size_t i = 0; i < announce->n; i++) {
		if (announce->held[i].deadline_us <= now_us)
			tell(context, &announce->held[i].event);
		else
			announce->held[kept++] = announce->held[i];
	}
	announce->n = kept;
}
