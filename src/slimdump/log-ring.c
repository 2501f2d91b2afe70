// SPDX-License-Identifier: GPL-2.0-only
#include "slimdump/log-ring.h"

#include <errno.h>
#include <stdio.h>

#include "slimdump/log-layout.h"
#include "slimdump/log-line.h"
#include "util/cleanup.h"

/*
 * CONFIG_LOG_BUF_SHIFT goes up to 32 MiB. log_buf_len= may ask for 2 GiB: no more than 256 MiB
 * are read into the little memory of a capture kernel. A descriptor is for 32 bytes of it.
 */
enum { TEXT_BITS_MAX = 28, DESC_BITS_MAX = TEXT_BITS_MAX - 5, LONG = 8 };

/* A descriptor's state_var: two bits of state, the rest is the record's id. */
#define STATE_SHIFT 62
#define ID_MASK	    ((1ull << STATE_SHIFT) - 1)
enum { STATE_COMMITTED = 1, STATE_FINALIZED = 2 };

struct layout {
	uint64_t prb, prb_size, desc_ring, text_ring;
	uint64_t count_bits, descs, infos, head_id, tail_id;
	uint64_t desc_size, state_var, text_blk;
	uint64_t begin, next;
	uint64_t info_size, ts_nsec, text_len;
	uint64_t size_bits, data;
	uint64_t counter;
};

/* clang-format off */
static const struct layout_row rows[] = {
	{ "SYMBOL", "prb",                              offsetof(struct layout, prb) },
	{ "SIZE",   "printk_ringbuffer",                offsetof(struct layout, prb_size) },
	{ "OFFSET", "printk_ringbuffer.desc_ring",      offsetof(struct layout, desc_ring) },
	{ "OFFSET", "printk_ringbuffer.text_data_ring", offsetof(struct layout, text_ring) },
	{ "OFFSET", "prb_desc_ring.count_bits",         offsetof(struct layout, count_bits) },
	{ "OFFSET", "prb_desc_ring.descs",              offsetof(struct layout, descs) },
	{ "OFFSET", "prb_desc_ring.infos",              offsetof(struct layout, infos) },
	{ "OFFSET", "prb_desc_ring.head_id",            offsetof(struct layout, head_id) },
	{ "OFFSET", "prb_desc_ring.tail_id",            offsetof(struct layout, tail_id) },
	{ "SIZE",   "prb_desc",                         offsetof(struct layout, desc_size) },
	{ "OFFSET", "prb_desc.state_var",               offsetof(struct layout, state_var) },
	{ "OFFSET", "prb_desc.text_blk_lpos",           offsetof(struct layout, text_blk) },
	{ "OFFSET", "prb_data_blk_lpos.begin",          offsetof(struct layout, begin) },
	{ "OFFSET", "prb_data_blk_lpos.next",           offsetof(struct layout, next) },
	{ "SIZE",   "printk_info",                      offsetof(struct layout, info_size) },
	{ "OFFSET", "printk_info.ts_nsec",              offsetof(struct layout, ts_nsec) },
	{ "OFFSET", "printk_info.text_len",             offsetof(struct layout, text_len) },
	{ "OFFSET", "prb_data_ring.size_bits",          offsetof(struct layout, size_bits) },
	{ "OFFSET", "prb_data_ring.data",               offsetof(struct layout, data) },
	{ "OFFSET", "atomic_long_t.counter",            offsetof(struct layout, counter) },
};
/* clang-format on */

/* Copies of all of the ring's parts. */
struct ring {
	struct layout at;
	uint64_t count;	    /* of descriptors, a power of two */
	uint64_t text_size; /* a power of two */
	uint64_t head_id, tail_id;
	uint8_t *descs, *infos, *text;
};

static void ring_free(struct ring *ring)
{
	free(ring->descs);
	free(ring->infos);
	free(ring->text);
}

static struct bytes row(const uint8_t *table, uint64_t number, uint64_t size)
{
	return (struct bytes){ table + number * size, (size_t)size };
}

/* The text of a block between two positions that only ever grow: the ring's size wraps them. */
static struct bytes block_text(const struct ring *ring, uint64_t begin, uint64_t next)
{
	uint64_t mask = ring->text_size - 1;
	uint64_t start = begin & mask, end = ((next - 1) & mask) + 1;

	/* A record without text */
	if (begin == next)
		return (struct bytes){ 0 };
	/* What does not fit before the end of the ring is whole at its start. */
	if ((begin & ~mask) != ((next - 1) & ~mask))
		start = 0;
	/* Its first word is the record's id. */
	if (end < start + LONG)
		return (struct bytes){ 0 };
	return (struct bytes){ ring->text + start + LONG, (size_t)(end - start - LONG) };
}

static void add_record(const struct ring *ring, uint64_t id, struct strbuf *text)
{
	const struct layout *at = &ring->at;
	uint64_t number = id & (ring->count - 1);
	struct bytes desc = row(ring->descs, number, at->desc_size);
	struct bytes info = row(ring->infos, number, at->info_size);
	uint64_t state = bytes_u64(desc, at->state_var + at->counter);
	struct bytes message = block_text(ring, bytes_u64(desc, at->text_blk + at->begin),
					  bytes_u64(desc, at->text_blk + at->next));
	uint16_t length = bytes_u16(info, at->text_len);

	if ((state & ID_MASK) != id)
		return;
	if (state >> STATE_SHIFT != STATE_COMMITTED && state >> STATE_SHIFT != STATE_FINALIZED)
		return;
	if (message.size > length)
		message.size = length;
	if (message.size > 0)
		log_line_add(text, bytes_u64(info, at->ts_nsec), message);
}

/* No more than there are descriptors, whatever the two ids say. */
static void add_records(const struct ring *ring, struct strbuf *text)
{
	uint64_t id = ring->tail_id;

	for (uint64_t i = 0; i < ring->count; i++) {
		add_record(ring, id, text);
		if (id == ring->head_id)
			break;
		id = (id + 1) & ID_MASK;
	}
}

static int wrong(char *problem, const char *reason)
{
	snprintf(problem, KERNEL_LOG_PROBLEM_MAX, "%s", reason);
	return -EBADMSG;
}

static int read_tables(const struct old_memory *memory, struct bytes prb, struct ring *ring)
{
	const struct layout *at = &ring->at;
	uint64_t limit = UINT32_MAX;
	int r;

	r = old_memory_read_block(memory, bytes_u64(prb, at->desc_ring + at->descs),
				  ring->count * at->desc_size, limit, &ring->descs);
	if (r == 0)
		r = old_memory_read_block(memory, bytes_u64(prb, at->desc_ring + at->infos),
					  ring->count * at->info_size, limit, &ring->infos);
	if (r == 0)
		r = old_memory_read_block(memory, bytes_u64(prb, at->text_ring + at->data),
					  ring->text_size, limit, &ring->text);
	return r;
}

static int read_ring(const struct old_memory *memory, struct bytes prb, struct ring *ring,
		     char problem[KERNEL_LOG_PROBLEM_MAX])
{
	const struct layout *at = &ring->at;
	uint32_t desc_bits = bytes_u32(prb, at->desc_ring + at->count_bits);
	uint32_t text_bits = bytes_u32(prb, at->text_ring + at->size_bits);

	if (desc_bits == 0 || desc_bits > DESC_BITS_MAX || text_bits == 0 ||
	    text_bits > TEXT_BITS_MAX)
		return wrong(problem, "the log's ring has no size that can be");
	ring->count = 1ull << desc_bits;
	ring->text_size = 1ull << text_bits;
	ring->head_id = bytes_u64(prb, at->desc_ring + at->head_id + at->counter) & ID_MASK;
	ring->tail_id = bytes_u64(prb, at->desc_ring + at->tail_id + at->counter) & ID_MASK;
	if (at->desc_size == 0 || at->desc_size > 4096 || at->info_size == 0 ||
	    at->info_size > 4096)
		return wrong(problem, "the log's records have no size that can be");
	return read_tables(memory, prb, ring);
}

/* The symbol is a pointer to the ring in use: the early one is static, a larger one is not. */
static int read_prb(const struct old_memory *memory, const struct layout *at, uint8_t **ret_prb)
{
	uint8_t raw[LONG];
	int r = old_memory_read(memory, at->prb, raw, sizeof(raw));

	if (r < 0)
		return r;
	return old_memory_read_block(memory, bytes_u64((struct bytes){ raw, LONG }, 0),
				     at->prb_size, LAYOUT_NUMBER_MAX, ret_prb);
}

int log_ring_read(const struct old_memory *memory, struct strbuf *text,
		  char problem[KERNEL_LOG_PROBLEM_MAX])
{
	_cleanup_(ring_free) struct ring ring = { 0 };
	_cleanup_free_ uint8_t *prb = NULL;
	const char *missing = layout_fill(memory->dump->info, rows, ARRAY_SIZE(rows), &ring.at);
	int r;

	if (missing) {
		snprintf(problem, KERNEL_LOG_PROBLEM_MAX, "VMCOREINFO has no usable %s", missing);
		return -EBADMSG;
	}
	r = read_prb(memory, &ring.at, &prb);
	if (r == 0)
		r = read_ring(memory, (struct bytes){ prb, (size_t)ring.at.prb_size }, &ring,
			      problem);
	if (r < 0)
		return r;
	add_records(&ring, text);
	return text->error;
}
