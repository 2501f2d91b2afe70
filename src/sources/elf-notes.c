// SPDX-License-Identifier: GPL-2.0-only
#include "sources/elf-notes.h"

#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "util/bytes.h"
#include "util/cleanup.h"

/* Offsets in Elf64_Ehdr, Elf64_Phdr and Elf64_Shdr: fields are read byte by byte, never cast. */
enum header_field {
	EH_TYPE = 16,
	EH_MACHINE = 18,
	EH_PHOFF = 32,
	EH_SHOFF = 40,
	EH_PHENTSIZE = 54,
	EH_PHNUM = 56,
	EH_SIZE = 64,
	PH_OFFSET = 8,
	PH_VADDR = 16,
	PH_PADDR = 24,
	PH_FILESZ = 32,
	PH_MEMSZ = 40,
	PH_SIZE = 56,
	SH_INFO = 44,
	SH_SIZE = 64,
	NOTE_SIZE = 12,
};

struct header {
	uint64_t phoff;
	uint32_t phnum;
};

void elf_notes_free(struct elf_notes *notes)
{
	free(notes->notes);
	free(notes->loads);
	*notes = (struct elf_notes){ 0 };
}

void elf_notes_complain(struct elf_notes *notes, const char *format, ...)
{
	va_list arguments;

	if (notes->problem[0])
		return;
	va_start(arguments, format);
	vsnprintf(notes->problem, sizeof(notes->problem), format, arguments);
	va_end(arguments);
}

static int refuse(struct elf_notes *notes, const char *reason)
{
	elf_notes_complain(notes, "%s", reason);
	return -EBADMSG;
}

bool elf_note_is(const struct elf_note *note, const char *name, uint32_t type)
{
	return note->type == type && strcmp(note->name, name) == 0;
}

const struct elf_note *elf_notes_find(const struct elf_notes *notes, const char *name,
				      uint32_t type)
{
	for (size_t i = 0; i < notes->n_notes; i++)
		if (elf_note_is(&notes->notes[i], name, type))
			return &notes->notes[i];
	return NULL;
}

int elf_note_read(const struct elf_note *note, const struct dump_reader *reader, uint8_t **ret_data)
{
	return dump_read_block(reader, note->offset, note->size, ELF_NOTE_DATA_MAX, ret_data);
}

/* Room for one more row: what is grown doubles at every power of two. */
static int grow(void **rows, size_t n, size_t row_size)
{
	void *grown;

	if (n & (n - 1))
		return 0;
	grown = reallocarray(*rows, n ? 2 * n : 1, row_size);
	if (!grown)
		return -ENOMEM;
	*rows = grown;
	return 0;
}

static int add_note(struct elf_notes *notes, const struct elf_note *note)
{
	void *rows = notes->notes;
	int r = grow(&rows, notes->n_notes, sizeof(*note));

	if (r < 0)
		return r;
	notes->notes = rows;
	notes->notes[notes->n_notes++] = *note;
	return 0;
}

static int add_load(struct elf_notes *notes, struct bytes header)
{
	void *rows = notes->loads;
	int r = grow(&rows, notes->n_loads, sizeof(*notes->loads));

	if (r < 0)
		return r;
	notes->loads = rows;
	notes->loads[notes->n_loads++] = (struct elf_segment){
		.offset = bytes_u64(header, PH_OFFSET),
		.vaddr = bytes_u64(header, PH_VADDR),
		.paddr = bytes_u64(header, PH_PADDR),
		.size = bytes_u64(header, PH_FILESZ),
		.memory_size = bytes_u64(header, PH_MEMSZ),
	};
	return 0;
}

/* Owner and descriptor are padded to 4 bytes each. */
static uint64_t padded(uint32_t size)
{
	return ((uint64_t)size + 3) & ~3ull;
}

/*
 * One note at offset, of at most size bytes. Returns how many it takes with its
 * padding, 0 where no more follow (each CPU's buffer ends with zeros), or -errno.
 */
static int64_t take_note(struct elf_notes *notes, const struct dump_reader *reader, uint64_t offset,
			 uint64_t size)
{
	uint8_t raw[NOTE_SIZE + ELF_NOTE_NAME_MAX] = { 0 };
	struct bytes header = { raw, sizeof(raw) };
	size_t wanted = size < sizeof(raw) ? (size_t)size : sizeof(raw);
	ssize_t n = reader->read(reader->context, raw, wanted, offset);
	struct elf_note note = { 0 };
	uint32_t name_size = bytes_u32(header, 0);
	uint64_t start = NOTE_SIZE + padded(name_size);
	int r;

	if (n < 0)
		return n;
	if (n < NOTE_SIZE) {
		elf_notes_complain(notes, "the file ends before its note at 0x%" PRIx64, offset);
		return 0;
	}
	note.size = bytes_u32(header, 4);
	note.type = bytes_u32(header, 8);
	note.offset = offset + start;
	if (name_size == 0 && note.size == 0 && note.type == 0)
		return 0;
	if (start + note.size > size) {
		elf_notes_complain(notes,
				   "note at 0x%" PRIx64 ": its %" PRIu64
				   " bytes go past the end of the notes",
				   offset, start + note.size);
		return 0;
	}
	/* The name's NUL counts; where it is missing or cut, ours ends it. */
	memcpy(note.name, raw + NOTE_SIZE,
	       name_size < ELF_NOTE_NAME_MAX ? name_size : ELF_NOTE_NAME_MAX - 1);
	r = add_note(notes, &note);
	if (r < 0)
		return r;
	return (int64_t)(start + padded(note.size));
}

int elf_notes_add_range(struct elf_notes *notes, const struct dump_reader *reader, uint64_t offset,
			uint64_t size)
{
	if (size > UINT64_MAX - offset) {
		elf_notes_complain(notes, "the notes at 0x%" PRIx64 " have no end", offset);
		return 0;
	}
	while (size >= NOTE_SIZE) {
		int64_t taken;

		if (notes->n_notes >= ELF_NOTES_MAX) {
			elf_notes_complain(notes, "more than %d notes, the rest is left out",
					   ELF_NOTES_MAX);
			return 0;
		}
		taken = take_note(notes, reader, offset, size);
		if (taken <= 0)
			return (int)taken;
		if ((uint64_t)taken >= size)
			return 0;
		offset += (uint64_t)taken;
		size -= (uint64_t)taken;
	}
	return 0;
}

static int take_program_header(struct elf_notes *notes, const struct dump_reader *reader,
			       struct bytes header)
{
	switch (bytes_u32(header, 0)) {
	case PT_NOTE:
		return elf_notes_add_range(notes, reader, bytes_u64(header, PH_OFFSET),
					   bytes_u64(header, PH_FILESZ));
	case PT_LOAD:
		return add_load(notes, header);
	}
	return 0;
}

static int read_program_headers(struct elf_notes *notes, const struct dump_reader *reader,
				const struct header *header)
{
	for (uint32_t i = 0; i < header->phnum; i++) {
		uint8_t raw[PH_SIZE];
		int r = dump_read(reader, raw, sizeof(raw), header->phoff + (uint64_t)i * PH_SIZE);

		if (r == -ENODATA) {
			elf_notes_complain(notes, "the file ends within its program headers");
			return i > 0 ? 0 : -EBADMSG;
		}
		if (r == 0)
			r = take_program_header(notes, reader, (struct bytes){ raw, sizeof(raw) });
		if (r < 0)
			return r;
	}
	return 0;
}

static const char *why_refused(struct bytes header)
{
	if (memcmp(header.data, ELFMAG, SELFMAG) != 0)
		return "not an ELF file";
	if (header.data[EI_CLASS] != ELFCLASS64)
		return "not a 64-bit ELF file";
	if (header.data[EI_DATA] != ELFDATA2LSB)
		return "not a little-endian ELF file";
	if (bytes_u16(header, EH_TYPE) != ET_CORE)
		return "not a core file";
	if (bytes_u16(header, EH_MACHINE) != EM_X86_64)
		return "not of an x86-64 kernel";
	if (bytes_u16(header, EH_PHENTSIZE) != PH_SIZE)
		return "its program headers have an unknown size";
	return NULL;
}

/* With 0xffff or more program headers their number is in the first section header. */
static int read_extended_count(struct elf_notes *notes, const struct dump_reader *reader,
			       uint64_t offset, uint32_t *ret_phnum)
{
	uint8_t raw[SH_SIZE];
	int r = offset ? dump_read(reader, raw, sizeof(raw), offset) : -ENODATA;

	if (r == -ENODATA)
		return refuse(notes, "the number of its program headers is missing");
	if (r < 0)
		return r;
	*ret_phnum = bytes_u32((struct bytes){ raw, sizeof(raw) }, SH_INFO);
	return 0;
}

static int read_header(struct elf_notes *notes, const struct dump_reader *reader,
		       struct header *ret_header)
{
	uint8_t raw[EH_SIZE];
	struct bytes bytes = { raw, sizeof(raw) };
	struct header header;
	const char *reason;
	int r = dump_read(reader, raw, sizeof(raw), 0);

	if (r == -ENODATA)
		return refuse(notes, "too short for an ELF header");
	if (r < 0)
		return r;
	reason = why_refused(bytes);
	if (reason)
		return refuse(notes, reason);
	header.phoff = bytes_u64(bytes, EH_PHOFF);
	header.phnum = bytes_u16(bytes, EH_PHNUM);
	if (header.phnum == PN_XNUM)
		r = read_extended_count(notes, reader, bytes_u64(bytes, EH_SHOFF), &header.phnum);
	if (r < 0)
		return r;
	if (header.phnum > ELF_SEGMENTS_MAX)
		return refuse(notes, "it claims more program headers than can be");
	if (header.phoff > INT64_MAX)
		return refuse(notes, "its program headers are past the end of any file");
	*ret_header = header;
	return 0;
}

int elf_notes_read(struct elf_notes *notes, const struct dump_reader *reader)
{
	struct header header;
	int r = read_header(notes, reader, &header);

	return r < 0 ? r : read_program_headers(notes, reader, &header);
}
