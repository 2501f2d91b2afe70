// SPDX-License-Identifier: GPL-2.0-only
#include "decode/cpu-names.h"

#include <strings.h>

#include "event/record.h"
#include "util/cleanup.h"

/*
 * mcelog's names (its cputype.table) with the CPUs that Intel sells under them:
 * its own table swapped client and server for Haswell and Ivy Bridge.
 */
/* clang-format off */
static const struct cpu_alias aliases[] = {
	{ "p6old",              VENDOR_INTEL, 0x00000670 },
	{ "core2",              VENDOR_INTEL, 0x000006f0 },
	{ "xeon3100",           VENDOR_INTEL, 0x00010670 },
	{ "xeon3200",           VENDOR_INTEL, 0x000006f0 },
	{ "xeon5100",           VENDOR_INTEL, 0x000006f0 },
	{ "xeon5200",           VENDOR_INTEL, 0x00010670 },
	{ "xeon7200",           VENDOR_INTEL, 0x000006f0 },
	{ "dunnington",         VENDOR_INTEL, 0x000106d0 },
	{ "xeon7400",           VENDOR_INTEL, 0x000106d0 },
	{ "xeon74xx",           VENDOR_INTEL, 0x000106d0 },
	{ "nehalem",            VENDOR_INTEL, 0x000106a0 },
	{ "westmere",           VENDOR_INTEL, 0x000206c0 },
	{ "core_i3",            VENDOR_INTEL, 0x00020650 },
	{ "core_i5",            VENDOR_INTEL, 0x000106e0 },
	{ "core_i7",            VENDOR_INTEL, 0x000106a0 },
	{ "xeon5500",           VENDOR_INTEL, 0x000106a0 },
	{ "xeon7500",           VENDOR_INTEL, 0x000206e0 },
	{ "xeon75xx",           VENDOR_INTEL, 0x000206e0 },
	{ "sandybridge",        VENDOR_INTEL, 0x000206a0 },
	{ "sandybridge-ep",     VENDOR_INTEL, 0x000206d0 },
	{ "ivybridge",          VENDOR_INTEL, 0x000306a0 },
	{ "ivybridge-ep",       VENDOR_INTEL, 0x000306e0 },
	{ "ivybridge-ex",       VENDOR_INTEL, 0x000306e0 },
	{ "xeon-v2",            VENDOR_INTEL, 0x000306e0 },
	{ "haswell",            VENDOR_INTEL, 0x000306c0 },
	{ "haswell-ep",         VENDOR_INTEL, 0x000306f0 },
	{ "haswell-ex",         VENDOR_INTEL, 0x000306f0 },
	{ "xeon-v3",            VENDOR_INTEL, 0x000306f0 },
	{ "broadwell",          VENDOR_INTEL, 0x000306d0 },
	{ "broadwell-d",        VENDOR_INTEL, 0x00050660 },
	{ "broadwell-ep",       VENDOR_INTEL, 0x000406f0 },
	{ "broadwell-ex",       VENDOR_INTEL, 0x000406f0 },
	{ "xeon-v4",            VENDOR_INTEL, 0x000406f0 },
	{ "knightslanding",     VENDOR_INTEL, 0x00050670 },
	{ "knightsmill",        VENDOR_INTEL, 0x00080650 },
	{ "skylake",            VENDOR_INTEL, 0x000406e0 },
	{ "skylake_server",     VENDOR_INTEL, 0x00050650 },
	{ "cascadelake_server", VENDOR_INTEL, 0x00050650 },
	{ "kabylake",           VENDOR_INTEL, 0x000806e0 },
	{ "cometlake",          VENDOR_INTEL, 0x000a0650 },
	{ "icelake",            VENDOR_INTEL, 0x000706e0 },
	{ "icelake_server",     VENDOR_INTEL, 0x000606a0 },
	{ "icelake_de",         VENDOR_INTEL, 0x000606c0 },
	{ "tremont_d",          VENDOR_INTEL, 0x00080660 },
	{ "snowridge",          VENDOR_INTEL, 0x00080660 },
	{ "tigerlake",          VENDOR_INTEL, 0x000806c0 },
	{ "rocketlake",         VENDOR_INTEL, 0x000a0670 },
	{ "alderlake",          VENDOR_INTEL, 0x00090670 },
	{ "raptorlake",         VENDOR_INTEL, 0x000b0670 },
	{ "meteorlake",         VENDOR_INTEL, 0x000a06a0 },
	{ "arrowlake",          VENDOR_INTEL, 0x000c0660 },
	{ "lunarlake",          VENDOR_INTEL, 0x000b06d0 },
	{ "pantherlake",        VENDOR_INTEL, 0x000c06c0 },
	{ "wildcatlake",        VENDOR_INTEL, 0x000d0650 },
	{ "lakefield",          VENDOR_INTEL, 0x000806a0 },
	{ "atom",               VENDOR_INTEL, 0x000106c0 },
	{ "denverton",          VENDOR_INTEL, 0x000506f0 },
	{ "grandridge",         VENDOR_INTEL, 0x000b0660 },
	{ "sapphirerapids",     VENDOR_INTEL, 0x000806f0 },
	{ "emeraldrapids",      VENDOR_INTEL, 0x000c06f0 },
	{ "graniterapids",      VENDOR_INTEL, 0x000a06d0 },
	{ "sierraforest",       VENDOR_INTEL, 0x000a06f0 },
	{ "clearwaterforest",   VENDOR_INTEL, 0x000d06d0 },
	{ "diamondrapids",      VENDOR_INTEL, 0x00400f10 },
	{ "p4",                 VENDOR_INTEL, 0x00000f20 },
	{ "tulsa",              VENDOR_INTEL, 0x00000f60 },
	{ "xeon7100",           VENDOR_INTEL, 0x00000f60 },
	{ "intel",              VENDOR_INTEL, 0 },
	{ "generic",            VENDOR_INTEL, 0 },
	{ "k8",                 VENDOR_AMD,   0x00000f50 },
	{ "k10",                VENDOR_AMD,   0x00100f40 },
	{ "bulldozer",          VENDOR_AMD,   0x00600f10 },
	{ "zen",                VENDOR_AMD,   0x00800f10 },
	{ "zen2",               VENDOR_AMD,   0x00830f10 },
	{ "zen3",               VENDOR_AMD,   0x00a00f10 },
	{ "zen4",               VENDOR_AMD,   0x00a10f10 },
	{ "zen5",               VENDOR_AMD,   0x00b00f20 },
	{ "dhyana",             VENDOR_HYGON, 0x00900f00 },
	{ "kh40000",            VENDOR_ZHAOXIN, 0x000507b0 },
	{ "kh50000",            VENDOR_ZHAOXIN, 0x000707b0 },
};
/* clang-format on */

const struct cpu_alias *cpu_aliases(size_t *ret_count)
{
	*ret_count = ARRAY_SIZE(aliases);
	return aliases;
}

const struct cpu_alias *cpu_alias_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(aliases); i++)
		if (strcasecmp(aliases[i].name, name) == 0)
			return &aliases[i];
	return NULL;
}
