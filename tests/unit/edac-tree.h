/* SPDX-License-Identifier: GPL-2.0-only */
/* For tests: memory controllers as EDAC shows them in sysfs. Include after cmocka.h. */
#pragma once

#include "tests/unit/collect.h"

static inline void put_text(struct collect *collect, const char *path, const char *text)
{
	put_file(collect, path, text, strlen(text));
}

static inline void put_controller(struct collect *collect, int number, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/devices/system/edac/mc/mc%d/mc_name", number);
	put_text(collect, path, name);
}

static inline void put_row(struct collect *collect, int mc, const char *row, const char *location,
			   const char *label, const char *size)
{
	const char *const files[][2] = { { "dimm_location", location },
					 { "dimm_label", label },
					 { "dimm_mem_type", "Registered-DDR5\n" },
					 { "size", size } };
	char path[160];

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		snprintf(path, sizeof(path), "/sys/devices/system/edac/mc/mc%d/%s/%s", mc, row,
			 files[i][0]);
		put_text(collect, path, files[i][1]);
	}
}
