// SPDX-License-Identifier: GPL-2.0-only
/* Triggers that have no threshold of ours: mcelog runs them for every event of their kind. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "account/account-private.h"
#include "account/environment.h"
#include "util/cleanup.h"

enum {
	RATE_RUNS = 20, /* of each trigger ... */
	RATE_SECONDS = 60,
	THRESHOLD_YELLOW = 2,
};

static const struct fact *find_fact(const struct event *event, const char *name)
{
	for (unsigned int i = 0; i < event->decoded.n_facts; i++)
		if (strcmp(event->decoded.facts[i].name, name) == 0)
			return &event->decoded.facts[i];
	return NULL;
}

/*
 * At each threshold; without one not more often than makes sense, and what was
 * left out is said with the next one.
 */
static bool is_too_often(const struct wanting *wanting, enum rate rate,
			 const struct threshold *threshold)
{
	static const struct threshold limit = { .count = RATE_RUNS, .seconds = RATE_SECONDS };
	struct bucket *bucket = &wanting->account->asked.rates[rate];

	if (threshold_is_on(threshold))
		return !bucket_add(bucket, threshold, 1, 1, wanting->now_us);
	bucket_age(bucket, &limit, 1, wanting->now_us);
	if (bucket->count >= limit.count) {
		wanting->account->asked.suppressed[rate]++;
		return true;
	}
	bucket->count++;
	return false;
}

/* The message of a trigger, with what has been left out before it. */
static const char *rated(const struct wanting *wanting, enum rate rate, char *text, size_t size)
{
	uint64_t *suppressed = &wanting->account->asked.suppressed[rate];
	size_t length = strlen(text);

	if (*suppressed)
		snprintf(text + length, size - length, " (%" PRIu64 " more before it)",
			 *suppressed);
	*suppressed = 0;
	return text;
}

/*
 * SDM Vol. 3B (253669), "Compound Error Codes": LL counts from 0 where it is of the cache
 * hierarchy, and is the level itself in the codes of TLBs and of "a cache".
 */
static unsigned int cache_level(uint16_t code)
{
	return (code & 3u) + (code & 0x100 ? 1 : 0);
}

/* TT and LL of a cache or TLB error. */
static void read_cache(uint16_t code, struct action *action)
{
	static const char types[] = { 'I', 'D', 'U', 'U' };

	action->cache_level = (uint8_t)cache_level(code);
	action->cache_type = types[code >> 2 & 3];
}

/* mcelog's words: a code that only says "a cache" has no type at all. */
static const char *cache_type_text(uint16_t code)
{
	static const char *const types[] = { "Instruction", "Data", "Generic", "Unknown" };

	return (code & 0xeffc) == 0x000c ? "unknown" : types[code >> 2 & 3];
}

/* LL is 3 where the code does not say the level. */
static void format_cache(uint16_t code, char *buffer, size_t size)
{
	if ((code & 3) == 3)
		snprintf(buffer, size, "UNKNOWN %s", cache_type_text(code));
	else
		snprintf(buffer, size, "Level-%u %s", cache_level(code), cache_type_text(code));
}

static bool is_cache_told(const struct account_policy *policy)
{
	return policy->cache.log || policy->cache.trigger || policy->cpu_offline || policy->hook;
}

int want_cache(const struct wanting *wanting, struct counter *counter)
{
	const struct account_policy *policy = &wanting->account->policy;
	const struct fact *yellow = find_fact(wanting->event, "threshold_status");
	_cleanup_strbuf_ struct strbuf environment = { 0 };
	uint16_t code = (uint16_t)wanting->event->record.status;
	char message[ACTION_TEXT_MAX], cpu[64], cache[32];
	struct action action;
	int r = 0;

	if (!yellow || yellow->value != THRESHOLD_YELLOW || !is_cache_told(policy) ||
	    is_too_often(wanting, RATE_CACHE, &policy->cache.threshold))
		return 0;
	action = account_new_action(wanting, ACTION_THRESHOLD, "", "");
	read_cache(code, &action);
	format_cache(code, cache, sizeof(cache));
	snprintf(action.target, sizeof(action.target), "cpu %u cache %u%c",
		 wanting->event->record.cpu, action.cache_level, action.cache_type);
	snprintf(message, sizeof(message), "%s has large number of corrected cache errors in %s",
		 account_cpu_text(wanting->event, cpu, sizeof(cpu)), cache);
	snprintf(action.text, sizeof(action.text), "%s",
		 rated(wanting, RATE_CACHE, message, sizeof(message)));
	action.cpu = wanting->event->record.cpu;
	action.state = ACTION_DONE;
	action.done_us = wanting->now_us;
	if (policy->cache.log)
		r = account_want(wanting, &action, NULL);
	if (r == 0)
		r = account_hook_threshold(wanting, counter, message);
	action.state = ACTION_WANTED;
	action.done_us = 0;
	if (r == 0 && policy->cpu_offline) {
		action.kind = ACTION_OFFLINE_CPU;
		r = account_want(wanting, &action, NULL);
	}
	if (r < 0 || !policy->cache.trigger)
		return r;
	env_add_cpu(&environment, wanting->event, message);
	env_add_number(&environment, "LEVEL", action.cache_level);
	env_add_text(&environment, "TYPE", cache_type_text(code));
	action.kind = ACTION_TRIGGER;
	snprintf(action.target, sizeof(action.target), "cache.cache-threshold-trigger");
	return account_want(wanting, &action, &environment);
}

/* SDM Vol. 3B (253669), "Compound Error Codes", 000F 1PPT RRRR IILL; II in mcelog's words. */
static const char *bus_origin(uint16_t code)
{
	static const char *const origins[] = { "Memory-access", "Reserved", "IO",
					       "Other-transaction" };

	return origins[code >> 2 & 3];
}

/* The words are what scripts of mcelog's time compare with, its spelling included. */
static void add_bus_code(struct strbuf *environment, uint16_t code)
{
	static const char *const participation[] = { "Local-CPU-originated-request",
						     "Responed-to-request",
						     "Observed-error-as-third-party", "Generic" };
	static const char *const requests[] = { "Generic",   "Read",	   "Write",
						"Data-Read", "Data-Write", "Instruction-Fetch",
						"Prefetch",  "Eviction",   "Snoop" };
	unsigned int request = code >> 4 & 0xf;

	strbuf_addf(environment, "LEVEL=Level-%u\n", code & 3u);
	env_add_text(environment, "PARTICIPATION", participation[code >> 9 & 3]);
	env_add_text(environment, "REQUEST",
		     request < ARRAY_SIZE(requests) ? requests[request] : "UNKNOWN");
	env_add_text(environment, "ORIGIN", bus_origin(code));
	env_add_text(environment, "TIMEOUT",
		     code & 0x100 ? "Request-timed-out" : "Request-did-not-timeout");
}

int want_bus(const struct wanting *wanting)
{
	_cleanup_strbuf_ struct strbuf environment = { 0 };
	uint16_t code = (uint16_t)wanting->event->record.status;
	char message[ACTION_TEXT_MAX], cpu[64];

	if (!wanting->account->policy.bus_trigger ||
	    is_too_often(wanting, RATE_BUS, &wanting->account->policy.bus_threshold))
		return 0;
	snprintf(message, sizeof(message), "%s received Bus and Interconnect Errors in %s",
		 account_cpu_text(wanting->event, cpu, sizeof(cpu)), bus_origin(code));
	env_add_cpu(&environment, wanting->event,
		    rated(wanting, RATE_BUS, message, sizeof(message)));
	add_bus_code(&environment, code);
	return account_want_trigger(wanting, "socket.bus-uc-threshold-trigger", message,
				    &environment);
}

static uint64_t fact_value(const struct event *event, const char *name)
{
	const struct fact *fact = find_fact(event, name);

	return fact ? fact->value : 0;
}

/* An I/O error is a bus error, too: both scripts run, as they always have. */
int want_iomca(const struct wanting *wanting)
{
	_cleanup_strbuf_ struct strbuf environment = { 0 };
	const struct event *event = wanting->event;
	unsigned int segment = (unsigned int)fact_value(event, "pci_segment");
	unsigned int bus = (unsigned int)fact_value(event, "pci_bus");
	unsigned int device = (unsigned int)fact_value(event, "pci_device");
	unsigned int function = (unsigned int)fact_value(event, "pci_function");
	char message[ACTION_TEXT_MAX], cpu[64];
	int r = want_bus(wanting);

	if (r < 0 || !wanting->account->policy.iomca_trigger || !find_fact(event, "pci_bus") ||
	    is_too_often(wanting, RATE_IOMCA, &wanting->account->policy.iomca_threshold))
		return r;
	snprintf(message, sizeof(message), "%s received IO MCA Errors from %x:%02x:%02x.%x",
		 account_cpu_text(event, cpu, sizeof(cpu)), segment, bus, device, function);
	env_add_cpu(&environment, event, rated(wanting, RATE_IOMCA, message, sizeof(message)));
	strbuf_addf(&environment, "SEG=%x\nBUS=%02x\nDEVICE=%02x\nFUNCTION=%x\n", segment, bus,
		    device, function);
	return account_want_trigger(wanting, "socket.iomca-threshold-trigger", message,
				    &environment);
}

int want_unknown(const struct wanting *wanting)
{
	_cleanup_strbuf_ struct strbuf environment = { 0 };
	const struct record *record = &wanting->event->record;
	char message[ACTION_TEXT_MAX], cpu[64];

	if (!wanting->account->policy.unknown_trigger ||
	    is_too_often(wanting, RATE_UNKNOWN, &wanting->account->policy.unknown_threshold))
		return 0;
	snprintf(message, sizeof(message), "%s received unknown error",
		 account_cpu_text(wanting->event, cpu, sizeof(cpu)));
	env_add_cpu(&environment, wanting->event,
		    rated(wanting, RATE_UNKNOWN, message, sizeof(message)));
	env_add_hex(&environment, "STATUS", record->status);
	env_add_hex(&environment, "MISC", record->misc);
	env_add_hex(&environment, "ADDR", record->addr);
	env_add_hex(&environment, "MCGSTATUS", record->mcgstatus);
	env_add_hex(&environment, "MCGCAP", record->mcgcap);
	return account_want_trigger(wanting, "socket.unknown-threshold-trigger", message,
				    &environment);
}
