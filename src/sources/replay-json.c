// SPDX-License-Identifier: GPL-2.0-only
/* Event JSON, one object per line, from a file or standard input. */
#include "sources/replay.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sources/json-record.h"
#include "util/bytes.h"
#include "util/cleanup.h"

/* An event has 2 to 8 KiB. */
enum { LINE_SIZE_MAX = 1 << 20 };

struct json_input {
	FILE *file;
	const char *name;
	struct json_reader *reader;
	char *line; /* LINE_SIZE_MAX bytes */
	size_t length;
	uint64_t number;
};

static void json_close(struct replay *replay)
{
	struct json_input *input = replay->input;

	if (!input)
		return;
	if (input->file)
		fclose(input->file);
	json_reader_free(input->reader);
	free(input->line);
	free(input);
	replay->input = NULL;
}

static int open_stream(const char *path, FILE **ret_file)
{
	bool standard = strcmp(path, "-") == 0;
	_cleanup_close_ int fd = standard ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
					  : open(path, O_RDONLY | O_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");

	if (!file)
		return -errno;
	(void)take_fd(fd);
	*ret_file = file;
	return 0;
}

static int json_open(struct replay *replay, char why[SOURCE_WHY_MAX])
{
	struct json_input *input = calloc(1, sizeof(*input));
	int r = -ENOMEM;

	replay->input = input;
	if (input) {
		input->name = strcmp(replay->path, "-") == 0 ? "standard input" : replay->path;
		input->line = malloc(LINE_SIZE_MAX);
		r = input->line ? json_reader_new(&input->reader) : -ENOMEM;
	}
	if (r == 0)
		r = open_stream(replay->path, &input->file);
	if (r < 0)
		snprintf(why, SOURCE_WHY_MAX, "%s: %s", replay->path, strerror(-r));
	return r;
}

/*
 * Reads the next line without its end into input->line; of a line that is too
 * long, what fits, and the rest is skipped. Returns 1, 0 at the end, -errno.
 */
static int read_line(struct json_input *input)
{
	int c = getc_unlocked(input->file);

	if (c == EOF)
		return ferror(input->file) ? -EIO : 0;
	input->number++;
	for (input->length = 0; c != EOF && c != '\n'; c = getc_unlocked(input->file))
		if (input->length < LINE_SIZE_MAX)
			input->line[input->length++] = (char)c;
	while (input->length && memchr("\r\t ", input->line[input->length - 1], 3))
		input->length--;
	return 1;
}

static int set_key(struct replay *replay, const struct json_input *input, sd_id128_t event_id,
		   struct record *record)
{
	struct bytes bytes = { (const uint8_t *)input->line, input->length };
	uint64_t hash = bytes_hash(bytes);
	int nth;

	if (!sd_id128_is_null(event_id)) {
		snprintf(record->key, sizeof(record->key), "replay:" SD_ID128_FORMAT_STR,
			 SD_ID128_FORMAT_VAL(event_id));
		return 0;
	}
	nth = replay_nth(replay, hash);
	if (nth < 0)
		return nth;
	snprintf(record->key, sizeof(record->key), "replay:%016" PRIx64 ":%d", hash, nth);
	return 0;
}

static int take_line(struct replay *replay, struct json_input *input)
{
	char why[JSON_WHY_MAX] = "line is longer than 1 MiB";
	struct record record;
	sd_id128_t event_id;
	int r = -EBADMSG;

	if (!input->length)
		return 0;
	if (input->length < LINE_SIZE_MAX)
		r = json_reader_read(input->reader, input->line, input->length, &record, &event_id,
				     why);
	if (r == -EBADMSG) {
		replay_refuse(replay, why, "%s: line %" PRIu64, input->name, input->number);
		return 0;
	}
	if (r == 0)
		r = set_key(replay, input, event_id, &record);
	return r < 0 ? r : replay_give(replay, &record);
}

static int json_drain(struct replay *replay)
{
	struct json_input *input = replay->input;

	for (;;) {
		int r;

		if (!replay_has_room(replay))
			return 1;
		r = read_line(input);
		if (r <= 0)
			return r;
		r = take_line(replay, input);
		if (r < 0)
			return r;
	}
}

const struct replay_format replay_json = {
	.name = "event JSON lines",
	.open = json_open,
	.drain = json_drain,
	.close = json_close,
};
