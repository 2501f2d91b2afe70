// SPDX-License-Identifier: GPL-2.0-only
#include "decode/intel-imc.h"

#include "decode/facts.h"
#include "decode/intel-units.h"
#include "event/bits.h"
#include "util/cleanup.h"

/*
 * SDM Vol. 3B (253669), "Intel IMC Machine Check Error Codes" of 06_6AH and
 * 06_8FH, MSCOD. 08xxh: non-volatile DIMMs, the mesh's credits, memory encryption.
 */
/* clang-format off */
static const struct code_row errors[] = {
	{ 0x0001, "Address parity error" },
	{ 0x0002, "Data parity error" },
	{ 0x0003, "Data ECC error" },
	{ 0x0004, "Data byte enable parity error" },
	{ 0x0007, "Transaction ID parity error" },
	{ 0x0008, "Corrected patrol scrub error" },
	{ 0x0010, "Uncorrected patrol scrub error" },
	{ 0x0020, "Corrected spare error" },
	{ 0x0040, "Uncorrected spare error" },
	{ 0x0080, "Corrected read error" },
	{ 0x00a0, "Uncorrected read error" },
	{ 0x00c0, "Uncorrected metadata error" },
	{ 0x0100, "Write data buffer read parity error" },
	{ 0x0108, "DDR link failure" },
	{ 0x0200, "DDR command or address parity error" },
	{ 0x0220, "HBM command or address parity error" },
	{ 0x0221, "HBM data parity error" },
	{ 0x0400, "Read pending queue parity error (primary)" },
	{ 0x0800, "DDR-T: bad request" },
	{ 0x0801, "DDR: data response to an invalid entry" },
	{ 0x0802, "DDR: data response to an entry that expects none" },
	{ 0x0803, "DDR: completion to an invalid entry" },
	{ 0x0804, "DDR-T: completion to an invalid entry" },
	{ 0x0805, "DDR: data or completion FIFO overflow" },
	{ 0x0806, "DDR-T: corrected ERID parity error" },
	{ 0x0807, "DDR-T: uncorrectable ERID error" },
	{ 0x0808, "DDR-T: interrupt while an earlier one was not acknowledged" },
	{ 0x0809, "ERID FIFO overflow" },
	{ 0x080a, "DDR-T: write credit error" },
	{ 0x080b, "DDR-T: read credit error" },
	{ 0x080c, "DDR-T: scheduler error" },
	{ 0x080d, "DDR-T: error event of the DIMM" },
	{ 0x080e, "DDR-T: thermal event of the DIMM" },
	{ 0x080f, "CMI: packet while idle" },
	{ 0x0810, "DDR-T: read pending queue request parity error" },
	{ 0x0811, "DDR-T: write pending queue request parity error" },
	{ 0x0812, "2LM near memory fill write CAM error" },
	{ 0x0813, "CMI: credits oversubscribed" },
	{ 0x0814, "CMI: total credit count error" },
	{ 0x0815, "CMI: reserved credit pool error" },
	{ 0x0816, "DDR-T: read error" },
	{ 0x0817, "Write data buffer FIFO error" },
	{ 0x0818, "CMI: request FIFO overflow" },
	{ 0x0819, "CMI: request FIFO underflow" },
	{ 0x081a, "CMI: response FIFO overflow" },
	{ 0x081b, "CMI: response FIFO underflow" },
	{ 0x081c, "CMI: credit error of the memory controller" },
	{ 0x081d, "CMI: arbiter error of the memory controller" },
	{ 0x081e, "DDR-T: write completion FIFO overflow" },
	{ 0x081f, "DDR-T: write completion FIFO underflow" },
	{ 0x0820, "CMI: read completion FIFO overflow" },
	{ 0x0821, "CMI: read completion FIFO underflow" },
	{ 0x0822, "Memory encryption: key parity error" },
	{ 0x0823, "Memory encryption: CMI error" },
	{ 0x0824, "Memory encryption: CMI overflow" },
	{ 0x0825, "Memory encryption: CMI underflow" },
	{ 0x0826, "Memory encryption: TEM secure mode error" },
	{ 0x0827, "Memory encryption: underfill parity error" },
	{ 0x0829, "Internal error" },
	{ 0x082a, "Memory encryption: integrity error" },
	{ 0x082b, "Memory encryption: TDX error" },
	{ 0x082c, "Memory encryption: underfill TEM secure mode error" },
	{ 0x082d, "Memory encryption: key poison error" },
	{ 0x082e, "Memory encryption: security engine error" },
	{ 0x1008, "Corrected patrol scrub error, second copy of the mirror" },
	{ 0x1010, "Uncorrected patrol scrub error, second copy of the mirror" },
	{ 0x1020, "Corrected spare error, second copy of the mirror" },
	{ 0x1040, "Uncorrected spare error, second copy of the mirror" },
	{ 0x1080, "Read error, second copy of the mirror" },
	{ 0x10a0, "Uncorrected read error, second copy of the mirror" },
};
/* clang-format on */

void intel_imc_error(uint16_t mscod, struct decoded *decoded)
{
	if (mscod)
		fact_add_error(decoded, errors, ARRAY_SIZE(errors), mscod);
}

enum { MSCOD_GROUP_OTHER = 0x08 };

/* The second copy of a mirror, 10xxh, has a place of its own. */
bool intel_imc_has_place(const struct decode_context *context)
{
	return context->conditions & IF_MISC && intel_is_memory(context) &&
	       intel_mscod(context) >> 8 != MSCOD_GROUP_OTHER;
}

static bool has(struct intel_bits field)
{
	return field.high || field.low;
}

static int32_t get(uint64_t misc, struct intel_bits field)
{
	return has(field) ? (int32_t)bits(misc, field.high, field.low) : LOCATION_UNKNOWN;
}

static void add_number(const char *name, const char *text, uint64_t misc, struct intel_bits field,
		       struct decoded *decoded)
{
	if (has(field))
		fact_add(decoded, name, text, bits(misc, field.high, field.low));
}

static void add_ecc_mode(const struct intel_imc_layout *layout, uint64_t misc,
			 struct decoded *decoded)
{
	uint64_t mode = bits(misc, layout->ecc_mode.high, layout->ecc_mode.low);
	const char *text = mode < layout->n_ecc_modes ? layout->ecc_modes[mode] : NULL;

	fact_add(decoded, "ecc_mode", text ? text : "Unknown ECC mode", mode);
}

enum { COLUMN_HIGH = 18, COLUMN_LOW = 9, COLUMN_SHIFT = 2, TRANSIENT = 63 };

void intel_imc_place(const struct intel_imc_layout *layout, uint64_t misc, bool corrected,
		     struct decoded *decoded)
{
	struct location *location = &decoded->location;
	bool transient = misc & BIT64(TRANSIENT);
	bool valid = !has(layout->device_valid) || get(misc, layout->device_valid);

	location->column = (int32_t)(bits(misc, COLUMN_HIGH, COLUMN_LOW) << COLUMN_SHIFT);
	location->row = get(misc, layout->row);
	location->bank = get(misc, layout->bank);
	location->bank_group = get(misc, layout->group);
	if (has(layout->group_top))
		location->bank_group |= get(misc, layout->group_top) << 2;
	location->rank = get(misc, layout->rank);
	location->dimm = get(misc, layout->dimm);
	if (corrected && valid && !transient)
		location->device = get(misc, layout->device);
	add_number("chip_select", "Chip select", misc, layout->chip_select, decoded);
	add_number("sub_channel", "Sub-channel", misc, layout->sub_channel, decoded);
	add_number("sub_rank", "Sub-rank", misc, layout->sub_rank, decoded);
	add_ecc_mode(layout, misc, decoded);
	if (transient)
		fact_add(decoded, "transient", "Transient: gone when it was read again", 1);
}
