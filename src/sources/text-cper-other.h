/* SPDX-License-Identifier: GPL-2.0-only */
/* text-cper-other: sections of CXL protocol errors and firmware error records. */
#pragma once

#include "sources/text-cper.h"

/* A line of the section; false: it is none. CXL: UEFI 2.10, N.2.13; firmware: N.2.10. */
bool text_cper_cxl(struct text_section *section, struct span line);
bool text_cper_firmware(struct text_section *section, struct span line);
