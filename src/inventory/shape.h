/* SPDX-License-Identifier: GPL-2.0-only */
/* shape: texts of firmware and drivers that have numbers in known places. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * Whether the whole text has the shape: letters alike but for case, '%' a
 * decimal number of up to four digits, and '*' as the first character any
 * beginning. The numbers go to numbers, one for each '%'; they are undefined
 * where the answer is false.
 */
bool shape_match(const char *text, const char *shape, int32_t *numbers);
