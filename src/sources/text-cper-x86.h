/* SPDX-License-Identifier: GPL-2.0-only */
/* text-cper-x86: the section of IA32/X64 processors: UEFI 2.10, N.2.4.2. */
#pragma once

#include "sources/text-cper.h"

/* A line of the section; false: it is none. */
bool text_cper_x86(struct text_section *section, struct span line);
