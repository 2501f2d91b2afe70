/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cper-cxl: Compute Express Link: UEFI 2.10, N.2.13 (protocol errors) and N.2.14
 * (component events, whose logs the CXL specification 3.1 describes in 8.2.9.2.1).
 * Addresses are those of the device and not of the system, so none of them is
 * the record's.
 */
#pragma once

#include "decode/cper.h"

void cper_cxl_protocol(struct bytes section, struct cper_error *error);
void cper_cxl_media(struct bytes section, struct cper_error *error);
void cper_cxl_dram(struct bytes section, struct cper_error *error);
void cper_cxl_module(struct bytes section, struct cper_error *error);

/* Events of switches and ports: the header alone. */
void cper_cxl_event(struct bytes section, struct cper_error *error);
