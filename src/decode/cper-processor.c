// SPDX-License-Identifier: GPL-2.0-only
#include "decode/cper-processor.h"

#include "decode/cper-fields.h"
#include "decode/facts.h"
#include "util/cleanup.h"

enum {
	VALID_TYPE = 0,
	VALID_ERROR = 2,
	VALID_OPERATION = 3,
	VALID_FLAGS = 4,
	VALID_VERSION = 6,
	VALID_ID = 8,
	VALID_TARGET = 9,
};
enum { AT_TYPE = 8, AT_ERROR = 10, AT_OPERATION = 11, AT_FLAGS = 12, AT_VERSION = 16, AT_ID = 152 };
enum { TYPE_X86 = 0 };

/* UEFI 2.10, N.2.4.1, table "Processor Generic Error Section". */
/* clang-format off */
static const char *const processor_types[] = { "IA32/X64", "IA64", "ARM" };
static const char *const isas[] = { "IA32", "IA64", "X64", "ARM A32/T32", "ARM A64" };
/* A bit each, of which several may be set. */
static const char *const error_types[] = {
	[1] = "Cache error",
	[2] = "TLB error",
	[3] = "Cache and TLB error",
	[4] = "Bus error",
	[5] = "Cache and bus error",
	[6] = "TLB and bus error",
	[7] = "Cache, TLB and bus error",
	[8] = "Micro-architectural error",
	[9] = "Cache and micro-architectural error",
	[10] = "TLB and micro-architectural error",
	[11] = "Cache, TLB and micro-architectural error",
	[12] = "Bus and micro-architectural error",
	[13] = "Cache, bus and micro-architectural error",
	[14] = "TLB, bus and micro-architectural error",
	[15] = "Cache, TLB, bus and micro-architectural error",
};
static const char *const operations[] = {
	"Unknown or generic operation", "Data read", "Data write", "Instruction execution",
};

static const struct cper_row rows[] = {
	{ .name = "processor_type", .text = "Unknown type of processor", CPER_TEXTS(processor_types),
	  .valid = VALID_TYPE, .offset = AT_TYPE, .size = 1 },
	{ .name = "processor_isa", .text = "Unknown instruction set", CPER_TEXTS(isas),
	  .valid = 1, .offset = 9, .size = 1 },
	{ .name = "processor_error_type", .text = "Unknown type of error", CPER_TEXTS(error_types),
	  .valid = VALID_ERROR, .offset = AT_ERROR, .size = 1 },
	{ .name = "operation", .text = "Unknown operation", CPER_TEXTS(operations),
	  .valid = VALID_OPERATION, .offset = AT_OPERATION, .size = 1 },
	{ .name = "level", .text = "Level of the structure", .valid = 5, .offset = 13, .size = 1 },
	{ .name = "processor_version", .text = "Processor version (CPUID or MIDR)",
	  .valid = VALID_VERSION, .offset = AT_VERSION, .size = 8 },
	{ .name = "processor_id", .text = "Processor ID (APIC ID or MPIDR)",
	  .valid = VALID_ID, .offset = AT_ID, .size = 8 },
	{ .name = "target_address", .text = "Target address", .valid = VALID_TARGET, .offset = 160, .size = 8 },
	{ .name = "requester_id", .text = "Requester", .valid = 10, .offset = 168, .size = 8 },
	{ .name = "responder_id", .text = "Responder", .valid = 11, .offset = 176, .size = 8 },
	{ .name = "instruction_pointer", .text = "Instruction pointer", .valid = 12, .offset = 184, .size = 8 },
};

static const struct fact_row flag_rows[] = {
	{ .name = "restartable", .high = 0, .low = 0, .text = "The program can go on" },
	{ .name = "precise_ip",  .high = 1, .low = 1, .text = "The instruction pointer is that of the error" },
	{ .name = "overflow",    .high = 2, .low = 2, .text = "More errors than are described" },
	{ .name = "hardware_corrected", .high = 3, .low = 3, .text = "Corrected by hardware or firmware" },
};
/* clang-format on */

struct error_type {
	enum error_class class;
	const char *text;
};

/* A bit each; of several at once no class is the right one. */
static struct error_type error_type(struct bytes section, uint64_t valid)
{
	if (cper_has(section, valid, VALID_ERROR, AT_ERROR, 1)) {
		switch (bytes_u8(section, AT_ERROR)) {
		case 1:
			return (struct error_type){ CLASS_CACHE, "Processor cache error" };
		case 2:
			return (struct error_type){ CLASS_TLB, "Processor TLB error" };
		case 4:
			return (struct error_type){ CLASS_BUS, "Processor bus error" };
		case 8:
			return (struct error_type){ CLASS_INTERNAL,
						    "Processor micro-architectural error" };
		}
	}
	return (struct error_type){ CLASS_UNKNOWN, "Processor error" };
}

/* What the fields mean depends on the architecture: only x86's are the record's. */
static void take_identity(struct bytes section, uint64_t valid, struct record *record)
{
	if (!cper_has(section, valid, VALID_TYPE, AT_TYPE, 1) ||
	    bytes_u8(section, AT_TYPE) != TYPE_X86)
		return;
	if (cper_has(section, valid, VALID_VERSION, AT_VERSION, 8)) {
		record->cpuid = bytes_u32(section, AT_VERSION);
		record->fields |= RECORD_HAS_CPUID;
	}
	if (cper_has(section, valid, VALID_ID, AT_ID, 8)) {
		record->apicid = bytes_u32(section, AT_ID);
		record->fields |= RECORD_HAS_APICID;
	}
}

void cper_processor(struct bytes section, struct cper_error *error)
{
	struct decoded *decoded = &error->decoded;
	uint64_t valid = bytes_u64(section, 0);
	struct error_type type = error_type(section, valid);
	uint8_t operation = bytes_u8(section, AT_OPERATION);
	struct phrase phrase;

	decoded->class = type.class;
	phrase_start(&phrase, decoded->mca, sizeof(decoded->mca));
	phrase_add(&phrase, type.text);
	if (cper_has(section, valid, VALID_OPERATION, AT_OPERATION, 1) && operation &&
	    operation < ARRAY_SIZE(operations)) {
		static const char *const words[] = { NULL, ", data read", ", data write",
						     ", instruction execution" };

		phrase_add(&phrase, words[operation]);
	}
	take_identity(section, valid, &error->record);
	cper_facts(section, valid, rows, ARRAY_SIZE(rows), decoded);
	if (!cper_has(section, valid, VALID_FLAGS, AT_FLAGS, 1))
		return;
	facts_from_register(decoded, flag_rows, ARRAY_SIZE(flag_rows), bytes_u8(section, AT_FLAGS),
			    0);
	decoded->overflow |= bytes_u8(section, AT_FLAGS) & 4;
}
