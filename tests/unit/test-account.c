// SPDX-License-Identifier: GPL-2.0-only
/* What an event counts for, what becomes of pages, and batches that are rolled back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "account-fixture.h"

enum { PAGE = 0x12345000 };

static int setup(void **state)
{
	static struct fixture fixture;
	struct account_policy policy = default_policy();

	fixture = (struct fixture){ .dimm = { "DIMM_A1", "P1_NODE0" } };
	fixture_start(&fixture, &policy, THIS_BOOT);
	*state = &fixture;
	return 0;
}

static int teardown(void **state)
{
	fixture_end(*state);
	return 0;
}

static void use_policy(struct fixture *fixture, const struct account_policy *policy)
{
	account_set_policy(fixture->account, policy);
}

static void add_errors(struct fixture *fixture, unsigned int n, uint64_t address, int64_t time_us)
{
	struct event event = memory_event(address, time_us);

	for (unsigned int i = 0; i < n; i++)
		fixture_add(fixture, &event);
}

/* --- places --- */

/* The hardware's count is the bank's: page, row and DIMM get one for a record. */
static void test_hardware_count(void **state)
{
	struct fixture *fixture = *state;
	struct event event = memory_event(PAGE + 0x123, start_us);
	struct location *location = &event.decoded.location;

	event.decoded.count = 37;
	location->dimm = 0;
	location->bank = 2;
	location->row = 0x1234;
	fixture_add(fixture, &event);
	assert_int_equal(place_counter(fixture, COUNTER_SOCKET, location)->corrected.total, 37);
	assert_int_equal(place_counter(fixture, COUNTER_CHANNEL, location)->corrected.total, 37);
	assert_int_equal(place_counter(fixture, COUNTER_DIMM, location)->corrected.total, 1);
	assert_int_equal(place_counter(fixture, COUNTER_ROW, location)->corrected.total, 1);
	assert_int_equal(page_counter(fixture, PAGE)->corrected.total, 1);
	assert_int_equal(page_counter(fixture, PAGE)->last_us, start_us);
	assert_int_equal(fixture->n_wanted, 0);
}

/* Bits 52:38 of an uncorrected error mean something else: it is one error. */
static void test_uncorrected(void **state)
{
	struct fixture *fixture = *state;
	struct event event = memory_event(PAGE, start_us);
	const struct counter *socket;

	event.decoded.severity = SEVERITY_ACTION_REQUIRED;
	event.decoded.count = 37;
	fixture_add(fixture, &event);
	socket = place_counter(fixture, COUNTER_SOCKET, &event.decoded.location);
	assert_int_equal(socket->corrected.total, 0);
	assert_int_equal(socket->uncorrected.total, 1);
	assert_null(page_counter(fixture, PAGE));
	assert_int_equal(triggers(fixture, "dimm.uc-error-trigger"), 1);
	assert_int_equal(triggers(fixture, "socket.mem-uc-error-trigger"), 0);
	fixture_add(fixture, &event);
	assert_int_equal(triggers(fixture, "dimm.uc-error-trigger"), 2);
	assert_int_equal(triggers(fixture, "socket.mem-uc-error-trigger"), 1);
}

static void test_what_is_not_known_is_not_counted(void **state)
{
	struct fixture *fixture = *state;
	struct event event = memory_event(PAGE, start_us);

	event.decoded.address_usable = false;
	event.decoded.location.channel = LOCATION_UNKNOWN;
	fixture_add(fixture, &event);
	assert_null(page_counter(fixture, PAGE));
	assert_null(place_counter(fixture, COUNTER_CHANNEL, &event.decoded.location));
	assert_null(place_counter(fixture, COUNTER_DIMM, &event.decoded.location));
	assert_null(place_counter(fixture, COUNTER_ROW, &event.decoded.location));
	assert_non_null(place_counter(fixture, COUNTER_SOCKET, &event.decoded.location));
	event.decoded.location.socket = LOCATION_UNKNOWN;
	fixture_add(fixture, &event);
	assert_int_equal(counters_count(account_counters(fixture->account), COUNTER_SOCKET), 1);
	/* a row without its bank is no row */
	event = memory_event(PAGE, start_us);
	event.decoded.location.row = 5;
	fixture_add(fixture, &event);
	assert_null(place_counter(fixture, COUNTER_ROW, &event.decoded.location));
}

static void test_tracking_off(void **state)
{
	struct fixture *fixture = *state;
	struct account_policy policy = default_policy();
	struct event event = memory_event(PAGE, start_us);

	policy.dimms = policy.sockets = false;
	policy.page_action = PAGE_ACTION_OFF;
	use_policy(fixture, &policy);
	event.decoded.location.dimm = 0;
	event.decoded.severity = SEVERITY_UNCORRECTED;
	fixture_add(fixture, &event);
	event.decoded.severity = SEVERITY_CORRECTED;
	fixture_add(fixture, &event);
	for (int kind = 0; kind < COUNTER_KINDS_; kind++)
		assert_int_equal(
			counters_count(account_counters(fixture->account), (enum counter_kind)kind),
			0);
	assert_int_equal(fixture->n_wanted, 0);
}

static void test_smallest_place_tells(void **state)
{
	struct fixture *fixture = *state;
	struct event event = memory_event(PAGE, start_us);
	const struct action *action = NULL;

	event.decoded.address_usable = false;
	/* without a DIMM it is the channel's threshold, by the hardware's count */
	event.decoded.count = 10;
	fixture_add(fixture, &event);
	assert_int_equal(wanted(fixture, ACTION_THRESHOLD, "socket 0 channel 1", &action), 1);
	assert_string_equal(action->text,
			    "corrected DIMM memory error count exceeded threshold: 10 in 24h");
	assert_int_equal(action->state, ACTION_DONE);
	assert_int_equal(action->event, 7);
	assert_int_equal(triggers(fixture, "dimm.ce-error-trigger"), 1);
	/* with one it is the DIMM's alone, however many the channel has */
	fixture_forget(fixture);
	event.decoded.location.dimm = 0;
	for (int i = 0; i < 9; i++)
		fixture_add(fixture, &event);
	assert_int_equal(triggers(fixture, "dimm.ce-error-trigger"), 0);
	fixture_add(fixture, &event);
	assert_int_equal(triggers(fixture, "dimm.ce-error-trigger"), 1);
	assert_int_equal(wanted(fixture, ACTION_THRESHOLD, "socket 0 channel 1 dimm 0", NULL), 1);
	assert_int_equal(triggers(fixture, "socket.mem-ce-error-trigger"), 1);
	assert_int_equal(wanted(fixture, ACTION_THRESHOLD, "socket 0", NULL), 1);
	/* what the channel had silently does not strike at the first error without a DIMM */
	fixture_forget(fixture);
	event.decoded.location.dimm = LOCATION_UNKNOWN;
	event.decoded.count = 1;
	fixture_add(fixture, &event);
	assert_int_equal(triggers(fixture, "dimm.ce-error-trigger"), 0);
}

static void test_told_and_run_apart(void **state)
{
	struct fixture *fixture = *state;
	struct account_policy policy = default_policy();

	policy.page_action = PAGE_ACTION_ACCOUNT;
	policy.page.log = false;
	use_policy(fixture, &policy);
	add_errors(fixture, 2, PAGE, start_us);
	assert_int_equal(fixture->n_wanted, 1);
	assert_int_equal(triggers(fixture, "page.memory-ce-trigger"), 1);
	policy.page.log = true;
	policy.page.trigger = false;
	use_policy(fixture, &policy);
	add_errors(fixture, 2, PAGE, start_us);
	assert_int_equal(fixture->n_wanted, 2);
	assert_int_equal(wanted(fixture, ACTION_THRESHOLD, "page 12345000", NULL), 1);
}

static void test_forget_dimm(void **state)
{
	struct fixture *fixture = *state;
	struct event event = memory_event(PAGE, start_us);
	struct location *location = &event.decoded.location, other;

	location->bank = 1;
	for (int32_t dimm = 0; dimm < 2; dimm++)
		for (location->row = 10; location->row < 20; location->row++) {
			location->dimm = dimm;
			fixture_add(fixture, &event);
		}
	location->row = 15;
	other = *location;
	other.dimm = 0;
	other.imc = 0;
	/* the same numbers at another controller are another DIMM */
	assert_int_equal(account_forget_dimm(fixture->account, &other), 0);
	assert_int_equal(counters_changed(account_counters(fixture->account)), 0);
	other.imc = location->imc;
	assert_int_equal(account_forget_dimm(fixture->account, &other), 0);
	assert_null(place_counter(fixture, COUNTER_DIMM, &other));
	account_rollback(fixture->account);
	assert_int_equal(place_counter(fixture, COUNTER_DIMM, &other)->corrected.total, 10);
	assert_int_equal(account_forget_dimm(fixture->account, &other), 0);
	account_commit(fixture->account);
	account_rollback(fixture->account);
	assert_null(place_counter(fixture, COUNTER_DIMM, &other));
	assert_null(place_counter(fixture, COUNTER_ROW, &other));
	assert_int_equal(place_counter(fixture, COUNTER_DIMM, location)->corrected.total, 10);
	assert_int_equal(place_counter(fixture, COUNTER_ROW, location)->corrected.total, 1);
	assert_int_equal(counters_count(account_counters(fixture->account), COUNTER_ROW), 10);
	/* channel and socket have had those errors */
	assert_int_equal(place_counter(fixture, COUNTER_CHANNEL, location)->corrected.total, 20);
}

/* --- whose errors --- */

static void test_other_boots_count_for_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct event event = memory_event(PAGE, start_us);

	event.record.boot = OTHER_BOOT;
	fixture_add(fixture, &event);
	event.record.boot = SD_ID128_NULL;
	fixture_add(fixture, &event);
	event = memory_event(PAGE, start_us);
	event.record.replayed = true;
	fixture_add(fixture, &event);
	event = cpu_event(CLASS_UNKNOWN, 0x9000000000000000, start_us);
	event.record.replayed = true;
	fixture_add(fixture, &event);
	/* without MCi_STATUS.VAL there was no error */
	event = memory_event(PAGE, start_us);
	event.decoded.severity = SEVERITY_UNKNOWN;
	fixture_add(fixture, &event);
	for (int kind = 0; kind < COUNTER_KINDS_; kind++)
		assert_int_equal(
			counters_count(account_counters(fixture->account), (enum counter_kind)kind),
			0);
	assert_int_equal(fixture->n_wanted, 0);
}

/* --- pages --- */

static void test_page_goes_offline(void **state)
{
	struct fixture *fixture = *state;
	const struct action *action = NULL;

	add_errors(fixture, 1, PAGE + 0xfff, start_us);
	assert_int_equal(fixture->n_wanted, 0);
	add_errors(fixture, 1, PAGE + 0x001, start_us + 23 * hour_us);
	assert_int_equal(wanted(fixture, ACTION_OFFLINE_PAGE, NULL, &action), 1);
	assert_string_equal(action->target, "page 12345000");
	assert_int_equal(action->page, PAGE);
	assert_int_equal(action->state, ACTION_WANTED);
	assert_int_equal(action->wanted_us, start_us + 23 * hour_us);
	assert_non_null(strstr(action->environment, "TOTALCOUNT=2\n"));
	assert_int_equal(triggers(fixture, "page.memory-ce-trigger"), 1);
	assert_int_equal(page_counter(fixture, PAGE)->state, PAGE_OFFLINE_WANTED);
	assert_true(page_counter(fixture, PAGE)->triggered);

	/* on its way, and then away: counted, but not told */
	add_errors(fixture, 10, PAGE, start_us + 23 * hour_us);
	assert_int_equal(account_page_result(fixture->account, PAGE, PAGE_OFFLINE), 0);
	account_commit(fixture->account);
	add_errors(fixture, 10, PAGE, start_us + 23 * hour_us);
	assert_int_equal(page_counter(fixture, PAGE)->state, PAGE_OFFLINE);
	assert_int_equal(page_counter(fixture, PAGE)->corrected.total, 22);
	assert_int_equal(wanted(fixture, ACTION_OFFLINE_PAGE, NULL, NULL), 1);
	assert_int_equal(triggers(fixture, "page.memory-ce-trigger"), 1);
}

static void test_two_errors_in_two_days(void **state)
{
	struct fixture *fixture = *state;

	add_errors(fixture, 1, PAGE, start_us);
	add_errors(fixture, 1, PAGE, start_us + 24 * hour_us);
	add_errors(fixture, 1, PAGE + 0x1000, start_us);
	assert_int_equal(fixture->n_wanted, 0);
}

/* mcelog's attempts come at 2, 6, 14 and 30 errors; and never at each one. */
static void test_retries(void **state)
{
	struct fixture *fixture = *state;
	unsigned int attempts = 0, at[8] = { 0 };
	const struct action *action = NULL;

	for (unsigned int errors = 1; errors <= 510; errors++) {
		add_errors(fixture, 1, PAGE, start_us + errors * second_us);
		if (wanted(fixture, ACTION_OFFLINE_PAGE, NULL, NULL) == attempts)
			continue;
		assert_true(attempts < 8);
		at[attempts++] = errors;
		assert_int_equal(account_page_result(fixture->account, PAGE, PAGE_OFFLINE_FAILED),
				 0);
		account_commit(fixture->account);
		assert_int_equal(page_counter(fixture, PAGE)->state, PAGE_OFFLINE_FAILED);
		assert_int_equal(triggers(fixture, "page.memory-ce-trigger"), attempts);
	}
	for (unsigned int i = 0; i < 8; i++)
		assert_int_equal(at[i], (4u << i) - 2);
	wanted(fixture, ACTION_THRESHOLD, "page 12345000", &action);
	assert_string_equal(action->text, "Corrected memory errors on page 12345000 exceed "
					  "threshold 256 in 24h: 510 in 24h");
	fixture_forget(fixture);
	add_errors(fixture, 200, PAGE, start_us + 600 * second_us);
	assert_int_equal(wanted(fixture, ACTION_OFFLINE_PAGE, NULL, NULL), 0);
}

/* A dry run: neither offline nor failed, and asked for each time as if it were the first. */
static void test_left_as_it_is(void **state)
{
	struct fixture *fixture = *state;

	for (unsigned int i = 1; i <= 3; i++) {
		add_errors(fixture, 2, PAGE, start_us);
		assert_int_equal(wanted(fixture, ACTION_OFFLINE_PAGE, NULL, NULL), i);
		assert_int_equal(account_page_result(fixture->account, PAGE, PAGE_ONLINE), 0);
		account_commit(fixture->account);
		assert_int_equal(page_counter(fixture, PAGE)->state, PAGE_ONLINE);
		assert_int_equal(page_counter(fixture, PAGE)->failures, 0);
	}
}

static void test_no_end_of_failures(void **state)
{
	struct fixture *fixture = *state;
	struct counter stored = { .key = counter_key_page(PAGE),
				  .state = PAGE_OFFLINE_FAILED,
				  .state_boot = THIS_BOOT,
				  .failures = UINT8_MAX };

	assert_int_equal(account_load(fixture->account, &stored), 0);
	add_errors(fixture, 10, PAGE, start_us);
	assert_int_equal(triggers(fixture, "page.memory-ce-trigger"), 0);
	assert_int_equal(account_page_result(fixture->account, PAGE, PAGE_OFFLINE_FAILED), 0);
	assert_int_equal(page_counter(fixture, PAGE)->failures, UINT8_MAX);
}

static void test_no_retry(void **state)
{
	struct fixture *fixture = *state;
	struct account_policy policy = default_policy();

	policy.page_retry = false;
	use_policy(fixture, &policy);
	add_errors(fixture, 2, PAGE, start_us);
	assert_int_equal(account_page_result(fixture->account, PAGE, PAGE_OFFLINE_FAILED), 0);
	account_commit(fixture->account);
	add_errors(fixture, 100, PAGE, start_us);
	assert_int_equal(wanted(fixture, ACTION_OFFLINE_PAGE, NULL, NULL), 1);
	assert_int_equal(triggers(fixture, "page.memory-ce-trigger"), 1);
}

static void test_account_only(void **state)
{
	struct fixture *fixture = *state;
	struct account_policy policy = default_policy();

	policy.page_action = PAGE_ACTION_ACCOUNT;
	use_policy(fixture, &policy);
	add_errors(fixture, 6, PAGE, start_us);
	assert_int_equal(wanted(fixture, ACTION_OFFLINE_PAGE, NULL, NULL), 0);
	assert_int_equal(triggers(fixture, "page.memory-ce-trigger"), 3);
	assert_int_equal(page_counter(fixture, PAGE)->state, PAGE_ONLINE);
}

/* After a reboot the kernel uses the page again, whatever it did before. */
static void test_new_boot(void **state)
{
	struct fixture *fixture = *state;
	struct account_policy policy = default_policy();
	struct event event = memory_event(PAGE, start_us + 30 * hour_us);

	add_errors(fixture, 2, PAGE, start_us);
	assert_int_equal(account_page_result(fixture->account, PAGE, PAGE_OFFLINE), 0);
	account_commit(fixture->account);
	fixture_restart(fixture, &policy, THIS_BOOT);
	add_errors(fixture, 2, PAGE, start_us);
	assert_int_equal(wanted(fixture, ACTION_OFFLINE_PAGE, NULL, NULL), 1);

	fixture_restart(fixture, &policy, OTHER_BOOT);
	event.record.boot = OTHER_BOOT;
	fixture_add(fixture, &event);
	assert_int_equal(page_counter(fixture, PAGE)->state, PAGE_ONLINE);
	assert_int_equal(page_counter(fixture, PAGE)->corrected.total, 5);
	fixture_add(fixture, &event);
	assert_int_equal(wanted(fixture, ACTION_OFFLINE_PAGE, NULL, NULL), 2);
}

/* Failures of another boot do not raise the threshold. */
static void test_failures_of_another_boot(void **state)
{
	struct fixture *fixture = *state;
	struct counter stored = { .key = counter_key_page(PAGE),
				  .state = PAGE_OFFLINE_FAILED,
				  .state_boot = OTHER_BOOT,
				  .failures = 3 };

	assert_int_equal(account_load(fixture->account, &stored), 0);
	add_errors(fixture, 2, PAGE, start_us);
	assert_int_equal(wanted(fixture, ACTION_OFFLINE_PAGE, NULL, NULL), 1);
	assert_int_equal(page_counter(fixture, PAGE)->failures, 0);
}

static void test_result_of_a_page_that_is_gone(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(account_page_result(fixture->account, PAGE, PAGE_OFFLINE), 0);
	assert_null(page_counter(fixture, PAGE));
}

static void test_replacements(void **state)
{
	struct fixture *fixture = *state;
	const struct action *action = NULL;

	for (unsigned int i = 0; i < 119; i++)
		add_errors(fixture, 1, (uint64_t)i << 12, start_us);
	assert_int_equal(wanted(fixture, ACTION_THRESHOLD, "replacement", NULL), 0);
	add_errors(fixture, 1, UINT64_C(119) << 12, start_us);
	assert_int_equal(wanted(fixture, ACTION_THRESHOLD, "replacement", &action), 1);
	assert_string_equal(action->text, "Replacements of page correctable error counter exceed "
					  "threshold 20 in 24h: 20 in 24h");
	assert_int_equal(triggers(fixture, "page.memory-ce-counter-replacement-trigger"), 1);
	assert_int_equal(counters_count(account_counters(fixture->account), COUNTER_PAGE), 100);
	assert_null(page_counter(fixture, 19 << 12));
	assert_non_null(page_counter(fixture, 20 << 12));
}

/* --- batches --- */

static void test_rollback_asks_again(void **state)
{
	struct fixture *fixture = *state;
	struct event event = memory_event(PAGE, start_us);

	add_errors(fixture, 1, PAGE, start_us);
	for (int i = 0; i < 5; i++) {
		fixture_forget(fixture);
		assert_int_equal(fixture_take(fixture, &event), 0);
		assert_int_equal(wanted(fixture, ACTION_OFFLINE_PAGE, NULL, NULL), 1);
		assert_int_equal(triggers(fixture, "page.memory-ce-trigger"), 1);
		account_rollback(fixture->account);
		assert_int_equal(page_counter(fixture, PAGE)->state, PAGE_ONLINE);
		assert_int_equal(page_counter(fixture, PAGE)->corrected.total, 1);
		assert_false(page_counter(fixture, PAGE)->triggered);
		assert_int_equal(place_counter(fixture, COUNTER_SOCKET, &event.decoded.location)
					 ->corrected.total,
				 1);
	}
}

/* Who cannot store an action hears of it again. */
static void test_callback_fails(void **state)
{
	struct fixture *fixture = *state;
	struct event event = memory_event(PAGE, start_us);

	add_errors(fixture, 1, PAGE, start_us);
	for (fixture->fail_at = 1; fixture->fail_at <= 3; fixture->fail_at++) {
		assert_int_equal(fixture_take(fixture, &event), -EIO);
		account_rollback(fixture->account);
		fixture_forget(fixture);
	}
	fixture->fail_at = 0;
	assert_int_equal(fixture_take(fixture, &event), 0);
	assert_int_equal(fixture->n_wanted, 3);
}

static void test_rollback_of_a_result(void **state)
{
	struct fixture *fixture = *state;

	add_errors(fixture, 2, PAGE, start_us);
	assert_int_equal(account_page_result(fixture->account, PAGE, PAGE_OFFLINE_FAILED), 0);
	account_rollback(fixture->account);
	assert_int_equal(page_counter(fixture, PAGE)->state, PAGE_OFFLINE_WANTED);
	assert_int_equal(page_counter(fixture, PAGE)->failures, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_hardware_count),
		TEST(test_uncorrected),
		TEST(test_what_is_not_known_is_not_counted),
		TEST(test_tracking_off),
		TEST(test_smallest_place_tells),
		TEST(test_told_and_run_apart),
		TEST(test_forget_dimm),
		TEST(test_other_boots_count_for_nothing),
		TEST(test_page_goes_offline),
		TEST(test_two_errors_in_two_days),
		TEST(test_retries),
		TEST(test_left_as_it_is),
		TEST(test_no_end_of_failures),
		TEST(test_no_retry),
		TEST(test_account_only),
		TEST(test_new_boot),
		TEST(test_failures_of_another_boot),
		TEST(test_result_of_a_page_that_is_gone),
		TEST(test_replacements),
		TEST(test_rollback_asks_again),
		TEST(test_callback_fails),
		TEST(test_rollback_of_a_result),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
