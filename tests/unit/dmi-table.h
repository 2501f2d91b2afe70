/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For tests: builds SMBIOS tables and their entry points structure by
 * structure (DSP0134). Include after cmocka.h.
 */
#pragma once

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "util/bytes.h"

enum { DMI_TABLE_MAX = 65536, DMI_SM_SIZE = 0x1f, DMI_SM3_SIZE = 0x18 };

struct dmi_table {
	uint8_t data[DMI_TABLE_MAX];
	size_t size;
	uint8_t entry[DMI_SM_SIZE];
	size_t entry_size;
	size_t last; /* offset of the last structure */
};

static inline void dmi_put(uint8_t *to, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		to[i] = (uint8_t)(value >> 8 * i);
}

/* Appends a structure of length bytes, all 0 but its header, with strings up to a NULL. */
static inline void dmi_add(struct dmi_table *table, uint8_t type, uint8_t length, uint16_t handle,
			   const char *const *strings)
{
	uint8_t *at = table->data + table->size;

	assert_true(table->size + 1024 < sizeof(table->data));
	table->last = table->size;
	memset(at, 0, length);
	at[0] = type;
	at[1] = length;
	dmi_put(at + 2, handle, 2);
	at += length;
	for (size_t i = 0; strings && strings[i]; i++) {
		/* an empty one would be the end of all */
		const char *string = strings[i][0] ? strings[i] : " ";

		strcpy((char *)at, string);
		at += strlen(string) + 1;
	}
	if (!strings || !strings[0])
		*at++ = 0;
	*at++ = 0;
	table->size = (size_t)(at - table->data);
}

/* Sets a field of the structure that was added last. */
static inline void dmi_set(struct dmi_table *table, size_t offset, uint64_t value, size_t size)
{
	dmi_put(table->data + table->last + offset, value, size);
}

static inline void dmi_sum(struct dmi_table *table, size_t at, size_t size)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < size; i++)
		sum = (uint8_t)(sum + table->entry[i]);
	table->entry[at] = (uint8_t)-sum;
}

static inline void dmi_entry_64(struct dmi_table *table)
{
	memset(table->entry, 0, sizeof(table->entry));
	memcpy(table->entry, "_SM3_", 5);
	table->entry[0x06] = DMI_SM3_SIZE;
	table->entry[0x07] = 3;
	table->entry[0x08] = 7;
	dmi_put(table->entry + 0x0c, table->size, 4);
	dmi_sum(table, 0x05, DMI_SM3_SIZE);
	table->entry_size = DMI_SM3_SIZE;
}

static inline void dmi_entry_32(struct dmi_table *table, uint16_t count)
{
	memset(table->entry, 0, sizeof(table->entry));
	memcpy(table->entry, "_SM_", 4);
	table->entry[0x05] = DMI_SM_SIZE;
	table->entry[0x06] = 2;
	table->entry[0x07] = 8;
	dmi_put(table->entry + 0x16, table->size, 2);
	dmi_put(table->entry + 0x1c, count, 2);
	dmi_sum(table, 0x04, DMI_SM_SIZE);
	table->entry_size = DMI_SM_SIZE;
}

/* A processor's socket, and the array of the system's memory with handle 0x1000. */
static inline void dmi_add_machine(struct dmi_table *table, const char *cpu_vendor,
				   unsigned int n_sockets)
{
	const char *const system[] = { "Acme", "Server 1", NULL };
	const char *const board[] = { "Acme Boards", "Board-1", NULL };
	const char *const cpu[] = { "CPU", cpu_vendor, NULL };

	dmi_add(table, 1, 0x1b, 1, system);
	dmi_set(table, 0x04, 0x0201, 2);
	dmi_add(table, 2, 0x0f, 2, board);
	dmi_set(table, 0x04, 0x0201, 2);
	for (unsigned int i = 0; i < n_sockets; i++) {
		dmi_add(table, 4, 0x30, (uint16_t)(4 + i), cpu);
		dmi_set(table, 0x05, 3, 1);
		dmi_set(table, 0x07, 2, 1);
	}
	dmi_add(table, 16, 0x17, 0x1000, NULL);
	dmi_set(table, 0x05, 3, 1);
}

/* A DDR5 DIMM of 16 GiB, or an empty socket where size_mib is 0; handles count from 0x1100. */
static inline void dmi_add_dimm(struct dmi_table *table, unsigned int number, const char *locator,
				const char *bank_locator, const char *serial, uint32_t size_mib)
{
	const char *const strings[] = { locator,   bank_locator,  "Example", serial,
					"Asset-7", "EX-16G-5600", NULL };

	dmi_add(table, 17, 0x5c, (uint16_t)(0x1100 + number), strings);
	dmi_set(table, 0x04, 0x1000, 2);
	dmi_set(table, 0x0c, size_mib < 0x7fff ? size_mib : 0x7fff, 2);
	dmi_set(table, 0x0e, 0x09, 1);
	dmi_set(table, 0x10, 0x0201, 2);
	dmi_set(table, 0x12, 0x22, 1);
	dmi_set(table, 0x15, 5600, 2);
	dmi_set(table, 0x17, 0x06050403, 4);
	dmi_set(table, 0x1b, 2, 1);
	dmi_set(table, 0x1c, size_mib < 0x7fff ? 0 : size_mib, 4);
	dmi_set(table, 0x20, 4800, 2);
}

/* The addresses of a DIMM (type 20): KiB where they fit, else bytes in 64 bits. */
static inline void dmi_add_range(struct dmi_table *table, unsigned int number, uint64_t start,
				 uint64_t end, uint8_t interleave)
{
	bool extended = end >> 10 >= UINT32_MAX;

	dmi_add(table, 20, 0x23, (uint16_t)(0x1400 + number), NULL);
	dmi_set(table, 0x04, extended ? UINT32_MAX : start >> 10, 4);
	dmi_set(table, 0x08, extended ? UINT32_MAX : end >> 10, 4);
	dmi_set(table, 0x0c, 0x1100 + number, 2);
	dmi_set(table, 0x11, interleave, 1);
	dmi_set(table, 0x13, extended ? start : 0, 8);
	dmi_set(table, 0x1b, extended ? end : 0, 8);
}

static inline void dmi_end(struct dmi_table *table)
{
	dmi_add(table, 127, 4, 0x7f00, NULL);
	dmi_entry_64(table);
}

static inline struct bytes dmi_bytes(const struct dmi_table *table)
{
	return (struct bytes){ table->data, table->size };
}

static inline struct bytes dmi_entry(const struct dmi_table *table)
{
	return (struct bytes){ table->entry, table->entry_size };
}
