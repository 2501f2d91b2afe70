/* SPDX-License-Identifier: GPL-2.0-only */
/* Two events for tests of what prints them: one with everything, one with nothing. */
#pragma once

#include <string.h>

#include "event/event.h"

#define SAMPLE_EVENT_ID                                                                            \
	SD_ID128_MAKE(00, 11, 22, 33, 44, 55, 66, 77, 88, 99, aa, bb, cc, dd, ee, ff)
#define SAMPLE_INCIDENT_ID                                                                         \
	SD_ID128_MAKE(0f, 1e, 2d, 3c, 4b, 5a, 69, 78, 87, 96, a5, b4, c3, d2, e1, f0)
#define SAMPLE_BOOT_ID SD_ID128_MAKE(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, aa, ab, ac, ad, ae, af)

/* An AMD memory error with every register, place and both kinds of facts. */
static inline struct event full_event(void)
{
	struct event event = {
		.id = SAMPLE_EVENT_ID,
		.incident = SAMPLE_INCIDENT_ID,
		.seq = 42,
		.sources = 1u << SOURCE_TRACE | 1u << SOURCE_ERST,
		.record = {
			.status = 0xdc2040000000011b,
			.addr = 0x3f5e1c0,
			.misc = 0xd01a000900000000,
			.mcgstatus = 0x5,
			.mcgcap = 0x1000c17,
			.synd = 0x9f4a0a800a0006,
			.ipid = 0x9600650f00,
			.synd1 = 0x415f3050204d4d44,
			.synd2 = 0x30,
			.ppin = 0x2b3c4d5e6f708192,
			.tsc = 0x5d24e3d93,
			.ip = 0xffffffffb14592eb,
			.walltime = 1795212210,
			.cpu = 3,
			.apicid = 0x12c,
			.socketid = 12,
			.cpuid = 0xa20f12,
			.microcode = 0xa201210,
			.cs = 0x10,
			.bank = 17,
			.vendor = VENDOR_AMD,
			.fields = RECORD_HAS_TIME * 2 - 1,
			.source = SOURCE_TRACE,
			.replayed = true,
			.time_us = 1795212210123456,
			.ring_time_us = 1795212210123457,
			.boot = SAMPLE_BOOT_ID,
		},
		.decoded = {
			.severity = SEVERITY_CORRECTED,
			.class = CLASS_MEMORY,
			.vendor = "AMD",
			.cpu_name = "Zen 3 (Vermeer)",
			.family = 25,
			.model = 33,
			.stepping = 2,
			.bank_type = "UMC",
			.count = 2,
			.overflow = true,
			.location = { 12, 1, 0, 1, 2, 3, 4, 5, 6, 7 },
			.label = "P0_A0",
			.mca = "DRAM ECC error",
			.n_facts = 2,
			.facts = {
				{ "addr_valid", "MCi_ADDR is valid", 1 },
				{ "row", "Row with \"quotes\"", 0x123 },
			},
		},
	};

	return event;
}

/* What a source that has only status, CPU and bank gives, before the first commit. */
static inline struct event empty_event(void)
{
	struct event event = {
		.record = {
			.status = 1ull << 63,
			.vendor = VENDOR_UNKNOWN,
			.source = SOURCE_TEXT,
		},
		.decoded = { .vendor = "unknown", .count = 1, .mca = "no error code" },
	};

	memset(&event.decoded.location, 0xff, sizeof(event.decoded.location));
	return event;
}
