// SPDX-License-Identifier: GPL-2.0-only
#include "inventory/smbios.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "inventory/append.h"
#include "inventory/smbios-entry.h"
#include "inventory/smbios-names.h"
#include "inventory/smbios-structure.h"
#include "util/cleanup.h"

enum {
	ROWS_MAX = 4096, /* of a kind; the largest machines have a few hundred */
	KIB = 1024,
};

enum structure_type {
	TYPE_BIOS = 0,
	TYPE_SYSTEM = 1,
	TYPE_BOARD = 2,
	TYPE_PROCESSOR = 4,
	TYPE_ARRAY = 16,
	TYPE_DEVICE = 17,
	TYPE_ARRAY_RANGE = 19,
	TYPE_DEVICE_RANGE = 20,
	TYPE_END = 127,
};

DEFINE_CLEANUP(struct smbios *, smbios_free, smbios_free)

/* Keeps the first reason: what comes later is often its consequence. */
__attribute__((format(printf, 2, 3))) static void complain(struct smbios *smbios,
							   const char *format, ...)
{
	va_list arguments;

	if (smbios->problem[0])
		return;
	va_start(arguments, format);
	vsnprintf(smbios->problem, sizeof(smbios->problem), format, arguments);
	va_end(arguments);
}

/* The string that the field at offset names. */
static void get_string(struct smbios *smbios, const struct smbios_structure *structure,
		       size_t offset, smbios_string to)
{
	if (!smbios_structure_string(structure, offset, to))
		complain(smbios, "structure at 0x%zx: it names a string that it does not have",
			 structure->offset);
}

/* Whether there may be no more rows of a kind after these n. */
static bool is_full(struct smbios *smbios, size_t n)
{
	if (n < ROWS_MAX)
		return false;
	complain(smbios, "more than %d structures of a kind, the rest is left out", ROWS_MAX);
	return true;
}

/* Section 7.18, Size and Extended Size. */
static void take_size(struct bytes fields, struct smbios_device *device)
{
	enum { SIZE = 0x0c, EXTENDED_SIZE = 0x1c };
	uint16_t size = bytes_u16(fields, SIZE);

	device->installed = size != 0;
	if (size == 0xffff)
		device->size_mib = 0;
	else if (size == 0x7fff)
		device->size_mib = bytes_u32(fields, EXTENDED_SIZE) & 0x7fffffff;
	else if (size & 0x8000)
		device->size_mib = (size & 0x7fff) / KIB;
	else
		device->size_mib = size;
}

/* Section 7.18.4: 0xffff refers to the extended field, of version 3.3. */
static uint32_t get_speed(struct bytes fields, size_t offset, size_t extended)
{
	uint16_t speed = bytes_u16(fields, offset);

	return speed == 0xffff ? bytes_u32(fields, extended) & 0x7fffffff : speed;
}

/* Section 7.18. */
static int take_device(struct smbios *smbios, const struct smbios_structure *structure)
{
	struct bytes fields = structure->fields;
	struct smbios_device device = {
		.handle = bytes_u16(fields, 0x02),
		.array = bytes_u16(fields, 0x04),
		.form = smbios_form_name(bytes_u8(fields, 0x0e)),
		.type = smbios_type_name(bytes_u8(fields, 0x12)),
		.speed = get_speed(fields, 0x15, 0x54),
		.configured_speed = get_speed(fields, 0x20, 0x58),
		.ranks = bytes_u8(fields, 0x1b) & 0xf,
	};

	if (is_full(smbios, smbios->n_devices))
		return 0;
	take_size(fields, &device);
	get_string(smbios, structure, 0x10, device.locator);
	get_string(smbios, structure, 0x11, device.bank_locator);
	get_string(smbios, structure, 0x17, device.manufacturer);
	get_string(smbios, structure, 0x18, device.serial);
	get_string(smbios, structure, 0x19, device.asset);
	get_string(smbios, structure, 0x1a, device.part);
	return append_row(smbios->devices, smbios->n_devices, device);
}

/* Section 7.17; its table of uses is section 7.17.2. */
static int take_array(struct smbios *smbios, const struct smbios_structure *structure)
{
	enum { USE_SYSTEM_MEMORY = 3 };
	struct bytes fields = structure->fields;
	struct smbios_array array = {
		.handle = bytes_u16(fields, 0x02),
		.system_memory = bytes_u8(fields, 0x05) == USE_SYSTEM_MEMORY,
	};

	if (is_full(smbios, smbios->n_arrays))
		return 0;
	return append_row(smbios->arrays, smbios->n_arrays, array);
}

/* Start and end in KiB, or, where the first is all ones, in bytes in the fields of version 2.7. */
static bool take_addresses(struct smbios *smbios, const struct smbios_structure *structure,
			   size_t extended, struct smbios_range *range)
{
	uint32_t start = bytes_u32(structure->fields, 0x04);
	uint32_t end = bytes_u32(structure->fields, 0x08);

	if (!bytes_have(structure->fields, 0x0c, sizeof(range->handle))) {
		complain(smbios, "structure at 0x%zx: it is too short for its addresses",
			 structure->offset);
		return false;
	}
	range->start = (uint64_t)start * KIB;
	range->end = (uint64_t)end * KIB + KIB - 1;
	if (start == UINT32_MAX) {
		range->start = bytes_u64(structure->fields, extended);
		range->end = bytes_u64(structure->fields, extended + 8);
	}
	if (range->end > range->start)
		return true;
	complain(smbios, "structure at 0x%zx: its addresses end before they begin",
		 structure->offset);
	return false;
}

/* Section 7.20. */
static int take_array_range(struct smbios *smbios, const struct smbios_structure *structure)
{
	struct smbios_range range = { .handle = bytes_u16(structure->fields, 0x0c),
				      .width = bytes_u8(structure->fields, 0x0e) };

	if (is_full(smbios, smbios->n_array_ranges) ||
	    !take_addresses(smbios, structure, 0x0f, &range))
		return 0;
	return append_row(smbios->array_ranges, smbios->n_array_ranges, range);
}

/* Section 7.21. A structure too short to speak of interleaving leaves it unknown. */
static int take_device_range(struct smbios *smbios, const struct smbios_structure *structure)
{
	enum { INTERLEAVE = 0x11, INTERLEAVE_UNKNOWN = 0xff };
	struct bytes fields = structure->fields;
	struct smbios_range range = { .handle = bytes_u16(fields, 0x0c),
				      .interleave = bytes_have(fields, INTERLEAVE, 1)
							    ? bytes_u8(fields, INTERLEAVE)
							    : INTERLEAVE_UNKNOWN };

	if (is_full(smbios, smbios->n_device_ranges) ||
	    !take_addresses(smbios, structure, 0x13, &range))
		return 0;
	return append_row(smbios->device_ranges, smbios->n_device_ranges, range);
}

/* Section 7.3. Machines of several boards have several; the first is the one that Linux shows. */
static void take_board(struct smbios *smbios, const struct smbios_structure *structure)
{
	if (smbios->machine.board_vendor[0] || smbios->machine.board_name[0])
		return;
	get_string(smbios, structure, 0x04, smbios->machine.board_vendor);
	get_string(smbios, structure, 0x05, smbios->machine.board_name);
}

/* Section 7.5; its table of processor types is section 7.5.1. */
static void take_processor(struct smbios *smbios, const struct smbios_structure *structure)
{
	enum { CENTRAL_PROCESSOR = 3 };

	if (bytes_u8(structure->fields, 0x05) != CENTRAL_PROCESSOR)
		return;
	if (smbios->machine.n_sockets++ == 0)
		get_string(smbios, structure, 0x07, smbios->machine.cpu_vendor);
}

static int take_structure(struct smbios *smbios, const struct smbios_structure *structure)
{
	struct smbios_machine *machine = &smbios->machine;

	switch (smbios_structure_type(structure)) {
	case TYPE_BIOS:
		get_string(smbios, structure, 0x04, machine->bios_vendor);
		get_string(smbios, structure, 0x05, machine->bios_version);
		break;
	case TYPE_SYSTEM:
		get_string(smbios, structure, 0x04, machine->system_vendor);
		get_string(smbios, structure, 0x05, machine->product_name);
		break;
	case TYPE_BOARD:
		take_board(smbios, structure);
		break;
	case TYPE_PROCESSOR:
		take_processor(smbios, structure);
		break;
	case TYPE_ARRAY:
		return take_array(smbios, structure);
	case TYPE_DEVICE:
		return take_device(smbios, structure);
	case TYPE_ARRAY_RANGE:
		return take_array_range(smbios, structure);
	case TYPE_DEVICE_RANGE:
		return take_device_range(smbios, structure);
	}
	return 0;
}

/* A count of 0 is none: then only the end of the table or its last structure ends the walk. */
static int walk(struct smbios *smbios, struct bytes table, uint32_t count)
{
	size_t offset = 0;

	for (uint32_t i = 0; offset < table.size && (!count || i < count); i++) {
		struct smbios_structure structure;
		const char *reason = smbios_structure_at(table, offset, &structure);
		int r;

		if (reason) {
			complain(smbios, "structure at 0x%zx: %s", offset, reason);
			return 0;
		}
		if (smbios_structure_type(&structure) == TYPE_END)
			return 0;
		if (structure.endless)
			complain(smbios, "structure at 0x%zx: its strings have no end", offset);
		r = take_structure(smbios, &structure);
		if (r < 0)
			return r;
		offset += structure.size;
	}
	return 0;
}

int smbios_parse(struct bytes entry_bytes, struct bytes table, struct smbios **ret_smbios)
{
	_cleanup_(smbios_free_cleanup) struct smbios *smbios = calloc(1, sizeof(*smbios));
	struct smbios_entry entry = { .length = UINT32_MAX };
	const char *reason;
	int r;

	if (!smbios)
		return -ENOMEM;
	reason = entry_bytes.size ? smbios_entry_parse(entry_bytes, &entry) : NULL;
	if (reason)
		complain(smbios, "%s", reason);
	smbios->major = entry.major;
	smbios->minor = entry.minor;
	if (table.size > entry.length)
		table.size = entry.length;
	else if (entry.count && table.size < entry.length)
		complain(smbios, "the table has %zu bytes, its entry point says %u", table.size,
			 entry.length);
	r = walk(smbios, table, entry.count);
	if (r < 0)
		return r;
	*ret_smbios = take_ptr(smbios);
	return 0;
}

bool smbios_is_system_memory(const struct smbios *smbios, const struct smbios_device *device)
{
	for (size_t i = 0; i < smbios->n_arrays; i++)
		if (smbios->arrays[i].handle == device->array)
			return smbios->arrays[i].system_memory;
	return true;
}

void smbios_free(struct smbios *smbios)
{
	if (!smbios)
		return;
	free(smbios->devices);
	free(smbios->arrays);
	free(smbios->array_ranges);
	free(smbios->device_ranges);
	free(smbios);
}
