/* SPDX-License-Identifier: GPL-2.0-only */
/* text-cper-arm: the section of ARM processors: UEFI 2.10, N.2.4.4. */
#pragma once

#include "sources/text-cper.h"

/* A line of the section; false: it is none. */
bool text_cper_arm(struct text_section *section, struct span line);

/* No more lines: the section says its own length. */
void text_cper_arm_end(struct text_section *section);
