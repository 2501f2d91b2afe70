// SPDX-License-Identifier: GPL-2.0-only
#include "decode/severity.h"

#include "event/bits.h"
#include "util/cleanup.h"

/*
 * Intel SDM Vol. 3B (253669): 16.6.3 "UCR Error Classification" with its table,
 * 16.6.4 "UCR Error Overwrite Rules", and 16.10.4.1 with the pseudocode of a
 * machine-check handler that supports UCR errors (chapter 15 in older revisions,
 * with the same numbers after the dot).
 */
/* clang-format off */
static const struct severity_rule intel_rules[] = {
	/* 16.3.2.2: without VAL the register holds no error */
	{ .name = "not valid",			.mask = STATUS_VAL,
	  .value = 0,				.severity = SEVERITY_UNKNOWN },

	/* table: UC 0 is corrected, whatever EN, PCC, S and AR hold */
	{ .name = "corrected",			.mask = STATUS_UC,
	  .value = 0,				.severity = SEVERITY_CORRECTED },

	/*
	 * table: with EN 0 "log and keep the system running"; pseudocode: EN 0
	 * and OVER 0 is a spurious log that raised no exception. Firmware's
	 * leftovers that are found as a machine comes up look like this.
	 */
	{ .name = "context corrupt, not enabled",
	  .mask = STATUS_PCC | STATUS_EN | STATUS_OVER,
	  .value = STATUS_PCC,			.needs = IF_SER,
	  .severity = SEVERITY_UNCORRECTED },

	/* table: UC and PCC need a reset */
	{ .name = "context corrupt",		.mask = STATUS_PCC,
	  .value = STATUS_PCC,			.severity = SEVERITY_FATAL },

	/* pseudocode: no software recovery, so an exception with UC is not restartable */
	{ .name = "exception without recovery",	.needs = IF_MCIP,
	  .lacks = IF_SER,			.severity = SEVERITY_FATAL },

	/* 16.6.1: S and AR mean nothing here */
	{ .name = "no recovery support",	.lacks = IF_SER,
	  .severity = SEVERITY_UNCORRECTED },

	/* pseudocode: S 0 with AR 1 is illegal and not restartable */
	{ .name = "illegal S 0 AR 1",		.mask = STATUS_S | STATUS_AR,
	  .value = STATUS_AR,			.severity = SEVERITY_FATAL },

	/* table: uncorrected no action required; OVER changes nothing (16.6.4) */
	{ .name = "UCNA",			.mask = STATUS_S | STATUS_AR,
	  .value = 0,				.severity = SEVERITY_UCNA },

	/* table: software recoverable, action optional; OVER changes nothing (16.6.4) */
	{ .name = "SRAO",			.mask = STATUS_S | STATUS_AR,
	  .value = STATUS_S,			.severity = SEVERITY_ACTION_OPTIONAL },

	/* table and 16.6.4: a lost event and AR need a reset */
	{ .name = "SRAR, overflow",		.mask = STATUS_OVER,
	  .value = STATUS_OVER,			.severity = SEVERITY_FATAL },

	/* table: SRAR has EN 1; pseudocode: EN 0 and OVER 0 is spurious */
	{ .name = "SRAR, not enabled",		.mask = STATUS_EN,
	  .value = 0,				.severity = SEVERITY_UNCORRECTED },

	/*
	 * table: software recoverable, action required. RIPV 0 stays here, with
	 * EIPV 1 or 0: 16.9.3.2 has the thread ended, not the machine.
	 */
	{ .name = "SRAR",			.severity = SEVERITY_ACTION_REQUIRED },
};
/* clang-format on */

/*
 * AMD64 APM Vol. 2 (24593), chapter 9: error severity, MCi_STATUS; the table
 * "Error Scope Hierarchy" in the BKDG for family 15h models 30h-3fh (49125)
 * and MCA_STATUS in the PPRs (54945 for family 17h).
 */
/* clang-format off */
static const struct severity_rule amd_rules[] = {
	/* APM 9.3.2.1: without Val the register holds no error */
	{ .name = "not valid",			.mask = STATUS_VAL,
	  .value = 0,				.severity = SEVERITY_UNKNOWN },

	/* APM: the state of the processor may be corrupt, restarting is not reliable */
	{ .name = "context corrupt",		.mask = STATUS_PCC,
	  .value = STATUS_PCC,			.severity = SEVERITY_FATAL },

	/*
	 * APM: without McaOverflowRecov a lost error may have been one with
	 * PCC. The record does not say it; no CPU before family 15h has it.
	 */
	{ .name = "uncorrected, overflow",	.mask = STATUS_UC | STATUS_OVER,
	  .value = STATUS_UC | STATUS_OVER,	.lacks = IF_POISON,
	  .severity = SEVERITY_FATAL },

	/* APM: poisoned data was consumed; the process that did it can be ended */
	{ .name = "poison consumed",		.mask = STATUS_UC | STATUS_POISON,
	  .value = STATUS_UC | STATUS_POISON,	.needs = IF_POISON,
	  .severity = SEVERITY_ACTION_REQUIRED },

	/* PPR: TCC, the thread's context may be corrupt and the thread must end */
	{ .name = "task context corrupt",	.mask = STATUS_UC | STATUS_TCC,
	  .value = STATUS_UC | STATUS_TCC,	.needs = IF_SMCA,
	  .severity = SEVERITY_ACTION_REQUIRED },

	/* APM: UC without PCC, contained in what the hardware could still tell */
	{ .name = "uncorrected",		.mask = STATUS_UC,
	  .value = STATUS_UC,			.severity = SEVERITY_UNCORRECTED },

	/* APM: found, not consumed; no exception */
	{ .name = "deferred",			.mask = STATUS_DEFERRED,
	  .value = STATUS_DEFERRED,		.needs = IF_POISON,
	  .severity = SEVERITY_DEFERRED },

	/* APM: the rest was corrected by hardware */
	{ .name = "corrected",			.severity = SEVERITY_CORRECTED },
};
/* clang-format on */

/*
 * What SDM and APM have in common: for vendors whose manual we do not have, and
 * for bank 255, where the kernel sets only VAL, EN, UC and PCC by itself.
 */
/* clang-format off */
static const struct severity_rule common_rules[] = {
	{ .name = "not valid",			.mask = STATUS_VAL,
	  .value = 0,				.severity = SEVERITY_UNKNOWN },

	{ .name = "context corrupt",		.mask = STATUS_UC | STATUS_PCC,
	  .value = STATUS_UC | STATUS_PCC,	.severity = SEVERITY_FATAL },

	{ .name = "uncorrected",		.mask = STATUS_UC,
	  .value = STATUS_UC,			.severity = SEVERITY_UNCORRECTED },

	{ .name = "corrected",			.severity = SEVERITY_CORRECTED },
};
/* clang-format on */

const struct severity_rule *severity_rules(enum mca_rules rules, size_t *ret_count)
{
	switch (rules) {
	case RULES_INTEL:
		*ret_count = ARRAY_SIZE(intel_rules);
		return intel_rules;
	case RULES_AMD:
	case RULES_SMCA:
		*ret_count = ARRAY_SIZE(amd_rules);
		return amd_rules;
	case RULES_COMMON:
		break;
	}
	*ret_count = ARRAY_SIZE(common_rules);
	return common_rules;
}

const struct severity_rule *severity_match(const struct decode_context *context)
{
	size_t n, i;
	const struct severity_rule *rules = severity_rules(context->rules, &n);

	for (i = 0; i < n - 1; i++) {
		if ((context->record->status & rules[i].mask) != rules[i].value)
			continue;
		if (rules[i].needs & ~context->conditions || rules[i].lacks & context->conditions)
			continue;
		break;
	}
	return &rules[i];
}
