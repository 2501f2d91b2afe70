/* SPDX-License-Identifier: GPL-2.0-only */
/* An account with mcelog's thresholds, events for it, and the actions that it wants. */
#pragma once

#include <string.h>

#include "account/account.h"
#include "util/cleanup.h"

#define THIS_BOOT  SD_ID128_MAKE(11, 11, 11, 11, 22, 22, 22, 22, 33, 33, 33, 33, 44, 44, 44, 44)
#define OTHER_BOOT SD_ID128_MAKE(99, 99, 99, 99, 88, 88, 88, 88, 77, 77, 77, 77, 66, 66, 66, 66)

enum { WANTED_MAX = 512 };

static const int64_t start_us = INT64_C(1795212000) * 1000000;
static const int64_t second_us = 1000000, hour_us = INT64_C(3600) * 1000000;

struct fixture {
	struct account *account;
	struct account_dimm dimm; /* of every place that has a DIMM's number */
	struct action wanted[WANTED_MAX];
	unsigned int n_wanted;
	unsigned int fail_at; /* the callback fails at the so-manieth action; 0: never */
};

static struct account_dimm dimm_of(void *context, const struct location *location)
{
	struct fixture *fixture = context;

	return location->dimm == LOCATION_UNKNOWN ? (struct account_dimm){ 0 } : fixture->dimm;
}

static int keep_action(void *context, const struct action *action)
{
	struct fixture *fixture = context;

	assert_true(fixture->n_wanted < WANTED_MAX);
	if (fixture->fail_at && fixture->n_wanted + 1 >= fixture->fail_at)
		return -EIO;
	assert_int_equal(action_copy(action, &fixture->wanted[fixture->n_wanted]), 0);
	fixture->n_wanted++;
	return 0;
}

static inline struct account_policy default_policy(void)
{
	const struct threshold two = { .count = 2, .seconds = 86400, .unit = 'h' };
	const struct threshold ten = { .count = 10, .seconds = 86400, .unit = 'h' };
	const struct threshold hundred = { .count = 100, .seconds = 86400, .unit = 'h' };

	return (struct account_policy){
		.page = { two, true, true },
		.page_action = PAGE_ACTION_SOFT,
		.page_retry = true,
		.pages_max = 100,
		.replacement = { { .count = 20, .seconds = 86400, .unit = 'h' }, true, true },
		.dimms = true,
		.dimm_corrected = { ten, true, true },
		.dimm_uncorrected = { { .count = 1, .seconds = 86400, .unit = 'h' }, true, true },
		.sockets = true,
		.socket_corrected = { hundred, true, true },
		.socket_uncorrected = { two, true, true },
		.cache = { .trigger = true, .log = true },
		.bus_trigger = true,
		.iomca_trigger = true,
		.unknown_trigger = true,
	};
}

/* A program that comes up in boot. */
static inline void fixture_start(struct fixture *fixture, const struct account_policy *policy,
				 sd_id128_t boot)
{
	const struct account_env env = {
		.boot = boot, .imc_channels = 3, .dimm = dimm_of, .context = fixture
	};

	assert_int_equal(account_new(policy, &env, &fixture->account), 0);
}

static inline void fixture_forget(struct fixture *fixture)
{
	for (unsigned int i = 0; i < fixture->n_wanted; i++)
		action_clear(&fixture->wanted[i]);
	fixture->n_wanted = 0;
}

static inline void fixture_end(struct fixture *fixture)
{
	fixture_forget(fixture);
	account_free(fixture->account);
	fixture->account = NULL;
}

/* As the store brings it back after a restart: every counter, oldest first. */
static inline void fixture_restart(struct fixture *fixture, const struct account_policy *policy,
				   sd_id128_t boot)
{
	struct account *before = fixture->account;
	const struct counter *list[1024];

	fixture_start(fixture, policy, boot);
	for (int kind = 0; kind < COUNTER_KINDS_; kind++) {
		const struct counters *counters = account_counters(before);
		const struct counter *at = NULL;
		unsigned int n = 0;

		while ((at = counters_next(counters, (enum counter_kind)kind, at)))
			list[n++] = at;
		while (n > 0)
			assert_int_equal(account_load(fixture->account, list[--n]), 0);
	}
	account_free(before);
}

static inline int fixture_take(struct fixture *fixture, const struct event *event)
{
	const struct account_want want = { .action = keep_action, .context = fixture };

	return account_event(fixture->account, event, &want);
}

/* In a batch of its own. */
static inline void fixture_add(struct fixture *fixture, const struct event *event)
{
	assert_int_equal(fixture_take(fixture, event), 0);
	account_commit(fixture->account);
}

/* A corrected memory error on socket 0, channel 1, that knows its page and not its DIMM. */
static inline struct event memory_event(uint64_t address, int64_t time_us)
{
	struct event event = {
		.seq = 7,
		.record = {
			.status = 0x8c00000000000091,
			.addr = address,
			.cpu = 3,
			.bank = 9,
			.fields = RECORD_HAS_ADDR | RECORD_HAS_MISC,
			.time_us = time_us,
			.boot = THIS_BOOT,
		},
		.decoded = {
			.severity = SEVERITY_CORRECTED,
			.class = CLASS_MEMORY,
			.vendor = "Intel",
			.count = 1,
			.address_usable = true,
			.mca = "Memory read error, channel 1",
		},
	};

	memset(&event.decoded.location, 0xff, sizeof(event.decoded.location));
	event.decoded.location.socket = 0;
	event.decoded.location.channel = 1;
	return event;
}

/* Another class of error on CPU 3 of socket 0, with these bits of MCi_STATUS. */
static inline struct event cpu_event(enum error_class class, uint64_t status, int64_t time_us)
{
	struct event event = memory_event(0, time_us);

	event.record.status = status;
	event.decoded.class = class;
	event.decoded.address_usable = false;
	event.decoded.location.channel = LOCATION_UNKNOWN;
	return event;
}

static inline const struct counter *place_counter(const struct fixture *fixture,
						  enum counter_kind kind,
						  const struct location *location)
{
	struct counter_key key = counter_key_place(kind, location);

	return counters_find(account_counters(fixture->account), &key);
}

static inline const struct counter *page_counter(const struct fixture *fixture, uint64_t address)
{
	struct counter_key key = counter_key_page(address);

	return counters_find(account_counters(fixture->account), &key);
}

/* How many actions of that kind and with that target are wanted, and the last of them. */
static inline unsigned int wanted(const struct fixture *fixture, enum action_kind kind,
				  const char *target, const struct action **ret_action)
{
	unsigned int found = 0;

	for (unsigned int i = 0; i < fixture->n_wanted; i++) {
		if (fixture->wanted[i].kind != kind ||
		    (target && strcmp(fixture->wanted[i].target, target) != 0))
			continue;
		found++;
		if (ret_action)
			*ret_action = &fixture->wanted[i];
	}
	return found;
}

static inline unsigned int triggers(const struct fixture *fixture, const char *key)
{
	return wanted(fixture, ACTION_TRIGGER, key, NULL);
}
