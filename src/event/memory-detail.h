/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memory-detail: what an EDAC driver says about a memory error beside its
 * machine-check record: the tracepoint ras:mc_event (Linux
 * include/ras/ras_event.h). A plain value; texts are printable ASCII.
 */
#pragma once

#include <stdint.h>
#include <systemd/sd-id128.h>

#include "event/decoded.h"
#include "event/record.h"

enum { MEMORY_MSG_MAX = 128, MEMORY_DRIVER_MAX = 1024, MEMORY_LAYERS = 3 };

struct memory_detail {
	const char *type; /* "Corrected", "Uncorrected", "Deferred", "Fatal", "Info"; static */
	uint32_t count;
	char msg[MEMORY_MSG_MAX];      /* "memory read error" */
	char label[DECODED_LABEL_MAX]; /* of the DIMM or DIMMs; "" where the driver names none */
	char driver_detail[MEMORY_DRIVER_MAX];
	int32_t mc; /* number of the memory controller, as in /sys/devices/system/edac/mc */
	int32_t layers[MEMORY_LAYERS]; /* top, middle, lower, in the driver's own units; -1 unknown
					*/
	uint64_t address;	       /* 0: the driver had none */
	uint8_t grain_bits;	       /* how many low bits of the address mean nothing */
	uint64_t syndrome;
	struct location location; /* what driver_detail says in words */

	/* delivery */
	sd_id128_t boot; /* the boot in which it happened */
	struct ring_place ring;
	int64_t time_us;	  /* the ring's stamp as us since the epoch; 0 unknown */
	char key[RECORD_KEY_MAX]; /* "trace:...", as records have it */
};

/* The name of the kernel's enum hw_event_mc_err_type. Static. */
const char *memory_detail_type(uint64_t type);

/*
 * Whether the text of a label names DIMMs: "any memory" and "unknown memory"
 * of edac_mc.c do not.
 */
bool memory_detail_is_label(const char *label);

/*
 * What a driver_detail text says of the place, in the words of the drivers
 * listed in the .c; all other fields become LOCATION_UNKNOWN, so does one that
 * is said twice and differently.
 */
void memory_detail_locate(const char *driver_detail, struct location *ret_location);
