// SPDX-License-Identifier: GPL-2.0-only
#include "sources/crash-time.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sources/crash-dump.h"
#include "sources/source.h"
#include "sources/tree.h"
#include "util/cleanup.h"

#define SECOND_US 1000000ll

/* More than the widest time zone, and less than the next day. */
#define ZONE_US (15 * 3600 * SECOND_US)

/* --- the dump --- */

static int64_t time_in_dump(const struct root *root, const struct crash_files *files,
			    const char *path, size_t *pages_left)
{
	_cleanup_(crash_dump_free) struct crash_dump dump = { 0 };
	const char *refused;
	struct stat st;
	_cleanup_close_ int fd = tree_open(root, path, &st, &refused);
	struct dump_bounded bounded = { .file = dump_reader_of_fd(&fd), .pages_left = *pages_left };
	const struct dump_reader reader = dump_reader_bounded(&bounded);
	int r;

	if (fd < 0 || crash_files_distrust(files, &st))
		return 0;
	r = crash_dump_read(&dump, &reader);
	*pages_left = bounded.pages_left;
	return r == 0 && dump.time > 0 ? dump.time * SECOND_US : 0;
}

int64_t crash_time_of_dump(const struct root *root, const struct crash_files *files,
			   const char *log, size_t *pages_left)
{
	static const char *const names[] = { "vmcore", "vmcore.flat" };
	static const char *const stamped[] = { "dump", "vmcore" };
	const char *name = strrchr(log, '/') + 1, *stamp = name + strcspn(name, ".");
	int64_t time_us = 0;

	for (size_t i = 0; !time_us && i < ARRAY_SIZE(names); i++) {
		_cleanup_free_ char *path = NULL;
		bool is_stamped = isdigit((unsigned char)stamp[*stamp != '\0']);

		if (asprintf(&path, "%.*s%s%s", (int)(name - log), log,
			     is_stamped ? stamped[i] : names[i], is_stamped ? stamp : "") >= 0)
			time_us = time_in_dump(root, files, path, pages_left);
	}
	return time_us;
}

/* --- the name --- */

/* Exactly twelve digits. */
static bool read_debian(const char *at, struct tm *tm)
{
	if (strspn(at, "0123456789") != 12)
		return false;
	return sscanf(at, "%4d%2d%2d%2d%2d", &tm->tm_year, &tm->tm_mon, &tm->tm_mday, &tm->tm_hour,
		      &tm->tm_min) == 5;
}

static bool read_rhel(const char *at, struct tm *tm)
{
	if (strspn(at, "0123456789") != 4)
		return false;
	return sscanf(at, "%4d-%2d-%2d-%2d:%2d:%2d", &tm->tm_year, &tm->tm_mon, &tm->tm_mday,
		      &tm->tm_hour, &tm->tm_min, &tm->tm_sec) >= 5;
}

static bool is_date(const struct tm *tm)
{
	return tm->tm_year >= 2000 && tm->tm_mon >= 1 && tm->tm_mon <= 12 && tm->tm_mday >= 1 &&
	       tm->tm_mday <= 31 && tm->tm_hour >= 0 && tm->tm_hour < 24 && tm->tm_min >= 0 &&
	       tm->tm_min < 60 && tm->tm_sec >= 0 && tm->tm_sec <= 60;
}

int64_t crash_time_of_name(const char *path)
{
	int64_t time_us = 0;

	for (const char *at = path; *at; at++) {
		struct tm tm = { 0 };

		if ((at != path && isdigit((unsigned char)at[-1])) ||
		    !(read_debian(at, &tm) || read_rhel(at, &tm)) || !is_date(&tm))
			continue;
		tm.tm_year -= 1900;
		tm.tm_mon--;
		time_us = timegm(&tm) * SECOND_US;
	}
	return time_us;
}

int64_t crash_time_of_file(const char *path, const struct stat *st, int64_t boot_us)
{
	const int64_t named_us = crash_time_of_name(path);
	const int64_t time_us = (int64_t)st->st_mtim.tv_sec * SECOND_US;
	/* the clock may have been set since, which the name makes up for */
	const int64_t doubt_us = named_us ? SOURCE_CLOCK_DOUBT_US : 0;

	if (boot_us && time_us >= boot_us + doubt_us)
		return 0;
	return named_us && llabs(time_us - named_us) >= ZONE_US ? 0 : time_us;
}
