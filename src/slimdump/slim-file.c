// SPDX-License-Identifier: GPL-2.0-only
#include "slimdump/slim-file.h"

#include <elf.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "util/cleanup.h"

/* A file as it is written. */
struct writing {
	FILE *file;
	const struct crash_dump *dump;
	uint64_t notes_size; /* of those written */
	unsigned int n_left_out;
	char *problem;
};

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

/* Where the notes begin. */
static uint64_t headers_size(const struct crash_dump *dump)
{
	return sizeof(Elf64_Ehdr) + (1 + n_segments(dump)) * sizeof(Elf64_Phdr);
}

static void write_segments(FILE *file, const struct crash_dump *dump, uint64_t notes_size)
{
	uint64_t start = headers_size(dump);
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

static int write_note(struct writing *writing, const struct slim_note *note)
{
	Elf64_Nhdr header = {
		.n_namesz = htole32((uint32_t)strlen(note->owner) + 1),
		.n_descsz = htole32((uint32_t)note->size),
		.n_type = htole32(note->type),
	};

	writing->notes_size += note_size(note->owner, note->size);
	if (writing->notes_size > UINT32_MAX)
		return -EFBIG;
	fwrite(&header, sizeof(header), 1, writing->file);
	write_padded(writing->file, note->owner, strlen(note->owner) + 1);
	write_padded(writing->file, note->data, note->size);
	return 0;
}

/* By its place: of a damaged note the name may be anything. */
static void leave_out(struct writing *writing, const struct elf_note *note, int error)
{
	if (writing->n_left_out++ == 0)
		snprintf(writing->problem, SLIM_PROBLEM_MAX,
			 "its note of %" PRIu32 " bytes at 0x%" PRIx64 " is left out: %s",
			 note->size, note->offset,
			 error == -ENODATA ? "the file ends before it does" : strerror(-error));
}

static void count_left_out(const struct writing *writing)
{
	size_t length = strlen(writing->problem);

	if (writing->n_left_out > 1)
		snprintf(writing->problem + length, SLIM_PROBLEM_MAX - length, "; and %u more",
			 writing->n_left_out - 1);
}

/* A note is read whole before anything of it is written. */
static int copy_note(struct writing *writing, const struct elf_note *note)
{
	_cleanup_free_ uint8_t *data = NULL;
	int r = elf_note_read(note, &writing->dump->reader, &data);

	if (r == -ENOMEM)
		return r;
	if (r < 0) {
		leave_out(writing, note, r);
		return 0;
	}
	return write_note(writing, &(struct slim_note){ note->name, note->type, data, note->size });
}

static int write_notes(struct writing *writing, const struct slim_note *notes, size_t n_notes)
{
	const struct elf_notes *old = &writing->dump->notes;
	int r = 0;

	for (size_t i = 0; r == 0 && i < old->n_notes; i++)
		if (is_kept(&old->notes[i]))
			r = copy_note(writing, &old->notes[i]);
	for (size_t i = 0; r == 0 && i < n_notes; i++)
		r = write_note(writing, &notes[i]);
	count_left_out(writing);
	return r;
}

/* The headers come last: how much the notes are is known when all have been read. */
static int write_all(struct writing *writing, const struct slim_note *notes, size_t n_notes)
{
	int r;

	if (fseeko(writing->file, (off_t)headers_size(writing->dump), SEEK_SET) < 0)
		return -errno;
	r = write_notes(writing, notes, n_notes);
	if (r < 0)
		return r;
	if (fseeko(writing->file, 0, SEEK_SET) < 0)
		return -errno;
	write_header(writing->file, writing->dump);
	write_segments(writing->file, writing->dump, writing->notes_size);
	return 0;
}

/* The errno of a stream's error is gone by the time it is asked for: write it out and see. */
static int flush(FILE *file)
{
	bool failed = ferror(file) != 0;

	if (fflush(file) != 0)
		return -errno;
	if (failed)
		return -EIO;
	return fsync(fileno(file)) < 0 ? -errno : 0;
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

static int write_temporary(int fd, struct writing *writing, const struct slim_note *notes,
			   size_t n_notes)
{
	_cleanup_fclose_ FILE *file = fdopen(fd, "w");
	int r;

	if (!file) {
		r = -errno;
		close(fd);
		return r;
	}
	writing->file = file;
	r = write_all(writing, notes, n_notes);
	return r == 0 ? flush(file) : r;
}

/*
 * It may be a whole dump that lies at path, even the one that was read: it stays. Kernels
 * before 3.15 and some file systems, as NFS, cannot rename so; a link replaces nothing, either.
 */
static int publish(const char *temporary, const char *path)
{
	if (renameat2(AT_FDCWD, temporary, AT_FDCWD, path, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -errno;
	if (link(temporary, path) < 0)
		return -errno;
	unlink(temporary);
	return 0;
}

int slim_file_write(const char *path, const struct crash_dump *dump, const struct slim_note *notes,
		    size_t n_notes, uint64_t *ret_size, char problem[SLIM_PROBLEM_MAX])
{
	struct writing writing = { .dump = dump, .problem = problem };
	char temporary[PATH_MAX];
	int length = snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path);
	int fd, r;

	problem[0] = '\0';
	if (length >= (int)sizeof(temporary))
		return -ENAMETOOLONG;
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = write_temporary(fd, &writing, notes, n_notes);
	if (r == 0)
		r = publish(temporary, path);
	if (r < 0) {
		unlink(temporary);
		return r;
	}
	sync_directory(path);
	*ret_size = headers_size(dump) + writing.notes_size;
	return 0;
}
