// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records as bytes: struct mce in a file of pstore, several of them back to back, or a
 * directory of mce-erst-* files; and CPER records, one or several.
 */
#include "sources/replay.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sources/wire.h"
#include "util/cleanup.h"

struct raw_input {
	char **paths;
	size_t n_paths;
	size_t next;
};

static void raw_close(struct replay *replay)
{
	struct raw_input *input = replay->input;

	if (!input)
		return;
	replay_list_free(input->paths, input->n_paths);
	free(input);
	replay->input = NULL;
}

static bool is_erst_name(const char *name)
{
	uint64_t id;

	return wire_parse_erst_name(name, &id) == 0;
}

static int list_one(const char *path, struct raw_input *input)
{
	input->paths = calloc(1, sizeof(*input->paths));
	if (!input->paths)
		return -ENOMEM;
	input->paths[0] = strdup(path);
	input->n_paths = 1;
	return input->paths[0] ? 0 : -ENOMEM;
}

static int raw_open(struct replay *replay, char why[SOURCE_WHY_MAX])
{
	struct raw_input *input = calloc(1, sizeof(*input));
	struct stat st = { 0 };
	int r = -ENOMEM;

	replay->input = input;
	if (input && stat(replay->path, &st) == 0 && S_ISDIR(st.st_mode))
		r = replay_list(replay->path, is_erst_name, &input->paths, &input->n_paths);
	else if (input)
		r = list_one(replay->path, input);
	if (r < 0)
		snprintf(why, SOURCE_WHY_MAX, "%s: %s", replay->path, strerror(-r));
	if (r == 0 && !input->n_paths) {
		snprintf(why, SOURCE_WHY_MAX,
			 "%s: neither a captured trace (mce_record.format) nor mce-erst-* files",
			 replay->path);
		return -ENODATA;
	}
	return r;
}

/* The file whose records are taken apart. */
struct raw_file {
	struct replay *replay;
	const char *path;
};

static int take_record(void *context, unsigned int ordinal, struct bytes bytes)
{
	const struct raw_file *file = context;
	const char *name = strrchr(file->path, '/');
	uint64_t hash = bytes_hash(bytes), id;
	struct record record;
	int nth;

	if (wire_decode(bytes, &record) < 0) {
		replay_refuse(file->replay, wire_check(bytes), "%s: record %u", file->path,
			      ordinal);
		return 0;
	}
	nth = replay_nth(file->replay, hash);
	if (nth < 0)
		return nth;
	if (!record.time_us && wire_parse_erst_name(name ? name + 1 : file->path, &id) == 0)
		record.time_us = wire_erst_time_us(id);
	snprintf(record.key, sizeof(record.key), "replay:%016" PRIx64 ":%d", hash, nth);
	return replay_give(file->replay, &record);
}

/* One after the other, each as long as it says it is. */
static int take_cper(struct replay *replay, const char *path, struct bytes bytes)
{
	while (bytes.size) {
		struct firmware firmware = {
			.form = FIRMWARE_RECORD,
			.bytes = firmware_first_record(bytes),
			.source = SOURCE_REPLAY,
			.replayed = true,
		};
		int r;

		if (!firmware.bytes.size) {
			replay_refuse(replay, "what is behind its last record is none", "%s", path);
			return 0;
		}
		snprintf(firmware.name, sizeof(firmware.name), "%s", path);
		r = replay->intake->firmware(replay->intake->context, &firmware);
		if (r < 0)
			return r;
		if (r == 0)
			replay_refuse(replay, "no error in a record", "%s", path);
		replay->n_records += (uint64_t)r;
		bytes.data += firmware.bytes.size;
		bytes.size -= firmware.bytes.size;
	}
	return 0;
}

static int take_file(struct replay *replay, const char *path)
{
	struct raw_file file = { .replay = replay, .path = path };
	_cleanup_free_ char *content = NULL;
	struct bytes bytes;
	size_t size, record_size;
	int r = replay_read_file(path, &content, &size);

	if (r == -ENOMEM)
		return r;
	if (r < 0) {
		replay_refuse(replay, strerror(-r), "%s", path);
		return 0;
	}
	bytes = (struct bytes){ (const uint8_t *)content, size };
	if (firmware_first_record(bytes).size)
		return take_cper(replay, path, bytes);
	record_size = wire_record_size(bytes);
	if (!record_size) {
		replay_refuse(replay, wire_check(bytes), "%s", path);
		return 0;
	}
	replay_next_file(replay);
	r = wire_split(bytes, record_size, take_record, &file);
	if (size % record_size)
		replay_refuse(replay, "what is behind its last whole record is none", "%s", path);
	return r < 0 ? r : 0;
}

static int raw_drain(struct replay *replay)
{
	struct raw_input *input = replay->input;

	while (input->next < input->n_paths) {
		int r;

		if (!replay_has_room(replay))
			return 1;
		r = take_file(replay, input->paths[input->next]);
		if (r < 0)
			return r;
		input->next++;
	}
	return 0;
}

const struct replay_format replay_raw = {
	.name = "struct mce or CPER records",
	.open = raw_open,
	.drain = raw_drain,
	.close = raw_close,
};
