/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * crash-dump: what a file that kdump left says about the crash, from its notes
 * alone: ELF core files, makedumpfile's compressed format, either of them
 * flattened, and the slim dumps of mce-slimdump. No memory of the crashed kernel
 * is read.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sources/dump-reader.h"
#include "sources/elf-notes.h"
#include "sources/vmcoreinfo.h"

/*
 * Notes of a slim dump. The first is that of the slimdump proposals of 2011: its
 * descriptor is a text that tells why there is no dump of memory. The others are
 * mce-slimdump's own, all plain text: the kernel log; the errors in it decoded, in
 * mcelog's text shape; and where the kernel log could not be read, what the log of
 * the capture kernel says of hardware errors, below a line that says so.
 */
#define NOTE_SLIM_OWNER "PANIC_MCE"
#define NOTE_OWN_OWNER	"MCELOG"

enum {
	NOTE_SLIM_TYPE = 21,
	NOTE_OWN_LOG = 0x4d430001, /* numbers that readelf takes for no register set */
	NOTE_OWN_DECODED = 0x4d430002,
	NOTE_OWN_CAPTURE_LOG = 0x4d430003, /* in place of NOTE_OWN_LOG */
};

enum crash_format {
	CRASH_ELF,
	CRASH_KDUMP, /* makedumpfile's compressed format, version 3 and later */
};

enum { CRASH_CAUSE_MAX = 512 };

struct crash_dump {
	enum crash_format format;
	bool flattened;
	struct elf_notes notes;	     /* .problem: of a file that is taken, too */
	struct dump_reader reader;   /* of the dump, unpacked from where it was flattened */
	struct vmcoreinfo info;	     /* {0}: the file has none */
	int64_t time;		     /* of the crash, seconds since the epoch; 0 unknown */
	bool slim;		     /* crashed by a hardware error, no memory dump kept: */
	char cause[CRASH_CAUSE_MAX]; /* why, one line; "" but in a slim dump */

	uint8_t *info_block;
	struct flattened *unpacked;
};

/* A struct crash_dump starts as {0}; this makes it so again. */
void crash_dump_free(struct crash_dump *dump);

/*
 * Reads what the file has. What reader reads from is used as long as the dump is.
 * On failure, too, dump->notes.problem is the reason for a person, and
 * crash_dump_free() is due. Errors: -EBADMSG (no crash dump, or nothing in it can
 * be used), -ENOMEM, -errno of the reader.
 */
int crash_dump_read(struct crash_dump *dump, const struct dump_reader *reader);

/*
 * The text of one of mce-slimdump's own notes, which the caller frees. Errors: -ENOENT,
 * as elf_note_read().
 */
int crash_dump_text(const struct crash_dump *dump, uint32_t own_type, char **ret_text,
		    size_t *ret_size);
