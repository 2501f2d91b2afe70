// SPDX-License-Identifier: GPL-2.0-only
#include "slimdump/slim-file.h"

#include <elf.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "util/cleanup.h"

/* Of the segments: one header is for the notes, and 0xffff has a meaning of its own. */
enum { LOADS_MAX = PN_XNUM - 2 };

static size_t padded(size_t size)
{
	return (size + 3) & ~(size_t)3;
}

static uint64_t note_size(const char *owner, size_t size)
{
	return sizeof(Elf64_Nhdr) + padded(strlen(owner) + 1) + padded(size);
}

static bool is_kept(const struct elf_note *note)
{
	return note->size <= ELF_NOTE_DATA_MAX;
}

static uint64_t all_notes_size(const struct crash_dump *dump, const struct slim_note *notes,
			       size_t n_notes)
{
	uint64_t size = 0;

	for (size_t i = 0; i < dump->notes.n_notes; i++)
		if (is_kept(&dump->notes.notes[i]))
			size += note_size(dump->notes.notes[i].name, dump->notes.notes[i].size);
	for (size_t i = 0; i < n_notes; i++)
		size += note_size(notes[i].owner, notes[i].size);
	return size;
}

static size_t n_segments(const struct crash_dump *dump)
{
	return dump->notes.n_loads < LOADS_MAX ? dump->notes.n_loads : LOADS_MAX;
}

static void write_header(FILE *file, const struct crash_dump *dump)
{
	Elf64_Ehdr header = {
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
			     EV_CURRENT },
		.e_type = htole16(ET_CORE),
		.e_machine = htole16(EM_X86_64),
		.e_version = htole32(EV_CURRENT),
		.e_phoff = htole64(sizeof(Elf64_Ehdr)),
		.e_ehsize = htole16(sizeof(Elf64_Ehdr)),
		.e_phentsize = htole16(sizeof(Elf64_Phdr)),
		.e_phnum = htole16((uint16_t)(1 + n_segments(dump))),
	};

	fwrite(&header, sizeof(header), 1, file);
}

static void write_segments(FILE *file, const struct crash_dump *dump, uint64_t notes_size)
{
	uint64_t start = sizeof(Elf64_Ehdr) + (1 + n_segments(dump)) * sizeof(Elf64_Phdr);
	Elf64_Phdr header = {
		.p_type = htole32(PT_NOTE),
		.p_offset = htole64(start),
		.p_filesz = htole64(notes_size),
		.p_align = htole64(4),
	};

	fwrite(&header, sizeof(header), 1, file);
	for (size_t i = 0; i < n_segments(dump); i++) {
		const struct elf_segment *load = &dump->notes.loads[i];

		header = (Elf64_Phdr){
			.p_type = htole32(PT_LOAD),
			.p_flags = htole32(PF_R | PF_W | PF_X),
			.p_offset = htole64(start + notes_size),
			.p_vaddr = htole64(load->vaddr),
			.p_paddr = htole64(load->paddr),
			.p_memsz = htole64(load->memory_size),
		};
		fwrite(&header, sizeof(header), 1, file);
	}
}

static void write_padded(FILE *file, const void *data, size_t size)
{
	static const char zeros[4];

	fwrite(data, 1, size, file);
	fwrite(zeros, 1, padded(size) - size, file);
}

static void write_note(FILE *file, const struct slim_note *note)
{
	Elf64_Nhdr header = {
		.n_namesz = htole32((uint32_t)strlen(note->owner) + 1),
		.n_descsz = htole32((uint32_t)note->size),
		.n_type = htole32(note->type),
	};

	fwrite(&header, sizeof(header), 1, file);
	write_padded(file, note->owner, strlen(note->owner) + 1);
	write_padded(file, note->data, note->size);
}

static int copy_note(FILE *file, const struct crash_dump *dump, const struct elf_note *note)
{
	_cleanup_free_ uint8_t *data = NULL;
	int r = elf_note_read(note, &dump->reader, &data);

	if (r < 0)
		return r;
	write_note(file, &(struct slim_note){ note->name, note->type, data, note->size });
	return 0;
}

static int write_all(FILE *file, const struct crash_dump *dump, const struct slim_note *notes,
		     size_t n_notes)
{
	uint64_t size = all_notes_size(dump, notes, n_notes);

	if (size > UINT32_MAX)
		return -EFBIG;
	write_header(file, dump);
	write_segments(file, dump, size);
	for (size_t i = 0; i < dump->notes.n_notes; i++) {
		int r = is_kept(&dump->notes.notes[i])
				? copy_note(file, dump, &dump->notes.notes[i])
				: 0;

		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < n_notes; i++)
		write_note(file, &notes[i]);
	return 0;
}

/* The errno of a stream's error is gone by the time it is asked for: write it out and see. */
static int flush(FILE *file, uint64_t *ret_size)
{
	bool failed = ferror(file) != 0;
	off_t size;

	if (fflush(file) != 0)
		return -errno;
	if (failed)
		return -EIO;
	if (fsync(fileno(file)) < 0)
		return -errno;
	size = ftello(file);
	if (size < 0)
		return -errno;
	*ret_size = (uint64_t)size;
	return 0;
}

/* The name is on disk only after this; that it cannot be done everywhere is no failure. */
static void sync_directory(const char *path)
{
	_cleanup_free_ char *copy = strdup(path);
	_cleanup_close_ int fd = -1;

	if (!copy)
		return;
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		fsync(fd);
}

static int write_temporary(const char *temporary, int fd, const struct crash_dump *dump,
			   const struct slim_note *notes, size_t n_notes, const char *path,
			   uint64_t *ret_size)
{
	_cleanup_fclose_ FILE *file = fdopen(fd, "w");
	uint64_t size = 0;
	int r;

	if (!file) {
		r = -errno;
		close(fd);
		return r;
	}
	r = write_all(file, dump, notes, n_notes);
	if (r == 0)
		r = flush(file, &size);
	/* it may be a whole dump that lies there, even the one that was read */
	if (r == 0 && access(path, F_OK) == 0)
		r = -EEXIST;
	if (r == 0 && rename(temporary, path) < 0)
		r = -errno;
	if (r < 0)
		return r;
	*ret_size = size;
	return 0;
}

int slim_file_write(const char *path, const struct crash_dump *dump, const struct slim_note *notes,
		    size_t n_notes, uint64_t *ret_size)
{
	char temporary[PATH_MAX];
	int length = snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path);
	int fd, r;

	if (length >= (int)sizeof(temporary))
		return -ENAMETOOLONG;
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = write_temporary(temporary, fd, dump, notes, n_notes, path, ret_size);
	if (r < 0)
		unlink(temporary);
	else
		sync_directory(path);
	return r;
}
