// SPDX-License-Identifier: GPL-2.0-only
/* What an event counts for: places of memory, from the row to the socket, pages and CPUs. */
#include "account/account.h"

#include <errno.h>
#include <stdlib.h>

#include "account/account-private.h"

enum {
	ROWS_MAX = 4096,
	DIMMS_MAX = 1024,
	CHANNELS_MAX = 1024,
	SOCKETS_MAX = 256,
	CPUS_MAX = 8192,
};

int account_new(const struct account_policy *policy, const struct account_env *env,
		struct account **ret_account)
{
	struct account *account = calloc(1, sizeof(*account));
	const unsigned int limits[COUNTER_KINDS_] = {
		[COUNTER_PAGE] = policy->pages_max, [COUNTER_ROW] = ROWS_MAX,
		[COUNTER_DIMM] = DIMMS_MAX,	    [COUNTER_CHANNEL] = CHANNELS_MAX,
		[COUNTER_SOCKET] = SOCKETS_MAX,	    [COUNTER_CPU] = CPUS_MAX,
		[COUNTER_REPLACEMENT] = 1,
	};
	int r;

	if (!account)
		return -ENOMEM;
	account->policy = *policy;
	account->env = *env;
	r = counters_new(limits, &account->counters);
	if (r < 0) {
		free(account);
		return r;
	}
	*ret_account = account;
	return 0;
}

void account_free(struct account *account)
{
	if (!account)
		return;
	counters_free(account->counters);
	free(account);
}

void account_set_policy(struct account *account, const struct account_policy *policy)
{
	account->policy = *policy;
}

int account_load(struct account *account, const struct counter *counter)
{
	return counters_load(account->counters, counter);
}

void account_commit(struct account *account)
{
	counters_commit(account->counters);
	account->committed = account->asked;
}

void account_rollback(struct account *account)
{
	counters_rollback(account->counters);
	account->asked = account->committed;
}

const struct counters *account_counters(const struct account *account)
{
	return account->counters;
}

/* --- places of memory --- */

/* A kind of place, what is too much there, and how that is told; by corrected and not. */
struct place_rules {
	enum counter_kind kind;
	const struct account_rule *rules[2];
	const char *const *texts; /* NULL: it is not told */
	const char *const *keys;
};

static int count_place(const struct wanting *wanting, const struct place_rules *place,
		       uint64_t errors)
{
	struct counter_key key = counter_key_place(place->kind, &wanting->event->decoded.location);
	bool bad = !account_is_corrected(wanting->event);
	const struct account_rule *rule = place->rules[bad];
	struct counter *counter;
	struct tally *tally;
	int r = account_touch(wanting, &key, &counter);

	if (r < 0)
		return r;
	tally = bad ? &counter->uncorrected : &counter->corrected;
	if (!account_count(tally, rule, 1, errors, wanting->now_us) || !place->texts)
		return 0;
	return want_threshold(wanting, counter, tally, rule, place->keys[bad], place->texts[bad]);
}

static const struct account_rule no_rule;

static const char *const dimm_texts[] = {
	"corrected DIMM memory error count exceeded threshold",
	"Uncorrected DIMM memory error count exceeded threshold",
};
static const char *const dimm_keys[] = { "dimm.ce-error-trigger", "dimm.uc-error-trigger" };
static const char *const socket_texts[] = {
	"corrected Socket memory error count exceeded threshold",
	"Uncorrected Socket memory error count exceeded threshold",
};
static const char *const socket_keys[] = { "socket.mem-ce-error-trigger",
					   "socket.mem-uc-error-trigger" };

/*
 * The hardware's count belongs to the bank: socket and channel get it. A DIMM
 * and a row are known from this one record only, and get one.
 */
static uint64_t errors_of(const struct event *event)
{
	return account_is_corrected(event) && event->decoded.count ? event->decoded.count : 1;
}

static int count_row(const struct wanting *wanting)
{
	const struct location *location = &wanting->event->decoded.location;
	const struct place_rules row = { COUNTER_ROW, { &no_rule, &no_rule }, NULL, NULL };

	if (location->row == LOCATION_UNKNOWN || location->bank == LOCATION_UNKNOWN)
		return 0;
	return count_place(wanting, &row, 1);
}

/*
 * The smallest place that is known tells its threshold: DIMM, else channel. The
 * channel counts by the same ones then, too: its period is shown with them.
 */
static int count_dimm(const struct wanting *wanting)
{
	const struct account_policy *policy = &wanting->account->policy;
	const struct location *location = &wanting->event->decoded.location;
	bool dimm = location->dimm != LOCATION_UNKNOWN;
	struct place_rules place = {
		.kind = COUNTER_DIMM,
		.rules = { &policy->dimm_corrected, &policy->dimm_uncorrected },
		.texts = dimm_texts,
		.keys = dimm_keys,
	};
	int r = 0;

	if (!policy->dimms)
		return 0;
	if (dimm)
		r = count_place(wanting, &place, 1);
	place.kind = COUNTER_CHANNEL;
	place.texts = dimm ? NULL : dimm_texts;
	if (r == 0 && location->channel != LOCATION_UNKNOWN)
		r = count_place(wanting, &place, errors_of(wanting->event));
	return r == 0 ? count_row(wanting) : r;
}

static int count_socket(const struct wanting *wanting)
{
	const struct account_policy *policy = &wanting->account->policy;
	const struct place_rules socket = {
		.kind = COUNTER_SOCKET,
		.rules = { &policy->socket_corrected, &policy->socket_uncorrected },
		.texts = socket_texts,
		.keys = socket_keys,
	};

	return policy->sockets ? count_place(wanting, &socket, errors_of(wanting->event)) : 0;
}

/* --- DIMMs that are not there any more --- */

int account_add_dimm(struct account *account, const struct location *location)
{
	struct counter_key key = counter_key_place(COUNTER_DIMM, location);
	struct counter *counter;
	bool replaced;

	if (counters_find(account->counters, &key))
		return 0;
	return counters_touch(account->counters, &key, &counter, &replaced);
}

static bool is_in_dimm(const struct counter_key *key, const struct location *dimm)
{
	const struct location *location = &key->location;

	return location->socket == dimm->socket && location->imc == dimm->imc &&
	       location->channel == dimm->channel && location->dimm == dimm->dimm;
}

int account_forget_dimm(struct account *account, const struct location *location)
{
	static const enum counter_kind kinds[] = { COUNTER_DIMM, COUNTER_ROW };

	for (size_t i = 0; i < 2; i++) {
		const struct counter *counter = NULL, *next;

		for (next = counters_next(account->counters, kinds[i], NULL); next;) {
			int r = 0;

			counter = next;
			next = counters_next(account->counters, kinds[i], counter);
			if (is_in_dimm(&counter->key, location))
				r = counters_remove(account->counters, &counter->key);
			if (r < 0)
				return r;
		}
	}
	return 0;
}

/* --- events --- */

static int count_memory(const struct wanting *wanting)
{
	int r = 0;

	/* first the places, whose totals the page's script is told */
	if (wanting->event->decoded.location.socket != LOCATION_UNKNOWN) {
		r = count_dimm(wanting);
		if (r == 0)
			r = count_socket(wanting);
	}
	return r == 0 ? account_count_page(wanting) : r;
}

static int count_cpu(const struct wanting *wanting)
{
	struct counter_key key = counter_key_cpu(wanting->event->record.cpu);
	struct counter *counter;
	int r = account_touch(wanting, &key, &counter);

	if (r < 0)
		return r;
	account_count(account_is_corrected(wanting->event) ? &counter->corrected
							   : &counter->uncorrected,
		      &no_rule, 1, errors_of(wanting->event), wanting->now_us);
	return want_cache(wanting, counter);
}

/* SDM Vol. 3B (253669), "Simple Error Codes": they say what it was, and no script wants them. */
static bool is_simple_code(const struct event *event)
{
	uint16_t code = event->record.status & 0xffff;

	return code >= 1 && code <= 6;
}

static int count_class(const struct wanting *wanting)
{
	/* firmware names no CPU and has no code: only its memory errors are those that count */
	if (!record_has_bank(&wanting->event->record) &&
	    wanting->event->decoded.class != CLASS_MEMORY)
		return 0;
	switch (wanting->event->decoded.class) {
	case CLASS_MEMORY:
		return count_memory(wanting);
	case CLASS_CACHE:
	case CLASS_TLB:
		return count_cpu(wanting);
	case CLASS_BUS:
		return want_bus(wanting);
	case CLASS_IO:
		return want_iomca(wanting);
	case CLASS_UNKNOWN:
	case CLASS_INTERNAL:
	case CLASS_THERMAL:
		return is_simple_code(wanting->event) ? 0 : want_unknown(wanting);
	case CLASS_COUNT_:
		break;
	}
	return 0;
}

/*
 * What another boot or another machine suffered counts for nothing here, and a
 * register that is not valid holds no error.
 */
static bool counts(const struct account *account, const struct event *event)
{
	return !event->record.replayed && sd_id128_equal(event->record.boot, account->env.boot) &&
	       event->decoded.severity != SEVERITY_UNKNOWN;
}

int account_event(struct account *account, const struct event *event,
		  const struct account_want *want)
{
	const struct wanting wanting = {
		.account = account,
		.event = event,
		.want = want,
		.now_us = event->record.time_us,
	};
	int r = event->decoded.severity == SEVERITY_FATAL ? want_fatal(&wanting) : 0;

	if (r < 0 || !counts(account, event))
		return r;
	if (!account->env.imc_channels)
		account->env.imc_channels = event->decoded.imc_channels;
	return count_class(&wanting);
}
