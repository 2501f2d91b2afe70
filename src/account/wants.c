// SPDX-License-Identifier: GPL-2.0-only
/* Actions out of counters that ran over. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "account/account-private.h"
#include "account/environment.h"
#include "event/location.h"

enum { SECOND_US = 1000000, HOOK_DOUBLINGS_MAX = 10 };

/* --- actions --- */

struct action account_new_action(const struct wanting *wanting, enum action_kind kind,
				 const char *target, const char *text)
{
	struct action action = {
		.event = wanting->event->seq,
		.event_id = wanting->event->id,
		.boot = wanting->account->env.boot,
		.kind = kind,
		.state = ACTION_WANTED,
		.location = location_nowhere,
		.wanted_us = wanting->now_us,
	};

	snprintf(action.target, sizeof(action.target), "%s", target);
	snprintf(action.text, sizeof(action.text), "%s", text);
	return action;
}

int account_want(const struct wanting *wanting, struct action *action, struct strbuf *environment)
{
	if (environment && environment->error)
		return environment->error;
	action->environment = environment ? environment->text : NULL;
	return wanting->want->action(wanting->want->context, action);
}

int account_want_trigger(const struct wanting *wanting, const char *key, const char *text,
			 struct strbuf *environment)
{
	struct action action = account_new_action(wanting, ACTION_TRIGGER, key, text);

	return account_want(wanting, &action, environment);
}

/* --- the hook --- */

static int want_hook(const struct wanting *wanting, const char *kind, const char *text)
{
	_cleanup_strbuf_ struct strbuf environment = { 0 }, input = { 0 };
	struct action action = account_new_action(wanting, ACTION_TRIGGER, "trigger.hook", text);

	env_add_event(&environment, wanting->event, kind, text);
	event_to_json(wanting->event, wanting->account->env.host, &input);
	strbuf_add(&input, "\n");
	if (input.error)
		return input.error;
	action.input = input.text;
	return account_want(wanting, &action, &environment);
}

/* The first time at once, then at intervals that grow: a bad DIMM is no reason for a mail an hour.
 */
static bool is_hook_due(const struct account_policy *policy, const struct counter *counter,
			int64_t now_us)
{
	unsigned int doublings =
		counter->hooks < HOOK_DOUBLINGS_MAX ? counter->hooks : HOOK_DOUBLINGS_MAX;
	int64_t wait_us;

	if (!policy->hook)
		return false;
	if (!counter->hooks)
		return true;
	wait_us = (int64_t)(policy->hook_repeat_s * SECOND_US) << (doublings - 1);
	/* far in the future: stamped by a clock that was wrong */
	return now_us < counter->hook_us - wait_us || now_us >= counter->hook_us + wait_us;
}

int account_hook_threshold(const struct wanting *wanting, struct counter *counter, const char *text)
{
	if (!is_hook_due(&wanting->account->policy, counter, wanting->now_us))
		return 0;
	counter->hook_us = wanting->now_us;
	if (counter->hooks < UINT8_MAX)
		counter->hooks++;
	return want_hook(wanting, "threshold", text);
}

int account_test_hook(struct account *account, const struct event *event,
		      const struct account_want *want)
{
	const struct wanting wanting = { account, event, want, event->record.time_us };

	return want_hook(&wanting, "test", "This is a test of the hook in mcelog.conf");
}

int want_fatal(const struct wanting *wanting)
{
	char text[EVENT_MESSAGE_MAX];
	sd_id128_t *told = &wanting->account->asked.incident;

	if (!wanting->account->policy.hook ||
	    (!sd_id128_is_null(*told) && sd_id128_equal(*told, wanting->event->incident)))
		return 0;
	*told = wanting->event->incident;
	return want_hook(wanting, "fatal", event_message(wanting->event, text, sizeof(text)));
}

/* --- thresholds --- */

/* What the counter is of, for the action's target: "page 12345000", "socket 0 channel 1". */
static void format_target(const struct counter *counter, char *buffer, size_t size)
{
	_cleanup_strbuf_ struct strbuf text = { 0 };

	if (counter->key.kind == COUNTER_PAGE)
		strbuf_addf(&text, "page %" PRIx64, counter->key.page);
	for (unsigned int i = 0; i < LOCATION_FIELDS; i++) {
		int32_t value = location_get(&counter->key.location, i);

		if (value != LOCATION_UNKNOWN)
			strbuf_addf(&text, "%s%s %" PRId32, text.length ? " " : "",
				    location_fields[i].name, value);
	}
	if (!text.length)
		strbuf_add(&text, counter_kind_name(counter->key.kind));
	snprintf(buffer, size, "%s", strbuf_text(&text));
}

int want_threshold(const struct wanting *wanting, struct counter *counter,
		   const struct tally *tally, const struct account_rule *rule, const char *key,
		   const char *what)
{
	_cleanup_strbuf_ struct strbuf environment = { 0 };
	char target[ACTION_TARGET_MAX], level[64], message[ACTION_TEXT_MAX];
	struct action action;
	int r;

	account_level_text(&tally->bucket, &rule->threshold, level, sizeof(level));
	if (counter->key.kind == COUNTER_PAGE || counter->key.kind == COUNTER_REPLACEMENT) {
		/* mcelog says it twice: the threshold, and what has come */
		char limit[64];
		const struct bucket full = { .count = rule->threshold.count *
						      account_page_times(counter) };

		account_level_text(&full, &rule->threshold, limit, sizeof(limit));
		snprintf(message, sizeof(message), "%s %s: %s", what, limit, level);
	} else {
		snprintf(message, sizeof(message), "%s: %s", what, level);
	}
	format_target(counter, target, sizeof(target));
	action = account_new_action(wanting, ACTION_THRESHOLD, target, message);
	action.state = ACTION_DONE;
	action.done_us = wanting->now_us;
	r = rule->log ? account_want(wanting, &action, NULL) : 0;
	if (r == 0)
		r = account_hook_threshold(wanting, counter, message);
	if (r < 0 || !rule->trigger)
		return r;
	env_add_counter(&environment, wanting, counter, tally, rule, message);
	return account_want_trigger(wanting, key, message, &environment);
}

int want_offline_page(const struct wanting *wanting, const struct counter *counter)
{
	_cleanup_strbuf_ struct strbuf environment = { 0 };
	char target[ACTION_TARGET_MAX], message[ACTION_TEXT_MAX];
	struct action action;

	snprintf(target, sizeof(target), "page %" PRIx64, counter->key.page);
	snprintf(message, sizeof(message), "too many corrected errors on page %" PRIx64,
		 counter->key.page);
	action = account_new_action(wanting, ACTION_OFFLINE_PAGE, target, message);
	action.page = counter->key.page;
	action.location = wanting->event->decoded.location;
	env_add_counter(&environment, wanting, counter, &counter->corrected,
			&wanting->account->policy.page, message);
	return account_want(wanting, &action, &environment);
}
