/* SPDX-License-Identifier: GPL-2.0-only */
/* cper-pcie: PCI Express and PCI errors, UEFI 2.10, N.2.7 to N.2.9. */
#pragma once

#include "decode/cper.h"

void cper_pcie(struct bytes section, struct cper_error *error);

/* PCI/PCI-X bus. */
void cper_pci_bus(struct bytes section, struct cper_error *error);

/* PCI component or device. */
void cper_pci_device(struct bytes section, struct cper_error *error);
