// SPDX-License-Identifier: GPL-2.0-only
/* The journal sink against a journald of our own: what arrives, and what a missing one gives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static char socket_path[108];
static char varlink_path[108];

#include <systemd/sd-journal.h>

/* Where the journal's files are; "": in the machine's own places. */
static char journal_directory[108];

static int open_journal(sd_journal **ret_journal, int flags)
{
	return journal_directory[0] ? sd_journal_open_directory(ret_journal, journal_directory, 0)
				    : sd_journal_open(ret_journal, flags);
}

#define JOURNAL_SOCKET	       socket_path
#define JOURNAL_VARLINK_SOCKET varlink_path
#define sd_journal_open	       open_journal
#include "sinks/journal.c"
#include "sinks/journal-search.c"

#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "decode/cper.h"
#include "decode/decode.h"
#include "event/bits.h"

struct fixture {
	char directory[64];
	int journald; /* the socket that journald would read */
	int varlink;  /* the socket that journald would accept from */
	char entry[16384];
};

static int listen_at(const char *path, int type)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	memcpy(address.sun_path, path, strlen(path) + 1);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	if (type == SOCK_STREAM)
		assert_int_equal(listen(fd, 1), 0);
	return fd;
}

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	strcpy(fixture->directory, "/tmp/mcelog-test-journal.XXXXXX");
	assert_non_null(mkdtemp(fixture->directory));
	snprintf(socket_path, sizeof(socket_path), "%s/socket", fixture->directory);
	snprintf(varlink_path, sizeof(varlink_path), "%s/varlink", fixture->directory);
	fixture->journald = listen_at(socket_path, SOCK_DGRAM);
	fixture->varlink = listen_at(varlink_path, SOCK_STREAM);
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	close(fixture->journald);
	close(fixture->varlink);
	unlink(socket_path);
	unlink(varlink_path);
	rmdir(fixture->directory);
	free(fixture);
	return 0;
}

static struct event sample(void)
{
	struct event event = {
		.seq = 7,
		.sources = 1u << SOURCE_TRACE | 1u << SOURCE_ERST,
		.record =
			{
				.status = 0x8c00004000010090,
				.addr = 0xfedcba9876543210,
				.misc = 0x86,
				.mcgcap = 0x1c09,
				.cpu = 3,
				.bank = 7,
				.cpuid = 0x606a6,
				.socketid = 1,
				.vendor = VENDOR_INTEL,
				.fields = RECORD_HAS_ADDR | RECORD_HAS_MISC | RECORD_HAS_MCGCAP |
					  RECORD_HAS_CPUID | RECORD_HAS_SOCKETID,
				.source = SOURCE_TRACE,
				.time_us = 1700000000000001,
				.key = "trace:1:2",
			},
		.decoded =
			{
				.severity = SEVERITY_CORRECTED,
				.class = CLASS_MEMORY,
				.vendor = "Intel",
				.bank_type = "IMC",
				.count = 1,
				.label = "DIMM_A1",
				.mca = "memory read error, channel 0",
			},
	};

	event.id = SD_ID128_MAKE(01, 02, 03, 04, 05, 06, 07, 08, 09, 0a, 0b, 0c, 0d, 0e, 0f, 10);
	event.record.boot = event.id;
	memset(&event.decoded.location, 0xff, sizeof(event.decoded.location));
	event.decoded.location.channel = 0;
	event.decoded.location.bank = 2;
	return event;
}

/* Takes the one waiting datagram, with a line end before it so that has() can look for lines. */
static void receive(struct fixture *fixture)
{
	ssize_t n = recv(fixture->journald, fixture->entry + 1, sizeof(fixture->entry) - 2,
			 MSG_DONTWAIT);

	assert_true(n > 0);
	fixture->entry[0] = '\n';
	fixture->entry[n + 1] = '\0';
	assert_int_equal(fixture->entry[n], '\n');
}

static bool has(const struct fixture *fixture, const char *line)
{
	char whole[512];

	snprintf(whole, sizeof(whole), "\n%s\n", line);
	return strstr(fixture->entry, whole);
}

static bool has_field(const struct fixture *fixture, const char *field)
{
	char start[128];

	snprintf(start, sizeof(start), "\n%s=", field);
	return strstr(fixture->entry, start);
}

static void test_event_fields(void **state)
{
	static const char *const expected[] = {
		"PRIORITY=5",
		"SYSLOG_IDENTIFIER=mcelog",
		"MESSAGE_ID=53585075fe4f4b6c9372950cebd7542a",
		"DOCUMENTATION=man:mcelog(8)",
		"MCE_SCHEMA=mce-event/1",
		"MCE_EVENT_ID=0102030405060708090a0b0c0d0e0f10",
		"MCE_BOOT_ID=0102030405060708090a0b0c0d0e0f10",
		"MCE_SEQ=7",
		"MCE_SOURCES=trace,erst",
		"MCE_DELIVERY_KEY=trace:1:2",
		"MCE_TIME_US=1700000000000001",
		"MCE_TIME=2023-11-14T22:13:20.000001Z",
		"MCE_REPLAYED=false",
		"MCE_HOSTNAME=node 1",
		"MCE_SEVERITY=corrected",
		"MCE_CLASS=memory",
		"MCE_BANK_TYPE=IMC",
		"MCE_COUNT=1",
		"MCE_OVERFLOW=false",
		"MCE_MCA=memory read error, channel 0",
		"MCE_CHANNEL=0",
		"MCE_DRAM_BANK=2",
		"MCE_DIMM_LABEL=DIMM_A1",
		"MCE_CPU=3",
		"MCE_SOCKET=1",
		"MCE_VENDOR=Intel",
		"MCE_FAMILY=6",
		"MCE_MODEL=106",
		"MCE_STEPPING=6",
		"MCE_BANK=7",
		"MCE_STATUS=0x8c00004000010090",
		"MCE_ADDR=0xfedcba9876543210",
		"MCE_MISC=0x0000000000000086",
		"MCE_CPUID=0x606a6",
	};
	static const char *const absent[] = {
		"MCE_SYND",	    "MCE_IPID",	    "MCE_TSC",	    "MCE_IP",
		"MCE_CS",	    "MCE_PPIN",	    "MCE_DIMM",	    "MCE_INCIDENT_ID",
		"MCE_RING_TIME_US", "MCE_FRU_TEXT", "MCE_CPU_NAME", "MCE_MACHINE_ID",
	};
	/* A line end in a value must not make a field of its own. */
	struct host host = { .hostname = "node\n1" };
	struct fixture *fixture = *state;
	struct event event = sample();
	char message[EVENT_MESSAGE_MAX], line[EVENT_MESSAGE_MAX + 16];

	assert_int_equal(journal_send_event(&event, &host), 0);
	receive(fixture);
	for (size_t i = 0; i < ARRAY_SIZE(expected); i++)
		if (!has(fixture, expected[i]))
			fail_msg("no %s in%s", expected[i], fixture->entry);
	for (size_t i = 0; i < ARRAY_SIZE(absent); i++)
		if (has_field(fixture, absent[i]))
			fail_msg("%s in%s", absent[i], fixture->entry);
	snprintf(line, sizeof(line), "MESSAGE=%s", event_message(&event, message, sizeof(message)));
	assert_true(has(fixture, line));
}

static void test_amd_registers(void **state)
{
	struct fixture *fixture = *state;
	struct event event = sample();

	event.record.vendor = VENDOR_AMD;
	event.record.synd = 1;
	event.record.ipid = 0x9600050f00;
	memcpy(&event.record.synd1, "DIMM_A1 ", 8);
	memcpy(&event.record.synd2, "P0\0\0\0\0\0", 8);
	event.record.fields |= RECORD_HAS_SYND | RECORD_HAS_IPID | RECORD_HAS_SYND12;
	assert_int_equal(journal_send_event(&event, NULL), 0);
	receive(fixture);
	assert_true(has(fixture, "MCE_SYND=0x0000000000000001"));
	assert_true(has(fixture, "MCE_IPID=0x0000009600050f00"));
	assert_true(has_field(fixture, "MCE_SYND1"));
	assert_true(has_field(fixture, "MCE_SYND2"));
	assert_true(has_field(fixture, "MCE_FRU_TEXT"));
	assert_false(has_field(fixture, "MCE_HOSTNAME"));
}

/* Every severity has its own message id and never a priority that is broadcast. */
static void test_kinds(void **state)
{
	static const int priority[SEVERITY_COUNT_] = {
		[SEVERITY_UNKNOWN] = 4,		[SEVERITY_CORRECTED] = 5,
		[SEVERITY_DEFERRED] = 3,	[SEVERITY_UCNA] = 3,
		[SEVERITY_ACTION_OPTIONAL] = 3, [SEVERITY_ACTION_REQUIRED] = 2,
		[SEVERITY_UNCORRECTED] = 2,	[SEVERITY_FATAL] = 2,
	};

	(void)state;
	for (int i = 0; i < SEVERITY_COUNT_; i++) {
		sd_id128_t id;

		assert_int_equal(journal_priority((enum severity)i), priority[i]);
		assert_int_equal(sd_id128_from_string(kinds[i].message_id, &id), 0);
		assert_int_equal(sd_id128_from_string(kinds[i].firmware_message_id, &id), 0);
		assert_string_not_equal(kinds[i].message_id, LOST_MESSAGE_ID);
		assert_string_not_equal(kinds[i].firmware_message_id, LOST_MESSAGE_ID);
		for (int j = 0; j < SEVERITY_COUNT_; j++) {
			assert_true(j == i ||
				    strcmp(kinds[i].message_id, kinds[j].message_id) != 0);
			assert_true(j == i || strcmp(kinds[i].firmware_message_id,
						     kinds[j].firmware_message_id) != 0);
			assert_string_not_equal(kinds[i].message_id, kinds[j].firmware_message_id);
		}
	}
	assert_int_equal(journal_priority((enum severity)99), 4);
}

/* --- the catalog --- */

static char *read_catalog(void)
{
	const char *srcdir = getenv("srcdir");
	_cleanup_fclose_ FILE *file = NULL;
	char path[4096], *text = NULL;
	size_t length = 0;

	snprintf(path, sizeof(path), "%s/data/mcelog.catalog", srcdir ? srcdir : ".");
	file = fopen(path, "re");
	if (!file)
		fail_msg("%s: %s", path, strerror(errno));
	assert_true(getdelim(&text, &length, '\0', file) > 0);
	return text;
}

/* How many fields the catalog's text of the entry that comes next has; the entry has them all. */
static unsigned int check_text(struct fixture *fixture, const char *catalog, const char *id)
{
	char line[64], field[JOURNAL_FIELD_MAX];
	const char *at, *end;
	unsigned int n = 0;
	int length;

	receive(fixture);
	snprintf(line, sizeof(line), "MESSAGE_ID=%s", id);
	if (!has(fixture, line))
		fail_msg("no %s in%s", line, fixture->entry);
	snprintf(line, sizeof(line), "-- %s\n", id);
	at = strstr(catalog, line);
	if (!at)
		fail_msg("the catalog has no entry %s", id);
	at += strlen(line);
	end = strstr(at, "\n-- ");
	for (; (at = strchr(at, '@')) && (!end || at < end); at += length + 2, n++) {
		length = (int)strcspn(at + 1, "@");
		snprintf(field, sizeof(field), "%.*s", length, at + 1);
		if (!has_field(fixture, field))
			fail_msg("%s, which the text of %s uses, is not in%s", field, id,
				 fixture->entry);
	}
	return n;
}

static int take_error(void *context, const struct cper_error *error)
{
	struct event *event = context;

	event->record = error->record;
	event->decoded = error->decoded;
	return 0;
}

/* What firmware reported, and said no more of than that it was an error of a processor. */
static struct event reported(void)
{
	static const uint8_t nothing[192];
	static const sd_id128_t processor =
		SD_ID128_MAKE(98, 76, cc, ad, 47, b4, 4b, db, b6, 5e, 16, f1, 93, c4, f3, db);
	struct bytes body = { nothing, sizeof(nothing) };
	struct event event = { .id = sample().id };
	char problem[CPER_PROBLEM_MAX];

	assert_true(cper_parse_section(processor, 1, body, take_error, &event, problem) >= 0);
	assert_false(record_has_bank(&event.record));
	return event;
}

/* A bank with as little in it as a bank can have. */
static struct event bare(void)
{
	struct event event = { .id = sample().id, .record.vendor = VENDOR_UNKNOWN };

	event.record.status = STATUS_VAL;
	decode(&event.record, &event.decoded);
	return event;
}

static void test_catalog_of_events(void **state)
{
	_cleanup_free_ char *catalog = read_catalog();
	struct event of_firmware = reported(), of_bank = bare(), without_cpu = bare();

	without_cpu.record.cpu = RECORD_NO_CPU;
	for (int i = 0; i < SEVERITY_COUNT_; i++) {
		of_firmware.decoded.severity = (enum severity)i;
		of_bank.decoded.severity = (enum severity)i;
		without_cpu.decoded.severity = (enum severity)i;
		assert_int_equal(journal_send_event(&of_bank, NULL), 0);
		assert_true(check_text(*state, catalog, kinds[i].message_id) >= 2);
		assert_int_equal(journal_send_event(&of_firmware, NULL), 0);
		assert_true(check_text(*state, catalog, kinds[i].firmware_message_id) >= 2);
		assert_int_equal(journal_send_event(&without_cpu, NULL), 0);
		check_text(*state, catalog, kinds[i].firmware_message_id);
	}
}

static void test_catalog_of_others(void **state)
{
	_cleanup_free_ char *catalog = read_catalog();
	struct lost lost = { .where = "cpu3 ring overrun" };
	struct action action = { .target = "page 12345000", .text = "too many errors" };

	assert_int_equal(journal_send_lost(1, &lost, NULL), 0);
	assert_true(check_text(*state, catalog, LOST_MESSAGE_ID) >= 2);
	for (int i = 0; i < ACTION_KINDS_; i++) {
		action.kind = (enum action_kind)i;
		assert_int_equal(journal_send_action(&action, NULL), 0);
		assert_true(check_text(*state, catalog, action_message_ids[i]) >= 1);
	}
}

static void test_lost(void **state)
{
	struct lost lost = {
		.source = SOURCE_TRACE,
		.count = 12,
		.time_us = 1700000000000000,
		.where = "cpu3 ring overrun",
	};
	struct fixture *fixture = *state;

	assert_int_equal(journal_send_lost(9, &lost, NULL), 0);
	receive(fixture);
	assert_true(has(fixture, "PRIORITY=4"));
	assert_true(
		has(fixture, "MESSAGE=12 machine check records lost: cpu3 ring overrun (trace)"));
	assert_true(has(fixture, "MCE_LOST_SEQ=9"));
	assert_true(has(fixture, "MCE_LOST_COUNT=12"));
	assert_true(has(fixture, "MCE_LOST_WHERE=cpu3 ring overrun"));
	assert_true(has(fixture, "MCE_SOURCES=trace"));
	assert_false(has_field(fixture, "MCE_SEVERITY"));

	lost.count = 0;
	assert_int_equal(journal_send_lost(10, &lost, NULL), 0);
	receive(fixture);
	assert_false(has_field(fixture, "MCE_LOST_COUNT"));
}

static void test_action(void **state)
{
	struct action action = {
		.seq = 7,
		.event_id = sample().id,
		.kind = ACTION_OFFLINE_PAGE,
		.state = ACTION_DONE,
		.target = "page 12345000",
		.text = "too many corrected errors on page 12345000",
		.result = "offline",
		.done_us = 1700000000000000,
	};
	struct fixture *fixture = *state;

	assert_int_equal(journal_send_action(&action, NULL), 0);
	receive(fixture);
	assert_true(has(fixture, "PRIORITY=4"));
	assert_true(has(fixture, "MESSAGE=too many corrected errors on page 12345000: offline"));
	assert_true(has(fixture, "MESSAGE_ID=f75f3a0f9288420c902b97caba43f59c"));
	assert_true(has(fixture, "MCE_ACTION=offline-page"));
	assert_true(has(fixture, "MCE_ACTION_SEQ=7"));
	assert_true(has(fixture, "MCE_ACTION_TARGET=page 12345000"));
	assert_true(has(fixture, "MCE_ACTION_STATE=done"));
	assert_true(has(fixture, "MCE_TIME_US=1700000000000000"));
	assert_true(has_field(fixture, "MCE_EVENT_ID"));
	assert_false(has_field(fixture, "MCE_SEVERITY"));

	/* a script that ran well is no warning */
	action.kind = ACTION_TRIGGER;
	assert_int_equal(journal_send_action(&action, NULL), 0);
	receive(fixture);
	assert_true(has(fixture, "PRIORITY=6"));
	action.state = ACTION_FAILED;
	assert_int_equal(journal_send_action(&action, NULL), 0);
	receive(fixture);
	assert_true(has(fixture, "PRIORITY=4"));
}

static void test_no_journald(void **state)
{
	struct fixture *fixture = *state;
	struct event event = sample();

	close(fixture->journald);
	assert_int_equal(journal_send_event(&event, NULL), -ECONNREFUSED);
	unlink(socket_path);
	assert_int_equal(journal_send_event(&event, NULL), -ENOENT);
	fixture->journald = listen_at(socket_path, SOCK_DGRAM);
}

/* A journald that does not read: an error in bounded time, and nothing half sent. */
static void test_stuck_journald(void **state)
{
	struct fixture *fixture = *state;
	struct event event = sample();
	int64_t start_ms;
	int sent = 0, r;

	do {
		start_ms = now_ms();
		r = journal_send_event(&event, NULL);
	} while (r == 0 && ++sent < 100000);
	assert_int_equal(r, -EAGAIN);
	assert_true(now_ms() - start_ms < 2000);
	for (int i = 0; i < sent; i++)
		receive(fixture);
	assert_int_equal(journal_send_event(&event, NULL), 0);
}

/* Serves one varlink call: answer in two pieces, then waits until the caller closes. */
static pid_t serve(struct fixture *fixture, const char *answer, size_t size)
{
	pid_t pid = fork();
	char call[256];
	int fd;

	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	alarm(20);
	fd = accept(fixture->varlink, NULL, NULL);
	if (read(fd, call, sizeof(call)) <= 0 ||
	    !strstr(call, "\"io.systemd.Journal.Synchronize\""))
		_exit(1);
	if (size &&
	    (write(fd, answer, size / 2) < 0 || write(fd, answer + size / 2, size - size / 2) < 0))
		_exit(2);
	if (size)
		(void)!read(fd, call, 1);
	_exit(0);
}

static void test_synchronize(void **state)
{
	static const char yes[] = "{\"parameters\":{}}";
	static const char no[] = "{\"error\":\"org.varlink.service.MethodNotFound\"}";
	struct fixture *fixture = *state;
	int status;
	pid_t pid;

	pid = serve(fixture, yes, sizeof(yes));
	assert_int_equal(journal_synchronize(), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);

	pid = serve(fixture, no, sizeof(no));
	assert_int_equal(journal_synchronize(), -EPROTO);
	assert_int_equal(waitpid(pid, &status, 0), pid);

	pid = serve(fixture, NULL, 0);
	assert_int_equal(journal_synchronize(), -ECONNRESET);
	assert_int_equal(waitpid(pid, &status, 0), pid);

	unlink(varlink_path);
	assert_int_equal(journal_synchronize(), -ENOENT);
}

/* Whatever journal this machine has or has not: an id of ours that was never sent is not there. */
static void test_search(void **state)
{
	struct lost lost = { .source = SOURCE_TRACE, .time_us = 1, .where = "nowhere" };
	struct journal_search *search = NULL;
	struct event event = sample();
	int r;

	(void)state;
	r = journal_search_open(&search);
	if (r < 0)
		skip();
	assert_int_equal(sd_id128_randomize(&event.id), 0);
	assert_int_equal(journal_search_event(search, &event), 0);
	assert_int_equal(journal_search_lost(search, UINT64_MAX, &lost), 0);
	event.id = SD_ID128_NULL;
	assert_int_equal(journal_search_event(search, &event), -EINVAL);
	journal_search_close(search);
	journal_search_close(NULL);
}

/* --- what an earlier database had --- */

enum { NOBODY = 65534 }; /* whose entry tells of "erst:1:2", with another status */

/*
 * A journal with the entry of an ERST record, tests/golden/journal/told.journal.gz, which journald
 * wrote for mcelog --harvest.
 */
static struct journal_search *open_told(struct fixture *fixture)
{
	const char *srcdir = getenv("MCELOG_TEST_SRCDIR");
	struct journal_search *search = NULL;
	char command[512];

	snprintf(journal_directory, sizeof(journal_directory), "%s", fixture->directory);
	snprintf(command, sizeof(command),
		 "gzip -dc '%s/tests/golden/journal/told.journal.gz' >'%s/system.journal'",
		 srcdir ? srcdir : ".", journal_directory);
	assert_int_equal(system(command), 0);
	assert_int_equal(journal_search_open(&search), 0);
	return search;
}

static void close_told(struct journal_search *search)
{
	char path[128];

	journal_search_close(search);
	snprintf(path, sizeof(path), "%s/system.journal", journal_directory);
	assert_int_equal(unlink(path), 0);
	journal_directory[0] = '\0';
}

/* The error of that entry, as its kernel's log in pstore has it. */
static struct event told_by_log(void)
{
	struct event event = {
		.record =
			{
				.status = 0xfe00000000800400,
				.addr = 0x12345000,
				.misc = 0x8c,
				.tsc = 0x51e7bb821,
				.bank = 3,
				.fields = RECORD_HAS_ADDR | RECORD_HAS_MISC | RECORD_HAS_TSC,
				.source = SOURCE_PSTORE,
				.replayed = true,
				.time_us = 1795212228000000,
				.key = "pstore:0123456789abcdef:0",
			},
		.decoded.severity = SEVERITY_FATAL,
	};

	assert_int_equal(sd_id128_randomize(&event.id), 0);
	return event;
}

static void test_search_key(void **state)
{
	struct journal_search *search = open_told(*state);
	struct event event = sample();

	strcpy(event.record.key, "erst:7710377804344328193:9e04297b2575c3c4");
	assert_int_equal(journal_search_delivery(search, &event), 1);
	assert_int_equal(journal_search_event(search, &event), 0);
	strcpy(event.record.key, "erst:7710377804344328193:9e04297b2575c3c5");
	assert_int_equal(journal_search_delivery(search, &event), 0);
	event.record.key[0] = '\0';
	assert_int_equal(journal_search_delivery(search, &event), 0);
	strcpy(event.record.key, "erst:1:2");
	if (getuid() != NOBODY)
		assert_int_equal(journal_search_delivery(search, &event), 0);
	close_told(search);
}

static void test_search_same_error(void **state)
{
	struct journal_search *search = open_told(*state);
	struct event event = told_by_log();

	assert_int_equal(journal_search_delivery(search, &event), 1);

	/* the same source, another time, another address, not fatal, another bank */
	event.record.source = SOURCE_ERST;
	assert_int_equal(journal_search_delivery(search, &event), 0);
	event = told_by_log();
	event.record.time_us += 60 * 1000000;
	assert_int_equal(journal_search_delivery(search, &event), 0);
	event = told_by_log();
	event.record.addr++;
	assert_int_equal(journal_search_delivery(search, &event), 0);
	event = told_by_log();
	event.decoded.severity = SEVERITY_CORRECTED;
	assert_int_equal(journal_search_delivery(search, &event), 0);
	event = told_by_log();
	event.record.bank = 4;
	assert_int_equal(journal_search_delivery(search, &event), 0);

	/* a liar's */
	event = told_by_log();
	event.record.status++;
	if (getuid() != NOBODY)
		assert_int_equal(journal_search_delivery(search, &event), 0);
	close_told(search);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_event_fields, setup, teardown),
		cmocka_unit_test_setup_teardown(test_amd_registers, setup, teardown),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test_setup_teardown(test_catalog_of_events, setup, teardown),
		cmocka_unit_test_setup_teardown(test_catalog_of_others, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lost, setup, teardown),
		cmocka_unit_test_setup_teardown(test_action, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_journald, setup, teardown),
		cmocka_unit_test_setup_teardown(test_stuck_journald, setup, teardown),
		cmocka_unit_test_setup_teardown(test_synchronize, setup, teardown),
		cmocka_unit_test(test_search),
		cmocka_unit_test_setup_teardown(test_search_key, setup, teardown),
		cmocka_unit_test_setup_teardown(test_search_same_error, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
