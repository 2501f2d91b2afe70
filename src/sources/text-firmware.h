/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * text-firmware: errors that firmware reported, out of the blocks of lines in
 * which the kernel prints them: those of APEI (GHES), those that the boot before
 * left (BERT), and those of Intel's extended log. For text.c.
 *
 * The lines of one block have the same number before them, "{3}[Hardware Error]:",
 * and other lines may stand between; those of BERT and of kernels before 3.2 have
 * none. Each of a block's sections is one error.
 */
#pragma once

#include <stdbool.h>

#include "sources/text-block.h"

/*
 * Whether a line is one of a block; it is taken then. mark is the line's. To be called
 * for every line: blocks do not wait for ever for their next one.
 */
bool text_firmware_line(struct text_firmware *firmware, struct span line,
			const struct text_prefix *prefix, struct text_mark mark);
