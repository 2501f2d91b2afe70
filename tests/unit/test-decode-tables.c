// SPDX-License-Identifier: GPL-2.0-only
/* Every row of the decode tables is reached and says what its manual says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "decode/cpu-models.h"
#include "decode/cpu-names.h"
#include "decode/decode.h"
#include "decode/severity.h"
#include "decode/smca.h"
#include "event/bits.h"
#include "util/cleanup.h"

enum {
	CPUID_SKYLAKE_SP = 0x50654,
	CPUID_K10 = 0x100f42,
	CPUID_BULLDOZER = 0x600f12,
	CPUID_MILAN = 0xa00f11,
};

#define UC  (STATUS_VAL | STATUS_UC | STATUS_EN)
#define CAP (MCG_SER_P | MCG_TES_P | MCG_CMCI_P)

/* A status that one rule decides. mcgcap 0 stands for a record without it. */
struct severity_case {
	enum mca_rules rules;
	const char *rule;
	uint64_t status;
	uint64_t mcgcap;
	uint64_t mcgstatus;
	uint32_t cpuid;
	enum severity severity;
};

/* clang-format off */
#define INTEL(name, bits, level) \
	.rules = RULES_INTEL, .rule = (name), .status = (bits), .severity = SEVERITY_##level, \
	.cpuid = CPUID_SKYLAKE_SP
#define AMD(kind, id, name, bits, level) \
	.rules = RULES_##kind, .rule = (name), .status = (bits), .severity = SEVERITY_##level, \
	.cpuid = (id)
#define COMMON(name, bits, level) \
	.rules = RULES_COMMON, .rule = (name), .status = (bits), .severity = SEVERITY_##level

static const struct severity_case severity_cases[] = {
	{ INTEL("not valid", UC & ~STATUS_VAL, UNKNOWN) },
	{ INTEL("corrected", STATUS_VAL, CORRECTED) },
	{ INTEL("corrected", STATUS_VAL | STATUS_PCC | STATUS_S | STATUS_AR, CORRECTED) },
	{ INTEL("context corrupt, not enabled", STATUS_VAL | STATUS_UC | STATUS_PCC, UNCORRECTED) },
	{ INTEL("context corrupt", STATUS_VAL | STATUS_UC | STATUS_PCC | STATUS_OVER, FATAL) },
	{ INTEL("context corrupt", STATUS_VAL | STATUS_UC | STATUS_PCC, FATAL), .mcgcap = 6 },
	{ INTEL("context corrupt", UC | STATUS_PCC, FATAL) },
	{ INTEL("context corrupt", UC | STATUS_PCC | STATUS_S | STATUS_AR, FATAL) },
	{ INTEL("exception without recovery", UC, FATAL), .mcgcap = 6, .mcgstatus = MCG_MCIP },
	{ INTEL("exception without recovery", UC, FATAL), .mcgcap = 6,
	  .mcgstatus = MCG_MCIP | MCG_RIPV },
	{ INTEL("no recovery support", UC, UNCORRECTED), .mcgcap = 6 },
	{ INTEL("no recovery support", UC | STATUS_AR, UNCORRECTED), .mcgcap = 6 },
	{ INTEL("illegal S 0 AR 1", UC | STATUS_AR, FATAL) },
	{ INTEL("UCNA", UC, UCNA) },
	{ INTEL("UCNA", UC | STATUS_OVER, UCNA), .mcgcap = CAP },
	{ INTEL("UCNA", STATUS_VAL | STATUS_UC, UCNA), .mcgcap = CAP },
	{ INTEL("SRAO", UC | STATUS_S, ACTION_OPTIONAL) },
	{ INTEL("SRAO", UC | STATUS_S | STATUS_OVER, ACTION_OPTIONAL), .mcgcap = CAP },
	{ INTEL("SRAR, overflow", UC | STATUS_S | STATUS_AR | STATUS_OVER, FATAL) },
	{ INTEL("SRAR, not enabled", STATUS_VAL | STATUS_UC | STATUS_S | STATUS_AR, UNCORRECTED) },
	{ INTEL("SRAR", UC | STATUS_S | STATUS_AR, ACTION_REQUIRED) },
	{ INTEL("SRAR", UC | STATUS_S | STATUS_AR, ACTION_REQUIRED), .mcgcap = CAP,
	  .mcgstatus = MCG_MCIP | MCG_EIPV },
	{ INTEL("SRAR", UC | STATUS_S | STATUS_AR, ACTION_REQUIRED), .mcgcap = CAP,
	  .mcgstatus = MCG_MCIP },

	{ AMD(SMCA, CPUID_MILAN, "not valid", UC & ~STATUS_VAL, UNKNOWN) },
	{ AMD(SMCA, CPUID_MILAN, "context corrupt", UC | STATUS_PCC, FATAL) },
	{ AMD(SMCA, CPUID_MILAN, "context corrupt", UC | STATUS_PCC | STATUS_POISON, FATAL) },
	{ AMD(AMD,  CPUID_K10, "uncorrected, overflow", UC | STATUS_OVER, FATAL) },
	{ AMD(AMD,  CPUID_BULLDOZER, "uncorrected", UC | STATUS_OVER, UNCORRECTED) },
	{ AMD(SMCA, CPUID_MILAN, "uncorrected", UC | STATUS_OVER, UNCORRECTED) },
	{ AMD(SMCA, CPUID_MILAN, "poison consumed", UC | STATUS_POISON, ACTION_REQUIRED) },
	{ AMD(AMD,  CPUID_BULLDOZER, "poison consumed", UC | STATUS_POISON, ACTION_REQUIRED) },
	{ AMD(AMD,  CPUID_K10, "uncorrected", UC | STATUS_POISON, UNCORRECTED) },
	{ AMD(SMCA, CPUID_MILAN, "task context corrupt", UC | STATUS_TCC, ACTION_REQUIRED) },
	{ AMD(AMD,  CPUID_BULLDOZER, "uncorrected", UC | STATUS_TCC, UNCORRECTED) },
	{ AMD(SMCA, CPUID_MILAN, "uncorrected", UC, UNCORRECTED) },
	{ AMD(SMCA, CPUID_MILAN, "deferred", STATUS_VAL | STATUS_DEFERRED, DEFERRED) },
	{ AMD(AMD,  CPUID_K10, "corrected", STATUS_VAL | STATUS_DEFERRED, CORRECTED) },
	{ AMD(SMCA, CPUID_MILAN, "corrected", STATUS_VAL | STATUS_OVER, CORRECTED) },

	{ COMMON("not valid", UC & ~STATUS_VAL, UNKNOWN) },
	{ COMMON("context corrupt", UC | STATUS_PCC, FATAL) },
	{ COMMON("uncorrected", UC | STATUS_S | STATUS_AR, UNCORRECTED) },
	{ COMMON("corrected", STATUS_VAL | STATUS_PCC, CORRECTED) },
};
/* clang-format on */

static uint8_t vendor_of(enum mca_rules rules)
{
	switch (rules) {
	case RULES_INTEL:
		return VENDOR_INTEL;
	case RULES_AMD:
	case RULES_SMCA:
		return VENDOR_AMD;
	case RULES_COMMON:
		break;
	}
	return VENDOR_UNKNOWN;
}

static struct record record_of(const struct severity_case *one)
{
	return (struct record){
		.vendor = vendor_of(one->rules),
		.status = one->status,
		.mcgcap = one->mcgcap,
		.mcgstatus = one->mcgstatus,
		.cpuid = one->cpuid,
		.fields = (one->cpuid ? RECORD_HAS_CPUID : 0) |
			  (one->mcgcap ? RECORD_HAS_MCGCAP : 0) | RECORD_HAS_MCGSTATUS,
	};
}

static void test_severity(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(severity_cases); i++) {
		struct record record = record_of(&severity_cases[i]);
		struct decoded decoded;

		decode(&record, &decoded);
		if (decoded.severity != severity_cases[i].severity)
			fail_msg("case %zu, %s: got %s", i, severity_cases[i].rule,
				 severity_name(decoded.severity));
	}
}

static bool has_case(enum mca_rules rules, const struct severity_rule *rule)
{
	size_t n;
	const struct severity_rule *table = severity_rules(rules, &n);

	for (size_t i = 0; i < ARRAY_SIZE(severity_cases); i++) {
		size_t n_other;

		if (severity_rules(severity_cases[i].rules, &n_other) == table &&
		    strcmp(severity_cases[i].rule, rule->name) == 0 &&
		    severity_cases[i].severity == rule->severity)
			return true;
	}
	return false;
}

static void test_severity_rules_are_covered(void **state)
{
	static const enum mca_rules all[] = { RULES_COMMON, RULES_INTEL, RULES_AMD };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		size_t n;
		const struct severity_rule *rules = severity_rules(all[i], &n);

		for (size_t r = 0; r < n; r++) {
			if (!has_case(all[i], &rules[r]))
				fail_msg("rule without a case: %s", rules[r].name);
			/* such a row could never match */
			assert_true((rules[r].value & ~rules[r].mask) == 0);
		}
		assert_true(rules[n - 1].mask == 0 && rules[n - 1].needs == 0);
	}
}

static void test_smca_rows(void **state)
{
	size_t n;
	const struct smca_bank_type *rows = smca_bank_types(&n);

	(void)state;
	assert_true(n >= 35);
	for (size_t i = 0; i < n; i++) {
		struct record record = {
			.vendor = i % 2 ? VENDOR_AMD : VENDOR_HYGON,
			.ipid = (uint64_t)rows[i].mcatype << 48 | (uint64_t)rows[i].hwid << 32 | 7,
			.status = STATUS_VAL | 0x0136,
			.fields = RECORD_HAS_IPID,
		};
		struct decoded decoded;

		decode(&record, &decoded);
		assert_string_equal(decoded.bank_type, rows[i].type);
		if (rows[i].class == CLASS_UNKNOWN)
			assert_int_equal(decoded.class, CLASS_CACHE);
		else
			assert_int_equal(decoded.class, rows[i].class);
		assert_ptr_equal(smca_find(record.ipid), &rows[i]);
	}
	assert_null(smca_find(0));
	assert_null(smca_find(UINT64_MAX));
	assert_null(smca_find(UINT64_C(0x0004) << 48 | UINT64_C(0xb0) << 32));
	/* InstanceIdHi is no part of the type: MI300 puts the die there */
	assert_string_equal(smca_find(UINT64_C(0x0000f09600000000))->type, "UMC");
}

static void test_legacy_banks(void **state)
{
	(void)state;
	assert_string_equal(amd_legacy_bank_type(0xf, 0), "DC");
	assert_string_equal(amd_legacy_bank_type(0xf, 4), "NB");
	assert_string_equal(amd_legacy_bank_type(0x10, 5), "FR");
	assert_string_equal(amd_legacy_bank_type(0x15, 2), "CU");
	assert_string_equal(amd_legacy_bank_type(0x16, 5), "EX");
	assert_null(amd_legacy_bank_type(0xf, 5));
	assert_null(amd_legacy_bank_type(0x13, 0));
	assert_null(amd_legacy_bank_type(0x16, 3));
	assert_null(amd_legacy_bank_type(0x17, 0));
	assert_null(amd_legacy_bank_type(0x15, 7));
	assert_null(amd_legacy_bank_type(0, 0));
	assert_null(amd_legacy_bank_type(UINT32_MAX, UINT32_MAX));
}

static void test_cpu_models(void **state)
{
	size_t n;
	const struct cpu_model *rows = cpu_models(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		uint32_t cpuid = cpuid_of(rows[i].family, rows[i].model_last);
		const struct cpu_model *found = cpu_model_find(rows[i].vendor, cpuid);

		assert_true(rows[i].model_first <= rows[i].model_last);
		assert_true(rows[i].name && rows[i].name[0]);
		assert_ptr_equal(found, &rows[i]);
	}
	assert_null(cpu_model_find(VENDOR_INTEL, cpuid_of(6, 0xff)));
	assert_null(cpu_model_find(VENDOR_UNKNOWN, CPUID_SKYLAKE_SP));
	assert_null(cpu_model_find(VENDOR_INTEL, 0));
	assert_string_equal(cpu_model_find(VENDOR_INTEL, cpuid_of(6, 0x8f))->name,
			    "Sapphire Rapids");
	assert_string_equal(cpu_model_find(VENDOR_AMD, CPUID_MILAN)->name, "Zen 3 (Milan)");
	assert_string_equal(cpu_model_find(VENDOR_AMD, cpuid_of(0x15, 2))->name, "Piledriver");
}

/* Every name is there once, and is that of a CPU that the tables know by itself. */
static void test_cpu_names(void **state)
{
	/* mcelog gave client CPUs the names of servers and the other way round; one it had twice */
	static const struct {
		const char *name, *cpu;
	} rows[] = {
		{ "haswell", "Haswell" },
		{ "haswell-ep", "Haswell-EP/EX" },
		{ "haswell-ex", "Haswell-EP/EX" },
		{ "xeon-v3", "Haswell-EP/EX" },
		{ "ivybridge", "Ivy Bridge" },
		{ "ivybridge-ep", "Ivy Bridge-EP/EX" },
		{ "ivybridge-ex", "Ivy Bridge-EP/EX" },
		{ "Xeon-V2", "Ivy Bridge-EP/EX" },
		{ "xeon7100", "Pentium 4, Xeon 7100 (Tulsa)" },
		{ "icelake", "Ice Lake" },
		{ "icelake_server", "Ice Lake-SP" },
		{ "icelake_de", "Ice Lake-D" },
	};
	size_t n;
	const struct cpu_alias *aliases = cpu_aliases(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		assert_ptr_equal(cpu_alias_find(aliases[i].name), &aliases[i]);
		if (aliases[i].cpuid && !cpu_model_find(aliases[i].vendor, aliases[i].cpuid))
			fail_msg("%s is a CPU that no table has", aliases[i].name);
	}
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct cpu_alias *alias = cpu_alias_find(rows[i].name);

		assert_non_null(alias);
		assert_string_equal(cpu_model_find(alias->vendor, alias->cpuid)->name, rows[i].cpu);
	}
	assert_null(cpu_alias_find("80286"));
}

static void decode_intel(struct decoded *ret_decoded, uint64_t status, uint64_t mcgcap)
{
	struct record record = {
		.vendor = VENDOR_INTEL,
		.status = status,
		.mcgcap = mcgcap,
		.fields = RECORD_HAS_MCGCAP,
	};

	decode(&record, ret_decoded);
}

/* The count needs MCG_CMCI_P, and UC 0; MCG_CAP 0 is unknown and counts as having it. */
static void test_count(void **state)
{
	uint64_t ce = STATUS_VAL | 5;
	struct decoded decoded;

	(void)state;
	decode_intel(&decoded, ce | UINT64_C(7) << 38, CAP);
	assert_int_equal(decoded.count, 7);
	decode_intel(&decoded, ce | UINT64_C(7) << 38, 0);
	assert_int_equal(decoded.count, 7);
	decode_intel(&decoded, ce | UINT64_C(7) << 38, MCG_SER_P);
	assert_int_equal(decoded.count, 1);
	decode_intel(&decoded, ce, CAP);
	assert_int_equal(decoded.count, 1);
	decode_intel(&decoded, ce | STATUS_UC | UINT64_C(7) << 38, CAP);
	assert_int_equal(decoded.count, 1);
	decode_intel(&decoded, ce | UINT64_C(0x7fff) << 38, CAP);
	assert_int_equal(decoded.count, 0x7fff);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_severity),
		cmocka_unit_test(test_severity_rules_are_covered),
		cmocka_unit_test(test_smca_rows),
		cmocka_unit_test(test_legacy_banks),
		cmocka_unit_test(test_cpu_models),
		cmocka_unit_test(test_cpu_names),
		cmocka_unit_test(test_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
