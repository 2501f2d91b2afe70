/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * software-banks: records that the kernel makes up under bank numbers that no
 * hardware has. What they carry in status is not (all of) an MCi_STATUS.
 */
#pragma once

#include <stdbool.h>

#include "decode/context.h"
#include "event/decoded.h"

/*
 * Fills class, severity, mca and facts when the record's bank is one of these
 * and status is not an MCi_STATUS. Returns false, with nothing done, when it
 * is not.
 */
bool software_bank_decode(const struct decode_context *context, struct decoded *decoded);

/*
 * The same for bank 255, where the kernel wraps a memory error that firmware
 * reported (APEI GHES) as MCi_STATUS bits VAL, EN, UC, PCC, ADDRV: fills class
 * and mca, the rest is left to the common rules.
 */
void apei_bank_decode(struct decoded *decoded);
