// SPDX-License-Identifier: GPL-2.0-only
#include "sources/text-cper-arm.h"

#include "sources/text-fields.h"
#include "util/cleanup.h"

enum { HEAD_SIZE = 40, AT_INFO_COUNT = 4, AT_CONTEXT_COUNT = 6, AT_LENGTH = 8 };
enum {
	INFO_SIZE = 32,
	INFO_LENGTH = 1,
	INFO_VALID = 2,
	INFO_MULTIPLE = 5,
	INFO_FLAGS = 7,
	VALID_MULTIPLE = 0,
	VALID_FLAGS = 1,
	INFOS_MAX = 255,
};
enum { CONTEXT_HEADER = 8, CONTEXT_TYPE = 2, CONTEXT_SIZE = 4, CONTEXTS_MAX = 255 };

/* The kernel prints one more than the field has, which is 0 with one error or where it is not
 * valid. */
static bool put_multiple(struct text_section *section, uint64_t value)
{
	if (!value || value > UINT16_MAX)
		return false;
	text_cper_put(section, section->base + INFO_MULTIPLE, 2, value - 1);
	if (value > 1)
		text_cper_valid(section, VALID_MULTIPLE);
	return true;
}

/* clang-format off */
static const struct text_field head_fields[] = {
	{ .label = "MIDR:", .format = TEXT_HEX, .digits = 16, .offset = 24, .size = 8, .valid = TEXT_NO_VALID },
	{ .label = "Multiprocessor Affinity Register (MPIDR):", .format = TEXT_HEX, .digits = 16, .offset = 16, .size = 8, .valid = 0 },
	{ .label = "error affinity level:", .format = TEXT_DECIMAL, .offset = 12, .size = 1, .valid = 1 },
	{ .label = "running state:", .format = TEXT_HEX, .offset = 32, .size = 4, .valid = 2 },
	{ .label = "Power State Coordination Interface state:", .format = TEXT_DECIMAL, .offset = 36, .size = 4, .valid = 2 },
};

/* The type was printed as a number until Linux 6.18, as bits since. */
static const struct text_field info_fields[] = {
	{ .label = "num errors:", .format = TEXT_DECIMAL, .valid = TEXT_NO_VALID, .put = put_multiple },
	{ .label = "error_type:", .format = TEXT_DECIMAL, .offset = 4, .size = 1, .valid = TEXT_NO_VALID },
	{ .label = "error_info:", .format = TEXT_HEX, .digits = 16, .offset = 8, .size = 8, .valid = 2 },
	{ .label = "virtual fault address:",  .format = TEXT_HEX, .digits = 16, .offset = 16, .size = 8, .valid = 3 },
	{ .label = "physical fault address:", .format = TEXT_HEX, .digits = 16, .offset = 24, .size = 8, .valid = 4 },
};

/* N.2.4.4.1, flags, by bit. */
static const char *const flag_names[] = {
	"first error captured",
	"last error captured",
	"propagated error captured",
	"overflow occurred, error info is incomplete",
};

/* N.2.4.4.2, register context type. */
static const char *const context_names[] = {
	"AArch32 general purpose registers",
	"AArch32 EL1 context registers",
	"AArch32 EL2 context registers",
	"AArch32 secure context registers",
	"AArch64 general purpose registers",
	"AArch64 EL1 context registers",
	"AArch64 EL2 context registers",
	"AArch64 EL3 context registers",
	"Misc. system register structure",
};
/* clang-format on */

static bool begin_info(struct text_section *section, unsigned int index)
{
	size_t base = HEAD_SIZE + (size_t)index * INFO_SIZE;

	if (section->part == TEXT_CONTEXT || index < text_cper_get(section, AT_INFO_COUNT, 2) ||
	    !text_cper_room(section, base, INFO_SIZE))
		return false;
	section->part = TEXT_INFO;
	section->base = base;
	section->valid_at = base + INFO_VALID;
	text_cper_put(section, base + INFO_LENGTH, 1, INFO_SIZE);
	text_cper_put(section, AT_INFO_COUNT, 2, index + 1);
	return true;
}

/* The dump tells the size of the registers. */
static void end_context(struct text_section *section)
{
	if (section->part == TEXT_CONTEXT && section->dump != TEXT_NO_DUMP)
		text_cper_put(section, section->base + CONTEXT_SIZE, 4, section->dump_end);
	section->dump = TEXT_NO_DUMP;
}

/* Each takes up a multiple of 16. */
static bool begin_context(struct text_section *section, unsigned int index)
{
	size_t base = section->size;

	end_context(section);
	if (section->part == TEXT_CONTEXT)
		base = section->base + ((base - section->base + 15) & ~(size_t)15);
	if (index != text_cper_get(section, AT_CONTEXT_COUNT, 2) ||
	    !text_cper_room(section, base, CONTEXT_HEADER))
		return false;
	section->part = TEXT_CONTEXT;
	section->base = base;
	text_cper_put(section, AT_CONTEXT_COUNT, 2, index + 1);
	text_cper_expect_dump(section, base + CONTEXT_HEADER, SIZE_MAX, TEXT_NO_VALID);
	return true;
}

/* "Vendor specific error info has 16 bytes:", behind all structures */
static bool begin_vendor(struct text_section *section, struct span size)
{
	size_t base = section->size;
	uint64_t value;

	if (!text_take_number(&size, 10, UINT32_MAX, &value))
		return false;
	end_context(section);
	if (section->part == TEXT_CONTEXT)
		base = section->base + ((base - section->base + 15) & ~(size_t)15);
	section->part = TEXT_HEAD;
	section->base = section->valid_at = 0;
	text_cper_expect_dump(section, base, value, TEXT_NO_VALID);
	return true;
}

static bool take_info(struct text_section *section, struct span line)
{
	int flag = text_cper_find(line, flag_names, ARRAY_SIZE(flag_names));

	if (flag < 0)
		return text_cper_fields(section, info_fields, ARRAY_SIZE(info_fields), line);
	section->body[section->base + INFO_FLAGS] |= (uint8_t)(1u << flag);
	text_cper_valid(section, VALID_FLAGS);
	return true;
}

static bool take_context(struct text_section *section, struct span line)
{
	struct span name;
	int type;

	if (!text_cper_after(line, "register context type:", &name))
		return false;
	type = text_cper_find(name, context_names, ARRAY_SIZE(context_names));
	text_cper_put(section, section->base + CONTEXT_TYPE, 2,
		      type < 0 ? UINT16_MAX : (uint64_t)type);
	return true;
}

bool text_cper_arm(struct text_section *section, struct span line)
{
	unsigned int index;
	struct span rest;

	if (text_cper_index(line, "Error info structure ", INFOS_MAX, &index))
		return begin_info(section, index);
	if (text_cper_index(line, "Context info structure ", CONTEXTS_MAX, &index))
		return begin_context(section, index);
	if (text_cper_after(line, "Vendor specific error info has ", &rest))
		return begin_vendor(section, rest);
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

void text_cper_arm_end(struct text_section *section)
{
	end_context(section);
	text_cper_put(section, AT_LENGTH, 4, section->size);
}
