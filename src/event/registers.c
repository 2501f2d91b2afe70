// SPDX-License-Identifier: GPL-2.0-only
#include "event/registers.h"

#include <errno.h>
#include <string.h>

#define ROW(member, has)                                                                           \
	{                                                                                          \
		.name = #member, .offset = offsetof(struct record, member),                        \
		.size = sizeof(((struct record *)0)->member), .field = (has),                      \
	}

const struct register_info record_registers[REGISTER_COUNT_] = {
	[REGISTER_STATUS] = ROW(status, 0),
	[REGISTER_ADDR] = ROW(addr, RECORD_HAS_ADDR),
	[REGISTER_MISC] = ROW(misc, RECORD_HAS_MISC),
	[REGISTER_MCGSTATUS] = ROW(mcgstatus, RECORD_HAS_MCGSTATUS),
	[REGISTER_MCGCAP] = ROW(mcgcap, RECORD_HAS_MCGCAP),
	[REGISTER_SYND] = ROW(synd, RECORD_HAS_SYND),
	[REGISTER_IPID] = ROW(ipid, RECORD_HAS_IPID),
	[REGISTER_PPIN] = ROW(ppin, RECORD_HAS_PPIN),
	[REGISTER_MICROCODE] = ROW(microcode, RECORD_HAS_MICROCODE),
	[REGISTER_TSC] = ROW(tsc, RECORD_HAS_TSC),
	[REGISTER_IP] = ROW(ip, RECORD_HAS_IP),
	[REGISTER_CS] = ROW(cs, RECORD_HAS_IP),
	[REGISTER_SYND1] = ROW(synd1, RECORD_HAS_SYND12),
	[REGISTER_SYND2] = ROW(synd2, RECORD_HAS_SYND12),
	[REGISTER_CPUID] = ROW(cpuid, RECORD_HAS_CPUID),
	[REGISTER_APICID] = ROW(apicid, RECORD_HAS_APICID),
};

bool register_present(const struct record *record, enum register_id id)
{
	uint32_t field = record_registers[id].field;

	return !field || (record->fields & field);
}

uint64_t register_get(const struct record *record, enum register_id id)
{
	const struct register_info *info = &record_registers[id];
	const char *at = (const char *)record + info->offset;
	uint64_t wide;
	uint32_t word;

	if (!register_present(record, id))
		return 0;
	switch (info->size) {
	case sizeof(wide):
		memcpy(&wide, at, sizeof(wide));
		return wide;
	case sizeof(word):
		memcpy(&word, at, sizeof(word));
		return word;
	}
	return *(const uint8_t *)at;
}

int register_set(struct record *record, enum register_id id, uint64_t value)
{
	const struct register_info *info = &record_registers[id];
	char *at = (char *)record + info->offset;
	uint32_t word = (uint32_t)value;

	if (info->size < sizeof(value) && value >> (info->size * 8))
		return -ERANGE;
	switch (info->size) {
	case sizeof(value):
		memcpy(at, &value, sizeof(value));
		break;
	case sizeof(word):
		memcpy(at, &word, sizeof(word));
		break;
	case 1:
		*(uint8_t *)at = (uint8_t)value;
		break;
	}
	record->fields |= info->field;
	return 0;
}

const char *register_to_text(const struct record *record, enum register_id id,
			     char buffer[REGISTER_TEXT_MAX])
{
	bool wide = record_registers[id].size == sizeof(uint64_t);
	uint64_t value = register_get(record, id);
	unsigned int n = 16; /* digits */

	while (!wide && n > 1 && !(value >> (4 * (n - 1))))
		n--;
	buffer[0] = '0';
	buffer[1] = 'x';
	for (unsigned int i = 0; i < n; i++)
		buffer[2 + i] = "0123456789abcdef"[value >> (4 * (n - 1 - i)) & 0xf];
	buffer[2 + n] = '\0';
	return buffer;
}
