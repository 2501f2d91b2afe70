/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * left-log: what the log of a capture kernel tells of the crash before it: banks that
 * were left over, and what firmware reported after it. All of it is of the kernel that
 * crashed, so neither the capture kernel's clock nor its numbers of CPUs are the errors'.
 */
#pragma once

#include "sources/kernel-log.h"

/* Whether a bank may be what crashed the kernel; a corrected error is not. */
bool left_bank_is_bad(const struct record *record);

/*
 * Fills log, which the caller releases, with the errors of the crash that any text of such a log
 * has. They have the crash's time, us since the epoch; where that is 0, unknown, banks
 * have the one at which they were found, as those that a later boot finds. A record's
 * CPU is unknown but for its APIC ID. Errors: -ENOMEM.
 */
int left_log_read(struct kernel_log *log, const char *text, size_t size, int64_t crash_us);
