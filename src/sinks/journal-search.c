// SPDX-License-Identifier: GPL-2.0-only
/* What the journal has: asked after a crash. */
#include "sinks/journal.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-journal.h>
#include <time.h>
#include <unistd.h>

#include "event/registers.h"
#include "sinks/journal-private.h"
#include "util/cleanup.h"

/* Unit tests put their own here. */
#ifndef JOURNAL_VARLINK_SOCKET
#define JOURNAL_VARLINK_SOCKET "/run/systemd/journal/io.systemd.journal"
#endif

enum {
	SYNCHRONIZE_WAIT_MS = 5000,
	LOOK_AT_MOST = 256, /* entries for one question */
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Reads one varlink answer, which a NUL ends. */
static int read_answer(int fd, int64_t deadline_ms, char *answer, size_t size)
{
	size_t length = 0;

	for (;;) {
		struct pollfd readable = { .fd = fd, .events = POLLIN };
		int64_t left_ms = deadline_ms - now_ms();
		ssize_t n;

		if (left_ms <= 0 || length == size)
			return length == size ? -EPROTO : -ETIMEDOUT;
		if (poll(&readable, 1, (int)left_ms) < 0 && errno != EINTR)
			return -errno;
		n = read(fd, answer + length, size - length);
		if (n == 0)
			return -ECONNRESET;
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (n < 0)
			continue;
		length += (size_t)n;
		if (answer[length - 1] == '\0')
			return 0;
	}
}

int journal_synchronize(void)
{
	static const char call[] =
		"{\"method\":\"io.systemd.Journal.Synchronize\",\"parameters\":{}}";
	int64_t deadline_ms = now_ms() + SYNCHRONIZE_WAIT_MS;
	_cleanup_close_ int fd = journal_connect(JOURNAL_VARLINK_SOCKET, SOCK_STREAM);
	char answer[1024];
	int r;

	if (fd < 0)
		return fd;
	if (send(fd, call, sizeof(call), MSG_NOSIGNAL) != sizeof(call))
		return -errno;
	r = read_answer(fd, deadline_ms, answer, sizeof(answer));
	if (r < 0)
		return r;
	return strstr(answer, "\"error\"") ? -EPROTO : 0;
}

/* A search is libsystemd's journal handle under a name of our own. */
static sd_journal *journal_of(struct journal_search *search)
{
	return (sd_journal *)search;
}

int journal_search_open(struct journal_search **ret_search)
{
	sd_journal *journal;
	int r;

	r = sd_journal_open(&journal, SD_JOURNAL_LOCAL_ONLY);
	if (r < 0)
		return r;
	*ret_search = (struct journal_search *)journal;
	return 0;
}

void journal_search_close(struct journal_search *search)
{
	sd_journal_close(journal_of(search));
}

/* Anybody may write to the journal: only what our user and root wrote is believed. */
static int match_ours(sd_journal *journal)
{
	char ours[32];
	int r;

	snprintf(ours, sizeof(ours), "_UID=%u", (unsigned int)getuid());
	r = sd_journal_add_match(journal, "_UID=0", 0);
	return r < 0 ? r : sd_journal_add_match(journal, ours, 0);
}

/* Whether the current entry is what is looked for. */
typedef bool (*entry_test)(sd_journal *journal, const struct event *event);

/* Whether an entry of ours has all the matches, NULL ends the list, and passes the test. */
static int find_with(sd_journal *journal, const char *const matches[], entry_test test,
		     const struct event *event)
{
	int r;

	sd_journal_flush_matches(journal);
	r = match_ours(journal);
	for (size_t i = 0; matches[i] && r >= 0; i++)
		r = sd_journal_add_match(journal, matches[i], 0);
	if (r >= 0)
		r = sd_journal_seek_head(journal);
	for (int i = 0; r >= 0 && i < LOOK_AT_MOST; i++) {
		r = sd_journal_next(journal);
		if (r <= 0)
			return r;
		if (!test || test(journal, event))
			return 1;
	}
	return r < 0 ? r : 0;
}

static int find(sd_journal *journal, const char *const matches[])
{
	return find_with(journal, matches, NULL, NULL);
}

int journal_search_event(struct journal_search *search, const struct event *event)
{
	char id[SD_ID128_STRING_MAX];
	char match[64];

	if (sd_id128_is_null(event->id))
		return -EINVAL;
	snprintf(match, sizeof(match), "MCE_EVENT_ID=%s", sd_id128_to_string(event->id, id));
	/* what was done about it has the same id */
	return find(journal_of(search),
		    (const char *const[]){ match, "MCE_SCHEMA=mce-event/1", NULL });
}

int journal_search_action(struct journal_search *search, const struct action *action)
{
	char seq_match[64], time_match[64];

	snprintf(seq_match, sizeof(seq_match), "MCE_ACTION_SEQ=%" PRIu64, action->seq);
	snprintf(time_match, sizeof(time_match), "MCE_TIME_US=%" PRId64, action->done_us);
	return find(journal_of(search), (const char *const[]){ seq_match, time_match, NULL });
}

/* As the journal has it: a field's value cannot have control bytes. */
static void replace_controls(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ')
			*text = ' ';
}

int journal_search_lost(struct journal_search *search, uint64_t seq, const struct lost *lost)
{
	char seq_match[64], time_match[64], where_match[sizeof(lost->where) + 32];
	const char *matches[4] = { seq_match };
	unsigned int n = 1;

	snprintf(seq_match, sizeof(seq_match), "MCE_LOST_SEQ=%" PRIu64, seq);
	if (lost->time_us) {
		snprintf(time_match, sizeof(time_match), "MCE_TIME_US=%" PRId64, lost->time_us);
		matches[n++] = time_match;
	}
	if (lost->where[0]) {
		snprintf(where_match, sizeof(where_match), "MCE_LOST_WHERE=%s", lost->where);
		replace_controls(where_match);
		matches[n++] = where_match;
	}
	return find(journal_of(search), matches);
}

/* --- an event that an earlier database had --- */

/* The field's value in the current entry; NULL where there is none, or a longer one. */
static const char *value_of(sd_journal *journal, const char *field, char value[64])
{
	size_t length, name = strlen(field) + 1;
	const void *data;

	if (sd_journal_get_data(journal, field, &data, &length) < 0 || length < name ||
	    length - name >= 64)
		return NULL;
	memcpy(value, (const char *)data + name, length - name);
	value[length - name] = '\0';
	return value;
}

static bool number_of(sd_journal *journal, const char *field, uint64_t *ret_number)
{
	char value[64];

	if (!value_of(journal, field, value))
		return false;
	*ret_number = strtoull(value, NULL, 0);
	return true;
}

static uint32_t sources_of(sd_journal *journal)
{
	char value[64], *rest = value;
	uint32_t sources = 0;
	const char *name;
	enum source_id id;

	if (!value_of(journal, "MCE_SOURCES", value))
		return 0;
	while ((name = strsep(&rest, ",")))
		if (source_id_parse(name, &id) == 0)
			sources |= 1u << id;
	return sources;
}

static void read_registers(sd_journal *journal, struct record *record)
{
	char field[JOURNAL_FIELD_MAX];
	uint64_t number;

	for (int id = 0; id < REGISTER_COUNT_; id++)
		if (number_of(journal, journal_field(record_registers[id].name, field), &number))
			register_set(record, (enum register_id)id, number);
	if (number_of(journal, "MCE_CPU", &number))
		record->cpu = (uint32_t)number;
	if (number_of(journal, "MCE_BANK", &number))
		record->bank = (uint8_t)number;
	if (number_of(journal, "MCE_SOCKET", &number)) {
		record->socketid = (uint32_t)number;
		record->fields |= RECORD_HAS_SOCKETID;
	}
}

/* The event that the current entry tells of, as far as comparisons need it. */
static struct event read_entry(sd_journal *journal)
{
	struct event event = { .record.cpu = RECORD_NO_CPU };
	char value[64];
	uint64_t time_us;

	read_registers(journal, &event.record);
	event.sources = sources_of(journal);
	if (number_of(journal, "MCE_TIME_US", &time_us))
		event.record.time_us = (int64_t)time_us;
	if (value_of(journal, "MCE_BOOT_ID", value))
		sd_id128_from_string(value, &event.record.boot);
	if (value_of(journal, "MCE_REPLAYED", value))
		event.record.replayed = strcmp(value, "true") == 0;
	if (value_of(journal, "MCE_SEVERITY", value))
		severity_parse(value, &event.decoded.severity);
	return event;
}

/* Two deliveries of one source are two errors. */
static bool is_same_error(sd_journal *journal, const struct event *event)
{
	struct event told = read_entry(journal);
	sd_id128_t boot = told.record.boot;

	if (told.sources & 1u << event->record.source)
		return false;
	if (event_same_error(&told, event))
		return true;
	return !sd_id128_is_null(boot) && sd_id128_equal(boot, event->record.boot) &&
	       event_reported_again(&told, event);
}

int journal_search_delivery(struct journal_search *search, const struct event *event)
{
	char match[RECORD_KEY_MAX + 32], bank_match[32], status[REGISTER_TEXT_MAX];
	int r = 0;

	if (event->record.key[0]) {
		snprintf(match, sizeof(match), "MCE_DELIVERY_KEY=%s", event->record.key);
		r = find(journal_of(search), (const char *const[]){ match, NULL });
	}
	if (r != 0 || event->decoded.severity != SEVERITY_FATAL || !record_has_bank(&event->record))
		return r;
	snprintf(match, sizeof(match), "MCE_STATUS=%s",
		 register_to_text(&event->record, REGISTER_STATUS, status));
	snprintf(bank_match, sizeof(bank_match), "MCE_BANK=%u", event->record.bank);
	return find_with(journal_of(search),
			 (const char *const[]){ match, bank_match, "MCE_SEVERITY=fatal", NULL },
			 is_same_error, event);
}
