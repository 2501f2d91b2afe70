// SPDX-License-Identifier: GPL-2.0-only
#include "slimdump/slimdump.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "slimdump/capture-log.h"
#include "slimdump/cause.h"
#include "slimdump/kernel-log.h"
#include "slimdump/slim-file.h"
#include "sources/panic.h"
#include "util/cleanup.h"

/* A log of more than this is kept from a later line on: the file is to be small. */
enum { LOG_MAX = 4 << 20 };

/* All that is known when it is decided. */
struct state {
	const struct slimdump_options *options;
	int fd;
	struct crash_dump dump;
	struct poison poison;
	struct strbuf log;     /* of the crashed kernel, "" where it must not be read */
	struct strbuf capture; /* of the kernel that runs, what it says of errors */
	struct strbuf decoded; /* the errors in the one of them that is saved */
	struct strbuf cause;   /* one line */
};

static void state_free(struct state *state)
{
	crash_dump_free(&state->dump);
	strbuf_free(&state->log);
	strbuf_free(&state->capture);
	strbuf_free(&state->decoded);
	strbuf_free(&state->cause);
	close_cleanup(&state->fd);
}

__attribute__((format(printf, 2, 3))) static enum slimdump_status fail(const char *name,
								       const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "mce-slimdump: %s: ", name);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	return SLIMDUMP_ERROR;
}

static int open_dump(struct state *state)
{
	const char *name = state->options->vmcore;
	struct dump_reader reader;

	state->fd = open(name, O_RDONLY | O_CLOEXEC);
	if (state->fd < 0) {
		fail(name, "%s", strerror(errno));
		return -1;
	}
	reader = dump_reader_of_fd(&state->fd);
	if (crash_dump_read(&state->dump, &reader) < 0) {
		fail(name, "%s", state->dump.notes.problem);
		return -1;
	}
	if (state->dump.slim || state->dump.format != CRASH_ELF || state->dump.flattened) {
		fail(name, "%s",
		     state->dump.slim ? "it is a slim dump already"
				      : "it is a dump that was made before");
		return -1;
	}
	/* what is there is saved all the same */
	if (state->dump.notes.problem[0])
		fail(name, "%s", state->dump.notes.problem);
	return 0;
}

/* Before anything of the old memory: a page that is not known to be bad would be read. */
static int find_poison(struct state *state)
{
	_cleanup_strbuf_ struct strbuf text = { 0 };
	int r = capture_log_read(state->options->kmsg, &text);

	if (r == 0)
		r = poison_add_log(&state->poison, strbuf_text(&text), text.length);
	if (r == 0) {
		capture_log_errors(&text, LOG_MAX, &state->capture);
		r = state->capture.error;
	}
	if (r < 0)
		fail(state->options->kmsg, "%s: without it no page is known to be safe",
		     strerror(-r));
	return r;
}

/* The reason for a person: what the panic said, what the kernel, what the registers. */
static int explain(struct state *state, const struct panic *panic)
{
	_cleanup_strbuf_ struct strbuf line = { 0 };
	int r = cause_decode(strbuf_text(&state->log), state->log.length, &state->decoded, &line);

	strbuf_add(&state->cause, panic->words);
	if (panic->reason[0])
		strbuf_addf(&state->cause, ": %s", panic->reason);
	if (line.length > 0)
		strbuf_addf(&state->cause, "; %s", strbuf_text(&line));
	return r < 0 ? r : state->cause.error;
}

static enum slimdump_status stand_aside(const struct state *state, const struct panic *panic)
{
	printf("mce-slimdump: %s: %s%s: nothing to do here\n", state->options->vmcore,
	       panic->cause == PANIC_NONE ? "the kernel's log has no panic"
					  : "not a machine check: ",
	       panic->words);
	return SLIMDUMP_ASIDE;
}

static enum slimdump_status decide(struct state *state)
{
	struct panic panic = { 0 };
	int r;

	panic_text(&panic, strbuf_text(&state->log), state->log.length);
	switch (panic.cause) {
	case PANIC_NONE:
	case PANIC_OTHER:
	case PANIC_FIRMWARE_ERROR: /* of a device, say: memory can be read */
		return stand_aside(state, &panic);
	case PANIC_MACHINE_CHECK:
	case PANIC_MEMORY_ERROR:
		break;
	}
	r = explain(state, &panic);
	return r < 0 ? fail(state->options->vmcore, "%s", strerror(-r)) : SLIMDUMP_SAVED;
}

/* That an error names the log's own memory says enough about the crash: which one it was. */
static enum slimdump_status explain_hit(struct state *state, const char *problem)
{
	const struct strbuf *capture = &state->capture;
	_cleanup_strbuf_ struct strbuf hit = { 0 }, worst = { 0 };
	int r;

	if (capture->length > 0)
		strbuf_add(&state->decoded, "Of the log of the capture kernel, which counts CPUs "
					    "by itself:\n");
	r = cause_decode(strbuf_text(capture), capture->length, &state->decoded, &worst);
	poison_describe_hit(&state->poison, &hit);
	strbuf_addf(&state->cause, "the kernel log was not read: %s", problem);
	if (hit.length > 0)
		strbuf_addf(&state->cause, ": %s", strbuf_text(&hit));
	if (r == 0)
		r = state->cause.error ? state->cause.error : hit.error;
	return r < 0 ? fail(state->options->vmcore, "%s", strerror(-r)) : SLIMDUMP_SAVED;
}

static enum slimdump_status read_log(struct state *state)
{
	struct old_memory memory = { &state->dump, &state->poison };
	char problem[KERNEL_LOG_PROBLEM_MAX];
	int r = kernel_log_read(&memory, &state->log, problem);

	if (r == -EHWPOISON)
		return explain_hit(state, problem);
	if (r < 0)
		return fail(state->options->vmcore, "its kernel log: %s", problem);
	return decide(state);
}

static void cut_log(struct strbuf *log, const char **ret_text, size_t *ret_size)
{
	const char *text = strbuf_text(log), *line;

	*ret_text = text;
	*ret_size = log->length;
	if (log->length <= LOG_MAX)
		return;
	text += log->length - LOG_MAX;
	line = memchr(text, '\n', LOG_MAX - 1);
	*ret_text = line ? line + 1 : text;
	*ret_size = LOG_MAX - (size_t)(*ret_text - text);
}

static int write_notes(struct state *state, uint64_t *ret_size, char problem[SLIM_PROBLEM_MAX])
{
	bool has_log = state->log.length > 0;
	struct slim_note notes[3] = {
		{ NOTE_SLIM_OWNER, NOTE_SLIM_TYPE, strbuf_text(&state->cause),
		  state->cause.length + 1 },
		{ NOTE_OWN_OWNER, NOTE_OWN_CAPTURE_LOG, strbuf_text(&state->capture),
		  state->capture.length },
		{ NOTE_OWN_OWNER, NOTE_OWN_DECODED, strbuf_text(&state->decoded),
		  state->decoded.length },
	};
	const char *text;

	if (has_log) {
		notes[1].type = NOTE_OWN_LOG;
		cut_log(&state->log, &text, &notes[1].size);
		notes[1].data = text;
	}
	return slim_file_write(state->options->out, &state->dump, notes,
			       notes[1].size > 0 ? ARRAY_SIZE(notes) : 1, ret_size, problem);
}

static enum slimdump_status save(struct state *state)
{
	const struct slimdump_options *options = state->options;
	char problem[SLIM_PROBLEM_MAX];
	uint64_t size;
	int r;

	if (options->dry_run) {
		printf("mce-slimdump: %s: would be saved: %s\n", options->vmcore,
		       strbuf_text(&state->cause));
		return SLIMDUMP_SAVED;
	}
	r = write_notes(state, &size, problem);
	if (r < 0)
		return fail(options->out, "%s", strerror(-r));
	if (problem[0])
		fail(options->vmcore, "%s", problem);
	printf("mce-slimdump: %s: %" PRIu64 " bytes, no memory: %s\n", options->out, size,
	       strbuf_text(&state->cause));
	return SLIMDUMP_SAVED;
}

enum slimdump_status slimdump_run(const struct slimdump_options *options)
{
	_cleanup_(state_free) struct state state = { .options = options, .fd = -1 };
	enum slimdump_status status;

	if (open_dump(&state) < 0 || find_poison(&state) < 0)
		return SLIMDUMP_ERROR;
	status = read_log(&state);
	return status == SLIMDUMP_SAVED ? save(&state) : status;
}
