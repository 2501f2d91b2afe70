// SPDX-License-Identifier: GPL-2.0-only
#include "sources/boot-list.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-journal.h>
#include <systemd/sd-messages.h>
#include <time.h>

#include "util/cleanup.h"

#define DIRECTORY "/var/log/journal"

enum {
	TIME_LIMIT_MS = 3000,
	FIRST_MESSAGES = 16,		/* the command line is the second one */
	SHUTDOWN_US = 5 * 60 * 1000000, /* that a shutdown may take: longer than its usual limits */
};

/* What is at the end of a journal or of one boot in it; the entry is then the current one. */
struct entry {
	sd_id128_t boot;
	uint64_t time_us;
	uint64_t uptime_us; /* CLOCK_MONOTONIC of that boot */
};

DEFINE_CLEANUP(sd_journal *, journal, sd_journal_close)

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* r: of sd_journal_next() or sd_journal_previous(). 1, 0 there is none, -errno. */
static int read_entry(sd_journal *journal, int r, struct entry *ret_entry)
{
	struct entry entry;

	if (r <= 0)
		return r;
	r = sd_journal_get_realtime_usec(journal, &entry.time_us);
	if (r >= 0)
		r = sd_journal_get_monotonic_usec(journal, &entry.uptime_us, &entry.boot);
	if (r < 0)
		return r;
	*ret_entry = entry;
	return 1;
}

static int match_boot(sd_journal *journal, sd_id128_t boot)
{
	char match[sizeof("_BOOT_ID=") + SD_ID128_STRING_MAX], id[SD_ID128_STRING_MAX];

	sd_journal_flush_matches(journal);
	snprintf(match, sizeof(match), "_BOOT_ID=%s", sd_id128_to_string(boot, id));
	return sd_journal_add_match(journal, match, 0);
}

static int seek_last(sd_journal *journal, struct entry *ret_entry)
{
	int r = sd_journal_seek_tail(journal);

	return r < 0 ? r : read_entry(journal, sd_journal_previous(journal), ret_entry);
}

static int seek_first(sd_journal *journal, struct entry *ret_entry)
{
	int r = sd_journal_seek_head(journal);

	return r < 0 ? r : read_entry(journal, sd_journal_next(journal), ret_entry);
}

static bool entry_has(sd_journal *journal, const char *field, const char *expected)
{
	const void *data;
	size_t length;

	return sd_journal_get_data(journal, field, &data, &length) >= 0 &&
	       length == strlen(expected) && memcmp(data, expected, length) == 0;
}

/* Anybody may write such a message: what begins with "_" only journald can. */
static bool journald_stops(sd_journal *journal)
{
	return entry_has(journal, "MESSAGE_ID", "MESSAGE_ID=" SD_MESSAGE_JOURNAL_STOP_STR) &&
	       entry_has(journal, "_TRANSPORT", "_TRANSPORT=driver");
}

/*
 * What else is said of a shutdown: logind announces it, and systemd stops what all
 * is built on. journald's own last word is lost where /var is unmounted before it.
 */
static const char *const announcements[][3] = {
	{ "MESSAGE_ID=" SD_MESSAGE_SHUTDOWN_STR, "_UID=0" },
	{ "MESSAGE_ID=" SD_MESSAGE_UNIT_STOPPED_STR, "UNIT=sysinit.target", "_PID=1" },
};

/* Whether that was said in that boot shortly before its last entry. */
static int is_announced(sd_journal *journal, const struct entry *last, const char *const matches[3])
{
	struct entry announced;
	int r = match_boot(journal, last->boot);

	for (unsigned int i = 0; r >= 0 && i < 3 && matches[i]; i++)
		r = sd_journal_add_match(journal, matches[i], 0);
	if (r >= 0)
		r = seek_last(journal, &announced);
	if (r <= 0)
		return r;
	return announced.uptime_us + SHUTDOWN_US >= last->uptime_us;
}

/* The last entry of the boot, and whether it was shut down. 1, 0 there is none, -errno. */
static int read_end(sd_journal *journal, sd_id128_t id, struct entry *ret_last, bool *ret_in_order)
{
	int in_order, r = match_boot(journal, id);

	if (r >= 0)
		r = seek_last(journal, ret_last);
	if (r <= 0)
		return r;
	in_order = journald_stops(journal);
	for (size_t i = 0; in_order == 0 && i < ARRAY_SIZE(announcements); i++)
		in_order = is_announced(journal, ret_last, announcements[i]);
	if (in_order < 0)
		return in_order;
	*ret_in_order = in_order;
	return 1;
}

/* Its first entry is then the current one, with no matches set. As above. */
static int read_begin(sd_journal *journal, sd_id128_t id, struct entry *ret_first)
{
	int r = match_boot(journal, id);

	if (r >= 0)
		r = seek_first(journal, ret_first);
	sd_journal_flush_matches(journal);
	return r;
}

/*
 * Whether it is kdump's capture kernel, which runs between two boots of the machine: its command
 * line says where the old memory is. It is among the first messages.
 */
static bool is_capture_kernel(sd_journal *journal, sd_id128_t id)
{
	static const char said[] = "MESSAGE=Command line: ";
	const void *data;
	size_t length;
	bool found = false;
	int r = match_boot(journal, id);

	if (r >= 0)
		r = sd_journal_add_match(journal, "_TRANSPORT=kernel", 0);
	if (r >= 0)
		r = sd_journal_seek_head(journal);
	for (unsigned int i = 0; r >= 0 && i < FIRST_MESSAGES && !found; i++) {
		if (sd_journal_next(journal) <= 0)
			break;
		if (sd_journal_get_data(journal, "MESSAGE", &data, &length) < 0 ||
		    length < sizeof(said) - 1 || memcmp(data, said, sizeof(said) - 1) != 0)
			continue;
		found = memmem(data, length, " elfcorehdr=", strlen(" elfcorehdr=")) != NULL;
		break;
	}
	sd_journal_flush_matches(journal);
	return found;
}

/* All about the boot; the journal is then at its first entry. 1, 0 there is none, -errno. */
static int read_boot(sd_journal *journal, sd_id128_t id, struct boot *ret_boot)
{
	struct entry first = { 0 }, last = { 0 };
	bool in_order = false;
	int r = read_end(journal, id, &last, &in_order);

	if (r > 0)
		r = read_begin(journal, id, &first);
	if (r <= 0)
		return r;
	*ret_boot = (struct boot){
		.id = id,
		.began_us = (int64_t)(first.time_us - first.uptime_us),
		.first_us = (int64_t)first.time_us,
		.last_us = (int64_t)last.time_us,
		.in_order = in_order,
	};
	return 1;
}

static bool is_listed(const struct boot *boots, size_t n, sd_id128_t id)
{
	for (size_t i = 0; i < n; i++)
		if (sd_id128_equal(boots[i].id, id))
			return true;
	return false;
}

static void reverse(struct boot *boots, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		struct boot boot = boots[i];

		boots[i] = boots[n - 1 - i];
		boots[n - 1 - i] = boot;
	}
}

/*
 * From the newest entry back: what lies before the first entry of a boot is of
 * the one before it. Where that one was seen already, the order is not clear,
 * and no boot is said to be before the other.
 */
static size_t walk_back(sd_journal *journal, struct boot *boots)
{
	int64_t end_ms = now_ms() + TIME_LIMIT_MS;
	struct entry entry;
	size_t n = 0;
	int r = seek_last(journal, &entry);

	while (r > 0 && !is_listed(boots, n, entry.boot)) {
		bool is_capture = is_capture_kernel(journal, entry.boot);

		if (n > 0 && !is_capture)
			boots[n - 1].previous = entry.boot;
		if (n == BOOT_LIST_MAX || now_ms() >= end_ms ||
		    read_boot(journal, entry.boot, &boots[n]) <= 0)
			break;
		n += !is_capture;
		r = read_entry(journal, sd_journal_previous(journal), &entry);
	}
	return n;
}

static int open_below(const struct root *root, sd_id128_t machine, sd_journal **ret_journal)
{
	char path[ROOT_PATH_MAX], id[SD_ID128_STRING_MAX];
	char directory[sizeof(DIRECTORY "/") + SD_ID128_STRING_MAX];

	snprintf(directory, sizeof(directory), DIRECTORY "/%s", sd_id128_to_string(machine, id));
	if (sd_id128_is_null(machine) || !root_exists(root, directory))
		snprintf(directory, sizeof(directory), DIRECTORY);
	return sd_journal_open_directory(ret_journal, root_path(root, directory, path), 0);
}

int boot_list_read(const struct root *root, sd_id128_t machine, struct boot boots[BOOT_LIST_MAX],
		   size_t *ret_n)
{
	_cleanup_(journal_cleanup) sd_journal *journal = NULL;
	int r = root_is_real(root)
			? sd_journal_open(&journal, SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_SYSTEM)
			: open_below(root, machine, &journal);

	if (r < 0)
		return r;
	*ret_n = walk_back(journal, boots);
	reverse(boots, *ret_n);
	return 0;
}
