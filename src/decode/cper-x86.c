// SPDX-License-Identifier: GPL-2.0-only
#include "decode/cper-x86.h"

#include "decode/cper-fields.h"
#include "decode/facts.h"
#include "event/bits.h"
#include "util/cleanup.h"

enum { VALID_APICID = 0, VALID_CPUID = 1 };
enum { AT_APICID = 8, AT_CPUID = 16, AT_INFOS = 64, INFO_SIZE = 64, CONTEXT_HEADER = 16 };

/* Error information: offsets and validation bits. */
enum { INFO_VALID = 16, INFO_CHECK = 24, INFO_VALID_CHECK = 0 };

enum { CONTEXT_MSR = 1 };

static unsigned int n_infos(struct bytes section)
{
	return (unsigned int)bits(bytes_u64(section, 0), 7, 2);
}

static unsigned int n_contexts(struct bytes section)
{
	return (unsigned int)bits(bytes_u64(section, 0), 13, 8);
}

/* A context of registers: what its header says, and those of its data that are there. */
struct context {
	unsigned int type;
	uint32_t msr; /* number of the first */
	struct bytes data;
};

/*
 * Reads the context at *offset and moves that to the next one, which begins at
 * a multiple of 16 (N.2.4.2.2). False: there is none.
 */
static bool next_context(struct bytes section, size_t *offset, struct context *ret_context)
{
	size_t size = bytes_u16(section, *offset + 2);

	if (!bytes_have(section, *offset, CONTEXT_HEADER))
		return false;
	*ret_context = (struct context){
		.type = bytes_u16(section, *offset),
		.msr = bytes_u32(section, *offset + 4),
		.data = cper_part(section, *offset + CONTEXT_HEADER, size),
	};
	*offset += CONTEXT_HEADER + ((size + 15) & ~(size_t)15);
	return true;
}

static size_t first_context(struct bytes section)
{
	return AT_INFOS + (size_t)n_infos(section) * INFO_SIZE;
}

/*
 * AMD PPR, MCA_* registers of Scalable MCA: 16 a bank from MSRC000_2000 on, in
 * this order. Linux reads contexts that begin with MCA_STATUS (arch/x86/kernel/
 * cpu/mce/apei.c); those that begin with MCA_CTL are the same one register later.
 */
enum smca_register {
	SMCA_CTL,
	SMCA_STATUS,
	SMCA_ADDR,
	SMCA_MISC0,
	SMCA_CONFIG,
	SMCA_IPID,
	SMCA_SYND,
	SMCA_DESTAT = 8,
	SMCA_DEADDR,
	SMCA_SYND1 = 14,
	SMCA_SYND2,
};

#define SMCA_FIRST 0xc0002000u
#define SMCA_LAST  0xc0002fffu

static bool has_register(const struct context *context, enum smca_register number)
{
	unsigned int first = context->msr & 0xf;

	return number >= first && bytes_have(context->data, (number - first) * 8, 8);
}

static uint64_t get_register(const struct context *context, enum smca_register number)
{
	return has_register(context, number)
		       ? bytes_u64(context->data, (number - (context->msr & 0xf)) * 8)
		       : 0;
}

/* A deferred error stays in DESTAT where a worse one took STATUS, which then is the record. */
static bool only_deferred(const struct context *context)
{
	return !(get_register(context, SMCA_STATUS) & STATUS_VAL) &&
	       get_register(context, SMCA_DESTAT) & STATUS_VAL;
}

static bool is_machine_check(const struct context *context)
{
	return context->type == CONTEXT_MSR && context->msr >= SMCA_FIRST &&
	       context->msr <= SMCA_LAST && has_register(context, SMCA_STATUS) &&
	       (get_register(context, SMCA_STATUS) & STATUS_VAL || only_deferred(context));
}

static void take_register(const struct context *context, enum smca_register number, uint32_t field,
			  uint64_t *value, struct record *record)
{
	if (!has_register(context, number))
		return;
	*value = get_register(context, number);
	record->fields |= field;
}

static void take_bank(const struct context *context, struct record *record)
{
	bool deferred = only_deferred(context);

	record->vendor = VENDOR_AMD;
	record->bank = (uint8_t)(context->msr >> 4);
	record->status = get_register(context, deferred ? SMCA_DESTAT : SMCA_STATUS);
	take_register(context, deferred ? SMCA_DEADDR : SMCA_ADDR, RECORD_HAS_ADDR, &record->addr,
		      record);
	take_register(context, SMCA_MISC0, RECORD_HAS_MISC, &record->misc, record);
	take_register(context, SMCA_IPID, RECORD_HAS_IPID, &record->ipid, record);
	take_register(context, SMCA_SYND, RECORD_HAS_SYND, &record->synd, record);
	take_register(context, SMCA_SYND1, RECORD_HAS_SYND12, &record->synd1, record);
	take_register(context, SMCA_SYND2, RECORD_HAS_SYND12, &record->synd2, record);
}

/* CPUID(1).EAX comes first; its reserved bits are 0, which a structure of another kind may fail. */
static void take_processor(struct bytes section, struct record *record)
{
	uint64_t valid = bytes_u64(section, 0);
	uint32_t cpuid = bytes_u32(section, AT_CPUID);

	if (cper_has(section, valid, VALID_APICID, AT_APICID, 8)) {
		record->apicid = bytes_u32(section, AT_APICID);
		record->fields |= RECORD_HAS_APICID;
	}
	if (cper_has(section, valid, VALID_CPUID, AT_CPUID, 4) && cpuid && !(cpuid & 0xf000c000)) {
		record->cpuid = cpuid;
		record->fields |= RECORD_HAS_CPUID;
	}
}

bool cper_x86_machine_check(struct bytes section, unsigned int index, struct record *record)
{
	enum { FAMILY_HYGON = 0x18 };
	size_t at = first_context(section);
	struct context context;

	for (unsigned int i = 0; i < n_contexts(section); i++) {
		if (!next_context(section, &at, &context))
			return false;
		if (!is_machine_check(&context) || index--)
			continue;
		take_processor(section, record);
		take_bank(&context, record);
		if (record->fields & RECORD_HAS_CPUID &&
		    cpuid_family(record->cpuid) == FAMILY_HYGON)
			record->vendor = VENDOR_HYGON;
		return true;
	}
	return false;
}

/* UEFI 2.10, N.2.4.2.1, tables of the check structures. */
/* clang-format off */
static const char *const transactions[] = { "instruction", "data", "generic" };
static const char *const operations[] = {
	"generic", "generic read", "generic write", "data read", "data write", "instruction fetch",
	"prefetch", "eviction", "snoop",
};
static const char *const participations[] = {
	"The local processor made the request", "The local processor responded to the request",
	"The local processor observed the request", "Generic participation",
};
static const char *const spaces[] = { "Memory access", NULL, "I/O", "Other transaction" };
static const char *const micro_errors[] = {
	"No error", "Unclassified micro-architectural error", "Microcode ROM parity error",
	"External error", "Functional redundancy check error", "Internal unclassified error",
};

/* A field of a check structure: a fact where its validation bit is set and it is not 0. */
struct check_row {
	const char *name;
	const char *text;
	const char *const *texts;
	uint8_t n_texts;
	uint8_t valid;
	uint8_t high;
	uint8_t low;
	bool zero;
};

static const struct check_row common_checks[] = {
	{ .name = "check_context_corrupt", .valid = 3, .high = 25, .low = 25, .text = "Processor context corrupt" },
	{ .name = "check_uncorrected",     .valid = 4, .high = 26, .low = 26, .text = "Uncorrected error" },
	{ .name = "check_precise_ip",      .valid = 5, .high = 27, .low = 27, .text = "The instruction pointer is that of the error" },
	{ .name = "check_restartable",     .valid = 6, .high = 28, .low = 28, .text = "The program can go on" },
	{ .name = "check_overflow",        .valid = 7, .high = 29, .low = 29, .text = "More errors than are described" },
};

static const struct check_row bus_checks[] = {
	{ .name = "participation", .valid = 8, .high = 31, .low = 30, .zero = true, .text = "Participation",
	  CPER_TEXTS(participations) },
	{ .name = "check_timeout", .valid = 9, .high = 32, .low = 32, .text = "The request timed out" },
	{ .name = "address_space", .valid = 10, .high = 34, .low = 33, .zero = true, .text = "Unknown address space",
	  CPER_TEXTS(spaces) },
};

static const struct check_row micro_checks[] = {
	{ .name = "error", .valid = 0, .high = 18, .low = 16, .zero = true, .text = "Unknown micro-architectural error",
	  CPER_TEXTS(micro_errors) },
	{ .name = "check_context_corrupt", .valid = 1, .high = 19, .low = 19, .text = "Processor context corrupt" },
	{ .name = "check_uncorrected",     .valid = 2, .high = 20, .low = 20, .text = "Uncorrected error" },
	{ .name = "check_precise_ip",      .valid = 3, .high = 21, .low = 21, .text = "The instruction pointer is that of the error" },
	{ .name = "check_restartable",     .valid = 4, .high = 22, .low = 22, .text = "The program can go on" },
	{ .name = "check_overflow",        .valid = 5, .high = 23, .low = 23, .text = "More errors than are described" },
};

struct info_kind {
	sd_id128_t type;
	enum error_class class;
	const char *text;
	bool micro;
};

static const struct info_kind info_kinds[] = {
	{ SD_ID128_MAKE(a5,57,01,f5,e3,ef,43,de,ac,72,24,9b,57,3f,ad,2c), CLASS_CACHE, "Cache error", false },
	{ SD_ID128_MAKE(fc,06,b5,35,5e,1f,45,62,9f,25,0a,3b,9a,db,63,c3), CLASS_TLB, "TLB error", false },
	{ SD_ID128_MAKE(1c,f3,f8,b3,c5,b1,49,a2,aa,59,5e,ef,92,ff,a6,3c), CLASS_BUS, "Bus error", false },
	{ SD_ID128_MAKE(48,ab,7f,57,dc,34,4f,6c,a7,d3,b0,b5,b0,a7,43,14), CLASS_INTERNAL,
	  "Micro-architectural error", true },
};

/* The same tables: what an information structure has beside its check. */
static const struct cper_row info_rows[] = {
	{ .name = "check",          .text = "Check information",   .valid = 0, .offset = 24, .size = 8 },
	{ .name = "target_address", .text = "Target address",      .valid = 1, .offset = 32, .size = 8 },
	{ .name = "requester_id",   .text = "Requester",           .valid = 2, .offset = 40, .size = 8 },
	{ .name = "responder_id",   .text = "Responder",           .valid = 3, .offset = 48, .size = 8 },
	{ .name = "instruction_pointer", .text = "Instruction pointer", .valid = 4, .offset = 56, .size = 8 },
};

/* N.2.4.2.2, table "IA32/X64 Processor Context Information Structure", register context type. */
static const char *const context_types[] = {
	"Unclassified data", "MSR registers", "32-bit mode registers", "64-bit mode registers",
	"FXSAVE context", "32-bit debug registers", "64-bit debug registers",
	"Memory mapped registers",
};
/* clang-format on */

static const struct info_kind *find_kind(struct bytes info)
{
	sd_id128_t type = cper_guid(info, 0);

	for (size_t i = 0; i < ARRAY_SIZE(info_kinds); i++)
		if (sd_id128_equal(info_kinds[i].type, type))
			return &info_kinds[i];
	return NULL;
}

static void check_facts(uint64_t check, const struct check_row *rows, size_t n,
			struct decoded *decoded)
{
	for (size_t i = 0; i < n; i++) {
		const struct check_row *row = &rows[i];
		uint64_t value = bits(check, row->high, row->low);
		const char *text = value < row->n_texts ? row->texts[value] : NULL;

		if (check & BIT64(row->valid) && (value || row->zero))
			fact_add(decoded, row->name, text ? text : row->text, value);
	}
}

/* "Cache error, data read, level 2": what the first of the structures says. */
static void describe_info(const struct info_kind *kind, uint64_t check, struct decoded *decoded)
{
	uint64_t operation = bits(check, 21, 18), transaction = bits(check, 17, 16);
	struct phrase phrase;

	decoded->class = kind->class;
	phrase_start(&phrase, decoded->mca, sizeof(decoded->mca));
	phrase_add(&phrase, kind->text);
	if (kind->micro)
		return;
	if (check & BIT64(0) && transaction < ARRAY_SIZE(transactions)) {
		phrase_add(&phrase, ", ");
		phrase_add(&phrase, transactions[transaction]);
		phrase_add(&phrase, " transaction");
	}
	if (check & BIT64(1) && operation < ARRAY_SIZE(operations)) {
		phrase_add(&phrase, ", ");
		phrase_add(&phrase, operations[operation]);
	}
	if (check & BIT64(2)) {
		phrase_add(&phrase, ", level ");
		phrase_add_number(&phrase, bits(check, 24, 22));
	}
}

static void take_info(struct bytes info, bool first, struct decoded *decoded)
{
	const struct info_kind *kind = find_kind(info);
	uint64_t valid = bytes_u64(info, INFO_VALID);
	uint64_t check = valid & BIT64(INFO_VALID_CHECK) ? bytes_u64(info, INFO_CHECK) : 0;

	if (kind && first)
		describe_info(kind, check, decoded);
	if (kind && kind->micro) {
		check_facts(check, micro_checks, ARRAY_SIZE(micro_checks), decoded);
		decoded->overflow |= check & BIT64(5) && check & BIT64(23);
	} else if (kind) {
		check_facts(check, common_checks, ARRAY_SIZE(common_checks), decoded);
		decoded->overflow |= check & BIT64(7) && check & BIT64(29);
	}
	if (kind && kind->class == CLASS_BUS)
		check_facts(check, bus_checks, ARRAY_SIZE(bus_checks), decoded);
	cper_facts(info, valid, info_rows, ARRAY_SIZE(info_rows), decoded);
}

static void take_contexts(struct bytes section, struct decoded *decoded)
{
	size_t at = first_context(section);
	struct context context;

	for (unsigned int i = 0; i < n_contexts(section); i++) {
		if (!next_context(section, &at, &context))
			return;
		fact_add(decoded, "context",
			 context.type < ARRAY_SIZE(context_types) ? context_types[context.type]
								  : "Unknown type of context",
			 context.type);
		if (context.type == CONTEXT_MSR)
			fact_add(decoded, "context_msr", "Number of the first MSR", context.msr);
	}
}

void cper_x86(struct bytes section, struct cper_error *error)
{
	struct decoded *decoded = &error->decoded;
	struct phrase phrase;

	phrase_start(&phrase, decoded->mca, sizeof(decoded->mca));
	phrase_add(&phrase, "IA32/X64 processor error");
	take_processor(section, &error->record);
	for (unsigned int i = 0; i < n_infos(section); i++) {
		struct bytes info = cper_part(section, AT_INFOS + (size_t)i * INFO_SIZE, INFO_SIZE);

		if (info.size == INFO_SIZE)
			take_info(info, i == 0, decoded);
	}
	take_contexts(section, decoded);
}
