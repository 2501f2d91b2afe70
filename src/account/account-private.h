/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of account share; for src/account/ only. */
#pragma once

#include "account/account.h"
#include "account/bucket.h"

/* Triggers without a threshold in mcelog: how often they run is bounded here. */
enum rate {
	RATE_CACHE,
	RATE_BUS,
	RATE_IOMCA,
	RATE_UNKNOWN,
	RATES_,
};

/* What has been asked for that no counter has; undone with the batch by copying. */
struct asked {
	struct bucket rates[RATES_];
	uint64_t suppressed[RATES_];
	sd_id128_t incident; /* the newest of which the hook was told */
};

struct account {
	struct account_policy policy;
	struct account_env env;
	struct counters *counters;
	struct asked asked;
	struct asked committed;
};

/* An event on its way through: who asks, and what for. */
struct wanting {
	struct account *account;
	const struct event *event;
	const struct account_want *want;
	int64_t now_us; /* of the event */
};

/* Whether hardware corrected it; all else counts as uncorrected. */
bool account_is_corrected(const struct event *event);

/* Counts errors; whether the rule's threshold, that many times, is exceeded. */
bool account_count(struct tally *tally, const struct account_rule *rule, uint64_t times,
		   uint64_t errors, int64_t now_us);

/* The counter has erred at the time of the event, if that is known. */
void account_stamp(struct counter *counter, const struct wanting *wanting);

/* counters_touch() and account_stamp(). Errors: those of the former. */
int account_touch(const struct wanting *wanting, const struct counter_key *key,
		  struct counter **ret_counter);

/* The page of a corrected memory error. Errors: -ENOMEM, of the callback. */
int account_count_page(const struct wanting *wanting);

/* By how much the threshold is multiplied: doubled by each offlining that failed; else 1. */
uint64_t account_page_times(const struct counter *counter);

/* An action wanted because of the event, of which the target and the text are copied. */
struct action account_new_action(const struct wanting *wanting, enum action_kind kind,
				 const char *target, const char *text);

/* Hands it to the one who asked; environment may be NULL. Errors: -ENOMEM, of the callback. */
int account_want(const struct wanting *wanting, struct action *action, struct strbuf *environment);

/* The script of a key of mcelog.conf. Errors: as above. */
int account_want_trigger(const struct wanting *wanting, const char *key, const char *text,
			 struct strbuf *environment);

/*
 * A counter ran over. key: the trigger's in mcelog.conf; what: the beginning of
 * the message, before ": 2 in 24h". Tells it, and runs the trigger where rule says so.
 * Errors: -ENOMEM, of the callback.
 */
int want_threshold(const struct wanting *wanting, struct counter *counter,
		   const struct tally *tally, const struct account_rule *rule, const char *key,
		   const char *what);

/* The hook, where it is due for that counter. Errors: as above. */
int account_hook_threshold(const struct wanting *wanting, struct counter *counter,
			   const char *text);

/* The page is to go offline. Errors: as above. */
int want_offline_page(const struct wanting *wanting, const struct counter *counter);

/* Caches that report too many corrected errors, and the CPUs that share them; counter: the CPU's.
 */
int want_cache(const struct wanting *wanting, struct counter *counter);

/* Triggers that mcelog runs for every event of their kind. */
int want_bus(const struct wanting *wanting);
int want_iomca(const struct wanting *wanting);
int want_unknown(const struct wanting *wanting);

/* The hook, for a fatal event: once for all the records of one panic. */
int want_fatal(const struct wanting *wanting);

/* Who is at that place; what is "" is NULL here. */
struct account_dimm account_find_dimm(const struct account *account,
				      const struct location *location);

/*
 * The channel's number in its socket, as mcelog counts them and its clients and scripts
 * expect; LOCATION_UNKNOWN as it is.
 */
int32_t account_channel_number(const struct account *account, const struct location *location);

/* "2 in 24h": what has come in the period that runs, whole hours as such. Returns buffer. */
const char *account_level_text(const struct bucket *bucket, const struct threshold *threshold,
			       char *buffer, size_t size);
