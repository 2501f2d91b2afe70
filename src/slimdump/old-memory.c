// SPDX-License-Identifier: GPL-2.0-only
#include "slimdump/old-memory.h"

#include <errno.h>

#include "util/cleanup.h"

/* Where the kernel's text and data are mapped on x86-64: __START_KERNEL_map, 1 GiB at most. */
#define KERNEL_MAP	0xffffffff80000000ull
#define KERNEL_MAP_SIZE 0x40000000ull

/* A stretch of the file with the physical address it is a copy of. */
struct run {
	uint64_t paddr;
	uint64_t offset;
	uint64_t size;
};

static bool run_in(const struct elf_segment *load, uint64_t distance, struct run *ret_run)
{
	if (distance >= load->size)
		return false;
	ret_run->paddr = load->paddr + distance;
	ret_run->offset = load->offset + distance;
	ret_run->size = load->size - distance;
	return true;
}

static bool find_virtual(const struct elf_notes *notes, uint64_t vaddr, struct run *ret_run)
{
	for (size_t i = 0; i < notes->n_loads; i++) {
		const struct elf_segment *load = &notes->loads[i];

		if (load->vaddr != UINT64_MAX && vaddr >= load->vaddr &&
		    run_in(load, vaddr - load->vaddr, ret_run))
			return true;
	}
	return false;
}

/* For dumps whose segments have no virtual addresses: the kernel's own mapping. */
static bool find_physical(const struct crash_dump *dump, uint64_t vaddr, struct run *ret_run)
{
	uint64_t base, paddr;

	if (vaddr < KERNEL_MAP || vaddr - KERNEL_MAP >= KERNEL_MAP_SIZE ||
	    vmcoreinfo_number(dump->info, "NUMBER(phys_base)", &base) < 0)
		return false;
	paddr = vaddr - KERNEL_MAP + base;
	for (size_t i = 0; i < dump->notes.n_loads; i++) {
		const struct elf_segment *load = &dump->notes.loads[i];

		if (paddr >= load->paddr && run_in(load, paddr - load->paddr, ret_run))
			return true;
	}
	return false;
}

static bool find_run(const struct crash_dump *dump, uint64_t vaddr, struct run *ret_run)
{
	return find_virtual(&dump->notes, vaddr, ret_run) || find_physical(dump, vaddr, ret_run);
}

/* One walk to look, before one byte is read, and a second one that reads. */
static int walk(const struct old_memory *memory, uint64_t vaddr, char *buffer, size_t size)
{
	while (size > 0) {
		struct run run;
		size_t part;
		int r = 0;

		if (!find_run(memory->dump, vaddr, &run))
			return -EFAULT;
		part = run.size < size ? (size_t)run.size : size;
		if (poison_hits(memory->poison, run.paddr, part))
			return -EHWPOISON;
		if (buffer) {
			r = dump_read(&memory->dump->reader, buffer, part, run.offset);
			buffer += part;
		}
		if (r < 0)
			return r;
		vaddr += part;
		size -= part;
	}
	return 0;
}

int old_memory_read(const struct old_memory *memory, uint64_t vaddr, void *buffer, size_t size)
{
	int r = size > UINT64_MAX - vaddr ? -EFAULT : walk(memory, vaddr, NULL, size);

	return r < 0 ? r : walk(memory, vaddr, buffer, size);
}

int old_memory_read_block(const struct old_memory *memory, uint64_t vaddr, uint64_t size,
			  uint64_t limit, uint8_t **ret_block)
{
	_cleanup_free_ uint8_t *block = NULL;
	int r;

	if (size == 0 || size > limit)
		return -EFBIG;
	block = malloc((size_t)size);
	if (!block)
		return -ENOMEM;
	r = old_memory_read(memory, vaddr, block, (size_t)size);
	if (r < 0)
		return r;
	*ret_block = take_ptr(block);
	return 0;
}
