// SPDX-License-Identifier: GPL-2.0-only
/* "2 / 24h": what is read, what is refused, what is printed; and which word was meant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/nearest.h"
#include "util/threshold.h"

static void test_accepted(void **state)
{
	static const struct {
		const char *text;
		unsigned int count;
		uint64_t seconds;
		const char *printed, *period;
	} rows[] = {
		{ "2 / 24h", 2, 86400, "2 / 24h", "24h" },
		{ "2/24h", 2, 86400, "2 / 24h", "24h" },
		{ "  10\t/ 24 h  ", 10, 86400, "10 / 24h", "24h" },
		{ "10 / 24H", 10, 86400, "10 / 24h", "24h" },
		{ "10 / 24 Hours", 10, 86400, "10 / 24h", "24h" },
		{ "1 / 1 hour", 1, 3600, "1 / 1h", "1h" },
		{ "1 / 90", 1, 90, "1 / 90s", "90s" },
		{ "1 / 30s", 1, 30, "1 / 30s", "30s" }, /* mcelog refused its own s and w */
		{ "1 / 2w", 1, 1209600, "1 / 2w", "2w" },
		{ "1 / 1min", 1, 60, "1 / 1m", "1m" },
		{ "1 / 1d", 1, 86400, "1 / 1d", "1d" },
		{ "5k / 1m", 5000, 60, "5000 / 1m", "1m" },
		{ "5 K / 1 M", 5000, 60, "5000 / 1m", "1m" },
		{ "3m / 7d", 3000000, 604800, "3000000 / 7d", "7d" },
		{ "4g/1w", 4000000000, 604800, "4000000000 / 1w", "1w" },
		{ "4294967295 / 4294967295", 4294967295, 4294967295, "4294967295 / 4294967295s",
		  "4294967295s" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct threshold threshold, again;
		char text[THRESHOLD_TEXT_MAX];

		if (threshold_parse(rows[i].text, &threshold) != 0)
			fail_msg("\"%s\" is refused", rows[i].text);
		assert_true(threshold_is_on(&threshold));
		assert_int_equal(threshold.count, rows[i].count);
		assert_int_equal(threshold.seconds, rows[i].seconds);
		assert_string_equal(threshold_period_text(&threshold, text), rows[i].period);
		assert_string_equal(threshold_text(&threshold, text), rows[i].printed);
		assert_int_equal(threshold_parse(text, &again), 0);
		assert_int_equal(again.count, threshold.count);
		assert_int_equal(again.seconds, threshold.seconds);
		assert_int_equal(again.unit, threshold.unit);
	}
}

static void test_off(void **state)
{
	static const char *const texts[] = { "off", " OFF " };
	char text[THRESHOLD_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct threshold threshold = { .count = 5, .seconds = 5, .unit = 's' };

		assert_int_equal(threshold_parse(texts[i], &threshold), 0);
		assert_false(threshold_is_on(&threshold));
		assert_string_equal(threshold_text(&threshold, text), "off");
		assert_string_equal(threshold_period_text(&threshold, text), "");
	}
}

static void test_refused(void **state)
{
	static const struct {
		const char *text;
		int error;
	} rows[] = {
		{ "", -EINVAL },
		{ "10", -EINVAL },
		{ "/ 24h", -EINVAL },
		{ "10 /", -EINVAL },
		{ "10 24h", -EINVAL },
		{ "ten / day", -EINVAL },
		{ "-1 / 24h", -EINVAL },
		{ "+1 / 24h", -EINVAL },
		{ "0x10 / 24h", -ERANGE }, /* the 0 is where it ends */
		{ "1.5 / 24h", -EINVAL },
		{ "10 / 24hx", -EINVAL },
		{ "10 / 24houses", -EINVAL },
		{ "10 / 24y", -EINVAL },
		{ "10 / 24h 5", -EINVAL },
		{ "10 / 24h / 2", -EINVAL },
		{ "10kk / 24h", -EINVAL },
		{ "10h / 24h", -EINVAL },
		{ "10 / 24k", -EINVAL },
		{ "offf", -EINVAL },
		{ "off / 24h", -EINVAL },
		{ "0 / 24h", -ERANGE },
		{ "10 / 0h", -ERANGE },
		{ "4294967296 / 1h", -ERANGE },
		{ "5g / 1h", -ERANGE },
		{ "1 / 7102w", -ERANGE },
		{ "1 / 4294967296", -ERANGE },
		{ "99999999999999999999999 / 1h", -ERANGE },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct threshold threshold = { .count = 7, .seconds = 7, .unit = 'x' };
		int r = threshold_parse(rows[i].text, &threshold);

		if (r != rows[i].error)
			fail_msg("\"%s\": %d", rows[i].text, r);
		assert_int_equal(threshold.count, 7);
		assert_int_equal(threshold.seconds, 7);
		assert_int_equal(threshold.unit, 'x');
	}
}

static const char *meant_by(const char *word)
{
	static const char *const words[] = { "memory-ce-threshold", "memory-ce-trigger", "log",
					     "directory" };
	struct nearest nearest = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		nearest_try(&nearest, word, words[i], &words[i]);
	if (nearest.word)
		assert_ptr_equal(*(const char *const *)nearest.what, nearest.word);
	return nearest.word ? nearest.word : "";
}

static void test_nearest(void **state)
{
	char long_word[200];

	(void)state;
	assert_string_equal(meant_by("memory-ce-treshold"), "memory-ce-threshold");
	assert_string_equal(meant_by("memory-ce-threshlod"), "memory-ce-threshold");
	assert_string_equal(meant_by("memory-ce-triger"), "memory-ce-trigger");
	assert_string_equal(meant_by("directroy"), "directory");
	assert_string_equal(meant_by("DIRECTORY"), "");
	assert_string_equal(meant_by("lg"), "log");
	assert_string_equal(meant_by("logs"), "log");
	assert_string_equal(meant_by("xyz"), "");
	assert_string_equal(meant_by(""), "");

	memset(long_word, 'x', sizeof(long_word) - 1);
	long_word[sizeof(long_word) - 1] = '\0';
	assert_string_equal(meant_by(long_word), "");
	long_word[64] = '\0';
	assert_string_equal(meant_by(long_word), "");
	long_word[63] = '\0';
	assert_string_equal(meant_by(long_word), "");
}

static void test_nearest_distance(void **state)
{
	static const struct {
		const char *meant, *word;
		unsigned int distance;
	} rows[] = {
		{ "threshold", "threshold", 0 },  { "treshold", "threshold", 1 },
		{ "thresholdd", "threshold", 1 }, { "thresholx", "threshold", 1 },
		{ "htreshold", "threshold", 1 },  { "htresohld", "threshold", 2 },
		{ "thresxxxd", "threshold", 3 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct nearest nearest = { 0 };

		nearest_try(&nearest, rows[i].meant, rows[i].word, NULL);
		assert_non_null(nearest.word);
		assert_int_equal(nearest.distance, rows[i].distance);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepted),	 cmocka_unit_test(test_off),
		cmocka_unit_test(test_refused),		 cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_nearest_distance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
