/* SPDX-License-Identifier: GPL-2.0-only */
/* cper-arm: ARM processor errors, UEFI 2.10, N.2.4.4. */
#pragma once

#include <stdbool.h>

#include "decode/cper.h"

void cper_arm(struct bytes section, struct cper_error *error);

/* Whether the counts and the length that a section carries fit its size. */
bool cper_arm_is_plausible(struct bytes section);
