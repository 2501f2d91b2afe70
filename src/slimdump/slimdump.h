/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * slimdump: mce-slimdump without its command line: from a crash dump to a slim
 * one, or to the word that this crash wants a whole one.
 */
#pragma once

#include <stdbool.h>

struct slimdump_options {
	const char *vmcore;
	const char *out;  /* may be NULL for a dry run */
	const char *kmsg; /* the capture kernel's log, with the addresses not to be read */
	bool dry_run;
};

/* The exit status. */
enum slimdump_status {
	SLIMDUMP_SAVED = 0, /* or would be, in a dry run: no whole dump is needed */
	SLIMDUMP_ERROR = 1,
	SLIMDUMP_ASIDE = 2, /* not because of the hardware: let the whole dump be made */
};

/* Says on stdout what was done, on stderr what went wrong; one line each. */
enum slimdump_status slimdump_run(const struct slimdump_options *options);
