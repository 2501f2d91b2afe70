// SPDX-License-Identifier: GPL-2.0-only
#include "place.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "announce.h"
#include "details.h"
#include "edac.h"
#include "event/location.h"

/* What came to be known of a stored event. */
struct news {
	uint64_t seq;
	struct decoded decoded; /* its location and label */
};

struct place {
	const struct root *root;
	struct details *details;
	struct announce *announce;
	struct news *news;
	size_t n_news;
	size_t news_capacity;
};

int place_new(const struct root *root, struct place **ret_place)
{
	struct place *place = calloc(1, sizeof(*place));
	int r = -ENOMEM;

	if (!place)
		return r;
	place->root = root;
	r = details_new(&place->details);
	if (r == 0)
		r = announce_new(&place->announce);
	if (r < 0) {
		place_free(place);
		return r;
	}
	*ret_place = place;
	return 0;
}

void place_free(struct place *place)
{
	if (!place)
		return;
	details_free(place->details);
	announce_free(place->announce);
	free(place->news);
	free(place);
}

void place_note(struct place *place, const struct event *event)
{
	details_note(place->details, event);
}

static void apply(const struct place *place, const struct memory_detail *detail,
		  struct decoded *decoded)
{
	details_apply(detail, decoded);
	edac_locate(place->root, detail->mc, detail->layers, &decoded->location);
}

static struct news *add_news(struct place *place)
{
	if (place->n_news == place->news_capacity) {
		size_t capacity = place->news_capacity ? place->news_capacity * 2 : 16;
		struct news *grown = reallocarray(place->news, capacity, sizeof(*grown));

		if (!grown)
			return NULL;
		place->news = grown;
		place->news_capacity = capacity;
	}
	return &place->news[place->n_news++];
}

/* For an event that is stored, and maybe waits to be told of. */
static int take_for_stored(struct place *place, const struct memory_detail *detail, uint64_t seq)
{
	struct event *waiting = announce_find(place->announce, seq);
	struct news *news = add_news(place);

	if (!news)
		return -ENOMEM;
	*news = (struct news){ .seq = seq };
	memory_detail_locate("", &news->decoded.location);
	if (waiting) {
		news->decoded.location = waiting->decoded.location;
		memcpy(news->decoded.label, waiting->decoded.label, sizeof(news->decoded.label));
	}
	apply(place, detail, &news->decoded);
	if (waiting) {
		waiting->decoded.location = news->decoded.location;
		memcpy(waiting->decoded.label, news->decoded.label, sizeof(news->decoded.label));
	}
	return 1;
}

int place_take(struct place *place, const struct memory_detail *detail, struct event *events,
	       size_t n_events)
{
	const struct details_partner *partner = details_pair(place->details, detail);

	if (!partner)
		return 0;
	if (partner->seq)
		return take_for_stored(place, detail, partner->seq);
	for (size_t i = n_events; i-- > 0;) {
		if (strcmp(events[i].record.key, partner->key) != 0)
			continue;
		apply(place, detail, &events[i].decoded);
		return 1;
	}
	return 0; /* the store refused it, or has let it go already */
}

bool place_has_news(const struct place *place)
{
	return place->n_news;
}

int place_store(struct place *place, struct store *store)
{
	for (size_t i = 0; i < place->n_news; i++) {
		const struct news *news = &place->news[i];
		int r = store_locate(store, news->seq, &news->decoded.location,
				     news->decoded.label);

		if (r < 0)
			return r;
	}
	return 0;
}

int place_store_known(struct place *place, struct store *store, const struct event *event,
		      uint64_t seq)
{
	if (!seq || !details_has(place->details, event->record.key))
		return 0;
	return store_locate(store, seq, &event->decoded.location, event->decoded.label);
}

void place_event_stored(struct place *place, const struct event *event)
{
	if (event->record.ring.pid)
		details_stored(place->details, event->record.key, event->seq);
}

void place_stored(struct place *place)
{
	for (size_t i = 0; i < place->n_news; i++)
		announce_ready(place->announce, place->news[i].seq);
	place->n_news = 0;
}

void place_forget(struct place *place)
{
	place->n_news = 0;
	details_forget(place->details);
}

bool place_hold(struct place *place, const struct event *event, uint64_t now_us)
{
	const struct decoded *decoded = &event->decoded;

	return event->record.ring.pid && decoded->class == CLASS_MEMORY &&
	       decoded->location.dimm == LOCATION_UNKNOWN &&
	       !details_has(place->details, event->record.key) && edac_is_here(place->root) &&
	       announce_hold(place->announce, event, now_us + PLACE_WAIT_US);
}

bool place_holds(const struct place *place, uint64_t seq)
{
	return announce_find(place->announce, seq);
}

uint64_t place_wait_us(const struct place *place, uint64_t now_us)
{
	return announce_wait_us(place->announce, now_us);
}

void place_tell(struct place *place, uint64_t now_us,
		void (*tell)(void *context, const struct event *event), void *context)
{
	announce_tell(place->announce, now_us, tell, context);
}
