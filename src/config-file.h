/* SPDX-License-Identifier: GPL-2.0-only */
/* config-file: the text of mcelog.conf. */
#pragma once

#include "config.h"

/*
 * Takes what the text says into config. Lines are "[section]" and "key = value",
 * "#" begins a comment. A section may come twice; a key that is missing in its
 * section is taken from the part before the first one, or from [global]; of a
 * key that is given twice the first one counts. What is wrong is logged with
 * path and line, counted in config->problems, and left out. The text, of size
 * bytes and NUL-terminated, is changed. Errors: -ENOMEM.
 */
int config_file_read(struct config *config, const char *path, char *text, size_t size);
