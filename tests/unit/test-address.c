// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether an address tells the page: with software recovery by the kernel's own
 * test (mce_usable_address(): ADDRV, MISCV, physical mode, LSB up to a page's),
 * before it by the kind of the error. Where the kernel takes AMD's poison and
 * every other vendor for usable, nothing is known here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "decode/decode.h"
#include "util/cleanup.h"

enum {
	SKYLAKE = 0x50654,
	NEHALEM = 0x106a5,
	PISTON = 0x600f20, /* AMD family 15h */
	ROME = 0x830f10,
	DHYANA = 0x900f11,
	KX7000 = 0x307b0,
};

#define SER    UINT64_C(0x1000c14) /* MCG_SER_P, MCG_TES_P, MCG_CMCI_P */
#define NO_SER UINT64_C(0x1c09)

#define INTEL(cpu, capabilities) .vendor = VENDOR_INTEL, .cpuid = cpu, .mcgcap = capabilities

struct row {
	const char *name;
	bool usable;
	uint8_t vendor;
	uint32_t cpuid;
	uint8_t bank;
	uint64_t mcgcap;
	uint32_t lacks; /* enum record_field bits; of optional registers it has all others */
	uint64_t status;
	uint64_t misc;
	uint64_t ipid;
};

static void check(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct record record = {
			.vendor = rows[i].vendor,
			.cpuid = rows[i].cpuid,
			.bank = rows[i].bank,
			.mcgcap = rows[i].mcgcap,
			.fields = (RECORD_HAS_TIME * 2 - 1) & ~rows[i].lacks,
			.status = rows[i].status,
			.misc = rows[i].misc,
			.ipid = rows[i].ipid,
			.addr = 0x12345678,
		};
		struct decoded decoded;

		decode(&record, &decoded);
		if (decoded.address_usable != rows[i].usable)
			fail_msg("%s: it is %s", rows[i].name,
				 decoded.address_usable ? "usable" : "not usable");
	}
}

/* clang-format off */

/* Status: 8c.. is VAL MISCV ADDRV, 84.. without MISCV, 88.. without ADDRV; 91 a memory read. */
static const struct row recovery[] = {
	{ "physical, a line", true, INTEL(SKYLAKE, SER), .bank = 13,
	  .status = 0x8c00000000000091, .misc = 0x086 },
	{ "physical, a byte", true, INTEL(SKYLAKE, SER), .bank = 13,
	  .status = 0x8c00000000000091, .misc = 0x080 },
	{ "physical, a page", true, INTEL(SKYLAKE, SER), .bank = 13,
	  .status = 0x8c00000000000091, .misc = 0x08c },
	{ "more than a page", false, INTEL(SKYLAKE, SER), .bank = 13,
	  .status = 0x8c00000000000091, .misc = 0x08d },
	{ "all of memory", false, INTEL(SKYLAKE, SER), .bank = 13,
	  .status = 0x8c00000000000091, .misc = 0x0bf },
	{ "segment offset", false, INTEL(SKYLAKE, SER), .bank = 13,
	  .status = 0x8c00000000000091, .misc = 0x006 },
	{ "linear", false, INTEL(SKYLAKE, SER), .bank = 13,
	  .status = 0x8c00000000000091, .misc = 0x046 },
	{ "memory address", false, INTEL(SKYLAKE, SER), .bank = 13,
	  .status = 0x8c00000000000091, .misc = 0x0c6 },
	{ "reserved mode", false, INTEL(SKYLAKE, SER), .bank = 13,
	  .status = 0x8c00000000000091, .misc = 0x106 },
	{ "physical and more", false, INTEL(SKYLAKE, SER), .bank = 13,
	  .status = 0x8c00000000000091, .misc = 0x186 },
	{ "generic", false, INTEL(SKYLAKE, SER), .bank = 13,
	  .status = 0x8c00000000000091, .misc = 0x1c6 },
	{ "other bits of MISC", true, INTEL(SKYLAKE, SER), .bank = 13,
	  .status = 0x8c00000000000091, .misc = 0x900012340c84c086 },
	{ "no MISCV", false, INTEL(SKYLAKE, SER), .bank = 13,
	  .status = 0x8400000000000091, .misc = 0x086 },
	{ "no ADDRV", false, INTEL(SKYLAKE, SER), .bank = 13,
	  .status = 0x8800000000000091, .misc = 0x086 },
	{ "ADDR not delivered", false, INTEL(SKYLAKE, SER), .bank = 13,
	  .status = 0x8c00000000000091, .misc = 0x086,
	  .lacks = RECORD_HAS_ADDR },
	{ "MISC not delivered", false, INTEL(SKYLAKE, SER), .bank = 13,
	  .status = 0x8c00000000000091,
	  .lacks = RECORD_HAS_MISC },
	{ "uncorrected", true, INTEL(SKYLAKE, SER), .bank = 1,
	  .status = 0xbd80000000000134, .misc = 0x086 },
	{ "a cache's", true, INTEL(SKYLAKE, SER), .bank = 1,
	  .status = 0x8c00000000000135, .misc = 0x086 },
	{ "filtered", true, INTEL(SKYLAKE, SER), .bank = 13,
	  .status = 0x8c00000000001091, .misc = 0x086 },
	{ "Zhaoxin", true, .vendor = VENDOR_ZHAOXIN, .cpuid = KX7000, .mcgcap = SER, .bank = 9,
	  .status = 0x8c00000000000091, .misc = 0x086 },
	{ "Zhaoxin, linear", false, .vendor = VENDOR_ZHAOXIN, .cpuid = KX7000, .mcgcap = SER, .bank = 9,
	  .status = 0x8c00000000000091, .misc = 0x046 },
};

/* MISC of that time is a syndrome, or a DIMM and a channel. */
static const struct row no_recovery[] = {
	{ "memory", true, INTEL(NEHALEM, NO_SER), .bank = 8,
	  .status = 0x8c0000400001009f, .misc = 0x7db2a00400041000 },
	{ "memory, no MISC", true, INTEL(NEHALEM, NO_SER), .bank = 8,
	  .status = 0x840000400001009f },
	{ "memory, filtered", true, INTEL(NEHALEM, NO_SER), .bank = 8,
	  .status = 0x840000400001109f },
	{ "memory, no ADDRV", false, INTEL(NEHALEM, NO_SER), .bank = 8,
	  .status = 0x880000400001009f, .misc = 0x086 },
	{ "memory, no ADDR", false, INTEL(NEHALEM, NO_SER), .bank = 8,
	  .status = 0x840000400001009f,
	  .lacks = RECORD_HAS_ADDR },
	{ "a cache's", false, INTEL(NEHALEM, NO_SER), .bank = 5,
	  .status = 0x8c00000000000135, .misc = 0x086 },
	{ "the bus's", false, INTEL(NEHALEM, NO_SER), .bank = 0,
	  .status = 0x8c00000000000e0f, .misc = 0x086 },
};

/* MCG_CAP 0 or absent: what such a CPU has; and what today's have where that is not known either. */
static const struct row unknown_capabilities[] = {
	{ "0, recovery", true, INTEL(SKYLAKE, 0), .bank = 13,
	  .status = 0x8c00000000000091, .misc = 0x086 },
	{ "0, linear", false, INTEL(SKYLAKE, 0), .bank = 13,
	  .status = 0x8c00000000000091, .misc = 0x046 },
	{ "0, no MISCV", false, INTEL(SKYLAKE, 0), .bank = 13,
	  .status = 0x8400000000000091 },
	{ "absent, recovery", true, INTEL(SKYLAKE, SER), .bank = 13,
	  .status = 0x8c00000000000091, .misc = 0x086,
	  .lacks = RECORD_HAS_MCGCAP },
	{ "absent, Nehalem", true, INTEL(NEHALEM, 0), .bank = 8,
	  .status = 0x840000400001009f,
	  .lacks = RECORD_HAS_MCGCAP },
	{ "no CPUID", false, INTEL(0, 0), .bank = 8,
	  .status = 0x840000400001009f,
	  .lacks = RECORD_HAS_CPUID | RECORD_HAS_MCGCAP },
	{ "no CPUID, physical", true, INTEL(0, 0), .bank = 8,
	  .status = 0x8c0000400001009f, .misc = 0x086,
	  .lacks = RECORD_HAS_CPUID | RECORD_HAS_MCGCAP },
};

/* Of AMD only the DRAM errors of a northbridge; UMC addresses are normalized. */
static const struct row others[] = {
	{ "northbridge DRAM", true, .vendor = VENDOR_AMD, .cpuid = PISTON, .bank = 4,
	  .status = 0x9c00400000080813 },
	{ "no ADDRV", false, .vendor = VENDOR_AMD, .cpuid = PISTON, .bank = 4,
	  .status = 0x9800400000080813, .misc = 0x086 },
	{ "northbridge link", false, .vendor = VENDOR_AMD, .cpuid = PISTON, .bank = 4,
	  .status = 0x9c00000000010813, .misc = 0x086 },
	{ "data cache", false, .vendor = VENDOR_AMD, .cpuid = PISTON, .bank = 0,
	  .status = 0x9c00400000000135, .misc = 0x086 },
	{ "another bank's 8", false, .vendor = VENDOR_AMD, .cpuid = PISTON, .bank = 1,
	  .status = 0x9c00400000080813, .misc = 0x086 },
	{ "UMC", false, .vendor = VENDOR_AMD, .cpuid = ROME, .bank = 17,
	  .status = 0x9c2040000000011b, .misc = 0x086, .ipid = 0x9600050f00 },
	{ "UMC, no IPID", false, .vendor = VENDOR_AMD, .cpuid = ROME, .bank = 17,
	  .status = 0x9c2040000000011b, .misc = 0x086,
	  .lacks = RECORD_HAS_IPID },
	{ "poison consumed", false, .vendor = VENDOR_AMD, .cpuid = ROME, .bank = 0,
	  .status = 0xbc000800000c0135, .misc = 0x086, .ipid = 0xb000000000 },
	{ "Hygon", false, .vendor = VENDOR_HYGON, .cpuid = DHYANA, .bank = 15,
	  .status = 0x9c2040000000011b, .misc = 0x086, .ipid = 0x9600050f00 },
	{ "nobody knows whom", false, .vendor = VENDOR_UNKNOWN, .cpuid = 0, .mcgcap = SER, .bank = 4,
	  .status = 0x8c00000000000091, .misc = 0x086 },
	{ "Transmeta", false, .vendor = VENDOR_TRANSMETA, .cpuid = 0x543, .mcgcap = SER, .bank = 4,
	  .status = 0x8c00000000000091, .misc = 0x086 },
};

/* Banks that the kernel makes up. */
static const struct row made_up[] = {
	{ "APEI", true, INTEL(SKYLAKE, SER), .bank = 255,
	  .status = 0x9c0000000000009f, .misc = 0x08c },
	{ "APEI, before 5.14", true, INTEL(SKYLAKE, SER), .bank = 255,
	  .status = 0x940000000000009f },
	{ "APEI, no recovery", true, INTEL(NEHALEM, NO_SER), .bank = 255,
	  .status = 0x9c0000000000009f, .misc = 0x08c },
	{ "APEI, AMD", true, .vendor = VENDOR_AMD, .cpuid = ROME, .bank = 255,
	  .status = 0x9c0000000000009f, .misc = 0x08c },
	{ "APEI, 2 MiB", false, INTEL(SKYLAKE, SER), .bank = 255,
	  .status = 0x9c0000000000009f, .misc = 0x095 },
	{ "APEI, MISC lost", false, INTEL(SKYLAKE, SER), .bank = 255,
	  .status = 0x9c0000000000009f,
	  .lacks = RECORD_HAS_MISC },
	{ "APEI, no address", false, INTEL(SKYLAKE, SER), .bank = 255,
	  .status = 0x980000000000009f, .misc = 0x08c },
	{ "thermal", false, INTEL(SKYLAKE, SER), .bank = 128,
	  .status = 0x8c00000000000091, .misc = 0x086 },
	{ "timeout", false, INTEL(SKYLAKE, SER), .bank = 218,
	  .status = 0x8c00000000000091, .misc = 0x086 },
};
/* clang-format on */

static void test_recovery(void **state)
{
	(void)state;
	check(recovery, ARRAY_SIZE(recovery));
}

static void test_no_recovery(void **state)
{
	(void)state;
	check(no_recovery, ARRAY_SIZE(no_recovery));
}

static void test_unknown_capabilities(void **state)
{
	(void)state;
	check(unknown_capabilities, ARRAY_SIZE(unknown_capabilities));
}

static void test_others(void **state)
{
	(void)state;
	check(others, ARRAY_SIZE(others));
}

static void test_made_up(void **state)
{
	(void)state;
	check(made_up, ARRAY_SIZE(made_up));
}

/* Every mode with every LSB. */
static void test_modes_and_granularities(void **state)
{
	(void)state;
	for (uint64_t misc = 0; misc < 512; misc++) {
		const struct row row = {
			"mode and LSB",	     misc >> 6 == 2 && misc % 64 <= 12,
			INTEL(SKYLAKE, SER), .status = 0x8c00000000000091,
			.misc = misc,
		};

		check(&row, 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recovery),
		cmocka_unit_test(test_no_recovery),
		cmocka_unit_test(test_unknown_capabilities),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_made_up),
		cmocka_unit_test(test_modes_and_granularities),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
