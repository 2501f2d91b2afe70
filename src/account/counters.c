// SPDX-License-Identifier: GPL-2.0-only
#include "account/counters.h"

#include <errno.h>
#include <stdlib.h>

enum { CHAINS_MIN = 64, CHANGES_MIN = 64 };

/* A counter in its chain and in its kind's list, which runs from the newest to the oldest. */
struct node {
	struct counter counter; /* first: a counter is its node */
	struct node *chain;
	struct node *newer;
	struct node *older;
	bool touched; /* in this batch */
};

/* One step of the batch, to be undone in reverse. */
struct change {
	enum {
		CHANGE_MADE,
		CHANGE_CHANGED,
		CHANGE_REMOVED,
	} kind;
	struct node *node; /* REMOVED: out of the table, waiting for the end of the batch */
	struct counter before;
};

struct kind_list {
	struct node *newest;
	struct node *oldest;
	unsigned int count;
	unsigned int limit;
};

struct counters {
	struct kind_list lists[COUNTER_KINDS_];
	struct node **chains;
	size_t n_chains; /* a power of two */
	struct change *changes;
	size_t n_changes;
	size_t changes_capacity;
};

int counters_new(const unsigned int limits[COUNTER_KINDS_], struct counters **ret_counters)
{
	struct counters *counters = calloc(1, sizeof(*counters));
	size_t sum = 0;

	if (!counters)
		return -ENOMEM;
	for (unsigned int i = 0; i < COUNTER_KINDS_; i++) {
		counters->lists[i].limit = limits[i];
		sum += limits[i];
	}
	for (counters->n_chains = CHAINS_MIN; counters->n_chains < sum;)
		counters->n_chains *= 2;
	counters->chains = calloc(counters->n_chains, sizeof(struct node *));
	if (!counters->chains) {
		counters_free(counters);
		return -ENOMEM;
	}
	*ret_counters = counters;
	return 0;
}

static struct node **chain_of(const struct counters *counters, const struct counter_key *key)
{
	return &counters->chains[counter_key_hash(key) & (counters->n_chains - 1)];
}

static struct node *find(const struct counters *counters, const struct counter_key *key)
{
	struct node *node = *chain_of(counters, key);

	while (node && !counter_key_equal(&node->counter.key, key))
		node = node->chain;
	return node;
}

static struct kind_list *list_of(struct counters *counters, const struct node *node)
{
	return &counters->lists[node->counter.key.kind];
}

static void link_newest(struct kind_list *list, struct node *node)
{
	node->newer = NULL;
	node->older = list->newest;
	*(node->older ? &node->older->newer : &list->oldest) = node;
	list->newest = node;
}

static void link_oldest(struct kind_list *list, struct node *node)
{
	node->older = NULL;
	node->newer = list->oldest;
	*(node->newer ? &node->newer->older : &list->newest) = node;
	list->oldest = node;
}

static void unlink_node(struct kind_list *list, struct node *node)
{
	*(node->newer ? &node->newer->older : &list->newest) = node->older;
	*(node->older ? &node->older->newer : &list->oldest) = node->newer;
}

static void insert(struct counters *counters, struct node *node)
{
	struct node **chain = chain_of(counters, &node->counter.key);

	node->chain = *chain;
	*chain = node;
	list_of(counters, node)->count++;
}

static void take_out(struct counters *counters, struct node *node)
{
	struct node **at = chain_of(counters, &node->counter.key);
	struct kind_list *list = list_of(counters, node);

	while (*at != node)
		at = &(*at)->chain;
	*at = node->chain;
	unlink_node(list, node);
	list->count--;
}

/* Room for two more changes: a new counter may need to let an old one go. */
static int reserve_changes(struct counters *counters)
{
	size_t larger = counters->changes_capacity ? counters->changes_capacity * 2 : CHANGES_MIN;
	struct change *grown;

	if (counters->n_changes + 2 <= counters->changes_capacity)
		return 0;
	grown = reallocarray(counters->changes, larger, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	counters->changes = grown;
	counters->changes_capacity = larger;
	return 0;
}

static void note(struct counters *counters, int kind, struct node *node)
{
	counters->changes[counters->n_changes++] = (struct change){
		.kind = kind,
		.node = node,
		.before = node->counter,
	};
}

/* The node leaves the table, and lives on until the batch ends. */
static void remove_node(struct counters *counters, struct node *node)
{
	note(counters, CHANGE_REMOVED, node);
	take_out(counters, node);
}

const struct counter *counters_find(const struct counters *counters, const struct counter_key *key)
{
	struct node *node = find(counters, key);

	return node ? &node->counter : NULL;
}

static void touch(struct counters *counters, struct node *node)
{
	struct kind_list *list = list_of(counters, node);

	if (!node->touched)
		note(counters, CHANGE_CHANGED, node);
	node->touched = true;
	unlink_node(list, node);
	link_newest(list, node);
}

static int make(struct counters *counters, const struct counter_key *key, struct node **ret_node)
{
	struct node *node = calloc(1, sizeof(*node));

	if (!node)
		return -ENOMEM;
	node->counter.key = *key;
	node->touched = true;
	insert(counters, node);
	link_newest(list_of(counters, node), node);
	note(counters, CHANGE_MADE, node);
	*ret_node = node;
	return 0;
}

int counters_touch(struct counters *counters, const struct counter_key *key,
		   struct counter **ret_counter, bool *ret_replaced)
{
	struct kind_list *list = &counters->lists[key->kind];
	struct node *node = find(counters, key);
	int r = reserve_changes(counters);

	*ret_replaced = false;
	if (r < 0)
		return r;
	if (node) {
		touch(counters, node);
		*ret_counter = &node->counter;
		return 0;
	}
	if (!list->limit)
		return -ENOSPC;
	r = make(counters, key, &node);
	if (r < 0)
		return r;
	if (list->count > list->limit) {
		remove_node(counters, list->oldest);
		*ret_replaced = true;
	}
	*ret_counter = &node->counter;
	return 0;
}

int counters_remove(struct counters *counters, const struct counter_key *key)
{
	struct node *node = find(counters, key);
	int r = node ? reserve_changes(counters) : 0;

	if (r == 0 && node)
		remove_node(counters, node);
	return r;
}

int counters_load(struct counters *counters, const struct counter *counter)
{
	struct counter *loaded;
	bool replaced;
	int r = counters_touch(counters, &counter->key, &loaded, &replaced);

	if (r == -ENOSPC)
		return 0;
	if (r < 0)
		return r;
	*loaded = *counter;
	counters_commit(counters);
	return 0;
}

size_t counters_changed(const struct counters *counters)
{
	return counters->n_changes;
}

void counters_change(const struct counters *counters, size_t index, struct counter_key *ret_key,
		     const struct counter **ret_counter)
{
	*ret_key = counters->changes[index].node->counter.key;
	*ret_counter = counters_find(counters, ret_key);
}

void counters_commit(struct counters *counters)
{
	for (size_t i = 0; i < counters->n_changes; i++)
		counters->changes[i].node->touched = false;
	for (size_t i = 0; i < counters->n_changes; i++)
		if (counters->changes[i].kind == CHANGE_REMOVED)
			free(counters->changes[i].node);
	counters->n_changes = 0;
}

/* Values and presence; who is newest does not matter where nothing has happened. */
static void undo(struct counters *counters, const struct change *change)
{
	struct node *node = change->node;

	switch (change->kind) {
	case CHANGE_MADE:
		take_out(counters, node);
		free(node);
		return;
	case CHANGE_CHANGED:
		break;
	case CHANGE_REMOVED:
		insert(counters, node);
		link_oldest(list_of(counters, node), node);
		break;
	}
	node->counter = change->before;
	node->touched = false;
}

void counters_rollback(struct counters *counters)
{
	while (counters->n_changes)
		undo(counters, &counters->changes[--counters->n_changes]);
}

unsigned int counters_count(const struct counters *counters, enum counter_kind kind)
{
	return counters->lists[kind].count;
}

const struct counter *counters_next(const struct counters *counters, enum counter_kind kind,
				    const struct counter *counter)
{
	const struct node *node =
		counter ? ((const struct node *)counter)->older : counters->lists[kind].newest;

	return node ? &node->counter : NULL;
}

void counters_free(struct counters *counters)
{
	if (!counters)
		return;
	counters_commit(counters);
	for (unsigned int i = 0; i < COUNTER_KINDS_; i++)
		for (struct node *node = counters->lists[i].newest, *older; node; node = older) {
			older = node->older;
			free(node);
		}
	free(counters->chains);
	free(counters->changes);
	free(counters);
}
