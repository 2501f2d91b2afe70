/* SPDX-License-Identifier: GPL-2.0-only */
/* text-message: what one message, whole and without a prefix, says. For text.c. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sources/text-fields.h"
#include "sources/text-records.h"

/* What earlier messages say about later ones. */
struct text_messages {
	struct text_records records;
	bool decoded; /* within mcelog's decoded output: its words belong to the record */
	uint32_t cpu; /* of the last CPU line, for kernels that put banks on their own lines */
	uint64_t mcgstatus;
	bool has_cpu;
	bool incident; /* it was a line of take_incident(): its banks are whole lines */
	bool final;    /* no more lines can come: half a number is all there is */
};

/* Puts a message, not empty, into the record it belongs to, or begins one with it. */
enum verdict text_take_message(struct text_messages *messages, struct span span,
			       const struct text_prefix *prefix);
