/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * elf-notes: headers and notes of ELF64 core files of x86-64 kernels: /proc/vmcore,
 * copies of it, what makedumpfile -E and mce-slimdump write (System V ABI, "ELF-64
 * Object File Format"; Linux fs/proc/vmcore.c, include/uapi/linux/elf.h).
 *
 * Total on any bytes: what is wrong is named, what was read before it is kept.
 * Memory is bounded, whatever sizes the file claims; descriptors and segments
 * are not read, only where they are is told.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sources/dump-reader.h"

enum {
	ELF_PROBLEM_MAX = 160,
	ELF_NOTE_NAME_MAX = 16,
	ELF_SEGMENTS_MAX = 1 << 16,
	ELF_NOTES_MAX = 1 << 15,     /* two for each CPU of the largest kernel, and some */
	ELF_NOTE_DATA_MAX = 1 << 23, /* of a descriptor that is worth reading */
};

/* A PT_LOAD: memory of the crashed kernel and where the file has it. */
struct elf_segment {
	uint64_t offset;
	uint64_t vaddr; /* as the crashed kernel saw it; all ones: not told */
	uint64_t paddr;
	uint64_t size; /* in the file; the rest of memory_size is not there */
	uint64_t memory_size;
};

struct elf_note {
	char name[ELF_NOTE_NAME_MAX]; /* of the owner, cut where it is longer */
	uint32_t type;
	uint32_t size;	 /* of the descriptor, bytes */
	uint64_t offset; /* of the descriptor, in the file */
};

struct elf_notes {
	struct elf_note *notes;
	size_t n_notes;
	struct elf_segment *loads; /* in the file's order */
	size_t n_loads;
	char problem[ELF_PROBLEM_MAX]; /* the first thing that was wrong; "" */
};

/* A struct elf_notes starts as {0}; this makes it so again. */
void elf_notes_free(struct elf_notes *notes);

/*
 * Reads a file's headers and notes. notes->problem says what is wrong with a
 * file that is taken, too. Errors: -EBADMSG (notes->problem says why it is
 * nothing to be read here), -ENOMEM, -errno of the reader.
 */
int elf_notes_read(struct elf_notes *notes, const struct dump_reader *reader);

/*
 * Adds the notes in size bytes at offset, of what then must be notes only.
 * Errors: -ENOMEM, -errno of the reader; what is wrong in the bytes is a problem.
 */
int elf_notes_add_range(struct elf_notes *notes, const struct dump_reader *reader, uint64_t offset,
			uint64_t size);

/* The first note of that owner and type; NULL: none. */
const struct elf_note *elf_notes_find(const struct elf_notes *notes, const char *name,
				      uint32_t type);

/* Whether the note is of that owner and type. */
bool elf_note_is(const struct elf_note *note, const char *name, uint32_t type);

/*
 * The descriptor, with a NUL behind it; the caller frees it. Errors: -EFBIG (more
 * than ELF_NOTE_DATA_MAX), -ENOMEM, -ENODATA (the file ends before), -errno.
 */
int elf_note_read(const struct elf_note *note, const struct dump_reader *reader,
		  uint8_t **ret_data);

/* Keeps the first reason: what comes later is often its consequence. */
void elf_notes_complain(struct elf_notes *notes, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
