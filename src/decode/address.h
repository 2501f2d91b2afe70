/* SPDX-License-Identifier: GPL-2.0-only */
/* address: whether MCi_ADDR is an address of memory that an operating system can use. */
#pragma once

#include <stdbool.h>

#include "decode/context.h"
#include "event/decoded.h"

/*
 * Whether ADDR is a system physical address that tells the page. decoded has
 * its class already. AMD's memory controllers since Scalable MCA give an
 * address of their own, which is none.
 */
bool decode_address_is_usable(const struct decode_context *context, const struct decoded *decoded);
