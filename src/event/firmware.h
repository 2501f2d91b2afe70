/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * firmware: errors in the form in which firmware or a kernel laid them down for
 * the next boot, as bytes: what is in them is decode's to say (decode/cper.h).
 * A plain value, but for the bytes, which belong to who hands it over.
 */
#pragma once

#include <stdint.h>
#include <systemd/sd-id128.h>

#include "event/decoded.h"
#include "event/record.h"
#include "util/bytes.h"

enum firmware_form {
	FIRMWARE_RECORD,  /* a whole CPER record: UEFI 2.10, N.2 */
	FIRMWARE_STATUS,  /* generic error status blocks, as in BERT: ACPI 6.5, 18.3.2.7.1 */
	FIRMWARE_SECTION, /* one section's body, which lost its headers */
};

enum { FIRMWARE_NAME_MAX = 256, FIRMWARE_LABEL_MAX = 64 };

struct firmware {
	enum firmware_form form;
	struct bytes bytes;
	sd_id128_t type;   /* FIRMWARE_SECTION: of the section; null: to be guessed from name */
	uint32_t severity; /* FIRMWARE_SECTION: enum cper_severity; UINT32_MAX unknown */
	char name[FIRMWARE_NAME_MAX]; /* of the file or device, for messages */
	/*
	 * Where a kernel's log is the source: the DIMM as SMBIOS names it, printable ASCII.
	 * The bytes then lack the handle that the kernel found it by. "" unknown.
	 */
	char label[FIRMWARE_LABEL_MAX];
	/*
	 * What the kernel's EDAC printed of a machine check, or of what firmware reported, in a
	 * form that has no place for count and place; they are not looked at elsewhere.
	 */
	bool edac;
	uint32_t count; /* of errors, at least 1 */
	struct location place;

	/* delivery, as struct record has it; those of the errors in it that know better win */
	enum source_id source;
	bool replayed;	 /* it happened before this boot */
	int64_t time_us; /* us since the epoch; 0 unknown */
	sd_id128_t boot; /* null unknown */
	/*
	 * What makes its delivery keys: "<source>:<id>:<hash of the body>" with the ID
	 * of the record, or without one "<source>:<hash of the body>"; further errors of
	 * one body have ":<number>" behind it. So the same record is one delivery,
	 * whether pstore shows its body or a device all of it. Where the boot error region
	 * has the same content as once before and the boot that it is of did not end in order
	 * either, the store adds ":<ID of that boot>".
	 *
	 * Of text there is no ID, and the same DIMM may fail in the same words every
	 * hour: here it is a hash of what is the same in every copy of the log, the
	 * number and time of the line and the number of the error among those of its
	 * block. Not of the wall time, which a longer copy of the log may tell better.
	 */
	uint64_t record_id; /* 0: none, or the one in the record */
};

/* The delivery key above, of the number'th error of a body, from 0. */
void firmware_key(enum source_id source, uint64_t record_id, struct bytes body, unsigned int number,
		  char ret_key[RECORD_KEY_MAX]);

/*
 * The first of CPER records that lie one after the other, as long as it says it is, or all that
 * there is where that cannot be; empty where the bytes do not begin with one.
 */
struct bytes firmware_first_record(struct bytes bytes);

/*
 * What is kept of an error that firmware reported without a bank's registers, so that a later
 * program may read it anew: one section's body. A null type or an empty body: nothing.
 */
struct section {
	sd_id128_t type;
	uint32_t severity; /* enum cper_severity; others are unknown */
	struct bytes body; /* borrowed */
};

enum { SECTION_BODY_MAX = 64 << 10 }; /* what is longer is kept up to there */
