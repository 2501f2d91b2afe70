/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cper-other: sections that name an error without describing it: firmware's own
 * records, CCIX, Linux's list of poisoned memory, and those of other people.
 */
#pragma once

#include "decode/cper.h"

/* Firmware error record reference, UEFI 2.10, N.2.10. */
void cper_firmware(struct bytes section, struct cper_error *error);

/* CCIX PER log, UEFI 2.10, N.2.12. */
void cper_ccix(struct bytes section, struct cper_error *error);

/* FRU memory poison, UEFI 2.11, N.2.15: memory that Linux is not to use again. */
void cper_poison(struct bytes section, struct cper_error *error);

/* Sections that no public document describes to us: the GUID and the first bytes. */
void cper_unknown(struct bytes section, struct cper_error *error);
