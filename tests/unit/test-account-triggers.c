// SPDX-License-Identifier: GPL-2.0-only
/* What scripts are told, which is mcelog's contract; how often those without a threshold run. */
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

static void add_times(struct fixture *fixture, unsigned int n, const struct event *event)
{
	for (unsigned int i = 0; i < n; i++)
		fixture_add(fixture, event);
}

static void check_environment(const struct fixture *fixture, enum action_kind kind,
			      const char *target, const char *environment)
{
	const struct action *action = NULL;

	assert_int_equal(wanted(fixture, kind, target, &action), 1);
	assert_int_equal(action->state, ACTION_WANTED);
	assert_non_null(action->environment);
	assert_string_equal(action->environment, environment);
}

static void check_trigger(const struct fixture *fixture, const char *key, const char *environment)
{
	check_environment(fixture, ACTION_TRIGGER, key, environment);
}

static const char *last_text(const struct fixture *fixture, const char *key)
{
	const struct action *action = NULL;

	assert_true(wanted(fixture, ACTION_TRIGGER, key, &action) > 0);
	return action->text;
}

/* --- memory --- */

static void test_page(void **state)
{
	struct event event = memory_event(PAGE + 0x40, start_us + second_us / 2);

	/* an error of the same DIMM elsewhere: CECOUNT is the DIMM's, TOTALCOUNT the page's */
	event.decoded.location.dimm = 0;
	event.record.addr = 0x1000;
	fixture_add(*state, &event);
	event.record.addr = PAGE + 0x40;
	add_times(*state, 2, &event);
	check_trigger(*state, "page.memory-ce-trigger",
		      "THRESHOLD=2 in 24h\n"
		      "TOTALCOUNT=2\n"
		      "LOCATION=SOCKET:0 CHANNEL:1 DIMM:0 [P1_NODE0 DIMM_A1]\n"
		      "DMI_LOCATION=P1_NODE0\n"
		      "DMI_NAME=DIMM_A1\n"
		      "DIMM=0\n"
		      "CHANNEL=1\n"
		      "SOCKETID=0\n"
		      "CECOUNT=3\n"
		      "UCCOUNT=0\n"
		      "LASTEVENT=1795212000\n"
		      "AGETIME=86400\n"
		      "MESSAGE=Corrected memory errors on page 12345000 exceed threshold 2 in 24h: "
		      "2 in 24h\n"
		      "THRESHOLD_COUNT=2\n");
	/* the scripts before and after soft offlining get that of the offlining */
	check_environment(*state, ACTION_OFFLINE_PAGE, "page 12345000",
			  "THRESHOLD=2 in 24h\n"
			  "TOTALCOUNT=2\n"
			  "LOCATION=SOCKET:0 CHANNEL:1 DIMM:0 [P1_NODE0 DIMM_A1]\n"
			  "DMI_LOCATION=P1_NODE0\n"
			  "DMI_NAME=DIMM_A1\n"
			  "DIMM=0\n"
			  "CHANNEL=1\n"
			  "SOCKETID=0\n"
			  "CECOUNT=3\n"
			  "UCCOUNT=0\n"
			  "LASTEVENT=1795212000\n"
			  "AGETIME=86400\n"
			  "MESSAGE=too many corrected errors on page 12345000\n"
			  "THRESHOLD_COUNT=2\n");
}

/* What is not known is left out; so is a time that nobody has told. */
static void test_page_of_nowhere(void **state)
{
	struct event event = memory_event(PAGE, 0);

	event.decoded.location.socket = event.decoded.location.channel = LOCATION_UNKNOWN;
	add_times(*state, 2, &event);
	check_trigger(*state, "page.memory-ce-trigger",
		      "THRESHOLD=2 in 24h\n"
		      "TOTALCOUNT=2\n"
		      "LOCATION=SOCKET:? CHANNEL:? DIMM:? []\n"
		      "CECOUNT=2\n"
		      "UCCOUNT=0\n"
		      "AGETIME=86400\n"
		      "MESSAGE=Corrected memory errors on page 12345000 exceed threshold 2 in 24h: "
		      "2 in 24h\n"
		      "THRESHOLD_COUNT=2\n");
}

static void test_replacement(void **state)
{
	struct event event = memory_event(0, start_us);

	event.decoded.location.socket = LOCATION_UNKNOWN;
	for (; event.record.addr < 120 << 12; event.record.addr += 1 << 12)
		fixture_add(*state, &event);
	check_trigger(*state, "page.memory-ce-counter-replacement-trigger",
		      "THRESHOLD=20 in 24h\n"
		      "TOTALCOUNT=20\n"
		      "LASTEVENT=1795212000\n"
		      "AGETIME=86400\n"
		      "MESSAGE=Replacements of page correctable error counter exceed threshold "
		      "20 in 24h: 20 in 24h\n"
		      "THRESHOLD_COUNT=20\n");
}

static void test_dimm(void **state)
{
	struct fixture *fixture = *state;
	struct event event = memory_event(PAGE, start_us);

	event.decoded.address_usable = false;
	event.decoded.location.dimm = 0;
	event.decoded.location.imc = 1;
	fixture->dimm = (struct account_dimm){ "A\n1", "" };
	add_times(fixture, 10, &event);
	check_trigger(fixture, "dimm.ce-error-trigger",
		      "THRESHOLD=10 in 24h\n"
		      "TOTALCOUNT=10\n"
		      "LOCATION=SOCKET:0 CHANNEL:4 DIMM:0 [A 1]\n"
		      "DMI_NAME=A 1\n"
		      "DIMM=0\n"
		      "CHANNEL=4\n"
		      "SOCKETID=0\n"
		      "CECOUNT=10\n"
		      "UCCOUNT=0\n"
		      "LASTEVENT=1795212000\n"
		      "AGETIME=86400\n"
		      "MESSAGE=corrected DIMM memory error count exceeded threshold: 10 in 24h\n"
		      "THRESHOLD_COUNT=10\n");
	event.decoded.severity = SEVERITY_UNCORRECTED;
	fixture_add(fixture, &event);
	check_trigger(fixture, "dimm.uc-error-trigger",
		      "THRESHOLD=1 in 24h\n"
		      "TOTALCOUNT=1\n"
		      "LOCATION=SOCKET:0 CHANNEL:4 DIMM:0 [A 1]\n"
		      "DMI_NAME=A 1\n"
		      "DIMM=0\n"
		      "CHANNEL=4\n"
		      "SOCKETID=0\n"
		      "CECOUNT=10\n"
		      "UCCOUNT=1\n"
		      "LASTEVENT=1795212000\n"
		      "AGETIME=86400\n"
		      "MESSAGE=Uncorrected DIMM memory error count exceeded threshold: 1 in 24h\n"
		      "THRESHOLD_COUNT=1\n");
}

static void test_socket(void **state)
{
	struct event event = memory_event(PAGE, start_us);

	event.decoded.address_usable = false;
	event.decoded.location.socket = 2;
	event.decoded.count = 101;
	fixture_add(*state, &event);
	check_trigger(*state, "socket.mem-ce-error-trigger",
		      "THRESHOLD=101 in 24h\n"
		      "TOTALCOUNT=101\n"
		      "LOCATION=SOCKET:2 CHANNEL:? DIMM:? []\n"
		      "SOCKETID=2\n"
		      "CECOUNT=101\n"
		      "UCCOUNT=0\n"
		      "LASTEVENT=1795212000\n"
		      "AGETIME=86400\n"
		      "MESSAGE=corrected Socket memory error count exceeded threshold: 101 in 24h\n"
		      "THRESHOLD_COUNT=101\n");
	event.decoded.severity = SEVERITY_UCNA;
	add_times(*state, 2, &event);
	check_trigger(*state, "socket.mem-uc-error-trigger",
		      "THRESHOLD=2 in 24h\n"
		      "TOTALCOUNT=2\n"
		      "LOCATION=SOCKET:2 CHANNEL:? DIMM:? []\n"
		      "SOCKETID=2\n"
		      "CECOUNT=101\n"
		      "UCCOUNT=2\n"
		      "LASTEVENT=1795212000\n"
		      "AGETIME=86400\n"
		      "MESSAGE=Uncorrected Socket memory error count exceeded threshold: 2 in 24h\n"
		      "THRESHOLD_COUNT=2\n");
}

/* --- caches --- */

static struct event cache_event(uint16_t code, uint64_t color)
{
	struct event event =
		cpu_event(CLASS_CACHE, UINT64_C(0x9) << 60 | color << 53 | code, start_us);

	event.decoded.facts[0] = (struct fact){ "threshold_status", "", color };
	event.decoded.n_facts = 1;
	return event;
}

static void test_cache(void **state)
{
	struct event event = cache_event(0x0135, 2);
	const struct action *action = NULL;

	fixture_add(*state, &event);
	/* which CPUs share it is for those to find out who run the script */
	check_trigger(*state, "cache.cache-threshold-trigger",
		      "LOCATION=CPU 3 on socket 0\n"
		      "SOCKETID=0\n"
		      "MESSAGE=CPU 3 on socket 0 has large number of corrected cache errors in "
		      "Level-2 Data\n"
		      "CPU=3\n"
		      "LEVEL=2\n"
		      "TYPE=Data\n");
	wanted(*state, ACTION_TRIGGER, "cache.cache-threshold-trigger", &action);
	assert_int_equal(action->cpu, 3);
	assert_int_equal(action->cache_level, 2);
	assert_int_equal(action->cache_type, 'D');
	assert_int_equal(wanted(*state, ACTION_THRESHOLD, "cpu 3 cache 2D", &action), 1);
	assert_int_equal(action->state, ACTION_DONE);
	assert_int_equal(wanted(*state, ACTION_OFFLINE_CPU, NULL, NULL), 0);
}

static void test_cache_words(void **state)
{
	static const struct {
		enum error_class class;
		uint16_t code;
		const char *words; /* of the message: level and type */
		char type;
	} rows[] = {
		{ CLASS_CACHE, 0x0150, "Level-1 Instruction", 'I' },
		{ CLASS_CACHE, 0x013a, "Level-3 Generic", 'U' },
		{ CLASS_CACHE, 0x1135, "Level-2 Data", 'D' }, /* the filtering bit */
		{ CLASS_CACHE, 0x0137, "UNKNOWN Data", 'D' },
		{ CLASS_CACHE, 0x000e, "Level-2 unknown", 'U' },
		{ CLASS_CACHE, 0x100e, "Level-2 unknown", 'U' },
		{ CLASS_TLB, 0x0014, "Level-0 Data", 'D' },
		{ CLASS_TLB, 0x0015, "Level-1 Data", 'D' },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct event event = cache_event(rows[i].code, 2);
		const struct action *action = NULL;

		fixture_forget(*state);
		event.decoded.class = rows[i].class;
		fixture_add(*state, &event);
		assert_int_equal(wanted(*state, ACTION_TRIGGER, NULL, &action), 1);
		assert_int_equal(action->cache_type, rows[i].type);
		assert_string_equal(action->text + strlen("CPU 3 on socket 0 has large number of "
							  "corrected cache errors in "),
				    rows[i].words);
	}
}

static void test_cpu_offline(void **state)
{
	struct fixture *fixture = *state;
	struct account_policy policy = default_policy();
	struct event event = cache_event(0x0135, 2);
	struct counter_key key = counter_key_cpu(3);
	const struct action *action = NULL;

	policy.cache = (struct account_rule){ 0 };
	policy.cpu_offline = true;
	account_set_policy(fixture->account, &policy);
	fixture_add(fixture, &event);
	assert_int_equal(fixture->n_wanted, 1);
	assert_int_equal(wanted(fixture, ACTION_OFFLINE_CPU, "cpu 3 cache 2D", &action), 1);
	assert_int_equal(action->state, ACTION_WANTED);
	assert_int_equal(action->done_us, 0);
	assert_int_equal(action->cpu, 3);

	/* green, reserved, or not tracked at all: counted only */
	fixture_forget(fixture);
	for (uint64_t color = 0; color < 4; color++) {
		event = cache_event(0x0135, color);
		if (color != 2)
			fixture_add(fixture, &event);
	}
	event.decoded.n_facts = 0;
	event.decoded.count = 5;
	fixture_add(fixture, &event);
	event.decoded.severity = SEVERITY_UNCORRECTED;
	fixture_add(fixture, &event);
	assert_int_equal(fixture->n_wanted, 0);
	assert_int_equal(counters_find(account_counters(fixture->account), &key)->corrected.total,
			 9);
	assert_int_equal(counters_find(account_counters(fixture->account), &key)->uncorrected.total,
			 1);
}

/* --- bus, I/O, unknown --- */

static void test_bus(void **state)
{
	struct event event = cpu_event(CLASS_BUS, 0xb200000000000b3d, start_us);

	fixture_add(*state, &event);
	check_trigger(*state, "socket.bus-uc-threshold-trigger",
		      "LOCATION=CPU 3 on socket 0\n"
		      "SOCKETID=0\n"
		      "MESSAGE=CPU 3 on socket 0 received Bus and Interconnect Errors in "
		      "Other-transaction\n"
		      "CPU=3\n"
		      "LEVEL=Level-1\n"
		      "PARTICIPATION=Responed-to-request\n"
		      "REQUEST=Data-Read\n"
		      "ORIGIN=Other-transaction\n"
		      "TIMEOUT=Request-timed-out\n");
	fixture_forget(*state);
	event.record.status = 0x08f0;
	event.decoded.location.socket = LOCATION_UNKNOWN;
	fixture_add(*state, &event);
	check_trigger(*state, "socket.bus-uc-threshold-trigger",
		      "LOCATION=CPU 3\n"
		      "MESSAGE=CPU 3 received Bus and Interconnect Errors in Memory-access\n"
		      "CPU=3\n"
		      "LEVEL=Level-0\n"
		      "PARTICIPATION=Local-CPU-originated-request\n"
		      "REQUEST=UNKNOWN\n"
		      "ORIGIN=Memory-access\n"
		      "TIMEOUT=Request-did-not-timeout\n");
}

static void test_iomca(void **state)
{
	struct event event = cpu_event(CLASS_IO, 0xba00000000000e0b, start_us);
	const struct fact facts[] = { { "pci_segment", "", 1 },
				      { "pci_bus", "", 0x5 },
				      { "pci_device", "", 0x1f },
				      { "pci_function", "", 3 } };

	/* who does not say the requester is a bus error only */
	fixture_add(*state, &event);
	assert_int_equal(triggers(*state, "socket.iomca-threshold-trigger"), 0);
	assert_int_equal(triggers(*state, "socket.bus-uc-threshold-trigger"), 1);
	memcpy(event.decoded.facts, facts, sizeof(facts));
	event.decoded.n_facts = ARRAY_SIZE(facts);
	fixture_add(*state, &event);
	assert_int_equal(triggers(*state, "socket.bus-uc-threshold-trigger"), 2);
	check_trigger(*state, "socket.iomca-threshold-trigger",
		      "LOCATION=CPU 3 on socket 0\n"
		      "SOCKETID=0\n"
		      "MESSAGE=CPU 3 on socket 0 received IO MCA Errors from 1:05:1f.3\n"
		      "CPU=3\n"
		      "SEG=1\n"
		      "BUS=05\n"
		      "DEVICE=1f\n"
		      "FUNCTION=3\n");
}

static void test_unknown(void **state)
{
	struct event event = cpu_event(CLASS_INTERNAL, 0xbe00000000800400, start_us);

	event.record.misc = 0xabc;
	event.record.addr = 0xdef000;
	event.record.mcgstatus = 5;
	event.record.mcgcap = 0x1000c17;
	fixture_add(*state, &event);
	check_trigger(*state, "socket.unknown-threshold-trigger",
		      "LOCATION=CPU 3 on socket 0\n"
		      "SOCKETID=0\n"
		      "MESSAGE=CPU 3 on socket 0 received unknown error\n"
		      "CPU=3\n"
		      "STATUS=be00000000800400\n"
		      "MISC=abc\n"
		      "ADDR=def000\n"
		      "MCGSTATUS=5\n"
		      "MCGCAP=1000c17\n");
}

static void test_no_script(void **state)
{
	static const enum error_class classes[] = { CLASS_BUS, CLASS_IO, CLASS_UNKNOWN,
						    CLASS_THERMAL };
	struct fixture *fixture = *state;
	struct account_policy policy = default_policy();

	policy.bus_trigger = policy.iomca_trigger = policy.unknown_trigger = false;
	account_set_policy(fixture->account, &policy);
	for (size_t i = 0; i < ARRAY_SIZE(classes); i++) {
		struct event event = cpu_event(classes[i], 0, start_us);

		event.decoded.facts[event.decoded.n_facts++] = (struct fact){ "pci_bus", "", 1 };
		fixture_add(fixture, &event);
	}
	assert_int_equal(fixture->n_wanted, 0);
}

/* --- how often --- */

static void check_rate(struct fixture *fixture, struct event *event, const char *key)
{
	fixture_forget(fixture);
	add_times(fixture, 31, event);
	assert_int_equal(triggers(fixture, key), 20);
	assert_null(strstr(last_text(fixture, key), "more before it"));
	event->record.time_us += 59 * second_us;
	fixture_add(fixture, event);
	assert_int_equal(triggers(fixture, key), 20);
	event->record.time_us += second_us;
	fixture_add(fixture, event);
	assert_int_equal(triggers(fixture, key), 21);
	assert_non_null(strstr(last_text(fixture, key), " (12 more before it)"));
	fixture_add(fixture, event);
	assert_null(strstr(last_text(fixture, key), "more before it"));
}

static void test_rates(void **state)
{
	struct event bus = cpu_event(CLASS_BUS, 0x0b3d, start_us);
	struct event io = cpu_event(CLASS_IO, 0x0e0b, start_us);
	struct event unknown = cpu_event(CLASS_UNKNOWN, 0, start_us);
	struct event cache = cache_event(0x0135, 2);

	io.decoded.facts[io.decoded.n_facts++] = (struct fact){ "pci_bus", "", 1 };
	check_rate(*state, &bus, "socket.bus-uc-threshold-trigger");
	check_rate(*state, &io, "socket.iomca-threshold-trigger");
	check_rate(*state, &unknown, "socket.unknown-threshold-trigger");
	check_rate(*state, &cache, "cache.cache-threshold-trigger");
}

/* A threshold of its own takes the place of the rate. */
static void test_rate_threshold(void **state)
{
	static const char key[] = "socket.bus-uc-threshold-trigger";
	struct event bus = cpu_event(CLASS_BUS, 0x0b3d, start_us);
	struct account_policy policy = default_policy();
	struct fixture *fixture = *state;

	policy.bus_threshold = (struct threshold){ 3, 3600, 'h' };
	account_set_policy(fixture->account, &policy);
	add_times(fixture, 2, &bus);
	assert_int_equal(triggers(fixture, key), 0);
	fixture_add(fixture, &bus);
	assert_int_equal(triggers(fixture, key), 1);
	add_times(fixture, 3, &bus);
	assert_int_equal(triggers(fixture, key), 2);
}

/* What was asked for in a batch that came to nothing was not asked for. */
static void test_rate_rolled_back(void **state)
{
	struct fixture *fixture = *state;
	struct event event = cpu_event(CLASS_UNKNOWN, 0, start_us);

	for (int i = 0; i < 5; i++) {
		fixture_forget(fixture);
		for (int j = 0; j < 25; j++)
			assert_int_equal(fixture_take(fixture, &event), 0);
		assert_int_equal(fixture->n_wanted, 20);
		account_rollback(fixture->account);
	}
	event.record.time_us += 60 * second_us;
	fixture_add(fixture, &event);
	assert_string_equal(last_text(fixture, "socket.unknown-threshold-trigger"),
			    "CPU 3 on socket 0 received unknown error");
}

/* --- the hook --- */

static void hook_alone(struct fixture *fixture)
{
	struct account_policy policy = { .dimms = true,
					 .dimm_corrected = { .threshold = { 1, 86400, 'h' } },
					 .hook = true,
					 .hook_repeat_s = 86400 };

	account_set_policy(fixture->account, &policy);
}

/* Whether an error at start + hours runs the hook. */
static bool hooked(struct fixture *fixture, int64_t hours)
{
	struct event event = memory_event(PAGE, start_us + hours * hour_us);
	unsigned int before = fixture->n_wanted;

	fixture_add(fixture, &event);
	assert_int_equal(fixture->n_wanted, triggers(fixture, "trigger.hook"));
	return fixture->n_wanted > before;
}

static void test_hook_intervals(void **state)
{
	struct fixture *fixture = *state;
	struct event other = memory_event(PAGE, start_us);

	hook_alone(fixture);
	assert_true(hooked(fixture, 0));
	assert_false(hooked(fixture, 0));
	assert_false(hooked(fixture, 23));
	assert_true(hooked(fixture, 24));
	assert_false(hooked(fixture, 24 + 47));
	assert_true(hooked(fixture, 24 + 48));
	assert_false(hooked(fixture, 72 + 95));
	assert_true(hooked(fixture, 72 + 96));
	/* two CPUs are not in step; a clock that was years ahead is something else */
	assert_false(hooked(fixture, 72 + 95));
	assert_true(hooked(fixture, -1000));
	/* every place has its own */
	other.decoded.location.channel = 2;
	fixture_add(fixture, &other);
	assert_int_equal(triggers(fixture, "trigger.hook"), 6);
}

/* Their threshold is the CPU's own. */
static void test_hook_for_caches(void **state)
{
	struct fixture *fixture = *state;
	struct event event = cache_event(0x0135, 2);
	const struct action *action = NULL;

	hook_alone(fixture);
	add_times(fixture, 3, &event);
	event.record.time_us += 24 * hour_us;
	fixture_add(fixture, &event);
	assert_int_equal(wanted(fixture, ACTION_TRIGGER, "trigger.hook", &action), 2);
	assert_int_equal(fixture->n_wanted, 2);
	assert_string_equal(action->text, "CPU 3 on socket 0 has large number of corrected cache "
					  "errors in Level-2 Data");
	event.record.cpu = 4;
	fixture_add(fixture, &event);
	assert_int_equal(triggers(fixture, "trigger.hook"), 3);
}

static void test_hook_rolled_back(void **state)
{
	struct fixture *fixture = *state;
	struct event event = memory_event(PAGE, start_us);

	hook_alone(fixture);
	assert_int_equal(fixture_take(fixture, &event), 0);
	account_rollback(fixture->account);
	assert_true(hooked(fixture, 0));
	assert_int_equal(triggers(fixture, "trigger.hook"), 2);
}

static void test_hook_is_told(void **state)
{
	struct fixture *fixture = *state;
	const struct action *action = NULL;

	hook_alone(fixture);
	assert_true(hooked(fixture, 0));
	wanted(fixture, ACTION_TRIGGER, "trigger.hook", &action);
	assert_string_equal(
		action->environment,
		"MCE_KIND=threshold\n"
		"MCE_TEXT=corrected DIMM memory error count exceeded threshold: "
		"1 in 24h\n"
		"MCE_MESSAGE=Corrected memory error: memory read error, channel 1 (CPU 3, "
		"socket 0, bank 9, 1 error)\n"
		"MCE_EVENT_ID=00000000000000000000000000000000\n"
		"MCE_SEVERITY=corrected\n"
		"MCE_CLASS=memory\n"
		"MCE_CPU=3\n"
		"MCE_BANK=9\n"
		"MCE_STATUS=0x8c00000000000091\n"
		"MCE_ADDR=0x12345000\n");
	assert_non_null(strstr(action->input, "\"schema\":\"mce-event/1\""));
	assert_int_equal(action->input[strlen(action->input) - 1], '\n');
}

/* A fatal error is told after the reboot that it caused; its many records are one. */
static void test_hook_for_fatal_events(void **state)
{
	struct fixture *fixture = *state;
	struct event event = cpu_event(CLASS_INTERNAL, 0xbe00000000800400, start_us);
	const struct action *action = NULL;

	hook_alone(fixture);
	event.decoded.severity = SEVERITY_FATAL;
	event.record.boot = OTHER_BOOT;
	event.record.replayed = true;
	event.incident = OTHER_BOOT;
	assert_int_equal(fixture_take(fixture, &event), 0);
	assert_int_equal(fixture_take(fixture, &event), 0);
	assert_int_equal(triggers(fixture, "trigger.hook"), 1);
	account_rollback(fixture->account);
	fixture_add(fixture, &event);
	fixture_add(fixture, &event);
	assert_int_equal(triggers(fixture, "trigger.hook"), 2);
	event.incident = THIS_BOOT;
	fixture_add(fixture, &event);
	assert_int_equal(wanted(fixture, ACTION_TRIGGER, "trigger.hook", &action), 3);
	assert_non_null(strstr(action->environment, "MCE_KIND=fatal\n"));
	assert_non_null(strstr(action->environment, "MCE_SEVERITY=fatal\n"));
	/* events that are in no incident stand for themselves */
	event.incident = SD_ID128_NULL;
	fixture_add(fixture, &event);
	fixture_add(fixture, &event);
	assert_int_equal(triggers(fixture, "trigger.hook"), 5);
	assert_int_equal(fixture->n_wanted, 5);
}

static void test_no_hook(void **state)
{
	struct fixture *fixture = *state;
	struct event event = memory_event(PAGE, start_us);

	event.decoded.severity = SEVERITY_FATAL;
	add_times(fixture, 3, &event);
	assert_int_equal(triggers(fixture, "trigger.hook"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_page),
		TEST(test_page_of_nowhere),
		TEST(test_replacement),
		TEST(test_dimm),
		TEST(test_socket),
		TEST(test_cache),
		TEST(test_cache_words),
		TEST(test_cpu_offline),
		TEST(test_bus),
		TEST(test_iomca),
		TEST(test_unknown),
		TEST(test_no_script),
		TEST(test_rates),
		TEST(test_rate_threshold),
		TEST(test_rate_rolled_back),
		TEST(test_hook_intervals),
		TEST(test_hook_for_caches),
		TEST(test_hook_rolled_back),
		TEST(test_hook_is_told),
		TEST(test_hook_for_fatal_events),
		TEST(test_no_hook),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
