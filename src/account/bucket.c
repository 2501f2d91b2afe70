// SPDX-License-Identifier: GPL-2.0-only
#include "account/bucket.h"

enum { SECOND_US = 1000000 };

/* A day: what "in 24h" means where no threshold is set. */
static int64_t period_us(const struct threshold *threshold)
{
	uint64_t seconds = threshold->seconds ? threshold->seconds : 24 * 3600;

	return seconds < INT64_MAX / SECOND_US ? (int64_t)seconds * SECOND_US : INT64_MAX;
}

static uint64_t add(uint64_t a, uint64_t b)
{
	return a <= UINT64_MAX - b ? a + b : UINT64_MAX;
}

void bucket_age(struct bucket *bucket, const struct threshold *threshold, uint64_t times,
		int64_t now_us)
{
	int64_t period = period_us(threshold), gone;
	double leaked;

	if (now_us == 0)
		return;
	/* empty, or stamped by a clock that was wrong */
	if (bucket->since_us == 0 || __builtin_sub_overflow(now_us, bucket->since_us, &gone) ||
	    gone < -period) {
		bucket->since_us = now_us;
		return;
	}
	if (gone < period)
		return;
	leaked = (double)gone / (double)period * threshold->count * (double)times;
	bucket->count = threshold->count && leaked < (double)bucket->count
				? bucket->count - (uint64_t)leaked
				: 0;
	bucket->excess = 0;
	bucket->since_us = now_us;
}

bool bucket_add(struct bucket *bucket, const struct threshold *threshold, uint64_t times,
		uint64_t errors, int64_t now_us)
{
	bucket_age(bucket, threshold, times, now_us);
	bucket->count = add(bucket->count, errors);
	if (!threshold->count || bucket->count / times < threshold->count)
		return false;
	bucket->excess = add(bucket->excess, bucket->count);
	bucket->count = 0;
	return true;
}

uint64_t bucket_level(const struct bucket *bucket)
{
	return add(bucket->count, bucket->excess);
}
