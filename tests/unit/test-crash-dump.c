// SPDX-License-Identifier: GPL-2.0-only
/* Headers and notes of crash dumps in every format, and files that lie about them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "sources/crash-dump.h"
#include "sources/flattened.h"
#include "tests/unit/vmcore-image.h"
#include "util/cleanup.h"

struct bench {
	struct image *image;
	struct crash_dump dump;
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
	image_free(bench->image);
	free(bench);
	return 0;
}

static int again(void **state)
{
	teardown(state);
	return setup(state);
}

static int read_dump(struct bench *bench)
{
	struct dump_reader reader = image_reader(bench->image);

	return crash_dump_read(&bench->dump, &reader);
}

static void assert_summary(const struct bench *bench)
{
	assert_release(&bench->dump, "6.1.0-test");
	assert_int_equal(bench->dump.time, 1795256196);
	assert_int_equal(crash_cpus(&bench->dump), 2);
}

static void assert_refused(struct bench *bench, const char *problem)
{
	assert_int_equal(read_dump(bench), -EBADMSG);
	assert_string_equal(bench->dump.notes.problem, problem);
}

static void assert_taken(struct bench *bench, const char *problem)
{
	assert_int_equal(read_dump(bench), 0);
	assert_string_equal(bench->dump.notes.problem, problem);
}

static void test_elf(void **state)
{
	struct bench *bench = *state;

	image_finish(bench->image);
	assert_taken(bench, "");
	assert_summary(bench);
	assert_int_equal(bench->dump.format, CRASH_ELF);
	assert_false(bench->dump.flattened);
	assert_false(bench->dump.slim);
	assert_string_equal(bench->dump.cause, "");
	assert_int_equal(bench->dump.notes.n_notes, 3);
	assert_int_equal(bench->dump.notes.n_loads, 2);
	assert_int_equal(bench->dump.notes.loads[1].paddr, IMAGE_PADDR_HIGH);
	assert_int_equal(bench->dump.notes.loads[1].offset, IMAGE_MEMORY + IMAGE_HALF);
}

/* It is said, and the rest counts; that there is none is not worth a word. */
static void test_no_time(void **state)
{
	static const char *const times[] = { "CRASHTIME=99999999999999\n", "CRASHTIME=soon\n", "" };

	for (size_t i = 0; i < ARRAY_SIZE(times); i++) {
		struct bench *bench;

		again(state);
		bench = *state;
		strbuf_reset(&bench->image->info);
		strbuf_addf(&bench->image->info, "OSRELEASE=6.1.0-test\n%s", times[i]);
		image_finish(bench->image);
		assert_taken(bench,
			     *times[i] ? "VMCOREINFO: CRASHTIME is no time that can be" : "");
		assert_int_equal(bench->dump.time, 0);
		assert_release(&bench->dump, "6.1.0-test");
	}
}

/* Nothing but headers and notes is read. */
static void test_no_memory_read(void **state)
{
	struct bench *bench = *state;

	image_finish(bench->image);
	assert_taken(bench, "");
	for (size_t i = 0; i < ARRAY_SIZE(bench->image->touched); i++)
		assert_int_equal(bench->image->touched[i], 0);
}

static void test_slim(void **state)
{
	static const char cause[] = "Fatal machine check\nin\x1b[1m two";
	struct bench *bench = *state;
	_cleanup_free_ char *text = NULL;
	size_t size;

	image_note(bench->image, "PANIC_MCE", 21, cause, sizeof(cause));
	image_note(bench->image, "MCELOG", NOTE_OWN_LOG, "a log\n", 6);
	image_finish(bench->image);
	assert_taken(bench, "");
	assert_true(bench->dump.slim);
	assert_string_equal(bench->dump.cause, "Fatal machine check in [1m two");
	assert_int_equal(crash_dump_text(&bench->dump, NOTE_OWN_LOG, &text, &size), 0);
	assert_int_equal(size, 6);
	assert_string_equal(text, "a log\n");
	assert_int_equal(crash_dump_text(&bench->dump, NOTE_OWN_DECODED, &text, &size), -ENOENT);
	assert_summary(bench);
}

/* Of another owner, or another type of ours: no slim dump. */
static void test_not_slim(void **state)
{
	struct bench *bench = *state;

	image_note(bench->image, "PANIC_MCX", 21, "x", 1);
	image_note(bench->image, "PANIC_MCE", 20, "x", 1);
	image_note(bench->image, "PANIC_MCE and more than fits", 21, "x", 1);
	image_finish(bench->image);
	assert_taken(bench, "");
	assert_false(bench->dump.slim);
	assert_int_equal(bench->dump.notes.n_notes, 6);
}

static void test_long_cause(void **state)
{
	struct bench *bench = *state;
	char cause[2000];

	memset(cause, 'x', sizeof(cause));
	image_note(bench->image, "PANIC_MCE", 21, cause, sizeof(cause));
	image_finish(bench->image);
	assert_taken(bench, "");
	assert_int_equal(strlen(bench->dump.cause), CRASH_CAUSE_MAX - 1);
}

static void test_refused(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
		const char *problem;
	} cases[] = {
		{ 0, 0, "not an ELF file" },
		{ EI_CLASS, ELFCLASS32, "not a 64-bit ELF file" },
		{ EI_DATA, ELFDATA2MSB, "not a little-endian ELF file" },
		{ 16, ET_EXEC, "not a core file" },
		{ 18, EM_386, "not of an x86-64 kernel" },
		{ 54, 32, "its program headers have an unknown size" },
		{ 39, 0x80, "its program headers are past the end of any file" },
		{ 38, 0x7f, "the file ends within its program headers" },
		{ 56, 0, "it has no notes" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct bench *bench = *state;

		image_finish(bench->image);
		bench->image->bytes[cases[i].at] = cases[i].value;
		assert_refused(bench, cases[i].problem);
		again(state);
	}
}

/* Of the file, only so many bytes are there. */
struct cut {
	struct image *image;
	uint64_t size;
};

static ssize_t cut_read(void *context, void *buffer, size_t size, uint64_t offset)
{
	const struct cut *cut = context;

	if (offset >= cut->size)
		return 0;
	if (size > cut->size - offset)
		size = (size_t)(cut->size - offset);
	return image_read(cut->image, buffer, size, offset);
}

static void test_cut(void **state)
{
	static const struct {
		uint64_t size;
		int r;
		const char *problem;
	} cases[] = {
		{ 0, -EBADMSG, "too short for an ELF header" },
		{ 63, -EBADMSG, "too short for an ELF header" },
		{ 64, -EBADMSG, "the file ends within its program headers" },
		{ 64 + 60, -EBADMSG, "the file ends before its note at 0x1000" },
		{ IMAGE_NOTES, -EBADMSG, "the file ends before its note at 0x1000" },
		{ IMAGE_NOTES + 400, 0, "the file ends before its note at 0x12c8" },
		{ IMAGE_MEMORY, 0, "" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct bench *bench = *state;
		struct cut cut = { bench->image, cases[i].size };
		struct dump_reader reader = { cut_read, &cut };

		image_finish(bench->image);
		if (i == 3)
			cut.size = IMAGE_NOTES;
		assert_int_equal(crash_dump_read(&bench->dump, &reader), cases[i].r);
		assert_string_equal(bench->dump.notes.problem, cases[i].problem);
		again(state);
	}
}

static ssize_t failing_read(void *context, void *buffer, size_t size, uint64_t offset)
{
	(void)context;
	(void)buffer;
	(void)size;
	(void)offset;
	return -EIO;
}

static void test_reader_fails(void **state)
{
	struct bench *bench = *state;
	struct dump_reader reader = { failing_read, NULL };

	assert_int_equal(crash_dump_read(&bench->dump, &reader), -EIO);
	assert_string_equal(bench->dump.notes.problem, "Input/output error");
}

static void test_note_past_end(void **state)
{
	struct bench *bench = *state;

	image_finish(bench->image);
	/* the second note's descriptor: the first one takes 356 bytes */
	image_put(bench->image->bytes + IMAGE_NOTES + 356 + 4, 0xfffffff0, 4);
	assert_taken(bench, "note at 0x1164: its 4294967300 bytes go past the end of the notes");
	assert_int_equal(crash_cpus(&bench->dump), 1);
}

static void test_notes_without_end(void **state)
{
	struct bench *bench = *state;

	image_finish(bench->image);
	image_segment(bench->image, 0, PT_NOTE, 0x7fffffffffff0000, 0, 0, UINT64_MAX);
	assert_refused(bench, "the notes at 0x7fffffffffff0000 have no end");
}

/* Many notes of 16 bytes in a file that does not end. */
static ssize_t endless_read(void *context, void *buffer, size_t size, uint64_t offset)
{
	struct image *image = context;

	if (offset < IMAGE_NOTES)
		return image_read(image, buffer, size, offset);
	for (size_t i = 0; i < size; i++)
		((uint8_t *)buffer)[i] = (offset + i) % 16 == 0 || (offset + i) % 16 == 8 ? 1 : 0;
	return (ssize_t)size;
}

static void test_endless_notes(void **state)
{
	struct bench *bench = *state;
	struct dump_reader reader = { endless_read, bench->image };

	image_segment(bench->image, 0, PT_NOTE, IMAGE_NOTES, 0, 0, 1ull << 40);
	assert_int_equal(crash_dump_read(&bench->dump, &reader), 0);
	assert_int_equal(bench->dump.notes.n_notes, ELF_NOTES_MAX);
	assert_string_equal(bench->dump.notes.problem,
			    "more than 32768 notes, the rest is left out");
}

/* The segment claims 4 GiB of notes in a sparse file: the zeros behind the notes end them. */
static void test_sparse(void **state)
{
	struct bench *bench = *state;

	image_finish(bench->image);
	image_segment(bench->image, 0, PT_NOTE, IMAGE_NOTES, 0, 0, 1ull << 32);
	assert_taken(bench, "");
	assert_summary(bench);
	assert_true(bench->image->read_calls < 20);
}

static void test_many_headers(void **state)
{
	struct bench *bench = *state;
	uint8_t *section = bench->image->bytes + 0x800;

	image_finish(bench->image);
	image_put(bench->image->bytes + 56, PN_XNUM, 2);
	image_put(bench->image->bytes + 40, 0x800, 8);
	image_put(section + 44, 3, 4);
	assert_taken(bench, "");
	assert_summary(bench);
	assert_int_equal(bench->dump.notes.n_loads, 2);
	again(state);
	bench = *state;
	image_put(bench->image->bytes + 56, PN_XNUM, 2);
	assert_refused(bench, "the number of its program headers is missing");
	again(state);
	bench = *state;
	image_put(bench->image->bytes + 56, PN_XNUM, 2);
	image_put(bench->image->bytes + 40, 0x800, 8);
	image_put(bench->image->bytes + 0x800 + 44, 0xffffffff, 4);
	assert_refused(bench, "it claims more program headers than can be");
}

static void test_large_info(void **state)
{
	struct bench *bench = *state;
	uint8_t *note = bench->image->bytes + IMAGE_NOTES + 2 * 356;

	image_finish(bench->image);
	image_segment(bench->image, 0, PT_NOTE, IMAGE_NOTES, 0, 0, 0x16000);
	image_put(note + 4, 0x14000, 4);
	assert_taken(bench, "VMCOREINFO: its 81920 bytes are too many");
	assert_int_equal(crash_cpus(&bench->dump), 2);
	assert_null(bench->dump.info.text);
}

/* --- makedumpfile's formats --- */

/* The same notes behind the headers of the compressed format, version 6. */
static void make_kdump(struct image *image, uint32_t version)
{
	uint8_t *header = image->bytes, *sub = header + 0x800;
	size_t info_at = IMAGE_NOTES + 2 * 356 + 12 + 12;

	image_finish(image);
	memset(header, 0, IMAGE_NOTES);
	memcpy(header, "KDUMP   ", 8);
	image_put(header + 8, version, 4);
	strcpy((char *)header + 12 + 260, "x86_64");
	image_put(header + 408, 1700000000, 8);
	image_put(header + 428, 0x800, 4);
	image_put(sub + 32, info_at, 8);
	image_put(sub + 40, image->info.length, 8);
	image_put(sub + 48, IMAGE_NOTES, 8);
	image_put(sub + 56, image->notes_size, 8);
}

static void test_kdump(void **state)
{
	struct bench *bench = *state;

	make_kdump(bench->image, 6);
	assert_taken(bench, "");
	assert_int_equal(bench->dump.format, CRASH_KDUMP);
	assert_summary(bench);
	again(state);
	bench = *state;
	make_kdump(bench->image, 3);
	assert_taken(bench, "");
	assert_int_equal(bench->dump.notes.n_notes, 0);
	assert_release(&bench->dump, "6.1.0-test");
	assert_int_equal(bench->dump.time, 1795256196);
	again(state);
	bench = *state;
	make_kdump(bench->image, 2);
	assert_refused(bench, "it has no notes");
	assert_int_equal(bench->dump.time, 1700000000);
}

static void test_kdump_bad(void **state)
{
	struct bench *bench = *state;

	make_kdump(bench->image, 6);
	strcpy((char *)bench->image->bytes + 12 + 260, "i686");
	assert_refused(bench, "not of an x86-64 kernel");
	again(state);
	bench = *state;
	make_kdump(bench->image, 6);
	image_put(bench->image->bytes + 0x800 + 40, 0x12345678, 8);
	assert_taken(bench, "VMCOREINFO: its 305419896 bytes are too many");
	again(state);
	bench = *state;
	make_kdump(bench->image, 6);
	image_put(bench->image->bytes + 0x800 + 48, 0x7fffffffffffffff, 8);
	image_put(bench->image->bytes + 0x800 + 32, 0x7fffffffffffffff, 8);
	assert_refused(bench, "the file ends before its note at 0x7fffffffffffffff");
}

/* Pieces of an image out of order, with an early version of the header that is written again. */
struct flat {
	uint8_t bytes[4096 + IMAGE_SIZE + 4096];
	size_t size;
};

static void put_big_endian(uint8_t *at, uint64_t value)
{
	for (int i = 7; i >= 0; i--, value >>= 8)
		at[i] = (uint8_t)value;
}

static void add_piece(struct flat *flat, uint64_t offset, const void *data, size_t size)
{
	put_big_endian(flat->bytes + flat->size, offset);
	put_big_endian(flat->bytes + flat->size + 8, size);
	memcpy(flat->bytes + flat->size + 16, data, size);
	flat->size += 16 + size;
}

static ssize_t flat_read(void *context, void *buffer, size_t size, uint64_t offset)
{
	const struct flat *flat = context;

	if (offset >= flat->size)
		return 0;
	if (size > flat->size - offset)
		size = (size_t)(flat->size - offset);
	memcpy(buffer, flat->bytes + offset, size);
	return (ssize_t)size;
}

static void make_flat(struct flat *flat, struct image *image)
{
	static const uint8_t early[100];

	strcpy((char *)flat->bytes, "makedumpfile");
	flat->size = 4096;
	add_piece(flat, 0, early, sizeof(early));
	add_piece(flat, 0x1100, image->bytes + 0x1100, IMAGE_SIZE - 0x1100);
	add_piece(flat, 50, early, 0);
	add_piece(flat, 0, image->bytes, 64);
	add_piece(flat, 64, image->bytes + 64, 0x1100 - 64);
	put_big_endian(flat->bytes + flat->size, UINT64_MAX);
	put_big_endian(flat->bytes + flat->size + 8, UINT64_MAX);
	flat->size += 16;
}

static void test_flattened(void **state)
{
	struct bench *bench = *state;
	_cleanup_free_ struct flat *flat = calloc(1, sizeof(*flat));
	struct dump_reader reader = { flat_read, flat };

	assert_non_null(flat);
	make_kdump(bench->image, 6);
	make_flat(flat, bench->image);
	assert_int_equal(crash_dump_read(&bench->dump, &reader), 0);
	assert_string_equal(bench->dump.notes.problem, "");
	assert_true(bench->dump.flattened);
	assert_int_equal(bench->dump.format, CRASH_KDUMP);
	assert_summary(bench);
}

static void test_flattened_elf_cut(void **state)
{
	struct bench *bench = *state;
	_cleanup_free_ struct flat *flat = calloc(1, sizeof(*flat));
	struct dump_reader reader = { flat_read, flat };

	assert_non_null(flat);
	image_finish(bench->image);
	strcpy((char *)flat->bytes, "makedumpfile");
	flat->size = 4096;
	add_piece(flat, 0, bench->image->bytes, IMAGE_NOTES + 400);
	flat->size -= 10;
	assert_int_equal(crash_dump_read(&bench->dump, &reader), 0);
	assert_true(bench->dump.flattened);
	assert_string_equal(bench->dump.notes.problem, "the file ends before its note at 0x12c8");
	assert_int_equal(crash_cpus(&bench->dump), 2);
}

/* A piece whose size goes past any end, and a header with nothing behind it. */
static void test_flattened_bad(void **state)
{
	struct bench *bench = *state;
	_cleanup_free_ struct flat *flat = calloc(1, sizeof(*flat));
	struct dump_reader reader = { flat_read, flat };

	assert_non_null(flat);
	strcpy((char *)flat->bytes, "makedumpfile");
	flat->size = 4096;
	assert_int_equal(crash_dump_read(&bench->dump, &reader), -EBADMSG);
	assert_string_equal(bench->dump.notes.problem, "too short for an ELF header");
	crash_dump_free(&bench->dump);
	put_big_endian(flat->bytes + 4096, 0);
	put_big_endian(flat->bytes + 4104, INT64_MAX);
	flat->size = 8192;
	assert_int_equal(crash_dump_read(&bench->dump, &reader), -EBADMSG);
	assert_string_equal(bench->dump.notes.problem, "too short for an ELF header");
}

static void test_fd(void **state)
{
	char path[] = "/tmp/mcelog-test.XXXXXX";
	struct bench *bench = *state;
	_cleanup_close_ int fd = mkstemp(path);
	struct dump_reader reader = dump_reader_of_fd(&fd);
	uint8_t byte;

	assert_true(fd >= 0);
	unlink(path);
	image_finish(bench->image);
	assert_int_equal(pwrite(fd, bench->image->bytes, IMAGE_MEMORY, 0), IMAGE_MEMORY);
	assert_int_equal(ftruncate(fd, 4ll << 30), 0);
	assert_int_equal(crash_dump_read(&bench->dump, &reader), 0);
	assert_summary(bench);
	assert_int_equal(dump_read(&reader, &byte, 1, 4ull << 30), -ENODATA);
	assert_int_equal(dump_read(&reader, &byte, 1, UINT64_MAX), -ENODATA);
}

/* What makedumpfile 1.7.2 and mce-slimdump made of a crash of Linux 6.1, the beginnings of it. */
static void test_golden(void **state)
{
	static const struct {
		const char *name;
		enum crash_format format;
		bool flattened, slim;
	} cases[] = {
		{ "kdump-6.1", CRASH_KDUMP, false, false },
		{ "flattened-6.1", CRASH_KDUMP, true, false },
		{ "slim-6.1", CRASH_ELF, false, true },
	};
	const char *directory = getenv("MCELOG_TEST_SRCDIR");
	struct bench *bench = *state;
	char path[4096];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_close_ int fd = -1;
		struct dump_reader reader = dump_reader_of_fd(&fd);

		snprintf(path, sizeof(path), "%s/tests/golden/vmcore/%s",
			 directory ? directory : ".", cases[i].name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		assert_true(fd >= 0);
		assert_int_equal(crash_dump_read(&bench->dump, &reader), 0);
		assert_string_equal(bench->dump.notes.problem, "");
		assert_int_equal(bench->dump.format, cases[i].format);
		assert_int_equal(bench->dump.flattened, cases[i].flattened);
		assert_int_equal(bench->dump.slim, cases[i].slim);
		assert_release(&bench->dump, "6.1.0-56-amd64");
		assert_int_equal(bench->dump.time, 1795256196);
		assert_int_equal(crash_cpus(&bench->dump), 1);
		crash_dump_free(&bench->dump);
	}
}

/* --- VMCOREINFO --- */

static void test_info(void **state)
{
	static const char text[] =
		"OSRELEASE=6.1\nSYMBOL(prb)=ffffffff810000e0\n"
		"NUMBER(phys_base)=-4096\nNUMBER(KERNEL_IMAGE_SIZE)=0x40000000\n"
		"OFFSET(a.b)=010\nSIZE(a)=\nSIZE(b)=1x\nSIZE(c)=99999999999999999999\n"
		"SIZE(d)=11111111111111111111111111111111111111\nnothing\nKERNELOFFSET=5c00000";
	struct vmcoreinfo info = { text, sizeof(text) - 1 };
	uint64_t number = 77;

	(void)state;
	assert_int_equal(vmcoreinfo_number(info, "SYMBOL(prb)", &number), 0);
	assert_int_equal(number, 0xffffffff810000e0);
	assert_int_equal(vmcoreinfo_number(info, "NUMBER(phys_base)", &number), 0);
	assert_int_equal(number, (uint64_t)-4096);
	assert_int_equal(vmcoreinfo_number(info, "NUMBER(KERNEL_IMAGE_SIZE)", &number), 0);
	assert_int_equal(number, 0x40000000);
	assert_int_equal(vmcoreinfo_of(info, "OFFSET", "a.b", &number), 0);
	assert_int_equal(number, 10);
	assert_int_equal(vmcoreinfo_number(info, "KERNELOFFSET", &number), 0);
	assert_int_equal(number, 0x5c00000);
	number = 77;
	assert_int_equal(vmcoreinfo_of(info, "SIZE", "a", &number), -EINVAL);
	assert_int_equal(vmcoreinfo_of(info, "SIZE", "b", &number), -EINVAL);
	assert_int_equal(vmcoreinfo_of(info, "SIZE", "c", &number), -EINVAL);
	assert_int_equal(vmcoreinfo_of(info, "SIZE", "d", &number), -EINVAL);
	assert_int_equal(vmcoreinfo_number(info, "nothing", &number), -ENOENT);
	assert_int_equal(vmcoreinfo_number(info, "SYMBOL", &number), -ENOENT);
	assert_int_equal(vmcoreinfo_number((struct vmcoreinfo){ 0 }, "x", &number), -ENOENT);
	assert_int_equal(number, 77);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_elf, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_time, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_memory_read, setup, teardown),
		cmocka_unit_test_setup_teardown(test_slim, setup, teardown),
		cmocka_unit_test_setup_teardown(test_not_slim, setup, teardown),
		cmocka_unit_test_setup_teardown(test_long_cause, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cut, setup, teardown),
		cmocka_unit_test_setup_teardown(test_reader_fails, setup, teardown),
		cmocka_unit_test_setup_teardown(test_note_past_end, setup, teardown),
		cmocka_unit_test_setup_teardown(test_notes_without_end, setup, teardown),
		cmocka_unit_test_setup_teardown(test_endless_notes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sparse, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many_headers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_large_info, setup, teardown),
		cmocka_unit_test_setup_teardown(test_kdump, setup, teardown),
		cmocka_unit_test_setup_teardown(test_kdump_bad, setup, teardown),
		cmocka_unit_test_setup_teardown(test_flattened, setup, teardown),
		cmocka_unit_test_setup_teardown(test_flattened_elf_cut, setup, teardown),
		cmocka_unit_test_setup_teardown(test_flattened_bad, setup, teardown),
		cmocka_unit_test_setup_teardown(test_golden, setup, teardown),
		cmocka_unit_test_setup_teardown(test_fd, setup, teardown),
		cmocka_unit_test_setup_teardown(test_info, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
