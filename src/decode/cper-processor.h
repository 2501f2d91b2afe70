/* SPDX-License-Identifier: GPL-2.0-only */
/* cper-processor: processor errors of any kind, UEFI 2.10, N.2.4.1. */
#pragma once

#include "decode/cper.h"

void cper_processor(struct bytes section, struct cper_error *error);
