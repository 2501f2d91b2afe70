// SPDX-License-Identifier: GPL-2.0-only
#include "sources/ring.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <traceevent/event-parse.h>
#include <traceevent/kbuffer.h>

#include "sources/ring-detail.h"
#include "util/bytes.h"
#include "util/cleanup.h"

/* One field of the tracepoint and where it goes. */
struct field_row {
	const char *name;
	size_t offset; /* in struct record */
	size_t size;   /* there */
	bool needed;
	uint32_t has; /* enum record_field */
};

#define FIELD(name_, member, needed_, has_)                                                        \
	{                                                                                          \
		name_, offsetof(struct record, member), sizeof(((struct record *)0)->member),      \
			needed_, has_                                                              \
	}

/* Linux include/trace/events/mce.h: 2.6.38 to 6.13+; everything after cpuvendor came later. */
static const struct field_row field_rows[] = {
	FIELD("mcgcap", mcgcap, true, RECORD_HAS_MCGCAP),
	FIELD("mcgstatus", mcgstatus, true, RECORD_HAS_MCGSTATUS),
	FIELD("status", status, true, 0),
	FIELD("addr", addr, true, RECORD_HAS_ADDR),
	FIELD("misc", misc, true, RECORD_HAS_MISC),
	FIELD("synd", synd, false, RECORD_HAS_SYND),
	FIELD("ipid", ipid, false, RECORD_HAS_IPID),
	FIELD("ip", ip, true, RECORD_HAS_IP),
	FIELD("tsc", tsc, true, RECORD_HAS_TSC),
	FIELD("ppin", ppin, false, RECORD_HAS_PPIN),
	FIELD("walltime", walltime, true, RECORD_HAS_TIME),
	FIELD("cpu", cpu, true, 0),
	FIELD("cpuid", cpuid, true, RECORD_HAS_CPUID),
	FIELD("apicid", apicid, true, RECORD_HAS_APICID),
	FIELD("socketid", socketid, true, RECORD_HAS_SOCKETID),
	FIELD("cs", cs, true, RECORD_HAS_IP),
	FIELD("bank", bank, true, 0),
	FIELD("cpuvendor", vendor, true, 0),
	FIELD("microcode", microcode, false, RECORD_HAS_MICROCODE),
	FIELD("common_pid", ring.pid, false, 0),
};

enum { PAGE_SIZE_MAX = 1 << 20, COPY_SLACK = 16 };

struct ring {
	struct tep_handle *tep;
	struct tep_event *event;
	struct kbuffer *kbuffer;
	size_t page_size;
	size_t data_start;  /* of the events in a page */
	size_t record_size; /* bytes that an event must have for all fields */
	const struct tep_format_field *fields[ARRAY_SIZE(field_rows)];
	const struct tep_format_field *vendor_data; /* v_data of 6.13+, or NULL */
	struct ring_detail *detail;		    /* NULL: none */
	uint8_t *copy;				    /* a page with its damaged end cut off */
};

void ring_free(struct ring *ring)
{
	if (!ring)
		return;
	kbuffer_free(ring->kbuffer);
	ring_detail_free(ring->detail);
	tep_free(ring->tep);
	free(ring->copy);
	free(ring);
}

DEFINE_CLEANUP(struct ring *, ring_free, ring_free)

size_t ring_page_size(const struct ring *ring)
{
	return ring->page_size;
}

/* libtraceevent prints to stderr what it cannot parse; the caller says it better. */
static void be_quiet(void)
{
	tep_set_loglevel(TEP_LOG_NONE);
}

static int parse_header_page(struct ring *ring, const char *text, size_t size, char *why)
{
	int start;

	if (!memmem(text, size, "commit", strlen("commit")) ||
	    tep_parse_header_page(ring->tep, (char *)text, size, sizeof(uint64_t)) < 0) {
		snprintf(why, RING_WHY_MAX, "header_page: not a description of a ring page");
		return -EPROTO;
	}
	start = 8 + tep_get_header_page_size(ring->tep);
	/* kbuffer knows these two layouts and no other: the kernel's long has 4 or 8 bytes */
	if (start != 12 && start != 16) {
		snprintf(why, RING_WHY_MAX,
			 "header_page: a commit field of %d bytes makes no sense", start - 8);
		return -EPROTO;
	}
	ring->data_start = (size_t)start;
	ring->page_size = (size_t)tep_get_sub_buffer_size(ring->tep);
	if (ring->page_size <= ring->data_start || ring->page_size > PAGE_SIZE_MAX) {
		snprintf(why, RING_WHY_MAX, "header_page: a page of %zu bytes makes no sense",
			 ring->page_size);
		return -EPROTO;
	}
	return 0;
}

/* What tep_read_number_field() can read. */
static bool is_number_size(int size)
{
	return size == 1 || size == 2 || size == 4 || size == 8;
}

/* Finds the fields by name; their end is what an event must at least have. */
static int find_fields(struct ring *ring, char *why)
{
	for (size_t i = 0; i < ARRAY_SIZE(field_rows); i++) {
		const struct field_row *row = &field_rows[i];
		const struct tep_format_field *field = tep_find_any_field(ring->event, row->name);

		if (!field && row->needed) {
			snprintf(why, RING_WHY_MAX, "format: the field %s is missing", row->name);
			return -EPROTO;
		}
		if (!field)
			continue;
		if (field->offset < 0 || field->offset > PAGE_SIZE_MAX ||
		    !is_number_size(field->size) ||
		    field->flags & (TEP_FIELD_IS_ARRAY | TEP_FIELD_IS_STRING)) {
			snprintf(why, RING_WHY_MAX, "format: the field %s has %d bytes at %d",
				 row->name, field->size, field->offset);
			return -EPROTO;
		}
		ring->fields[i] = field;
		if (ring->record_size < (size_t)(field->offset + field->size))
			ring->record_size = (size_t)(field->offset + field->size);
	}
	ring->vendor_data = tep_find_any_field(ring->event, "v_data");
	if (ring->vendor_data && !(ring->vendor_data->flags & TEP_FIELD_IS_DYNAMIC))
		ring->vendor_data = NULL;
	return 0;
}

static int parse_format(struct ring *ring, const char *text, size_t size, char *why)
{
	if (tep_parse_format(ring->tep, &ring->event, text, size, "mce") != 0 || !ring->event) {
		snprintf(why, RING_WHY_MAX, "format: not a trace event's format file");
		return -EPROTO;
	}
	return find_fields(ring, why);
}

int ring_new(const char *format_text, size_t format_size, const char *header_page_text,
	     size_t header_page_size, struct ring **ret_ring, char why[RING_WHY_MAX])
{
	_cleanup_(ring_free_cleanup) struct ring *ring = calloc(1, sizeof(*ring));
	int r;

	snprintf(why, RING_WHY_MAX, "out of memory");
	if (!ring)
		return -ENOMEM;
	be_quiet();
	ring->tep = tep_alloc();
	if (!ring->tep)
		return -ENOMEM;
	/* x86 only, 64-bit kernels and 32-bit ones alike: little endian */
	tep_set_file_bigendian(ring->tep, TEP_LITTLE_ENDIAN);
	tep_set_local_bigendian(ring->tep, TEP_LITTLE_ENDIAN);
	r = parse_header_page(ring, header_page_text, header_page_size, why);
	if (r < 0)
		return r;
	r = parse_format(ring, format_text, format_size, why);
	if (r < 0)
		return r;
	ring->kbuffer = kbuffer_alloc(ring->data_start == 16 ? KBUFFER_LSIZE_8 : KBUFFER_LSIZE_4,
				      KBUFFER_ENDIAN_LITTLE);
	ring->copy = malloc(ring->page_size + COPY_SLACK);
	if (!ring->kbuffer || !ring->copy)
		return -ENOMEM;
	why[0] = '\0';
	*ret_ring = take_ptr(ring);
	return 0;
}

int ring_add_detail(struct ring *ring, const char *format_text, size_t format_size,
		    char why[RING_WHY_MAX])
{
	snprintf(why, RING_WHY_MAX, "out of memory");
	return ring_detail_new(ring->tep, format_text, format_size, &ring->detail, why);
}

/* struct ring_buffer_event, Linux include/linux/ring_buffer.h. */
enum {
	RING_TYPE_DATA_MAX = 28,
	RING_TYPE_PADDING = 29,
	RING_TYPE_TIME_EXTEND = 30,
	RING_TYPE_TIME_STAMP = 31,
	RING_COMMIT_MASK = (1 << 27) - 1,
	RING_MISSED_STORED = 1 << 30,
};

/* Padding without a time delta: nothing but unused room up to the end of the page. */
static bool is_page_end(struct bytes page, size_t offset)
{
	uint32_t head = bytes_u32(page, offset);

	return (head & 0x1f) == RING_TYPE_PADDING && !(head >> 5);
}

/* The whole size of the event at offset, 0 where it would not fit before end. */
static size_t event_size(struct bytes page, size_t offset, size_t end)
{
	uint32_t head = bytes_u32(page, offset), word = bytes_u32(page, offset + 4);
	unsigned int type = head & 0x1f;
	size_t room = end - offset, size;

	if (type >= RING_TYPE_TIME_EXTEND)
		size = 8;
	else if (type == RING_TYPE_PADDING || !type)
		/* a length of its own; compared before it is added to: it may be anything */
		size = word >= 4 && word < room ? ((size_t)word + 4 + 3) & ~(size_t)3 : 0;
	else
		size = 4 + (size_t)type * 4;
	if (type == RING_TYPE_PADDING && word % 4)
		return 0;
	return size >= 4 && size <= room ? size : 0;
}

/*
 * How far the events of a page are sound: kbuffer trusts the lengths in them.
 * Returns the end of the last good event and sets why when that is not the end.
 */
static size_t sound_end(const struct ring *ring, struct bytes page, char *why)
{
	size_t committed = bytes_le(page, 8, ring->data_start - 8) & RING_COMMIT_MASK;
	size_t end = ring->data_start + committed, at = ring->data_start;

	if (end > page.size) {
		snprintf(why, RING_WHY_MAX, "page is truncated: %zu bytes, its header says %zu",
			 page.size, end);
		end = page.size;
	}
	while (at < end && !is_page_end(page, at)) {
		size_t size = end - at < 4 ? 0 : event_size(page, at, end);

		if (!size) {
			if (!why[0])
				snprintf(why, RING_WHY_MAX, "event at byte %zu is damaged", at);
			break;
		}
		at += size;
	}
	return at;
}

static void store_number(void *at, size_t size, uint64_t value)
{
	switch (size) {
	case 1:
		*(uint8_t *)at = (uint8_t)value;
		break;
	case 4:
		*(uint32_t *)at = (uint32_t)value;
		break;
	case 8:
		*(uint64_t *)at = value;
		break;
	}
}

/* v_data: AMD's MCA_SYND1 and MCA_SYND2 since Linux 6.13; other vendors leave it zero. */
static void take_vendor_data(const struct ring *ring, struct bytes event, struct record *record)
{
	const struct tep_format_field *field = ring->vendor_data;
	uint32_t where;

	if (!field || (record->vendor != VENDOR_AMD && record->vendor != VENDOR_HYGON))
		return;
	where = bytes_u32(event, (size_t)field->offset); /* __data_loc: length << 16 | offset */
	if (where >> 16 < 16 || !bytes_have(event, where & 0xffff, 16))
		return;
	record->synd1 = bytes_u64(event, where & 0xffff);
	record->synd2 = bytes_u64(event, (where & 0xffff) + 8);
	record->fields |= RECORD_HAS_SYND12;
}

static void take_fields(const struct ring *ring, struct bytes event, struct record *record)
{
	for (size_t i = 0; i < ARRAY_SIZE(field_rows); i++) {
		const struct field_row *row = &field_rows[i];
		struct tep_format_field *field = (struct tep_format_field *)ring->fields[i];
		unsigned long long value;

		if (!field || tep_read_number_field(field, event.data, &value) != 0)
			continue;
		store_number((char *)record + row->offset, row->size, value);
		record->fields |= row->has;
	}
	take_vendor_data(ring, event, record);
}

static void cursor_move(struct ring_cursor *cursor, uint64_t time)
{
	if (cursor->time == time) {
		cursor->ordinal++;
	} else {
		cursor->time = time;
		cursor->ordinal = 0;
	}
}

/* Other events may share the ring of an instance that we did not make. */
static bool is_mce_record(const struct ring *ring, struct bytes event)
{
	return bytes_u16(event, 0) == ring->event->id;
}

static int give_record(const struct ring *ring, struct bytes event, const struct ring_sink *sink,
		       const struct ring_cursor *at, char *why)
{
	struct record record = { 0 };

	if (event.size < ring->record_size) {
		snprintf(why, RING_WHY_MAX, "event of %zu bytes, the format wants %zu", event.size,
			 ring->record_size);
		return 0;
	}
	take_fields(ring, event, &record);
	return sink->record(sink->context, &record, at);
}

static int give_detail(const struct ring *ring, struct bytes event, const struct ring_sink *sink,
		       const struct ring_cursor *at, char *why)
{
	struct memory_detail detail;

	if (ring_detail_read(ring->detail, event, &detail, why) < 0)
		return 0; /* the page goes on; why says that it is damaged */
	return sink->detail(sink->context, &detail, at);
}

static int page_events(struct ring *ring, struct ring_cursor *cursor, const struct ring_sink *sink,
		       char *why)
{
	unsigned long long time;
	uint8_t *data = kbuffer_read_event(ring->kbuffer, &time);

	for (; data; data = kbuffer_next_event(ring->kbuffer, &time)) {
		struct bytes event = { data, (size_t)kbuffer_event_size(ring->kbuffer) };
		int r = 0;

		cursor_move(cursor, time);
		if (is_mce_record(ring, event))
			r = give_record(ring, event, sink, cursor, why);
		else if (sink->detail && ring->detail && ring_detail_is(ring->detail, event))
			r = give_detail(ring, event, sink, cursor, why);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Flags in the commit word say that older events were overwritten. */
static int page_missed(struct ring *ring, struct bytes page, const struct ring_sink *sink)
{
	uint64_t commit = bytes_le(page, 8, ring->data_start - 8);
	size_t end = ring->data_start + (commit & RING_COMMIT_MASK);

	if (!(commit & 1ull << 31))
		return 0;
	return sink->missed(sink->context, commit & RING_MISSED_STORED
						   ? bytes_le(page, end, ring->data_start - 8)
						   : 0);
}

int ring_page(struct ring *ring, const uint8_t *page, size_t size, struct ring_cursor *cursor,
	      const struct ring_sink *sink, char why[RING_WHY_MAX])
{
	struct bytes bytes = { page, size < ring->page_size ? size : ring->page_size };
	uint8_t *copy = ring->copy;
	size_t end;
	int r;

	why[0] = '\0';
	if (size < ring->data_start) {
		snprintf(why, RING_WHY_MAX, "page is truncated: %zu bytes, its header has %zu",
			 size, ring->data_start);
		return -EBADMSG;
	}
	r = page_missed(ring, bytes, sink);
	if (r < 0)
		return r;

	/*
	 * kbuffer looks at the head of the event after the last one and trusts
	 * lengths: it gets a copy that ends with the last sound event.
	 */
	end = sound_end(ring, bytes, why);
	memcpy(copy, page, end);
	memset(copy + end, 0, ring->page_size + COPY_SLACK - end);
	*(uint32_t *)(copy + 8) = (uint32_t)(end - ring->data_start);
	if (ring->data_start == 16)
		*(uint32_t *)(copy + 12) = 0;
	if (end > ring->data_start) {
		if (kbuffer_load_subbuffer(ring->kbuffer, copy) < 0) {
			snprintf(why, RING_WHY_MAX, "page cannot be read");
			return -EBADMSG;
		}
		r = page_events(ring, cursor, sink, why);
		if (r < 0)
			return r;
	}
	return why[0] ? -EBADMSG : 0;
}

bool ring_page_filled(const uint8_t *page, size_t size)
{
	struct bytes bytes = { page, size };

	return bytes_u64(bytes, 0) != 0 || bytes_u32(bytes, 8) != 0;
}
