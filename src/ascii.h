/* SPDX-License-Identifier: GPL-2.0-only */
/* The modes that decode what they are given and keep nothing: no store, no journal. */
#pragma once

#include "config.h"

/* Decodes kernel text from --file or standard input. Returns the exit status. */
int ascii_run(const struct config *config);

/* Decodes the records of files of struct mce. Returns the exit status. */
int binary_run(const struct config *config);

/* Decodes registers given as NAME=VALUE operands. Returns the exit status. */
int registers_run(const struct config *config);
