// SPDX-License-Identifier: GPL-2.0-only
#include "sources/crash-dump.h"

#include <errno.h>
#include <string.h>

#include "sources/flattened.h"
#include "sources/kdump-header.h"
#include "util/cleanup.h"

enum { INFO_MAX = 1 << 16 };

void crash_dump_free(struct crash_dump *dump)
{
	elf_notes_free(&dump->notes);
	free(dump->info_block);
	if (dump->unpacked)
		flattened_free(dump->unpacked);
	*dump = (struct crash_dump){ 0 };
}

static int unpack(struct crash_dump *dump, const struct dump_reader *reader)
{
	int r = flattened_open(reader, &dump->unpacked);

	dump->reader = *reader;
	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return r;
	dump->flattened = true;
	dump->reader = flattened_reader(dump->unpacked);
	return 0;
}

static int keep_info(struct crash_dump *dump, uint64_t offset, uint64_t size)
{
	int r = dump_read_block(&dump->reader, offset, size, INFO_MAX, &dump->info_block);

	if (r == -ENODATA || r == -EFBIG) {
		elf_notes_complain(&dump->notes, "VMCOREINFO: its %llu bytes %s",
				   (unsigned long long)size,
				   r == -EFBIG ? "are too many" : "go past the end of the file");
		return 0;
	}
	if (r < 0)
		return r;
	dump->info = (struct vmcoreinfo){ (char *)dump->info_block, size };
	return 0;
}

/* Version 3 of the compressed format has VMCOREINFO beside the notes, not among them. */
static int read_kdump(struct crash_dump *dump)
{
	struct kdump_header header;
	int r = kdump_header_read(&dump->reader, &header);

	if (r < 0)
		return r;
	dump->format = CRASH_KDUMP;
	if (!header.x86_64) {
		elf_notes_complain(&dump->notes, "not of an x86-64 kernel");
		return -EBADMSG;
	}
	dump->time = header.time;
	r = elf_notes_add_range(&dump->notes, &dump->reader, header.notes_offset,
				header.notes_size);
	if (r == 0 && header.info_size > 0)
		r = keep_info(dump, header.info_offset, header.info_size);
	return r;
}

static int read_format(struct crash_dump *dump)
{
	int r = read_kdump(dump);

	return r == -ENOENT ? elf_notes_read(&dump->notes, &dump->reader) : r;
}

static int find_info(struct crash_dump *dump)
{
	const struct elf_note *note = elf_notes_find(&dump->notes, "VMCOREINFO", 0);

	return note && !dump->info.text ? keep_info(dump, note->offset, note->size) : 0;
}

static int take_cause(struct crash_dump *dump)
{
	const struct elf_note *note = elf_notes_find(&dump->notes, NOTE_SLIM_OWNER, NOTE_SLIM_TYPE);
	_cleanup_free_ uint8_t *text = NULL;
	int r;

	if (!note)
		return 0;
	dump->slim = true;
	r = elf_note_read(note, &dump->reader, &text);
	if (r == -EFBIG || r == -ENODATA) {
		elf_notes_complain(&dump->notes, "the note %s cannot be read", NOTE_SLIM_OWNER);
		return 0;
	}
	if (r < 0)
		return r;
	for (size_t i = 0; i < CRASH_CAUSE_MAX - 1 && text[i]; i++)
		dump->cause[i] = text[i] >= ' ' && text[i] <= '~' ? (char)text[i] : ' ';
	return 0;
}

static void take_time(struct crash_dump *dump)
{
	uint64_t time = 0;
	int r = vmcoreinfo_number(dump->info, "CRASHTIME", &time);

	if (r == 0 && time <= UINT32_MAX)
		dump->time = (int64_t)time;
	else if (r != -ENOENT)
		elf_notes_complain(&dump->notes, "VMCOREINFO: CRASHTIME is no time that can be");
}

int crash_dump_read(struct crash_dump *dump, const struct dump_reader *reader)
{
	int r = unpack(dump, reader);

	if (r == 0)
		r = read_format(dump);
	if (r == 0)
		r = find_info(dump);
	if (r == 0)
		r = take_cause(dump);
	if (r < 0) {
		elf_notes_complain(&dump->notes, "%s", strerror(-r));
		return r;
	}
	take_time(dump);
	if (dump->notes.n_notes > 0 || dump->info.text)
		return 0;
	elf_notes_complain(&dump->notes, "it has no notes");
	return -EBADMSG;
}

int crash_dump_text(const struct crash_dump *dump, uint32_t own_type, char **ret_text,
		    size_t *ret_size)
{
	const struct elf_note *note = elf_notes_find(&dump->notes, NOTE_OWN_OWNER, own_type);
	uint8_t *text;
	int r;

	if (!note)
		return -ENOENT;
	r = elf_note_read(note, &dump->reader, &text);
	if (r < 0)
		return r;
	*ret_text = (char *)text;
	*ret_size = note->size;
	return 0;
}
