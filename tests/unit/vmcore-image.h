/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For tests of crash dumps: builds a small one in memory, with notes, two stretches of
 * the crashed kernel's memory and its log in either layout. Include after cmocka.h.
 */
#pragma once

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sources/crash-dump.h"
#include "sources/dump-reader.h"
#include "util/strbuf.h"

#define IMAGE_VADDR 0xffffffff81000000ull

/* The second half of the memory lies elsewhere in the machine, right behind the first in the map.
 */
#define IMAGE_PADDR_LOW	 0x1000000ull
#define IMAGE_PADDR_HIGH 0x40000000ull

enum {
	IMAGE_NOTES = 0x1000, /* offsets in the file */
	IMAGE_MEMORY = 0x8000,
	IMAGE_MEMORY_SIZE = 0x20000,
	IMAGE_HALF = IMAGE_MEMORY_SIZE / 2,
	IMAGE_SIZE = IMAGE_MEMORY + IMAGE_MEMORY_SIZE,
	/* offsets in the memory */
	IMAGE_POINTER = 0x10,
	IMAGE_PRB = 0x100,
	IMAGE_DESCS = 0x1000,
	IMAGE_INFOS = 0x4000,
};

/* Of the current layout, as Linux 6.1 has it. */
enum { DESC_SIZE = 24, INFO_SIZE = 88, PRB_SIZE = 88 };

struct image {
	uint8_t bytes[IMAGE_SIZE];
	size_t notes_size;
	struct strbuf info;
	/* the ring, as the kernel would keep it */
	unsigned int count_bits, text_bits;
	uint64_t id, lpos;
	unsigned int read_calls;
	uint64_t touched[64]; /* pages of the file's memory part that were read */
};

static inline uint8_t *image_memory(struct image *image, uint64_t offset)
{
	assert_true(offset < IMAGE_MEMORY_SIZE);
	return image->bytes + IMAGE_MEMORY + offset;
}

static inline void image_put(uint8_t *at, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		at[i] = (uint8_t)(value >> 8 * i);
}

static inline void image_put64(struct image *image, uint64_t offset, uint64_t value)
{
	image_put(image_memory(image, offset), value, 8);
}

static inline void image_note(struct image *image, const char *name, uint32_t type,
			      const void *data, size_t size)
{
	uint8_t *at = image->bytes + IMAGE_NOTES + image->notes_size;
	size_t name_size = strlen(name) + 1;

	image_put(at, name_size, 4);
	image_put(at + 4, size, 4);
	image_put(at + 8, type, 4);
	memcpy(at + 12, name, name_size);
	memcpy(at + 12 + ((name_size + 3) & ~3ul), data, size);
	image->notes_size += 12 + ((name_size + 3) & ~3ul) + ((size + 3) & ~3ul);
	assert_true(image->notes_size < IMAGE_MEMORY - IMAGE_NOTES);
}

static inline void image_segment(struct image *image, unsigned int number, uint32_t type,
				 uint64_t offset, uint64_t vaddr, uint64_t paddr, uint64_t size)
{
	uint8_t *at = image->bytes + 64 + number * 56;

	image_put(at, type, 4);
	image_put(at + 8, offset, 8);
	image_put(at + 16, vaddr, 8);
	image_put(at + 24, paddr, 8);
	image_put(at + 32, size, 8);
	image_put(at + 40, size, 8);
}

static inline void image_header(struct image *image)
{
	static const uint8_t ident[] = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, 1 };
	uint8_t *at = image->bytes;

	memcpy(at, ident, sizeof(ident));
	image_put(at + 16, ET_CORE, 2);
	image_put(at + 18, EM_X86_64, 2);
	image_put(at + 32, 64, 8); /* e_phoff */
	image_put(at + 54, 56, 2); /* e_phentsize */
	image_put(at + 56, 3, 2);  /* e_phnum */
	image_segment(image, 1, PT_LOAD, IMAGE_MEMORY, IMAGE_VADDR, IMAGE_PADDR_LOW, IMAGE_HALF);
	image_segment(image, 2, PT_LOAD, IMAGE_MEMORY + IMAGE_HALF, IMAGE_VADDR + IMAGE_HALF,
		      IMAGE_PADDR_HIGH, IMAGE_HALF);
}

/* With OSRELEASE, CRASHTIME and PRSTATUS of two CPUs; the caller frees it. */
static inline struct image *image_new(void)
{
	static const uint8_t prstatus[336];
	struct image *image = calloc(1, sizeof(*image));

	assert_non_null(image);
	image_header(image);
	image_note(image, "CORE", NT_PRSTATUS, prstatus, sizeof(prstatus));
	image_note(image, "CORE", NT_PRSTATUS, prstatus, sizeof(prstatus));
	strbuf_add(&image->info, "OSRELEASE=6.1.0-test\nPAGESIZE=4096\nCRASHTIME=1795256196\n");
	return image;
}

/* VMCOREINFO goes in, and the notes get their header. */
static inline void image_finish(struct image *image)
{
	assert_int_equal(image->info.error, 0);
	image_note(image, "VMCOREINFO", 0, strbuf_text(&image->info), image->info.length);
	image_segment(image, 0, PT_NOTE, IMAGE_NOTES, 0, 0, image->notes_size);
}

static inline void image_free(struct image *image)
{
	strbuf_free(&image->info);
	free(image);
}

static inline ssize_t image_read(void *context, void *buffer, size_t size, uint64_t offset)
{
	struct image *image = context;
	size_t left = offset < IMAGE_SIZE ? IMAGE_SIZE - (size_t)offset : 0;
	size_t n = size < left ? size : left;

	image->read_calls++;
	for (uint64_t at = offset & ~0xfffull; n > 0 && at < offset + n; at += 0x1000)
		if (at >= IMAGE_MEMORY)
			image->touched[(at - IMAGE_MEMORY) >> 12]++;
	if (n)
		memcpy(buffer, image->bytes + offset, n);
	return (ssize_t)n;
}

static inline struct dump_reader image_reader(struct image *image)
{
	return (struct dump_reader){ image_read, image };
}

static inline void image_save(const struct image *image, const char *path)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(image->bytes, 1, IMAGE_SIZE, file), IMAGE_SIZE);
	assert_int_equal(fclose(file), 0);
}

/* --- what was read of it --- */

/* Whose registers are there. */
static inline unsigned int crash_cpus(const struct crash_dump *dump)
{
	unsigned int n = 0;

	for (size_t i = 0; i < dump->notes.n_notes; i++)
		n += elf_note_is(&dump->notes.notes[i], "CORE", NT_PRSTATUS);
	return n;
}

/* VMCOREINFO begins with it. */
static inline void assert_release(const struct crash_dump *dump, const char *release)
{
	char line[80];
	size_t length = (size_t)snprintf(line, sizeof(line), "OSRELEASE=%s\n", release);

	assert_true(dump->info.size >= length);
	assert_memory_equal(dump->info.text, line, length);
}

/* --- the ring of Linux 5.10 and later --- */

static inline uint64_t image_text_start(const struct image *image)
{
	/* half of it in either stretch of memory, and not at the start of a page */
	return IMAGE_HALF - (1ull << image->text_bits) / 2;
}

static inline void image_ring_info(struct image *image)
{
	strbuf_addf(&image->info, "SYMBOL(prb)=%llx\n",
		    (unsigned long long)IMAGE_VADDR + IMAGE_POINTER);
	strbuf_add(&image->info, "SIZE(printk_ringbuffer)=88\n"
				 "OFFSET(printk_ringbuffer.desc_ring)=0\n"
				 "OFFSET(printk_ringbuffer.text_data_ring)=48\n"
				 "OFFSET(printk_ringbuffer.fail)=80\n"
				 "OFFSET(prb_desc_ring.count_bits)=0\n"
				 "OFFSET(prb_desc_ring.descs)=8\n"
				 "OFFSET(prb_desc_ring.infos)=16\n"
				 "OFFSET(prb_desc_ring.head_id)=24\n"
				 "OFFSET(prb_desc_ring.tail_id)=32\n"
				 "SIZE(prb_desc)=24\n"
				 "OFFSET(prb_desc.state_var)=0\n"
				 "OFFSET(prb_desc.text_blk_lpos)=8\n"
				 "OFFSET(prb_data_blk_lpos.begin)=0\n"
				 "OFFSET(prb_data_blk_lpos.next)=8\n"
				 "SIZE(printk_info)=88\n"
				 "OFFSET(printk_info.ts_nsec)=8\n"
				 "OFFSET(printk_info.text_len)=16\n"
				 "OFFSET(printk_info.caller_id)=20\n"
				 "OFFSET(prb_data_ring.size_bits)=0\n"
				 "OFFSET(prb_data_ring.data)=8\n"
				 "SIZE(atomic_long_t)=8\n"
				 "OFFSET(atomic_long_t.counter)=0\n");
}

static inline void image_ring(struct image *image, unsigned int count_bits, unsigned int text_bits)
{
	image->count_bits = count_bits;
	image->text_bits = text_bits;
	/* the kernel starts just before the ids and positions wrap */
	image->id = ((1ull << 62) - (1ull << count_bits)) & ((1ull << 62) - 1);
	image->lpos = 0ull - (1ull << text_bits);
	image_ring_info(image);
	image_put64(image, IMAGE_POINTER, IMAGE_VADDR + IMAGE_PRB);
	image_put(image_memory(image, IMAGE_PRB), count_bits, 4);
	image_put64(image, IMAGE_PRB + 8, IMAGE_VADDR + IMAGE_DESCS);
	image_put64(image, IMAGE_PRB + 16, IMAGE_VADDR + IMAGE_INFOS);
	image_put64(image, IMAGE_PRB + 32, image->id + 1);
	image_put(image_memory(image, IMAGE_PRB + 48), text_bits, 4);
	image_put64(image, IMAGE_PRB + 56, IMAGE_VADDR + image_text_start(image));
}

static inline uint64_t image_desc(struct image *image, uint64_t id)
{
	return IMAGE_DESCS + (id & ((1ull << image->count_bits) - 1)) * DESC_SIZE;
}

/* Lets go of the oldest record until the text from begin to next overwrites none. */
static inline void image_push_tail(struct image *image, uint64_t next)
{
	uint64_t size = 1ull << image->text_bits, tail;

	for (;;) {
		uint64_t begin;

		memcpy(&tail, image_memory(image, IMAGE_PRB + 32), 8);
		memcpy(&begin, image_memory(image, image_desc(image, tail) + 8), 8);
		if (((image->id - tail) & ((1ull << 62) - 1)) >= 1ull << 62 >> 1)
			return; /* it is not there yet */
		if (next - begin <= size &&
		    ((image->id - tail) & ((1ull << 62) - 1)) < (1ull << image->count_bits) - 1)
			return;
		image_put64(image, image_desc(image, tail), tail | 3ull << 62);
		image_put64(image, IMAGE_PRB + 32, (tail + 1) & ((1ull << 62) - 1));
	}
}

/* A record in the given state (2: finalized), as printk_ringbuffer.c lays it out. */
static inline void image_print_state(struct image *image, uint64_t us, const char *text,
				     unsigned int state)
{
	uint64_t size = 1ull << image->text_bits, mask = size - 1, begin = image->lpos;
	size_t length = strlen(text);
	uint64_t next = begin + 8 + ((length + 7) & ~7ull), block, desc, info;

	block = begin & mask;
	if ((begin & ~mask) != ((next - 1) & ~mask)) {
		next = (next & ~mask) + 8 + ((length + 7) & ~7ull);
		block = 0;
	}
	image_push_tail(image, next);
	image->id = (image->id + 1) & ((1ull << 62) - 1);
	desc = image_desc(image, image->id);
	info = IMAGE_INFOS + (image->id & ((1ull << image->count_bits) - 1)) * INFO_SIZE;
	image_put64(image, desc, image->id | (uint64_t)state << 62);
	image_put64(image, desc + 8, begin);
	image_put64(image, desc + 16, next);
	image_put64(image, info + 8, us * 1000);
	image_put(image_memory(image, info + 16), length, 2);
	image_put64(image, image_text_start(image) + block, image->id);
	memcpy(image_memory(image, image_text_start(image) + block + 8), text, length);
	image->lpos = next;
	image_put64(image, IMAGE_PRB + 24, image->id);
}

static inline void image_print(struct image *image, uint64_t us, const char *text)
{
	image_print_state(image, us, text, 2);
}

/* --- the buffer of Linux 3.5 to 5.9 --- */

enum {
	IMAGE_LOG_BUF = 0x20, /* the variables */
	IMAGE_LOG_LEN = 0x28,
	IMAGE_LOG_FIRST = 0x2c,
	IMAGE_LOG_NEXT = 0x30,
	IMAGE_LOG_SIZE = 0x1000,
	LOG_HEADER = 16,
};

static inline void image_buffer(struct image *image, const char *name)
{
	unsigned long long base = IMAGE_VADDR;

	strbuf_addf(&image->info,
		    "SYMBOL(log_buf)=%llx\nSYMBOL(log_buf_len)=%llx\n"
		    "SYMBOL(log_first_idx)=%llx\nSYMBOL(log_next_idx)=%llx\n",
		    base + IMAGE_LOG_BUF, base + IMAGE_LOG_LEN, base + IMAGE_LOG_FIRST,
		    base + IMAGE_LOG_NEXT);
	strbuf_addf(&image->info,
		    "SIZE(%s)=16\nOFFSET(%s.ts_nsec)=0\nOFFSET(%s.len)=8\n"
		    "OFFSET(%s.text_len)=10\nOFFSET(%s.dict_len)=12\n",
		    name, name, name, name, name);
	image_put64(image, IMAGE_LOG_BUF, IMAGE_VADDR + IMAGE_HALF - IMAGE_LOG_SIZE / 2);
	image_put(image_memory(image, IMAGE_LOG_LEN), IMAGE_LOG_SIZE, 4);
}

static inline uint32_t image_get32(struct image *image, uint64_t offset)
{
	uint32_t value;

	memcpy(&value, image_memory(image, offset), sizeof(value));
	return value;
}

/* Room for a header always stays: a length of 0 there sends the reader to the start. */
static inline void image_log(struct image *image, uint64_t us, const char *text)
{
	uint64_t base = IMAGE_HALF - IMAGE_LOG_SIZE / 2;
	uint32_t next = image_get32(image, IMAGE_LOG_NEXT);
	size_t length = strlen(text), size = (LOG_HEADER + length + 7) & ~7ul;

	if (next + size + LOG_HEADER >= IMAGE_LOG_SIZE) {
		memset(image_memory(image, base + next), 0, LOG_HEADER);
		next = 0;
	}
	image_put64(image, base + next, us * 1000);
	image_put(image_memory(image, base + next + 8), size, 2);
	image_put(image_memory(image, base + next + 10), length, 2);
	memcpy(image_memory(image, base + next + LOG_HEADER), text, length);
	image_put(image_memory(image, IMAGE_LOG_NEXT), next + size, 4);
}
