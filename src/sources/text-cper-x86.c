// SPDX-License-Identifier: GPL-2.0-only
#include "sources/text-cper-x86.h"

#include "sources/text-fields.h"
#include "util/cleanup.h"

enum { HEAD_SIZE = 64, AT_CPUID = 16, CPUID_SIZE = 48, VALID_CPUID = 1 };
enum { INFO_SIZE = 64, INFO_VALID = 16, INFOS_MAX = 62 };
enum { CONTEXT_HEADER = 16, CONTEXTS_MAX = 62, AT_CONTEXT_SIZE = 2 };

/* The numbers of structures are in the validation bits. */
enum { INFOS_SHIFT = 2, CONTEXTS_SHIFT = 8, COUNT_MASK = 0x3f };

/* clang-format off */
static const struct text_field head_fields[] = {
	{ .label = "Local APIC_ID:", .format = TEXT_HEX, .offset = 8, .size = 8, .valid = 0 },
};

static const struct text_field info_fields[] = {
	{ .label = "Check Information:",    .format = TEXT_HEX, .digits = 16, .offset = 24, .size = 8, .valid = 0 },
	{ .label = "Target Identifier:",    .format = TEXT_HEX, .digits = 16, .offset = 32, .size = 8, .valid = 1 },
	{ .label = "Requestor Identifier:", .format = TEXT_HEX, .digits = 16, .offset = 40, .size = 8, .valid = 2 },
	{ .label = "Responder Identifier:", .format = TEXT_HEX, .digits = 16, .offset = 48, .size = 8, .valid = 3 },
	{ .label = "Instruction Pointer:",  .format = TEXT_HEX, .digits = 16, .offset = 56, .size = 8, .valid = 4 },
};

static const struct text_field context_fields[] = {
	{ .label = "MSR Address:",         .format = TEXT_HEX, .digits = 8,  .offset = 4, .size = 4, .valid = TEXT_NO_VALID },
	{ .label = "MM Register Address:", .format = TEXT_HEX, .digits = 16, .offset = 8, .size = 8, .valid = TEXT_NO_VALID },
};

/* UEFI 2.10, N.2.4.2.1, by the words of Linux. */
static const char *const info_names[] = {
	"cache error", "TLB error", "bus error", "micro-architectural error",
};
static const sd_id128_t info_types[] = {
	SD_ID128_MAKE(a5,57,01,f5,e3,ef,43,de,ac,72,24,9b,57,3f,ad,2c),
	SD_ID128_MAKE(fc,06,b5,35,5e,1f,45,62,9f,25,0a,3b,9a,db,63,c3),
	SD_ID128_MAKE(1c,f3,f8,b3,c5,b1,49,a2,aa,59,5e,ef,92,ff,a6,3c),
	SD_ID128_MAKE(48,ab,7f,57,dc,34,4f,6c,a7,d3,b0,b5,b0,a7,43,14),
};

/* N.2.4.2.2, register context type. */
static const char *const context_names[] = {
	"Unclassified Data",
	"MSR Registers (Machine Check and other MSRs)",
	"32-bit Mode Execution Context",
	"64-bit Mode Execution Context",
	"FXSAVE Context",
	"32-bit Mode Debug Registers (DR0-DR7)",
	"64-bit Mode Debug Registers (DR0-DR7)",
	"Memory Mapped Registers",
};
/* clang-format on */

static unsigned int count_of(const struct text_section *section, unsigned int shift)
{
	return text_cper_get(section, 0, 8) >> shift & COUNT_MASK;
}

static void set_count(struct text_section *section, unsigned int shift, uint64_t count)
{
	uint64_t valid = text_cper_get(section, 0, 8) & ~((uint64_t)COUNT_MASK << shift);

	text_cper_put(section, 0, 8, valid | count << shift);
}

/* Structures stand in the order of their numbers, after what may have been lost of others. */
static bool begin_info(struct text_section *section, unsigned int index)
{
	size_t base = HEAD_SIZE + (size_t)index * INFO_SIZE;

	if (section->part == TEXT_CONTEXT || index < count_of(section, INFOS_SHIFT) ||
	    !text_cper_room(section, base, INFO_SIZE))
		return false;
	section->part = TEXT_INFO;
	section->base = base;
	section->valid_at = base + INFO_VALID;
	set_count(section, INFOS_SHIFT, index + 1);
	return true;
}

/* Each begins at a multiple of 16 behind the last one. */
static bool begin_context(struct text_section *section, unsigned int index)
{
	size_t base = (section->size + 15) & ~(size_t)15;

	if (index != count_of(section, CONTEXTS_SHIFT) ||
	    !text_cper_room(section, base, CONTEXT_HEADER))
		return false;
	section->part = TEXT_CONTEXT;
	section->base = base;
	set_count(section, CONTEXTS_SHIFT, index + 1);
	return true;
}

static bool take_structure(struct text_section *section, struct span line)
{
	unsigned int index;

	if (text_cper_index(line, "Error Information Structure ", INFOS_MAX, &index))
		return begin_info(section, index);
	if (text_cper_index(line, "Context Information Structure ", CONTEXTS_MAX, &index))
		return begin_context(section, index);
	if (is_word(line, "CPUID Info:") && section->part == TEXT_HEAD) {
		text_cper_expect_dump(section, AT_CPUID, CPUID_SIZE, VALID_CPUID);
		return true;
	}
	return false;
}

/* By name, and on a further line by GUID where the kernel has no name for it. */
static bool take_info(struct text_section *section, struct span line)
{
	struct span name;
	sd_id128_t type;
	int index;

	if (!text_cper_after(line, "Error Structure Type:", &name))
		return text_cper_fields(section, info_fields, ARRAY_SIZE(info_fields), line);
	index = text_cper_find(name, info_names, ARRAY_SIZE(info_names));
	if (index >= 0)
		text_cper_put_guid(section->body + section->base, info_types[index]);
	else if (text_cper_guid(name, &type))
		text_cper_put_guid(section->body + section->base, type);
	return true;
}

/* What has a size has room for it, even where the registers themselves were not printed. */
static bool take_context_size(struct text_section *section, struct span size)
{
	uint64_t value;

	if (!text_take_number(&size, 16, UINT16_MAX, &value) ||
	    !text_cper_room(section, section->base + CONTEXT_HEADER, value))
		return false;
	text_cper_put(section, section->base + AT_CONTEXT_SIZE, 2, value);
	return true;
}

static bool take_context(struct text_section *section, struct span line)
{
	size_t size = text_cper_get(section, section->base + AT_CONTEXT_SIZE, 2);
	struct span rest;
	int index;

	if (text_cper_after(line, "Register Context Type:", &rest)) {
		index = text_cper_find(rest, context_names, ARRAY_SIZE(context_names));
		text_cper_put(section, section->base, 2, index < 0 ? UINT16_MAX : (uint64_t)index);
		return true;
	}
	if (text_cper_after(line, "Register Array Size:", &rest))
		return take_context_size(section, rest);
	if (is_word(line, "Register Array:")) {
		text_cper_expect_dump(section, section->base + CONTEXT_HEADER, size, TEXT_NO_VALID);
		return true;
	}
	return text_cper_fields(section, context_fields, ARRAY_SIZE(context_fields), line);
}

bool text_cper_x86(struct text_section *section, struct span line)
{
	if (take_structure(section, line))
		return true;
	switch (section->part) {
	case TEXT_HEAD:
		return text_cper_fields(section, head_fields, ARRAY_SIZE(head_fields), line);
	case TEXT_INFO:
		return take_info(section, line);
	case TEXT_CONTEXT:
		return take_context(section, line);
	}
	return false;
}
