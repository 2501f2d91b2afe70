// SPDX-License-Identifier: GPL-2.0-only
/*
 * Zhaoxin KH-40000 and KH-50000. Zhaoxin publishes no manual of their banks:
 * facts from its patches to the Linux kernel (KH-40000, whose kernel makes the
 * records from firmware's reports) and to rasdaemon (KH-50000).
 */
#include <string.h>

#include "decode/intel-units.h"
#include "decode/refine.h"
#include "event/bits.h"
#include "util/cleanup.h"

/* clang-format off */
static const struct code_row memory_errors[] = {
	{ 0x01, "Single-bit ECC error" },
	{ 0x02, "Multi-bit ECC error" },
	{ 0x03, "Command parity error" },
	{ 0x04, "CRC error" },
	{ 0x05, "Command parity error, retry failed" },
	{ 0x06, "CRC error, retry failed" },
	{ 0x07, "Address decode error, CPU interface channel A0" },
	{ 0x08, "Address decode error, CPU interface channel B0" },
	{ 0x09, "Address decode error, CPU interface channel A1" },
	{ 0x0a, "Address decode error, CPU interface channel B1" },
	{ 0x0b, "Address decode error, MCUTRF" },
	{ 0x0c, "Address decode error, GMINT channel A0" },
	{ 0x0d, "Address decode error, GMINT channel B0" },
	{ 0x0e, "Address decode error, GMINT channel A1" },
	{ 0x0f, "Address decode error, GMINT channel B1" },
	{ 0x10, "Key not found" },
};

static const struct code_row pcie_errors[] = {
	{ 0x00, "Fatal error" },
	{ 0x01, "Non-fatal error" },
	{ 0x02, "Corrected error" },
};

static const struct code_row link_errors[] = {
	{ 0x01, "Receiver overflow" },
	{ 0x02, "Flow control protocol error" },
	{ 0x03, "Surprise down" },
	{ 0x04, "Data link protocol error" },
	{ 0x05, "Replay timer timeout" },
	{ 0x06, "Replay number rollover" },
	{ 0x07, "Bad data link layer packet" },
	{ 0x08, "Bad transaction layer packet" },
	{ 0x09, "Receiver error" },
	{ 0x0a, "Physical layer training error" },
	{ 0x0b, "Link unreliable, width reduced" },
	{ 0x0e, "Link unreliable, speed reduced" },
	{ 0x10, "Link unreliable, width reduced from x32 or x24" },
	{ 0x11, "Link unreliable, width reduced from x16 or x12" },
	{ 0x12, "Link unreliable, width reduced from x8" },
	{ 0x13, "Link unreliable, width reduced from x4" },
	{ 0x14, "Link unreliable, width reduced from x2" },
	{ 0x15, "Link unreliable, speed reduced from generation 4" },
	{ 0x16, "Link unreliable, speed reduced from generation 3" },
	{ 0x17, "Link unreliable, speed reduced from generation 2" },
};
/* clang-format on */

static void refine_memory(const struct decode_context *context, struct decoded *decoded)
{
	if (intel_mscod(context))
		fact_add_error(decoded, memory_errors, ARRAY_SIZE(memory_errors),
			       intel_mscod(context));
}

static void refine_pcie(const struct decode_context *context, struct decoded *decoded)
{
	fact_add_error(decoded, pcie_errors, ARRAY_SIZE(pcie_errors),
		       (uint16_t)bits(context->record->status, 23, 16));
}

/* What every error of a unit is, by the short names below. */
/* clang-format off */
static const struct {
	const char *type;
	enum error_class class;
} unit_classes[] = {
	{ "IMC",  CLASS_MEMORY },
	{ "PL2",  CLASS_CACHE },
	{ "LLC",  CLASS_CACHE },
	{ "PCIE", CLASS_IO },
	{ "ZDI",  CLASS_BUS },
	{ "ZPI",  CLASS_BUS },
	{ "CPU",  CLASS_INTERNAL },
	{ "SVID", CLASS_INTERNAL },
};
/* clang-format on */

/* Only where the error code left it open. */
static void classify(struct decoded *decoded)
{
	if (!decoded->bank_type || decoded->class != CLASS_UNKNOWN)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(unit_classes); i++)
		if (strcmp(unit_classes[i].type, decoded->bank_type) == 0)
			decoded->class = unit_classes[i].class;
}

/* ---- KH-40000 ---- */

static void remove_fact(struct decoded *decoded, const char *name)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < decoded->n_facts; i++)
		if (strcmp(decoded->facts[i].name, name) != 0)
			decoded->facts[n++] = decoded->facts[i];
	decoded->n_facts = n;
}

/* The kernel puts numbers of the firmware's report into MISC, nothing of the SDM's layout. */
static void remove_address_facts(struct decoded *decoded)
{
	remove_fact(decoded, "address_lsb");
	remove_fact(decoded, "address_mode");
}

/* The kernel's status words are constants: the channel in them is always 0. */
static void refine_kh40000_memory(const struct decode_context *context, struct decoded *decoded)
{
	refine_memory(context, decoded);
	remove_address_facts(decoded);
	decoded->location.channel = LOCATION_UNKNOWN;
	if (context->conditions & IF_MISC)
		fact_add(decoded, "module", "Memory module, by the firmware's number",
			 context->record->misc);
}

static void refine_kh40000_link(const struct decode_context *context, struct decoded *decoded)
{
	enum { SPEED_REDUCED = 0x0c };

	remove_address_facts(decoded);
	if (context->conditions & IF_MISC)
		fact_add(decoded, "requester", "Requester, by the firmware's number",
			 bits(context->record->misc, 26, 19));
	if (intel_mscod(context) == SPEED_REDUCED)
		fact_add(decoded, "error", "Link unreliable, speed reduced", SPEED_REDUCED);
	else
		fact_add_error(decoded, link_errors, ARRAY_SIZE(link_errors), intel_mscod(context));
}

/* clang-format off */
static const struct intel_unit kh40000[] = {
	{ 5,  5,  "ZDI",  "Die-to-die interconnect", refine_kh40000_link },
	{ 6,  6,  "PCIE", "PCI Express", refine_pcie },
	{ 9,  10, "IMC",  "Memory controller", refine_kh40000_memory },
};
/* clang-format on */

void refine_kh40000(const struct decode_context *context, struct decoded *decoded)
{
	intel_unit_refine(kh40000, ARRAY_SIZE(kh40000), context, decoded);
	classify(decoded);
}

/* ---- KH-50000 ---- */

/* clang-format off */
static const struct fact_row core_rows[] = {
	{ .name = "siod", .high = 24, .low = 23, .zero = true, .text = "I/O die" },
	{ .name = "ccd",  .high = 22, .low = 19, .zero = true, .text = "Core die" },
	{ .name = "core", .high = 18, .low = 16, .zero = true, .text = "Core of the die" },
};

static const struct code_row cpu_errors[] = {
	{ 0x02, "Machine hung" },
	{ 0x03, "Undefined microcode address" },
};

static const struct code_row cache_errors[] = {
	{ 0x01, "Single-bit ECC error, data of the same line" },
	{ 0x02, "Single-bit ECC error, another line" },
	{ 0x03, "Multi-bit ECC error, data" },
};

static const struct code_row ccd_link_errors[] = {
	{ 0x01, "Receiver overflow" },
	{ 0x02, "Physical layer training error" },
	{ 0x03, "Flow control protocol error" },
	{ 0x04, "Surprise down" },
	{ 0x05, "Data link protocol error" },
	{ 0x06, "Replay timer timeout" },
	{ 0x07, "Replay number rollover" },
	{ 0x08, "Bad data link layer packet" },
	{ 0x09, "Bad transaction layer packet" },
	{ 0x0a, "Generation 2 unreliable" },
	{ 0x0b, "Generation 3 unreliable" },
	{ 0x0c, "Generation 4 unreliable" },
	{ 0x0d, "Width x2 unreliable" },
	{ 0x0e, "Width x4 unreliable" },
	{ 0x0f, "Width x8 unreliable" },
	{ 0x10, "Width x16 or x12 unreliable" },
	{ 0x11, "Width x32 or x24 unreliable" },
};

static const struct code_row svid_errors[] = {
	{ 0x01, "SVID command failed again" },
	{ 0x02, "Voltage regulator overcurrent" },
	{ 0x03, "Voltage regulator overtemperature" },
	{ 0x04, "Voltage regulator parity error" },
};

static const struct code_row hif_errors[] = {
	{ 0x01, "Address decode error" },
	{ 0x02, "SNT multi-bit ECC error" },
	{ 0x03, "SNT single-bit ECC error" },
	{ 0x04, "CXL: uncorrected poison" },
	{ 0x05, "CXL: corrected poison" },
	{ 0x06, "CXL: parity error" },
};

/* Transaction types of memory controller codes that the SDM reserves. */
static const struct code_row memory_transactions[] = {
	{ 0x05, "Poisoned data, normal read" },
	{ 0x06, "Poisoned data, patrol read" },
	{ 0x07, "Key hit error" },
};

static const struct fact_row memory_misc_rows[] = {
	{ .name = "syndrome", .high = 16, .low = 9,  .text = "ECC syndrome of a single bit" },
	{ .name = "retry_log", .high = 63, .low = 31, .text = "CRC and parity retry log" },
};
/* clang-format on */

static void add_core(const struct decode_context *context, struct decoded *decoded)
{
	facts_from_register(decoded, core_rows, ARRAY_SIZE(core_rows), context->record->status,
			    context->conditions);
}

static void add_nonzero(struct decoded *decoded, const struct code_row *rows, size_t n,
			uint64_t code)
{
	if (code)
		fact_add_error(decoded, rows, n, (uint16_t)code);
}

static void refine_cpu(const struct decode_context *context, struct decoded *decoded)
{
	add_nonzero(decoded, cpu_errors, ARRAY_SIZE(cpu_errors),
		    bits(context->record->status, 29, 25));
	add_core(context, decoded);
}

static void refine_pl2(const struct decode_context *context, struct decoded *decoded)
{
	add_nonzero(decoded, cache_errors, ARRAY_SIZE(cache_errors),
		    bits(context->record->status, 25, 24));
}

static void refine_llc(const struct decode_context *context, struct decoded *decoded)
{
	add_nonzero(decoded, cache_errors, ARRAY_SIZE(cache_errors),
		    bits(context->record->status, 26, 25));
	add_core(context, decoded);
}

static void refine_ccd_link(const struct decode_context *context, struct decoded *decoded)
{
	add_nonzero(decoded, ccd_link_errors, ARRAY_SIZE(ccd_link_errors),
		    bits(context->record->status, 29, 25));
	add_core(context, decoded);
}

/* MISC has a bit for each link from bit 25 on. */
static void refine_links(const struct decode_context *context, unsigned int last,
			 struct decoded *decoded)
{
	add_nonzero(decoded, link_errors, ARRAY_SIZE(link_errors), intel_mscod(context));
	if (context->conditions & IF_MISC)
		fact_add(decoded, "links", "Links of the error, one bit each",
			 bits(context->record->misc, last, 25));
}

static void refine_iod_link(const struct decode_context *context, struct decoded *decoded)
{
	refine_links(context, 30, decoded);
}

static void refine_zpi(const struct decode_context *context, struct decoded *decoded)
{
	refine_links(context, 27, decoded);
}

static void refine_svid(const struct decode_context *context, struct decoded *decoded)
{
	add_nonzero(decoded, svid_errors, ARRAY_SIZE(svid_errors),
		    bits(context->record->status, 31, 24));
	if (context->conditions & IF_MISC)
		fact_add(decoded, "regulator", "Voltage regulator",
			 bits(context->record->misc, 25, 24));
}

static void refine_kh50000_memory(const struct decode_context *context, struct decoded *decoded)
{
	uint16_t transaction = (uint16_t)bits(context->record->status, 6, 4);

	refine_memory(context, decoded);
	if (!intel_is_memory(context))
		return;
	if (code_text(memory_transactions, ARRAY_SIZE(memory_transactions), transaction))
		fact_add_error(decoded, memory_transactions, ARRAY_SIZE(memory_transactions),
			       transaction);
	if (!(context->conditions & IF_MISC))
		return;
	decoded->location.rank = (int32_t)bits(context->record->misc, 26, 25);
	facts_from_register(decoded, memory_misc_rows, ARRAY_SIZE(memory_misc_rows),
			    context->record->misc, context->conditions);
}

static void refine_hif(const struct decode_context *context, struct decoded *decoded)
{
	add_nonzero(decoded, hif_errors, ARRAY_SIZE(hif_errors),
		    bits(context->record->status, 23, 16));
}

/* clang-format off */
static const struct intel_unit kh50000[] = {
	{ 0,  0,  "CPU",  "Core", refine_cpu },
	{ 1,  1,  "PL2",  "Private L2 cache", refine_pl2 },
	{ 2,  2,  "PCIE", "PCI Express 0", refine_pcie },
	{ 3,  3,  "ZDI",  "Die-to-die interconnect 0 of the I/O die", refine_iod_link },
	{ 4,  4,  "SVID", "Voltage regulator control 0", refine_svid },
	{ 5,  5,  "ZDI",  "Die-to-die interconnect 1 of the I/O die", refine_iod_link },
	{ 6,  6,  "PCIE", "PCI Express 1", refine_pcie },
	{ 7,  7,  "ZDI",  "Die-to-die interconnect of the core die", refine_ccd_link },
	{ 9,  16, "IMC",  "Memory controller", refine_kh50000_memory },
	{ 17, 17, "LLC",  "Last-level cache", refine_llc },
	{ 18, 21, "IMC",  "Memory controller", refine_kh50000_memory },
	{ 22, 22, "SVID", "Voltage regulator control 2", refine_svid },
	{ 26, 26, "ZPI",  "Socket interconnect", refine_zpi },
	{ 27, 27, "SVID", "Voltage regulator control 1", refine_svid },
	{ 28, 31, "HIF",  "Host interface", refine_hif },
};
/* clang-format on */

void refine_kh50000(const struct decode_context *context, struct decoded *decoded)
{
	intel_unit_refine(kh50000, ARRAY_SIZE(kh50000), context, decoded);
	classify(decoded);
}
