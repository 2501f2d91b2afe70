// SPDX-License-Identifier: GPL-2.0-only
#include "decode/mca.h"

#include <stddef.h>

#include "decode/phrase.h"
#include "event/bits.h"
#include "util/cleanup.h"

enum { FILTER_BIT = 0x1000, CHANNEL_NOT_SPECIFIED = 0xf };

/*
 * Sub-fields of compound codes: SDM Vol. 3B (253669), 16.9.2, tables of the
 * encodings of TT, LL, RRRR, PP, T, II, MMM and CCCC; AMD64 APM Vol. 2 (24593),
 * 9.3.2.1, error code types and their fields. Both give the shared ones the
 * same meaning. NULL: reserved.
 */
/* clang-format off */
static const char *const transactions[] = {
	[0] = "Instruction",
	[1] = "Data",
	[2] = "Generic",
	[3] = NULL,
};

static const char *const levels[] = {
	[0] = "level 0",
	[1] = "level 1",
	[2] = "level 2",
	[3] = "generic level",
};

static const char *const requests[] = {
	[0] = "generic",
	[1] = "generic read",
	[2] = "generic write",
	[3] = "data read",
	[4] = "data write",
	[5] = "instruction fetch",
	[6] = "prefetch",
	[7] = "eviction",
	[8] = "snoop",
};

static const char *const participations[] = {
	[0] = "local processor originated request",
	[1] = "local processor responded to request",
	[2] = "local processor observed as third party",
	[3] = "generic participation",
};

static const char *const accesses[] = {
	[0] = "memory access",
	[1] = NULL,
	[2] = "I/O",
	[3] = "other transaction",
};

static const char *const memory_transactions[] = {
	[0] = "error, generic undefined request",
	[1] = "read error",
	[2] = "write error",
	[3] = "address/command error",
	[4] = "scrubbing error",
};

/* AMD PPR: internal error type UU. */
static const char *const internal_types[] = {
	[0] = NULL,
	[1] = NULL,
	[2] = "hardware assertion",
	[3] = NULL,
};
/* clang-format on */

/* The name of a sub-field's value; NULL when it is reserved. */
static const char *name_of(const char *const *names, size_t n, unsigned int value)
{
	return value < n ? names[value] : NULL;
}

#define NAME_OF(names, value) name_of(names, ARRAY_SIZE(names), value)

static void add_unknown(struct phrase *phrase, const char *what, unsigned int value)
{
	phrase_add(phrase, "unknown ");
	phrase_add(phrase, what);
	phrase_add(phrase, " ");
	phrase_add_hex(phrase, value, 1);
}

static void add_name(struct phrase *phrase, const char *name, const char *what, unsigned int value)
{
	if (name)
		phrase_add(phrase, name);
	else
		add_unknown(phrase, what, value);
}

static void add_request(struct phrase *phrase, unsigned int request)
{
	add_name(phrase, NAME_OF(requests, request), "request", request);
}

/* "Data TLB", or without the word where the transaction type is reserved. */
static void add_unit(struct phrase *phrase, unsigned int transaction, const char *unit,
		     const char *unit_alone)
{
	const char *name = NAME_OF(transactions, transaction);

	if (!name) {
		phrase_add(phrase, unit_alone);
		return;
	}
	phrase_add(phrase, name);
	phrase_add(phrase, " ");
	phrase_add(phrase, unit);
}

static void add_reserved_transaction(struct phrase *phrase, unsigned int transaction)
{
	if (NAME_OF(transactions, transaction))
		return;
	phrase_add(phrase, ", ");
	add_unknown(phrase, "transaction type", transaction);
}

static void describe_generic_cache(struct phrase *phrase, uint16_t code, struct decoded *decoded)
{
	(void)decoded;
	phrase_add(phrase, "Generic cache hierarchy error, ");
	phrase_add(phrase, levels[bits(code, 1, 0)]);
}

static void describe_tlb(struct phrase *phrase, uint16_t code, struct decoded *decoded)
{
	(void)decoded;
	add_unit(phrase, bits(code, 3, 2), "TLB error, ", "TLB error, ");
	phrase_add(phrase, levels[bits(code, 1, 0)]);
	add_reserved_transaction(phrase, bits(code, 3, 2));
}

static void add_request_error(struct phrase *phrase, uint16_t code)
{
	phrase_add(phrase, ", ");
	add_request(phrase, bits(code, 7, 4));
	if (NAME_OF(requests, bits(code, 7, 4)))
		phrase_add(phrase, " error");
}

static void describe_cache(struct phrase *phrase, uint16_t code, struct decoded *decoded)
{
	unsigned int level = bits(code, 1, 0);

	(void)decoded;
	add_unit(phrase, bits(code, 3, 2), "cache", "Cache");
	phrase_add(phrase, level == 3 ? ", " : " ");
	phrase_add(phrase, levels[level]);
	add_reserved_transaction(phrase, bits(code, 3, 2));
	add_request_error(phrase, code);
}

/* AMD's "memory" type is a cache's error, except from a bank that is a memory controller. */
static void describe_amd_memory(struct phrase *phrase, uint16_t code, struct decoded *decoded)
{
	if (decoded->class != CLASS_MEMORY) {
		describe_cache(phrase, code, decoded);
		return;
	}
	phrase_add(phrase, "Memory");
	add_request_error(phrase, code);
}

static void add_channel(struct phrase *phrase, uint16_t code, struct decoded *decoded)
{
	unsigned int channel = bits(code, 3, 0);

	if (channel == CHANNEL_NOT_SPECIFIED) {
		phrase_add(phrase, ", channel not specified");
		return;
	}
	phrase_add(phrase, ", channel ");
	phrase_add_number(phrase, channel);
	decoded->location.channel = (int32_t)channel;
}

static void add_memory_transaction(struct phrase *phrase, uint16_t code)
{
	unsigned int transaction = bits(code, 6, 4);
	const char *name = NAME_OF(memory_transactions, transaction);

	if (name) {
		phrase_add(phrase, name);
		return;
	}
	phrase_add(phrase, "error, ");
	add_unknown(phrase, "transaction type", transaction);
}

static void describe_controller(struct phrase *phrase, uint16_t code, struct decoded *decoded)
{
	phrase_add(phrase, "Memory controller ");
	add_memory_transaction(phrase, code);
	add_channel(phrase, code, decoded);
}

static void describe_extended(struct phrase *phrase, uint16_t code, struct decoded *decoded)
{
	phrase_add(phrase, "Extended memory ");
	add_memory_transaction(phrase, code);
	add_channel(phrase, code, decoded);
}

static void describe_bus(struct phrase *phrase, uint16_t code, struct decoded *decoded)
{
	unsigned int access = bits(code, 3, 2);

	(void)decoded;
	phrase_add(phrase, "Bus error, ");
	phrase_add(phrase, levels[bits(code, 1, 0)]);
	phrase_add(phrase, ", ");
	phrase_add(phrase, participations[bits(code, 10, 9)]);
	phrase_add(phrase, ", ");
	add_request(phrase, bits(code, 7, 4));
	phrase_add(phrase, ", ");
	add_name(phrase, NAME_OF(accesses, access), "access", access);
	if (bits(code, 8, 8))
		phrase_add(phrase, ", timed out");
}

static void describe_internal(struct phrase *phrase, uint16_t code, struct decoded *decoded)
{
	(void)decoded;
	phrase_add(phrase, "Internal unclassified error ");
	phrase_add_hex(phrase, code, 4);
}

static void describe_amd_internal(struct phrase *phrase, uint16_t code, struct decoded *decoded)
{
	unsigned int type = bits(code, 9, 8);

	(void)decoded;
	phrase_add(phrase, "Internal unclassified error, ");
	add_name(phrase, NAME_OF(internal_types, type), "type", type);
}

/* One row: a code matches when code & mask == value. */
struct mca_format {
	uint16_t mask;
	uint16_t value;
	enum error_class class;
	const char *text; /* the whole phrase, or */
	void (*describe)(struct phrase *phrase, uint16_t code, struct decoded *decoded);
};

/*
 * SDM Vol. 3B (253669), 16.9.1 "Simple Error Codes" and 16.9.2 "Compound Error
 * Codes" with their tables. Compound codes ignore bit 12, the correction report
 * filtering bit; simple codes are whole 16-bit values. First match wins.
 */
/* clang-format off */
static const struct mca_format intel_formats[] = {
	{ .mask = 0xffff, .value = 0x0000, .class = CLASS_UNKNOWN,
	  .text = "No error" },
	{ .mask = 0xffff, .value = 0x0001, .class = CLASS_UNKNOWN,
	  .text = "Unclassified error" },
	{ .mask = 0xffff, .value = 0x0002, .class = CLASS_INTERNAL,
	  .text = "Microcode ROM parity error" },
	{ .mask = 0xffff, .value = 0x0003, .class = CLASS_BUS,
	  .text = "External error" },
	{ .mask = 0xffff, .value = 0x0004, .class = CLASS_INTERNAL,
	  .text = "Functional redundancy check error" },
	{ .mask = 0xffff, .value = 0x0005, .class = CLASS_INTERNAL,
	  .text = "Internal parity error" },
	{ .mask = 0xffff, .value = 0x0006, .class = CLASS_INTERNAL,
	  .text = "SMM handler code access violation" },
	{ .mask = 0xffff, .value = 0x0400, .class = CLASS_INTERNAL,
	  .text = "Internal timer error" },
	/* before the bus codes, whose pattern it fits */
	{ .mask = 0xefff, .value = 0x0e0b, .class = CLASS_IO,
	  .text = "I/O error" },
	{ .mask = 0xfc00, .value = 0x0400, .class = CLASS_INTERNAL,
	  .describe = describe_internal },
	{ .mask = 0xeffc, .value = 0x000c, .class = CLASS_CACHE,
	  .describe = describe_generic_cache },
	{ .mask = 0xeff0, .value = 0x0010, .class = CLASS_TLB,
	  .describe = describe_tlb },
	{ .mask = 0xef80, .value = 0x0080, .class = CLASS_MEMORY,
	  .describe = describe_controller },
	{ .mask = 0xef00, .value = 0x0100, .class = CLASS_CACHE,
	  .describe = describe_cache },
	{ .mask = 0xef80, .value = 0x0280, .class = CLASS_MEMORY,
	  .describe = describe_extended },
	{ .mask = 0xe800, .value = 0x0800, .class = CLASS_BUS,
	  .describe = describe_bus },
};
/* clang-format on */

/*
 * AMD64 APM Vol. 2 (24593), 9.3.2.1, "Error Code Types"; PPR for family 17h
 * (54945), MCA_STATUS[ErrorCode]. AMD has no filtering bit.
 */
/* clang-format off */
static const struct mca_format amd_formats[] = {
	{ .mask = 0xfff0, .value = 0x0010, .class = CLASS_TLB,
	  .describe = describe_tlb },
	{ .mask = 0xff00, .value = 0x0100, .class = CLASS_CACHE,
	  .describe = describe_amd_memory },
	{ .mask = 0xf800, .value = 0x0800, .class = CLASS_BUS,
	  .describe = describe_bus },
	{ .mask = 0xfcff, .value = 0x0400, .class = CLASS_INTERNAL,
	  .describe = describe_amd_internal },
};
/* clang-format on */

static const struct mca_format *find(const struct mca_format *formats, size_t n, uint16_t code)
{
	for (size_t i = 0; i < n; i++) {
		if ((code & formats[i].mask) == formats[i].value)
			return &formats[i];
	}
	return NULL;
}

static const struct mca_format *find_format(enum mca_rules rules, uint16_t code)
{
	switch (rules) {
	case RULES_INTEL:
		return find(intel_formats, ARRAY_SIZE(intel_formats), code);
	case RULES_AMD:
	case RULES_SMCA:
		return find(amd_formats, ARRAY_SIZE(amd_formats), code);
	case RULES_COMMON:
		break;
	}
	return NULL;
}

void mca_describe(enum mca_rules rules, uint16_t code, struct decoded *decoded)
{
	const struct mca_format *format = find_format(rules, code);
	struct phrase phrase;

	phrase_start(&phrase, decoded->mca, sizeof(decoded->mca));
	if (!format) {
		phrase_add(&phrase, "unknown MCA error code ");
		phrase_add_hex(&phrase, code, 4);
		return;
	}
	if (format->text)
		phrase_add(&phrase, format->text);
	else
		format->describe(&phrase, code, decoded);
	if (decoded->class != CLASS_MEMORY)
		decoded->class = format->class;
}

bool mca_intel_is_io(uint16_t code)
{
	return (code & ~FILTER_BIT) == 0x0e0b;
}

bool mca_intel_is_compound(uint16_t code)
{
	const struct mca_format *format = find_format(RULES_INTEL, code);

	return format && !(format->mask & FILTER_BIT);
}
