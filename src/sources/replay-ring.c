// SPDX-License-Identifier: GPL-2.0-only
/*
 * A directory with pages of the trace ring: mce_record.format, header_page and
 * cpuN.raw, each one or more sub-buffers as read from per_cpu/cpuN/trace_pipe_raw.
 */
#include "sources/replay.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sources/ring.h"
#include "util/bytes.h"
#include "util/cleanup.h"

struct ring_input {
	struct ring *ring;
	char **paths;
	size_t n_paths;
	size_t next_path;

	/* the file that is being read */
	char *content; /* NULL between files */
	size_t size;
	size_t next_page;
	uint64_t hash;
	struct ring_cursor cursor;
};

static void ring_close(struct replay *replay)
{
	struct ring_input *input = replay->input;

	if (!input)
		return;
	ring_free(input->ring);
	replay_list_free(input->paths, input->n_paths);
	free(input->content);
	free(input);
	replay->input = NULL;
}

static bool is_page_file(const char *name)
{
	unsigned int cpu;
	int end = 0;

	return sscanf(name, "cpu%u.raw%n", &cpu, &end) == 1 && end && !name[end];
}

static int read_part(struct replay *replay, const char *name, char **ret_text, size_t *ret_size,
		     char why[SOURCE_WHY_MAX])
{
	_cleanup_free_ char *path = NULL;
	int r = asprintf(&path, "%s/%s", replay->path, name) < 0 ? -ENOMEM : 0;

	if (r == 0)
		r = replay_read_file(path, ret_text, ret_size);
	if (r < 0)
		snprintf(why, SOURCE_WHY_MAX, "%s/%s: %s", replay->path, name, strerror(-r));
	return r;
}

static int make_ring(struct replay *replay, struct ring_input *input, char why[SOURCE_WHY_MAX])
{
	_cleanup_free_ char *format = NULL, *header_page = NULL;
	size_t format_size, header_page_size;
	char ring_why[RING_WHY_MAX];
	int r = read_part(replay, "mce_record.format", &format, &format_size, why);

	if (r < 0)
		return r;
	r = read_part(replay, "header_page", &header_page, &header_page_size, why);
	if (r < 0)
		return r;
	r = ring_new(format, format_size, header_page, header_page_size, &input->ring, ring_why);
	if (r < 0)
		snprintf(why, SOURCE_WHY_MAX, "%s: %s", replay->path, ring_why);
	return r;
}

static int ring_open(struct replay *replay, char why[SOURCE_WHY_MAX])
{
	struct ring_input *input = calloc(1, sizeof(*input));
	int r;

	replay->input = input;
	snprintf(why, SOURCE_WHY_MAX, "%s", strerror(ENOMEM));
	if (!input)
		return -ENOMEM;
	r = make_ring(replay, input, why);
	if (r < 0)
		return r;
	r = replay_list(replay->path, is_page_file, &input->paths, &input->n_paths);
	if (r == 0 && !input->n_paths)
		r = -ENODATA;
	if (r < 0)
		snprintf(why, SOURCE_WHY_MAX, "%s: %s", replay->path,
			 r == -ENODATA ? "no cpuN.raw files" : strerror(-r));
	return r;
}

/* One page being taken apart. */
struct page {
	struct replay *replay;
	struct ring_input *input;
	unsigned int n_records;
};

static const char *current_path(const struct ring_input *input)
{
	return input->paths[input->next_path];
}

static int take_record(void *context, struct record *record, const struct ring_cursor *at)
{
	struct page *page = context;

	(void)at; /* its clock began with a boot that we know nothing of */
	record->time_us = (int64_t)record->walltime * 1000000;
	snprintf(record->key, sizeof(record->key), "replay:%016" PRIx64 ":%zu:%u",
		 page->input->hash, page->input->next_page, page->n_records++);
	return replay_give(page->replay, record);
}

/* Said, not counted: a file that is replayed again must add nothing. */
static int take_missed(void *context, uint64_t count)
{
	struct page *page = context;
	char why[64];

	if (count)
		snprintf(why, sizeof(why), "%" PRIu64 " records were lost before this page", count);
	else
		snprintf(why, sizeof(why), "records were lost before this page");
	replay_refuse(page->replay, why, "%s: page %zu", current_path(page->input),
		      page->input->next_page);
	return 0;
}

static int take_page(struct replay *replay, struct ring_input *input)
{
	struct page page = { .replay = replay, .input = input };
	const struct ring_sink sink = { .record = take_record, .missed = take_missed, .context = &page };
	size_t page_size = ring_page_size(input->ring);
	size_t offset = input->next_page * page_size;
	size_t size = input->size - offset < page_size ? input->size - offset : page_size;
	char why[RING_WHY_MAX];
	int r = ring_page(input->ring, (const uint8_t *)input->content + offset, size,
			  &input->cursor, &sink, why);

	if (r == -EBADMSG)
		replay_refuse(replay, why, "%s: page %zu", current_path(input), input->next_page);
	input->next_page++;
	return r == -EBADMSG ? 0 : r;
}

/* Reads the next file. Returns 1, 0 when there is none, -ENOMEM. */
static int next_file(struct replay *replay, struct ring_input *input)
{
	for (; input->next_path < input->n_paths; input->next_path++) {
		int r = replay_read_file(current_path(input), &input->content, &input->size);

		if (r == 0) {
			input->next_page = 0;
			input->cursor = (struct ring_cursor){ 0 };
			input->hash = bytes_hash(
				(struct bytes){ (uint8_t *)input->content, input->size });
			return 1;
		}
		if (r == -ENOMEM)
			return r;
		replay_refuse(replay, strerror(-r), "%s", current_path(input));
	}
	return 0;
}

static void end_file(struct ring_input *input)
{
	free(take_ptr(input->content));
	input->next_path++;
}

static int ring_drain(struct replay *replay)
{
	struct ring_input *input = replay->input;

	for (;;) {
		int r = 0;

		if (!replay_has_room(replay))
			return 1;
		if (!input->content) {
			r = next_file(replay, input);
			if (r <= 0)
				return r;
		}
		if (input->next_page * ring_page_size(input->ring) >= input->size)
			end_file(input);
		else
			r = take_page(replay, input);
		if (r < 0)
			return r;
	}
}

const struct replay_format replay_ring = {
	.name = "captured trace pages",
	.open = ring_open,
	.drain = ring_drain,
	.close = ring_close,
};
