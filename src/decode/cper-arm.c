// SPDX-License-Identifier: GPL-2.0-only
#include "decode/cper-arm.h"

#include "decode/cper-fields.h"
#include "decode/facts.h"
#include "event/bits.h"
#include "util/cleanup.h"

enum { AT_INFO_COUNT = 4, AT_CONTEXT_COUNT = 6, AT_LENGTH = 8, AT_RUNNING = 32 };
enum { HEADER_SIZE = 40, INFO_SIZE = 32, CONTEXT_HEADER = 8, INFOS_MAX = 255 };

/* Error information: offsets and validation bits. */
enum { INFO_VALID = 2, INFO_TYPE = 4, INFO_FLAGS = 7, INFO_ERROR = 8, INFO_PHYSICAL = 24 };
enum { VALID_FLAGS = 1, VALID_ERROR = 2, VALID_PHYSICAL = 4 };

/* UEFI 2.10, N.2.4.4, table "ARM Processor Error Section". */
/* clang-format off */
static const struct cper_row section_rows[] = {
	{ .name = "affinity_level", .text = "Affinity level of the error", .valid = 1, .offset = 12, .size = 1 },
	{ .name = "mpidr", .text = "MPIDR_EL1", .valid = 0, .offset = 16, .size = 8 },
	{ .name = "midr",  .text = "MIDR_EL1", .valid = CPER_ALWAYS, .offset = 24, .size = 8 },
};

/* N.2.4.4.1, table "ARM Processor Error Information Structure". */
static const char *const multiplicities[] = { "Single error", "Multiple errors" };
static const struct cper_row info_rows[] = {
	{ .name = "multiple_error", .text = "Number of errors", CPER_TEXTS(multiplicities),
	  .valid = 0, .offset = 5, .size = 2 },
	{ .name = "error_information", .text = "Error information", .valid = VALID_ERROR,
	  .offset = INFO_ERROR, .size = 8 },
	{ .name = "virtual_address", .text = "Virtual fault address", .valid = 3, .offset = 16, .size = 8 },
	{ .name = "physical_address", .text = "Physical fault address", .valid = VALID_PHYSICAL,
	  .offset = INFO_PHYSICAL, .size = 8 },
};

static const struct fact_row flag_rows[] = {
	{ .name = "first_error", .high = 0, .low = 0, .text = "First error of several" },
	{ .name = "last_error",  .high = 1, .low = 1, .text = "Last error of several" },
	{ .name = "propagated",  .high = 2, .low = 2, .text = "The error was passed on" },
	{ .name = "overflow",    .high = 3, .low = 3, .text = "More errors than are described" },
};

/* N.2.4.4.1.1 to .3: cache, TLB and bus errors share what of these bits they have. */
static const char *const transactions[] = { "instruction", "data", "generic" };
static const char *const cache_operations[] = {
	"generic", "generic read", "generic write", "data read", "data write", "instruction fetch",
	"prefetch", "eviction", "snooping", "snooped", "management",
};
static const char *const tlb_operations[] = {
	"generic", "generic read", "generic write", "data read", "data write", "instruction fetch",
	"prefetch", "local management", "external management",
};
static const char *const bus_operations[] = {
	"generic", "generic read", "generic write", "data read", "data write", "instruction fetch",
	"prefetch",
};

/* Bits that count where the validation bit is set. */
static const struct check { const char *name, *text; uint8_t valid, bit; } checks[] = {
	{ "check_context_corrupt", "Processor context corrupt",                    3, 25 },
	{ "check_corrected",       "Corrected error",                              4, 26 },
	{ "check_precise_ip",      "The program counter is that of the error",     5, 27 },
	{ "check_restartable",     "The program can go on",                        6, 28 },
};
/* clang-format on */

struct info_type {
	enum error_class class;
	const char *text;
	const char *const *operations; /* NULL: the error information is the vendor's */
	size_t n_operations;
};

/*
 * UEFI 2.10 and Linux (CPER_ARM_ERR_TYPE_MASK) have one bit a type, from bit 1 on.
 * Until 2.9 it was a number, and another text of the table begins with bit 0: what
 * only these can mean is told as unknown.
 */
static struct info_type info_type(uint8_t type)
{
	static const struct info_type cache = { CLASS_CACHE, "ARM cache error", cache_operations,
						ARRAY_SIZE(cache_operations) };

	switch (type) {
	case 0:
	case 2:
		return cache;
	case 4:
		return (struct info_type){ CLASS_TLB, "ARM TLB error", tlb_operations,
					   ARRAY_SIZE(tlb_operations) };
	case 8:
		return (struct info_type){ CLASS_BUS, "ARM bus error", bus_operations,
					   ARRAY_SIZE(bus_operations) };
	case 16:
		return (struct info_type){ CLASS_INTERNAL, "ARM micro-architectural error", NULL,
					   0 };
	}
	return (struct info_type){ CLASS_UNKNOWN, "ARM processor error", NULL, 0 };
}

static void describe(const struct info_type *type, uint64_t error, struct decoded *decoded)
{
	uint64_t transaction = bits(error, 17, 16), operation = bits(error, 21, 18);
	struct phrase phrase;

	decoded->class = type->class;
	phrase_start(&phrase, decoded->mca, sizeof(decoded->mca));
	phrase_add(&phrase, type->text);
	if (!type->operations)
		return;
	if (error & BIT64(0) && transaction < ARRAY_SIZE(transactions)) {
		phrase_add(&phrase, ", ");
		phrase_add(&phrase, transactions[transaction]);
		phrase_add(&phrase, " transaction");
	}
	if (error & BIT64(1) && operation < type->n_operations) {
		phrase_add(&phrase, ", ");
		phrase_add(&phrase, type->operations[operation]);
	}
	if (error & BIT64(2)) {
		phrase_add(&phrase, ", level ");
		phrase_add_number(&phrase, bits(error, 24, 22));
	}
}

static void take_checks(uint64_t error, struct decoded *decoded)
{
	for (size_t i = 0; i < ARRAY_SIZE(checks); i++)
		if (error & BIT64(checks[i].valid) && error & BIT64(checks[i].bit))
			fact_add(decoded, checks[i].name, checks[i].text, 1);
}

static void take_info(struct bytes info, bool first, struct cper_error *error)
{
	struct decoded *decoded = &error->decoded;
	uint64_t valid = bytes_u16(info, INFO_VALID);
	uint64_t information = valid & BIT64(VALID_ERROR) ? bytes_u64(info, INFO_ERROR) : 0;
	struct info_type type = info_type(bytes_u8(info, INFO_TYPE));

	fact_add(decoded, "error_type", type.text, bytes_u8(info, INFO_TYPE));
	if (first)
		describe(&type, information, decoded);
	if (type.operations)
		take_checks(information, decoded);
	if (valid & BIT64(VALID_FLAGS)) {
		facts_from_register(decoded, flag_rows, ARRAY_SIZE(flag_rows),
				    bytes_u8(info, INFO_FLAGS), 0);
		decoded->overflow |= bytes_u8(info, INFO_FLAGS) & 8;
	}
	cper_facts(info, valid, info_rows, ARRAY_SIZE(info_rows), decoded);
	if (first && valid & BIT64(VALID_PHYSICAL)) {
		error->record.addr = bytes_u64(info, INFO_PHYSICAL);
		error->record.fields |= RECORD_HAS_ADDR;
		decoded->address_usable = true;
	}
}

/* Returns where the last one ends. */
static size_t take_infos(struct bytes section, struct cper_error *error)
{
	unsigned int n = bytes_u16(section, AT_INFO_COUNT);
	size_t at = HEADER_SIZE;

	for (unsigned int i = 0; i < n && bytes_have(section, at, INFO_SIZE); i++) {
		take_info(cper_part(section, at, INFO_SIZE), i == 0, error);
		at += INFO_SIZE;
	}
	return at;
}

/* Each ends at a multiple of 16. */
static void take_contexts(struct bytes section, size_t at, struct decoded *decoded)
{
	unsigned int n = bytes_u16(section, AT_CONTEXT_COUNT);

	while (n-- && bytes_have(section, at, CONTEXT_HEADER)) {
		fact_add(decoded, "context", "Type of a register context",
			 bytes_u16(section, at + 2));
		at += (CONTEXT_HEADER + (size_t)bytes_u32(section, at + 4) + 15) & ~(size_t)15;
	}
}

/* Bit 0 of the running state; where it is clear, PSCI says in which state the processor is. */
static void take_running(struct bytes section, struct decoded *decoded)
{
	if (!(bytes_u32(section, 0) & BIT64(2)) || !bytes_have(section, AT_RUNNING, 8))
		return;
	if (bytes_u32(section, AT_RUNNING) & 1)
		fact_add(decoded, "running", "The processor was running", 1);
	else
		fact_add(decoded, "psci_state", "The processor was not running, PSCI state",
			 bytes_u32(section, AT_RUNNING + 4));
}

void cper_arm(struct bytes section, struct cper_error *error)
{
	struct decoded *decoded = &error->decoded;
	struct phrase phrase;

	phrase_start(&phrase, decoded->mca, sizeof(decoded->mca));
	phrase_add(&phrase, "ARM processor error");
	cper_facts(section, bytes_u32(section, 0), section_rows, ARRAY_SIZE(section_rows), decoded);
	take_running(section, decoded);
	take_contexts(section, take_infos(section, error), decoded);
}

bool cper_arm_is_plausible(struct bytes section)
{
	unsigned int infos = bytes_u16(section, AT_INFO_COUNT);

	return section.size >= HEADER_SIZE && bytes_u32(section, AT_LENGTH) == section.size &&
	       infos && infos <= INFOS_MAX &&
	       bytes_have(section, HEADER_SIZE, (size_t)infos * INFO_SIZE);
}
