// SPDX-License-Identifier: GPL-2.0-only
#include "sources/trace-format.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sources/trace-instance.h"
#include "util/cleanup.h"
#include "util/log.h"

static char *read_file(const char *name)
{
	errno = 0;
	return tracefs_instance_file_read(NULL, (char *)name, NULL);
}

/*
 * "NAME\nHEADER-LENGTH[ FORMAT-LENGTH]\n", then header_page, mce_record's
 * format and, where its length is given, behind it mc_event's.
 */
int trace_format_read(const char *instance, bool with_detail, char **ret_text)
{
	_cleanup_free_ char *format = read_file(TRACE_EVENT_DIR "/format");
	_cleanup_free_ char *header_page = format ? read_file("events/header_page") : NULL;
	int error = errno ? -errno : -EIO;
	_cleanup_free_ char *detail = NULL;
	int r;

	if (!header_page)
		return error;
	if (with_detail)
		detail = read_file(TRACE_DETAIL_DIR "/format");
	if (detail)
		r = asprintf(ret_text, "%s\n%zu %zu\n%s%s%s", instance, strlen(header_page),
			     strlen(format), header_page, format, detail);
	else
		r = asprintf(ret_text, "%s\n%zu\n%s%s", instance, strlen(header_page), header_page,
			     format);
	return r < 0 ? -ENOMEM : 0;
}

/* The parts of such a text; borrowed from it. */
struct parts {
	size_t name_length;
	const char *header_page;
	size_t header_length;
	const char *format;
	size_t format_length;
	const char *detail; /* "": none */
};

static int split(const char *text, struct parts *ret_parts)
{
	const char *line = strchr(text, '\n');
	struct parts parts = { 0 };
	bool has_detail;
	size_t left;
	char *end;

	if (!line)
		return -EBADMSG;
	parts.name_length = (size_t)(line - text);
	parts.header_length = strtoul(line + 1, &end, 10);
	has_detail = *end == ' ';
	if (has_detail)
		parts.format_length = strtoul(end + 1, &end, 10);
	left = *end == '\n' ? strlen(end + 1) : 0;
	if (left < parts.header_length || left - parts.header_length < parts.format_length || !left)
		return -EBADMSG;
	if (!has_detail)
		parts.format_length = left - parts.header_length;
	parts.header_page = end + 1;
	parts.format = parts.header_page + parts.header_length;
	parts.detail = parts.format + parts.format_length;
	*ret_parts = parts;
	return 0;
}

/* Records can be read without what EDAC drivers say, so that it does not fail for it. */
static void add_detail(struct ring *ring, const char *format)
{
	char why[RING_WHY_MAX];

	if (format[0] && ring_add_detail(ring, format, strlen(format), why) < 0)
		log_warning(TRACE_DETAIL_DIR ": not read: %s", why);
}

int trace_format_ring(const char *text, struct ring **ret_ring, char **ret_instance,
		      char why[RING_WHY_MAX])
{
	_cleanup_free_ char *name = NULL;
	struct parts parts;
	int r = split(text, &parts);

	why[0] = '\0';
	if (r < 0)
		return r;
	name = strndup(text, parts.name_length);
	if (!name)
		return -ENOMEM;
	r = ring_new(parts.format, parts.format_length, parts.header_page, parts.header_length,
		     ret_ring, why);
	if (r < 0)
		return r;
	add_detail(*ret_ring, parts.detail);
	*ret_instance = take_ptr(name);
	return 0;
}
