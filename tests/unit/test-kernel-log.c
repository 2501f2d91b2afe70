// SPDX-License-Identifier: GPL-2.0-only
/* The crashed kernel's log out of its memory, in both layouts, and what must not be read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "slimdump/kernel-log.h"
#include "tests/unit/vmcore-image.h"
#include "util/cleanup.h"

struct bench {
	struct image *image;
	struct crash_dump dump;
	struct poison poison;
	struct strbuf text;
	char problem[KERNEL_LOG_PROBLEM_MAX];
};

static int setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	assert_non_null(bench);
	bench->image = image_new();
	*state = bench;
	return 0;
}

static int teardown(void **state)
{
	struct bench *bench = *state;

	crash_dump_free(&bench->dump);
	strbuf_free(&bench->text);
	image_free(bench->image);
	free(bench);
	return 0;
}

static int read_log(struct bench *bench)
{
	struct dump_reader reader = image_reader(bench->image);
	struct old_memory memory = { &bench->dump, &bench->poison };

	image_finish(bench->image);
	assert_int_equal(crash_dump_read(&bench->dump, &reader), 0);
	assert_string_equal(bench->dump.notes.problem, "");
	return kernel_log_read(&memory, &bench->text, bench->problem);
}

static void assert_log(struct bench *bench, const char *wanted)
{
	assert_int_equal(read_log(bench), 0);
	assert_string_equal(strbuf_text(&bench->text), wanted);
}

static void assert_problem(struct bench *bench, int error, const char *problem)
{
	assert_int_equal(read_log(bench), error);
	assert_string_equal(bench->problem, problem);
	assert_string_equal(strbuf_text(&bench->text), "");
}

static void test_ring(void **state)
{
	struct bench *bench = *state;

	image_ring(bench->image, 4, 10);
	image_print(bench->image, 0, "Linux version 6.1");
	image_print(bench->image, 12345678, "two\nlines\n");
	image_print(bench->image, 99999000001, "tab\tbell\aend");
	assert_log(bench, "[    0.000000] Linux version 6.1\n"
			  "[   12.345678] two\n[   12.345678] lines\n"
			  "[99999.000001] tab\tbell\\x07end\n");
}

static void test_ring_empty(void **state)
{
	struct bench *bench = *state;

	image_ring(bench->image, 4, 10);
	assert_log(bench, "");
}

static void test_ring_states(void **state)
{
	struct bench *bench = *state;

	image_ring(bench->image, 4, 10);
	image_print_state(bench->image, 1, "reserved", 0);
	image_print_state(bench->image, 2, "committed", 1);
	image_print_state(bench->image, 3, "reusable", 3);
	image_print_state(bench->image, 4, "finalized", 2);
	image_print(bench->image, 5, "of another round");
	image_put64(bench->image, image_desc(bench->image, bench->image->id),
		    (bench->image->id - 16) | 2ull << 62);
	image_print(bench->image, 6, "");
	assert_log(bench, "[    0.000002] committed\n[    0.000004] finalized\n");
}

static void lose_text(struct image *image, uint64_t id, uint64_t position)
{
	image_put64(image, image_desc(image, id) + 8, position);
	image_put64(image, image_desc(image, id) + 16, position);
}

/* FAILED_LPOS: there was no room for it; and a position that is not the kernel's word for it. */
static void test_ring_no_text(void **state)
{
	struct bench *bench = *state;

	image_ring(bench->image, 4, 10);
	image_print(bench->image, 1, "text lost");
	image_print(bench->image, 2, "text lost");
	image_print(bench->image, 3, "next");
	lose_text(bench->image, bench->image->id - 2, 1);
	lose_text(bench->image, bench->image->id - 1, 0);
	assert_log(bench, "[    0.000003] next\n");
}

/* A ring that went round often: what is left are the newest, whole, in order. */
static void check_wrapped(struct bench *bench, size_t step, unsigned int count_bits)
{
	char line[128], wanted[64];
	unsigned int first = 0, n = 0;
	const char *at;

	image_ring(bench->image, count_bits, 10);
	for (unsigned int i = 0; i < 500; i++) {
		snprintf(line, sizeof(line), "line %u %.*s|", i, (int)(i * step % 90),
			 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
			 "xxx"
			 "xxxxxxxxxxxxxxxxxxxx");
		image_print(bench->image, i, line);
	}
	assert_int_equal(read_log(bench), 0);
	at = strbuf_text(&bench->text);
	assert_int_equal(sscanf(at, "[ 0.%*u] line %u", &first), 1);
	for (unsigned int i = first; i < 500; i++, n++) {
		snprintf(wanted, sizeof(wanted), "[    0.%06u] line %u ", i, i);
		assert_memory_equal(at, wanted, strlen(wanted));
		at += strlen(wanted) + i * step % 90;
		assert_memory_equal(at, "|\n", 2);
		at += 2;
	}
	assert_string_equal(at, "");
	assert_true(n >= 8);
}

static void test_ring_wrapped(void **state)
{
	check_wrapped(*state, 7, 6);
}

/* Every block 64 bytes: one ends exactly where the ring does. */
static void test_ring_exact(void **state)
{
	struct bench *bench = *state;
	char line[64];

	image_ring(bench->image, 5, 10);
	for (unsigned int i = 0; i < 40; i++) {
		snprintf(line, sizeof(line), "%052u.end", i);
		assert_int_equal(strlen(line), 56);
		image_print(bench->image, i, line);
	}
	assert_int_equal(read_log(bench), 0);
	for (unsigned int i = 40 - 16; i < 40; i++) {
		snprintf(line, sizeof(line), "%052u.end\n", i);
		assert_non_null(strstr(strbuf_text(&bench->text), line));
	}
}

static void test_ring_few_descriptors(void **state)
{
	check_wrapped(*state, 0, 4);
}

static void test_buffer(void **state)
{
	struct bench *bench = *state;

	image_buffer(bench->image, "printk_log");
	image_log(bench->image, 1, "first");
	image_log(bench->image, 2000000, "second\nand third");
	assert_log(bench,
		   "[    0.000001] first\n[    2.000000] second\n[    2.000000] and third\n");
}

static void test_buffer_old_name(void **state)
{
	struct bench *bench = *state;

	image_buffer(bench->image, "log");
	image_log(bench->image, 1, "first");
	assert_log(bench, "[    0.000001] first\n");
}

static void test_buffer_wrapped(void **state)
{
	struct bench *bench = *state;
	struct image *image = bench->image;

	image_buffer(image, "printk_log");
	while (image_get32(image, IMAGE_LOG_NEXT) < IMAGE_LOG_SIZE - 0x200)
		image_log(image, 1, "an old line that will be overwritten");
	image_put(image_memory(image, IMAGE_LOG_FIRST), image_get32(image, IMAGE_LOG_NEXT), 4);
	for (unsigned int i = 0; i < 12; i++)
		image_log(image, i, "a line of the two ends of the buffer, which is long enough");
	assert_true(image_get32(image, IMAGE_LOG_NEXT) < image_get32(image, IMAGE_LOG_FIRST));
	assert_int_equal(read_log(bench), 0);
	assert_int_equal(bench->text.length, 12 * (15 + 58 + 1));
	assert_non_null(strstr(strbuf_text(&bench->text), "[    0.000011] a line"));
	assert_null(strstr(strbuf_text(&bench->text), "old"));
}

/* Lengths that would go round for ever, or past the end. */
static void test_buffer_bad_lengths(void **state)
{
	static const uint16_t lengths[] = { 1, 15, 0xffff };

	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		struct bench *bench = *state;

		image_buffer(bench->image, "printk_log");
		image_log(bench->image, 1, "good");
		image_log(bench->image, 2, "bad");
		image_put(image_memory(bench->image, IMAGE_HALF - IMAGE_LOG_SIZE / 2 + 24 + 8),
			  lengths[i], 2);
		image_put(image_memory(bench->image, IMAGE_LOG_NEXT), i ? 0xffffffff : 0, 4);
		assert_log(bench, "[    0.000001] good\n");
		teardown(state);
		setup(state);
	}
}

static void test_buffer_too_large(void **state)
{
	struct bench *bench = *state;

	image_buffer(bench->image, "printk_log");
	image_put(image_memory(bench->image, IMAGE_LOG_LEN), 0x80000000, 4);
	assert_problem(bench, -EBADMSG, "the log's buffer has no size that can be");
}

static void test_no_log(void **state)
{
	assert_problem(*state, -ENOENT, "VMCOREINFO does not tell where it is");
}

static void test_missing_key(void **state)
{
	struct bench *bench = *state;

	strbuf_add(&bench->image->info, "SYMBOL(prb)=ffffffff81000010\n");
	assert_problem(bench, -EBADMSG, "VMCOREINFO has no usable printk_ringbuffer");
}

static void test_large_offset(void **state)
{
	struct bench *bench = *state;

	strbuf_add(&bench->image->info, "OFFSET(printk_ringbuffer.desc_ring)=99999999999\n");
	image_ring(bench->image, 4, 10);
	assert_problem(bench, -EBADMSG, "VMCOREINFO has no usable printk_ringbuffer.desc_ring");
}

static void test_ring_bad_sizes(void **state)
{
	static const uint32_t bits[] = { 0, 29, 64, 0xffffffff };

	for (size_t i = 0; i < ARRAY_SIZE(bits); i++) {
		struct bench *bench = *state;

		image_ring(bench->image, 4, 10);
		image_put(image_memory(bench->image, IMAGE_PRB + (i & 1 ? 0 : 48)), bits[i], 4);
		assert_problem(bench, -EBADMSG, "the log's ring has no size that can be");
		teardown(state);
		setup(state);
	}
}

static void test_not_in_dump(void **state)
{
	struct bench *bench = *state;

	image_ring(bench->image, 4, 10);
	image_put64(bench->image, IMAGE_POINTER, 0xffff888000000000);
	assert_problem(bench, -EFAULT, "the dump does not have its memory");
}

/* Segments without virtual addresses: the kernel's own mapping and phys_base. */
static void test_phys_base(void **state)
{
	struct bench *bench = *state;
	struct image *image = bench->image;

	image_ring(image, 4, 10);
	image_print(image, 1, "found");
	image_segment(image, 1, PT_LOAD, IMAGE_MEMORY, UINT64_MAX, 0x5000000, IMAGE_MEMORY_SIZE);
	image_segment(image, 2, PT_LOAD, 0, UINT64_MAX, 0, 0);
	/* 0x5000000 - 0x1000000 */
	strbuf_add(&image->info, "NUMBER(phys_base)=67108864\n");
	assert_log(bench, "[    0.000001] found\n");
}

static void poison(struct bench *bench, uint64_t address)
{
	struct record record = {
		.status = 0xbe00000000800400,
		.addr = address,
		.misc = 0x8c,
	};

	poison_add_record(&bench->poison, &record);
	assert_int_equal(bench->poison.n_ranges, 1);
}

static uint64_t physical(uint64_t offset)
{
	return offset < IMAGE_HALF ? IMAGE_PADDR_LOW + offset
				   : IMAGE_PADDR_HIGH + offset - IMAGE_HALF;
}

/* Each part of the ring in turn: the page is not read, and the log is not to be had. */
static void test_poisoned(void **state)
{
	static const uint64_t places[] = { IMAGE_POINTER, IMAGE_DESCS + 8, IMAGE_INFOS,
					   IMAGE_HALF - 64, IMAGE_HALF + 64 };

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		struct bench *bench = *state;

		image_ring(bench->image, 4, 10);
		image_print(bench->image, 1, "secret");
		poison(bench, physical(places[i]));
		assert_problem(bench, -EHWPOISON, "it lies in memory that a machine check names");
		assert_int_equal(bench->image->touched[places[i] >> 12], 0);
		teardown(state);
		setup(state);
	}
}

/* Right beside what is needed, on both sides. */
static void test_poisoned_beside(void **state)
{
	struct bench *bench = *state;

	image_ring(bench->image, 4, 10);
	image_print(bench->image, 1, "readable");
	poison(bench, physical(IMAGE_HALF + 0x1000));
	assert_log(bench, "[    0.000001] readable\n");
	assert_int_equal(bench->image->touched[(IMAGE_HALF + 0x1000) >> 12], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_ring, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ring_empty, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ring_states, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ring_no_text, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ring_wrapped, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ring_exact, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ring_few_descriptors, setup, teardown),
		cmocka_unit_test_setup_teardown(test_buffer, setup, teardown),
		cmocka_unit_test_setup_teardown(test_buffer_old_name, setup, teardown),
		cmocka_unit_test_setup_teardown(test_buffer_wrapped, setup, teardown),
		cmocka_unit_test_setup_teardown(test_buffer_bad_lengths, setup, teardown),
		cmocka_unit_test_setup_teardown(test_buffer_too_large, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_log, setup, teardown),
		cmocka_unit_test_setup_teardown(test_missing_key, setup, teardown),
		cmocka_unit_test_setup_teardown(test_large_offset, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ring_bad_sizes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_not_in_dump, setup, teardown),
		cmocka_unit_test_setup_teardown(test_phys_base, setup, teardown),
		cmocka_unit_test_setup_teardown(test_poisoned, setup, teardown),
		cmocka_unit_test_setup_teardown(test_poisoned_beside, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
