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

enum { CRASH_REASON_MAX = 256, CRASH_PLACE_MAX = 256 };

struct crash {
	enum source_id source;
	sd_id128_t boot;  /* the one that ended; null unknown */
	int64_t time_us;  /* us since the epoch; 0 unknown */
	bool by_hardware; /* a machine check or an error that firmware reported was the cause */
	bool is_slim;	  /* a dump without memory, because of the hardware error */
	char reason[CRASH_REASON_MAX]; /* the kernel's words, "Fatal machine check"; "" unknown */
	char place[CRASH_PLACE_MAX];   /* the file or directory that says so, below the root */
	char key[RECORD_KEY_MAX];      /* delivery key, unique for ever, as a record's */
};
