// SPDX-License-Identifier: GPL-2.0-only
#include "decode/amd-umc.h"

#include "decode/bits.h"
#include "decode/facts.h"

enum {
	MCATYPE_GPU = 1,
	FAMILY_MI300 = 0x19,
	MODEL_MI300_FIRST = 0x90,
	MODEL_MI300_LAST = 0x9f,
	ERROR_DRAM_ECC = 0,
	CHANNELS_IN_HALF = 4,
};

static bool is_mi300(const struct decode_context *context)
{
	unsigned int model = cpuid_model(context->record->cpuid);

	return context->family == FAMILY_MI300 && model >= MODEL_MI300_FIRST &&
	       model <= MODEL_MI300_LAST;
}

/*
 * MI200 and MI300: a controller has eight channels and two InstanceIds, which
 * have four of them each. AMD's Linux driver amd64_edac says so; no public PPR does.
 */
static void locate_gpu(const struct decode_context *context, struct decoded *decoded)
{
	uint64_t ipid = context->record->ipid;
	uint64_t instance = bits(ipid, 31, 20);

	decoded->location.imc = (int32_t)(instance / 2);
	decoded->location.channel =
		(int32_t)(bits(ipid, 15, 12) + (instance % 2 ? CHANNELS_IN_HALF : 0));
	if (is_mi300(context))
		fact_add(decoded, "die", "Die that the memory belongs to", bits(ipid, 47, 46));
}

/*
 * PPR for family 17h (54945), family 19h (55898): a UMC has one channel, whose
 * number is in MCA_IPID InstanceId; of a DRAM ECC error MCA_SYND has the chip select.
 */
static void locate_cpu(const struct decode_context *context, unsigned int error,
		       struct decoded *decoded)
{
	const struct record *record = context->record;

	decoded->location.channel = (int32_t)bits(record->ipid, 31, 20);
	if (error == ERROR_DRAM_ECC && record->fields & RECORD_HAS_SYND &&
	    record->status & STATUS_SYNDV)
		fact_add(decoded, "chip_select", "Chip select of the DIMMs",
			 bits(record->synd, 2, 0));
}

void amd_umc_locate(const struct decode_context *context, unsigned int error,
		    struct decoded *decoded)
{
	if (bits(context->record->ipid, 63, 48) == MCATYPE_GPU || is_mi300(context))
		locate_gpu(context, decoded);
	else
		locate_cpu(context, error, decoded);
}
