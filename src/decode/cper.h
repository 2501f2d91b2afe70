/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cper: Common Platform Error Records, in which firmware and kernels keep errors
 * over a reboot: UEFI specification 2.10, appendix N; and the status blocks of
 * ACPI that carry the same sections: ACPI specification 6.5, 18.3.2.7.1.
 *
 * Total and pure: any bytes give an answer, nothing is allocated or logged,
 * nothing is read beyond the bytes given.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-id128.h>

#include "event/decoded.h"
#include "event/record.h"
#include "util/bytes.h"

enum { CPER_PROBLEM_MAX = 160, CPER_FRU_TEXT_MAX = 21 };

/* UEFI N.2.1: what error_severity and section_severity say. */
enum cper_severity {
	CPER_RECOVERABLE = 0,
	CPER_FATAL = 1,
	CPER_CORRECTED = 2,
	CPER_INFORMATIONAL = 3,
};

/* What a section holds, and so what the caller has to do with it. */
enum cper_kind {
	CPER_ERROR,	    /* decoded says what it means */
	CPER_MACHINE_CHECK, /* record has a bank's registers, for decode() */
	CPER_STRUCT_MCE,    /* body is a kernel's struct mce; record has none of its registers */
	CPER_KERNEL_LOG,    /* body is the end of a kernel's log, in parts */
	CPER_KERNEL_LOG_Z,  /* the same as raw deflate */
	CPER_STATE,	    /* what a kernel wants to know again; it tells of no new error */
};

/*
 * One section. GUIDs are in the order in which they are printed, null where the
 * record does not have one. Of record the caller fills source, boot and key.
 *
 * record.cpu is RECORD_NO_CPU: no section names Linux's CPU. Of CPER_MACHINE_CHECK
 * vendor, bank, registers, APIC ID and CPUID are set; of all others bank is 255,
 * which is the kernel's own for what firmware reported, status is 0, and addr is
 * the physical address where there is one. time_us is from the record or the
 * entry, 0 where that has none: records of the Linux kernel have it in their ID
 * or in the struct mce. replayed is the flag "previous error".
 */
struct cper_error {
	enum cper_kind kind;
	struct record record;
	struct decoded decoded; /* CPER_ERROR and CPER_STATE only */
	struct bytes body;	/* of the section: a part of the bytes given */
	uint64_t record_id;	/* 0 where there is no record around it */
	unsigned int section;	/* from 0, counted over all blocks of a region */
	unsigned int part;	/* from 0: a section may hold several machine checks */
	uint32_t severity;	/* enum cper_severity; others: neither section nor record has one */
	sd_id128_t type;	/* of the section */
	sd_id128_t creator;
	sd_id128_t notification;
	sd_id128_t platform;
	sd_id128_t partition;
	sd_id128_t fru_id;
	char fru_text[CPER_FRU_TEXT_MAX]; /* printable ASCII; "" none */
	bool imprecise;			  /* time_us is near the error, not of it */
	bool simulated;			  /* the error was injected for a test */
	/* SMBIOS type 17 handle of the memory module, which names it for certain; -1 none. */
	int32_t module_handle;
};

/*
 * Takes a record apart and calls each for every section; a negative result of
 * each ends that and is returned. What lies beyond the record's own length is not looked
 * at; records of kernels that store a pointer instead of an offset (the section
 * then begins at 200) are read all the same. A section that is shorter than its
 * kind gives what it has.
 *
 * problem becomes "" or the first thing that was wrong, in words: "section 2 of
 * 3: its 400 bytes go past the end of the record"; the rest is read all the same.
 *
 * Returns the number of calls of each. Errors: -EBADMSG, nothing could be used.
 */
int cper_parse(struct bytes bytes, int (*each)(void *context, const struct cper_error *error),
	       void *context, char problem[CPER_PROBLEM_MAX]);

/*
 * The same for a generic error status block, and for a region of several (BERT).
 * A region without entries is an error-free one: 0. The kernel zeroes the status
 * word of blocks that it has printed at boot, so what counts is their lengths.
 */
int cper_parse_status(struct bytes bytes,
		      int (*each)(void *context, const struct cper_error *error), void *context,
		      char problem[CPER_PROBLEM_MAX]);

/*
 * The same for one section alone, as pstore shows a record without its headers.
 * severity is an enum cper_severity; others are unknown.
 */
int cper_parse_section(sd_id128_t type, uint32_t severity, struct bytes body,
		       int (*each)(void *context, const struct cper_error *error), void *context,
		       char problem[CPER_PROBLEM_MAX]);

/*
 * The kind of a section that lost its headers: by the prefix of pstore's file
 * name ("cper-mem-", "cper-pcie-", "cper-proc-arm-", "mce-"), else by size and
 * content. Null: nothing is known of it.
 */
sd_id128_t cper_guess_type(const char *name, struct bytes body);

/* When a record was written, by its header alone, us since the epoch; 0: that does not say. */
int64_t cper_record_time_us(struct bytes record);

/* What a section of that type holds, in words: "memory error". Static; NULL unknown. */
const char *cper_type_name(sd_id128_t type);
