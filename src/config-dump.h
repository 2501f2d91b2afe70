/* SPDX-License-Identifier: GPL-2.0-only */
/* config-dump: --dump-config. */
#pragma once

#include "config.h"
#include "util/strbuf.h"

/*
 * Appends the configuration in force as a file that can be read back: every
 * section and key with its help above it, commented out where the value is the
 * default. What only the command line can say is left out.
 */
void config_dump(const struct config *config, struct strbuf *out);
