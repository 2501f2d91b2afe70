/* SPDX-License-Identifier: GPL-2.0-only */
/* smbios-names: the words for the numbers of a memory device. Static texts, NULL for unknown. */
#pragma once

#include <stdint.h>

/* Memory type, DSP0134 section 7.18.2: "DDR5". */
const char *smbios_type_name(uint8_t type);

/* Form factor, DSP0134 section 7.18.1: "SODIMM". */
const char *smbios_form_name(uint8_t form);
