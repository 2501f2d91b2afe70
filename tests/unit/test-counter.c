// SPDX-License-Identifier: GPL-2.0-only
/* Keys of counters, and actions: which are the same, what a copy owns, names and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "event/action.h"
#include "event/counter.h"
#include "event/location.h"
#include "util/cleanup.h"

static const struct location somewhere = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 };

static bool same(struct counter_key a, struct counter_key b)
{
	bool equal = counter_key_equal(&a, &b);

	if (equal)
		assert_int_equal(counter_key_hash(&a), counter_key_hash(&b));
	return equal;
}

static void test_page_keys(void **state)
{
	(void)state;
	assert_true(same(counter_key_page(0x12345000), counter_key_page(0x12345fff)));
	assert_false(same(counter_key_page(0x12345000), counter_key_page(0x12346000)));
	assert_false(same(counter_key_page(0), counter_key_cpu(0)));
	assert_false(same(counter_key_page(0), counter_key_replacement()));
	assert_true(same(counter_key_replacement(), counter_key_replacement()));
	assert_false(same(counter_key_cpu(1), counter_key_cpu(2)));
	assert_int_equal(counter_key_page(UINT64_MAX).page, UINT64_MAX - 4095);
	assert_int_equal(counter_key_page(0x1000).location.socket, LOCATION_UNKNOWN);
}

/* A field of the location tells two things apart if, and only if, it is part of such a thing. */
static void test_place_keys(void **state)
{
	/* in the order of the structure */
	static const struct {
		enum counter_kind kind;
		const char *fields;
	} rows[] = {
		{ COUNTER_SOCKET, "socket" },
		{ COUNTER_CHANNEL, "socket imc channel" },
		{ COUNTER_DIMM, "socket imc channel dimm" },
		{ COUNTER_ROW, "socket imc channel dimm rank bank_group bank row" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		for (unsigned int field = 0; field < LOCATION_FIELDS; field++) {
			struct location other = somewhere;
			char list[128], word[32];
			bool part;

			memcpy((char *)&other + location_fields[field].offset, &(int32_t){ 77 },
			       sizeof(int32_t));
			snprintf(list, sizeof(list), " %s ", rows[i].fields);
			snprintf(word, sizeof(word), " %s ", location_fields[field].name);
			part = strstr(list, word) != NULL;
			assert_int_equal(same(counter_key_place(rows[i].kind, &somewhere),
					      counter_key_place(rows[i].kind, &other)),
					 !part);
		}
	assert_false(same(counter_key_place(COUNTER_DIMM, &somewhere),
			  counter_key_place(COUNTER_CHANNEL, &somewhere)));
}

static void test_counter_names(void **state)
{
	enum counter_kind kind = COUNTER_DIMM;
	enum page_state page_state = PAGE_OFFLINE;

	(void)state;
	for (int i = 0; i < COUNTER_KINDS_; i++) {
		assert_int_equal(counter_kind_parse(counter_kind_name((enum counter_kind)i), &kind),
				 0);
		assert_int_equal(kind, i);
	}
	for (int i = 0; i < PAGE_STATES_; i++) {
		assert_int_equal(page_state_parse(page_state_name((enum page_state)i), &page_state),
				 0);
		assert_int_equal(page_state, i);
	}
	assert_string_equal(page_state_name(PAGE_OFFLINE_FAILED), "offline-failed");
	assert_string_equal(counter_kind_name(COUNTER_KINDS_), "unknown");
	assert_string_equal(page_state_name((enum page_state) - 1), "unknown");
	assert_int_equal(counter_kind_parse("unknown", &kind), -EINVAL);
	assert_int_equal(counter_kind_parse("", &kind), -EINVAL);
	assert_int_equal(kind, COUNTER_REPLACEMENT);
	assert_int_equal(page_state_parse("Online", &page_state), -EINVAL);
	assert_int_equal(page_state, PAGE_OFFLINE_FAILED);
}

static void test_action_copy(void **state)
{
	char environment[] = "A=1\n", input[] = "{}\n";
	struct action action = { .seq = 3,
				 .kind = ACTION_TRIGGER,
				 .target = "trigger.hook",
				 .text = "why",
				 .environment = environment,
				 .input = input,
				 .page = 0x1000,
				 .cpu = 4 };
	struct action copy;

	(void)state;
	assert_int_equal(action_copy(&action, &copy), 0);
	environment[0] = input[0] = '?';
	assert_string_equal(copy.environment, "A=1\n");
	assert_string_equal(copy.input, "{}\n");
	assert_string_equal(copy.target, "trigger.hook");
	assert_int_equal(copy.seq, 3);
	assert_int_equal(copy.cpu, 4);
	action_clear(&copy);
	assert_null(copy.environment);
	assert_null(copy.input);
	assert_int_equal(copy.seq, 0);
	action_clear(&copy);

	action.environment = action.input = NULL;
	assert_int_equal(action_copy(&action, &copy), 0);
	assert_null(copy.environment);
	assert_null(copy.input);
	action_clear(&copy);
}

static void test_action_names(void **state)
{
	enum action_kind kind = ACTION_OFFLINE_CPU;
	enum action_state action_state = ACTION_UNKNOWN;

	(void)state;
	for (int i = 0; i < ACTION_KINDS_; i++) {
		assert_int_equal(action_kind_parse(action_kind_name((enum action_kind)i), &kind),
				 0);
		assert_int_equal(kind, i);
	}
	for (int i = 0; i < ACTION_STATES_; i++) {
		assert_int_equal(
			action_state_parse(action_state_name((enum action_state)i), &action_state),
			0);
		assert_int_equal(action_state, i);
	}
	assert_string_equal(action_kind_name(ACTION_OFFLINE_PAGE), "offline-page");
	assert_string_equal(action_kind_name(ACTION_KINDS_), "unknown");
	assert_string_equal(action_state_name(ACTION_STATES_), "unknown");
	assert_int_equal(action_kind_parse("offline", &kind), -EINVAL);
	assert_int_equal(kind, ACTION_OFFLINE_CPU);
	assert_int_equal(action_state_parse("", &action_state), -EINVAL);
	assert_int_equal(action_state, ACTION_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_page_keys),     cmocka_unit_test(test_place_keys),
		cmocka_unit_test(test_counter_names), cmocka_unit_test(test_action_copy),
		cmocka_unit_test(test_action_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
