/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * account: counts the events of this boot per page, row, DIMM, channel, socket
 * and CPU, and says what is to be done when there are too many. No I/O: it knows
 * what it is given, and time is the event's.
 *
 * A batch of events changes it for good only with account_commit(); after
 * account_rollback() none of them has been.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "account/counters.h"
#include "event/action.h"
#include "event/counter.h"
#include "event/event.h"
#include "util/threshold.h"

enum page_action {
	PAGE_ACTION_OFF,     /* not even counted */
	PAGE_ACTION_ACCOUNT, /* counted, and triggers run */
	PAGE_ACTION_SOFT,
	PAGE_ACTION_HARD,
	PAGE_ACTION_SOFT_THEN_HARD,
};

/* What to do when a threshold is exceeded. */
struct account_rule {
	struct threshold threshold; /* count 0: off */
	bool trigger;		    /* a script is configured */
	bool log;
};

struct account_policy {
	struct account_rule page;
	enum page_action page_action;
	bool page_retry; /* an offlining that failed is tried again, at twice the threshold each
			    time */
	unsigned int pages_max;
	struct account_rule replacement; /* of page counters by others */
	bool dimms;			 /* DIMMs and channels are counted */
	struct account_rule dimm_corrected;
	struct account_rule dimm_uncorrected;
	bool sockets;
	struct account_rule socket_corrected;
	struct account_rule socket_uncorrected;
	struct account_rule cache; /* the threshold is in the CPU */
	bool cpu_offline;	   /* take the CPUs of such a cache offline */
	/* These run at every event of their kind, or where the threshold is on when it is exceeded. */
	bool bus_trigger;
	bool iomca_trigger;
	bool unknown_trigger;
	struct threshold bus_threshold;
	struct threshold iomca_threshold;
	struct threshold unknown_threshold;
	bool hook;		/* a script for all thresholds and fatal events */
	uint64_t hook_repeat_s; /* after the first time; then twice that, and so on */
};

/* What the machine knows of a place; both NULL where it does not. */
struct account_dimm {
	const char *name;     /* as printed on the board */
	const char *location; /* of the firmware's tables */
};

/* The world, borrowed. */
struct account_env {
	const struct host *host;
	sd_id128_t boot; /* this one: older events count for nothing here */
	uint8_t imc_channels; /* decoded.imc_channels of this machine's CPU; 0 unknown */
	/* Who is at that place. NULL: nobody knows. */
	struct account_dimm (*dimm)(void *context, const struct location *location);
	void *context;
};

struct account;

/* Errors: -ENOMEM. */
int account_new(const struct account_policy *policy, const struct account_env *env,
		struct account **ret_account);

/* NULL is allowed. */
void account_free(struct account *account);

/* Another policy from now on; counters stay, and pages_max as it was. */
void account_set_policy(struct account *account, const struct account_policy *policy);

/* A counter that the store has kept, oldest first. Errors: -ENOMEM. */
int account_load(struct account *account, const struct counter *counter);

/*
 * Takes an event that is new in the store and says what is wanted; the callback
 * gets an action to copy. Errors: -ENOMEM, and those of the callback: roll back.
 */
struct account_want {
	int (*action)(void *context, const struct action *action);
	void *context;
};
int account_event(struct account *account, const struct event *event,
		  const struct account_want *want);

/* Wants the hook, as it would be for a threshold, with the kind "test". Errors: as above. */
int account_test_hook(struct account *account, const struct event *event,
		      const struct account_want *want);

/*
 * What became of a page that was to go offline: PAGE_OFFLINE, PAGE_OFFLINE_FAILED, or PAGE_ONLINE
 * where it was left as it is. Errors: -ENOMEM: roll back.
 */
int account_page_result(struct account *account, uint64_t page, enum page_state state);

/* A DIMM that is there: it is shown also as long as it has no errors. Errors: -ENOMEM: roll back. */
int account_add_dimm(struct account *account, const struct location *location);

/* Forgets a DIMM that was replaced, and its rows. Errors: -ENOMEM: roll back. */
int account_forget_dimm(struct account *account, const struct location *location);

/* Ends the batch. */
void account_commit(struct account *account);
void account_rollback(struct account *account);

/* The counters, for the store and the dump. */
const struct counters *account_counters(const struct account *account);

/*
 * Appends what mcelog's client prints for "dump" and "pages" (without "done").
 * all: also what has no errors; bios: with the names of DIMMs. now_us for the
 * periods. The shape is mcelog's, which other programs parse.
 */
void account_dump(struct account *account, bool all, bool bios, int64_t now_us, struct strbuf *out);
void account_dump_pages(struct account *account, int64_t now_us, struct strbuf *out);
