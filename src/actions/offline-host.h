/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What this kernel can do about offlining, and what it does by itself. Only
 * looks; changes nothing.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "util/root.h"

/*
 * The kernel's collector of corrected errors (CONFIG_RAS_CEC). Where it is active it
 * soft-offlines pages itself, after 2 errors on Intel, and keeps these errors
 * from EDAC and /dev/mcelog.
 */
enum offline_collector {
	COLLECTOR_UNKNOWN,
	COLLECTOR_NOT_BUILT, /* not in this kernel */
	COLLECTOR_OFF,	     /* built, but not running */
	COLLECTOR_LIKELY,    /* built, nothing turns it off; whether it runs cannot be seen */
	COLLECTOR_ACTIVE,
};

/* Texts are phrases for a person; static. */
struct offline_host {
	enum offline_collector collector;
	const char *collector_text;

	int soft_error; /* soft_offline_page: 0 it can be written, -ENOENT it is not there */
	int hard_error; /* the same for hard_offline_page; else -errno */
	const char *pages_text;

	int soft_enabled; /* vm.enable_soft_offline; -1 where the kernel has no such switch: on */
	const char *soft_text;

	int flags_error; /* /proc/kpageflags: 0 it can be read, -errno */
	const char *flags_text;

	/* The event below tracefs' events/, "ras/memory_failure_event"; NULL with failure_error. */
	const char *failure_event;
	int failure_error; /* 0, -ENOENT the kernel has none, -ENODEV no tracefs, -errno closed */
	const char *failure_text;

	uint64_t memory_kib;	/* MemTotal; 0 unknown */
	uint64_t corrupted_kib; /* HardwareCorrupted: all that is out of use, whoever did it */
};

/* Cannot fail: what cannot be seen is said to be unknown. */
void offline_host_state(const struct root *root, struct offline_host *ret_host);

/* MemTotal and HardwareCorrupted alone, as they are now. Errors: -EBADMSG, -errno. */
int offline_host_memory(const struct root *root, uint64_t *ret_memory_kib,
			uint64_t *ret_corrupted_kib);
