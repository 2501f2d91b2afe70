// SPDX-License-Identifier: GPL-2.0-only
/* What the journal has: asked after a crash. */
#include "sinks/journal.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-journal.h>
#include <time.h>
#include <unistd.h>

#include "sinks/journal-private.h"
#include "util/cleanup.h"

/* Unit tests put their own here. */
#ifndef JOURNAL_VARLINK_SOCKET
#define JOURNAL_VARLINK_SOCKET "/run/systemd/journal/io.systemd.journal"
#endif

enum { SYNCHRONIZE_WAIT_MS = 5000 };

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

/* Whether the current entry came from our user: anybody may write to the journal. */
static bool entry_is_ours(sd_journal *journal)
{
	char expected[32];
	const void *data;
	size_t length;
	int expected_length;

	expected_length = snprintf(expected, sizeof(expected), "_UID=%u", (unsigned int)getuid());
	if (sd_journal_get_data(journal, "_UID", &data, &length) < 0)
		return false;
	return length == (size_t)expected_length && memcmp(data, expected, length) == 0;
}

/* Whether an entry of ours has all the matches; NULL ends the list. */
static int find(sd_journal *journal, const char *const matches[])
{
	int r = 0;

	sd_journal_flush_matches(journal);
	for (size_t i = 0; matches[i] && r >= 0; i++)
		r = sd_journal_add_match(journal, matches[i], 0);
	if (r >= 0)
		r = sd_journal_seek_head(journal);
	while (r >= 0) {
		r = sd_journal_next(journal);
		if (r <= 0)
			return r;
		if (entry_is_ours(journal))
			return 1;
	}
	return r;
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
