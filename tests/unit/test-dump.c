// SPDX-License-Identifier: GPL-2.0-only
/* What clients of the socket read, byte by byte: tests/golden/dump, which dump.sh gives them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "account-fixture.h"

static const char long_name[] = "NNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNNN"
				"NNNNNNNN";
static const char long_location[] = "LLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLL";

static struct account_dimm name_of(void *context, const struct location *location)
{
	(void)context;
	if (location->channel == LOCATION_UNKNOWN)
		return (struct account_dimm){ "", "" };
	if (location->socket == 1)
		return location->dimm == LOCATION_UNKNOWN
			       ? (struct account_dimm){ 0 }
			       : (struct account_dimm){ long_name, long_location };
	return location->dimm == LOCATION_UNKNOWN
		       ? (struct account_dimm){ "", "Node0_Bank1" }
		       : (struct account_dimm){ "DIMM_\"A1\n", "P1_NODE0" };
}

static struct account *new_account(const struct account_policy *policy,
				   struct account_dimm (*dimm)(void *, const struct location *))
{
	const struct account_env env = { .boot = THIS_BOOT, .imc_channels = 3, .dimm = dimm };
	struct account *account;

	assert_int_equal(account_new(policy, &env, &account), 0);
	return account;
}

static struct tally tally(uint64_t total, uint64_t count, uint64_t excess, int64_t since_us)
{
	return (struct tally){ total, { count, excess, since_us } };
}

static void load_place(struct account *account, enum counter_kind kind, const int32_t where[4],
		       struct tally corrected, struct tally uncorrected)
{
	struct location location;
	struct counter counter = { .corrected = corrected, .uncorrected = uncorrected };

	memset(&location, 0xff, sizeof(location));
	location.socket = where[0];
	location.imc = where[1];
	location.channel = where[2];
	location.dimm = where[3];
	counter.key = counter_key_place(kind, &location);
	assert_int_equal(account_load(account, &counter), 0);
}

/* A day's periods have begun at start_us, or long before. */
static void load_places(struct account *account)
{
	const int64_t old = start_us - 40 * hour_us;
	const struct tally none = { 0 };

	load_place(account, COUNTER_DIMM, (int32_t[]){ 1, 1, 0, 1 }, tally(12, 3, 0, start_us),
		   none);
	load_place(account, COUNTER_SOCKET, (int32_t[]){ 1, -1, -1, -1 }, none, none);
	load_place(account, COUNTER_CHANNEL, (int32_t[]){ 0, -1, 1, -1 }, tally(10, 0, 10, old),
		   none);
	load_place(account, COUNTER_DIMM, (int32_t[]){ 0, -1, 1, 0 }, tally(2, 1, 0, start_us),
		   tally(1, 0, 1, old));
	load_place(account, COUNTER_CHANNEL, (int32_t[]){ 1, 1, 0, -1 }, tally(7, 7, 0, start_us),
		   none);
	load_place(account, COUNTER_SOCKET, (int32_t[]){ 0, -1, -1, -1 },
		   tally(325, 9, 0, start_us), none);
	/* what mcelog has no words for is not dumped */
	load_place(account, COUNTER_ROW, (int32_t[]){ 0, -1, 1, 0 }, tally(99, 0, 0, old), none);
}

static void load_page(struct account *account, uint64_t address, struct tally corrected,
		      enum page_state page_state, sd_id128_t boot, bool triggered)
{
	struct counter counter = { .key = counter_key_page(address),
				   .corrected = corrected,
				   .state = page_state,
				   .state_boot = boot,
				   .triggered = triggered };

	assert_int_equal(account_load(account, &counter), 0);
}

static void check_golden(const char *name, const struct strbuf *text)
{
	const char *srcdir = getenv("MCELOG_TEST_SRCDIR");
	char path[4096], expected[8192];
	FILE *file;
	size_t n;

	snprintf(path, sizeof(path), "%s/tests/golden/dump/%s", srcdir ? srcdir : ".", name);
	file = fopen(path, "re");
	assert_non_null(file);
	n = fread(expected, 1, sizeof(expected) - 1, file);
	expected[n] = '\0';
	fclose(file);
	assert_string_equal(strbuf_text(text), expected);
}

static void check_dump(struct account *account, bool all, bool bios, const char *name)
{
	struct strbuf text = { 0 };

	account_dump(account, all, bios, start_us + hour_us, &text);
	check_golden(name, &text);
	strbuf_free(&text);
}

static void test_places(void **state)
{
	struct account_policy policy = default_policy();
	struct account *account;

	(void)state;
	/* a day, however it was written */
	policy.dimm_corrected.threshold.unit = 'd';
	policy.dimm_uncorrected.threshold.unit = 's';
	policy.socket_uncorrected.threshold = (struct threshold){ 0 };
	account = new_account(&policy, name_of);
	load_places(account);
	check_dump(account, true, true, "all-bios");
	check_dump(account, true, false, "all");
	check_dump(account, false, false, "bare");
	account_free(account);
}

static void test_pages(void **state)
{
	struct account_policy policy = default_policy();
	struct account *account = new_account(&policy, NULL);
	struct strbuf text = { 0 };

	(void)state;
	load_page(account, 0x12345000, tally(14, 0, 14, start_us), PAGE_OFFLINE_FAILED, THIS_BOOT,
		  true);
	load_page(account, 0x2000, tally(4, 0, 4, start_us), PAGE_OFFLINE_WANTED, THIS_BOOT, true);
	/* offline before the reboot */
	load_page(account, 0x7f0012000, tally(9, 1, 8, start_us - 30 * hour_us), PAGE_OFFLINE,
		  OTHER_BOOT, true);
	load_page(account, 0x1000, tally(1, 1, 0, start_us), PAGE_ONLINE, THIS_BOOT, false);
	load_page(account, 0x3000, tally(22, 0, 20, start_us), PAGE_OFFLINE, THIS_BOOT, true);
	account_dump_pages(account, start_us + hour_us, &text);
	check_golden("pages", &text);
	strbuf_free(&text);
	account_free(account);
}

/* Looking is not counting: the same twice, and no batch is begun. */
static void test_dump_changes_nothing(void **state)
{
	struct account_policy policy = default_policy();
	struct account *account = new_account(&policy, name_of);
	struct strbuf text = { 0 };

	(void)state;
	load_places(account);
	account_dump(account, true, true, start_us + 1000 * hour_us, &text);
	account_dump_pages(account, start_us + 1000 * hour_us, &text);
	strbuf_free(&text);
	check_dump(account, false, false, "bare");
	assert_int_equal(counters_changed(account_counters(account)), 0);
	account_free(account);
}

static void test_nothing_to_tell(void **state)
{
	struct account_policy policy = default_policy();
	struct account *account = new_account(&policy, name_of);
	struct strbuf text = { 0 };

	(void)state;
	account_dump(account, true, true, start_us, &text);
	account_dump_pages(account, start_us, &text);
	assert_string_equal(strbuf_text(&text), "");
	load_place(account, COUNTER_SOCKET, (int32_t[]){ 0, -1, -1, -1 }, (struct tally){ 0 },
		   (struct tally){ 0 });
	account_dump(account, false, true, start_us, &text);
	assert_string_equal(strbuf_text(&text), "");
	strbuf_free(&text);
	account_free(account);
}

/* From errors to the text, over a period. */
static void test_counted(void **state)
{
	static struct fixture fixture;
	struct account_policy policy = default_policy();
	struct event event = memory_event(0x5000, start_us);
	struct strbuf text = { 0 };

	(void)state;
	fixture_start(&fixture, &policy, THIS_BOOT);
	event.decoded.count = 3;
	fixture_add(&fixture, &event);
	fixture_add(&fixture, &event);
	account_dump(fixture.account, false, false, start_us + hour_us, &text);
	account_dump_pages(fixture.account, start_us + hour_us, &text);
	assert_string_equal(strbuf_text(&text),
			    "Memory errors\n"
			    "SOCKET 0 CHANNEL any DIMM any\n"
			    "corrected memory errors:\n\t6 total\n\t6 in 24h\n"
			    "uncorrected memory errors:\n\t0 total\n\t0 in 24h\n"
			    "\n"
			    "SOCKET 0 CHANNEL 1 DIMM any\n"
			    "corrected memory errors:\n\t6 total\n\t6 in 24h\n"
			    "uncorrected memory errors:\n\t0 total\n\t0 in 24h\n"
			    "Per page corrected memory statistics:\n"
			    "5000: total 2 seen \"2 in 24h\" online triggered\n\n");
	strbuf_reset(&text);
	account_dump_pages(fixture.account, start_us + 25 * hour_us, &text);
	assert_non_null(strstr(strbuf_text(&text), "total 2 seen \"0 in 24h\""));
	strbuf_free(&text);
	fixture_end(&fixture);
}

static void test_periods(void **state)
{
	static const struct {
		struct threshold threshold;
		const char *shown;
	} rows[] = {
		{ { 2, 86400, 'd' }, "\"1 in 24h\"" },	 { { 2, 86400, 's' }, "\"1 in 24h\"" },
		{ { 2, 604800, 'w' }, "\"1 in 168h\"" }, { { 2, 3600, 'm' }, "\"1 in 1h\"" },
		{ { 2, 5400, 'm' }, "\"1 in 90m\"" },	 { { 2, 90, 's' }, "\"1 in 90s\"" },
		{ { 0, 0, 0 }, "\"1 in 24h\"" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct account_policy policy = default_policy();
		struct strbuf text = { 0 };
		struct account *account;

		policy.page.threshold = rows[i].threshold;
		account = new_account(&policy, NULL);
		load_page(account, 0x1000, tally(1, 1, 0, start_us), PAGE_ONLINE, THIS_BOOT, false);
		account_dump_pages(account, start_us, &text);
		assert_non_null(strstr(strbuf_text(&text), rows[i].shown));
		strbuf_free(&text);
		account_free(account);
	}
}

/*
 * Each place is shown over the period of its own threshold: mcelog showed the socket over the
 * DIMM's.
 */
static void test_periods_of_places(void **state)
{
	static struct fixture fixture;
	struct account_policy policy = default_policy();
	struct event event = memory_event(0x5000, start_us);
	struct strbuf text = { 0 };

	(void)state;
	policy.page_action = PAGE_ACTION_OFF;
	policy.dimm_corrected.threshold = (struct threshold){ 10, 7200, 'h' };
	policy.dimm_uncorrected.threshold = (struct threshold){ 10, 10800, 'h' };
	policy.socket_corrected.threshold = (struct threshold){ 10, 14400, 'h' };
	policy.socket_uncorrected.threshold = (struct threshold){ 10, 18000, 'h' };
	fixture_start(&fixture, &policy, THIS_BOOT);
	fixture_add(&fixture, &event);
	event.decoded.severity = SEVERITY_UNCORRECTED;
	fixture_add(&fixture, &event);
	/* the DIMM's two periods are over, the socket's are not */
	account_dump(fixture.account, true, false, start_us + 3 * hour_us, &text);
	assert_string_equal(strbuf_text(&text),
			    "Memory errors\n"
			    "SOCKET 0 CHANNEL any DIMM any\n"
			    "corrected memory errors:\n\t1 total\n\t1 in 4h\n"
			    "uncorrected memory errors:\n\t1 total\n\t1 in 5h\n"
			    "\n"
			    "SOCKET 0 CHANNEL 1 DIMM any\n"
			    "corrected memory errors:\n\t1 total\n\t0 in 2h\n"
			    "uncorrected memory errors:\n\t1 total\n\t0 in 3h\n");
	strbuf_free(&text);
	fixture_end(&fixture);
}

/* A page with failures is aged by its own, higher threshold. */
static void test_multiplied_period(void **state)
{
	struct account_policy policy = default_policy();
	struct counter counter = { .key = counter_key_page(0x1000),
				   .corrected = tally(9, 7, 0, start_us),
				   .failures = 2 };
	struct account *account = new_account(&policy, NULL);
	struct strbuf text = { 0 };

	(void)state;
	assert_int_equal(account_load(account, &counter), 0);
	account_dump_pages(account, start_us + 24 * hour_us, &text);
	assert_non_null(strstr(strbuf_text(&text), "total 9 seen \"0 in 24h\""));
	strbuf_free(&text);
	account_free(account);
}

/* --- names of all lengths --- */

static const char euro[] = "\xe2\x82\xac";
static char name_text[256], location_text[256];

static struct account_dimm texts_of(void *context, const struct location *location)
{
	(void)context;
	(void)location;
	return (struct account_dimm){ name_text, location_text };
}

static void fill(char *text, const char *character, size_t length)
{
	size_t used = 0;

	for (; used + strlen(character) <= length; used += strlen(character))
		memcpy(text + used, character, strlen(character));
	text[used] = '\0';
}

/* No part of a character is left behind. */
static void check_characters(const char *line, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if ((unsigned char)line[i] < 0x80)
			continue;
		assert_true(i + 3 <= length);
		assert_memory_equal(&line[i], euro, 3);
		i += 2;
	}
}

static void check_line(const char *character, size_t name, size_t location)
{
	struct account_policy policy = default_policy();
	struct account *account = new_account(&policy, texts_of);
	struct strbuf text = { 0 };
	const char *line, *end;

	fill(name_text, character, name);
	fill(location_text, character, location);
	load_place(account, COUNTER_DIMM, (int32_t[]){ 0, 0, 0, 0 }, tally(1, 1, 0, start_us),
		   (struct tally){ 0 });
	account_dump(account, true, true, start_us, &text);
	for (line = strbuf_text(&text); *line; line = end + 1) {
		end = strchr(line, '\n');
		assert_non_null(end);
		assert_true(end - line <= 126);
		check_characters(line, (size_t)(end - line));
	}
	assert_int_equal(strstr(strbuf_text(&text), "DMI_NAME") != NULL, name_text[0] != '\0');
	assert_int_equal(strstr(strbuf_text(&text), "DMI_LOCATION") != NULL,
			 location_text[0] != '\0');
	assert_null(strstr(strbuf_text(&text), "\"\""));
	strbuf_free(&text);
	account_free(account);
}

static void test_names_of_all_lengths(void **state)
{
	(void)state;
	for (size_t name = 0; name < 140; name++)
		for (size_t location = 0; location < 140; location += 7) {
			check_line("x", name, location);
			check_line(euro, name, location);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_dump_changes_nothing),
		cmocka_unit_test(test_nothing_to_tell),
		cmocka_unit_test(test_counted),
		cmocka_unit_test(test_periods),
		cmocka_unit_test(test_periods_of_places),
		cmocka_unit_test(test_multiplied_period),
		cmocka_unit_test(test_names_of_all_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
