// SPDX-License-Identifier: GPL-2.0-only
/*
 * Any bytes as a crash dump: its notes, its kernel log as VMCOREINFO tells of it, and the one
 * that a slim dump carries.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "slimdump/kernel-log.h"
#include "sources/left-log.h"
#include "sources/panic.h"
#include "tests/fuzz/check-end.h"
#include "util/bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static ssize_t read_bytes(void *context, void *buffer, size_t size, uint64_t offset)
{
	const struct bytes *bytes = context;

	if (offset >= bytes->size)
		return 0;
	if (size > bytes->size - offset)
		size = bytes->size - (size_t)offset;
	memcpy(buffer, bytes->data + offset, size);
	return (ssize_t)size;
}

static void read_log(const struct crash_dump *dump)
{
	struct poison poison = { 0 };
	const struct old_memory memory = { dump, &poison };
	struct strbuf text = { 0 };
	char problem[KERNEL_LOG_PROBLEM_MAX];
	struct panic panic = { 0 };

	if (kernel_log_read(&memory, &text, problem) == 0) {
		panic_text(&panic, strbuf_text(&text), text.length);
		poison_add_log(&poison, strbuf_text(&text), text.length);
	} else if (!problem[0]) {
		abort();
	}
	strbuf_free(&text);
}

static void read_own_log(const struct crash_dump *dump)
{
	struct kernel_log log;
	char *text;
	size_t size;

	if (crash_dump_text(dump, NOTE_OWN_LOG, &text, &size) < 0)
		return;
	if (kernel_log_init(&log) < 0)
		abort();
	kernel_log_text(&log, text, size);
	if (kernel_log_end(&log, 0, dump->time * 1000000) < 0)
		abort();
	check_end(&log.end);
	kernel_log_done(&log);
	free(text);
}

/* All that is made of it is a bad error of the crash, by its time. */
static void read_left_log(const struct crash_dump *dump)
{
	const int64_t crash_us = dump->time * 1000000;
	struct kernel_log log;
	char *text;
	size_t size;

	if (crash_dump_text(dump, NOTE_OWN_CAPTURE_LOG, &text, &size) < 0)
		return;
	if (left_log_read(&log, text, size, crash_us) < 0)
		abort();
	for (size_t i = 0; i < log.n; i++)
		if (!left_bank_is_bad(&log.records[i].record) ||
		    (crash_us && log.records[i].record.time_us != crash_us))
			abort();
	kernel_log_done(&log);
	free(text);
}

/* A file that is refused has a reason; what is told of one that is taken is bounded. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes bytes = { data, size };
	struct dump_reader reader = { read_bytes, &bytes };
	struct crash_dump dump = { 0 };

	if (crash_dump_read(&dump, &reader) < 0) {
		if (!dump.notes.problem[0])
			abort();
	} else {
		if (dump.notes.n_notes > ELF_NOTES_MAX || dump.notes.n_loads > ELF_SEGMENTS_MAX)
			abort();
		read_log(&dump);
		read_own_log(&dump);
		read_left_log(&dump);
	}
	crash_dump_free(&dump);
	return 0;
}
