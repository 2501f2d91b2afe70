/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * context: what the parts of decode() need to know of a record, found once.
 */
#pragma once

#include "decode/cpu-models.h"
#include "event/record.h"

/* Whose manual explains the registers. */
enum mca_rules {
	RULES_COMMON, /* unknown vendor, or a bank that the kernel made up */
	RULES_INTEL,  /* Intel; Zhaoxin and Centaur follow the same architecture */
	RULES_AMD,    /* AMD before Scalable MCA: families 0fh to 16h */
	RULES_SMCA,   /* AMD and Hygon with Scalable MCA: family 17h and later */
};

/* Conditions that rows of fact and severity tables can ask for. */
enum decode_condition {
	IF_SER = 1u << 0,	/* MCG_SER_P: S, AR and the layout of MISC are architectural */
	IF_TES = 1u << 1,	/* MCG_TES_P: threshold-based error status */
	IF_CMCI = 1u << 2,	/* MCG_CMCI_P: corrected error count */
	IF_UC = 1u << 3,	/* MCi_STATUS.UC */
	IF_CORRECTED = 1u << 4, /* UC clear */
	IF_MISC = 1u << 5,	/* MISCV, and the record has MISC */
	IF_IO_MCA = 1u << 6,	/* an I/O error that names its requester in MISC */
	IF_NOT_IO_MCA = 1u << 7,
	IF_MCGSTATUS = 1u << 8, /* the record has MCG_STATUS */
	IF_MCIP = 1u << 9,	/* a machine-check exception was in progress */
	IF_SMCA = 1u << 10,
	IF_POISON = 1u << 11,  /* AMD with Deferred and Poison bits: family 15h and later */
	IF_CORE_ID = 1u << 12, /* AMD ErrCoreIdVal where ErrCoreId is bits 37:32 */
	IF_IPID = 1u << 13,    /* MCA_IPID is there and not 0 */
	IF_FILTER = 1u << 14,  /* Intel compound code: bit 12 is the filtering bit */
};

struct decode_context {
	const struct record *record;
	const struct cpu_model *model; /* NULL unknown */
	enum mca_rules rules;
	unsigned int conditions; /* enum decode_condition bits that hold */
	unsigned int family;	 /* 0 when the record has no CPUID */
};
