/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * text-edac-core: one memory error out of the line in which the core of the kernel's EDAC
 * prints it (drivers/edac/edac_mc.c), whichever driver found it. For text-edac-pairs.c.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "event/firmware.h"
#include "sources/text-prefix.h"

struct text_edac_error {
	unsigned int mc; /* the memory controller's number */
	bool corrected;
	uint32_t count; /* of errors, at least 1 */
	uint64_t address;
	struct location place;
	char label[FIRMWARE_LABEL_MAX]; /* of the DIMM; "" unknown */
};

/*
 * Takes a message without its prefix, of Linux 3.6 and later:
 *
 *	EDAC MC0: 1 CE memory read error on CPU_SrcID#0_MC#0_Chan#1_DIMM#0 (channel:1 slot:0
 *	page:0x12345 offset:0x340 grain:32 syndrome:0x0 - err_code:0101:0090 socket:0 ...)
 *
 * and of those before 3.5:
 *
 *	EDAC MC0: CE page 0x12345, offset 0x340, grain 32, syndrome 0x0, row 0, channel 1,
 *	label "DIMM_A1": e752x CE
 *
 * Such a line tells again what a machine check or firmware told, and only the address says
 * which. False for all others, and for lines whose address does not: there is none (page and
 * offset 0), or it is another one than the bank's. That is so with drivers that know chip
 * selects, of which amd64_edac translates addresses (what they repeat is decoded beside it),
 * and with igen6_edac.
 */
bool text_edac_core_line(struct span line, struct text_edac_error *ret_error);
