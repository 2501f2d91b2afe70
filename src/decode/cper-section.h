/* SPDX-License-Identifier: GPL-2.0-only */
/* cper-section: one section of a record or entry of a status block, by its type. */
#pragma once

#include "decode/cper.h"

/* What stands around a section. */
struct cper_frame {
	struct cper_error error;  /* all that is not from the section itself */
	uint32_t severity;	  /* of the section, an enum cper_severity where it is one */
	uint32_t record_severity; /* of the record or block: counts where that is none */
	uint32_t flags;		  /* of the section: UEFI 2.10, N.2.3 */
};

/* One walk over sections. */
struct cper_walk {
	int (*each)(void *context, const struct cper_error *error);
	void *context;
	char *problem; /* of CPER_PROBLEM_MAX; "" as long as nothing was wrong */
	unsigned int n_calls;
	int result; /* of each: negative ends the walk */
};

/* Starts a walk; problem becomes "". */
void cper_walk_start(struct cper_walk *walk,
		     int (*each)(void *context, const struct cper_error *error), void *context,
		     char *problem);

/* What a walk returns at its end. */
int cper_walk_end(const struct cper_walk *walk);

/* Keeps the first problem of a walk. */
void cper_walk_problem(struct cper_walk *walk, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A frame in which nothing is known; a section's own severity is none, either. */
void cper_frame_start(struct cper_frame *frame);

/* The text of a FRU at offset: its first line of printable ASCII. */
void cper_fru_text(struct bytes bytes, size_t offset, char ret_text[CPER_FRU_TEXT_MAX]);

/*
 * Calls each for what lies in frame->error.body, by frame->error.type. name is
 * how problems call the section, "section 2 of 3". False: the walk is to end.
 */
bool cper_section(struct cper_walk *walk, const struct cper_frame *frame, const char *name);
