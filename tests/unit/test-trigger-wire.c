// SPDX-License-Identifier: GPL-2.0-only
/* What may be asked of the trigger runner, its bytes, and that nothing else gets through. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actions/trigger-wire.h"

enum { HEADER = 16, KEY = 1, REPORTER = 2, VARIABLE = 3, ARGUMENT = 4, INPUT = 5 };

/* --- the request --- */

static void test_keys(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < TRIGGER_COUNT; i++) {
		enum trigger trigger = TRIGGER_HOOK;

		assert_int_equal(trigger_from_key(trigger_key((enum trigger)i), &trigger), 0);
		assert_int_equal(trigger, i);
		assert_int_equal(trigger_is_awaited(trigger),
				 i == TRIGGER_PAGE_PRE_SOFT || i == TRIGGER_PAGE_POST_SOFT);
	}
	assert_string_equal(trigger_key(TRIGGER_DIMM_CE), "dimm.ce-error-trigger");
	assert_string_equal(trigger_key(TRIGGER_CACHE), "cache.cache-threshold-trigger");
}

static void test_unknown_key(void **state)
{
	enum trigger trigger = TRIGGER_BUS;

	(void)state;
	assert_int_equal(trigger_from_key("/bin/sh", &trigger), -ENOENT);
	assert_int_equal(trigger_from_key("", &trigger), -ENOENT);
	assert_int_equal(trigger, TRIGGER_BUS);
}

static void test_variable_names(void **state)
{
	static const char *const good[] = {
		"THRESHOLD", "CPU", "MCGCAP", "AFFECTED_CPUS", "MCE_X", "MCE_EVENT_ID_2", "SEG"
	};
	static const char *const bad[] = { "PATH",   "LD_PRELOAD", "IFS",   "ENV",  "BASH_ENV",
					   "",	     "cpu",	   "CPU ",  "MCE_", "MCE_x",
					   "MCE_X=", "SETS",	   "TYPE\n" };
	_cleanup_trigger_request_ struct trigger_request request = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_int_equal(trigger_request_set(&request, good[i], "1"), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(trigger_request_set(&request, bad[i], "1"), -EINVAL);
	assert_int_equal(request.n_variables, sizeof(good) / sizeof(good[0]));
	assert_null(request.variables[request.n_variables]);
}

static void test_variable_values(void **state)
{
	_cleanup_trigger_request_ struct trigger_request request = { 0 };
	char *huge = calloc(1, TRIGGER_VALUE_MAX + 2);

	(void)state;
	memset(huge, 'x', TRIGGER_VALUE_MAX + 1);
	assert_int_equal(trigger_request_set(&request, "MESSAGE", "a\nb\x1b[2J\x7f = \xc3\xa4"), 0);
	assert_string_equal(request.variables[0], "MESSAGE=a?b?[2J? = \xc3\xa4");
	assert_int_equal(trigger_request_set(&request, "MESSAGE", "again"), -EEXIST);
	assert_int_equal(trigger_request_set(&request, "DIMM", NULL), 0);
	assert_int_equal(trigger_request_set(&request, "TYPE", huge), -E2BIG);
	assert_int_equal(request.n_variables, 1);
	/* A name that begins another one is not that one. */
	assert_int_equal(trigger_request_set(&request, "THRESHOLD_COUNT", ""), 0);
	assert_int_equal(trigger_request_set(&request, "THRESHOLD", "2 in 24h"), 0);
	free(huge);
}

static void test_variable_count(void **state)
{
	_cleanup_trigger_request_ struct trigger_request request = { 0 };
	char name[32];

	(void)state;
	for (unsigned int i = 0; i < TRIGGER_VARIABLES_MAX; i++) {
		snprintf(name, sizeof(name), "MCE_%u", i);
		assert_int_equal(trigger_request_set(&request, name, ""), 0);
	}
	assert_int_equal(trigger_request_set(&request, "CPU", "1"), -E2BIG);
}

static void test_argument_reporter_input(void **state)
{
	static const char *const bad[] = { "",	  "0x1000",   "-1",
					   "1 2", "1;reboot", "999999999999999999999999" };
	_cleanup_trigger_request_ struct trigger_request request = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(trigger_request_set_argument(&request, bad[i]), -EINVAL);
	assert_int_equal(trigger_request_set_argument(&request, "18446744073709551615"), 0);
	assert_int_equal(trigger_request_set_argument(&request, "1"), -EEXIST);
	assert_int_equal(trigger_request_set_reporter(&request, "page) x"), -EINVAL);
	assert_int_equal(trigger_request_set_reporter(&request, ""), -EINVAL);
	assert_int_equal(trigger_request_set_reporter(&request, "page_pre_soft"), 0);
	assert_int_equal(trigger_request_set_input(&request, "a\0b", 3), -EINVAL);
	assert_int_equal(trigger_request_set_input(&request, "ab", 2), 0);
	assert_int_equal(trigger_request_set_input(&request, "ab", 2), -EEXIST);
}

/* --- bytes --- */

static struct bytes bytes_of(const struct strbuf *message)
{
	return (struct bytes){ (const uint8_t *)message->text, message->length };
}

static void fill(struct trigger_request *request)
{
	*request = (struct trigger_request){ .id = 0x1122334455667788, .trigger = TRIGGER_IOMCA };
	assert_int_equal(trigger_request_set(request, "LOCATION", "SOCKET:0 = here"), 0);
	assert_int_equal(trigger_request_set(request, "SEG", ""), 0);
	assert_int_equal(trigger_request_set_reporter(request, "iomca"), 0);
	assert_int_equal(trigger_request_set_argument(request, "4096"), 0);
	assert_int_equal(trigger_request_set_input(request, "{\"a\":1}\n", 8), 0);
}

static void test_round_trip(void **state)
{
	_cleanup_trigger_request_ struct trigger_request request, again = { 0 };
	_cleanup_strbuf_ struct strbuf message = { 0 };
	char reason[TRIGGER_REASON_MAX];

	(void)state;
	fill(&request);
	assert_int_equal(trigger_request_serialise(&request, &message), 0);
	assert_int_equal(trigger_request_parse(bytes_of(&message), &again, reason), 0);
	assert_true(again.id == request.id);
	assert_int_equal(again.trigger, TRIGGER_IOMCA);
	assert_int_equal(again.n_variables, 2);
	assert_string_equal(again.variables[0], "LOCATION=SOCKET:0 = here");
	assert_string_equal(again.variables[1], "SEG=");
	assert_null(again.variables[2]);
	assert_string_equal(again.reporter, "iomca");
	assert_string_equal(again.argument, "4096");
	assert_string_equal(again.input, "{\"a\":1}\n");
	assert_int_equal(again.input_length, 8);
}

/* Whichever byte it ends at, it is the whole request, a shorter one, or none. */
static void test_cut(void **state)
{
	_cleanup_trigger_request_ struct trigger_request request;
	_cleanup_strbuf_ struct strbuf message = { 0 };
	unsigned int taken = 0;

	(void)state;
	fill(&request);
	assert_int_equal(trigger_request_serialise(&request, &message), 0);
	for (size_t size = 0; size < message.length; size++) {
		_cleanup_trigger_request_ struct trigger_request again = { 0 };
		char reason[TRIGGER_REASON_MAX] = "";
		struct bytes bytes = { (const uint8_t *)message.text, size };
		int r = trigger_request_parse(bytes, &again, reason);

		if (r == 0)
			taken++;
		else
			assert_true(r == -EBADMSG && reason[0] && !again.n_variables);
	}
	/* Behind the key, the reporter, two variables and the argument. */
	assert_int_equal(taken, 5);
}

static void start_message(struct strbuf *message)
{
	static const char header[HEADER] = "MTRG\1\0\0\0\7\0\0\0\0\0\0\0";

	strbuf_reset(message);
	strbuf_add_bytes(message, header, HEADER);
}

static void add_field(struct strbuf *message, int type, const char *text, size_t length)
{
	char header[5] = { (char)type, (char)length, (char)(length >> 8), (char)(length >> 16),
			   (char)(length >> 24) };

	strbuf_add_bytes(message, header, sizeof(header));
	strbuf_add_bytes(message, text, length);
}

static void assert_refused(const struct strbuf *message, const char *why)
{
	struct trigger_request request = { .id = 99 };
	char reason[TRIGGER_REASON_MAX] = "";

	assert_int_equal(trigger_request_parse(bytes_of(message), &request, reason), -EBADMSG);
	assert_string_equal(reason, why);
	assert_true(request.id == 99 && !request.n_variables);
}

static void test_refused_fields(void **state)
{
	static const struct {
		int type;
		const char *text;
		const char *why;
	} cases[] = {
		{ KEY, "bus", "trigger bus: a second one" },
		{ VARIABLE, "PATH=/tmp", "variable PATH: not one that is known or allowed" },
		{ VARIABLE, "LD_PRELOAD=x",
		  "variable LD_PRELOAD: not one that is known or allowed" },
		{ VARIABLE, "CPU", "variable CPU: no value" },
		{ VARIABLE, "=1", "variable : not one that is known or allowed" },
		{ VARIABLE, "A\nB=1", "variable A?B: not one that is known or allowed" },
		{ ARGUMENT, "$(x)", "argument $(x): not one that is known or allowed" },
		{ REPORTER, "a b", "reporter a b: not one that is known or allowed" },
		{ 0, "x", "field of type 0: not one that is known" },
		{ 6, "x", "field of type 6: not one that is known" },
	};
	_cleanup_strbuf_ struct strbuf message = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		start_message(&message);
		add_field(&message, KEY, "dimm.ce-error-trigger", 21);
		add_field(&message, cases[i].type, cases[i].text, strlen(cases[i].text));
		assert_refused(&message, cases[i].why);
	}
}

static void test_refused_messages(void **state)
{
	_cleanup_strbuf_ struct strbuf message = { 0 };

	(void)state;
	assert_refused(&message, "not a request");
	start_message(&message);
	assert_refused(&message, "no trigger is named");
	add_field(&message, KEY, "../../bin/sh", 12);
	assert_refused(&message, "trigger ../../bin/sh: not one that is known");
	start_message(&message);
	add_field(&message, KEY, "dimm.ce-error-trigger\0x", 23);
	assert_refused(&message, "field of type 1: a NUL in it");
	start_message(&message);
	message.text[0] = 'X';
	assert_refused(&message, "not a request");
	start_message(&message);
	message.text[4] = TRIGGER_MESSAGE_RESULT;
	assert_refused(&message, "not a request");
}

/* A length near 2^32 must not wrap around the end. */
static void test_refused_lengths(void **state)
{
	static const char lengths[][4] = { "\xff\xff\xff\xff", "\x1\0\0\0", "\xfb\xff\xff\xff" };
	_cleanup_strbuf_ struct strbuf message = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		start_message(&message);
		strbuf_add_bytes(&message, "\1", 1);
		strbuf_add_bytes(&message, lengths[i], 4);
		assert_refused(&message, "field of type 1: longer than the message");
	}
}

static void test_too_long(void **state)
{
	_cleanup_trigger_request_ struct trigger_request request = { .trigger = TRIGGER_HOOK };
	_cleanup_strbuf_ struct strbuf message = { 0 };
	char *text = calloc(1, TRIGGER_MESSAGE_MAX);

	(void)state;
	memset(text, 'x', TRIGGER_MESSAGE_MAX - 1);
	assert_int_equal(trigger_request_set_input(&request, text, TRIGGER_INPUT_MAX + 1), -E2BIG);
	assert_int_equal(trigger_request_set_input(&request, text, TRIGGER_INPUT_MAX), 0);
	text[TRIGGER_VALUE_MAX] = '\0';
	assert_int_equal(trigger_request_set(&request, "MESSAGE", text), 0);
	assert_int_equal(trigger_request_serialise(&request, &message), 0);
	strbuf_reset(&message);
	assert_int_equal(trigger_request_set(&request, "LOCATION", text), 0);
	assert_int_equal(trigger_request_serialise(&request, &message), -EMSGSIZE);
	assert_refused(&message, "a message of more than 131072 bytes");
	free(text);
}

/* --- results --- */

static void test_result(void **state)
{
	const struct trigger_result result = { .id = 1ull << 63,
					       .outcome = TRIGGER_OUTCOME_NOT_STARTED,
					       .detail = ENOENT,
					       .run_us = 5 };
	_cleanup_strbuf_ struct strbuf message = { 0 };
	struct trigger_result again;

	(void)state;
	assert_int_equal(trigger_result_serialise(&result, &message), 0);
	assert_int_equal(trigger_result_parse(bytes_of(&message), &again), 0);
	assert_true(again.id == result.id && again.run_us == 5);
	assert_int_equal(again.outcome, TRIGGER_OUTCOME_NOT_STARTED);
	assert_int_equal(again.detail, ENOENT);
	message.text[HEADER] = TRIGGER_OUTCOME_UNKNOWN;
	assert_int_equal(trigger_result_parse(bytes_of(&message), &again), -EBADMSG);
	message.text[HEADER] = TRIGGER_OUTCOME_EXITED;
	message.length--;
	assert_int_equal(trigger_result_parse(bytes_of(&message), &again), -EBADMSG);
}

static void test_result_text(void **state)
{
	static const struct {
		struct trigger_result result;
		const char *text;
	} cases[] = {
		{ { .outcome = TRIGGER_OUTCOME_EXITED, .detail = 3 }, "exit status 3" },
		{ { .outcome = TRIGGER_OUTCOME_KILLED, .detail = SIGKILL },
		  "killed by signal 9 (Killed)" },
		{ { .outcome = TRIGGER_OUTCOME_TIMED_OUT }, "timed out" },
		{ { .outcome = TRIGGER_OUTCOME_NOT_STARTED, .detail = ENOENT },
		  "not started: No such file or directory" },
		{ { .outcome = TRIGGER_OUTCOME_NOT_CONFIGURED }, "no trigger is configured" },
		{ { .outcome = TRIGGER_OUTCOME_QUEUE_FULL }, "refused: too many are waiting" },
		{ { .outcome = TRIGGER_OUTCOME_REFUSED },
		  "refused: the request was not understood" },
		{ { .outcome = TRIGGER_OUTCOME_UNKNOWN }, "unknown: the trigger runner went away" },
	};
	char text[TRIGGER_RESULT_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(trigger_result_text(&cases[i].result, text), cases[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_unknown_key),
		cmocka_unit_test(test_variable_names),
		cmocka_unit_test(test_variable_values),
		cmocka_unit_test(test_variable_count),
		cmocka_unit_test(test_argument_reporter_input),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_refused_fields),
		cmocka_unit_test(test_refused_messages),
		cmocka_unit_test(test_refused_lengths),
		cmocka_unit_test(test_too_long),
		cmocka_unit_test(test_result),
		cmocka_unit_test(test_result_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
