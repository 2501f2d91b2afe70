// SPDX-License-Identifier: GPL-2.0-only
/* Any bytes as an SMBIOS table: alone, and cut into an entry point and a table. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "inventory/locator.h"
#include "inventory/smbios.h"
#include "util/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every text ends, every number is one that the contract allows. */
static void check(const struct smbios *smbios)
{
	for (size_t i = 0; i < smbios->n_devices; i++)
		if (strlen(smbios->devices[i].locator) >= SMBIOS_STRING_SIZE ||
		    strlen(smbios->devices[i].serial) >= SMBIOS_STRING_SIZE)
			abort();
	for (size_t i = 0; i < smbios->n_device_ranges; i++)
		if (smbios->device_ranges[i].end < smbios->device_ranges[i].start)
			abort();
}

static void parse(struct bytes entry, struct bytes table)
{
	struct problems problems = { 0 };
	struct smbios *smbios;
	struct place *places;

	if (smbios_parse(entry, table, &smbios) < 0)
		abort();
	check(smbios);
	places = calloc(smbios->n_devices + 1, sizeof(*places));
	if (!places)
		abort();
	locator_places(smbios, places, &problems);
	free(places);
	smbios_free(smbios);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum { ENTRY_SM3 = 0x18, ENTRY_SM = 0x1f };
	static const size_t cuts[] = { ENTRY_SM3, ENTRY_SM };

	parse((struct bytes){ data, 0 }, (struct bytes){ data, size });
	for (size_t i = 0; i < ARRAY_SIZE(cuts); i++)
		if (size >= cuts[i])
			parse((struct bytes){ data, cuts[i] },
			      (struct bytes){ data + cuts[i], size - cuts[i] });
	return 0;
}
