// SPDX-License-Identifier: GPL-2.0-only
#include "sinks/journal.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "event/location.h"
#include "event/registers.h"
#include "sinks/journal-private.h"
#include "util/cleanup.h"
#include "util/strbuf.h"

/* Unit tests put their own here. */
#ifndef JOURNAL_SOCKET
#define JOURNAL_SOCKET "/run/systemd/journal/socket"
#endif

enum { SEND_WAIT_MS = 50 };

/* clang-format off */
/* One row per kind of action; of the ids as below. */
static const char *const action_message_ids[ACTION_KINDS_] = {
	[ACTION_THRESHOLD]    = "91d65c512218496f9f517c5c1baf29b4",
	[ACTION_NOTICE]	      = "005d7fe18dcb43d3ae0c0ba89fc10b27",
	[ACTION_TRIGGER]      = "3af78335cf374b498dc2db3bdee40dcb",
	[ACTION_OFFLINE_PAGE] = "f75f3a0f9288420c902b97caba43f59c",
	[ACTION_OFFLINE_CPU]  = "02123ef38d7a4fed8e29ce2766c400e6",
};
/* clang-format on */

#define LOST_MESSAGE_ID "9ada9ea20e7b42e288104e02a793b026"

/* clang-format off */
/*
 * One row per severity: the second id is of errors that firmware reported, which have no bank's
 * registers, or no CPU. The ids are random, made once (systemd-id128 new); never change them.
 */
static const struct kind {
	int priority;
	const char *message_id;
	const char *firmware_message_id;
} kinds[SEVERITY_COUNT_] = {
	[SEVERITY_UNKNOWN] = {
		LOG_WARNING, "56b996d7bfaf431d928b4e42ae024723", "0aae049ebd604edd81a4837a78d342c9",
	},
	[SEVERITY_CORRECTED] = {
		LOG_NOTICE, "53585075fe4f4b6c9372950cebd7542a", "a49361276e644c0e8eb842da09474e08",
	},
	[SEVERITY_DEFERRED] = {
		LOG_ERR, "18fc7e5a10b342fd8e2eb673540dfca2", "5d9f02903aa94165b9653eab983a85c1",
	},
	[SEVERITY_UCNA] = {
		LOG_ERR, "4a14fb9af5b14be28c603cee43ceefcd", "ad428f8a00a1478fa874d32dd1e0aac6",
	},
	[SEVERITY_ACTION_OPTIONAL] = {
		LOG_ERR, "49db5fb5e329442999ca01f94b4943f3", "bda366a86b3d48b39d69bd35d2c8ebd4",
	},
	[SEVERITY_ACTION_REQUIRED] = {
		LOG_CRIT, "0ab77595340f46e09d37b5c4b5d70cb0", "9fe138c1e3ca42e4afab48a9d6f73156",
	},
	[SEVERITY_UNCORRECTED] = {
		LOG_CRIT, "97dc359395944b198a68b79d59d4f9d1", "74dc682ee8524cb39cd936aeba2f1fea",
	},
	[SEVERITY_FATAL] = {
		LOG_CRIT, "722c6e8b8e0f48d89d2c4e8d1f171d26", "79bd1d9dc98640adaebd65a01290e27a",
	},
};
/* clang-format on */

static const struct kind *kind_of(enum severity severity)
{
	return &kinds[(unsigned int)severity < SEVERITY_COUNT_ ? severity : SEVERITY_UNKNOWN];
}

int journal_priority(enum severity severity)
{
	return kind_of(severity)->priority;
}

/* The catalog's texts use the fields that every entry of the kind has. */
static const char *message_id_of(const struct event *event)
{
	const struct kind *kind = kind_of(event->decoded.severity);

	return record_has_bank(&event->record) && event->record.cpu != RECORD_NO_CPU
		       ? kind->message_id
		       : kind->firmware_message_id;
}

/* A field ends at the line's end, so its value cannot have control bytes. NULL is left out. */
static void add_text(struct strbuf *entry, const char *field, const char *value)
{
	size_t start;

	if (!value || !*value)
		return;
	strbuf_addf(entry, "%s=", field);
	start = entry->length;
	strbuf_add(entry, value);
	for (size_t i = start; i < entry->length; i++)
		if ((unsigned char)entry->text[i] < ' ')
			entry->text[i] = ' ';
	strbuf_add(entry, "\n");
}

static void add_number(struct strbuf *entry, const char *field, uint64_t value)
{
	strbuf_addf(entry, "%s=%" PRIu64 "\n", field, value);
}

const char *journal_field(const char *key, char field[JOURNAL_FIELD_MAX])
{
	size_t length = (size_t)snprintf(field, JOURNAL_FIELD_MAX, "MCE_%s", key);

	for (size_t i = 0; i < length && i < JOURNAL_FIELD_MAX; i++)
		if (field[i] >= 'a' && field[i] <= 'z')
			field[i] = (char)(field[i] - 'a' + 'A');
	return field;
}

static void add_bool(struct strbuf *entry, const char *field, bool value)
{
	add_text(entry, field, value ? "true" : "false");
}

static void add_id(struct strbuf *entry, const char *field, sd_id128_t id)
{
	char text[SD_ID128_STRING_MAX];

	if (!sd_id128_is_null(id))
		add_text(entry, field, sd_id128_to_string(id, text));
}

static void add_time(struct strbuf *entry, int64_t time_us)
{
	char text[40];

	if (!time_us)
		return;
	strbuf_addf(entry, "MCE_TIME_US=%" PRId64 "\n", time_us);
	add_text(entry, "MCE_TIME", time_to_text(time_us, text));
}

static void add_header(struct strbuf *entry, const char *message, int priority,
		       const char *message_id)
{
	add_text(entry, "MESSAGE", message);
	add_text(entry, "MESSAGE_ID", message_id);
	add_number(entry, "PRIORITY", (uint64_t)priority);
	add_text(entry, "SYSLOG_IDENTIFIER", "mcelog");
	add_number(entry, "SYSLOG_FACILITY", LOG_FAC(LOG_DAEMON));
	add_text(entry, "DOCUMENTATION", "man:mcelog(8)");
}

static void add_host(struct strbuf *entry, const struct host *host)
{
	if (!host)
		return;
	add_text(entry, "MCE_MACHINE_ID", host->machine_id);
	add_text(entry, "MCE_HOSTNAME", host->hostname);
}

static void add_sources(struct strbuf *entry, uint32_t sources)
{
	const char *separator = "MCE_SOURCES=";

	for (int id = 0; id < SOURCE_COUNT_; id++) {
		if (!(sources & 1u << id))
			continue;
		strbuf_addf(entry, "%s%s", separator, source_id_name((enum source_id)id));
		separator = ",";
	}
	if (*separator == ',')
		strbuf_add(entry, "\n");
}

static void add_identity(struct strbuf *entry, const struct event *event)
{
	const struct record *record = &event->record;

	add_text(entry, "MCE_SCHEMA", "mce-event/1");
	add_id(entry, "MCE_EVENT_ID", event->id);
	add_id(entry, "MCE_INCIDENT_ID", event->incident);
	if (event->seq)
		add_number(entry, "MCE_SEQ", event->seq);
	add_sources(entry, event->sources ? event->sources : 1u << record->source);
	add_text(entry, "MCE_DELIVERY_KEY", record->key);
	add_time(entry, record->time_us);
	if (record->ring_time_us)
		strbuf_addf(entry, "MCE_RING_TIME_US=%" PRId64 "\n", record->ring_time_us);
	add_id(entry, "MCE_BOOT_ID", record->boot);
	add_bool(entry, "MCE_REPLAYED", record->replayed);
}

static void add_processor(struct strbuf *entry, const struct event *event)
{
	const struct record *record = &event->record;
	int32_t located = event->decoded.location.socket;

	if (record->cpu != RECORD_NO_CPU)
		add_number(entry, "MCE_CPU", record->cpu);
	if (record->fields & RECORD_HAS_SOCKETID)
		add_number(entry, "MCE_SOCKET", record->socketid);
	else if (located != LOCATION_UNKNOWN)
		add_number(entry, "MCE_SOCKET", (uint64_t)located);
	add_text(entry, "MCE_VENDOR", vendor_name(record->vendor));
	add_text(entry, "MCE_CPU_NAME", event->decoded.cpu_name);
	if (record->fields & RECORD_HAS_CPUID) {
		add_number(entry, "MCE_FAMILY", cpuid_family(record->cpuid));
		add_number(entry, "MCE_MODEL", cpuid_model(record->cpuid));
		add_number(entry, "MCE_STEPPING", cpuid_stepping(record->cpuid));
	}
}

static void add_registers(struct strbuf *entry, const struct event *event)
{
	const struct record *record = &event->record;
	char field[JOURNAL_FIELD_MAX], text[REGISTER_TEXT_MAX], fru_text[EVENT_FRU_TEXT_MAX];

	add_number(entry, "MCE_BANK", record->bank);
	for (int id = record_has_bank(record) ? 0 : REGISTER_STATUS + 1; id < REGISTER_COUNT_; id++)
		if (register_present(record, (enum register_id)id))
			add_text(entry, journal_field(record_registers[id].name, field),
				 register_to_text(record, (enum register_id)id, text));
	add_text(entry, "MCE_FRU_TEXT", event_fru_text(event, fru_text));
}

/*
 * The parts of the location are fields of their own. Its socket is MCE_SOCKET
 * already, and its bank is the DRAM's: MCE_BANK is the bank of the registers.
 */
static void add_location(struct strbuf *entry, const struct location *location)
{
	char field[JOURNAL_FIELD_MAX];

	for (unsigned int i = 0; i < LOCATION_FIELDS; i++) {
		const char *key = location_fields[i].name;
		int32_t value = location_get(location, i);

		if (value == LOCATION_UNKNOWN || strcmp(key, "socket") == 0)
			continue;
		if (strcmp(key, "bank") == 0)
			key = "dram_bank";
		add_number(entry, journal_field(key, field), (uint64_t)value);
	}
}

static void add_meaning(struct strbuf *entry, const struct decoded *decoded)
{
	add_text(entry, "MCE_SEVERITY", severity_name(decoded->severity));
	add_text(entry, "MCE_CLASS", class_name(decoded->class));
	add_text(entry, "MCE_BANK_TYPE", decoded->bank_type);
	add_number(entry, "MCE_COUNT", decoded->count);
	add_bool(entry, "MCE_OVERFLOW", decoded->overflow);
	add_text(entry, "MCE_MCA", decoded->mca);
	add_location(entry, &decoded->location);
	add_text(entry, "MCE_DIMM_LABEL", decoded->label);
}

int journal_connect(const char *path, int type)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	_cleanup_close_ int fd = -1;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	return take_fd(fd);
}

/*
 * A socket of its own for every entry: its send buffer then never fills up
 * with what journald has not read, only journald's own queue can.
 */
static int send_entry(const struct strbuf *entry)
{
	_cleanup_close_ int fd = -1;
	struct pollfd writable = { .events = POLLOUT };

	if (entry->error)
		return entry->error;
	fd = journal_connect(JOURNAL_SOCKET, SOCK_DGRAM);
	if (fd < 0)
		return fd;
	if (send(fd, entry->text, entry->length, MSG_NOSIGNAL) >= 0)
		return 0;
	if (errno != EAGAIN)
		return -errno;
	writable.fd = fd;
	poll(&writable, 1, SEND_WAIT_MS);
	return send(fd, entry->text, entry->length, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int journal_send_event(const struct event *event, const struct host *host)
{
	_cleanup_strbuf_ struct strbuf entry = { 0 };
	char message[EVENT_MESSAGE_MAX];

	add_header(&entry, event_message(event, message, sizeof(message)),
		   journal_priority(event->decoded.severity), message_id_of(event));
	add_host(&entry, host);
	add_identity(&entry, event);
	add_meaning(&entry, &event->decoded);
	add_processor(&entry, event);
	add_registers(&entry, event);
	return send_entry(&entry);
}

int journal_send_lost(uint64_t seq, const struct lost *lost, const struct host *host)
{
	_cleanup_strbuf_ struct strbuf entry = { 0 };
	const char *source = source_id_name(lost->source);
	char message[256];

	if (lost->count)
		snprintf(message, sizeof(message),
			 "%" PRIu64 " machine check record%s lost: %s (%s)", lost->count,
			 lost->count == 1 ? "" : "s", lost->where,
			 source ? source : "unknown source");
	else
		snprintf(message, sizeof(message),
			 "Machine check records lost, number unknown: %s (%s)", lost->where,
			 source ? source : "unknown source");

	add_header(&entry, message, LOG_WARNING, LOST_MESSAGE_ID);
	add_host(&entry, host);
	add_number(&entry, "MCE_LOST_SEQ", seq);
	if (lost->count)
		add_number(&entry, "MCE_LOST_COUNT", lost->count);
	add_text(&entry, "MCE_LOST_WHERE", lost->where);
	add_text(&entry, "MCE_SOURCES", source);
	add_time(&entry, lost->time_us);
	add_id(&entry, "MCE_BOOT_ID", lost->boot);
	return send_entry(&entry);
}

/* A script that did its work is no news; all else that was done is. */
static int action_priority(const struct action *action)
{
	return action->kind == ACTION_TRIGGER && action->state == ACTION_DONE ? LOG_INFO
									      : LOG_WARNING;
}

int journal_send_action(const struct action *action, const struct host *host)
{
	_cleanup_strbuf_ struct strbuf entry = { 0 };
	char message[2 * ACTION_TEXT_MAX + 4];

	snprintf(message, sizeof(message), "%s%s%s", action->text, action->result[0] ? ": " : "",
		 action->result);
	add_header(&entry, message, action_priority(action), action_message_ids[action->kind]);
	add_host(&entry, host);
	add_number(&entry, "MCE_ACTION_SEQ", action->seq);
	add_text(&entry, "MCE_ACTION", action_kind_name(action->kind));
	add_text(&entry, "MCE_ACTION_TARGET", action->target);
	add_text(&entry, "MCE_ACTION_STATE", action_state_name(action->state));
	add_text(&entry, "MCE_ACTION_RESULT", action->result);
	add_id(&entry, "MCE_EVENT_ID", action->event_id);
	add_time(&entry, action->done_us);
	add_id(&entry, "MCE_BOOT_ID", action->boot);
	return send_entry(&entry);
}
