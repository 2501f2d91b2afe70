// SPDX-License-Identifier: GPL-2.0-only
/* How many pages may go offline, as a simulation: time and pages are the test's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "actions/offline-limits.h"
#include "util/cleanup.h"

#define SECOND 1000000ull
#define HOUR   (3600 * SECOND)
#define START  1700000000000000ull
#define PAGE   4096ull

static const struct offline_limits_config usual = {
	.pages_per_hour = 64,
	.per_mille = 1,
	.memory_bytes = 4000000ull * 4096, /* 1 per mille of it are 4000 pages */
	.channel_pages = 32,
};

static const struct location nowhere = {
	.socket = LOCATION_UNKNOWN,
	.imc = LOCATION_UNKNOWN,
	.channel = LOCATION_UNKNOWN,
};

static struct location place(int32_t socket, int32_t imc, int32_t channel)
{
	return (struct location){ .socket = socket, .imc = imc, .channel = channel };
}

static int setup(void **state)
{
	struct offline_limits *limits = NULL;

	assert_int_equal(offline_limits_new(&usual, &limits), 0);
	*state = limits;
	return 0;
}

static int teardown(void **state)
{
	offline_limits_free(*state);
	offline_limits_free(NULL);
	return 0;
}

static struct offline_verdict ask(struct offline_limits *limits, uint64_t page,
				  const struct location *location, uint64_t now_us)
{
	struct offline_verdict verdict;

	offline_limits_ask(limits, page * PAGE, location, now_us, &verdict);
	return verdict;
}

/* Asks for n pages from first on and says how many may go. */
static unsigned int ask_many(struct offline_limits *limits, uint64_t first, unsigned int n,
			     const struct location *location, uint64_t now_us)
{
	unsigned int allowed = 0;

	for (unsigned int i = 0; i < n; i++)
		allowed += ask(limits, first + i, location, now_us).limit == LIMIT_OK;
	return allowed;
}

static void test_hour(void **state)
{
	struct offline_limits *limits = *state;
	struct offline_verdict verdict;

	verdict = ask(limits, 0, &nowhere, START);
	assert_int_equal(verdict.limit, LIMIT_OK);
	assert_false(verdict.is_news);
	assert_string_equal(verdict.text, "");
	assert_int_equal(ask_many(limits, 1, 62, &nowhere, START + SECOND), 62);
	/* again, and another address in the same page: no new one */
	assert_int_equal(ask(limits, 1, &nowhere, START + SECOND).limit, LIMIT_OK);
	offline_limits_ask(limits, 2 * PAGE + 4095, &nowhere, START + SECOND, &verdict);
	assert_int_equal(verdict.limit, LIMIT_OK);
	assert_int_equal(ask(limits, 63, &nowhere, START + 2 * SECOND).limit, LIMIT_OK);

	verdict = ask(limits, 64, &nowhere, START + 3 * SECOND);
	assert_int_equal(verdict.limit, LIMIT_HOUR);
	assert_true(verdict.is_news);
	assert_string_equal(verdict.text, "64 pages within an hour is the limit for all of the "
					  "machine");
	verdict = ask(limits, 65, &nowhere, START + 4 * SECOND);
	assert_int_equal(verdict.limit, LIMIT_HOUR);
	assert_false(verdict.is_news);
	/* a page that may go may be tried again */
	assert_int_equal(ask(limits, 63, &nowhere, START + 5 * SECOND).limit, LIMIT_OK);

	/* page 0 expires: one more has room; the refusal is told again after an hour */
	assert_int_equal(ask(limits, 64, &nowhere, START + HOUR - 1).limit, LIMIT_HOUR);
	assert_int_equal(ask(limits, 64, &nowhere, START + HOUR).limit, LIMIT_OK);
	assert_int_equal(ask_many(limits, 100, 200, &nowhere, START + HOUR + 3 * SECOND), 62);
	assert_int_equal(ask_many(limits, 300, 100, &nowhere, START + HOUR + 4 * SECOND), 0);
	assert_int_equal(ask_many(limits, 300, 100, &nowhere, START + 3 * HOUR), 64);
	assert_true(ask(limits, 400, &nowhere, START + 5 * HOUR).limit == LIMIT_OK);
}

static void test_hour_told_again(void **state)
{
	struct offline_limits *limits = *state;
	struct offline_verdict verdict;

	assert_int_equal(ask_many(limits, 0, 64, &nowhere, START), 64);
	assert_true(ask(limits, 64, &nowhere, START).is_news);
	assert_int_equal(ask_many(limits, 100, 64, &nowhere, START + HOUR), 64);
	verdict = ask(limits, 200, &nowhere, START + HOUR);
	assert_int_equal(verdict.limit, LIMIT_HOUR);
	assert_true(verdict.is_news);
}

static void test_memory(void **state)
{
	struct offline_limits *limits = *state;
	struct offline_limits_config config = usual;
	struct offline_verdict verdict;

	offline_limits_set_offline(limits, 3999);
	assert_int_equal(ask(limits, 1, &nowhere, START).limit, LIMIT_OK);
	offline_limits_set_offline(limits, 4000);
	verdict = ask(limits, 2, &nowhere, START);
	assert_int_equal(verdict.limit, LIMIT_MEMORY);
	assert_true(verdict.is_news);
	assert_string_equal(verdict.text, "4000 pages (16000 KiB) are offline, the limit is 1 per "
					  "mille of memory");
	verdict = ask(limits, 3, &nowhere, START + 2 * HOUR);
	assert_int_equal(verdict.limit, LIMIT_MEMORY);
	assert_false(verdict.is_news);

	/* after a reboot the pages are in use again */
	offline_limits_set_offline(limits, 0);
	assert_int_equal(ask(limits, 3, &nowhere, START + 2 * HOUR).limit, LIMIT_OK);
	offline_limits_set_offline(limits, 1000000);
	assert_true(ask(limits, 4, &nowhere, START + 2 * HOUR).is_news);

	config.per_mille = 0;
	offline_limits_configure(limits, &config);
	assert_int_equal(ask(limits, 5, &nowhere, START + 2 * HOUR).limit, LIMIT_OK);
	config = usual;
	config.memory_bytes = 0;
	offline_limits_configure(limits, &config);
	assert_int_equal(ask(limits, 6, &nowhere, START + 2 * HOUR).limit, LIMIT_OK);
}

static void test_channel(void **state)
{
	struct offline_limits *limits = *state;
	const struct location bad = place(1, 0, 2), good = place(1, 0, 3), other = place(0, 0, 2);
	const struct location beside = place(1, 1, 2);
	struct offline_verdict verdict;

	assert_int_equal(ask_many(limits, 0, 32, &bad, START), 32);
	assert_int_equal(ask(limits, 31, &bad, START).limit, LIMIT_OK); /* not a 33rd page */
	verdict = ask(limits, 32, &bad, START + SECOND);
	assert_int_equal(verdict.limit, LIMIT_CHANNEL);
	assert_true(verdict.is_news);
	assert_string_equal(verdict.text,
			    "more than 32 pages in an hour: socket 1 memory controller 0 channel 2 "
			    "is at fault, not its pages");
	verdict = ask(limits, 33, &bad, START + 2 * SECOND);
	assert_int_equal(verdict.limit, LIMIT_CHANNEL);
	assert_false(verdict.is_news);
	assert_int_equal(ask(limits, 0, &bad, START + 3 * SECOND).limit, LIMIT_CHANNEL);
	assert_int_equal(ask(limits, 1000, &good, START + 3 * SECOND).limit, LIMIT_OK);
	assert_int_equal(ask(limits, 1001, &other, START + 3 * SECOND).limit, LIMIT_OK);
	assert_int_equal(ask(limits, 1003, &beside, START + 3 * SECOND).limit, LIMIT_OK);
	assert_int_equal(ask(limits, 1002, &nowhere, START + 3 * SECOND).limit, LIMIT_OK);

	/* as long as there is something every day it stays at fault; after a quiet one not */
	assert_int_equal(ask(limits, 2000, &bad, START + 20 * HOUR).limit, LIMIT_CHANNEL);
	assert_int_equal(ask(limits, 2000, &bad, START + 40 * HOUR).limit, LIMIT_CHANNEL);
	assert_int_equal(ask(limits, 2000, &bad, START + 64 * HOUR).limit, LIMIT_OK);
}

/* Pages that another limit keeps in use are errors of their channel all the same. */
static void test_channel_behind_others(void **state)
{
	struct offline_limits *limits = *state;
	const struct location bad = place(0, LOCATION_UNKNOWN, 1);
	struct offline_verdict verdict = { 0 };

	assert_int_equal(ask_many(limits, 5000, 64, &nowhere, START), 64);
	for (uint64_t page = 0; page < 33; page++) {
		verdict = ask(limits, page, &bad, START);
		assert_int_equal(verdict.limit, page < 32 ? LIMIT_HOUR : LIMIT_CHANNEL);
	}
	assert_true(verdict.is_news);
	assert_string_equal(verdict.text, "more than 32 pages in an hour: socket 0 channel 1 is at "
					  "fault, not its pages");
}

/* A slow channel is not at fault: 32 pages an hour, for a day. */
static void test_slow_channel(void **state)
{
	struct offline_limits *limits = *state;
	const struct location slow = place(0, 0, 0);

	for (unsigned int hour = 0; hour < 24; hour++)
		assert_int_equal(ask_many(limits, hour * 100, 32, &slow, START + hour * HOUR), 32);
	assert_int_equal(ask_many(limits, 9000, 1, &slow, START + 23 * HOUR), 0);
}

static void test_no_limits(void **state)
{
	struct offline_limits *limits = *state;
	const struct offline_limits_config none = { 0 };
	const struct location channel = place(0, 0, 0);
	struct offline_verdict verdict;

	offline_limits_configure(limits, &none);
	offline_limits_set_offline(limits, UINT64_MAX);
	assert_int_equal(ask_many(limits, 0, OFFLINE_LIMITS_PAGES_MAX, &channel, START),
			 OFFLINE_LIMITS_PAGES_MAX);
	/* more than can be remembered */
	verdict = ask(limits, OFFLINE_LIMITS_PAGES_MAX, &channel, START);
	assert_int_equal(verdict.limit, LIMIT_HOUR);
	assert_string_equal(verdict.text, "4096 pages within an hour is the limit for all of the "
					  "machine");
	assert_int_equal(ask(limits, 7, &channel, START).limit, LIMIT_OK);
	assert_int_equal(ask(limits, 9999, &channel, START + HOUR).limit, LIMIT_OK);
}

/* Where more channels fail than there is room for, the one that was quiet for longest goes. */
static void test_many_channels(void **state)
{
	struct offline_limits *limits = *state;
	struct offline_limits_config config = { .channel_pages = 1 };
	const struct offline_limits_channel *rows;
	struct location first = place(0, 0, 0), second = place(0, 0, 1);

	offline_limits_configure(limits, &config);
	for (int32_t i = 0; i <= OFFLINE_LIMITS_CHANNELS_MAX; i++) {
		const struct location channel = place(0, 0, i);

		if (i == OFFLINE_LIMITS_CHANNELS_MAX)
			ask(limits, 1, &first, START + 100 * SECOND);
		assert_int_equal(ask_many(limits, (uint64_t)i * 10, 2, &channel,
					  START + (unsigned int)i * SECOND),
				 1);
	}
	assert_int_equal(offline_limits_channels(limits, &rows), OFFLINE_LIMITS_CHANNELS_MAX);
	assert_int_equal(ask(limits, 0, &first, START + 101 * SECOND).is_news, false);
	assert_int_equal(ask(limits, 10, &second, START + 101 * SECOND).is_news, true);
}

/* A clock that jumps holds nothing up for ever. */
static void test_clock(void **state)
{
	struct offline_limits *limits = *state;
	const struct location bad = place(0, 0, 0);

	assert_int_equal(ask_many(limits, 0, 33, &bad, START + 10000 * HOUR), 32);
	assert_int_equal(ask_many(limits, 100, 40, &nowhere, START + 10000 * HOUR), 32);
	assert_int_equal(ask_many(limits, 0, 32, &bad, START), 32);
	assert_int_equal(ask_many(limits, 200, 64, &nowhere, START), 32);
	assert_int_equal(ask_many(limits, 300, 64, &nowhere, 0), 64);
	assert_int_equal(ask_many(limits, 400, 64, &nowhere, UINT64_MAX), 64);
}

static void test_restart(void **state)
{
	_cleanup_free_ struct offline_limits_channel *channels = NULL;
	_cleanup_free_ struct offline_limits_page *pages = NULL;
	struct offline_limits *limits = *state, *next = NULL;
	const struct location bad = place(1, 1, 1);
	const struct offline_limits_channel *channel_rows;
	const struct offline_limits_page *page_rows;
	size_t n_pages, n_channels;
	struct offline_verdict verdict;

	ask_many(limits, 0, 33, &bad, START);
	ask_many(limits, 100, 32, &nowhere, START + SECOND);
	n_pages = offline_limits_pages(limits, &page_rows);
	n_channels = offline_limits_channels(limits, &channel_rows);
	assert_int_equal(n_pages, 65);
	assert_int_equal(n_channels, 1);
	assert_int_equal(page_rows[0].time_us, START);
	assert_int_equal(page_rows[33].page, 100 * PAGE);
	assert_true(page_rows[33].taken);
	assert_false(page_rows[32].taken);
	assert_int_equal(channel_rows[0].first_us, START);
	pages = malloc((OFFLINE_LIMITS_PAGES_MAX + 1) * sizeof(*pages));
	channels = malloc((OFFLINE_LIMITS_CHANNELS_MAX + 1) * sizeof(*channels));
	assert_true(pages && channels);
	memcpy(pages, page_rows, n_pages * sizeof(*pages));
	memcpy(channels, channel_rows, n_channels * sizeof(*channels));

	assert_int_equal(offline_limits_new(&usual, &next), 0);
	assert_int_equal(offline_limits_restore(next, pages, n_pages, channels, n_channels), 0);
	verdict = ask(next, 50, &bad, START + 2 * SECOND);
	assert_int_equal(verdict.limit, LIMIT_CHANNEL);
	assert_false(verdict.is_news);
	assert_int_equal(ask(next, 200, &nowhere, START + 2 * SECOND).limit, LIMIT_HOUR);
	assert_int_equal(ask(next, 200, &nowhere, START + HOUR).limit, LIMIT_OK);

	assert_int_equal(offline_limits_restore(next, pages, OFFLINE_LIMITS_PAGES_MAX + 1, NULL, 0),
			 -ENOSPC);
	assert_int_equal(
		offline_limits_restore(next, NULL, 0, channels, OFFLINE_LIMITS_CHANNELS_MAX + 1),
		-ENOSPC);
	assert_int_equal(offline_limits_channels(next, &channel_rows), 1); /* unchanged */
	assert_int_equal(offline_limits_restore(next, NULL, 0, NULL, 0), 0);
	assert_int_equal(offline_limits_pages(next, &page_rows), 0);
	offline_limits_free(next);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_hour),      TEST(test_hour_told_again),	TEST(test_memory),
		TEST(test_channel),   TEST(test_channel_behind_others), TEST(test_slow_channel),
		TEST(test_no_limits), TEST(test_many_channels),		TEST(test_clock),
		TEST(test_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
