// SPDX-License-Identifier: GPL-2.0-only
#include "decode/amd-umc.h"

#include "decode/facts.h"
#include "event/bits.h"

enum {
	MCATYPE_GPU = 1,
	FAMILY_HYGON = 0x18,
	MODEL_HYGON_SUB_CHANNELS = 0x06, /* first */
	FAMILY_MI300 = 0x19,
	MODEL_MI300_FIRST = 0x90,
	MODEL_MI300_LAST = 0x9f,
	ERROR_DRAM_ECC = 0,
	CHANNELS_IN_HALF = 4,
	CHIP_SELECTS = 4, /* of a channel */
	RANKS_OF_DIMM = 2,
	SYNDROME_BITS = 32,
};

static bool is_mi300(const struct decode_context *context)
{
	unsigned int model = cpuid_model(context->record->cpuid);

	return context->family == FAMILY_MI300 && model >= MODEL_MI300_FIRST &&
	       model <= MODEL_MI300_LAST;
}

static bool has_synd(const struct record *record)
{
	return record->fields & RECORD_HAS_SYND && record->status & STATUS_SYNDV;
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
 * Two chip selects belong to each DIMM, 0 and 1 to the first: that is from
 * AMD's Linux driver amd64_edac. A channel has four.
 */
static void locate_dimm(uint64_t chip_select, struct decoded *decoded)
{
	fact_add(decoded, "chip_select", "Chip select of the DIMMs", chip_select);
	if (chip_select >= CHIP_SELECTS)
		return;
	decoded->location.dimm = (int32_t)(chip_select / RANKS_OF_DIMM);
	decoded->location.rank = (int32_t)(chip_select % RANKS_OF_DIMM);
}

/*
 * PPR for family 17h (54945), family 19h (55898): a UMC has one channel, whose
 * number is in MCA_IPID InstanceId; of a DRAM ECC error MCA_SYND has the chip select.
 * Hygon's DDR5 controllers say in bit 13 of InstanceId which half of the channel
 * it was; that is from Hygon's patches to the Linux driver amd64_edac.
 */
static void locate_cpu(const struct decode_context *context, unsigned int error,
		       struct decoded *decoded)
{
	const struct record *record = context->record;

	decoded->location.channel = (int32_t)bits(record->ipid, 31, 20);
	if (record->vendor == VENDOR_HYGON && context->family == FAMILY_HYGON &&
	    cpuid_model(record->cpuid) >= MODEL_HYGON_SUB_CHANNELS)
		fact_add(decoded, "sub_channel", "Half of the channel", bits(record->ipid, 13, 13));
	if (error == ERROR_DRAM_ECC && has_synd(record))
		locate_dimm(bits(record->synd, 2, 0), decoded);
}

/*
 * The same PPRs, MCA_SYND: Syndrome, of which Length bits are valid. The driver
 * takes it of corrected errors only.
 */
static void add_syndrome(const struct record *record, struct decoded *decoded)
{
	uint64_t length = bits(record->synd, 23, 18);
	bool corrected = bits(record->status, 46, 45) == 2 && !(record->status & STATUS_DEFERRED);

	if (!corrected || !has_synd(record) || !length)
		return;
	if (length > SYNDROME_BITS)
		length = SYNDROME_BITS;
	fact_add(decoded, "syndrome", "ECC syndrome",
		 bits(record->synd, 31 + (unsigned int)length, 32));
}

void amd_umc_locate(const struct decode_context *context, unsigned int error,
		    struct decoded *decoded)
{
	if (bits(context->record->ipid, 63, 48) == MCATYPE_GPU || is_mi300(context))
		locate_gpu(context, decoded);
	else
		locate_cpu(context, error, decoded);
	if (error == ERROR_DRAM_ECC)
		add_syndrome(context->record, decoded);
}
