// SPDX-License-Identifier: GPL-2.0-only
#include "inventory/smbios-structure.h"

#include "inventory/clean.h"

enum { HEADER_SIZE = 4 }; /* type, length, handle: section 6.1.2 */

/* Where the strings end: at the first two zeros in a row. Returns their length or SIZE_MAX. */
static size_t strings_length(struct bytes bytes)
{
	for (size_t i = 0; i + 1 < bytes.size; i++)
		if (!bytes.data[i] && !bytes.data[i + 1])
			return i;
	return SIZE_MAX;
}

const char *smbios_structure_at(struct bytes table, size_t offset,
				struct smbios_structure *ret_structure)
{
	size_t length = bytes_u8(table, offset + 1);
	struct bytes rest;
	size_t strings;

	if (!bytes_have(table, offset, HEADER_SIZE))
		return "the table ends in its header";
	if (length < HEADER_SIZE)
		return "its length is less than that of its header";
	if (!bytes_have(table, offset, length))
		return "its length reaches past the end of the table";
	rest = (struct bytes){ table.data + offset + length, table.size - offset - length };
	strings = strings_length(rest);
	*ret_structure = (struct smbios_structure){
		.offset = offset,
		.fields = { table.data + offset, length },
		.strings = { rest.data, strings == SIZE_MAX ? rest.size : strings },
		.size = length + (strings == SIZE_MAX ? rest.size : strings + 2),
		.endless = strings == SIZE_MAX,
	};
	return NULL;
}

unsigned int smbios_structure_type(const struct smbios_structure *structure)
{
	return bytes_u8(structure->fields, 0);
}

/* The string with the number, which counts from 1: section 6.1.3. */
static bool find_string(struct bytes strings, unsigned int number, struct bytes *ret_string)
{
	size_t at = 0;

	while (at < strings.size) {
		const uint8_t *start = strings.data + at;
		const uint8_t *end = memchr(start, 0, strings.size - at);
		size_t length = end ? (size_t)(end - start) : strings.size - at;

		if (--number == 0) {
			*ret_string = (struct bytes){ start, length };
			return true;
		}
		at += length + 1;
	}
	return false;
}

bool smbios_structure_string(const struct smbios_structure *structure, size_t offset,
			     smbios_string to)
{
	unsigned int number = bytes_u8(structure->fields, offset);
	struct bytes string;

	to[0] = '\0';
	if (number == 0)
		return true;
	if (!find_string(structure->strings, number, &string))
		return false;
	clean_copy(string, to, SMBIOS_STRING_SIZE);
	return true;
}
