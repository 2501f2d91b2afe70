// SPDX-License-Identifier: GPL-2.0-only
/* The leaky bucket: what leaks and when, what makes it run over, and clocks that jump. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "account/bucket.h"
#include "util/cleanup.h"

/* An arbitrary day, in us since the epoch. */
static const int64_t start = INT64_C(1795212000) * 1000000;
static const int64_t second = 1000000, hour = INT64_C(3600) * 1000000;

static const struct threshold two_a_day = { .count = 2, .seconds = 86400, .unit = 'h' };
static const struct threshold ten_an_hour = { .count = 10, .seconds = 3600, .unit = 'h' };
static const struct threshold off;

static bool add(struct bucket *bucket, const struct threshold *threshold, uint64_t errors,
		int64_t now_us)
{
	return bucket_add(bucket, threshold, 1, errors, now_us);
}

static void check(const struct bucket *bucket, uint64_t count, uint64_t excess)
{
	assert_int_equal(bucket->count, count);
	assert_int_equal(bucket->excess, excess);
	assert_int_equal(bucket_level(bucket), count + excess);
}

static void test_runs_over(void **state)
{
	struct bucket bucket = { 0 };

	(void)state;
	assert_false(add(&bucket, &two_a_day, 1, start));
	check(&bucket, 1, 0);
	assert_true(add(&bucket, &two_a_day, 1, start + 23 * hour));
	check(&bucket, 0, 2);
	/* it begins anew within the same period, of which all are still shown */
	assert_false(add(&bucket, &two_a_day, 1, start + 23 * hour));
	check(&bucket, 1, 2);
	assert_true(add(&bucket, &two_a_day, 5, start + 23 * hour));
	check(&bucket, 0, 8);
}

static void test_exactly_a_period(void **state)
{
	struct bucket bucket = { 0 };

	(void)state;
	add(&bucket, &two_a_day, 1, start);
	bucket_age(&bucket, &two_a_day, 1, start + 24 * hour - 1);
	check(&bucket, 1, 0);
	bucket_age(&bucket, &two_a_day, 1, start + 24 * hour);
	check(&bucket, 0, 0);
	assert_int_equal(bucket.since_us, start + 24 * hour);
}

/* The first error opens the period: two errors 24 h apart are never two in 24 h. */
static void test_slow_errors_never_run_over(void **state)
{
	struct bucket bucket = { 0 };

	(void)state;
	for (int day = 0; day < 1000; day++)
		assert_false(add(&bucket, &two_a_day, 1, start + day * 24 * hour));
	check(&bucket, 1, 0);
}

/* More than the threshold is there when the threshold was higher or off before. */
static void test_leaks_in_proportion(void **state)
{
	static const struct {
		int64_t gone_us;
		uint64_t left;
	} rows[] = {
		{ 0, 95 },
		{ 3599 * INT64_C(1000000), 95 },
		{ 3600 * INT64_C(1000000), 85 },
		{ 5400 * INT64_C(1000000), 80 },
		{ 9 * 3600 * INT64_C(1000000), 5 },
		{ 10 * 3600 * INT64_C(1000000), 0 },
		{ 1000 * 3600 * INT64_C(1000000), 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bucket bucket = { .count = 95, .excess = 7, .since_us = start };

		bucket_age(&bucket, &ten_an_hour, 1, start + rows[i].gone_us);
		check(&bucket, rows[i].left, rows[i].gone_us < hour ? 7 : 0);
	}
}

static void test_multiplied(void **state)
{
	struct bucket bucket = { 0 };

	(void)state;
	for (int i = 0; i < 7; i++)
		assert_false(bucket_add(&bucket, &two_a_day, 4, 1, start));
	assert_true(bucket_add(&bucket, &two_a_day, 4, 1, start));
	check(&bucket, 0, 8);

	/* the period is the same: seven of eight are not there any more a day later */
	bucket = (struct bucket){ 0 };
	bucket_add(&bucket, &two_a_day, 4, 7, start);
	bucket_age(&bucket, &two_a_day, 4, start + 24 * hour);
	check(&bucket, 0, 0);

	/* no product is too large to compare */
	bucket = (struct bucket){ 0 };
	assert_false(bucket_add(&bucket, &ten_an_hour, UINT64_MAX, UINT64_MAX, start));
	bucket = (struct bucket){ 0 };
	assert_false(
		bucket_add(&bucket, &two_a_day, UINT64_C(1) << 40, (UINT64_C(1) << 41) - 1, start));
	assert_true(bucket_add(&bucket, &two_a_day, UINT64_C(1) << 40, 1, start));
}

static void test_off(void **state)
{
	struct bucket bucket = { 0 };

	(void)state;
	for (int i = 0; i < 1000; i++)
		assert_false(add(&bucket, &off, 1, start + i * second));
	check(&bucket, 1000, 0);
	bucket_age(&bucket, &off, 1, start + 24 * hour - 1);
	check(&bucket, 1000, 0);
	bucket_age(&bucket, &off, 1, start + 24 * hour);
	check(&bucket, 0, 0);
	/* what was counted before the threshold was set counts */
	add(&bucket, &off, 5, start + 25 * hour);
	assert_true(add(&bucket, &two_a_day, 1, start + 26 * hour));
}

static void test_clock_goes_back(void **state)
{
	struct bucket bucket = { 0 };

	(void)state;
	add(&bucket, &two_a_day, 1, start);
	/* less than a period: nothing leaks, and the period goes on */
	bucket_age(&bucket, &two_a_day, 1, start - 23 * hour);
	assert_int_equal(bucket.since_us, start);
	check(&bucket, 1, 0);
	/* by years: the stamp was wrong, not the errors */
	bucket_age(&bucket, &two_a_day, 1, start - 24 * hour - 1);
	assert_int_equal(bucket.since_us, start - 24 * hour - 1);
	check(&bucket, 1, 0);
	/* and from there on it leaks as ever */
	bucket_age(&bucket, &two_a_day, 1, start - 1);
	check(&bucket, 0, 0);
}

static void test_clock_goes_forward(void **state)
{
	struct bucket bucket = { .count = 1, .since_us = 1 };

	(void)state;
	bucket_age(&bucket, &two_a_day, 1, INT64_MAX);
	check(&bucket, 0, 0);
	assert_int_equal(bucket.since_us, INT64_MAX);
	assert_false(add(&bucket, &two_a_day, 1, start));
	assert_int_equal(bucket.since_us, start);
}

/* Stamps as a damaged database may have them. */
static void test_absurd_stamps(void **state)
{
	struct bucket bucket = { .count = 1, .since_us = INT64_MIN };

	(void)state;
	assert_true(add(&bucket, &two_a_day, 1, start));
	assert_int_equal(bucket.since_us, start);
	bucket = (struct bucket){ .count = 1, .since_us = INT64_MAX };
	bucket_age(&bucket, &two_a_day, 1, INT64_MIN + 1);
	assert_int_equal(bucket.since_us, INT64_MIN + 1);
	check(&bucket, 1, 0);
}

/* An event that does not know its time counts, and says nothing about the period. */
static void test_unknown_time(void **state)
{
	struct bucket bucket = { 0 };

	(void)state;
	assert_false(add(&bucket, &two_a_day, 1, start));
	assert_true(add(&bucket, &two_a_day, 1, 0));
	assert_int_equal(bucket.since_us, start);
	check(&bucket, 0, 2);
}

static void test_huge_counts(void **state)
{
	static const struct threshold most = { .count = UINT32_MAX, .seconds = UINT32_MAX };
	struct bucket bucket = { 0 };

	(void)state;
	assert_false(add(&bucket, &most, UINT32_MAX - 1, start));
	assert_true(add(&bucket, &most, 1, start));
	check(&bucket, 0, UINT32_MAX);

	/* counts stay at the top instead of beginning at 0 again */
	bucket = (struct bucket){ .count = UINT64_MAX - 1, .since_us = start };
	assert_true(add(&bucket, &two_a_day, UINT64_MAX, start));
	check(&bucket, 0, UINT64_MAX);
	add(&bucket, &two_a_day, 1, start);
	assert_int_equal(bucket_level(&bucket), UINT64_MAX);

	bucket = (struct bucket){ .count = UINT64_MAX, .since_us = start };
	bucket_age(&bucket, &two_a_day, 1, start + 24 * hour);
	assert_int_equal(bucket.count, UINT64_MAX - 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_runs_over),
		cmocka_unit_test(test_exactly_a_period),
		cmocka_unit_test(test_slow_errors_never_run_over),
		cmocka_unit_test(test_leaks_in_proportion),
		cmocka_unit_test(test_multiplied),
		cmocka_unit_test(test_off),
		cmocka_unit_test(test_clock_goes_back),
		cmocka_unit_test(test_clock_goes_forward),
		cmocka_unit_test(test_absurd_stamps),
		cmocka_unit_test(test_unknown_time),
		cmocka_unit_test(test_huge_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
