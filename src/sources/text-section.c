// SPDX-License-Identifier: GPL-2.0-only
#include "sources/text-section.h"

#include <string.h>

#include "sources/text-cper-arm.h"
#include "sources/text-cper-other.h"
#include "sources/text-cper-x86.h"
#include "sources/text-fields.h"
#include "util/cleanup.h"

enum { SEVERITY_CORRECTED_CPER = 2 }; /* UEFI 2.10, N.2.1 */

/* A type of section. */
struct text_kind {
	const char *name; /* as "section_type:" has it */
	sd_id128_t type;
	uint16_t size; /* of what it always has */
	const struct text_field *fields;
	uint8_t n_fields;
	bool (*take)(struct text_section *section, struct span line); /* NULL: all is in fields */
	void (*end)(struct text_section *section);
};

/* --- memory errors --- */

enum { AT_ROW = 42, AT_EXTENDED = 73, VALID_ROW_EXTENDED = 18, ROW_BITS = 16, CHIP_SHIFT = 5 };

/* Bits 16 and 17 of a row are elsewhere than the others. */
static bool put_row(struct text_section *section, uint64_t value)
{
	uint64_t extended = text_cper_get(section, AT_EXTENDED, 1) & ~UINT64_C(3);

	if (value >> ROW_BITS > 3)
		return false;
	text_cper_put(section, AT_ROW, 2, value);
	text_cper_put(section, AT_EXTENDED, 1, extended | value >> ROW_BITS);
	if (value >> ROW_BITS)
		text_cper_valid(section, VALID_ROW_EXTENDED);
	return true;
}

static bool put_chip(struct text_section *section, uint64_t value)
{
	uint64_t extended = text_cper_get(section, AT_EXTENDED, 1) & ((1u << CHIP_SHIFT) - 1);

	if (value > UINT8_MAX >> CHIP_SHIFT)
		return false;
	text_cper_put(section, AT_EXTENDED, 1, extended | value << CHIP_SHIFT);
	return true;
}

/* UEFI 2.10, N.2.5, "Memory Error Section". */
/* clang-format off */
static const struct text_field memory_fields[] = {
	{ .label = "error_status:",          .format = TEXT_STATUS, .digits = 16, .offset = 8,  .size = 8, .valid = 0 },
	{ .label = "physical_address:",      .format = TEXT_HEX,    .digits = 16, .offset = 16, .size = 8, .valid = 1 },
	{ .label = "physical_address_mask:", .format = TEXT_HEX,    .digits = 16, .offset = 24, .size = 8, .valid = 2 },
	{ .label = "node:",         .format = TEXT_DECIMAL, .offset = 32, .size = 2, .valid = 3 },
	{ .label = "card:",         .format = TEXT_DECIMAL, .offset = 34, .size = 2, .valid = 4 },
	{ .label = "module:",       .format = TEXT_DECIMAL, .offset = 36, .size = 2, .valid = 5 },
	{ .label = "bank:",         .format = TEXT_DECIMAL, .offset = 38, .size = 2, .valid = 6 },
	{ .label = "bank_group:",   .format = TEXT_DECIMAL, .offset = 39, .size = 1, .valid = 19 },
	{ .label = "bank_address:", .format = TEXT_DECIMAL, .offset = 38, .size = 1, .valid = 20 },
	{ .label = "device:",       .format = TEXT_DECIMAL, .offset = 40, .size = 2, .valid = 7 },
	{ .label = "row:",          .format = TEXT_DECIMAL, .put = put_row,          .valid = 8 },
	{ .label = "column:",       .format = TEXT_DECIMAL, .offset = 44, .size = 2, .valid = 9 },
	{ .label = "bit_position:", .format = TEXT_DECIMAL, .offset = 46, .size = 2, .valid = 10 },
	{ .label = "requestor_id:", .format = TEXT_HEX, .digits = 16, .offset = 48, .size = 8, .valid = 11 },
	{ .label = "responder_id:", .format = TEXT_HEX, .digits = 16, .offset = 56, .size = 8, .valid = 12 },
	{ .label = "target_id:",    .format = TEXT_HEX, .digits = 16, .offset = 64, .size = 8, .valid = 13 },
	{ .label = "error_type:",   .format = TEXT_DECIMAL, .offset = 72, .size = 1, .valid = 14 },
	{ .label = "rank:",         .format = TEXT_DECIMAL, .offset = 74, .size = 2, .valid = 15 },
	{ .label = "chip_id:",      .format = TEXT_DECIMAL, .put = put_chip, .valid = 21 },
	{ .label = "DIMM location: not present. DMI handle:", .format = TEXT_HEX, .digits = 4, .offset = 78, .size = 2, .valid = 17 },
};
/* clang-format on */

/* --- PCIe errors --- */

enum { AT_CLASS = 28, AT_DEVICE = 31, AT_SEGMENT = 33 };

/* function, device, segment and bus */
static bool put_device(struct text_section *section, uint64_t value)
{
	text_cper_put(section, AT_DEVICE, 1, value);
	text_cper_put(section, AT_DEVICE + 1, 1, value >> 8);
	text_cper_put(section, AT_SEGMENT, 2, value >> 24);
	text_cper_put(section, AT_SEGMENT + 2, 1, value >> 16);
	return true;
}

/*
 * Base class, class and interface; until Linux 5.8 most machines had them printed the
 * other way round, "000406" for a bridge, which no device but the oldest can be.
 */
static bool put_class(struct text_section *section, uint64_t value)
{
	if (value >> 24)
		return false;
	if (!(value >> 16) && (value & 0xff))
		value = (value & 0xff) << 16 | (value & 0xff00);
	text_cper_put(section, AT_CLASS, 3, value);
	return true;
}

/* UEFI 2.10, N.2.7, "PCI Express Error Section"; from 112 on the AER capability of PCI Express. */
/* clang-format off */
static const struct text_field pcie_fields[] = {
	{ .label = "port_type:",     .format = TEXT_DECIMAL, .offset = 8, .size = 4, .valid = 0 },
	{ .label = "version:",       .format = TEXT_VERSION, .offset = 12, .size = 2, .valid = 1 },
	{ .label = "command:",       .format = TEXT_HEX, .digits = 4, .offset = 16, .size = 2, .valid = 2 },
	{ .label = "status:",        .format = TEXT_HEX, .digits = 4, .offset = 18, .size = 2, .valid = 2 },
	{ .label = "device_id:",     .format = TEXT_ADDRESS, .put = put_device, .valid = 3 },
	{ .label = "slot:",          .format = TEXT_DECIMAL, .offset = 37, .size = 2, .shift = 3, .valid = 3 },
	{ .label = "secondary_bus:", .format = TEXT_HEX, .digits = 2, .offset = 36, .size = 1, .valid = 3 },
	{ .label = "vendor_id:",     .format = TEXT_HEX, .digits = 4, .offset = 24, .size = 2, .valid = 3 },
	{ .label = "device_id:",     .format = TEXT_HEX, .digits = 4, .offset = 26, .size = 2, .valid = 3 },
	{ .label = "class_code:",    .format = TEXT_HEX, .digits = 6, .put = put_class, .valid = 3 },
	{ .label = "serial number:", .format = TEXT_HEX, .digits = 4, .count = 2, .offset = 40, .size = 4, .valid = 4 },
	{ .label = "bridge: secondary_status:", .format = TEXT_HEX, .digits = 4, .offset = 48, .size = 2, .valid = 5 },
	{ .label = "control:",       .format = TEXT_HEX, .digits = 4, .offset = 50, .size = 2, .valid = 5 },
	{ .label = "aer_uncor_status:",   .format = TEXT_HEX, .digits = 8, .offset = 116, .size = 4, .valid = 7 },
	{ .label = "aer_uncor_mask:",     .format = TEXT_HEX, .digits = 8, .offset = 120, .size = 4, .valid = 7 },
	{ .label = "aer_uncor_severity:", .format = TEXT_HEX, .digits = 8, .offset = 124, .size = 4, .valid = 7 },
	{ .label = "aer_cor_status:",     .format = TEXT_HEX, .digits = 8, .offset = 128, .size = 4, .valid = 7 },
	{ .label = "aer_cor_mask:",       .format = TEXT_HEX, .digits = 8, .offset = 132, .size = 4, .valid = 7 },
	{ .label = "TLP Header:",         .format = TEXT_HEX, .digits = 8, .count = 4, .offset = 140, .size = 4, .valid = 7 },
	{ .label = "aer_tlp_header:",     .format = TEXT_HEX, .digits = 8, .count = 4, .offset = 140, .size = 4, .valid = 7 },
};

/* Linux before 3.8: corrected errors' registers or uncorrected ones', by the severity. */
static const struct text_field old_aer_corrected[] = {
	{ .label = "aer_status:", .format = TEXT_HEX, .digits = 8, .offset = 128, .size = 4, .valid = 7 },
	{ .label = "aer_mask:",   .format = TEXT_HEX, .digits = 8, .offset = 132, .size = 4, .valid = 7 },
};
static const struct text_field old_aer[] = {
	{ .label = "aer_status:", .format = TEXT_HEX, .digits = 8, .offset = 116, .size = 4, .valid = 7 },
	{ .label = "aer_mask:",   .format = TEXT_HEX, .digits = 8, .offset = 120, .size = 4, .valid = 7 },
};

/* --- processors of any kind --- */

/* UEFI 2.10, N.2.4.1, "Generic Processor Error Section". */
static const struct text_field processor_fields[] = {
	{ .label = "processor_type:", .format = TEXT_DECIMAL, .offset = 8,  .size = 1, .valid = 0 },
	{ .label = "processor_isa:",  .format = TEXT_DECIMAL, .offset = 9,  .size = 1, .valid = 1 },
	{ .label = "error_type:",     .format = TEXT_HEX, .digits = 2, .offset = 10, .size = 1, .valid = 2 },
	{ .label = "operation:",      .format = TEXT_DECIMAL, .offset = 11, .size = 1, .valid = 3 },
	{ .label = "flags:",          .format = TEXT_HEX, .digits = 2, .offset = 12, .size = 1, .valid = 4 },
	{ .label = "level:",          .format = TEXT_DECIMAL, .offset = 13, .size = 1, .valid = 5 },
	{ .label = "version_info:",   .format = TEXT_HEX, .digits = 16, .offset = 16, .size = 8, .valid = 6 },
	{ .label = "processor_id:",   .format = TEXT_HEX, .digits = 16, .offset = 152, .size = 8, .valid = 8 },
	{ .label = "target_address:", .format = TEXT_HEX, .digits = 16, .offset = 160, .size = 8, .valid = 9 },
	{ .label = "requestor_id:",   .format = TEXT_HEX, .digits = 16, .offset = 168, .size = 8, .valid = 10 },
	{ .label = "responder_id:",   .format = TEXT_HEX, .digits = 16, .offset = 176, .size = 8, .valid = 11 },
	{ .label = "IP:",             .format = TEXT_HEX, .digits = 16, .offset = 184, .size = 8, .valid = 12 },
};

/* --- all of them --- */

static const struct text_kind kinds[] = {
	{ .name = "memory error", .size = 80, .fields = memory_fields, .n_fields = ARRAY_SIZE(memory_fields),
	  .type = SD_ID128_MAKE(a5,bc,11,14,6f,64,4e,de,b8,63,3e,83,ed,7c,83,b1) },
	{ .name = "PCIe error", .size = 208, .fields = pcie_fields, .n_fields = ARRAY_SIZE(pcie_fields),
	  .type = SD_ID128_MAKE(d9,95,e9,54,bb,c1,43,0f,ad,91,b4,4d,cb,3c,6f,35) },
	{ .name = "general processor error", .size = 192, .fields = processor_fields, .n_fields = ARRAY_SIZE(processor_fields),
	  .type = SD_ID128_MAKE(98,76,cc,ad,47,b4,4b,db,b6,5e,16,f1,93,c4,f3,db) },
	{ .name = "IA32/X64 processor error", .size = 64, .take = text_cper_x86,
	  .type = SD_ID128_MAKE(dc,3e,a0,b0,a1,44,47,97,b9,5b,53,fa,24,2b,6e,1d) },
	{ .name = "ARM processor error", .size = 40, .take = text_cper_arm, .end = text_cper_arm_end,
	  .type = SD_ID128_MAKE(e1,9e,3d,16,bc,11,11,e4,9c,aa,c2,05,1d,5d,46,b0) },
	{ .name = "Firmware Error Record Reference", .size = 16, .take = text_cper_firmware,
	  .type = SD_ID128_MAKE(81,21,2a,96,09,ed,49,96,94,71,8d,72,9c,8e,69,ed) },
	{ .name = "CXL Protocol Error", .size = 116, .take = text_cper_cxl,
	  .type = SD_ID128_MAKE(80,b9,ef,b4,52,b5,4d,e3,a7,77,68,78,4b,77,10,48) },
};

/* What only says in words what a number before it said, as the lines begin. */
static const char *const words[] = {
	"cache error", "TLB error", "bus error", "micro-architectural error",
	"restartable", "precise IP", "overflow", "corrected",
	"Transaction Type:", "Operation:", "Level:", "Processor Context Corrupt:", "Uncorrected:",
	"Precise IP:", "Restartable IP:", "Overflow:", "Error Type:", "Participation Type:",
	"Time Out:", "Address Space:",
	"transaction type:", "operation type:", "cache level:", "TLB level:",
	"affinity level at which the bus error occurred:", "processor context ",
	"the error has ", "PC is ", "Program execution can be restarted ", "participation type:",
	"request timed out", "address space:", "memory access attributes:", "access mode:",
	"aer_layer=", "section length is too small", "firmware-generated error record is incorrect",
};
/* clang-format on */

enum { NOTHING_SIZE = 8 }; /* validation bits, of which none is set */

void text_section_start(struct text_section *section)
{
	memset(section, 0, sizeof(*section));
	section->dump = TEXT_NO_DUMP;
}

static const struct text_kind *find_kind(sd_id128_t type)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (sd_id128_equal(kinds[i].type, type))
			return &kinds[i];
	return NULL;
}

static bool take_name(struct text_section *section, struct span name)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (!is_word(name, kinds[i].name))
			continue;
		section->kind = &kinds[i];
		section->type = kinds[i].type;
		section->size = kinds[i].size;
		return true;
	}
	return false;
}

/* A type that the kernel does not know or was built without: what comes is a dump. */
static bool take_unknown(struct text_section *section, struct span guid)
{
	if (!text_cper_guid(guid, &section->type))
		return false;
	text_cper_expect_dump(section, 0, SIZE_MAX, TEXT_NO_VALID);
	return true;
}

static bool take_type(struct text_section *section, struct span line)
{
	struct span rest;

	if (!sd_id128_is_null(section->type))
		return false;
	if (text_cper_after(line, "section_type:", &rest) && take_name(section, rest))
		return true;
	return (text_cper_after(line, "section type: unknown,", &rest) ||
		text_cper_after(line, "section_type: unknown,", &rest)) &&
	       take_unknown(section, rest);
}

static bool take_length(struct text_section *section, struct span line)
{
	struct span rest;
	uint64_t length;

	if (section->kind || sd_id128_is_null(section->type) ||
	    !text_cper_after(line, "section length:", &rest) ||
	    !text_take_number(&rest, 16, UINT32_MAX, &length))
		return false;
	text_cper_expect_dump(section, 0, length, TEXT_NO_VALID);
	return true;
}

static bool are_words(struct span line)
{
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (begins_with(line, words[i]))
			return true;
	return false;
}

static bool take_old_aer(struct text_section *section, struct span line, uint32_t severity)
{
	return severity == SEVERITY_CORRECTED_CPER
		       ? text_cper_fields(section, old_aer_corrected, ARRAY_SIZE(old_aer_corrected),
					  line)
		       : text_cper_fields(section, old_aer, ARRAY_SIZE(old_aer), line);
}

bool text_section_label(struct span line, struct span *ret_label)
{
	return text_cper_after(line, "DIMM location:", ret_label) &&
	       !begins_with(*ret_label, "not present.") && ret_label->length;
}

bool text_section_line(struct text_section *section, struct span line, uint32_t severity)
{
	const struct text_kind *kind = section->kind;
	struct span label;

	if (take_type(section, line) || text_cper_dump(section, line) || take_length(section, line))
		return true;
	if (!kind)
		return false;
	if (kind->take && kind->take(section, line))
		return true;
	if (kind->fields && text_cper_fields(section, kind->fields, kind->n_fields, line))
		return true;
	if (kind->fields == pcie_fields && take_old_aer(section, line, severity))
		return true;
	return are_words(line) ||
	       (kind->fields == memory_fields && text_section_label(line, &label));
}

void text_section_end(struct text_section *section)
{
	const struct text_kind *kind = section->kind ? section->kind : find_kind(section->type);

	if (section->kind && section->kind->end)
		section->kind->end(section);
	if (!section->size)
		section->size = kind ? kind->size : NOTHING_SIZE;
}
