// SPDX-License-Identifier: GPL-2.0-only
#include "event/record.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "event/bits.h"
#include "util/cleanup.h"

static const char *const source_names[SOURCE_COUNT_] = {
	[SOURCE_TRACE] = "trace",   [SOURCE_MCELOG] = "mcelog", [SOURCE_ERST] = "erst",
	[SOURCE_REPLAY] = "replay", [SOURCE_PSTORE] = "pstore", [SOURCE_KMSG] = "kmsg",
	[SOURCE_TEXT] = "text",	    [SOURCE_VMCORE] = "vmcore", [SOURCE_BERT] = "bert",
};

const char *source_id_name(enum source_id id)
{
	return (unsigned int)id < SOURCE_COUNT_ ? source_names[id] : NULL;
}

int source_id_parse(const char *name, enum source_id *ret_id)
{
	for (unsigned int i = 0; i < SOURCE_COUNT_; i++) {
		if (strcmp(source_names[i], name) != 0)
			continue;
		*ret_id = (enum source_id)i;
		return 0;
	}
	return -EINVAL;
}

static const struct {
	uint8_t vendor;
	const char *name;
} vendors[] = {
	{ VENDOR_INTEL, "Intel" },     { VENDOR_CYRIX, "Cyrix" },
	{ VENDOR_AMD, "AMD" },	       { VENDOR_UMC, "UMC" },
	{ VENDOR_CENTAUR, "Centaur" }, { VENDOR_TRANSMETA, "Transmeta" },
	{ VENDOR_NSC, "NSC" },	       { VENDOR_HYGON, "Hygon" },
	{ VENDOR_ZHAOXIN, "Zhaoxin" }, { VENDOR_VORTEX, "Vortex" },
	{ VENDOR_UNKNOWN, "unknown" },
};

const char *vendor_name(uint8_t vendor)
{
	for (size_t i = 0; i < ARRAY_SIZE(vendors); i++)
		if (vendors[i].vendor == vendor)
			return vendors[i].name;
	return "unknown";
}

int vendor_parse(const char *name, uint8_t *ret_vendor)
{
	for (size_t i = 0; i < ARRAY_SIZE(vendors); i++) {
		if (strcasecmp(vendors[i].name, name) != 0)
			continue;
		*ret_vendor = vendors[i].vendor;
		return 0;
	}
	return -EINVAL;
}

bool record_has_address(const struct record *record)
{
	return record->fields & RECORD_HAS_ADDR &&
	       (!record_has_bank(record) || record->status & STATUS_ADDRV);
}
