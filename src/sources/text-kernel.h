/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * text-kernel: the lines of kernels and of Xen that say a CPU, a bank and its
 * status; and what lines say about later ones. For text-message.c.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sources/text-fields.h"
#include "sources/text-records.h"

/* What a line says about its CPU. */
struct text_cpu_line {
	uint32_t cpu;
	uint64_t mcgstatus;
	bool incident; /* a line of text_take_incident(): its banks are whole lines */
};

/* What earlier messages say about later ones. */
struct text_messages {
	struct text_records records;
	struct text_cpu_line line; /* the last, for kernels that put banks on their own lines */
	bool has_cpu;
	bool decoded;	   /* within mcelog's decoded output: its words belong to the record */
	bool decoded_any;  /* the text_prefix.any of its first line */
	unsigned int idle; /* lines without a meaning since one that changed the above */
	bool final;	   /* no more lines can come: half a number is all there is */
};

/*
 * "Bank 4: b200000000070f0f", on old kernels and Xen followed by "[misc]" and
 * " at addr"; span begins with "Bank", line is what was said about the CPU.
 */
enum verdict text_take_bank(struct text_messages *messages, struct span span,
			    const struct text_cpu_line *line, const struct text_prefix *prefix);

/*
 * "CPU 0: Machine Check Exception: 5 Bank 4: b200000000070f0f", or without
 * "Exception" for a bank that was polled; span is behind "CPU 0:". In Linux 2.4
 * the line ends before "Bank": it is held for the banks' lines, and passed on.
 */
enum verdict text_take_machine_check(struct text_messages *messages, struct span span, uint64_t cpu,
				     const struct text_prefix *prefix);

/*
 * "... correctable incident occurred on CPU 1.", "CMCI occurred on CPU 2.", of
 * Xen and of Linux 2.6 on i386: then come lines of its banks.
 */
enum verdict text_take_incident(struct text_messages *messages, struct span span,
				const struct text_prefix *prefix);
