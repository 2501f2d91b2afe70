// SPDX-License-Identifier: GPL-2.0-only
/* Ring pages: recorded ones of three kernels, made ones of newer formats, damaged ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "event/location.h"
#include "sources/ring.h"
#include "util/cleanup.h"
#include "util/root.h"
#include "util/strbuf.h"

enum { PAGE = 4096, RECORDS_MAX = 128 };

static char *read_test_file(const char *path, size_t *ret_size)
{
	const char *tree = getenv("MCELOG_TEST_SRCDIR");
	char full[ROOT_PATH_MAX], *text = NULL;
	_cleanup_close_ int fd = -1;

	snprintf(full, sizeof(full), "%s/tests/golden/ring/%s", tree ? tree : ".", path);
	fd = open(full, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		fail_msg("%s: %s", full, strerror(errno));
	assert_int_equal(read_all(fd, 1 << 20, &text, ret_size), 0);
	return text;
}

static int try_ring(const char *format, const char *header_page, struct ring **ret_ring, char *why)
{
	size_t format_size, header_size;
	_cleanup_free_ char *format_text = read_test_file(format, &format_size);
	_cleanup_free_ char *header_text = read_test_file(header_page, &header_size);

	return ring_new(format_text, format_size, header_text, header_size, ret_ring, why);
}

static struct ring *make_ring(const char *format)
{
	char why[RING_WHY_MAX];
	struct ring *ring;

	if (try_ring(format, "6.12-intel/header_page", &ring, why) < 0)
		fail_msg("%s: %s", format, why);
	assert_string_equal(why, "");
	return ring;
}

/* What a page gave. */
struct got {
	struct record records[RECORDS_MAX];
	struct ring_cursor at[RECORDS_MAX];
	unsigned int n;
	struct memory_detail details[RECORDS_MAX];
	unsigned int after[RECORDS_MAX]; /* how many records came before the detail */
	unsigned int n_details;
	unsigned int n_missed;
	uint64_t missed;
	int error; /* for record() to return */
	char why[RING_WHY_MAX];
};

static int got_record(void *context, struct record *record, const struct ring_cursor *at)
{
	struct got *got = context;

	if (got->error)
		return got->error;
	assert_true(got->n < RECORDS_MAX);
	got->records[got->n] = *record;
	got->at[got->n++] = *at;
	return 0;
}

static int got_detail(void *context, struct memory_detail *detail, const struct ring_cursor *at)
{
	struct got *got = context;

	assert_true(got->n_details < RECORDS_MAX && at->time);
	got->after[got->n_details] = got->n;
	got->details[got->n_details++] = *detail;
	return 0;
}

static int got_missed(void *context, uint64_t count)
{
	struct got *got = context;

	got->n_missed++;
	got->missed = count;
	return 0;
}

static int take(struct ring *ring, const void *page, size_t size, struct ring_cursor *cursor,
		struct got *got)
{
	const struct ring_sink sink = {
		.record = got_record, .detail = got_detail, .missed = got_missed, .context = got
	};

	/* a copy of the exact size: the sanitizer sees any read past it */
	_cleanup_free_ uint8_t *copy = malloc(size ? size : 1);

	memcpy(copy, page, size);
	return ring_page(ring, copy, size, cursor, &sink, got->why);
}

static void print_record(struct strbuf *text, const struct record *record,
			 const struct ring_cursor *at)
{
	strbuf_addf(text, "at %" PRIu64 ":%u cpu %u bank %u vendor %u\n", at->time, at->ordinal,
		    record->cpu, record->bank, record->vendor);
	strbuf_addf(text, " status %016" PRIx64 " addr %016" PRIx64 " misc %016" PRIx64 "\n",
		    record->status, record->addr, record->misc);
	strbuf_addf(text,
		    " mcgstatus %" PRIx64 " mcgcap %" PRIx64 " synd %016" PRIx64 " ipid %016" PRIx64
		    "\n",
		    record->mcgstatus, record->mcgcap, record->synd, record->ipid);
	strbuf_addf(text,
		    " tsc %" PRIx64 " ip %02x:%" PRIx64 " walltime %" PRIu64 " ppin %" PRIx64 "\n",
		    record->tsc, record->cs, record->ip, record->walltime, record->ppin);
	strbuf_addf(text, " cpuid %x apicid %x socket %u microcode %x fields %04x\n", record->cpuid,
		    record->apicid, record->socketid, record->microcode, record->fields);
}

/* Both CPUs of a recorded directory give what its file "expected" says. */
static void check_recorded(const char *name)
{
	char format[64], header[64], expected[64];
	_cleanup_strbuf_ struct strbuf text = { 0 };
	char why[RING_WHY_MAX];
	struct ring *ring;

	snprintf(format, sizeof(format), "%s/mce_record.format", name);
	snprintf(header, sizeof(header), "%s/header_page", name);
	snprintf(expected, sizeof(expected), "%s/expected", name);
	assert_int_equal(try_ring(format, header, &ring, why), 0);
	assert_int_equal(ring_page_size(ring), PAGE);
	for (unsigned int cpu = 0; cpu < 2; cpu++) {
		char raw[64];
		size_t size;
		_cleanup_free_ char *page = NULL;
		struct ring_cursor cursor = { 0 };
		struct got got = { 0 };

		snprintf(raw, sizeof(raw), "%s/cpu%u.raw", name, cpu);
		page = read_test_file(raw, &size);
		assert_int_equal(size, PAGE);
		assert_true(ring_page_filled((uint8_t *)page, size));
		assert_int_equal(take(ring, page, size, &cursor, &got), 0);
		assert_string_equal(got.why, "");
		assert_int_equal(got.n_missed, 0);
		strbuf_addf(&text, "cpu%u\n", cpu);
		for (unsigned int i = 0; i < got.n; i++)
			print_record(&text, &got.records[i], &got.at[i]);
		assert_int_equal(cursor.time, got.at[got.n - 1].time);
	}
	ring_free(ring);
	if (getenv("MCELOG_TEST_PRINT")) {
		printf("=== %s\n%s", name, text.text);
	} else {
		_cleanup_free_ char *wanted = read_test_file(expected, NULL);

		assert_string_equal(text.text, wanted);
	}
}

static void test_recorded(void **state)
{
	(void)state;
	check_recorded("5.10-intel");
	check_recorded("6.1-amd");
	check_recorded("6.12-intel");
}

/* --- what EDAC drivers say --- */

enum { ID_DETAIL = 522, EVENT_DETAIL = 60 };

static struct ring *make_detail_ring(void)
{
	_cleanup_free_ char *format = NULL;
	char why[RING_WHY_MAX];
	struct ring *ring;
	size_t size;

	assert_int_equal(
		try_ring("6.1-detail/mce_record.format", "6.1-detail/header_page", &ring, why), 0);
	format = read_test_file("6.1-detail/mc_event.format", &size);
	if (ring_add_detail(ring, format, size, why) < 0)
		fail_msg("%s", why);
	return ring;
}

static void expect_nowhere(const struct location *location)
{
	for (unsigned int i = 0; i < LOCATION_FIELDS; i++)
		assert_int_equal(location_get(location, i), LOCATION_UNKNOWN);
}

static void expect_details(const struct got *got)
{
	const struct memory_detail *detail = &got->details[0];

	assert_int_equal(got->n, 4);
	assert_int_equal(got->n_details, 3);
	assert_int_equal(got->after[0], 1);
	assert_int_equal(got->after[1], 3);
	assert_int_equal(got->after[2], 3);

	assert_string_equal(detail->type, "Corrected");
	assert_int_equal(detail->count, 1);
	assert_string_equal(detail->msg, "memory read error");
	assert_string_equal(detail->label, "CPU_SrcID#0_MC#0_Chan#0_DIMM#1");
	assert_int_equal(detail->layers[0], 0);
	assert_int_equal(detail->layers[1], 1);
	assert_int_equal(detail->layers[2], -1);
	assert_int_equal(detail->address, 0x12345040);
	assert_int_equal(detail->grain_bits, 6);
	assert_int_equal(detail->ring.pid, got->records[0].ring.pid);
	assert_int_equal(detail->location.row, 0x1f03);
	assert_int_equal(detail->location.column, 0x3e8);
	assert_int_equal(detail->location.bank_group, 1);

	detail++;
	assert_int_equal(detail->count, 2);
	assert_string_equal(detail->msg, "");
	assert_string_equal(detail->label, "mc#1csrow#1channel#0");
	assert_int_equal(detail->mc, 1);
	assert_int_equal(detail->ring.pid, got->records[2].ring.pid);
	expect_nowhere(&detail->location);

	detail++;
	assert_string_equal(detail->type, "Uncorrected");
	assert_string_equal(detail->label, "DIMM_A1 or DIMM_A2");
	assert_int_not_equal(detail->ring.pid, got->records[2].ring.pid);
}

static void test_recorded_details(void **state)
{
	(void)state;
	for (unsigned int cpu = 0; cpu < 2; cpu++) {
		struct ring *ring = make_detail_ring();
		_cleanup_free_ char *page = NULL;
		struct ring_cursor cursor = { 0 };
		struct got got = { 0 };
		char raw[64];
		size_t size;

		snprintf(raw, sizeof(raw), "6.1-detail/cpu%u.raw", cpu);
		page = read_test_file(raw, &size);
		assert_int_equal(take(ring, page, size, &cursor, &got), 0);
		expect_details(&got);
		ring_free(ring);
	}
}

static void expect_bad_detail(const char *from, const char *to, const char *expected)
{
	_cleanup_free_ char *format = read_test_file("6.1-detail/mc_event.format", NULL);
	char why[RING_WHY_MAX], *at = strstr(format, from);
	struct ring *ring;

	assert_int_equal(
		try_ring("6.1-detail/mce_record.format", "6.1-detail/header_page", &ring, why), 0);
	assert_non_null(at);
	assert_int_equal(strlen(from), strlen(to));
	memcpy(at, to, strlen(to));
	assert_int_equal(ring_add_detail(ring, format, strlen(format), why), -EPROTO);
	assert_string_equal(why, expected);
	ring_free(ring);
}

static void test_bad_detail_format(void **state)
{
	(void)state;
	expect_bad_detail("name: mc_event\nID", "nothing at all \n\n",
			  "format: not a trace event's format file");
	expect_bad_detail("u16 error_count", "u16 error_COUNT",
			  "format: the field error_count is missing");
	expect_bad_detail("u8 grain_bits;\toffset:40;\tsize:1",
			  "u8 grain_bits;\toffset:40;\tsize:3",
			  "format: the field grain_bits has 3 bytes at 40");
	expect_bad_detail("__data_loc char[] label", "           char* label ",
			  "format: the field label has 4 bytes at 16");
}

/* --- pages made here --- */

struct page {
	uint8_t data[PAGE];
	size_t end;
};

static void put(struct page *page, size_t offset, uint64_t value, unsigned int size)
{
	for (unsigned int i = 0; i < size; i++)
		page->data[offset + i] = (uint8_t)(value >> (8 * i));
}

static void page_commit(struct page *page, uint32_t flags)
{
	put(page, 8, (page->end - 16) | flags, 8);
}

static void page_begin(struct page *page, uint64_t time)
{
	memset(page, 0, sizeof(*page));
	put(page, 0, time, 8);
	page->end = 16;
	page_commit(page, 0);
}

/* An event of size bytes; returns where its data begin. Small ones have the size in their head. */
static size_t page_event(struct page *page, uint32_t delta, unsigned int size)
{
	size_t data = page->end + 4;

	if (size <= 112) {
		put(page, page->end, delta << 5 | size / 4, 4);
	} else {
		put(page, page->end, delta << 5, 4);
		put(page, data, size + 4, 4);
		data += 4;
	}
	page->end = data + size;
	page_commit(page, 0);
	return data;
}

enum { EVENT_6_12 = 120, ID_6_12 = 113, EVENT_6_13 = 124, ID_6_13 = 120, ID_SHUFFLED = 321 };

/* A record in the layout of 6.12 that is told from others by its status. */
static void page_record(struct page *page, uint32_t delta, uint64_t status)
{
	size_t at = page_event(page, delta, EVENT_6_12);

	put(page, at, ID_6_12, 2);
	put(page, at + 24, status, 8);
	put(page, at + 88, 1795211962, 8);
	put(page, at + 113, 7, 1);
}

/* A detail of the recorded layout, with a label of length bytes at offset. */
static size_t page_detail(struct page *page, uint32_t size, uint32_t offset, uint32_t length)
{
	size_t at = page_event(page, 5, size);

	put(page, at, ID_DETAIL, 2);
	put(page, at + 12, EVENT_DETAIL | 0 << 16, 4);
	put(page, at + 16, offset | length << 16, 4);
	put(page, at + 56, EVENT_DETAIL | 0 << 16, 4);
	return at;
}

/* Texts that do not lie in the event, and events too short for one: the rest is taken. */
static void test_damaged_details(void **state)
{
	struct ring *ring = make_detail_ring();
	struct ring_cursor cursor = { 0 };
	struct got got = { 0 };
	struct page page;
	size_t at;

	(void)state;
	page_begin(&page, 1000);
	page_detail(&page, 80, 60, 21);
	page_detail(&page, 80, 81, 0);
	page_detail(&page, 80, 60, 0xffff);
	page_detail(&page, 56, 0, 0);
	at = page_detail(&page, 160, 60, 100);
	memset(page.data + at + 60, 'x', 100); /* not ended by a zero, and longer than a label */
	page.data[at + 61] = '\n';
	at = page_detail(&page, 80, 60, 15);
	memcpy(page.data + at + 60, "unknown memory", 15);
	assert_int_equal(take(ring, page.data, PAGE, &cursor, &got), -EBADMSG);
	assert_string_equal(got.why, "mc_event of 56 bytes, the format wants 60");
	assert_int_equal(got.n_details, 2);
	assert_int_equal(strlen(got.details[0].label), DECODED_LABEL_MAX - 1);
	assert_int_equal(strncmp(got.details[0].label, "x?x", 3), 0);
	assert_string_equal(got.details[0].label + DECODED_LABEL_MAX - 4, "...");
	assert_string_equal(got.details[1].label, "");
	ring_free(ring);
}

static void test_shuffled(void **state)
{
	struct ring *ring = make_ring("shuffled-ppin-microcode.format");
	_cleanup_free_ char *format = read_test_file("shuffled-ppin-microcode.format", NULL);
	struct ring_cursor cursor = { 0 };
	struct got got = { 0 };
	struct page page;
	const struct record *record = &got.records[0];
	uint64_t value = 0;
	size_t at;
	char *line;

	(void)state;
	page_begin(&page, 1000);
	at = page_event(&page, 0, EVENT_6_12);
	put(&page, at, ID_SHUFFLED, 2);
	/* every field gets its own number, and all eight bytes where it has them */
	for (line = strstr(format, "\n\n\tfield:") + 2; line; line = strstr(line + 1, "\tfield:")) {
		unsigned int offset, size;

		assert_int_equal(
			sscanf(strstr(line, "offset:"), "offset:%u;\tsize:%u", &offset, &size), 2);
		value++;
		put(&page, at + offset, value * 0x0101010101010101, size);
	}
	assert_int_equal(value, 19);
	assert_int_equal(take(ring, page.data, PAGE, &cursor, &got), 0);
	ring_free(ring);
	assert_int_equal(got.n, 1);

	/* the order of the lines in the file: longer ones first, then by the name read backwards */
	assert_true(record->ppin && record->microcode);
	assert_int_equal(record->fields & (RECORD_HAS_PPIN | RECORD_HAS_MICROCODE),
			 RECORD_HAS_PPIN | RECORD_HAS_MICROCODE);
	value = record->status ^ record->addr ^ record->misc ^ record->synd ^ record->ipid ^
		record->ip ^ record->tsc ^ record->ppin ^ record->walltime ^ record->mcgcap ^
		record->mcgstatus;
	/* 1 to 11, each once: 1^2^...^11 = 0 */
	assert_int_equal(value, 0);
	value = record->cpu ^ record->cpuid ^ record->apicid ^ record->socketid ^ record->microcode;
	assert_int_equal(value, (12 ^ 13 ^ 14 ^ 15 ^ 16) * 0x01010101);
	assert_int_equal(record->cs ^ record->bank ^ record->vendor, 17 ^ 18 ^ 19);
}

static size_t page_amd(struct page *page, uint8_t vendor, uint32_t where)
{
	size_t at;

	page_begin(page, 5000);
	at = page_event(page, 0, EVENT_6_13 + 16);
	put(page, at, ID_6_13, 2);
	put(page, at + 24, 0xdc2040000000011b, 8);
	put(page, at + 114, vendor, 1);
	put(page, at + 120, where, 4);
	put(page, at + 124, 0x3130444d5f4d4d49, 8);
	put(page, at + 132, 0x0000000032315f41, 8);
	return at;
}

static void take_amd(uint8_t vendor, uint32_t where, struct got *got)
{
	struct ring *ring = make_ring("6.13-v_data.format");
	struct ring_cursor cursor = { 0 };
	struct page page;

	page_amd(&page, vendor, where);
	*got = (struct got){ 0 };
	assert_int_equal(take(ring, page.data, PAGE, &cursor, got), 0);
	assert_int_equal(got->n, 1);
	assert_int_equal(got->records[0].status, 0xdc2040000000011b);
	ring_free(ring);
}

static void test_vendor_data(void **state)
{
	static const uint32_t bad[] = {
		0,	     16u << 16 | 125, 15u << 16 | 124, 16u << 16 | 0xffff,
		0xffffffffu, 8u << 16 | 124,
	};
	struct got got;

	(void)state;
	take_amd(VENDOR_AMD, 16u << 16 | 124, &got);
	assert_int_equal(got.records[0].synd1, 0x3130444d5f4d4d49);
	assert_int_equal(got.records[0].synd2, 0x32315f41);
	assert_true(got.records[0].fields & RECORD_HAS_SYND12);

	take_amd(VENDOR_INTEL, 16u << 16 | 124, &got);
	assert_false(got.records[0].fields & RECORD_HAS_SYND12);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		take_amd(VENDOR_AMD, bad[i], &got);
		assert_false(got.records[0].fields & RECORD_HAS_SYND12);
		assert_int_equal(got.records[0].synd1, 0);
	}
}

/* Events of one moment are told apart by their ordinal, over the end of a page too. */
static void test_cursor(void **state)
{
	struct ring *ring = make_ring("6.12-intel/mce_record.format");
	struct ring_cursor cursor = { 0 }, before;
	struct got got = { 0 };
	struct page page;

	(void)state;
	page_begin(&page, 700);
	page_record(&page, 0, 1);
	page_record(&page, 0, 2);
	page_record(&page, 50, 3);
	assert_int_equal(take(ring, page.data, PAGE, &cursor, &got), 0);
	assert_int_equal(got.n, 3);
	assert_int_equal(got.at[0].time, 700);
	assert_int_equal(got.at[0].ordinal, 0);
	assert_int_equal(got.at[1].time, 700);
	assert_int_equal(got.at[1].ordinal, 1);
	assert_int_equal(got.at[2].time, 750);
	assert_int_equal(got.at[2].ordinal, 0);
	before = cursor;

	/* the next page goes on in the same moment, and a replay of it says the same */
	page_begin(&page, 750);
	page_record(&page, 0, 4);
	page_record(&page, 1, 5);
	for (unsigned int i = 0; i < 2; i++) {
		cursor = before;
		got = (struct got){ 0 };
		assert_int_equal(take(ring, page.data, PAGE, &cursor, &got), 0);
		assert_int_equal(got.n, 2);
		assert_int_equal(got.at[0].time, 750);
		assert_int_equal(got.at[0].ordinal, 1);
		assert_int_equal(got.at[1].time, 751);
	}
	ring_free(ring);
}

/* Events of others in the same ring are passed over, and count for the ordinal all the same. */
static void test_foreign_events(void **state)
{
	struct ring *ring = make_ring("6.12-intel/mce_record.format");
	struct ring_cursor cursor = { 0 };
	struct got got = { 0 };
	struct page page;

	(void)state;
	page_begin(&page, 10);
	put(&page, page_event(&page, 0, 8), 42, 2);
	put(&page, page_event(&page, 0, 300), 43, 2);
	page_record(&page, 0, 9);
	page_event(&page, 0, 4);
	assert_int_equal(take(ring, page.data, PAGE, &cursor, &got), 0);
	assert_int_equal(got.n, 1);
	assert_int_equal(got.at[0].ordinal, 2);
	assert_int_equal(cursor.ordinal, 3);
	ring_free(ring);
}

/* Time extends, absolute stamps, discarded events and the unused end of a page. */
static void test_special_events(void **state)
{
	struct ring *ring = make_ring("6.12-intel/mce_record.format");
	struct ring_cursor cursor = { 0 };
	struct got got = { 0 };
	struct page page;

	(void)state;
	page_begin(&page, 1000);
	put(&page, page.end, 7u << 5 | 30, 4); /* extend: 7 + 2 << 27 */
	put(&page, page.end + 4, 2, 4);
	page.end += 8;
	page_record(&page, 3, 1);
	put(&page, page.end, 1u << 5 | 29, 4); /* discarded */
	put(&page, page.end + 4, 12, 4);
	page.end += 16;
	page_record(&page, 5, 2);
	put(&page, page.end, 9u << 5 | 31, 4); /* stamp */
	put(&page, page.end + 4, 100, 4);
	page.end += 8;
	page_record(&page, 1, 3);
	put(&page, page.end, 29, 4); /* nothing comes after this */
	put(&page, page.end + 4, 0xfffffff0, 4);
	page.end = PAGE;
	page_commit(&page, 0);
	assert_int_equal(take(ring, page.data, PAGE, &cursor, &got), 0);
	assert_string_equal(got.why, "");
	assert_int_equal(got.n, 3);
	assert_int_equal(got.at[0].time, 1000 + 7 + (2ull << 27) + 3);
	assert_int_equal(got.at[1].time, 1000 + 7 + (2ull << 27) + 3 + 1 + 5);
	assert_int_equal(got.at[2].time, 9 + (100ull << 27) + 1);
	assert_int_equal(got.records[2].status, 3);
	ring_free(ring);
}

/* The last four bytes of a page hold a padding that has no length. */
static void test_padding_in_last_word(void **state)
{
	struct ring *ring = make_ring("6.12-intel/mce_record.format");
	struct ring_cursor cursor = { 0 };
	struct got got = { 0 };
	struct page page;

	(void)state;
	page_begin(&page, 1);
	page_record(&page, 0, 1);
	while (page.end + 8 <= PAGE - 4 - 8)
		page_event(&page, 0, 4);
	page_event(&page, 0, (unsigned int)(PAGE - 4 - page.end - 4));
	assert_int_equal(page.end, PAGE - 4);
	put(&page, page.end, 29, 4);
	page.end = PAGE;
	page_commit(&page, 0);
	assert_int_equal(take(ring, page.data, PAGE, &cursor, &got), 0);
	assert_int_equal(got.n, 1);
	ring_free(ring);
}

static void test_missed(void **state)
{
	struct ring *ring = make_ring("6.12-intel/mce_record.format");
	struct ring_cursor cursor = { 0 };
	struct got got = { 0 };
	struct page page;

	(void)state;
	page_begin(&page, 1);
	page_record(&page, 0, 1);
	page_commit(&page, 1u << 31);
	assert_int_equal(take(ring, page.data, PAGE, &cursor, &got), 0);
	assert_int_equal(got.n, 1);
	assert_int_equal(got.n_missed, 1);
	assert_int_equal(got.missed, 0);

	/* with the count behind the last event */
	put(&page, page.end, 12345, 8);
	page_commit(&page, 3u << 30);
	assert_int_equal(take(ring, page.data, PAGE, &cursor, &got), 0);
	assert_int_equal(got.n_missed, 2);
	assert_int_equal(got.missed, 12345);

	/* the flag that the count is there, without the one that any were missed */
	page_commit(&page, 1u << 30);
	assert_int_equal(take(ring, page.data, PAGE, &cursor, &got), 0);
	assert_int_equal(got.n_missed, 2);
	assert_int_equal(got.n, 3);
	ring_free(ring);
}

static void test_empty_page(void **state)
{
	struct ring *ring = make_ring("6.12-intel/mce_record.format");
	struct ring_cursor cursor = { 5, 6 };
	struct got got = { 0 };
	struct page page;

	(void)state;
	memset(&page, 0, sizeof(page));
	assert_false(ring_page_filled(page.data, PAGE));
	assert_int_equal(take(ring, page.data, PAGE, &cursor, &got), 0);
	page_begin(&page, 77);
	assert_true(ring_page_filled(page.data, PAGE));
	assert_int_equal(take(ring, page.data, PAGE, &cursor, &got), 0);
	assert_int_equal(got.n, 0);
	assert_int_equal(cursor.time, 5);
	assert_int_equal(cursor.ordinal, 6);
	assert_false(ring_page_filled(page.data, 0));
	ring_free(ring);
}

/* What the sink says ends the page at once. */
static void test_sink_error(void **state)
{
	struct ring *ring = make_ring("6.12-intel/mce_record.format");
	struct ring_cursor cursor = { 0 };
	struct got got = { .error = -ENOMEM };
	struct page page;

	(void)state;
	page_begin(&page, 77);
	page_record(&page, 0, 1);
	assert_int_equal(take(ring, page.data, PAGE, &cursor, &got), -ENOMEM);
	ring_free(ring);
}

/* --- what must be refused --- */

static const char *ending(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot ? dot : "";
}

/* The sound part of a bad page and the word about the rest; one line. */
static void say_page(struct strbuf *text, const char *path)
{
	struct ring *ring = make_ring("6.12-intel/mce_record.format");
	struct ring_cursor cursor = { 0 };
	struct got got = { 0 };
	size_t size;
	_cleanup_free_ char *page = read_test_file(path, &size);

	if (take(ring, page, size, &cursor, &got) != -EBADMSG)
		fail_msg("%s is taken", path);
	strbuf_addf(text, "%u records, %s", got.n, got.why);
	ring_free(ring);
}

static void say_text(struct strbuf *text, const char *format, const char *header_page)
{
	struct ring *ring = NULL;
	char why[RING_WHY_MAX];

	assert_int_equal(try_ring(format, header_page, &ring, why), -EPROTO);
	assert_null(ring);
	strbuf_add(text, why);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static size_t list_bad(char *names[64])
{
	const char *tree = getenv("MCELOG_TEST_SRCDIR");
	_cleanup_closedir_ DIR *directory = NULL;
	char path[ROOT_PATH_MAX];
	struct dirent *entry;
	size_t n = 0;

	snprintf(path, sizeof(path), "%s/tests/golden/ring/bad", tree ? tree : ".");
	directory = opendir(path);
	assert_non_null(directory);
	while ((entry = readdir(directory)))
		if (entry->d_name[0] != '.' && strcmp(entry->d_name, "expected") != 0 && n < 64)
			names[n++] = strdup(entry->d_name);
	qsort(names, n, sizeof(*names), by_name);
	return n;
}

static void test_bad(void **state)
{
	_cleanup_strbuf_ struct strbuf text = { 0 };
	_cleanup_free_ char *expected = NULL;
	char *names[64], path[ROOT_PATH_MAX];
	size_t n = list_bad(names);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "bad/%s", names[i]);
		strbuf_addf(&text, "%s: ", names[i]);
		if (strcmp(ending(names[i]), ".raw") == 0)
			say_page(&text, path);
		else if (strcmp(ending(names[i]), ".format") == 0)
			say_text(&text, path, "6.12-intel/header_page");
		else
			say_text(&text, "6.12-intel/mce_record.format", path);
		strbuf_add(&text, "\n");
		free(names[i]);
	}
	if (getenv("MCELOG_TEST_PRINT")) {
		printf("%s", text.text);
		return;
	}
	expected = read_test_file("bad/expected", NULL);
	assert_string_equal(text.text, expected);
}

/* A page cut anywhere gives a part of its records, in order, and never more. */
static void test_every_cut(void **state)
{
	struct ring *ring = make_ring("6.12-intel/mce_record.format");
	struct got whole = { 0 };
	struct page page;

	(void)state;
	page_begin(&page, 9);
	for (uint64_t i = 1; i <= 5; i++)
		page_record(&page, 1, i);
	assert_int_equal(take(ring, page.data, PAGE, &(struct ring_cursor){ 0 }, &whole), 0);
	assert_int_equal(whole.n, 5);
	for (size_t size = 0; size < page.end; size++) {
		struct got got = { 0 };

		assert_int_equal(take(ring, page.data, size, &(struct ring_cursor){ 0 }, &got),
				 -EBADMSG);
		assert_true(strlen(got.why) > 0);
		assert_memory_equal(got.records, whole.records, got.n * sizeof(got.records[0]));
	}
	ring_free(ring);
}

/* Any word of a page made anything: no read outside it, and no endless loop. */
static void test_every_word(void **state)
{
	static const uint32_t words[] = { 0,	      29,	  29 | 32,    30,
					  31,	      1,	  0xffffffff, 0xfffffffe,
					  0x80000000, 0x7fffffff, 0xfffffff0, 28 };
	struct ring *ring = make_ring("6.12-intel/mce_record.format");
	struct page page;

	(void)state;
	page_begin(&page, 9);
	for (uint64_t i = 1; i <= 2; i++)
		page_record(&page, 1, i);
	for (size_t at = 0; at < page.end; at += 4)
		for (size_t i = 0; i < ARRAY_SIZE(words); i++)
			for (size_t j = 0; j < ARRAY_SIZE(words); j++) {
				struct page changed = page;
				struct got got = { 0 };

				put(&changed, at, words[i], 4);
				put(&changed, at + 4, words[j], 4);
				take(ring, changed.data, PAGE, &(struct ring_cursor){ 0 }, &got);
			}
	ring_free(ring);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recorded),
		cmocka_unit_test(test_recorded_details),
		cmocka_unit_test(test_bad_detail_format),
		cmocka_unit_test(test_damaged_details),
		cmocka_unit_test(test_shuffled),
		cmocka_unit_test(test_vendor_data),
		cmocka_unit_test(test_cursor),
		cmocka_unit_test(test_foreign_events),
		cmocka_unit_test(test_special_events),
		cmocka_unit_test(test_padding_in_last_word),
		cmocka_unit_test(test_missed),
		cmocka_unit_test(test_empty_page),
		cmocka_unit_test(test_sink_error),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_every_cut),
		cmocka_unit_test(test_every_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
