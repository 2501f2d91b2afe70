// SPDX-License-Identifier: GPL-2.0-only
#include "decode/false-alarm.h"

#include <stdbool.h>
#include <stddef.h>

#include "event/bits.h"
#include "util/cleanup.h"

/* A row says no more than its source: which CPUs, which bank, which bits of MCi_STATUS. */
struct false_alarm {
	uint8_t vendor;
	uint16_t family_first, family_last; /* CPUID display family and model, inclusive */
	uint8_t model_first, model_last;
	bool smca; /* the bank is one of this hwid and mcatype, not of a number */
	uint16_t hwid, mcatype;
	uint8_t bank;
	uint64_t mask, status; /* MCi_STATUS & mask == status */
	const char *text;
};

static const char gart[] = "Known false alarm: GART table walk error";
static const char parity[] = "Known false alarm: internal parity error that the CPU makes up";
static const char btb[] = "Known false alarm: L1 BTB multi-match that the CPU makes up";

/* clang-format off */
#define INTEL(model) .vendor = VENDOR_INTEL, .family_first = 6, .family_last = 6, \
	.model_first = (model), .model_last = (model)
#define PARITY	.bank = 0, .mask = 0xa0000000ffffffff, .status = 0x80000000000f0005, .text = parity

static const struct false_alarm rows[] = {
	/*
	 * GART TLB error: extended code 5 with a TLB code. BKDG for family 0fh (26094),
	 * 10h (31116), 15h (42301): MC4_CTL, MC4_STATUS. It trips also where nothing is
	 * wrong, so that kernels and most firmware turn its reporting off.
	 */
	{ .vendor = VENDOR_AMD, .family_first = 0x0f, .family_last = 0x16, .model_last = 0xff,
	  .bank = 4, .mask = 0x1ffff0, .status = 0x050010, .text = gart },

	/* Revision guide for family 17h models 10h-2fh, erratum 1114 */
	{ .vendor = VENDOR_AMD, .family_first = 0x17, .family_last = 0x17,
	  .model_first = 0x10, .model_last = 0x2f, .smca = true, .hwid = 0x0b0, .mcatype = 1,
	  .mask = 0x3f0000, .status = 0x0a0000, .text = btb },

	/* Specification updates, errata HSD131, HSM142, HSW131, BDM48, SKX37 */
	{ INTEL(0x3c), PARITY },
	{ INTEL(0x45), PARITY },
	{ INTEL(0x46), PARITY },
	{ INTEL(0x3d), PARITY },
	{ INTEL(0x55), PARITY },
};
/* clang-format on */

static bool is_cpu(const struct record *record, const struct false_alarm *row)
{
	unsigned int family = cpuid_family(record->cpuid), model = cpuid_model(record->cpuid);

	return record->vendor == row->vendor && family >= row->family_first &&
	       family <= row->family_last && model >= row->model_first && model <= row->model_last;
}

static bool is_bank(const struct record *record, const struct false_alarm *row)
{
	if (!row->smca)
		return record->bank == row->bank;
	return record->fields & RECORD_HAS_IPID && bits(record->ipid, 43, 32) == row->hwid &&
	       bits(record->ipid, 63, 48) == row->mcatype;
}

const char *decode_false_alarm(const struct record *record)
{
	if (!(record->fields & RECORD_HAS_CPUID))
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (is_cpu(record, &rows[i]) && is_bank(record, &rows[i]) &&
		    (record->status & rows[i].mask) == rows[i].status)
			return rows[i].text;
	return NULL;
}
