/* SPDX-License-Identifier: GPL-2.0-only */
/* amd-umc: where in memory an error of AMD's Unified Memory Controller was. */
#pragma once

#include "decode/context.h"
#include "event/decoded.h"

/*
 * Adds channel, DIMM, chip select, syndrome and, for GPU nodes with HBM, controller
 * and die to an error of a UMC bank (HardwareID 96h). error is the extended error code.
 */
void amd_umc_locate(const struct decode_context *context, unsigned int error,
		    struct decoded *decoded);
