/* SPDX-License-Identifier: GPL-2.0-only */
/* cper-x86: IA32/X64 processor errors, UEFI 2.10, N.2.4.2. */
#pragma once

#include <stdbool.h>

#include "decode/cper.h"

/*
 * The registers of the machine check number index (from 0) of a section, in the
 * form in which AMD's firmware gives them: a context of MSRs that begins at a
 * bank of Scalable MCA. Adds to record. False, with nothing done, where there
 * are not so many.
 */
bool cper_x86_machine_check(struct bytes section, unsigned int index, struct record *record);

/* The section in its own words: the error information, and what contexts there are. */
void cper_x86(struct bytes section, struct cper_error *error);
