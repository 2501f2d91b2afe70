// SPDX-License-Identifier: GPL-2.0-only
#include "decode/cpu-models.h"

#include "decode/refine.h"
#include "util/cleanup.h"

/*
 * CPUID display family and model (record.h). Intel: SDM Vol. 4 (335592), table
 * of DisplayFamily_DisplayModel signatures; AMD: revision guides and PPR
 * titles; Zhaoxin and Centaur: what their own kernel and compiler patches say.
 * A narrow row stands before the wide one that holds it.
 */
/* clang-format off */
#define ROW(v, f, first, last, text)                                           \
	.vendor = VENDOR_##v, .family = (f), .model_first = (first),           \
	.model_last = (last), .name = (text)

static const struct cpu_model models[] = {
	/* Intel family 6 */
	{ ROW(INTEL,   0x06, 0x00, 0x0e, "P6 family, Pentium M, Core"), .refine = refine_p6 },
	{ ROW(INTEL,   0x06, 0x0f, 0x0f, "Core 2 (Merom)"), .refine = refine_p6 },
	{ ROW(INTEL,   0x06, 0x16, 0x16, "Core 2 (Merom-L)"), .refine = refine_p6 },
	{ ROW(INTEL,   0x06, 0x17, 0x17, "Core 2 (Penryn)"), .refine = refine_p6 },
	{ ROW(INTEL,   0x06, 0x1d, 0x1d, "Dunnington (Xeon 7400)"), .refine = refine_dunnington },
	{ ROW(INTEL,   0x06, 0x1a, 0x1a, "Nehalem-EP (Xeon 5500)"), .refine = refine_nehalem },
	{ ROW(INTEL,   0x06, 0x1e, 0x1f, "Nehalem"), .refine = refine_nehalem },
	{ ROW(INTEL,   0x06, 0x25, 0x25, "Westmere"), .refine = refine_nehalem },
	{ ROW(INTEL,   0x06, 0x2c, 0x2c, "Westmere-EP (Xeon 5600)"), .refine = refine_nehalem },
	{ ROW(INTEL,   0x06, 0x2e, 0x2e, "Nehalem-EX (Xeon 7500)"), .refine = refine_nehalem_ex },
	{ ROW(INTEL,   0x06, 0x2f, 0x2f, "Westmere-EX (Xeon E7)"), .refine = refine_nehalem_ex },
	{ ROW(INTEL,   0x06, 0x2a, 0x2a, "Sandy Bridge") },
	{ ROW(INTEL,   0x06, 0x2d, 0x2d, "Sandy Bridge-EP"), .refine = refine_sandy_bridge_ep, .imc_channels = 4, .imc_log = true },
	{ ROW(INTEL,   0x06, 0x3a, 0x3a, "Ivy Bridge") },
	{ ROW(INTEL,   0x06, 0x3e, 0x3e, "Ivy Bridge-EP/EX"), .refine = refine_ivy_bridge_ep, .imc_channels = 4, .imc_log = true },
	{ ROW(INTEL,   0x06, 0x3c, 0x3c, "Haswell") },
	{ ROW(INTEL,   0x06, 0x45, 0x46, "Haswell") },
	{ ROW(INTEL,   0x06, 0x3f, 0x3f, "Haswell-EP/EX"), .refine = refine_haswell_ep, .imc_channels = 4, .imc_log = true },
	{ ROW(INTEL,   0x06, 0x3d, 0x3d, "Broadwell") },
	{ ROW(INTEL,   0x06, 0x47, 0x47, "Broadwell") },
	{ ROW(INTEL,   0x06, 0x56, 0x56, "Broadwell-DE"), .refine = refine_broadwell_de },
	{ ROW(INTEL,   0x06, 0x4f, 0x4f, "Broadwell-EP/EX"), .refine = refine_broadwell_ep, .imc_channels = 4 },
	{ ROW(INTEL,   0x06, 0x4e, 0x4e, "Skylake") },
	{ ROW(INTEL,   0x06, 0x5e, 0x5e, "Skylake") },
	{ ROW(INTEL,   0x06, 0x55, 0x55, "Skylake-SP, Cascade Lake, Cooper Lake"), .refine = refine_skylake_sp, .imc_channels = 3 },
	{ ROW(INTEL,   0x06, 0x66, 0x66, "Cannon Lake") },
	{ ROW(INTEL,   0x06, 0x8e, 0x8e, "Kaby Lake, Coffee Lake") },
	{ ROW(INTEL,   0x06, 0x9e, 0x9e, "Kaby Lake, Coffee Lake") },
	{ ROW(INTEL,   0x06, 0xa5, 0xa6, "Comet Lake") },
	{ ROW(INTEL,   0x06, 0x7d, 0x7e, "Ice Lake") },
	{ ROW(INTEL,   0x06, 0x9d, 0x9d, "Ice Lake (NNP-I)") },
	{ ROW(INTEL,   0x06, 0x6a, 0x6a, "Ice Lake-SP"), .refine = refine_icelake_sp, .imc_channels = 3 },
	{ ROW(INTEL,   0x06, 0x6c, 0x6c, "Ice Lake-D"), .refine = refine_icelake_d, .imc_channels = 3 },
	{ ROW(INTEL,   0x06, 0x8c, 0x8d, "Tiger Lake") },
	{ ROW(INTEL,   0x06, 0xa7, 0xa7, "Rocket Lake") },
	{ ROW(INTEL,   0x06, 0x8a, 0x8a, "Lakefield") },
	{ ROW(INTEL,   0x06, 0x97, 0x97, "Alder Lake") },
	{ ROW(INTEL,   0x06, 0x9a, 0x9a, "Alder Lake") },
	{ ROW(INTEL,   0x06, 0xbe, 0xbe, "Alder Lake-N") },
	{ ROW(INTEL,   0x06, 0xb7, 0xb7, "Raptor Lake") },
	{ ROW(INTEL,   0x06, 0xba, 0xba, "Raptor Lake") },
	{ ROW(INTEL,   0x06, 0xbf, 0xbf, "Raptor Lake") },
	{ ROW(INTEL,   0x06, 0xaa, 0xaa, "Meteor Lake") },
	{ ROW(INTEL,   0x06, 0xac, 0xac, "Meteor Lake") },
	{ ROW(INTEL,   0x06, 0xb5, 0xb5, "Arrow Lake-U") },
	{ ROW(INTEL,   0x06, 0xc5, 0xc6, "Arrow Lake") },
	{ ROW(INTEL,   0x06, 0xbd, 0xbd, "Lunar Lake") },
	{ ROW(INTEL,   0x06, 0xcc, 0xcc, "Panther Lake") },
	{ ROW(INTEL,   0x06, 0xd5, 0xd5, "Wildcat Lake") },
	{ ROW(INTEL,   0x06, 0x8f, 0x8f, "Sapphire Rapids"), .refine = refine_sapphire_rapids, .imc_channels = 2 },
	{ ROW(INTEL,   0x06, 0xcf, 0xcf, "Emerald Rapids"), .refine = refine_sapphire_rapids, .imc_channels = 2 },
	{ ROW(INTEL,   0x06, 0xad, 0xad, "Granite Rapids"), .refine = refine_granite_rapids, .imc_channels = 1 },
	{ ROW(INTEL,   0x06, 0xae, 0xae, "Granite Rapids-D"), .refine = refine_granite_rapids, .imc_channels = 1 },
	{ ROW(INTEL,   0x06, 0xaf, 0xaf, "Sierra Forest"), .refine = refine_granite_rapids, .imc_channels = 1 },
	{ ROW(INTEL,   0x06, 0xdd, 0xdd, "Clearwater Forest"), .refine = refine_granite_rapids, .imc_channels = 1 },
	{ ROW(INTEL,   0x06, 0x1c, 0x1c, "Atom (Bonnell)") },
	{ ROW(INTEL,   0x06, 0x26, 0x26, "Atom (Bonnell)") },
	{ ROW(INTEL,   0x06, 0x27, 0x27, "Atom (Saltwell)") },
	{ ROW(INTEL,   0x06, 0x35, 0x36, "Atom (Saltwell)") },
	{ ROW(INTEL,   0x06, 0x37, 0x37, "Atom (Silvermont)") },
	{ ROW(INTEL,   0x06, 0x4a, 0x4a, "Atom (Silvermont)") },
	{ ROW(INTEL,   0x06, 0x4d, 0x4d, "Atom (Silvermont, Avoton)") },
	{ ROW(INTEL,   0x06, 0x5d, 0x5d, "Atom (Silvermont)") },
	{ ROW(INTEL,   0x06, 0x4c, 0x4c, "Atom (Airmont)") },
	{ ROW(INTEL,   0x06, 0x5a, 0x5a, "Atom (Airmont)") },
	{ ROW(INTEL,   0x06, 0x75, 0x75, "Atom (Airmont)") },
	{ ROW(INTEL,   0x06, 0x5c, 0x5c, "Atom (Goldmont)") },
	{ ROW(INTEL,   0x06, 0x5f, 0x5f, "Denverton"), .refine = refine_denverton },
	{ ROW(INTEL,   0x06, 0x7a, 0x7a, "Atom (Goldmont Plus)") },
	{ ROW(INTEL,   0x06, 0x86, 0x86, "Snow Ridge (Tremont-D)"), .refine = refine_snow_ridge },
	{ ROW(INTEL,   0x06, 0x96, 0x96, "Elkhart Lake (Tremont)") },
	{ ROW(INTEL,   0x06, 0x9c, 0x9c, "Jasper Lake (Tremont)") },
	{ ROW(INTEL,   0x06, 0xb6, 0xb6, "Grand Ridge") },
	{ ROW(INTEL,   0x06, 0x57, 0x57, "Knights Landing"), .refine = refine_knights },
	{ ROW(INTEL,   0x06, 0x85, 0x85, "Knights Mill"), .refine = refine_knights },

	/* Intel families 0fh and 13h */
	{ ROW(INTEL,   0x0f, 0x06, 0x06, "Pentium 4, Xeon 7100 (Tulsa)"), .refine = refine_tulsa },
	{ ROW(INTEL,   0x0f, 0x00, 0xff, "Pentium 4"), .refine = refine_p4 },
	{ ROW(INTEL,   0x13, 0x01, 0x01, "Diamond Rapids"), .refine = refine_diamond_rapids },

	/* AMD before Scalable MCA */
	{ ROW(AMD,     0x0f, 0x00, 0xff, "K8 (Athlon 64, Opteron)"), .refine = refine_amd_legacy },
	{ ROW(AMD,     0x10, 0x00, 0xff, "K10 (Phenom, Opteron)"), .refine = refine_amd_legacy },
	{ ROW(AMD,     0x11, 0x00, 0xff, "Griffin (Turion X2 Ultra)"), .refine = refine_amd_legacy },
	{ ROW(AMD,     0x12, 0x00, 0xff, "Llano"), .refine = refine_amd_legacy },
	{ ROW(AMD,     0x14, 0x00, 0xff, "Bobcat"), .refine = refine_amd_legacy },
	{ ROW(AMD,     0x15, 0x02, 0x02, "Piledriver"), .refine = refine_amd_legacy },
	{ ROW(AMD,     0x15, 0x00, 0x0f, "Bulldozer"), .refine = refine_amd_legacy },
	{ ROW(AMD,     0x15, 0x10, 0x2f, "Piledriver"), .refine = refine_amd_legacy },
	{ ROW(AMD,     0x15, 0x30, 0x4f, "Steamroller"), .refine = refine_amd_legacy },
	{ ROW(AMD,     0x15, 0x60, 0x7f, "Excavator"), .refine = refine_amd_legacy },
	{ ROW(AMD,     0x16, 0x00, 0x0f, "Jaguar"), .refine = refine_amd_legacy },
	{ ROW(AMD,     0x16, 0x30, 0x3f, "Puma"), .refine = refine_amd_legacy },

	/* AMD with Scalable MCA */
	{ ROW(AMD,     0x17, 0x00, 0x07, "Zen (Naples, Summit Ridge)") },
	{ ROW(AMD,     0x17, 0x08, 0x0f, "Zen+ (Pinnacle Ridge)") },
	{ ROW(AMD,     0x17, 0x10, 0x17, "Zen (Raven Ridge)") },
	{ ROW(AMD,     0x17, 0x18, 0x1f, "Zen+ (Picasso)") },
	{ ROW(AMD,     0x17, 0x20, 0x2f, "Zen (Dali)") },
	{ ROW(AMD,     0x17, 0x30, 0x3f, "Zen 2 (Rome)") },
	{ ROW(AMD,     0x17, 0x60, 0x6f, "Zen 2 (Renoir)") },
	{ ROW(AMD,     0x17, 0x70, 0x7f, "Zen 2 (Matisse)") },
	{ ROW(AMD,     0x17, 0x90, 0x9f, "Zen 2 (Van Gogh)") },
	{ ROW(AMD,     0x17, 0xa0, 0xaf, "Zen 2 (Mendocino)") },
	{ ROW(AMD,     0x17, 0x40, 0xff, "Zen 2") },
	{ ROW(AMD,     0x19, 0x00, 0x0f, "Zen 3 (Milan)") },
	{ ROW(AMD,     0x19, 0x10, 0x1f, "Zen 4 (Genoa)") },
	{ ROW(AMD,     0x19, 0x20, 0x2f, "Zen 3 (Vermeer)") },
	{ ROW(AMD,     0x19, 0x30, 0x3f, "Zen 3") },
	{ ROW(AMD,     0x19, 0x40, 0x4f, "Zen 3+ (Rembrandt)") },
	{ ROW(AMD,     0x19, 0x50, 0x5f, "Zen 3 (Cezanne)") },
	{ ROW(AMD,     0x19, 0x60, 0x6f, "Zen 4 (Raphael)") },
	{ ROW(AMD,     0x19, 0x70, 0x7f, "Zen 4 (Phoenix)") },
	{ ROW(AMD,     0x19, 0x80, 0x8f, "Zen 4") },
	{ ROW(AMD,     0x19, 0x90, 0x9f, "Zen 4 (MI300A)") },
	{ ROW(AMD,     0x19, 0xa0, 0xaf, "Zen 4c (Bergamo, Siena)") },
	{ ROW(AMD,     0x1a, 0x00, 0x0f, "Zen 5 (Turin)") },
	{ ROW(AMD,     0x1a, 0x10, 0x1f, "Zen 5c (Turin Dense)") },
	{ ROW(AMD,     0x1a, 0x20, 0x2f, "Zen 5 (Strix Point)") },
	{ ROW(AMD,     0x1a, 0x40, 0x4f, "Zen 5 (Granite Ridge)") },
	{ ROW(AMD,     0x1a, 0x60, 0x6f, "Zen 5 (Krackan Point)") },
	{ ROW(AMD,     0x1a, 0x70, 0x7f, "Zen 5 (Strix Halo)") },
	{ ROW(AMD,     0x1a, 0x50, 0x5f, "Zen 6") },
	{ ROW(AMD,     0x1a, 0x80, 0xaf, "Zen 6") },
	{ ROW(AMD,     0x1a, 0xc0, 0xcf, "Zen 6") },

	/* Hygon: Zen under licence */
	{ ROW(HYGON,   0x18, 0x00, 0xff, "Dhyana") },

	/* Zhaoxin, and Centaur whose name early Zhaoxin CPUs carry */
	{ ROW(ZHAOXIN, 0x06, 0x19, 0x19, "ZX-C") },
	{ ROW(ZHAOXIN, 0x07, 0x1b, 0x1b, "KX-5000 (WuDaoKou)") },
	{ ROW(ZHAOXIN, 0x07, 0x3b, 0x3b, "KX-6000, KH-30000 (LuJiaZui)") },
	{ ROW(ZHAOXIN, 0x07, 0x5b, 0x5b, "KH-40000 (YongFeng)"), .refine = refine_kh40000 },
	{ ROW(ZHAOXIN, 0x07, 0x6b, 0x6b, "KX-7000 (ShiJiDaDao)") },
	{ ROW(ZHAOXIN, 0x07, 0x7b, 0x7b, "KH-50000"), .refine = refine_kh50000 },
	{ ROW(CENTAUR, 0x06, 0x19, 0x19, "ZX-C") },
	{ ROW(CENTAUR, 0x07, 0x1b, 0x1b, "KX-5000 (WuDaoKou)") },
	{ ROW(CENTAUR, 0x07, 0x3b, 0x3b, "KX-6000, KH-30000 (LuJiaZui)") },
	{ ROW(CENTAUR, 0x07, 0x5b, 0x5b, "KH-40000 (YongFeng)"), .refine = refine_kh40000 },
	{ ROW(CENTAUR, 0x07, 0x6b, 0x6b, "KX-7000 (ShiJiDaDao)") },
	{ ROW(CENTAUR, 0x07, 0x7b, 0x7b, "KH-50000"), .refine = refine_kh50000 },
	{ ROW(CENTAUR, 0x06, 0x09, 0x09, "C3 (Nehemiah)") },
	{ ROW(CENTAUR, 0x06, 0x0a, 0x0d, "C7") },
	{ ROW(CENTAUR, 0x06, 0x0f, 0x0f, "Nano") },
	{ ROW(CENTAUR, 0x07, 0x47, 0x47, "CNS (CHA)") },
};
/* clang-format on */

const struct cpu_model *cpu_models(size_t *ret_count)
{
	*ret_count = ARRAY_SIZE(models);
	return models;
}

const struct cpu_model *cpu_model_find(uint8_t vendor, uint32_t cpuid)
{
	unsigned int family = cpuid_family(cpuid);
	unsigned int model = cpuid_model(cpuid);

	for (size_t i = 0; i < ARRAY_SIZE(models); i++) {
		const struct cpu_model *row = &models[i];

		if (row->vendor == vendor && row->family == family && model >= row->model_first &&
		    model <= row->model_last)
			return row;
	}
	return NULL;
}
