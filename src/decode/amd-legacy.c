// SPDX-License-Identifier: GPL-2.0-only
/*
 * AMD before Scalable MCA, families 0Fh to 16h: the BKDGs, "Machine Check
 * Error Status Registers", each bank's table "Error Signatures": 26094 and 32559 (0Fh),
 * 31116 (10h), 41256 (11h), 41131 (12h), 43170 (14h), 42301, 42300 and 50742 (15h), 48751 and
 * 52740 (16h). What an extended error code means depends on the kind of the error code.
 */
#include <string.h>

#include "decode/facts.h"
#include "decode/refine.h"
#include "event/bits.h"
#include "util/cleanup.h"

/* The kinds of error code, and its fields (BKDG for family 10h, "Error Codes"). */
enum kind {
	KIND_TLB,      /* 0000 0000 0001 TTLL */
	KIND_MEMORY,   /* 0000 0001 RRRR TTLL */
	KIND_BUS,      /* 0000 1PPT RRRR IILL */
	KIND_INTERNAL, /* 0000 01UU 0000 0000 */
	KIND_OTHER,
};

enum request {
	REQUEST_GENERIC,
	REQUEST_READ,
	REQUEST_WRITE,
	REQUEST_DATA_READ,
	REQUEST_DATA_WRITE,
	REQUEST_FETCH,
	REQUEST_PREFETCH,
	REQUEST_EVICT,
	REQUEST_SNOOP,
};

enum { FAMILY_K8 = 0x0f, FAMILY_10H = 0x10, FAMILY_15H = 0x15 };
enum { LEVEL_1 = 1, LEVEL_2 = 2, LEVEL_GENERIC = 3, TYPE_INSTRUCTION = 0, TYPE_DATA = 1 };
enum { ACCESS_MEMORY = 0, ACCESS_IO = 2 };

/* One record's error code, taken apart. */
struct code {
	enum kind kind;
	unsigned int family;
	unsigned int extended;
	unsigned int request;
	unsigned int type; /* of a bus error: the access */
	unsigned int level;
	bool address;
};

static enum kind kind_of(uint16_t code)
{
	if ((code & 0xfff0) == 0x0010)
		return KIND_TLB;
	if ((code & 0xff00) == 0x0100)
		return KIND_MEMORY;
	if ((code & 0xf800) == 0x0800)
		return KIND_BUS;
	return (code & 0xf4ff) == 0x0400 ? KIND_INTERNAL : KIND_OTHER;
}

/* Bits of the extended error code: 4 before family 15h but in the northbridge, 6 in late 15h. */
static unsigned int extended_code(const struct decode_context *context)
{
	enum { BANK_NORTHBRIDGE = 4, MODEL_6_BITS = 0x60 };
	unsigned int high = 19;

	if (context->record->bank == BANK_NORTHBRIDGE || context->family >= FAMILY_15H)
		high = 20;
	if (context->family == FAMILY_15H && context->record->bank != BANK_NORTHBRIDGE &&
	    cpuid_model(context->record->cpuid) >= MODEL_6_BITS)
		high = 21;
	return (unsigned int)bits(context->record->status, high, 16);
}

static struct code code_of(const struct decode_context *context)
{
	uint64_t status = context->record->status;

	return (struct code){
		.kind = kind_of((uint16_t)status),
		.family = context->family,
		.extended = extended_code(context),
		.request = (unsigned int)bits(status, 7, 4),
		.type = (unsigned int)bits(status, 3, 2),
		.level = (unsigned int)bits(status, 1, 0),
		.address = status & STATUS_ADDRV,
	};
}

/*
 * Internal errors came with family 15h; last is the greatest extended error code that
 * the Linux driver mce_amd knows for them.
 */
static const char *hardware_assertion(const struct code *code, unsigned int last)
{
	return code->family >= FAMILY_15H && code->extended <= last ? "Hardware assertion" : NULL;
}

/* ---- bank 0: the data cache, on family 15h the load-store unit ---- */

static const char *data_tlb(const struct code *code)
{
	if (code->type != TYPE_DATA)
		return NULL;
	if (code->extended == 2)
		return "Data TLB: miss of a locked access";
	return code->extended ? "Data TLB: several entries match" : "Data TLB parity error";
}

static const char *data_cache_k8(const struct code *code)
{
	bool scrubs = code->family != 0x12;

	if (code->kind == KIND_BUS)
		return code->family == 0x0f || code->family == 0x11
			       ? "Data cache: system line fill error"
			       : NULL;
	if (code->kind != KIND_MEMORY)
		return NULL;
	if (scrubs && code->request == REQUEST_GENERIC && code->level == LEVEL_1)
		return "Data cache: error found by the scrubber";
	if (code->level == LEVEL_2)
		return "Data cache: error in a line fill from L2";
	return code->level == LEVEL_1 ? "Data cache: data or tag error" : NULL;
}

static const char *data_cache_cat_memory(const struct code *code)
{
	if (code->type != TYPE_DATA || code->level != LEVEL_1)
		return NULL;
	switch (code->request) {
	case REQUEST_DATA_READ:
		return "Data cache: data or tag parity error, load or prefetch";
	case REQUEST_DATA_WRITE:
		return "Data cache: data or tag parity error, store";
	case REQUEST_EVICT:
		return "Data cache: copyback parity error on a tag miss";
	case REQUEST_SNOOP:
		return "Data cache: tag parity error, snoop";
	}
	return NULL;
}

static const char *data_cache_cat_bus(const struct code *code)
{
	if ((code->type != ACCESS_MEMORY && code->type != ACCESS_IO) ||
	    code->level != LEVEL_GENERIC)
		return NULL;
	switch (code->request) {
	case REQUEST_READ:
		return "System read data error, TLB reload";
	case REQUEST_DATA_WRITE:
		return "System read data error, store";
	case REQUEST_DATA_READ:
		return "System read data error, load";
	}
	return NULL;
}

/* clang-format off */
static const struct code_row load_store_15h[] = {
	{ 0x00, "Data array access error" },
	{ 0x01, "Uncorrectable error in a line fill from L2 or the northbridge" },
	{ 0x02, "Store queue access error" },
	{ 0x03, "Store coalescing buffer access error" },
	{ 0x10, "Tag error" },
	{ 0x11, "Store queue access error" },
	{ 0x12, "Load queue access error" },
};
/* clang-format on */

static const char *text_of(const struct code_row *rows, size_t n, unsigned int extended)
{
	return code_text(rows, n, (uint16_t)extended);
}

static const char *bank_0_15h(const struct code *code)
{
	switch (code->kind) {
	case KIND_MEMORY:
		return text_of(load_store_15h, ARRAY_SIZE(load_store_15h), code->extended);
	case KIND_BUS:
		return code->extended ? "Internal error condition" : "System read data error";
	case KIND_INTERNAL:
		return hardware_assertion(code, 0x1f);
	case KIND_TLB:
	case KIND_OTHER:
		break;
	}
	return NULL;
}

static const char *bank_0(const struct code *code)
{
	if (code->kind == KIND_TLB)
		return data_tlb(code);
	switch (code->family) {
	case 0x14:
	case 0x16:
		if (code->kind == KIND_MEMORY)
			return data_cache_cat_memory(code);
		return code->kind == KIND_BUS ? data_cache_cat_bus(code) : NULL;
	case 0x15:
		return bank_0_15h(code);
	}
	return data_cache_k8(code);
}

/* ---- bank 1: the instruction cache, on family 15h instruction fetch ---- */

/* clang-format off */
static const struct code_row fetch_15h[] = {
	{ 0x00, "Uncorrectable error in a demand line fill from L2" },
	{ 0x01, "Instruction cache parity error, data load" },
	{ 0x02, "Instruction cache valid bit parity error" },
	{ 0x03, "Main tag parity error" },
	{ 0x04, "Prediction queue parity error" },
	{ 0x05, "Prefetch buffer data or address parity error" },
	{ 0x06, "Branch status register parity error" },
	{ 0x07, "Prefetch buffer promotion address error" },
	{ 0x08, "Tag error, probe or victimization" },
	{ 0x09, "Probe tag valid bit parity error" },
	{ 0x0a, "Prefetch buffer non-cacheable bit parity error" },
	{ 0x0d, "Prefetch buffer valid bit parity error" },
	{ 0x10, "Microcode patch buffer parity error" },
	{ 0x11, "Decoder micro-op queue parity error" },
	{ 0x12, "Decoder instruction buffer parity error" },
	{ 0x13, "Decoder predecode buffer parity error" },
	{ 0x14, "Decoder fetch address FIFO parity error" },
	{ 0x15, "Decoder dispatch micro-op queue parity error" },
};
/* clang-format on */

static const char *instruction_cache_k8(const struct code *code)
{
	if (code->level == LEVEL_2)
		return "Instruction cache: error in a line fill from L2";
	if (code->level != LEVEL_1)
		return NULL;
	switch (code->request) {
	case REQUEST_FETCH:
		return "Instruction cache: parity error, data load";
	case REQUEST_EVICT:
		return "Instruction cache: copyback parity or victim error";
	case REQUEST_SNOOP:
		return "Instruction cache: tag error, snoop";
	}
	return NULL;
}

static const char *instruction_cache_cat(const struct code *code)
{
	if (code->type != TYPE_INSTRUCTION)
		return NULL;
	if (code->request == REQUEST_FETCH)
		return "Instruction cache: data or tag parity error on a tag hit";
	if (code->request == REQUEST_SNOOP)
		return "Instruction cache: tag error, snoop or victimization";
	if (code->extended == 0)
		return "Instruction cache: tag parity error, victim castout";
	return code->extended == 2 ? "Microcode patch RAM parity error" : NULL;
}

static const char *bank_1(const struct code *code)
{
	switch (code->kind) {
	case KIND_TLB:
		return code->extended ? "Instruction TLB: several entries match"
				      : "Instruction TLB parity error";
	case KIND_BUS:
		return code->family == 0x0f && code->address
			       ? "Instruction cache: system line fill error"
			       : "Northbridge data read error";
	case KIND_INTERNAL:
		return hardware_assertion(code, 0x3f);
	case KIND_MEMORY:
		break;
	case KIND_OTHER:
		return NULL;
	}
	if (code->family == 0x14 || code->family == 0x16)
		return instruction_cache_cat(code);
	if (code->family == 0x15)
		return text_of(fetch_15h, ARRAY_SIZE(fetch_15h), code->extended);
	return instruction_cache_k8(code);
}

/* ---- bank 2: the bus unit with the L2, on family 15h the combined unit ---- */

/* clang-format off */
static const struct code_row combined_15h[] = {
	{ 0x04, "Fill ECC error on data fills" },
	{ 0x05, "Fill parity error on instruction fills" },
	{ 0x06, "Prefetcher request FIFO parity error" },
	{ 0x07, "PRQ address parity error" },
	{ 0x08, "PRQ data parity error" },
	{ 0x09, "Write coalescing cache tag ECC error" },
	{ 0x0a, "Write coalescing cache data ECC error" },
	{ 0x0b, "Write combining buffer data parity error" },
	{ 0x0c, "Victim buffer data ECC or parity error" },
	{ 0x10, "L2 tag ECC error" },
	{ 0x11, "L2 tag ECC error, hard" },
	{ 0x12, "L2 tag hit several times" },
	{ 0x13, "XAB parity error" },
	{ 0x14, "Probe buffer address parity error" },
};

static const struct code_row l2_16h[] = {
	{ 0x09, "L2 tag ECC error", 0x0b },
	{ 0x0d, "L2 tag ECC error", 0x0f },
	{ 0x10, "L2 data array ECC error", 0x19 },
	{ 0x1b, "L2 data array ECC error" },
	{ 0x1c, "L2 attribute bits parity error", 0x1d },
	{ 0x1f, "L2 attribute bits parity error" },
};
/* clang-format on */

static const char *bus_unit_generic(const struct code *code)
{
	if (code->kind == KIND_TLB)
		return "Page descriptor cache or guest TLB error";
	if (code->kind == KIND_BUS)
		return "ECC or parity error in data read from the northbridge";
	if (code->kind != KIND_MEMORY)
		return NULL;
	if (code->request >= REQUEST_EVICT)
		return "Error in a data copyback";
	return code->request <= REQUEST_READ ? "ECC or parity error in data read from L2" : NULL;
}

static const char *bus_unit_k8(const struct code *code)
{
	switch (code->extended) {
	case 0:
		return bus_unit_generic(code);
	case 1:
		return "Error in the write data buffers";
	case 2:
		return code->kind == KIND_MEMORY ? "L2 tag error" : NULL;
	case 3:
		return "Error in the victim data buffers";
	}
	return NULL;
}

static const char *bank_2_15h(const struct code *code)
{
	switch (code->kind) {
	case KIND_TLB:
		if (code->extended == 0)
			return "TLB data parity error";
		return code->extended == 1 ? "Poison in data for a TLB fill" : NULL;
	case KIND_BUS:
		return code->extended <= 2 ? "Northbridge data read error" : NULL;
	case KIND_MEMORY:
		return text_of(combined_15h, ARRAY_SIZE(combined_15h), code->extended);
	case KIND_INTERNAL:
		return hardware_assertion(code, 0x3f);
	case KIND_OTHER:
		break;
	}
	return NULL;
}

static const char *bank_2_16h(const struct code *code)
{
	if (code->kind != KIND_MEMORY)
		return NULL;
	if (code->extended == 4 || code->extended == 5)
		return code->request == REQUEST_READ ? "Input buffer parity error"
						     : "Output buffer parity error";
	return text_of(l2_16h, ARRAY_SIZE(l2_16h), code->extended);
}

static const char *bank_2(const struct code *code)
{
	if (code->family == 0x15)
		return bank_2_15h(code);
	if (code->family == 0x16)
		return bank_2_16h(code);
	return bus_unit_k8(code);
}

/* ---- bank 3: the load-store unit, before family 14h ---- */

static const char *bank_3(const struct code *code)
{
	if (code->family >= 0x14 || code->extended || code->kind != KIND_BUS)
		return NULL;
	if (code->request == REQUEST_DATA_READ)
		return "Northbridge data read error, load";
	return code->request == REQUEST_DATA_WRITE ? "Northbridge data read error, store" : NULL;
}

/* ---- bank 4: the northbridge ---- */

enum {
	NORTHBRIDGE_ECC = 0x00,
	NORTHBRIDGE_CHIPKILL = 0x08,
	NORTHBRIDGE_TABLE_WALK = 0x0f,
	NORTHBRIDGE_COMPUTE_UNIT = 0x19,
};

/* clang-format off */
static const struct code_row northbridge[] = {
	{ 0x00, "DRAM ECC error" },
	{ 0x01, "HyperTransport link CRC error" },
	{ 0x02, "HyperTransport link synchronization error" },
	{ 0x03, "HyperTransport master abort" },
	{ 0x04, "HyperTransport target abort" },
	{ 0x05, "GART: invalid page table entry" },
	{ 0x06, "Unsupported atomic read-modify-write from an I/O link" },
	{ 0x07, "Watchdog timeout" },
	{ 0x08, "DRAM ECC error" },
	{ 0x09, "DMA exclusion vector error" },
	{ 0x0a, "HyperTransport link data error" },
	{ 0x0b, "Protocol error (link, L3 or probe filter)" },
	{ 0x0c, "Internal array parity error" },
	{ 0x0d, "DRAM address or control parity error" },
	{ 0x0e, "I/O link transmission error" },
	{ 0x1c, "L3 data ECC error" },
	{ 0x1d, "L3 tag error" },
	{ 0x1e, "L3 LRU parity error" },
	{ 0x1f, "Probe filter directory ECC error" },
};
/* clang-format on */

static const char *bank_4(const struct code *code)
{
	switch (code->extended) {
	case NORTHBRIDGE_ECC:
	case NORTHBRIDGE_CHIPKILL:
		if (code->family == 0x11) /* has no ECC */
			return NULL;
		break;
	case NORTHBRIDGE_TABLE_WALK:
		if (code->kind == KIND_TLB)
			return "GART table walk data error";
		return code->kind == KIND_BUS ? "DMA exclusion vector table walk error" : NULL;
	case NORTHBRIDGE_COMPUTE_UNIT:
		return code->family >= 0x15 ? "Compute unit data error" : NULL;
	}
	return text_of(northbridge, ARRAY_SIZE(northbridge), code->extended);
}

/* BKDG for families 0Fh (26094) and 10h (31116), "NB MCA status": what the upper half has. */
/* clang-format off */
static const struct fact_row northbridge_10h[] = {
	{ .name = "l3_subcache", .high = 43, .low = 42, .text = "Subcache of the L3" },
	{ .name = "sub_link",	 .high = 41, .low = 41, .text = "Sublink, or DRAM channel" },
};

static const struct fact_row error_cpus = {
	.name = "error_cpus", .high = 35, .low = 32, .text = "Cores of the error, one bit each",
};

static const struct fact_row error_core_id = {
	.name = "error_core_id", .high = 35, .low = 32, .zero = true,
	.text = "Core that the error belongs to",
};
/* clang-format on */

/*
 * Family 10h from revision D on has a number instead of the bits, and bit 56 says if it
 * holds; that is from the Linux driver mce_amd (Linux 3.0).
 */
static void add_cores(const struct decode_context *context, struct decoded *decoded)
{
	enum { MODEL_REVISION_D = 8, NUMBER_VALID = 56 };
	uint64_t status = context->record->status;
	bool number = context->family == FAMILY_10H &&
		      cpuid_model(context->record->cpuid) >= MODEL_REVISION_D;

	if (context->family != FAMILY_K8 && context->family != FAMILY_10H)
		return;
	if (!number)
		facts_from_register(decoded, &error_cpus, 1, status, context->conditions);
	else if (status & BIT64(NUMBER_VALID))
		facts_from_register(decoded, &error_core_id, 1, status, context->conditions);
}

static bool is_dram_ecc(const struct code *code)
{
	return (code->extended == NORTHBRIDGE_ECC || code->extended == NORTHBRIDGE_CHIPKILL) &&
	       code->family != 0x11 && (code->kind == KIND_MEMORY || code->kind == KIND_BUS);
}

static void add_northbridge(const struct decode_context *context, const struct code *code,
			    struct decoded *decoded)
{
	uint64_t status = context->record->status, syndrome = bits(status, 54, 47);
	bool link = code->extended >= 0x01 && code->extended <= 0x06 && code->extended != 0x05;

	if (code->extended == NORTHBRIDGE_CHIPKILL)
		syndrome |= bits(status, 31, 24) << 8;
	if (is_dram_ecc(code))
		fact_add(decoded, "syndrome", "ECC syndrome", syndrome);
	if (link)
		fact_add(decoded, "link", "HyperTransport link", bits(status, 39, 36));
	if (code->family == FAMILY_10H)
		facts_from_register(decoded, northbridge_10h, ARRAY_SIZE(northbridge_10h), status,
				    context->conditions);
	add_cores(context, decoded);
}

/* ---- bank 5: the reorder buffer, since family 15h the execution unit ---- */

/* clang-format off */
static const struct code_row execution[] = {
	{ 0x00, "CPU watchdog timeout" },
	{ 0x01, "Wakeup array destination tag parity error" },
	{ 0x02, "Address generator payload parity error" },
	{ 0x03, "Execution payload parity error" },
	{ 0x04, "Immediate displacement register file parity error" },
	{ 0x05, "Retire dispatch queue parity error" },
	{ 0x06, "Mapper checkpoint array parity error" },
	{ 0x07, "Physical register file parity error, port EX0" },
	{ 0x08, "Physical register file parity error, port EX1" },
	{ 0x09, "Physical register file parity error, port AG0" },
	{ 0x0a, "Physical register file parity error, port AG1" },
	{ 0x0b, "Flag register file parity error" },
	{ 0x0c, "Decode unit error" },
	{ 0x0d, "Retire status queue parity error" },
};

/* Bank 6, family 15h: the floating-point unit. */
static const struct code_row floating_point[] = {
	{ 0x00, "Hardware assertion" },
	{ 0x01, "Free list parity error" },
	{ 0x02, "Physical register file parity error" },
	{ 0x03, "Retire queue parity error" },
	{ 0x04, "Scheduler table parity error" },
	{ 0x05, "Status register file parity error" },
};
/* clang-format on */

static const char *bank_5(const struct code *code)
{
	if (code->family == 0x0f || code->family == 0x11)
		return NULL;
	/* the reorder buffer has one error */
	if (code->family < FAMILY_15H && code->extended)
		return NULL;
	if (code->kind == KIND_INTERNAL)
		return hardware_assertion(code, 0x1f);
	return text_of(execution, ARRAY_SIZE(execution), code->extended);
}

static const char *bank_6(const struct code *code)
{
	if (code->family != 0x15)
		return NULL;
	return text_of(floating_point, ARRAY_SIZE(floating_point), code->extended);
}

/* Long names by the short ones that smca.c gives the banks. */
/* clang-format off */
static const struct {
	const char type[4];
	const char *text;
} unit_names[] = {
	{ "DC", "Data cache" },
	{ "IC", "Instruction cache" },
	{ "BU", "Bus unit and L2 cache" },
	{ "CU", "Combined unit with L2 cache" },
	{ "LS", "Load-store unit" },
	{ "IF", "Instruction fetch unit" },
	{ "DE", "Decode unit" },
	{ "NB", "Northbridge" },
	{ "FR", "Reorder buffer" },
	{ "EX", "Execution unit" },
	{ "FP", "Floating-point unit" },
};
/* clang-format on */

static void add_unit(const struct decode_context *context, struct decoded *decoded)
{
	for (size_t i = 0; i < ARRAY_SIZE(unit_names); i++)
		if (strcmp(unit_names[i].type, decoded->bank_type) == 0)
			fact_add(decoded, "unit", unit_names[i].text, context->record->bank);
}

void refine_amd_legacy(const struct decode_context *context, struct decoded *decoded)
{
	static const char *(*const banks[])(const struct code *) = { bank_0, bank_1, bank_2, bank_3,
								     bank_4, bank_5, bank_6 };
	struct code code = code_of(context);
	const char *text;

	if (!decoded->bank_type || context->record->bank >= ARRAY_SIZE(banks))
		return;
	add_unit(context, decoded);
	text = banks[context->record->bank](&code);
	fact_add(decoded, "error", text ? text : "Unknown model-specific error", code.extended);
	if (banks[context->record->bank] == bank_4)
		add_northbridge(context, &code, decoded);
}
