/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * crash: evidence that a boot ended in a panic: the end of a kernel log that a
 * panic left, a crash dump. A plain value; texts are printable ASCII.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-id128.h>

#include "event/record.h"

enum {
	CRASH_REASON_MAX = 256,
	CRASH_PLACE_MAX = 256,
	/* what tells of one crash may differ by this much in its time, */
	CRASH_APART_US = 60 * 1000000,
	/* and in the uptime, if one log is of an Oops and the other of the panic after it: then */
	CRASH_UPTIME_APART_US = 5 * 1000000,
	/* by less in the time */
	CRASH_LINES_APART_US = 10 * 1000000,
};

struct crash {
	enum source_id source;
	sd_id128_t boot;   /* the one that ended; null unknown */
	int64_t time_us;   /* us since the epoch; 0 unknown */
	int64_t uptime_us; /* us since that boot began, by printk; -1 unknown (nor is 0 known) */
	bool by_hardware;  /* a machine check or an error that firmware reported was the cause */
	bool is_slim;	   /* a dump without memory, because of the hardware error */
	char reason[CRASH_REASON_MAX]; /* the kernel's words, "Fatal machine check"; "" unknown */
	char place[CRASH_PLACE_MAX];   /* the file or directory that says so, below the root */
	char key[RECORD_KEY_MAX];      /* delivery key, unique for ever, as a record's */
};

enum crash_relation {
	CRASH_SAME,   /* both tell of one crash */
	CRASH_OTHER,  /* they tell of two */
	CRASH_MAY_BE, /* there is too little to go by */
};

/*
 * Whether two rows tell of the same crash. The uptime tells panics in a row apart: a boot that
 * panics at once is up again within the minute. The same uptime to the microsecond and the same
 * words are one line of one log, whatever the times.
 */
enum crash_relation crash_relation(const struct crash *a, const struct crash *b);
