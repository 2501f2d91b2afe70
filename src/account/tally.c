// SPDX-License-Identifier: GPL-2.0-only
/* One thing that erred. */
#include "account/account-private.h"

enum { FAILURES_MAX = 40 }; /* the threshold times 2^40 is never reached */

uint64_t account_page_times(const struct counter *counter)
{
	return UINT64_C(1) << (counter->failures < FAILURES_MAX ? counter->failures : FAILURES_MAX);
}

bool account_is_corrected(const struct event *event)
{
	return event->decoded.severity == SEVERITY_CORRECTED;
}

bool account_count(struct tally *tally, const struct account_rule *rule, uint64_t times,
		   uint64_t errors, int64_t now_us)
{
	tally->total += errors;
	return bucket_add(&tally->bucket, &rule->threshold, times, errors, now_us);
}

void account_stamp(struct counter *counter, const struct wanting *wanting)
{
	if (wanting->now_us)
		counter->last_us = wanting->now_us;
}

int account_touch(const struct wanting *wanting, const struct counter_key *key,
		  struct counter **ret_counter)
{
	bool replaced;
	int r = counters_touch(wanting->account->counters, key, ret_counter, &replaced);

	if (r == 0)
		account_stamp(*ret_counter, wanting);
	return r;
}

/* No controller has so many: numbers of one whose channels nobody has counted do not meet. */
enum { IMC_CHANNELS_UNKNOWN = 8 };

int32_t account_channel_number(const struct account *account, const struct location *location)
{
	int32_t channels =
		account->env.imc_channels ? account->env.imc_channels : IMC_CHANNELS_UNKNOWN;

	if (location->channel == LOCATION_UNKNOWN || location->imc == LOCATION_UNKNOWN)
		return location->channel;
	return location->imc * channels + location->channel;
}
