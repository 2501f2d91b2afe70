/* SPDX-License-Identifier: GPL-2.0-only */
/* hook-test: whether the hook of mcelog.conf reaches somebody, before there is an error. */
#pragma once

#include "config.h"

/*
 * --test-hook: runs it with MCE_KIND=test and an invented error, in the way it is run
 * for real ones, and says what became of it. Returns the exit status: 0 when the
 * script ended with 0.
 */
int hook_test(const struct config *config);
