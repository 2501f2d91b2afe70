// SPDX-License-Identifier: GPL-2.0-only
/* Which record a detail belongs to: each row is a ring as it is read, one entry after the other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "details.h"
#include "util/cleanup.h"

static const sd_id128_t boot_a =
	SD_ID128_MAKE(aa, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11, 11);
static const sd_id128_t boot_b =
	SD_ID128_MAKE(bb, 22, 22, 22, 22, 22, 22, 22, 22, 22, 22, 22, 22, 22, 22, 22);

enum kind {
	END,
	MEMORY,	    /* a memory record with a usable address */
	NORMALIZED, /* one whose address is none of the system's */
	CACHE,	    /* no memory record */
	DETAIL,
};

enum { MS = 1000000, PAIRED_WITH_NONE = 0, STEPS_MAX = 8, PID = 20, OTHER_PID = 31 };

struct step {
	enum kind kind;
	uint64_t address;
	unsigned int partner; /* DETAIL: number of the step, from 1, that it belongs to; 0 none */
	uint64_t at;	      /* ms; 0: 1 ms after the step before */
	unsigned int cpu;
	unsigned int pid; /* 0: PID */
	unsigned int grain_bits;
	bool boot_b;
};

static const struct {
	const char *name;
	struct step steps[STEPS_MAX];
} rows[] = {
	{ "the usual", { { MEMORY, 0x12345040 }, { DETAIL, 0x12345000, 1 } } },
	{ "one record, two details",
	  { { MEMORY, 0x12345040 }, { DETAIL, 0x12345040, 1 }, { DETAIL, 0x12345040, 0 } } },
	{ "two records, one detail",
	  { { MEMORY, 0x12345040 }, { MEMORY, 0x12345080 }, { DETAIL, 0x12345000, 2 } } },
	{ "two records, two details",
	  { { MEMORY, 0x12345040 },
	    { DETAIL, 0x12345040, 1 },
	    { MEMORY, 0x12345040 },
	    { DETAIL, 0x12345040, 3 } } },
	{ "others between",
	  { { MEMORY, 0x12345040 },
	    { CACHE, 0x12345040 },
	    { MEMORY, 0x7000 },
	    { DETAIL, 0x12345040, 1 },
	    { DETAIL, 0x7fff, 3 } } },
	{ "detail first", { { DETAIL, 0x12345040, 0 }, { MEMORY, 0x12345040 } } },
	{ "another page", { { MEMORY, 0x12345fff }, { DETAIL, 0x12346000, 0 } } },
	{ "a grain of 64 KiB",
	  { { MEMORY, 0x12345fff }, { DETAIL, 0x12346000, .partner = 1, .grain_bits = 16 } } },
	{ "outside of the grain",
	  { { MEMORY, 0x12345fff }, { DETAIL, 0x12350000, .partner = 0, .grain_bits = 16 } } },
	{ "a grain that makes no sense",
	  { { MEMORY, 0x1000 }, { DETAIL, 0x1000, .partner = 0, .grain_bits = 200 } } },
	{ "no address from the driver", { { MEMORY, 0x200 }, { DETAIL, 0, 0 } } },
	{ "not of memory", { { CACHE, 0x12345040 }, { DETAIL, 0x12345040, 0 } } },
	{ "another CPU's ring",
	  { { MEMORY, 0x12345040, .cpu = 1 }, { DETAIL, 0x12345040, .partner = 0 } } },
	{ "another boot",
	  { { MEMORY, 0x12345040, .boot_b = true }, { DETAIL, 0x12345040, .partner = 0 } } },
	{ "another thread, but the address",
	  { { MEMORY, 0x12345040 }, { DETAIL, 0x12345040, .partner = 1, .pid = OTHER_PID } } },
	{ "a second later",
	  { { MEMORY, 0x1000, .at = 500 }, { DETAIL, 0x1000, .partner = 1, .at = 1500 } } },
	{ "later than that",
	  { { MEMORY, 0x1000, .at = 500 }, { DETAIL, 0x1000, .partner = 0, .at = 1501 } } },
	{ "earlier by the clock",
	  { { MEMORY, 0x1000, .at = 500 }, { DETAIL, 0x1000, .partner = 0, .at = 499 } } },

	{ "normalized", { { NORMALIZED, 0x40 }, { DETAIL, 0, 1 } } },
	{ "normalized, translated by the driver", { { NORMALIZED, 0x40 }, { DETAIL, 0x9000, 1 } } },
	{ "normalized, another thread",
	  { { NORMALIZED, 0x40 }, { DETAIL, 0, .partner = 0, .pid = OTHER_PID } } },
	{ "normalized, a record between",
	  { { NORMALIZED, 0x40 }, { CACHE, 0 }, { DETAIL, 0, 0 } } },
	{ "normalized, something of another CPU between",
	  { { NORMALIZED, 0x40 }, { CACHE, 0, .cpu = 1 }, { DETAIL, 0, 1 } } },
	{ "normalized, a detail between that has no record",
	  { { NORMALIZED, 0x40 },
	    { DETAIL, 0, .partner = 0, .pid = OTHER_PID },
	    { DETAIL, 0, 0 } } },
	{ "normalized, twice",
	  { { NORMALIZED, 0x40 },
	    { DETAIL, 0, 1 },
	    { NORMALIZED, 0x40 },
	    { DETAIL, 0, 3 },
	    { DETAIL, 0, 0 } } },
	{ "normalized twice, of the first there was no detail",
	  { { NORMALIZED, 0x40 }, { NORMALIZED, 0x40 }, { DETAIL, 0, 2 }, { DETAIL, 0, 0 } } },
};

static struct ring_place place_of(const struct step *step, unsigned int number)
{
	return (struct ring_place){
		.time = (step->at ? step->at : number) * MS,
		.cpu = step->cpu,
		.pid = step->pid ? step->pid : PID,
	};
}

static void note(struct details *details, const struct step *step, unsigned int number)
{
	struct event event = {
		.record = {
			.addr = step->address,
			.ring = place_of(step, number),
			.boot = step->boot_b ? boot_b : boot_a,
		},
		.decoded = {
			.class = step->kind == CACHE ? CLASS_CACHE : CLASS_MEMORY,
			.address_usable = step->kind != NORMALIZED,
		},
	};

	snprintf(event.record.key, sizeof(event.record.key), "record:%u", number);
	details_note(details, &event);
}

static const struct details_partner *pair(struct details *details, const struct step *step,
					  unsigned int number)
{
	const struct memory_detail detail = {
		.address = step->address,
		.grain_bits = (uint8_t)step->grain_bits,
		.ring = place_of(step, number),
		.boot = step->boot_b ? boot_b : boot_a,
	};

	return details_pair(details, &detail);
}

static void test_pairing(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct details *details;

		assert_int_equal(details_new(&details), 0);
		for (unsigned int n = 1; n <= STEPS_MAX && rows[i].steps[n - 1].kind != END; n++) {
			const struct step *step = &rows[i].steps[n - 1];
			const struct details_partner *partner;
			char expected[RECORD_KEY_MAX];

			if (step->kind != DETAIL) {
				note(details, step, n);
				continue;
			}
			partner = pair(details, step, n);
			snprintf(expected, sizeof(expected), "record:%u", step->partner);
			if (!partner != !step->partner ||
			    (partner && strcmp(partner->key, expected) != 0))
				fail_msg("%s: step %u has %s", rows[i].name, n,
					 partner ? partner->key : "none");
			assert_int_equal(details_has(details, expected), step->partner != 0);
		}
		details_free(details);
	}
}

/* What did not come from a ring has no detail, and is not in between either. */
static void test_other_sources(void **state)
{
	const struct step record = { NORMALIZED, 0x40 }, detail = { DETAIL, 0 };
	struct event event = { .decoded.class = CLASS_MEMORY, .record.key = "erst:1" };
	struct details *details;

	(void)state;
	assert_int_equal(details_new(&details), 0);
	details_note(details, &event);
	assert_null(pair(details, &detail, 1));
	note(details, &record, 2);
	details_note(details, &event);
	assert_non_null(pair(details, &detail, 3));
	details_free(details);
}

static void test_stored(void **state)
{
	const struct step record = { MEMORY, 0x1000 }, detail = { DETAIL, 0x1000 };
	struct details *details;

	(void)state;
	assert_int_equal(details_new(&details), 0);
	note(details, &record, 1);
	note(details, &record, 2);
	details_stored(details, "record:1", 77);
	details_stored(details, "record:9", 78);
	assert_int_equal(pair(details, &detail, 3)->seq, 0);
	assert_int_equal(pair(details, &detail, 4)->seq, 77);

	/* another database: what was stored is gone, what was not is still to come */
	note(details, &record, 5);
	note(details, &record, 6);
	details_stored(details, "record:6", 79);
	details_forget(details);
	assert_string_equal(pair(details, &detail, 7)->key, "record:5");
	assert_null(pair(details, &detail, 8));
	details_free(details);
}

/* A storm drives old ones out, and nothing else. */
static void test_many(void **state)
{
	const struct step record = { MEMORY, 0x1000 }, detail = { DETAIL, 0x1000 };
	struct details *details;
	unsigned int paired = 0;

	(void)state;
	assert_int_equal(details_new(&details), 0);
	for (unsigned int i = 0; i < 3 * DETAILS_KEPT + 5; i++) {
		struct step step = record;

		step.at = 1;
		note(details, &step, i);
	}
	while (pair(details, &detail, 2))
		paired++;
	assert_int_equal(paired, DETAILS_KEPT);
	details_free(details);
}

static void test_apply(void **state)
{
	struct memory_detail detail = { .label = "DIMM_A1" };
	struct decoded decoded = { .location = { 1, -1, 2, -1, -1, -1, -1, -1, -1, 9 } };

	(void)state;
	memory_detail_locate("socket:0 rank:3 row:0x10 col:4", &detail.location);
	details_apply(&detail, &decoded);
	assert_int_equal(decoded.location.socket, 1); /* the registers said so */
	assert_int_equal(decoded.location.rank, 3);
	assert_int_equal(decoded.location.row, 16);
	assert_int_equal(decoded.location.column, 9);
	assert_int_equal(decoded.location.dimm, LOCATION_UNKNOWN);
	assert_string_equal(decoded.label, "DIMM_A1");
	strcpy(detail.label, "DIMM_B1");
	details_apply(&detail, &decoded);
	assert_string_equal(decoded.label, "DIMM_A1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pairing), cmocka_unit_test(test_other_sources),
		cmocka_unit_test(test_stored),	cmocka_unit_test(test_many),
		cmocka_unit_test(test_apply),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
