// SPDX-License-Identifier: GPL-2.0-only
/* The table of counters: bounds, who is replaced, and batches that are undone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "account/counters.h"
#include "util/cleanup.h"

/* clang-format off */
static const struct location nowhere = { -1, -1, -1, -1, -1, -1, -1, -1, -1, -1 };
/* clang-format on */

static struct counters *new_counters(unsigned int pages, unsigned int dimms)
{
	const unsigned int limits[COUNTER_KINDS_] = {
		[COUNTER_PAGE] = pages, [COUNTER_DIMM] = dimms, [COUNTER_REPLACEMENT] = 1
	};
	struct counters *counters;

	assert_int_equal(counters_new(limits, &counters), 0);
	return counters;
}

static struct counter_key page_key(unsigned int number)
{
	return counter_key_page((uint64_t)number << 12);
}

static struct counter_key dimm_key(unsigned int number)
{
	struct location location = nowhere;

	location.socket = 0;
	location.channel = (int32_t)number;
	location.dimm = 0;
	return counter_key_place(COUNTER_DIMM, &location);
}

/* Touches it and adds to its total; whether another one had to go. */
static bool bump(struct counters *counters, struct counter_key key, uint64_t by)
{
	struct counter *counter = NULL;
	bool replaced = true;

	assert_int_equal(counters_touch(counters, &key, &counter, &replaced), 0);
	assert_true(counter_key_equal(&counter->key, &key));
	counter->corrected.total += by;
	return replaced;
}

static uint64_t total(const struct counters *counters, struct counter_key key)
{
	const struct counter *counter = counters_find(counters, &key);

	return counter ? counter->corrected.total : 0;
}

/* Numbers of the pages, newest first, as a text. */
static const char *pages(const struct counters *counters)
{
	static char text[256];
	size_t used = 0;

	text[0] = '\0';
	for (const struct counter *at = counters_next(counters, COUNTER_PAGE, NULL); at;
	     at = counters_next(counters, COUNTER_PAGE, at))
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%u", used ? " " : "",
					 (unsigned int)(at->key.page >> 12));
	return text;
}

static void test_oldest_goes(void **state)
{
	struct counters *counters = new_counters(3, 2);

	(void)state;
	assert_false(bump(counters, page_key(1), 1));
	assert_false(bump(counters, page_key(2), 1));
	assert_false(bump(counters, page_key(3), 1));
	counters_commit(counters);
	assert_string_equal(pages(counters), "3 2 1");
	assert_false(bump(counters, page_key(1), 1));
	assert_string_equal(pages(counters), "1 3 2");
	assert_true(bump(counters, page_key(4), 1));
	assert_string_equal(pages(counters), "4 1 3");
	assert_true(bump(counters, page_key(2), 1));
	assert_string_equal(pages(counters), "2 4 1");
	/* the one that was away has lost its count */
	assert_int_equal(total(counters, page_key(2)), 1);
	assert_int_equal(total(counters, page_key(1)), 2);
	assert_int_equal(counters_count(counters, COUNTER_PAGE), 3);
	counters_free(counters);
}

static void test_kinds_do_not_compete(void **state)
{
	struct counters *counters = new_counters(2, 2);

	(void)state;
	bump(counters, dimm_key(1), 1);
	bump(counters, dimm_key(2), 1);
	for (unsigned int i = 0; i < 100; i++)
		assert_int_equal(bump(counters, page_key(i), 1), i >= 2);
	assert_int_equal(counters_count(counters, COUNTER_DIMM), 2);
	assert_int_equal(total(counters, dimm_key(1)), 1);
	assert_true(bump(counters, dimm_key(3), 1));
	assert_null(counters_find(counters, &(struct counter_key){ 0 }));
	assert_int_equal(total(counters, dimm_key(1)), 0);
	assert_int_equal(counters_count(counters, COUNTER_PAGE), 2);
	counters_free(counters);
}

static void test_no_room_at_all(void **state)
{
	struct counters *counters = new_counters(0, 1);
	struct counter *counter = (void *)1;
	struct counter_key key = page_key(1);
	struct counter stored = { .key = key };
	bool replaced;

	(void)state;
	assert_int_equal(counters_touch(counters, &key, &counter, &replaced), -ENOSPC);
	assert_ptr_equal(counter, (void *)1);
	assert_int_equal(counters_changed(counters), 0);
	/* what the store has kept of a kind that is off is no error */
	assert_int_equal(counters_load(counters, &stored), 0);
	assert_int_equal(counters_count(counters, COUNTER_PAGE), 0);
	counters_free(counters);
	counters_free(NULL);
}

static void test_load(void **state)
{
	struct counters *counters = new_counters(3, 1);

	(void)state;
	for (unsigned int i = 1; i <= 5; i++) {
		struct counter stored = { .key = page_key(i),
					  .corrected = { .total = i * 10 },
					  .state = PAGE_OFFLINE,
					  .failures = 3,
					  .triggered = true,
					  .last_us = i };

		assert_int_equal(counters_load(counters, &stored), 0);
	}
	assert_string_equal(pages(counters), "5 4 3");
	assert_int_equal(total(counters, page_key(4)), 40);
	/* it is no batch of its own that could be undone, or be stored again */
	assert_int_equal(counters_changed(counters), 0);
	counters_rollback(counters);
	assert_string_equal(pages(counters), "5 4 3");
	assert_true(bump(counters, page_key(6), 1));
	assert_string_equal(pages(counters), "6 5 4");
	counters_free(counters);
}

static void test_remove(void **state)
{
	struct counters *counters = new_counters(3, 1);
	struct counter_key key = page_key(2);

	(void)state;
	bump(counters, page_key(1), 1);
	bump(counters, page_key(2), 7);
	bump(counters, page_key(3), 1);
	counters_commit(counters);
	assert_int_equal(counters_remove(counters, &key), 0);
	assert_int_equal(counters_remove(counters, &key), 0);
	assert_string_equal(pages(counters), "3 1");
	counters_rollback(counters);
	assert_int_equal(total(counters, key), 7);
	assert_int_equal(counters_count(counters, COUNTER_PAGE), 3);

	/* removed and made again in one batch */
	assert_int_equal(counters_remove(counters, &key), 0);
	bump(counters, key, 1);
	assert_int_equal(total(counters, key), 1);
	counters_rollback(counters);
	assert_int_equal(total(counters, key), 7);
	assert_int_equal(counters_remove(counters, &key), 0);
	bump(counters, key, 1);
	counters_commit(counters);
	counters_rollback(counters);
	assert_int_equal(total(counters, key), 1);
	counters_free(counters);
}

static void test_changes(void **state)
{
	struct counters *counters = new_counters(2, 1);
	struct counter_key key;
	const struct counter *counter;

	(void)state;
	bump(counters, page_key(1), 1);
	bump(counters, page_key(2), 1);
	counters_commit(counters);
	assert_int_equal(counters_changed(counters), 0);

	bump(counters, page_key(2), 4);
	bump(counters, page_key(2), 5);
	assert_int_equal(counters_changed(counters), 1);
	counters_change(counters, 0, &key, &counter);
	assert_int_equal(key.page, 2 << 12);
	assert_int_equal(counter->corrected.total, 10);

	bump(counters, page_key(3), 1); /* for 1, which goes */
	assert_int_equal(counters_changed(counters), 3);
	counters_change(counters, 1, &key, &counter);
	assert_int_equal(key.page, 3 << 12);
	assert_int_equal(counter->corrected.total, 1);
	counters_change(counters, 2, &key, &counter);
	assert_int_equal(key.page, 1 << 12);
	assert_null(counter);
	counters_free(counters);
}

/* Who was pushed out in vain is still the next one to go. */
static void test_order_after_rollback(void **state)
{
	struct counters *counters = new_counters(3, 1);

	(void)state;
	for (unsigned int i = 1; i <= 3; i++)
		bump(counters, page_key(i), 1);
	counters_commit(counters);
	bump(counters, page_key(4), 1);
	bump(counters, page_key(5), 1);
	counters_rollback(counters);
	assert_string_equal(pages(counters), "3 2 1");
	bump(counters, page_key(6), 1);
	assert_string_equal(pages(counters), "6 3 2");
	counters_free(counters);
}

/* A batch in which a page is made, changed, pushed out and made again, larger than the table. */
static void test_rollback_of_a_flood(void **state)
{
	struct counters *counters = new_counters(4, 1);

	(void)state;
	for (unsigned int i = 1; i <= 4; i++)
		bump(counters, page_key(i), i);
	counters_commit(counters);
	for (unsigned int i = 0; i < 1000; i++)
		bump(counters, page_key(i % 7), 100);
	counters_rollback(counters);
	assert_int_equal(counters_count(counters, COUNTER_PAGE), 4);
	for (unsigned int i = 0; i < 7; i++)
		assert_int_equal(total(counters, page_key(i)), i <= 4 ? i : 0);
	assert_int_equal(counters_changed(counters), 0);
	counters_free(counters);
}

/* --- against a simple table --- */

enum { MODEL_PAGES = 12, MODEL_DIMMS = 3, MODEL_KEYS = 24, MODEL_BATCHES = 20000 };

/* Index: number of the page; the DIMMs behind the pages. */
struct model {
	bool there[2 * MODEL_KEYS];
	uint64_t totals[2 * MODEL_KEYS];
	uint64_t used[2 * MODEL_KEYS]; /* higher is newer */
	uint64_t clock;
};

static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static struct counter_key model_key(unsigned int index)
{
	return index < MODEL_KEYS ? page_key(index) : dimm_key(index - MODEL_KEYS);
}

static bool model_touch(struct model *model, unsigned int index, uint64_t by)
{
	unsigned int first = index < MODEL_KEYS ? 0 : MODEL_KEYS, count = 0, oldest = index;
	unsigned int limit = first ? MODEL_DIMMS : MODEL_PAGES;

	for (unsigned int i = first; i < first + MODEL_KEYS; i++) {
		count += model->there[i];
		if (model->there[i] && (oldest == index || model->used[i] < model->used[oldest]))
			oldest = i;
	}
	model->used[index] = ++model->clock;
	if (model->there[index]) {
		model->totals[index] += by;
		return false;
	}
	model->there[index] = true;
	model->totals[index] = by;
	if (count == limit)
		model->there[oldest] = false;
	return count == limit;
}

static void compare_with_model(const struct counters *counters, const struct model *model)
{
	unsigned int pages_there = 0;

	for (unsigned int i = 0; i < 2 * MODEL_KEYS; i++) {
		struct counter_key key = model_key(i);
		const struct counter *counter = counters_find(counters, &key);

		assert_int_equal(counter != NULL, model->there[i]);
		if (counter)
			assert_int_equal(counter->corrected.total, model->totals[i]);
		pages_there += i < MODEL_KEYS && model->there[i];
	}
	assert_int_equal(counters_count(counters, COUNTER_PAGE), pages_there);
}

/* From the newest to the oldest of each kind, and complete. */
static void compare_order(const struct counters *counters, const struct model *model,
			  enum counter_kind kind)
{
	unsigned int seen = 0;
	uint64_t before = UINT64_MAX;

	for (const struct counter *at = counters_next(counters, kind, NULL); at;
	     at = counters_next(counters, kind, at)) {
		unsigned int index = kind == COUNTER_PAGE
					     ? (unsigned int)(at->key.page >> 12)
					     : MODEL_KEYS + (unsigned int)at->key.location.channel;

		assert_true(model->used[index] < before);
		before = model->used[index];
		seen++;
	}
	assert_int_equal(seen, counters_count(counters, kind));
}

/* After a rollback the order may differ, so the model takes it over from the table. */
static void adopt_order(const struct counters *counters, struct model *model)
{
	for (int kind = COUNTER_PAGE; kind <= COUNTER_DIMM; kind++) {
		uint64_t stamp = model->clock += 1000;

		for (const struct counter *at = counters_next(counters, kind, NULL); at;
		     at = counters_next(counters, kind, at))
			model->used[kind == COUNTER_PAGE
					    ? (unsigned int)(at->key.page >> 12)
					    : MODEL_KEYS + (unsigned int)at->key.location.channel] =
				stamp--;
	}
}

static void step(struct counters *counters, struct model *model, uint64_t random)
{
	unsigned int index = (unsigned int)(random >> 8) % (2 * MODEL_KEYS);
	uint64_t by = random >> 32 & 0xff;
	struct counter_key key = model_key(index);

	if (random % 8 == 0) {
		assert_int_equal(counters_remove(counters, &key), 0);
		model->there[index] = false;
		return;
	}
	assert_int_equal(bump(counters, key, by), model_touch(model, index, by));
}

static void test_random_batches(void **state)
{
	struct counters *counters = new_counters(MODEL_PAGES, MODEL_DIMMS);
	struct model committed = { 0 }, model = { 0 };
	uint64_t seed = 0x2545f4914f6cdd1d;

	(void)state;
	for (int batch = 0; batch < MODEL_BATCHES; batch++) {
		unsigned int steps = (unsigned int)(next_random(&seed) % 40);

		for (unsigned int i = 0; i < steps; i++)
			step(counters, &model, next_random(&seed));
		compare_with_model(counters, &model);
		compare_order(counters, &model, COUNTER_PAGE);
		compare_order(counters, &model, COUNTER_DIMM);
		if (next_random(&seed) % 3) {
			counters_commit(counters);
			committed = model;
		} else {
			counters_rollback(counters);
			model = committed;
			compare_with_model(counters, &model);
			adopt_order(counters, &model);
			committed = model;
		}
	}
	counters_free(counters);
}

/* --- a million pages --- */

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void test_a_million_pages(void **state)
{
	enum { PAGES = 1000000, BOUND = 4158, BATCH = 500 };
	struct counters *counters = new_counters(BOUND, 1);
	size_t used = 0, end;
	double start = now_s();

	(void)state;
	for (unsigned int i = 0; i < PAGES; i++) {
		assert_int_equal(bump(counters, page_key(i * 37), 1), i >= BOUND);
		if (i % BATCH == 0)
			counters_commit(counters);
		if (i == 20 * BATCH)
			used = mallinfo2().uordblks;
	}
	counters_commit(counters);
	end = mallinfo2().uordblks;
	print_message("%d pages in %.2f s, %zu bytes in use, with %d of them %zu\n", PAGES,
		      now_s() - start, end, 20 * BATCH, used);
	assert_int_equal(counters_count(counters, COUNTER_PAGE), BOUND);
	assert_true(end <= used + 65536);
	counters_free(counters);
}

/* Addresses that differ in a few bits only must not share a chain. */
static void test_hash(void **state)
{
	(void)state;
	for (unsigned int shift = 12; shift < 40; shift++) {
		static bool used[8192];
		unsigned int distinct = 0;

		memset(used, 0, sizeof(used));
		for (uint64_t i = 0; i < 4096; i++) {
			struct counter_key key = counter_key_page(i << shift);
			uint64_t chain = counter_key_hash(&key) % 8192;

			distinct += !used[chain];
			used[chain] = true;
		}
		/* 4096 balls thrown into 8192 are in 3223 */
		if (distinct < 2500)
			fail_msg("pages 2^%u apart: %u chains for 4096", shift, distinct);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_oldest_goes),
		cmocka_unit_test(test_kinds_do_not_compete),
		cmocka_unit_test(test_no_room_at_all),
		cmocka_unit_test(test_load),
		cmocka_unit_test(test_remove),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_order_after_rollback),
		cmocka_unit_test(test_rollback_of_a_flood),
		cmocka_unit_test(test_random_batches),
		cmocka_unit_test(test_a_million_pages),
		cmocka_unit_test(test_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
