// SPDX-License-Identifier: GPL-2.0-only
#include "slimdump/log-buffer.h"

#include <errno.h>
#include <stdio.h>

#include "slimdump/log-layout.h"
#include "slimdump/log-line.h"
#include "util/cleanup.h"

enum { BUFFER_MAX = 1 << 28 };

struct layout {
	uint64_t buffer, length, first, next; /* symbols */
	uint64_t header_size, ts_nsec, record_length, text_length;
};

/* clang-format off */
static const struct layout_row rows[] = {
	{ "SYMBOL", "log_buf",             offsetof(struct layout, buffer) },
	{ "SYMBOL", "log_buf_len",         offsetof(struct layout, length) },
	{ "SYMBOL", "log_first_idx",       offsetof(struct layout, first) },
	{ "SYMBOL", "log_next_idx",        offsetof(struct layout, next) },
	{ "SIZE",   "printk_log",          offsetof(struct layout, header_size) },
	{ "OFFSET", "printk_log.ts_nsec",  offsetof(struct layout, ts_nsec) },
	{ "OFFSET", "printk_log.len",      offsetof(struct layout, record_length) },
	{ "OFFSET", "printk_log.text_len", offsetof(struct layout, text_length) },
};

/* As it was called up to Linux 3.10. */
static const struct layout_row old_rows[] = {
	{ "SYMBOL", "log_buf",       offsetof(struct layout, buffer) },
	{ "SYMBOL", "log_buf_len",   offsetof(struct layout, length) },
	{ "SYMBOL", "log_first_idx", offsetof(struct layout, first) },
	{ "SYMBOL", "log_next_idx",  offsetof(struct layout, next) },
	{ "SIZE",   "log",           offsetof(struct layout, header_size) },
	{ "OFFSET", "log.ts_nsec",   offsetof(struct layout, ts_nsec) },
	{ "OFFSET", "log.len",       offsetof(struct layout, record_length) },
	{ "OFFSET", "log.text_len",  offsetof(struct layout, text_length) },
};
/* clang-format on */

static const char *fill(struct vmcoreinfo info, struct layout *layout)
{
	uint64_t size;

	if (vmcoreinfo_of(info, "SIZE", "log", &size) == 0)
		return layout_fill(info, old_rows, ARRAY_SIZE(old_rows), layout);
	return layout_fill(info, rows, ARRAY_SIZE(rows), layout);
}

static int read_number(const struct old_memory *memory, uint64_t vaddr, size_t size,
		       uint64_t *ret_number)
{
	uint8_t raw[8];
	int r = old_memory_read(memory, vaddr, raw, size);

	if (r < 0)
		return r;
	*ret_number = bytes_le((struct bytes){ raw, sizeof(raw) }, 0, size);
	return 0;
}

/*
 * Records from first to next; a length of 0 means that the next one is at the start.
 * Each is at least as long as its header, and the buffer is passed once at most.
 */
static void add_records(const struct layout *at, struct bytes buffer, uint64_t first, uint64_t next,
			struct strbuf *text)
{
	bool wrapped = next > first;
	uint64_t index = first;

	while (!wrapped || index < next) {
		uint16_t length = bytes_u16(buffer, index + at->record_length);
		uint16_t text_length = bytes_u16(buffer, index + at->text_length);
		uint64_t text_at = index + at->header_size;

		if (length == 0 || index >= buffer.size) {
			if (wrapped)
				break;
			wrapped = true;
			index = 0;
			continue;
		}
		if (length < at->header_size || !bytes_have(buffer, index, length))
			break;
		if (text_length > length - at->header_size)
			text_length = (uint16_t)(length - at->header_size);
		log_line_add(text, bytes_u64(buffer, index + at->ts_nsec),
			     (struct bytes){ buffer.data + text_at, text_length });
		index += length;
	}
}

static int read_indices(const struct old_memory *memory, const struct layout *at,
			uint64_t numbers[4])
{
	/* log_buf is a pointer, the others are u32 */
	const uint64_t symbols[4] = { at->buffer, at->length, at->first, at->next };

	for (size_t i = 0; i < ARRAY_SIZE(symbols); i++) {
		int r = read_number(memory, symbols[i], i == 0 ? 8 : 4, &numbers[i]);

		if (r < 0)
			return r;
	}
	return 0;
}

int log_buffer_read(const struct old_memory *memory, struct strbuf *text,
		    char problem[KERNEL_LOG_PROBLEM_MAX])
{
	_cleanup_free_ uint8_t *buffer = NULL;
	struct layout at;
	const char *missing = fill(memory->dump->info, &at);
	uint64_t numbers[4];
	int r;

	if (missing || at.header_size == 0) {
		snprintf(problem, KERNEL_LOG_PROBLEM_MAX, "VMCOREINFO has no usable %s",
			 missing ? missing : "printk_log");
		return -EBADMSG;
	}
	r = read_indices(memory, &at, numbers);
	if (r == 0)
		r = old_memory_read_block(memory, numbers[0], numbers[1], BUFFER_MAX, &buffer);
	if (r == -EFBIG) {
		snprintf(problem, KERNEL_LOG_PROBLEM_MAX,
			 "the log's buffer has no size that can be");
		return -EBADMSG;
	}
	if (r < 0)
		return r;
	add_records(&at, (struct bytes){ buffer, (size_t)numbers[1] }, numbers[2], numbers[3],
		    text);
	return text->error;
}
