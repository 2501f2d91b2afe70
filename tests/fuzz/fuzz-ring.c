// SPDX-License-Identifier: GPL-2.0-only
/*
 * A ring page of anything: the input is a page as trace_pipe_raw gives it.
 * Each is read with the page layout of 64-bit and of 32-bit kernels, and with
 * an event that has vendor data,
 * and with what EDAC drivers say.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sources/ring.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LAYOUTS = 2 };

static const char *const headers[LAYOUTS] = {
	"\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n"
	"\tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;\n"
	"\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;\n"
	"\tfield: char data;\toffset:16;\tsize:4080;\tsigned:0;\n",
	"\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n"
	"\tfield: local_t commit;\toffset:8;\tsize:4;\tsigned:1;\n"
	"\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;\n"
	"\tfield: char data;\toffset:12;\tsize:4084;\tsigned:0;\n",
};

#define FIELD(type, name, offset, size)                                                            \
	"\tfield:" type " " name ";\toffset:" offset ";\tsize:" size ";\tsigned:0;\n"
static const char format[] = "name: mce_record\nID: 113\nformat:\n" FIELD(
	"unsigned short", "common_type", "0",
	"2") FIELD("unsigned char", "common_flags", "2",
		   "1") FIELD("unsigned char", "common_preempt_count", "3",
			      "1") FIELD("int", "common_pid", "4",
					 "4") "\n" FIELD("u64", "mcgcap", "8",
							 "8") FIELD("u64", "mcgstatus", "16", "8")
	FIELD("u64", "status", "24", "8") FIELD("u64", "addr", "32", "8") FIELD(
		"u64", "misc", "40",
		"8") FIELD("u64", "synd", "48",
			   "8") FIELD("u64", "ipid", "56", "8")
		FIELD("u64", "ip", "64", "8") FIELD("u64", "tsc", "72", "8") FIELD(
			"u64", "ppin", "80", "8") FIELD("u64", "walltime", "88", "8")
			FIELD("u32", "cpu", "96", "4") FIELD("u32", "cpuid", "100", "4") FIELD(
				"u32", "apicid",
				"104", "4") FIELD("u32", "socketid", "108", "4")
				FIELD("u8", "cs", "112", "1") FIELD("u8", "bank", "113", "1")
					FIELD("u8", "cpuvendor", "114",
					      "1") FIELD("u32", "microcode", "116", "4")
						FIELD("__data_loc u8[]", "v_data", "120",
						      "4") "\nprint fmt: \"CPU: %d\", REC->cpu\n";

static const char detail_format[] = "name: mc_event\nID: 522\nformat:\n" FIELD(
	"unsigned short", "common_type", "0",
	"2") FIELD("unsigned char", "common_flags", "2",
		   "1") FIELD("unsigned char", "common_preempt_count", "3",
			      "1") FIELD("int", "common_pid", "4",
					 "4") "\n" FIELD("unsigned int", "error_type", "8", "4")
	FIELD("__data_loc char[]", "msg", "12", "4") FIELD("__data_loc char[]", "label", "16", "4")
		FIELD("u16", "error_count", "20", "2") FIELD("u8", "mc_index", "22", "1") FIELD(
			"s8", "top_layer", "23", "1") FIELD("s8", "middle_layer", "24", "1")
			FIELD("s8", "lower_layer", "25", "1") FIELD("long", "address", "32", "8")
				FIELD("u8", "grain_bits", "40", "1") FIELD("long", "syndrome", "48",
									   "8")
					FIELD("__data_loc char[]", "driver_detail", "56",
					      "4") "\nprint fmt: \"%d\", REC->error_count\n";

static int take_record(void *context, struct record *record, const struct ring_cursor *at)
{
	uint64_t *sum = context;

	*sum += record->status + record->synd1 + record->synd2 + at->time + at->ordinal;
	return 0;
}

static int take_detail(void *context, struct memory_detail *detail, const struct ring_cursor *at)
{
	uint64_t *sum = context;

	*sum += detail->address + strlen(detail->label) + strlen(detail->driver_detail) + at->time;
	if (strlen(detail->msg) >= sizeof(detail->msg) || !detail->type)
		abort();
	return 0;
}

static int take_missed(void *context, uint64_t count)
{
	*(uint64_t *)context += count;
	return 0;
}

static struct ring *make_ring(const char *header)
{
	char why[RING_WHY_MAX];
	struct ring *ring;

	if (ring_new(format, strlen(format), header, strlen(header), &ring, why) < 0) {
		fprintf(stderr, "%s\n", why);
		abort();
	}
	if (ring_add_detail(ring, detail_format, strlen(detail_format), why) < 0) {
		fprintf(stderr, "%s\n", why);
		abort();
	}
	return ring;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ring *rings[LAYOUTS]; /* of the process: making one is dear */
	uint64_t sum = 0;
	const struct ring_sink sink = {
		.record = take_record,
		.detail = take_detail,
		.missed = take_missed,
		.context = &sum,
	};

	for (size_t i = 0; i < LAYOUTS; i++) {
		struct ring_cursor cursor = { 0 };
		char why[RING_WHY_MAX];

		if (!rings[i])
			rings[i] = make_ring(headers[i]);
		if (ring_page(rings[i], data, size, &cursor, &sink, why) < 0 && !why[0])
			abort();
		ring_page_filled(data, size);
	}
	return 0;
}
