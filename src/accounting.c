// SPDX-License-Identifier: GPL-2.0-only
#include "accounting.h"

#include <errno.h>
#include <stdlib.h>

#include "util/strbuf.h"

struct accounting {
	struct accounting_params params;
	struct account *account;
	struct action *wanted; /* in this transaction */
	size_t n_wanted;
	size_t capacity;
	bool loaded;
	struct strbuf ending; /* what ends with this transaction, in lines */
	struct strbuf news;   /* what has ended with the last one */
};

/* Where account_event() is on its way to. */
struct target {
	struct accounting *accounting;
	struct store *store;
};

int accounting_new(const struct accounting_params *params, struct accounting **ret_accounting)
{
	struct accounting *accounting = calloc(1, sizeof(*accounting));
	int r = accounting ? account_new(&params->policy, &params->env, &accounting->account)
			   : -ENOMEM;

	if (r < 0) {
		free(accounting);
		return r;
	}
	accounting->params = *params;
	*ret_accounting = accounting;
	return 0;
}

static void forget_wanted(struct accounting *accounting)
{
	for (size_t i = 0; i < accounting->n_wanted; i++)
		action_clear(&accounting->wanted[i]);
	accounting->n_wanted = 0;
}

void accounting_free(struct accounting *accounting)
{
	if (!accounting)
		return;
	forget_wanted(accounting);
	strbuf_free(&accounting->ending);
	strbuf_free(&accounting->news);
	free(accounting->wanted);
	account_free(accounting->account);
	free(accounting);
}

struct account *accounting_account(struct accounting *accounting)
{
	return accounting->account;
}

static int load_counter(void *context, const struct counter *counter)
{
	return account_load(context, counter);
}

int accounting_load(struct accounting *accounting, struct store *store)
{
	int r = accounting->loaded ? 0
				   : store_walk_counters(store, load_counter, accounting->account);

	if (r == 0)
		accounting->loaded = true;
	return r;
}

int accounting_save(struct accounting *accounting, struct store *store)
{
	const struct counters *counters = account_counters(accounting->account);

	for (int kind = 0; accounting->loaded && kind < COUNTER_KINDS_; kind++) {
		const struct counter *counter = NULL;

		while ((counter = counters_next(counters, (enum counter_kind)kind, counter))) {
			int r = store_save_counter(store, counter);

			if (r < 0)
				return r;
		}
	}
	return 0;
}

static void note_ending(struct accounting *accounting, const struct action *action)
{
	if (action_has_ended(action))
		strbuf_addf(&accounting->ending, "%s%s%s\n", action->text,
			    action->result[0] ? ": " : "", action->result);
}

static int reserve_wanted(struct accounting *accounting)
{
	size_t larger = accounting->capacity ? accounting->capacity * 2 : 16;
	struct action *grown;

	if (accounting->n_wanted < accounting->capacity)
		return 0;
	grown = reallocarray(accounting->wanted, larger, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	accounting->wanted = grown;
	accounting->capacity = larger;
	return 0;
}

/* account's callback: the action is stored, and kept to be handed over after the commit. */
static int take_action(void *context, const struct action *action)
{
	const struct target *target = context;
	struct accounting *accounting = target->accounting;
	struct action *copy;
	int r = reserve_wanted(accounting);

	if (r < 0)
		return r;
	copy = &accounting->wanted[accounting->n_wanted];
	r = action_copy(action, copy);
	if (r < 0)
		return r;
	accounting->n_wanted++;
	note_ending(accounting, copy);
	return store_add_action(target->store, copy, accounting->params.journal);
}

int accounting_event(struct accounting *accounting, struct store *store, const struct event *event)
{
	struct target target = { accounting, store };
	const struct account_want want = { take_action, &target };

	return account_event(accounting->account, event, &want);
}

static int record_lost(struct accounting *accounting, struct store *store)
{
	int n = store_end_lost_actions(store, accounting->params.env.boot);

	if (n > 0)
		strbuf_addf(&accounting->ending,
			    "%d thing%s to be done by an earlier life: what became of it is not "
			    "known\n",
			    n, n == 1 ? "" : "s");
	return n < 0 ? n : 0;
}

/* One that this database does not have, because it is another one, is new in it. */
static int store_action(struct accounting *accounting, struct store *store, struct action *action)
{
	int r = action->seq ? store_update_action(store, action) : -ENOENT;

	if (r == -ENOENT)
		r = store_add_action(store, action, accounting->params.journal);
	if (r == 0)
		note_ending(accounting, action);
	return r;
}

static int record_step(struct accounting *accounting, struct store *store,
		       const struct accounting_step *step)
{
	struct account *account = accounting->account;
	struct action *action = step->action;
	int r;

	if (step->kind == STEP_LOST)
		return record_lost(accounting, store);
	r = store_action(accounting, store, action);
	if (r < 0)
		return r;
	switch (step->kind) {
	case STEP_ACTION:
	case STEP_LOST:
		break;
	case STEP_PAGE_OFFLINE:
		return account_page_result(account, action->page, PAGE_OFFLINE);
	case STEP_PAGE_FAILED:
		return account_page_result(account, action->page, PAGE_OFFLINE_FAILED);
	case STEP_PAGE_ONLINE:
		return account_page_result(account, action->page, PAGE_ONLINE);
	case STEP_DIMM_CHANGED:
		return account_forget_dimm(account, &action->location);
	}
	return 0;
}

int accounting_record(struct accounting *accounting, struct store *store,
		      const struct accounting_step *steps, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int r = record_step(accounting, store, &steps[i]);

		if (r < 0)
			return r;
	}
	return 0;
}

int accounting_write(struct accounting *accounting, struct store *store)
{
	const struct counters *counters = account_counters(accounting->account);
	size_t n = counters_changed(counters);

	for (size_t i = 0; i < n; i++) {
		const struct counter *counter;
		struct counter_key key;
		int r;

		counters_change(counters, i, &key, &counter);
		r = counter ? store_save_counter(store, counter)
			    : store_remove_counter(store, &key);
		if (r < 0)
			return r;
	}
	return 0;
}

void accounting_commit(struct accounting *accounting)
{
	account_commit(accounting->account);
	strbuf_reset(&accounting->news);
	strbuf_add(&accounting->news, strbuf_text(&accounting->ending));
	strbuf_reset(&accounting->ending);
	for (size_t i = 0; i < accounting->n_wanted; i++)
		if (!action_has_ended(&accounting->wanted[i]))
			accounting->params.wanted(accounting->params.context,
						  &accounting->wanted[i]);
	forget_wanted(accounting);
}

void accounting_rollback(struct accounting *accounting)
{
	account_rollback(accounting->account);
	strbuf_reset(&accounting->ending);
	forget_wanted(accounting);
}

const char *accounting_news(const struct accounting *accounting)
{
	return strbuf_text(&accounting->news);
}
