// SPDX-License-Identifier: GPL-2.0-only
#include "outbox.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sinks/journal.h"
#include "util/clock.h"
#include "util/log.h"

enum {
	WALK_LIMIT = 512,
	RETRY_FIRST_US = 1000000,
	RETRY_LAST_US = 600 * 1000000,
	SEARCH_MOST_US = 5 * 1000000, /* of a life, for what an earlier database may have sent */
};

/* What the journal took and the store does not know yet. */
struct sent {
	uint64_t seq;
	int (*mark)(struct store *store, uint64_t seq);
};

struct outbox {
	const struct host *host;
	struct store *store;
	bool (*holds)(void *context, uint64_t seq); /* NULL: none */
	void *hold_context;
	struct sent *sent;
	size_t n_sent;
	size_t sent_capacity;
	bool waits; /* the store has entries that the journal has not been sent, or refused */
	bool refusal_told;
	uint64_t retry_us;
	int64_t began_us;	       /* this life, us since the epoch */
	struct journal_search *search; /* NULL: not open */
	uint64_t searched_us;	       /* how long, all in all */
};

int outbox_new(const struct host *host, struct outbox **ret_outbox)
{
	struct outbox *outbox = calloc(1, sizeof(*outbox));

	if (!outbox)
		return -ENOMEM;
	outbox->host = host;
	outbox->began_us = clock_wall_us();
	*ret_outbox = outbox;
	return 0;
}

void outbox_free(struct outbox *outbox)
{
	if (!outbox)
		return;
	journal_search_close(outbox->search);
	free(outbox->sent);
	free(outbox);
}

void outbox_set_store(struct outbox *outbox, struct store *store)
{
	outbox->store = store;
	outbox->n_sent = 0;
}

void outbox_set_hold(struct outbox *outbox, bool (*holds)(void *context, uint64_t seq),
		     void *context)
{
	outbox->holds = holds;
	outbox->hold_context = context;
}

static void note_sent(struct outbox *outbox, uint64_t seq,
		      int (*mark)(struct store *store, uint64_t seq))
{
	if (outbox->n_sent == outbox->sent_capacity) {
		size_t capacity = outbox->sent_capacity ? outbox->sent_capacity * 2 : 64;
		struct sent *grown = reallocarray(outbox->sent, capacity, sizeof(*grown));

		if (!grown)
			return; /* the next start asks the journal */
		outbox->sent = grown;
		outbox->sent_capacity = capacity;
	}
	outbox->sent[outbox->n_sent++] = (struct sent){ seq, mark };
}

static void note_refused(struct outbox *outbox, int error)
{
	if (!outbox->refusal_told)
		log_warning("the journal does not take events, they wait in the database: %s",
			    strerror(-error));
	outbox->refusal_told = true;
	outbox->waits = true;
}

/* --- what an earlier database may have sent --- */

/* Only what is found late can be found again: what comes live is new. */
static bool may_be_told(const struct outbox *outbox, const struct record *record)
{
	return record->replayed ||
	       (record->source == SOURCE_KMSG && record->time_us < outbox->began_us);
}

static int search_delivery(struct outbox *outbox, const struct event *event)
{
	int r = outbox->search ? 0 : journal_search_open(&outbox->search);

	return r < 0 ? r : journal_search_delivery(outbox->search, event);
}

static void close_search(struct outbox *outbox)
{
	journal_search_close(outbox->search);
	outbox->search = NULL;
}

/*
 * A database that was lost takes its keys with it, and an archive is read anew: the journal may
 * have the event under another ID. Nothing is held up for long by that, and twice is better than
 * never.
 */
static bool is_told(struct outbox *outbox, const struct event *event)
{
	uint64_t begin_us = clock_monotonic_us();
	int r;

	if (!may_be_told(outbox, &event->record) || outbox->searched_us >= SEARCH_MOST_US)
		return false;
	r = search_delivery(outbox, event);
	outbox->searched_us += clock_monotonic_us() - begin_us;
	if (r < 0)
		outbox->searched_us = SEARCH_MOST_US;
	if (outbox->searched_us >= SEARCH_MOST_US) {
		log_notice("errors may be in the journal twice, what an earlier database sent is "
			   "not searched any more: %s",
			   r < 0 ? strerror(-r) : "it takes too long");
		close_search(outbox);
	}
	return r > 0;
}

static int send_event(void *context, const struct event *event)
{
	struct outbox *outbox = context;
	int r = is_told(outbox, event) ? 0 : journal_send_event(event, outbox->host);

	if (r < 0)
		note_refused(outbox, r);
	else
		note_sent(outbox, event->seq, store_mark_event_sent);
	return r;
}

static int send_lost(void *context, uint64_t seq, const struct lost *lost)
{
	struct outbox *outbox = context;
	int r = journal_send_lost(seq, lost, outbox->host);

	if (r < 0)
		note_refused(outbox, r);
	else
		note_sent(outbox, seq, store_mark_lost_sent);
	return r;
}

static int send_action(void *context, const struct action *action)
{
	struct outbox *outbox = context;
	int r = journal_send_action(action, outbox->host);

	if (r < 0)
		note_refused(outbox, r);
	else
		note_sent(outbox, action->seq, store_mark_action_sent);
	return r;
}

void outbox_send(struct outbox *outbox, const struct event *event)
{
	/* in order: behind one that the journal refused all others wait */
	if (!outbox->waits)
		send_event(outbox, event);
}

void outbox_expect(struct outbox *outbox)
{
	outbox->waits = true;
}

int outbox_mark(struct outbox *outbox)
{
	for (size_t i = 0; i < outbox->n_sent; i++) {
		int r = outbox->sent[i].mark(outbox->store, outbox->sent[i].seq);

		if (r < 0)
			return r;
	}
	return 0;
}

void outbox_marked(struct outbox *outbox)
{
	outbox->n_sent = 0;
}

bool outbox_unsettled(const struct outbox *outbox)
{
	return outbox->n_sent || outbox->waits;
}

/* Marks what was sent, without the batch that may be waiting. */
static int settle_sent(struct outbox *outbox)
{
	int r;

	if (!outbox->n_sent)
		return 0;
	r = store_begin(outbox->store);
	if (r < 0)
		return r;
	r = outbox_mark(outbox);
	if (r == 0)
		r = store_commit(outbox->store);
	if (r < 0)
		store_rollback(outbox->store);
	else
		outbox->n_sent = 0;
	return r;
}

static uint64_t retry_later(struct outbox *outbox)
{
	outbox->retry_us = outbox->retry_us ? outbox->retry_us * 2 : RETRY_FIRST_US;
	if (outbox->retry_us > RETRY_LAST_US)
		outbox->retry_us = RETRY_LAST_US;
	return outbox->retry_us;
}

/* What is held is sent when it is let go; its number is in the store until then. */
static int send_event_not_held(void *context, const struct event *event)
{
	struct outbox *outbox = context;

	return outbox->holds && outbox->holds(outbox->hold_context, event->seq)
		       ? 0
		       : send_event(outbox, event);
}

uint64_t outbox_settle(struct outbox *outbox)
{
	const struct store_outbox walk = { send_event_not_held, send_lost, send_action, outbox };
	int r = outbox->store ? settle_sent(outbox) : -ENODEV;

	if (r < 0)
		return retry_later(outbox);
	if (outbox->waits) {
		outbox->waits = false;
		r = store_walk_outbox(outbox->store, &walk, WALK_LIMIT);
		if (r < 0) {
			outbox->waits = true;
			settle_sent(outbox);
			return retry_later(outbox);
		}
		outbox->waits = r == WALK_LIMIT;
		outbox->refusal_told = false;
	}
	outbox->retry_us = 0;
	if (!outbox_unsettled(outbox))
		close_search(outbox);
	return outbox_unsettled(outbox) ? 1 : 0;
}

struct recovery {
	struct outbox *outbox;
	struct journal_search *search;
};

static int recover_event(void *context, const struct event *event)
{
	struct recovery *recovery = context;

	if (journal_search_event(recovery->search, event) > 0) {
		note_sent(recovery->outbox, event->seq, store_mark_event_sent);
		return 0;
	}
	return send_event(recovery->outbox, event);
}

static int recover_lost(void *context, uint64_t seq, const struct lost *lost)
{
	struct recovery *recovery = context;

	if (journal_search_lost(recovery->search, seq, lost) > 0) {
		note_sent(recovery->outbox, seq, store_mark_lost_sent);
		return 0;
	}
	return send_lost(recovery->outbox, seq, lost);
}

static int recover_action(void *context, const struct action *action)
{
	struct recovery *recovery = context;

	if (journal_search_action(recovery->search, action) > 0) {
		note_sent(recovery->outbox, action->seq, store_mark_action_sent);
		return 0;
	}
	return send_action(recovery->outbox, action);
}

static int count_entry(void *context, const struct event *event)
{
	(void)event;
	++*(unsigned int *)context;
	return 0;
}

static int count_loss(void *context, uint64_t seq, const struct lost *lost)
{
	(void)seq;
	(void)lost;
	++*(unsigned int *)context;
	return 0;
}

static int count_action(void *context, const struct action *action)
{
	(void)action;
	++*(unsigned int *)context;
	return 0;
}

static bool outbox_is_empty(struct outbox *outbox)
{
	unsigned int n = 0;
	const struct store_outbox walk = { count_entry, count_loss, count_action, &n };

	return store_walk_outbox(outbox->store, &walk, 1) == 0;
}

void outbox_recover(struct outbox *outbox)
{
	struct recovery recovery = { .outbox = outbox };
	const struct store_outbox walk = { recover_event, recover_lost, recover_action, &recovery };
	int r;

	if (!outbox->store || outbox_is_empty(outbox))
		return;
	r = journal_synchronize();
	if (r < 0)
		log_warning("journald cannot be asked to write everything down: %s", strerror(-r));
	r = journal_search_open(&recovery.search);
	if (r < 0) {
		log_warning("the journal cannot be searched: %s", strerror(-r));
		outbox->waits = true;
		return;
	}
	do
		r = store_walk_outbox(outbox->store, &walk, WALK_LIMIT);
	while (r == WALK_LIMIT && settle_sent(outbox) == 0);
	if (r < 0 || r == WALK_LIMIT)
		outbox->waits = true;
	settle_sent(outbox);
	journal_search_close(recovery.search);
}
