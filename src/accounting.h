/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * accounting: account and the store, kept in step. What account counts and wants
 * is written in the transaction of the events that are the cause; memory follows
 * when that has been committed, and not before.
 */
#pragma once

#include <stddef.h>

#include "account/account.h"
#include "db/store.h"

struct accounting;

struct accounting_params {
	struct account_policy policy;
	struct account_env env; /* borrowed strings and context */
	bool journal;		/* tells of actions */
	/* An action that is wanted, and durable: to be done. Copies what it wants to keep. */
	void (*wanted)(void *context, const struct action *action);
	void *context;
};

/* Errors: -ENOMEM. */
int accounting_new(const struct accounting_params *params, struct accounting **ret_accounting);

/* NULL allowed. */
void accounting_free(struct accounting *accounting);

struct account *accounting_account(struct accounting *accounting);

/*
 * The store from now on, borrowed. The first one's counters are read; another
 * one is given those that are in memory, in the transaction that has begun.
 */
int accounting_load(struct accounting *accounting, struct store *store);
int accounting_save(struct accounting *accounting, struct store *store);

/* An event that is new, in its transaction. Errors: of account and the store. */
int accounting_event(struct accounting *accounting, struct store *store, const struct event *event);

/* An action that has gone on; a seq of 0: that is new. */
struct accounting_step {
	struct action *action;
	enum {
		STEP_ACTION,	   /* only the action's state */
		STEP_PAGE_OFFLINE, /* its page went offline */
		STEP_PAGE_FAILED,  /* or could not be taken offline */
		STEP_PAGE_ONLINE,  /* or was left as it is */
		STEP_DIMM_CHANGED, /* the module at its location is another one */
		STEP_LOST, /* no action: what became of those of earlier lives is not known */
	} kind;
};
int accounting_record(struct accounting *accounting, struct store *store,
		      const struct accounting_step *steps, size_t n);

/* Writes the counters that have changed; the last thing before the commit. */
int accounting_write(struct accounting *accounting, struct store *store);

/* The transaction was committed, or was not. */
void accounting_commit(struct accounting *accounting);
void accounting_rollback(struct accounting *accounting);

/*
 * What has ended with the last transaction that was committed, in lines for a
 * person; "" nothing. Borrowed until the next one begins.
 */
const char *accounting_news(const struct accounting *accounting);
