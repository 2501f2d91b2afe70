// SPDX-License-Identifier: GPL-2.0-only
/* Pages: how many errors each has, and what is to become of it. */
#include <errno.h>
#include <stdio.h>

#include "account/account-private.h"

/* A page that a new one has pushed out. */
static int count_replacement(const struct wanting *wanting)
{
	const struct account_rule *rule = &wanting->account->policy.replacement;
	struct counter_key key = counter_key_replacement();
	struct counter *counter;
	int r = account_touch(wanting, &key, &counter);

	if (r < 0)
		return r;
	if (!account_count(&counter->corrected, rule, 1, 1, wanting->now_us))
		return 0;
	return want_threshold(wanting, counter, &counter->corrected, rule,
			      "page.memory-ce-counter-replacement-trigger",
			      "Replacements of page correctable error counter exceed threshold");
}

/* After a reboot a page is in use again, whatever became of it before. */
static void renew_state(struct counter *counter, sd_id128_t boot)
{
	if (sd_id128_equal(counter->state_boot, boot))
		return;
	counter->state = PAGE_ONLINE;
	counter->state_boot = boot;
	counter->failures = 0;
}

static bool wants_offline(const struct account_policy *policy, const struct counter *counter)
{
	switch (policy->page_action) {
	case PAGE_ACTION_OFF:
	case PAGE_ACTION_ACCOUNT:
		return false;
	case PAGE_ACTION_SOFT:
	case PAGE_ACTION_HARD:
	case PAGE_ACTION_SOFT_THEN_HARD:
		break;
	}
	return counter->state == PAGE_ONLINE ||
	       (counter->state == PAGE_OFFLINE_FAILED && policy->page_retry);
}

static int exceed_page(const struct wanting *wanting, struct counter *counter)
{
	const struct account_policy *policy = &wanting->account->policy;
	char what[ACTION_TEXT_MAX];
	int r;

	/* mcelog tells it as long as the page is in use, and then for each new attempt */
	if (counter->state != PAGE_ONLINE && !wants_offline(policy, counter))
		return 0;
	snprintf(what, sizeof(what), "Corrected memory errors on page %llx exceed threshold",
		 (unsigned long long)counter->key.page);
	counter->triggered = true;
	r = want_threshold(wanting, counter, &counter->corrected, &policy->page,
			   "page.memory-ce-trigger", what);
	if (r < 0 || !wants_offline(policy, counter))
		return r;
	counter->state = PAGE_OFFLINE_WANTED;
	return want_offline_page(wanting, counter);
}

static bool counts_for_page(const struct wanting *wanting)
{
	const struct event *event = wanting->event;

	return wanting->account->policy.page_action != PAGE_ACTION_OFF &&
	       account_is_corrected(event) && event->decoded.address_usable;
}

int account_count_page(const struct wanting *wanting)
{
	const struct account_policy *policy = &wanting->account->policy;
	struct counter_key key = counter_key_page(wanting->event->record.addr);
	struct counter *counter;
	bool replaced = false, exceeded;
	int r;

	if (!counts_for_page(wanting))
		return 0;
	r = counters_touch(wanting->account->counters, &key, &counter, &replaced);
	if (r < 0)
		return r == -ENOSPC ? 0 : r;
	account_stamp(counter, wanting);
	renew_state(counter, wanting->account->env.boot);
	exceeded = account_count(&counter->corrected, &policy->page, account_page_times(counter), 1,
				 wanting->now_us);
	if (exceeded)
		r = exceed_page(wanting, counter);
	return r == 0 && replaced ? count_replacement(wanting) : r;
}

int account_page_result(struct account *account, uint64_t page, enum page_state state)
{
	struct counter_key key = counter_key_page(page);
	struct counter *counter;
	bool replaced;
	int r;

	if (!counters_find(account->counters, &key))
		return 0; /* it was replaced by another page meanwhile */
	r = counters_touch(account->counters, &key, &counter, &replaced);
	if (r < 0)
		return r;
	counter->state_boot = account->env.boot;
	counter->state = state;
	if (state == PAGE_OFFLINE_FAILED && counter->failures < UINT8_MAX)
		counter->failures++;
	return 0;
}
