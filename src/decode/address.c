// SPDX-License-Identifier: GPL-2.0-only
#include "decode/address.h"

#include "decode/software-banks.h"
#include "event/bits.h"

/* SDM Vol. 3B (253669), 16.3.2.4 "IA32_MCi_MISC MSRs": address mode, and its lowest valid bit. */
enum { MODE_PHYSICAL = 2, PAGE_SHIFT_ = 12 };

static bool is_physical(uint64_t misc)
{
	return bits(misc, 8, 6) == MODE_PHYSICAL && bits(misc, 5, 0) <= PAGE_SHIFT_;
}

/*
 * What MISC says counts where the CPU has software recovery; before it MISC held
 * other things, and the address of a memory error was always a physical one.
 */
static bool is_usable_intel(const struct decode_context *context, const struct decoded *decoded)
{
	if (!(context->conditions & IF_SER))
		return decoded->class == CLASS_MEMORY;
	return context->conditions & IF_MISC && is_physical(context->record->misc);
}

/* Firmware gives physical addresses; kernels before 5.14 had no MISC for them. */
static bool is_usable_apei(const struct record *record)
{
	return !(record->status & STATUS_MISCV) || is_physical(record->misc);
}

bool decode_address_is_usable(const struct decode_context *context, const struct decoded *decoded)
{
	const struct record *record = context->record;

	if (!(record->status & STATUS_ADDRV) || !(record->fields & RECORD_HAS_ADDR))
		return false;
	if (record->bank == RECORD_FIRMWARE_BANK)
		return is_usable_apei(record);
	switch (context->rules) {
	case RULES_INTEL:
		return is_usable_intel(context, decoded);
	case RULES_AMD:
		return decoded->class == CLASS_MEMORY;
	case RULES_SMCA:
	case RULES_COMMON:
		break;
	}
	return false;
}
