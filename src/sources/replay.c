// SPDX-License-Identifier: GPL-2.0-only
/*
 * replay: records from a file that somebody kept: event JSON, pages of the trace
 * ring, struct mce as pstore has it, or CPER records. Nothing is ever changed there.
 */
#include "sources/replay.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sources/wire.h"
#include "util/cleanup.h"

static struct replay *replay_of(struct source *source)
{
	return (struct replay *)source;
}

static bool has_file(const char *directory, const char *name)
{
	_cleanup_free_ char *path = NULL;

	return asprintf(&path, "%s/%s", directory, name) >= 0 && access(path, F_OK) == 0;
}

/* Lines of text, not registers: no control bytes but those of text. */
static bool looks_like_text(const char *start, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if ((unsigned char)start[i] < 0x20 && !memchr("\t\n\r", start[i], 3))
			return false;
	return true;
}

static int guess_file_format(const char *path, const struct replay_format **ret_format)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	const char *name = strrchr(path, '/');
	char start[512];
	uint64_t id;
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = pread(fd, start, sizeof(start), 0);
	if (n < 0)
		return -errno;
	if (wire_parse_erst_name(name ? name + 1 : path, &id) == 0 ||
	    !looks_like_text(start, (size_t)n))
		*ret_format = &replay_raw;
	else
		*ret_format = &replay_json;
	return 0;
}

/* What the path holds, by what is in it. */
static int guess_format(const char *path, const struct replay_format **ret_format)
{
	struct stat st;

	*ret_format = &replay_json;
	if (strcmp(path, "-") == 0)
		return 0;
	if (stat(path, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode)) {
		*ret_format = has_file(path, "mce_record.format") ? &replay_ring : &replay_raw;
		return 0;
	}
	if (!S_ISREG(st.st_mode))
		return 0;
	return st.st_size ? guess_file_format(path, ret_format) : -ENODATA;
}

static int choose_format(const char *path, const struct replay_format **ret_format,
			 char why[SOURCE_WHY_MAX])
{
	int r;

	if (!path) {
		snprintf(why, SOURCE_WHY_MAX, "no file was given");
		return -ENOENT;
	}
	r = guess_format(path, ret_format);
	if (r < 0)
		snprintf(why, SOURCE_WHY_MAX, "%s: %s", path,
			 r == -ENODATA ? "empty" : strerror(-r));
	return r;
}

static int replay_probe(const struct source_env *env, char why[SOURCE_WHY_MAX])
{
	const struct replay_format *format;
	int r;

	if (!env->path) {
		snprintf(why, SOURCE_WHY_MAX, "what mcelog --replay PATH... names");
		return 0;
	}
	r = choose_format(env->path, &format, why);
	if (r == 0)
		snprintf(why, SOURCE_WHY_MAX, "%s: %s", env->path, format->name);
	return r;
}

static void replay_free(struct replay *replay)
{
	if (replay->format)
		replay->format->close(replay);
	replay_next_file(replay);
	free(replay);
}

DEFINE_CLEANUP(struct replay *, replay_free, replay_free)

static int replay_open(const struct source_env *env, const struct intake *intake,
		       struct source **ret_source, char why[SOURCE_WHY_MAX])
{
	_cleanup_(replay_free_cleanup) struct replay *replay = calloc(1, sizeof(*replay));
	int r;

	if (!replay) {
		snprintf(why, SOURCE_WHY_MAX, "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	replay->intake = intake;
	replay->path = env->path;
	r = choose_format(env->path, &replay->format, why);
	if (r < 0) {
		replay->format = NULL;
		return r;
	}
	r = replay->format->open(replay, why);
	if (r < 0)
		return r;
	*ret_source = (struct source *)take_ptr(replay);
	return 0;
}

static int replay_fd(struct source *source)
{
	(void)source;
	return -1;
}

static int replay_drain(struct source *source)
{
	return replay_of(source)->format->drain(replay_of(source));
}

static void replay_committed(struct source *source)
{
	(void)source;
}

static uint64_t replay_refused(struct source *source)
{
	return replay_of(source)->n_refused;
}

static void replay_describe(struct source *source, char *buffer, size_t size)
{
	struct replay *replay = replay_of(source);

	snprintf(buffer, size, "%s, %s: %" PRIu64 " records, %" PRIu64 " refused", replay->path,
		 replay->format->name, replay->n_records, replay->n_refused);
}

static void replay_close(struct source *source)
{
	if (source)
		replay_free(replay_of(source));
}

const struct source_ops source_replay = {
	.name = "replay",
	.summary = "a file: event JSON, captured trace pages, struct mce, CPER records",
	.probe = replay_probe,
	.open = replay_open,
	.fd = replay_fd,
	.drain = replay_drain,
	.committed = replay_committed,
	.refused = replay_refused,
	.describe = replay_describe,
	.close = replay_close,
};
