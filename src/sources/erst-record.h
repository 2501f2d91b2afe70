/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * erst-record: records of ERST, the store of firmware that keeps errors over a
 * reboot (ACPI 6.5, 18.5), as far as a source has to know them: whose they are,
 * and which bytes of them pstore would show. What they mean is decode's to say.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "event/firmware.h"
#include "util/bytes.h"

enum { ERST_RECORD_MAX = 16384 }; /* the kernel's own limit of one record */

enum erst_creator {
	ERST_LINUX,   /* pstore and the machine check code: all that pstore shows */
	ERST_FMPM,    /* AMD's FRU memory poison manager, which wants its list again at boot */
	ERST_FOREIGN, /* a test, a tool, firmware itself */
};

struct erst_record {
	uint64_t id;
	enum erst_creator creator;
	bool is_log;	    /* a part of a kernel log, which pstore shows as dmesg-erst-ID */
	bool is_compressed; /* of such a one: as raw deflate */
	/*
	 * Of a record with one section and all its bytes: the section's, as pstore has
	 * them in its file. Else empty: such a record is not one that Linux writes.
	 */
	struct bytes body;
};

/* Reads the headers of a CPER record. Errors: -EBADMSG: it is none. */
int erst_record_parse(struct bytes bytes, struct erst_record *ret_record);

/*
 * pstore's name of an error that is no part of a kernel log, "<kind>-erst-<id>"; the
 * kinds are mce, unknown, and the cper-mem, cper-pcie, cper-proc-arm and so on of patched
 * kernels. Errors: -EINVAL: it is another file; -EBADMSG: such a name, but not with an ID.
 */
int erst_parse_name(const char *name, uint64_t *ret_id);

#define ERST_NO_ID "its name does not end in the ID of a record" /* of -EBADMSG, for a person */

/*
 * What is in such a file, for whoever takes it apart: form, bytes, severity, name, time and
 * ID are set. A file that has lost its headers is judged as what a kernel writes as it
 * goes down: fatal.
 */
struct firmware erst_file_firmware(const char *path, uint64_t id, struct bytes content);
