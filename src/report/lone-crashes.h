/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lone-crashes: crashes and fatal errors of boots that are not known, in words.
 */
#pragma once

#include "db/query.h"

/*
 * Prints a paragraph for each crash, with all that tells of it and the fatal errors of its minute,
 * and one for each fatal error that is left, oldest first; those without a time before. Adds
 * to *printed how many. Errors: of the query, -ENOMEM.
 */
int lone_crashes_print(struct query *query, unsigned long *printed);
