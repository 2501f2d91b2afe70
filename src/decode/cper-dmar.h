/* SPDX-License-Identifier: GPL-2.0-only */
/* cper-dmar: errors of DMA remapping, UEFI 2.10, N.2.11 (generic, VT-d, AMD IOMMU). */
#pragma once

#include "decode/cper.h"

void cper_dmar(struct bytes section, struct cper_error *error);
void cper_dmar_vtd(struct bytes section, struct cper_error *error);
void cper_dmar_iommu(struct bytes section, struct cper_error *error);
